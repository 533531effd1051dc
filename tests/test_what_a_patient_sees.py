"""A patient reads their own words and what is theirs to know: never a rule, a note of staff, a score, or anybody else."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from clinical.rules import evaluate, every
from tests.conftest import NOW, cows_answers, give, record
from tests.contract import ROLES, WHO_MAY_OPEN
from tests.test_pages import Site, draft_of_two, pages, site  # noqa: F401 - site is a fixture
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.history import of_episode, protocol_of

HOUR = timedelta(hours=1)


@pytest.fixture
def worrying(site) -> Site:  # noqa: F811
    """A patient about whom rules have a lot to say and staff have written a lot."""
    nurse: Any = site.people["nurse"]
    for hours, total in ((6, 14), (3, 27), (1, 38)):
        record(site.episode, nurse, NOW - hours * HOUR, answers=cows_answers(total), note=f"zq-note-{total}")
    vitals = {"pulse": 131, "systolic": 191, "respiratory_rate": 9, "spo2": 86, "alertness": 3}
    record(site.episode, nurse, NOW - HOUR, instrument="vitals", answers=vitals, note="zq-vitals")
    wrong = record(site.episode, nurse, NOW - HOUR, note="zq-first")
    record(site.episode, nurse, NOW - HOUR, replaces=wrong, replace_reason="other", replace_note="zq-why", note="zq-second")
    for medicine in ("buprenorphine", "methadone"):
        given = give(site.episode, nurse, NOW - HOUR, medicine, note="zq-dose", ordered_by="zq-ordered")
    actions.voids.void_dose(by=nurse, dose=given, void_id=uuid4(), reason="other", note="zq-void")
    from tests.conftest import stay

    actions.stays.change_stay(
        by=nurse, episode=site.episode, seen_version=1, stay=stay(bed="7", usual_pain="zq-pain"), reason="zq-moved", now=NOW
    )
    draft_of_two(site)
    return site


def shown_to_the_patient(site: Site) -> list[tuple[str, HttpResponse]]:  # noqa: F811
    """Every answer a patient can get: every address of the table, every step, as a page and as JSON."""
    client = site.browser("patient")
    urls = {site.url(name) for name in WHO_MAY_OPEN} | {url for who, url in pages(site) if who == "patient"}
    found = []
    for url in sorted(urls - {site.url("account_logout")}):
        for accept in ("text/html", "application/json"):
            found.append((url, client.get(url, headers={"accept": accept})))
            found.append((url, client.post(url, {}, headers={"accept": accept})))
    return found


def test_the_rules_do_have_something_to_say(worrying):
    findings = evaluate(of_episode(worrying.episode), protocol_of(worrying.episode), NOW)
    assert len(findings) >= 4, "otherwise the next test proves nothing"


def test_no_answer_holds_a_rule_a_note_a_score_or_a_value_of_staff(worrying):
    findings = evaluate(of_episode(worrying.episode), protocol_of(worrying.episode), NOW)
    numbers = {rule.slug for rule in every}
    secret = {"zq-", "severe", "moderately", "needs attention", *(finding.sentence for finding in findings)}
    answers = shown_to_the_patient(worrying)
    assert sum(response.status_code == 200 for _, response in answers) > 12
    for url, response in answers:
        if url.startswith("/learn/"):
            continue  # written for everybody, about nobody
        page = Page(response)
        words = page.words if "html" in response["Content-Type"] else response.content.decode()
        of_their_own = re.sub(r"\bSevere\b|Skip this one", "", words)
        assert [found for found in secret if found in of_their_own] == [], url
        assert [slug for slug in numbers if re.search(rf"\b{slug}\b", page.source)] == [], url
        assert not re.search(r"COWS\W+(of )?\d|\b(14|27|38|131|191)\b", words), url


def test_no_answer_holds_a_field_that_is_for_staff(worrying):
    """Names of columns and of what the chart is drawn from, as they would stand in JSON or in a page's data."""
    fields = (
        "at_least",
        "fingerprint",
        "recorded_by",
        "replace_note",
        "usual_pain",
        "band",
        '"total"',
        "was_data",
        "break_glass",
    )
    for url, response in shown_to_the_patient(worrying):
        body = response.content.decode()
        assert [field for field in fields if field in body] == [], url


def test_no_answer_holds_anybody_else(worrying):
    for url, response in shown_to_the_patient(worrying):
        body = response.content.decode()
        # As a word of its own: a random token may hold the same three letters.
        assert not re.search(r"\bKim\b", body), url


def test_the_chart_and_its_numbers_are_refused(worrying):
    client = worrying.browser("patient")
    for name in ("episode", "trend_json", "trail", "ward", "emergencies"):
        assert client.get(worrying.url(name)).status_code == 403, name
    assert len(ROLES) == 7
