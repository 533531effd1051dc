"""What to read just now, and why."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.articles import (
    SHELVES,
    Article,
    Audience,
    FrontMatter,
    Given,
    Parts,
    Pick,
    Raised,
    Reference,
    Reported,
    Shelf,
    choose,
    for_alert,
    one_card,
    shelves,
)
from clinical.library import load
from clinical.rules import every
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
    alerts: tuple[str, ...] = (),
    medicines: tuple[str, ...] = (),
    card: str = "",
    staff_page: str = "",
) -> Article:
    about = FrontMatter(
        title=slug,
        summary="x",
        group=group,
        audience=audience,
        phases=phases,
        symptoms=symptoms,
        alerts=alerts,
        related=(),
        search_terms=(),
        sources=("a source",),
        documents=(),
        written_on=date(2026, 1, 1),
        review_due=date(2027, 1, 1),
        reviewer="nobody yet",
        medicines=medicines,
        card=card,
        staff_page=staff_page,
    )
    return Article(slug, about, Parts("<p>x</p>", "", ""), words)


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
    assert all(p.with_patient is None or audience == "staff" for p in picks)


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


def test_the_first_shelf_begins_with_what_is_happening_and_goes_on_day_by_day():
    name, on_it = shelves(LIBRARY.articles.values())[0]
    assert name == "What is happening to me"
    assert [a.slug for a in on_it[:6]] == ["timeline", "what-is-withdrawal", "day1", "day2-3", "day4-7", "after-week1"]


# Alerts and medicines -----------------------------------------------------------------------------------------

FLUIDS = article("fluids", audience=("staff",), alerts=("R01", "R02"), symptoms=("vomiting",))
GENERAL = article("general", audience=("staff",), alerts=("R03", "R01"))
DOSE = article("dose", audience=("patient",), medicines=("methadone",), phases=("treatment",))
DOSE_STAFF = article("dose-staff", audience=("staff",), medicines=("methadone",), group="staff")
WARD = [*SHELF, FLUIDS, GENERAL, DOSE, DOSE_STAFF]


def raised(slug: str, *, urgent: bool = True) -> Raised:
    return Raised(slug, f"name of {slug}", urgent)


def test_an_urgent_alert_comes_before_what_was_reported_and_another_one_after():
    urgent = chosen(("fever", 3), shelf=WARD, audience="staff", alerts=[raised("R01")], limit=4)
    assert [(p.article.slug, p.reason, p.because, p.source) for p in urgent][:2] == [
        ("fluids", "alert", "name of R01", "alert"),
        ("fever", "reported", "feverish (temperature decides)", "patient"),
    ]
    calm = chosen(("fever", 3), shelf=WARD, audience="staff", alerts=[raised("R01", urgent=False)], limit=4)
    assert [p.reason for p in calm][:2] == ["reported", "alert"]


def test_the_article_about_an_alert_before_others_is_the_one_that_is_shown():
    assert slugs(chosen(shelf=WARD, audience="staff", alerts=[raised("R01")]))[0] == "fluids"
    assert slugs(chosen(shelf=WARD, audience="staff", alerts=[raised("R03")]))[0] == "general"
    assert for_alert(WARD, "R01") == FLUIDS
    assert for_alert(WARD, "R99") is None
    assert for_alert([article("p", alerts=("R01",))], "R01") is None, "what is not for staff is not shown at an alert"


def test_an_alert_nothing_is_written_about_takes_no_place():
    assert slugs(chosen(("fever", 2), shelf=WARD, audience="staff", alerts=[raised("R99")]))[0] == "fever"


def test_a_patient_is_told_of_no_alert_by_its_name():
    theirs = article("theirs", alerts=("R08",))
    [pick] = chosen(shelf=[theirs], alerts=[raised("R08")], phase=None)
    assert (pick.reason, pick.because) == ("alert", "")


def test_a_medicine_that_was_given_comes_after_what_was_reported():
    picks = chosen(("fever", 1), shelf=WARD, medicines=[Given("methadone", "Methadone")], limit=4)
    assert [(p.article.slug, p.reason, p.because) for p in picks][:2] == [
        ("fever", "reported", "feeling hot or feverish"),
        ("dose", "medicine", "Methadone"),
    ]
    assert slugs(chosen(shelf=WARD, audience="staff", medicines=[Given("methadone", "Methadone")]))[0] == "dose-staff"


def test_staff_get_the_page_to_read_with_the_patient_beside_their_own():
    theirs = replace(STOMACH, about=replace(STOMACH.about, staff_page="fluids"))
    other = replace(FEVER, about=replace(FEVER.about, staff_page="fluids"))
    [pick, *_] = chosen(("vomiting", 2), shelf=[other, theirs, FLUIDS], audience="staff")
    assert (pick.article.slug, pick.with_patient) == ("fluids", theirs), "the one about vomiting, not the one about fever"
    assert all(p.with_patient is None for p in chosen(("vomiting", 2), shelf=[theirs, FLUIDS]))


def test_the_card_is_not_the_same_twice_while_another_one_fits():
    words = "word " * 40
    a, b = (replace(x, about=replace(x.about, card=words)) for x in (STOMACH, PEAK))
    picks = chosen(("nausea", 2), shelf=[a, b])
    assert [one_card(picks, last).article.slug for last in ("", "stomach", "peak-days")] == ["stomach", "peak-days", "stomach"]  # type: ignore[union-attr]
    alone = chosen(("nausea", 2), shelf=[a])
    assert one_card(alone, "stomach").article.slug == "stomach"  # type: ignore[union-attr]
    assert one_card(chosen(("nausea", 2), shelf=[STOMACH])) is None, "what has no card is not shown as one"


def test_a_card_for_any_time_does_not_push_out_what_was_reported():
    words = "word " * 40
    a, any_time = (replace(x, about=replace(x.about, card=words)) for x in (STOMACH, ANY))
    assert one_card(chosen(("nausea", 2), shelf=[a, any_time], phase=None), "stomach").article.slug == "stomach"  # type: ignore[union-attr]


@pytest.mark.parametrize("words", [5, 34, 76])
def test_a_card_that_is_too_short_or_too_long_is_refused(words: int):
    with pytest.raises(ValueError, match="a card is read in one breath"):
        replace(ANY.about, card="word " * words)


# Reviews --------------------------------------------------------------------------------------------------------


def reviewed(on: date | None, due: date = date(2027, 1, 1)) -> Article:
    about = replace(ANY.about, reviewed_on=on, review_due=due)
    now = replace(ANY, about=about, text="Rest.")
    return replace(now, reviewed=now.as_read if on else "")


def test_an_article_stands_where_its_review_says():
    today = date(2026, 12, 1)
    assert reviewed(None).standing(today) == "awaiting"
    assert reviewed(date(2026, 11, 1)).standing(today) == "signed"
    assert reviewed(date(2026, 11, 1), due=today).standing(today) == "signed"
    assert reviewed(date(2026, 11, 1), due=date(2026, 11, 30)).standing(today) == "overdue"


@pytest.mark.parametrize(
    "change", [{"text": "Run."}, {"title": "Other"}, {"summary": "Other"}, {"card": "word " * 40}, {"documents": ("002:22",)}]
)
def test_whatever_people_read_counts_as_a_change_since_the_review(change: dict[str, Any]):
    signed = reviewed(date(2026, 11, 1))
    about = replace(signed.about, **{k: v for k, v in change.items() if k != "text"})
    changed = replace(signed, about=about, text=change.get("text", signed.text))
    assert (signed.changed, changed.changed) == (False, True)
    assert changed.standing(date(2026, 12, 1)) == "changed"


def test_where_it_is_shown_is_no_change_of_what_was_reviewed():
    signed = reviewed(date(2026, 11, 1))
    moved = replace(signed, about=replace(signed.about, phases=("peak",), search_terms=("x",), related=("y",)))
    assert not moved.changed


@pytest.mark.parametrize("passage", ["005:1", "002", "002:22-", "02:3", "002:a"])
def test_a_passage_that_is_none_is_refused(passage: str):
    with pytest.raises(ValueError, match="is no passage"):
        replace(ANY.about, documents=(passage,))


@pytest.mark.parametrize(
    ("text", "year"), [("Book, 2010", 0), ("Book", 2010), ("Book, 2010", 2011), ("Book (undated)", 2010), ("Book", 0)]
)
def test_a_source_names_its_year_or_says_that_it_has_none(text: str, year: int):
    with pytest.raises(ValueError, match="names its year"):
        Reference("x", text, year, "read")


def test_a_source_known_only_as_others_quote_it_says_so():
    assert Reference("x", "Book, 2010", 2010, "quoted").said.endswith("Known only as others quote it")
    assert Reference("x", "Book, 2010", 2010, "read").said == "Book, 2010"


# What stands beside what, in the real library -----------------------------------------------------------------

BESIDE_AN_ALERT = {
    "R01": ("stomach", "staff-fluids"),
    "R02": ("heart", "staff-heart"),
    "R03": ("coping-kit", "staff-comfort"),
    "R04": ("coping-kit", "staff-comfort"),
    "R05": ("buprenorphine", "staff-buprenorphine"),
    "R06": ("buprenorphine", "staff-buprenorphine"),
    "R07": ("dose-adjust", "staff-sedation"),
    "R08": ("anxiety-mood", "staff-suicide"),
    "R09": ("infections", "staff-fever"),
    "R10": ("pregnancy", "staff-pregnancy"),
    "R11": ("lost-tolerance", "staff-leaving"),
    "R12": ("polydrug", "staff-other-withdrawal"),
    "R13": ("", "charting-guide"),
    "R14": ("", "staff-heart"),
    "R15": ("scales-explained", "charting-guide"),
    "R16": ("clonidine-lofexidine", "staff-alpha2"),
    "R17": ("naltrexone", "staff-naltrexone"),
    "R18": ("methadone", "staff-methadone"),
    "R19": ("scales-explained", "staff-comfort"),
    "R20": ("timeline", "staff-course"),
    "R21": ("call-staff-now", "staff-danger"),
    "R22": ("call-staff-now", "staff-danger"),
    "R23": ("overdose-naloxone", "staff-sedation"),
    "R24": ("polydrug", "staff-other-withdrawal"),
}
"""What a patient and what staff are shown first about each alert: a page about just that. Empty: nothing for patients."""


@pytest.mark.parametrize("rule", sorted(BESIDE_AN_ALERT))
@pytest.mark.parametrize("phase", ["early", "peak", "late", "protracted", "treatment"])
def test_an_alert_brings_the_page_about_it_in_every_phase(rule: str, phase: Phase):
    def first(audience: Audience) -> str:
        picks = choose(
            LIBRARY.articles.values(),
            audience=audience,
            phase=phase,
            phase_words="",
            reported=[],
            reported_by="patient",
            alerts=[Raised(rule, "x", urgent=True)],
        )
        return next((pick.article.slug for pick in picks if pick.reason == "alert"), "")

    assert (first("patient"), first("staff")) == BESIDE_AN_ALERT[rule]
    on_the_alert = for_alert(LIBRARY.articles.values(), rule)
    assert on_the_alert
    assert on_the_alert.slug == BESIDE_AN_ALERT[rule][1]


def test_every_alert_has_its_page():
    assert set(BESIDE_AN_ALERT) == {rule.slug for rule in every}


@pytest.mark.parametrize("slug", ["day1", "day2-3", "day4-7", "after-week1"])
def test_a_card_for_days_is_shown_for_its_days_alone(slug: str):
    """Day 2 is not spoken of on day 8 because of an alert."""
    assert LIBRARY.articles[slug].about.alerts == ()
    assert LIBRARY.articles[slug].about.medicines == ()


@pytest.mark.parametrize(
    ("symptom", "page"),
    [
        ("craving", "staff-late-symptoms"),
        ("anxiety", "staff-comfort"),
        ("chills", "staff-fever"),
        ("muscle_jerks", "staff-comfort"),
        ("low_mood", "staff-suicide"),
    ],
)
def test_staff_are_shown_their_side_of_what_was_reported(symptom: str, page: str):
    def first(audience: Audience) -> Pick:
        return choose(
            LIBRARY.articles.values(),
            audience=audience,
            phase="peak",
            phase_words="",
            reported=[Reported(SYMPTOMS[symptom], 2)],
            reported_by="patient",
        )[0]

    mine, theirs = first("staff"), first("patient")
    assert mine.article.slug == page
    assert mine.with_patient
    assert mine.with_patient.slug == theirs.article.slug


@pytest.mark.parametrize("phase", ["pre", "early", "peak", "late"])
@pytest.mark.parametrize("audience", ["patient", "staff"])
def test_days_counted_after_heroin_are_no_days_after_methadone(phase: Phase, audience: Audience):
    def shown(course: str) -> set[str]:
        reported = [Reported(SYMPTOMS["craving"], 1)]
        picks = choose(
            LIBRARY.articles.values(),
            audience=audience,
            phase=phase,
            phase_words="",
            reported=reported,
            reported_by="patient",
            course=course,
            limit=6,
        )
        return {p.article.slug for p in picks} | {p.with_patient.slug for p in picks if p.with_patient}

    days = {"day1", "day2-3", "day4-7"}
    assert shown("long-acting").isdisjoint(days)
    if audience == "patient":
        assert shown("short-acting") & days
        assert shown("fentanyl-or-unknown") & days


def test_nobody_is_given_pregnancy_or_coming_off_to_read_because_of_the_day():
    """A man, or somebody on the first day of treatment."""
    for phase in ("pre", "early", "peak", "late", "treatment"):
        for audience in ("patient", "staff"):
            picks = choose(
                LIBRARY.articles.values(),
                audience=audience,
                phase=phase,
                phase_words="",
                reported=[],
                reported_by="patient",
                limit=6,
            )
            assert {"pregnancy", "staff-pregnancy", "tapering-off-medicine"}.isdisjoint(
                p.article.slug for p in picks if p.reason == "phase"
            )
