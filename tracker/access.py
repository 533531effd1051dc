"""The only door from a signed-in person to a row.

What is not yours does not exist: the answer is the same 404 as for an id nobody has. Opening a patient's record
leaves an audit line, reading included.
"""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from accounts.roles import Can, Refused
from accounts.trail import audit
from tracker.models import Alert, BreakGlass, CheckIn, Dose, Draft, Episode, Handout, Voided

Entry = TypeVar("Entry", CheckIn, Dose)
Row = TypeVar("Row", CheckIn, Dose, Alert)

DRAFTS_KEPT = timedelta(hours=24)
"""Answers older than this say nothing about now: they are not offered again."""


def wards(by: User) -> list[Ward]:
    """The wards this person works on. Raises Refused for anyone who does not work on a ward."""
    by.must(Can.SEE_WARD)
    return list(by.wards.all())


def choose_ward(mine: list[Ward], asked: str = "") -> Ward:
    """One of these wards: the one asked for by number, or the first. Raises Http404 for one that is not among them."""
    if not mine:
        raise Refused(_("Your account is not linked to a ward yet. Ask an administrator to add you to one."))
    for one in mine:
        if not asked or str(one.pk) == asked:
            return one
    raise Http404


def other_wards(by: User) -> list[Ward]:
    """The wards of the site this person does not work on. Raises Refused for anyone who may not break the glass."""
    by.must(Can.BREAK_GLASS)
    return list(Ward.objects.exclude(pk__in=by.wards.all()))


def open_ward(by: User, ward: Ward, what: str) -> None:
    """Leave an audit line that a sheet about everybody on this ward was opened. `what` names the sheet."""
    with transaction.atomic():
        audit.record(by, audit.OPENED, what=what, facts={"ward": ward.pk})


def episodes(by: User) -> QuerySet[Episode]:
    """The stays this person may know of.

    For ward staff: those of their wards, and those they opened in an emergency for as long as that lasts.
    """
    found = Episode.objects.select_related("patient", "ward")
    if by.can(Can.SEE_RECORD):
        return found.filter(Q(ward__in=by.wards.all()) | Q(pk__in=_opened_in_an_emergency(by).values("episode")))
    if not by.can(Can.REPORT):
        return found.none()
    since = timezone.now() - settings.PATIENT_READS
    return found.filter(Q(ended_at=None) | Q(ended_at__gt=since), patient__user=by)


def _opened_in_an_emergency(by: User) -> QuerySet[BreakGlass]:
    """The emergency accesses of this person that last right now."""
    now = timezone.now()
    return BreakGlass.objects.filter(by=by, began_at__lte=now, ends_at__gt=now)


def watched() -> list[Episode]:
    """Every stay the alert clock looks at: those that go on, and those that ended with an alert nobody has closed.

    For the clock only, which is nobody in particular and shows nothing to anyone.
    """
    found = Episode.objects.select_related("patient", "ward")
    return list(found.filter(Q(ended_at=None) | Q(alerts__closed_at=None, alerts__isnull=False)).distinct())


def episode(by: User, pk: UUID) -> Episode:
    """A stay, for ward staff. Raises Refused for other roles and Http404 for other wards."""
    by.must(Can.SEE_RECORD)
    return _get(by, pk)


def must_reach(by: User, at: Episode) -> None:
    """Raise Http404 unless this stay is one this person may know of: for actions, which need no view to ask first.

    One that is open in an emergency only says so from here on (`glass`, `glass_until`), and so do the audit lines of this
    request about it. One query, or two in an emergency.
    """
    at.glass = at.glass_until = None
    audit.broke_glass.set(("", ""))
    if not by.can(Can.SEE_RECORD):
        if not episodes(by).filter(pk=at.pk).exists():
            raise Http404
    elif not by.wards.filter(pk=at.ward_id).exists():
        emergency = _opened_in_an_emergency(by).filter(episode=at.pk).first()
        if emergency is None:
            raise Http404
        at.glass, at.glass_until = emergency.pk, emergency.ends_at
        audit.broke_glass.set((str(at.pk), str(emergency.pk)))


def must_work_on(by: User, at: Episode) -> None:
    """Raise Refused for a stay that is open in an emergency only: that is for reading and check-ins, not for running it.

    Raises Http404 for one this person may not know of.
    """
    must_reach(by, at)
    if at.glass:
        raise Refused(
            _(
                "You opened this record in an emergency: you can read it and check in. To change the stay, ask the staff of %(ward)s."
            )
            % {"ward": at.ward.name}
        )


