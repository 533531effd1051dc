"""Instruments: what one check-in asks, which answers it takes, and what they add up to.

An instrument is a TOML file in content/instruments/, loaded strictly by `clinical.library`. Options are explicit
value lists, never a minimum and a maximum, because the values of real scales are not contiguous. Every file
carries worked examples; one that scores differently from what it says stops the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Literal

from clinical.symptoms import Group, Reporter, Symptom

SKIPPED = "skipped"
"""Stands in `answers` for "prefer not to say". Neither zero nor missing: the question was put."""

FAR = 3
"""A value further than this from the one before stands for something else: the widest step of a published scale is 2."""

NO_SUCH_QUESTION = "%(name)s has no question called %(slug)s. Reload the form and try again."
CHOOSE_ONE_OF = "%(label)s: choose one of %(allowed)s."
NUMBER_AND_CAUSE = "%(label)s: enter the number you measured as well as its cause."
SUCH_AS = "%(label)s: enter a number, such as %(example)s."
WHOLE_NUMBER = "%(label)s: enter a whole number."
FROM_TO = "%(label)s: enter a number from %(low)s to %(high)s."
OUTSIDE = "%(label)s: enter a number from %(low)s to %(high)s. %(value)s is outside that."

Answer = int | float | str
Answers = Mapping[str, Answer]


class Problem(str):
    """What is wrong with one answer, in English, and the same as `template` and `facts` for other languages."""

    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, **facts: object) -> "Problem":
        """The sentence, from a template with %(name)s places."""
        made = super().__new__(cls, template % facts)
        made.template, made.facts = template, facts
        return made


class AnswerError(Exception):
    """Some answers are not ones this instrument takes. `problems` maps item slug to a sentence."""

    def __init__(self, problems: dict[str, Problem]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class Option:
    """One answer: its value, its meaning in words, and (for a measured item) the first measurement it covers."""

    value: int
    label: str
    patient: str = ""
    from_: int | None = None


@dataclass(frozen=True)
class Item:
    """One question of an instrument.

    `choice` takes one of its options; `count` is a choice that earns no points ("how many times?");
    `quantity` is a number with a unit; `measured` is a number from which the score of the item follows.
    """

    slug: str
    label: str
    hint: str = ""
    patient: str = ""
    kind: Literal["choice", "count", "quantity", "measured"] = "choice"
    options: tuple[Option, ...] = ()
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    decimals: int = 0
    usual: tuple[Decimal, Decimal] | None = None
    fahrenheit: bool = False
    override: str = ""
    override_hint: str = ""
    asked_of: tuple[Reporter, ...] = ("staff", "patient")
    asked_about: Literal["now", "24h"] = "now"
    group: Group | Literal[""] = ""
    counts: str = ""

    def __post_init__(self) -> None:
        values = [option.value for option in self.options]
        if len(values) != len(set(values)):
            raise ValueError(f"item {self.slug!r} repeats the value {next(v for v in values if values.count(v) > 1)}.")
        if self.kind != "quantity" and not self.options:
            raise ValueError(f"item {self.slug!r} has no options.")
        if self.kind in ("quantity", "measured") and (self.minimum is None or self.maximum is None):
            raise ValueError(f"item {self.slug!r} needs a plausible minimum and maximum.")
        if self.kind == "measured":
            starts = [option.from_ for option in self.options]
            if None in starts or starts != sorted(starts, key=lambda start: start or 0):
                raise ValueError(f"item {self.slug!r}: every option of a measured item needs a rising 'from'.")

    @property
    def graded(self) -> bool:
        """Whether the values of the item mean more and less. Where one stands far from the others (9, "Not known", after 0 and 1) they
        only tell answers apart, and are not shown beside the words."""
        values = sorted(option.value for option in self.options)
        return all(after - before <= FAR for before, after in pairwise(values))

    @property
    def rate(self) -> str:
        """The answer that holds the raw measurement of a measured item."""
        return f"{self.slug}_rate"

    @property
    def cause(self) -> str:
        """The answer that says a measurement has another cause, and so earns no points."""
        return f"{self.slug}_cause"

    def label_of(self, value: Answer | None) -> str:
        """The words for one of this item's values, or "" where it has none."""
        return next((option.label for option in self.options if option.value == value), "")


