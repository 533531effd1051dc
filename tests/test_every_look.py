"""Each address leaves exactly the audit lines it should: every look at a record one, and what shows no record none."""

import re

from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import NOW, admit, record
from tests.contract import ROLES, WHO_MAY_OPEN
from tests.test_pages import Site, site  # noqa: F401 - site is a fixture
from tests.tracker.views.conftest import Page
from tracker import actions

Lines = list[tuple[str, str, str]]

LOOKS = {
    "handover": "handover",
    "alert": "alert",
    "acknowledge": "alert",
    "episode": "trend",
    "trend_json": "trend data",
    "change_stay": "stay form",
    "end_stay": "leaving form",
    "away": "absence form",
    "back": "return form",
    "leaving_sheet": "leaving sheet",
    "new_dose": "medicine form",
    "dose": "dose",
    "correct_dose": "medicine correction",
    "void_dose": "medicine void",
    "give_account": "account form",
    "handouts": "reading",
    "staff_check_in": "check-in form cows",
    "check_in": "check-in",
    "check_in, the patient's own": "check-in",
    "correct": "correction form",
    "correct, the patient's own": "correction form",
    "void": "void form",
    "void, the patient's own": "void form",
    "trail": "history",
    "me": "own page",
    "my_trend": "own trend",
    "my_record": "own record",
    "me_check_in": "check-in form symptom-check",
}
"""What opening each of these writes down. Every other address shows no record, or a list of a ward as the board is."""

REFUSED = {
    "acknowledge": "alert",
    "not_useful": "alert",
    "change_stay": "stay form",
    "end_stay": "leaving form",
    "away": "absence form",
    "back": "return form",
    "new_dose": "medicine form",
    "correct_dose": "medicine correction",
    "void_dose": "medicine void",
    "give_account": "account form",
    "handouts": "reading",
    "staff_check_in": "check-in form cows",
    "correct": "correction form",
    "correct, the patient's own": "correction form",
    "void": "void form",
    "void, the patient's own": "void form",
}
"""What a form writes down that was sent wrong: its page comes back with all it shows of the record."""


def newest() -> int:
    return AuditLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def since(last: int) -> Lines:
    """What was written down since this line: what was done, to what (without its id), and the stay."""
    found = AuditLine.objects.filter(pk__gt=last).order_by("pk")
    return [(line.did, re.sub(r" [0-9a-f-]{36}$", "", line.what), line.episode) for line in found]


def expected(site: Site, what: str | None) -> Lines:  # noqa: F811
    return [("opened", what, "" if what == "handover" else str(site.episode.pk))] if what else []


def test_every_address_leaves_exactly_the_line_of_what_it_shows(site):  # noqa: F811
    wrong = {}
    for name, may in WHO_MAY_OPEN.items():
        browser = site.browser(next((who for who, status in zip(ROLES, may, strict=True) if status == 200), "nurse"))
        last = newest()
        browser.get(site.url(name))
        if since(last) != expected(site, LOOKS.get(name)):
            wrong[name] = since(last)
    assert wrong == {}


def test_a_line_says_who_looked_when_and_from_where(site):  # noqa: F811
    for role, name in (("nurse", "episode"), ("supervisor", "trail"), ("patient", "me")):
        site.browser(role).get(site.url(name), REMOTE_ADDR="192.0.2.7")
        line, who = AuditLine.objects.latest("pk"), site.people[role]
        assert (line.who, line.role, line.came_from, line.at) == (str(who.pk), who.role, "192.0.2.7", NOW)


def test_whoever_is_refused_leaves_no_line_of_a_look(site):  # noqa: F811
    for role in ROLES:
        browser = site.browser(role)
        for name, may in WHO_MAY_OPEN.items():
            if may[ROLES.index(role)] in (302, 403, 404):
                last = newest()
                browser.get(site.url(name))
                assert [line for line in since(last) if line[0] == "opened"] == [], (role, name)


def test_a_form_that_was_sent_wrong_shows_the_record_again_and_leaves_a_line_again(site):  # noqa: F811
    for name, what in REFUSED.items():
        browser = site.browser("patient" if "own" in name else "nurse")
        last = newest()
        answer = browser.post(site.url(name), {"id": "no id", "version": "x"})
        assert answer.status_code == 422, name
        assert since(last) == expected(site, what), name


def test_a_script_that_asks_by_sending_nonsense_leaves_a_line_too(site):  # noqa: F811
    for name in ("staff_check_in", "correct", "void", "new_dose", "void_dose"):
        last = newest()
        answer = site.browser("nurse").post(site.url(name), {"id": "no id"}, headers={"accept": "application/json"})
        assert answer.status_code == 422
        assert since(last) == expected(site, REFUSED[name]), name


def test_entering_a_voided_check_in_again_is_a_look_at_where_it_was(site):  # noqa: F811
    nurse = site.people["nurse"]
    wrong = record(site.episode, nurse, NOW, note="Shivering under two blankets.")
    actions.voids.void_check_in(by=nurse, check_in=wrong, void_id=wrong.episode_id, reason="wrong_patient")
    right = admit(nurse, site.ward, "Ari", bed="9")
    last = newest()
    page = Page(site.browser("nurse").get(reverse("staff_check_in", args=[right.pk, "cows"]), {"from": str(wrong.pk)}))
    assert "Shivering under two blankets." in page.source
    assert since(last) == [
        ("opened", "check-in form cows", str(right.pk)),
        ("opened", "check-in", str(site.episode.pk)),
    ]