def must_amend(by: User, one: CheckIn | Dose) -> None:
    """Raise Refused for somebody else's entry on a stay that is open in an emergency only."""
    if one.recorded_by_id == by.pk:
        return
    must_reach(by, one.episode)
    if one.episode.glass:
        raise Refused(_("You opened this record in an emergency: you can correct or void only what you wrote yourself."))


def open_record(by: User, pk: UUID, what: str) -> Episode:
    """A stay, for ward staff, with an audit line that says what of it was opened."""
    found = episode(by, pk)
    _opened(by, found, what)
    return found


def own_episode(by: User) -> Episode:
    """The patient's own stay: the open one, else the last. Raises Http404 when there is none, and Refused when it is over."""
    by.must(Can.REPORT)
    found = episodes(by).order_by(F("ended_at").desc(nulls_first=True), "-admitted_at").first()
    if found is None and Episode.objects.filter(patient__user=by).exists():
        raise Refused(
            _(
                "You left a while ago: your record does not open here any more, and staff do not see what you send. Ask the ward for a copy. In an emergency call the emergency number."
            )
        )
    if found is None:
        raise Http404
    return found


def open_own_record(by: User, what: str) -> Episode:
    """The patient's own stay, with an audit line."""
    found = own_episode(by)
    _opened(by, found, what)
    return found


def check_in(by: User, pk: UUID) -> CheckIn:
    """One check-in of a stay this person may know of. Raises Http404 otherwise."""
    found = CheckIn.objects.select_related("recorded_by")
    return _one(found if by.can(Can.SEE_RECORD) else found.filter(reporter=CheckIn.Reporter.PATIENT), by, pk)


def open_check_in(by: User, pk: UUID) -> CheckIn:
    """One check-in, with an audit line."""
    found = check_in(by, pk)
    _opened(by, found.episode, f"check-in {found.pk}")
    return found


def draft(by: User, at: Episode, instrument: str) -> Draft | None:
    """The unsent answers of this person for this stay and instrument."""
    return _fresh(at).filter(owner=by, instrument=instrument).first()


def drafts(at: Episode) -> list[Draft]:
    """Everybody's unsent answers for one stay, newest first."""
    return list(_fresh(at).select_related("owner").order_by("-updated_at"))


def handouts(at: Episode) -> list[Handout]:
    """What the patient of this stay was given to read, newest first. One query."""
    return list(Handout.objects.filter(episode=at).select_related("given_by"))


def _fresh(at: Episode) -> QuerySet[Draft]:
    return Draft.objects.filter(episode=at, updated_at__gte=timezone.now() - DRAFTS_KEPT)


def own_words(by: User, pk: UUID, what: str = "", refusal: str = "") -> CheckIn:
    """One check-in that this person may correct or void: staff what staff wrote, a patient what they said themselves.

    With `what`, opening it leaves an audit line. Raises Http404 for a record that is not theirs, and Refused for
    words that are not theirs, with `refusal` as its sentence.
    """
    found = check_in(by, pk)
    must_amend(by, found)
    mine = CheckIn.Reporter.STAFF if by.can(Can.CHECK_IN) else CheckIn.Reporter.PATIENT
    if found.reporter != mine:
        raise Refused(refusal or _("A patient's own report is corrected by the patient. Add a check-in of your own instead."))
    if what:
        _opened(by, found.episode, f"{what} {found.pk}")
    return found


def corrections(of: Entry) -> list[Entry]:
    """What this entry replaced, and what that replaced, newest first."""
    found: list[Entry] = []
    current = of
    while current.replaces_id:
        current = type(of).objects.select_related("recorded_by", "episode__ward").get(pk=current.replaces_id)
        found.append(current)
    return found


def replacement(of: Entry) -> Entry | None:
    """The entry that replaced this one, if any."""
    return type(of).objects.select_related("recorded_by").filter(replaces=of).first()


def dose(by: User, pk: UUID) -> Dose:
    """One entry of the medicine log, for the staff of its ward. Raises Refused and Http404."""
    by.must(Can.SEE_RECORD)
    return _one(Dose.objects.select_related("recorded_by"), by, pk)


def open_dose(by: User, pk: UUID, what: str = "dose") -> Dose:
    """One entry of the medicine log, with an audit line."""
    found = dose(by, pk)
    _opened(by, found.episode, f"{what} {found.pk}")
    return found