@dataclass(frozen=True)
class Band:
    """A named stretch of a total, from `from_` up to where the next band begins."""

    slug: str
    label: str
    from_: int
    short: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example that lives with the definition it proves.

    `total = "maximum"` is the highest total there is. `version` names the one version an example is about: it stays true
    of that version when the symptom catalog grows. Without it, an example is about every version its file makes.
    """

    name: str
    answers: Mapping[str, int | Decimal | str] | None = None
    all: int | Literal["maximum"] | None = None
    asked: Reporter | None = None
    total: int | Literal["maximum"] | None = None
    at_least: int | None = None
    band: str | None = None
    complete: bool = True
    unusual: tuple[str, ...] | None = None
    version: int | None = None


@dataclass(frozen=True)
class SymptomItems:
    """The table that says how the items of an instrument are made from the symptom catalog."""

    options: tuple[Option, ...]
    now_hint: str
    day_hint: str
    count_label: str
    count_options: tuple[Option, ...]
    threshold: int


@dataclass(frozen=True)
class Defaults:
    """What every item of a file shares unless it says otherwise."""

    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Score:
    """What answers add up to. `total` is None while anything is missing: missing is never zero."""

    total: int | None
    at_least: int
    maximum: int
    rated: int
    asked: int
    band: Band | None

    @property
    def complete(self) -> bool:
        """Whether every scored item has an answer."""
        return self.rated == self.asked


@dataclass(frozen=True)
class Instrument:
    """One published version of one instrument. Never edited once used: a change is a new version."""

    slug: str
    version: int
    name: str
    title: str
    filled_by: tuple[Reporter, ...]
    summary: Literal["sum", "moderate or worse", "none"]
    order: int
    partial: Literal["usual", "ask reason"]
    source: str
    license: str
    status: str
    examples: tuple[Example, ...]
    items: tuple[Item, ...] = ()
    bands: tuple[Band, ...] = ()
    maximum: int | None = None
    guidance: str = ""
    blind_spots: str = ""
    symptoms: SymptomItems | None = None
    defaults: Defaults = Defaults()

    def __post_init__(self) -> None:
        slugs = [item.slug for item in self.items]
        if len(slugs) != len(set(slugs)):
            raise ValueError(f"the item {next(s for s in slugs if slugs.count(s) > 1)!r} is defined twice.")
        starts = [band.from_ for band in self.bands]
        if starts != sorted(set(starts)) or (starts and starts[0] != 0):
            raise ValueError("bands must begin at 0 and rise: each 'from' above the one before.")
        if len(self.examples) < 3:
            raise ValueError("at least three worked examples are needed: zero, maximum and an edge.")

    @cached_property
    def item_by_slug(self) -> Mapping[str, Item]:
        """Items by slug."""
        return {item.slug: item for item in self.items}

    def items_for(self, reporter: Reporter) -> tuple[Item, ...]:
        """The items this reporter is asked."""
        return tuple(item for item in self.items if reporter in item.asked_of)

    def scored_for(self, reporter: Reporter) -> tuple[Item, ...]:
        """The items whose answers count towards completeness and total."""
        return tuple(item for item in self.items_for(reporter) if item.kind != "count")

    def settle(self, answers: Answers, reporter: Reporter) -> dict[str, Answer]:
        """Answers as they are to be kept: checked, and measured items given their points.

        Raises AnswerError naming every answer that is not one of this instrument's.
        """
        problems: dict[str, Problem] = {}
        kept: dict[str, Answer] = {}
        items = {item.slug: item for item in self.items_for(reporter)}
        parts = {part for item in items.values() if item.kind == "measured" for part in (item.rate, item.cause)}
        for slug in answers:
            if slug not in items and slug not in parts:
                problems[slug] = Problem(NO_SUCH_QUESTION, name=self.name, slug=slug)
        for item in items.values():
            try:
                kept |= _settle_item(item, answers)
            except _Refused as refused:
                problems[item.slug] = refused.problem
        if problems:
            raise AnswerError(problems)
        return kept

    def score(self, answers: Answers, reporter: Reporter) -> Score:
        """What these settled answers add up to, for the items this reporter is asked."""
        scored = self.scored_for(reporter)
        values = [answers[item.slug] for item in scored if answers.get(item.slug, SKIPPED) != SKIPPED]
        rated, asked = len(values), len(scored)
        if self.summary == "none":
            return Score(None, 0, 0, rated, asked, None)
        if self.summary == "sum":
            at_least = sum(int(value) for value in values)
            maximum = sum(max(option.value for option in item.options) for item in scored)
        else:
            threshold = self.symptoms.threshold if self.symptoms else 2
            at_least = sum(1 for value in values if int(value) >= threshold)
            maximum = asked
        total = at_least if rated == asked else None
        return Score(total, at_least, maximum, rated, asked, self.band_of(total))

    def band_of(self, total: int | None) -> Band | None:
        """The band a complete total falls in. A partial sum has none."""
        if total is None:
            return None
        return next((band for band in reversed(self.bands) if total >= band.from_), None)

    def band(self, slug: str) -> Band | None:
        """The band with this slug."""
        return next((band for band in self.bands if band.slug == slug), None)

    def unusual(self, answers: Answers) -> list[Item]:
        """Quantities outside their usual range: worth a second look, never refused."""
        return [
            item
            for item in self.items
            if item.usual
            and isinstance(value := answers.get(item.slug), int | float)
            and not item.usual[0] <= Decimal(str(value)) <= item.usual[1]
        ]


class _Refused(Exception):
    """One answer cannot be taken."""

    def __init__(self, template: str, **facts: object) -> None:
        self.problem = Problem(template, **facts)
        super().__init__(self.problem)


def _settle_item(item: Item, answers: Answers) -> dict[str, Answer]:
    if item.kind == "measured":
        return _settle_measured(item, answers)
    value = answers.get(item.slug)
    if value is None:
        return {}
    if value == SKIPPED:
        return {item.slug: SKIPPED}
    if item.kind == "quantity":
        return {item.slug: _settle_quantity(item, value)}
    if isinstance(value, bool) or not isinstance(value, int) or value not in [o.value for o in item.options]:
        allowed = ", ".join(str(option.value) for option in item.options)
        raise _Refused(CHOOSE_ONE_OF, label=item.label, allowed=allowed)
    return {item.slug: value}


def _settle_measured(item: Item, answers: Answers) -> dict[str, Answer]:
    rate = answers.get(item.rate)
    if rate is None:
        if answers.get(item.cause):
            raise _Refused(NUMBER_AND_CAUSE, label=item.label)
        return {}
    number = _settle_quantity(item, rate)
    kept: dict[str, Answer] = {item.rate: number}
    cause = str(answers.get(item.cause) or "").strip()
    if cause:
        kept[item.cause] = cause
        kept[item.slug] = 0
        return kept
    points = item.options[0].value
    for option in item.options:
        if option.from_ is not None and number >= option.from_:
            points = option.value
    kept[item.slug] = points
    return kept


def _settle_quantity(item: Item, value: Answer) -> int | float:
    assert item.minimum is not None
    assert item.maximum is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Refused(SUCH_AS, label=item.label, example=item.minimum)
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    within: dict[str, object] = {"label": item.label, "low": item.minimum, "high": item.maximum}
    if not number.is_finite() or abs(number) > 100_000:
        raise _Refused(FROM_TO, **within)
    if item.fahrenheit and number > 60:
        number = (number - 32) * 5 / 9
    if not item.decimals and number != number.to_integral_value():
        raise _Refused(WHOLE_NUMBER, label=item.label)
    number = number.quantize(Decimal(1).scaleb(-item.decimals))
    if not item.minimum <= number <= item.maximum:
        raise _Refused(OUTSIDE, value=f"{value:g}", **within)
    return float(number) if item.decimals else int(number)


def versions_of(files: Mapping[int, Instrument], symptoms: Mapping[str, Symptom]) -> list[int]:
    """The versions of one instrument, the first one first, where `files` are those that have a file of their own.

    An instrument made from the symptom catalog has one version more for each time the catalog grew. Raises ValueError
    where a symptom is asked since a version that follows no other.
    """
    made_from_catalog = any(instrument.symptoms for instrument in files.values())
    grown = {symptom.since: symptom for symptom in symptoms.values()} if made_from_catalog else {}
    versions = {*files, *(version for version in grown if version > min(files))}
    for version, symptom in grown.items():
        if version > min(files) and version - 1 not in versions:
            raise ValueError(
                f"{symptom.slug!r} is asked since version {version}, but there is no version {version - 1} before it."
            )
    return sorted(versions)


def as_of(version: int, instrument: Instrument, symptoms: Mapping[str, Symptom]) -> Instrument:
    """The version of an instrument that asks for the symptoms the catalog had by then, with the examples about it.

    Raises ValueError where an example comes out differently, or fewer than three are about this version.
    """
    asked = {slug: symptom for slug, symptom in symptoms.items() if symptom.since <= version}
    examples = tuple(example for example in instrument.examples if example.version in (None, version))
    made = _with_askers(_with_symptoms(replace(instrument, version=version, examples=examples), asked))
    prove(made)
    return made


def _with_symptoms(instrument: Instrument, symptoms: Mapping[str, Symptom]) -> Instrument:
    """The instrument with the items its `[symptoms]` table asks for, made from these symptoms."""
    if instrument.symptoms is None:
        return instrument
    made: list[Item] = []
    for symptom in symptoms.values():
        reporters: tuple[Reporter, ...] = tuple(who for who in ("staff", "patient") if symptom.asked_of(who))
        if not reporters:
            continue
        item = Item(
            slug=symptom.slug,
            label=symptom.staff,
            patient=symptom.patient,
            hint=instrument.symptoms.day_hint if symptom.asked_about == "24h" else instrument.symptoms.now_hint,
            options=instrument.symptoms.options,
            asked_of=reporters,
            asked_about=symptom.asked_about,
            group=symptom.group,
        )
        made.append(item)
        if symptom.count:
            count = instrument.symptoms
            made.append(
                replace(
                    item,
                    slug=f"{symptom.slug}_count",
                    kind="count",
                    label=f"{symptom.staff}: {count.count_label[0].lower()}{count.count_label[1:]}",
                    patient=count.count_label,
                    hint="",
                    options=count.count_options,
                    counts=symptom.slug,
                )
            )
    return replace(instrument, items=tuple(made) + instrument.items)


def _with_askers(instrument: Instrument) -> Instrument:
    """The instrument with each item asked only of those who may fill the instrument in."""
    items = tuple(
        replace(item, asked_of=tuple(who for who in item.asked_of if who in instrument.filled_by)) for item in instrument.items
    )
    return replace(instrument, items=items)


def prove(instrument: Instrument) -> None:
    """Work every example of the instrument. Raises ValueError for one that comes out differently."""
    for example in instrument.examples:
        reporter: Reporter = example.asked or instrument.filled_by[0]
        answers = _example_answers(instrument, example, reporter)
        try:
            kept = instrument.settle(answers, reporter)
        except AnswerError as error:
            raise ValueError(f"the example {example.name!r} is refused: {error}") from error
        score = instrument.score(kept, reporter)
        found = {
            "total": score.total,
            "complete": score.complete,
            "band": score.band.slug if score.band else None,
            "at_least": score.at_least,
            "unusual": tuple(item.slug for item in instrument.unusual(kept)),
        }
        for key, value in found.items():
            expected = getattr(example, key)
            if expected is None or (key == "total" and not example.complete):
                continue
            if expected == "maximum":
                expected = score.maximum
            if expected != value:
                raise ValueError(f"the example {example.name!r} says {key} = {expected!r}, but it comes out as {value!r}.")
    if instrument.maximum is not None:
        highest = instrument.score({}, instrument.filled_by[0]).maximum
        if highest != instrument.maximum:
            raise ValueError(f"maximum says {instrument.maximum}, but the items add up to {highest}.")


def _example_answers(instrument: Instrument, example: Example, reporter: Reporter) -> dict[str, Answer]:
    if example.answers is not None:
        return {
            slug: (int(value) if value == int(value) else float(value)) if isinstance(value, Decimal) else value
            for slug, value in example.answers.items()
        }
    answers: dict[str, Answer] = {}
    for item in instrument.scored_for(reporter):
        highest = example.all == "maximum"
        if item.kind == "measured":
            assert item.minimum is not None
            assert item.maximum is not None
            answers[item.rate] = item.maximum if highest else item.minimum
        else:
            values = [option.value for option in item.options]
            answers[item.slug] = max(values) if highest else int(example.all or 0)
    return answers
