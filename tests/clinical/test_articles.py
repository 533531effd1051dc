"""What to read just now, and why."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.articles import SHELVES, Article, Audience, FrontMatter, Pick, Reported, Shelf, choose
from clinical.library import load
from clinical.symptoms import Phase

LIBRARY = load(settings.CONTENT_DIR)
SYMPTOMS = LIBRARY.symptoms


def article(
    slug: str,
    *,
    audience: tuple[Audience, ...] = ("patient",),
    phases: tuple[Phase, ...] = (),
    symptoms: tuple[str, ...] = (),
    words: int = 200,
    group: Shelf = "what-helps",
) -> Article:
    about = FrontMatter(
        title=slug, summary="x", group=group, audience=audience, phases=phases, symptoms=symptoms, alerts=(), related=(), search_terms=(),
        sources=("a source",), written_on=date(2026, 1, 1), review_due=date(2027, 1, 1), reviewer="nobody yet",
    )  # fmt: skip
    return Article(slug, about, "<p>x</p>", words)


STOMACH = article("stomach", phases=("peak",), symptoms=("nausea", "vomiting"))
SLEEP = article("sleep", phases=("peak",), symptoms=("insomnia",))
FEVER = article("fever", symptoms=("fever",))
PEAK = article("peak-days", phases=("peak",))
ANY = article("any-time")
STAFF = article("for-staff", audience=("staff",), phases=("peak",), symptoms=("nausea",))
SHELF = [ANY, PEAK, FEVER, SLEEP, STOMACH, STAFF]


def chosen(
    *reported: tuple[str, int] | Reported,
    shelf: list[Article] = SHELF,
    audience: Audience = "patient",
    phase: Phase | None = "peak",
    **more: Any,
) -> list[Pick]:
    found = [r if isinstance(r, Reported) else Reported(SYMPTOMS[r[0]], r[1]) for r in reported]
    given: dict[str, Any] = {"phase_words": "it is day 2", "reported_by": "patient"}
    return choose(shelf, audience=audience, phase=phase, reported=found, **given | more)


def slugs(picks: list[Pick]) -> list[str]:
    return [pick.article.slug for pick in picks]


def test_what_was_reported_worst_comes_first_then_what_fits_the_phase():
    assert slugs(chosen(("insomnia", 1), ("fever", 3))) == ["fever", "sleep", "peak-days"]
    assert slugs(chosen(("insomnia", 3), ("fever", 1))) == ["sleep", "fever", "peak-days"]


def test_of_two_equally_bad_the_one_that_rose_more_comes_first():
    rose = Reported(SYMPTOMS["fever"], 3, rose_from=0)
    little = Reported(SYMPTOMS["insomnia"], 3, rose_from=2)
    assert slugs(chosen(little, rose))[:2] == ["fever", "sleep"]
    assert slugs(chosen(rose, little))[:2] == ["fever", "sleep"]


def test_of_two_equally_bad_the_one_that_rose_comes_before_the_one_that_stayed():
    stayed = Reported(SYMPTOMS["insomnia"], 3)
    rose = Reported(SYMPTOMS["fever"], 3, rose_from=1)
    assert slugs(chosen(stayed, rose))[:2] == ["fever", "sleep"]


def test_every_article_comes_with_its_reason():
    picks = chosen(("fever", 2), limit=4)
    assert [(p.reason, p.because, p.source) for p in picks] == [
        ("reported", "feeling hot or feverish", "patient"),
        ("phase", "it is day 2", "clock"),
        ("phase", "it is day 2", "clock"),
        ("phase", "it is day 2", "clock"),
    ]
    assert [(p.reason, p.because) for p in chosen(phase=None)] == [("always", "")]


def test_staff_read_the_reason_in_their_words_and_who_said_it():
    pick = chosen(("nausea", 2), audience="staff", reported_by="staff")[0]
    assert (pick.article.slug, pick.because, pick.source) == ("for-staff", "nausea", "staff")


def test_one_article_for_a_symptom_and_none_twice():
    assert slugs(chosen(("nausea", 3), ("vomiting", 3))) == ["stomach", "peak-days", "sleep"]


def test_a_sign_only_staff_can_see_is_named_in_their_words_where_there_are_no_others():
    pupils = article("pupils", symptoms=("pupil_dilation",))
    [pick] = chosen(("pupil_dilation", 2), shelf=[pupils], reported_by="staff")
    assert pick.because == "dilated pupils"


def test_none_at_all_is_not_a_report():
    assert [p.reason for p in chosen(("fever", 0))] == ["phase", "phase", "phase"]


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (article("b"), article("a", group="what-is-happening")),
        (article("b", symptoms=("fever", "chills")), article("a", symptoms=("chills", "fever"))),
        (article("b", phases=("peak",)), article("a", phases=("late",))),
        (article("a"), article("b")),
    ],
    ids=["what helps", "about this symptom before others", "of this phase", "by name"],
)
def test_the_nearer_article_about_a_symptom_wins(nearer: Article, farther: Article):
    both = [a if a.about.symptoms else replace(a, about=replace(a.about, symptoms=("fever",))) for a in (nearer, farther)]
    assert slugs(chosen(("fever", 2), shelf=both))[0] == nearer.slug
    assert slugs(chosen(("fever", 2), shelf=both[::-1]))[0] == nearer.slug


def test_staff_also_see_what_a_patient_may_read_after_their_own():
    assert slugs(chosen(("nausea", 2), audience="staff"))[0] == "for-staff"
    assert slugs(chosen(("fever", 2), audience="staff"))[0] == "fever"
    assert "for-staff" not in slugs(chosen(("nausea", 2)))


def test_one_place_is_kept_for_the_phase():
    picks = chosen(("fever", 3), ("insomnia", 3), ("nausea", 3))
    assert [p.reason for p in picks] == ["reported", "reported", "phase"]


def test_no_place_is_kept_for_a_phase_nobody_knows():
    """Where last use is unknown, a third thing that hurts comes before something to read at any time."""
    picks = chosen(("fever", 3), ("insomnia", 3), ("nausea", 3), phase=None)
    assert [p.reason for p in picks] == ["reported", "reported", "reported"]


def test_the_article_that_leads_a_phase_comes_first():
    leading = replace(PEAK, slug="z-leads", about=replace(PEAK.about, leads=True))
    assert slugs(chosen(shelf=[PEAK, STOMACH, leading])) == ["z-leads", "peak-days", "stomach"]


def test_what_is_about_any_time_only_fills_up():
    assert "any-time" not in slugs(chosen())
    assert slugs(chosen(shelf=[ANY, PEAK])) == ["peak-days", "any-time"]


def test_without_a_phase_nothing_is_chosen_by_phase():
    assert all(pick.reason != "phase" for pick in chosen(("fever", 2), phase=None))


def test_the_order_of_the_shelf_changes_nothing():
    assert slugs(chosen(("insomnia", 2), shelf=SHELF[::-1])) == slugs(chosen(("insomnia", 2)))


reports = st.lists(
    st.builds(
        Reported,
        st.sampled_from([s for s in SYMPTOMS.values() if s.patient]),
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 2)),
    ),
    max_size=8,
)


@given(
    st.sampled_from(["patient", "family", "staff"]),
    st.one_of(st.none(), st.sampled_from(get_args(Phase))),
    reports,
    st.integers(0, 5),
)
def test_never_more_than_asked_for_never_twice_and_only_for_this_reader(
    audience: Audience, phase: Phase | None, reported: list[Reported], limit: int
):
    picks = choose(
        LIBRARY.articles.values(),
        audience=audience,
        phase=phase,
        phase_words="x",
        reported=reported,
        reported_by="patient",
        limit=limit,
    )
    assert len(picks) <= limit
    assert len(set(slugs(picks))) == len(picks)
    said = {r.symptom.slug for r in reported if r.severity}
    for pick in picks:
        assert audience in pick.article.about.audience or (audience == "staff" and "patient" in pick.article.about.audience)
        if pick.reason == "reported":
            assert said & set(pick.article.about.symptoms)
        elif pick.reason == "phase":
            assert phase in pick.article.about.phases
    assert [p.reason for p in picks] == sorted((p.reason for p in picks), key=["reported", "phase", "always"].index)


@pytest.mark.parametrize("phase", ["pre", "early", "peak", "late", "protracted", "treatment"])
@pytest.mark.parametrize("audience", ["patient", "staff"])
def test_there_is_something_to_read_in_every_phase(audience: Audience, phase: Phase):
    picks = choose(LIBRARY.articles.values(), audience=audience, phase=phase, phase_words="x", reported=[], reported_by="patient")
    assert len(picks) == 3


def test_every_symptom_a_patient_reports_has_something_to_read():
    without = {s.slug for s in SYMPTOMS.values() if s.asked_of("patient")} - {
        s for a in LIBRARY.articles.values() if "patient" in a.about.audience for s in a.about.symptoms
    }
    assert without == set()


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (180, 1), (269, 1), (271, 2), (900, 5)])
def test_minutes_are_those_of_a_slow_reader(words: int, minutes: int):
    assert article("x", words=words).minutes == minutes


def test_an_article_without_sources_or_readers_cannot_be_made():
    about = ANY.about
    with pytest.raises(ValueError, match="sources are missing"):
        replace(about, sources=())
    with pytest.raises(ValueError, match="audience is empty"):
        replace(about, audience=())


def test_every_article_stands_on_a_shelf_that_has_a_name():
    assert {a.about.group for a in LIBRARY.articles.values()} <= set(SHELVES)