def alert(by: User, pk: UUID) -> Alert:
    """One alert of a stay on one's wards. Raises Refused and Http404."""
    by.must(Can.SEE_RECORD)
    return _one(Alert.objects.select_related("seen_by"), by, pk)


def open_alert(by: User, pk: UUID) -> Alert:
    """One alert, with an audit line."""
    found = alert(by, pk)
    _opened(by, found.episode, f"alert {found.pk}")
    return found


def void_of(one: CheckIn | Dose) -> Voided | None:
    """Who took this entry back, when and why, if anybody did."""
    return Voided.objects.of(one).select_related("voided_by").first()


def neighbors(by: User, of: Episode) -> list[Episode]:
    """Everybody else who is on the same ward now, by bed: where an entry on the wrong patient may belong."""
    found = episodes(by).filter(ward=of.ward, ended_at=None).exclude(pk=of.pk)
    return sorted(found, key=lambda one: (len(one.bed), one.bed))


def just_saved(by: User, asked: str, since: datetime) -> CheckIn | None:
    """The check-in by the id asked for, if this person has written it down since then."""
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    mine = CheckIn.objects.filter(pk=pk, recorded_by=by, recorded_at__gt=since, episode__in=episodes(by))
    return mine.select_related("recorded_by", "episode__patient", "episode__ward").first()


def taken_back(by: User, asked: str, instrument: str) -> CheckIn | None:
    """The voided staff check-in with this instrument that is to be entered once more for somebody else, if it is that."""
    return _voided(CheckIn.objects.filter(instrument=instrument, reporter=CheckIn.Reporter.STAFF), by, asked, "check-in")


def dose_taken_back(by: User, asked: str, medicine: str) -> Dose | None:
    """The voided entry of this medicine that is to be written down once more for somebody else, if it is that."""
    return _voided(Dose.objects.filter(medicine=medicine), by, asked, "dose")


def _voided(rows: "QuerySet[Entry]", by: User, asked: str, what: str) -> Entry | None:
    """One of these by the id asked for, if it was voided. Its words are shown elsewhere then, so where it was it leaves a line."""
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    found = rows.filter(pk=pk, episode__in=episodes(by), voided__isnull=False).select_related("episode__patient").first()
    if found:
        _opened(by, found.episode, f"{what} {found.pk}")
    return found


def trail_of(by: User, pk: UUID) -> Episode:
    """A stay whose supervisor wants to read who opened and changed it. Leaves an audit line. Raises Refused for others."""
    by.must(Can.OVERSEE)
    found = episode(by, pk)
    must_work_on(by, found)
    _opened(by, found, "history")
    return found


def emergencies(by: User) -> QuerySet[BreakGlass]:
    """Every emergency access to a stay of this supervisor's wards, newest first."""
    by.must(Can.OVERSEE)
    return BreakGlass.objects.select_related("by", "episode__patient", "episode__ward", "review__reviewed_by").filter(
        episode__ward__in=by.wards.all()
    )


def emergencies_to_review(by: User) -> int:
    """How many of them wait for this supervisor: nobody has looked at them, and they are not their own. One query."""
    return emergencies(by).filter(review=None).exclude(by=by).count() if by.can(Can.OVERSEE) else 0


def emergency(by: User, pk: UUID) -> BreakGlass:
    """One of them. Raises Http404 otherwise."""
    found = emergencies(by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _one(rows: "QuerySet[Row]", by: User, pk: UUID) -> Row:
    """One of these rows, of a stay this person may know of. Raises Http404 otherwise."""
    found = rows.select_related("episode__patient", "episode__ward").filter(pk=pk).first()
    if found is None:
        raise Http404
    must_reach(by, found.episode)
    return found


def _get(by: User, pk: UUID) -> Episode:
    """One stay this person may know of. Raises Http404 otherwise."""
    found = Episode.objects.select_related("patient", "ward").filter(pk=pk).first()
    if found is None:
        raise Http404
    must_reach(by, found)
    return found


def shown_again(by: User, found: Episode, what: str) -> None:
    """A form about this stay was refused and is shown again, with all it shows of the record: a look like any other."""
    _opened(by, found, what)


def _opened(by: User, found: Episode, what: str) -> None:
    with transaction.atomic():
        audit.record(by, audit.OPENED, what=what, episode=str(found.pk))
