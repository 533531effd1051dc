"""The clinic's library: everything in content/, read once, strictly. The only module that opens files."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import nh3
from markdown_it import MarkdownIt

from clinical.articles import Article, FrontMatter
from clinical.courses import OPIOIDS, Course, Opioid
from clinical.instruments import Instrument, prove, with_defaults, with_symptoms
from clinical.medicines import Medicine
from clinical.protocols import Protocol
from clinical.strict import ContentError, build
from clinical.symptoms import Symptom

T = TypeVar("T")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Library:
    """All definitions of one language, by slug."""

    symptoms: Mapping[str, Symptom]
    instruments: Mapping[str, Instrument]
    editions: Mapping[tuple[str, int], Instrument]
    courses: Mapping[str, Course]
    protocols: Mapping[str, Protocol]
    articles: Mapping[str, Article]
    medicines: Mapping[str, Medicine]

    def instrument(self, slug: str, version: int | None = None) -> Instrument:
        """The newest version of an instrument, or the one asked for. Raises KeyError if there is none."""
        return self.instruments[slug] if version is None else self.editions[slug, version]

    def course_for(self, opioid: Opioid) -> Course:
        """The course of this kind of opioid."""
        return next(course for course in self.courses.values() if opioid in course.opioids)


def load(content: Path, language: str = "en") -> Library:
    """Read everything below `content`. Raises ContentError at the first thing that is wrong."""
    symptoms = _tables(content / "symptoms.toml", Symptom)
    editions: dict[tuple[str, int], Instrument] = {}
    for path in _files(content / "instruments"):
        instrument = _instrument(path, symptoms)
        editions[instrument.slug, instrument.version] = instrument
    newest: dict[str, Instrument] = {}
    for instrument in sorted(editions.values(), key=lambda i: i.version):
        newest[instrument.slug] = instrument
    medicines = _tables(content / "medicines.toml", Medicine)
    protocols = _by_slug(content / "protocols", Protocol)
    for protocol in protocols.values():
        where = f"{_name(content / 'protocols')}/{protocol.slug}.toml"
        _names_what_exists(where, protocol, newest, medicines)
    courses = _by_slug(content / "courses", Course)
    _every_opioid_has_one_course(courses, content / "courses")
    return Library(
        symptoms=symptoms,
        instruments=dict(sorted(newest.items(), key=lambda pair: pair[1].order)),
        editions=editions,
        courses=courses,
        protocols=protocols,
        articles=_articles(content / "articles" / language, symptoms),
        medicines=medicines,
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{_name(path)}: this is not valid TOML. {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{_name(path)}: the file cannot be read. {error}.") from error


def _name(path: Path) -> str:
    parts = path.parts
    return "/".join(parts[parts.index("content") :]) if "content" in parts else path.name


def _files(folder: Path, suffix: str = "toml") -> list[Path]:
    found = sorted(folder.glob(f"*.{suffix}"))
    if not found:
        raise ContentError(f"{_name(folder)}: no .{suffix} file found here.")
    return found


def _saying_where(where: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except ValueError as error:
        raise ContentError(f"{where}: {error}") from error


def _tables(path: Path, cls: type[T]) -> dict[str, T]:
    """One file of many things: every table is one, and its heading is its slug."""
    tables = _toml(path)
    tables.pop("status", None)
    return {
        slug: build(cls, {"slug": slug, **table} if isinstance(table, dict) else table, f"{_name(path)}, [{slug}]")
        for slug, table in tables.items()
    }


def _instrument(path: Path, symptoms: Mapping[str, Symptom]) -> Instrument:
    where = _name(path)
    table = _toml(path)
    shared = table.get("defaults", {}).get("options")
    if shared:
        for item in table.get("items", []):
            item.setdefault("options", shared)
    instrument = build(Instrument, table, where)
    if path.stem.split(".")[0] != instrument.slug:
        raise ContentError(f"{where}: the slug {instrument.slug!r} disagrees with the file name {path.stem!r}.")
    made = _saying_where(where, lambda: with_defaults(with_symptoms(instrument, symptoms)))
    _saying_where(where, lambda: prove(made))
    return made


def _by_slug(folder: Path, cls: type[T]) -> dict[str, T]:
    made: dict[str, T] = {}
    for path in _files(folder):
        thing = build(cls, _toml(path), _name(path))
        slug: str = thing.slug  # type: ignore[attr-defined]
        if slug != path.stem:
            raise ContentError(f"{_name(path)}: the slug {slug!r} disagrees with the file name {path.stem!r}.")
        made[slug] = thing
    return made


def _names_what_exists(
    where: str, protocol: Protocol, instruments: Mapping[str, Instrument], medicines: Mapping[str, Medicine]
) -> None:
    """A rule about a sign or a medicine that nobody can record would silently never speak."""
    signs = instruments["danger"].item_by_slug if "danger" in instruments else {}
    rules = protocol.rules
    for place, named in (("ticks", rules.ticks.events), ("R21", rules.R21.emergency + rules.R21.urgent)):
        for sign in named:
            if sign not in signs:
                raise ContentError(f"{where}, rules.{place}: {sign!r} is no question of content/instruments/danger.toml.")
    for after in protocol.after_dose:
        for medicine in after.medicines:
            if medicine not in medicines:
                raise ContentError(f"{where}, after_dose: {medicine!r} is not in content/medicines.toml.")


def _every_opioid_has_one_course(courses: Mapping[str, Course], folder: Path) -> None:
    for opioid in OPIOIDS:
        having = [course.slug for course in courses.values() if opioid in course.opioids]
        if len(having) != 1:
            raise ContentError(f"{_name(folder)}: {opioid!r} must stand in exactly one course; found {having or 'none'}.")


def _articles(folder: Path, symptoms: Mapping[str, Symptom]) -> dict[str, Article]:
    articles: dict[str, Article] = {}
    for path in _files(folder, "md"):
        articles[path.stem] = _article(path, symptoms)
    for slug, article in articles.items():
        missing = [other for other in article.about.related if other not in articles]
        if missing:
            # A related article that is not written yet is left out, not shown as a dead link.
            about = replace(article.about, related=tuple(s for s in article.about.related if s in articles))
            articles[slug] = replace(article, about=about)
    return articles


def _article(path: Path, symptoms: Mapping[str, Symptom]) -> Article:
    where = _name(path)
    text = path.read_text(encoding="utf-8")
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ContentError(f"{where}: an article begins with its front matter between two lines of +++.")
    try:
        table = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: the front matter is not valid TOML. {error}.") from error
    about = build(FrontMatter, table, where)
    for symptom in about.symptoms:
        if symptom not in symptoms:
            raise ContentError(f"{where}, key 'symptoms': {symptom!r} is not in content/symptoms.toml.")
    html = nh3.clean(_markdown.render(parts[2]))
    return Article(slug=path.stem, about=about, html=html, words=len(parts[2].split()))
