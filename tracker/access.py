"""The only door from a signed-in person to a row.

What is not yours does not exist: the answer is the same 404 as for an id nobody has. Opening a patient's record
leaves an audit line, reading included.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User, Ward
from accounts.roles import Can, Refused
from tracker.models import Alert, CheckIn, Dose, Draft, Episode

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


def open_ward(by: User, ward: Ward, what: str) -> None:
    """Leave an audit line that a sheet about everybody on this ward was opened. `what` names the sheet."""
    with transaction.atomic():
        audit.record(by, "opened", what=what, facts={"ward": ward.pk})


def episodes(by: User) -> QuerySet[Episode]:
    """The stays this person may know of."""
    found = Episode.objects.select_related("patient", "ward")
    if by.can(Can.SEE_RECORD):
        return found.filter(ward__in=by.wards.all())
    if by.can(Can.REPORT):
        return found.filter(patient__user=by)
    return found.none()


def watched() -> list[Episode]:
    """Every stay the alert clock looks at: those that go on, and those that ended with an alert nobody has closed.

    For the clock only, which is nobody in particular and shows nothing to anyone.
    """
    found = Episode.objects.select_related("patient", "ward")
    return list(found.filter(Q(ended_at=None) | Q(alerts__closed_at=None, alerts__isnull=False)).distinct())


def episode(by: User, pk: UUID) -> Episode:
    """A stay, for ward staff. Raises Refused for other roles and Http404 for other wards."""
    by.must(Can.SEE_RECORD)
    return _get(episodes(by), pk)


def must_reach(by: User, at: Episode) -> None:
    """Raise Http404 unless this stay is one this person may know of: for actions, which need no view to ask first."""
    if not episodes(by).filter(pk=at.pk).exists():
        raise Http404


def open_record(by: User, pk: UUID, what: str) -> Episode:
    """A stay, for ward staff, with an audit line that says what of it was opened."""
    found = episode(by, pk)
    _opened(by, found, what)
    return found


def own_episode(by: User) -> Episode:
    """The patient's own stay: the open one, else the last. Raises Http404 when there is none."""
    by.must(Can.REPORT)
    found = episodes(by).order_by(F("ended_at").desc(nulls_first=True), "-admitted_at").first()
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
    found = CheckIn.objects.select_related("episode__patient", "episode__ward", "recorded_by").filter(
        pk=pk, episode__in=episodes(by)
    )
    if not by.can(Can.SEE_RECORD):
        found = found.filter(reporter=CheckIn.Reporter.PATIENT)
    one = found.first()
    if one is None:
        raise Http404
    return one


def open_check_in(by: User, pk: UUID) -> CheckIn:
    """One check-in, with an audit line."""
    found = check_in(by, pk)
    _opened(by, found.episode, f"check-in {found.pk}")
    return found


def draft(by: User, at: Episode, instrument: str) -> Draft | None:
    """This person's unsent answers for this stay and instrument."""
    return _fresh(at).filter(owner=by, instrument=instrument).first()


def drafts(at: Episode) -> list[Draft]:
    """Everybody's unsent answers for one stay, newest first."""
    return list(_fresh(at).select_related("owner").order_by("-updated_at"))


def _fresh(at: Episode) -> QuerySet[Draft]:
    return Draft.objects.filter(episode=at, updated_at__gte=timezone.now() - DRAFTS_KEPT)


def own_words(by: User, pk: UUID, what: str = "") -> CheckIn:
    """One check-in that this person may correct: staff what staff wrote, a patient what they said themselves.

    With `what`, opening it leaves an audit line. Raises Http404 for a record that is not theirs, and Refused for
    words that are not theirs to correct.
    """
    found = check_in(by, pk)
    mine = CheckIn.Reporter.STAFF if by.can(Can.CHECK_IN) else CheckIn.Reporter.PATIENT
    if found.reporter != mine:
        raise Refused(_("A patient's own report is corrected by the patient. Add a check-in of your own instead."))
    if what:
        _opened(by, found.episode, f"{what} {found.pk}")
    return found


def corrections(of: CheckIn) -> list[CheckIn]:
    """What this check-in replaced, and what that replaced, newest first."""
    found: list[CheckIn] = []
    current = of
    while current.replaces_id:
        current = CheckIn.objects.select_related("recorded_by").get(pk=current.replaces_id)
        found.append(current)
    return found


def replacement(of: CheckIn) -> CheckIn | None:
    """The check-in that replaced this one, if any."""
    return CheckIn.objects.select_related("recorded_by").filter(replaces=of).first()


def dose(by: User, pk: UUID) -> Dose:
    """One entry of the medicine log, for the staff of its ward. Raises Refused and Http404."""
    by.must(Can.SEE_RECORD)
    one = (
        Dose.objects.select_related("episode__patient", "episode__ward", "recorded_by")
        .filter(pk=pk, episode__in=episodes(by))
        .first()
    )
    if one is None:
        raise Http404
    return one


def open_dose(by: User, pk: UUID, what: str = "dose") -> Dose:
    """One entry of the medicine log, with an audit line."""
    found = dose(by, pk)
    _opened(by, found.episode, f"{what} {found.pk}")
    return found


def dose_replacement(of: Dose) -> Dose | None:
    """The entry that replaced this one, if any."""
    return Dose.objects.select_related("recorded_by").filter(replaces=of).first()


def dose_corrections(of: Dose) -> list[Dose]:
    """What this entry replaced, and what that replaced, newest first."""
    found: list[Dose] = []
    current = of
    while current.replaces_id:
        current = Dose.objects.select_related("recorded_by", "episode__ward").get(pk=current.replaces_id)
        found.append(current)
    return found


def alert(by: User, pk: UUID) -> Alert:
    """One alert of a stay on one's wards. Raises Refused and Http404."""
    by.must(Can.SEE_RECORD)
    one = (
        Alert.objects.select_related("episode__patient", "episode__ward", "seen_by")
        .filter(pk=pk, episode__in=episodes(by))
        .first()
    )
    if one is None:
        raise Http404
    return one


def open_alert(by: User, pk: UUID) -> Alert:
    """One alert, with an audit line."""
    found = alert(by, pk)
    _opened(by, found.episode, f"alert {found.pk}")
    return found


def _get(found: QuerySet[Episode], pk: UUID) -> Episode:
    one = found.filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _opened(by: User, found: Episode, what: str) -> None:
    with transaction.atomic():
        audit.record(by, "opened", what=what, episode=str(found.pk))
