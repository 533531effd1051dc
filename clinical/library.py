"""The clinic's library: everything in content/, read once, strictly. The only module that opens files."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import nh3
from markdown_it import MarkdownIt

from clinical import contacts
from clinical.articles import Article, FrontMatter, Parts, Reference
from clinical.courses import OPIOIDS, Course, Opioid
from clinical.instruments import Instrument, as_of, versions_of
from clinical.medicines import Medicine
from clinical.protocols import Protocol
from clinical.rules import by_slug as rules
from clinical.rules import tables
from clinical.search import Index, Words, index
from clinical.strict import ContentError, build, build_each
from clinical.symptoms import Symptom
from clinical.thresholds import Rules

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
    index: Index

    def instrument(self, slug: str, version: int | None = None) -> Instrument:
        """The newest version of an instrument, or the one asked for. Raises KeyError if there is none."""
        return self.instruments[slug] if version is None else self.editions[slug, version]

    def course_for(self, opioid: Opioid) -> Course:
        """The course of this kind of opioid."""
        return next(course for course in self.courses.values() if opioid in course.opioids)


TEXT = frozenset(
    [
        "label",
        "patient",
        "staff",
        "short",
        "name",
        "title",
        "hint",
        "unit",
        "note",
        "caption",
        "patient_caption",
        "guidance",
        "blind_spots",
        "override",
        "override_hint",
        "count_label",
        "now_hint",
        "day_hint",
    ]
)
"""The keys whose text people read, and which a translation may say in another language."""


def load(content: Path, language: str = "en") -> Library:
    """Read everything below `content`, in this language as far as it is translated.

    Raises ContentError at the first thing that is wrong.
    """
    read = _Reader(_translations(content / "translations" / f"{language}.toml"))
    symptoms = _tables(content / "symptoms.toml", Symptom, read)
    editions = _editions(content / "instruments", symptoms, read)
    newest: dict[str, Instrument] = {}
    for instrument in sorted(editions.values(), key=lambda i: i.version):
        newest[instrument.slug] = instrument
    _what_measures_is_there(symptoms, newest, content / "symptoms.toml")
    medicines = _tables(content / "medicines.toml", Medicine, read)
    protocols = _by_slug(content / "protocols", _protocol, read)
    for protocol in protocols.values():
        where = f"{_name(content / 'protocols')}/{protocol.slug}.toml"
        _names_what_exists(where, protocol, newest, medicines)
    courses = _by_slug(content / "courses", _course, read)
    _every_opioid_has_one_course(courses, content / "courses")
    articles = _articles(content, language, symptoms, medicines, courses)
    words = _toml(content / "search.toml")
    words.pop("status", None)
    return Library(
        symptoms=symptoms,
        instruments=dict(sorted(newest.items(), key=lambda pair: pair[1].order)),
        editions=editions,
        courses=courses,
        protocols=protocols,
        articles=articles,
        medicines=medicines,
        index=index(articles.values(), symptoms, build(Words, words, "content/search.toml")),
    )


@dataclass(frozen=True)
class _Reader:
    """A reader of TOML files that says in another language what a translation has words for."""

    words: Mapping[str, str]

    def __call__(self, path: Path) -> dict[str, Any]:
        table: dict[str, Any] = self._said(_toml(path))
        return table

    def _said(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._said(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            key: self.words.get(one, one) if key in TEXT and isinstance(one, str) else self._said(one)
            for key, one in value.items()
        }


def _translations(path: Path) -> dict[str, str]:
    """What English text is in another language: `"English text" = "translated text"`. No file, no translation."""
    if not path.exists():
        return {}
    table = _toml(path)
    for english, said in table.items():
        if not isinstance(said, str) or not said:
            raise ContentError(f"{_name(path)}, key {english!r}: expected text in quotes, found {said!r}.")
    return table


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{_name(path)}: this is not valid TOML. {error}.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
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


def _tables(path: Path, cls: type[T], read: Callable[[Path], dict[str, Any]]) -> dict[str, T]:
    """One file of many things: every table is one, and its heading is its slug."""
    tables = read(path)
    tables.pop("status", None)
    found: dict[str, T] = {}
    for slug, table in tables.items():
        where = f"{_name(path)}, [{slug}]"
        if not isinstance(table, dict):
            raise ContentError(f"{where}: expected a table with keys, found {table!r}.")
        if "slug" in table:
            raise ContentError(f"{where}: the heading is the slug. Remove the key 'slug'.")
        found[slug] = build(cls, {"slug": slug, **table}, where)
    return found


def _editions(folder: Path, symptoms: Mapping[str, Symptom], read: _Reader) -> dict[tuple[str, int], Instrument]:
    """Every version of every instrument, each with its worked examples worked."""
    files: dict[str, dict[int, Instrument]] = {}
    where: dict[tuple[str, int], str] = {}
    for path in _files(folder):
        instrument = _instrument(path, read)
        of_slug = files.setdefault(instrument.slug, {})
        if instrument.version in of_slug:
            raise ContentError(f"{_name(path)}: version {instrument.version} of {instrument.slug!r} stands in two files.")
        of_slug[instrument.version] = instrument
        where[instrument.slug, instrument.version] = _name(path)
    editions: dict[tuple[str, int], Instrument] = {}
    for slug, of_slug in files.items():
        for version in _saying_where(_name(folder.parent / "symptoms.toml"), partial(versions_of, of_slug, symptoms)):
            written = max(one for one in of_slug if one <= version)
            made = partial(as_of, version, of_slug[written], symptoms)
            editions[slug, version] = _saying_where(where[slug, written], made)
    return editions


def _instrument(path: Path, read: _Reader) -> Instrument:
    """The instrument as its file says it, before the symptom catalog and the worked examples. Raises ContentError."""
    where = _name(path)
    table = read(path)
    shared = table.get("defaults")
    if isinstance(shared, dict) and isinstance(table.get("items"), list):
        for item in table["items"]:
            if isinstance(item, dict) and "options" in shared:
                item.setdefault("options", shared["options"])
    instrument = build(Instrument, table, where)
    if path.stem.split(".")[0] != instrument.slug:
        raise ContentError(f"{where}: the slug {instrument.slug!r} disagrees with the file name {path.stem!r}.")
    return instrument


def _course(table: dict[str, Any], where: str) -> Course:
    return build(Course, table, where)


def _protocol(table: dict[str, Any], where: str) -> Protocol:
    """A protocol with one table of numbers for each rule there is."""
    if "rules" in table:
        table["rules"] = Rules(build_each(tables, table["rules"], f"{where}, key 'rules'"))
    return build(Protocol, table, where)


def _by_slug(folder: Path, make: Callable[[dict[str, Any], str], T], read: _Reader) -> dict[str, T]:
    made: dict[str, T] = {}
    for path in _files(folder):
        thing = make(read(path), _name(path))
        slug: str = thing.slug  # type: ignore[attr-defined]
        if slug != path.stem:
            raise ContentError(f"{_name(path)}: the slug {slug!r} disagrees with the file name {path.stem!r}.")
        made[slug] = thing
    return made


def _what_measures_is_there(symptoms: Mapping[str, Symptom], instruments: Mapping[str, Instrument], path: Path) -> None:
    measured = {item.slug for instrument in instruments.values() for item in instrument.items if item.kind == "quantity"}
    for symptom in symptoms.values():
        if symptom.measured_by and symptom.measured_by not in measured:
            raise ContentError(f"{_name(path)}, [{symptom.slug}]: no instrument measures {symptom.measured_by!r}.")


def _names_what_exists(
    where: str, protocol: Protocol, instruments: Mapping[str, Instrument], medicines: Mapping[str, Medicine]
) -> None:
    """A rule about a sign or a medicine that nobody can record would silently never speak."""
    signs = instruments["danger"].item_by_slug if "danger" in instruments else {}
    for heading, numbers in protocol.rules.tables.items():
        for sign in numbers.danger_signs:
            if sign not in signs:
                raise ContentError(f"{where}, rules.{heading}: {sign!r} is no question of content/instruments/danger.toml.")
    for after in protocol.after_dose:
        for medicine in after.medicines:
            if medicine not in medicines:
                raise ContentError(f"{where}, after_dose: {medicine!r} is not in content/medicines.toml.")


def _every_opioid_has_one_course(courses: Mapping[str, Course], folder: Path) -> None:
    for opioid in OPIOIDS:
        having = [course.slug for course in courses.values() if opioid in course.opioids]
        if len(having) != 1:
            raise ContentError(f"{_name(folder)}: {opioid!r} must stand in exactly one course; found {having or 'none'}.")


def sign(content: Path, slug: str, *, by: str, on: date, due: date, language: str = "en") -> Path:
    """Write a clinician's review into an article, and keep what was reviewed beside it. Returns the article's file.

    Raises ContentError where there is no such article or something in content/ is wrong.
    """
    path = content / "articles" / language / f"{slug}.md"
    text = _text(path)
    marks = {"reviewer": f'"{by}"', "reviewed_on": on.isoformat(), "review_due": due.isoformat()}
    front, body = text.split("+++\n", 2)[1:]
    kept = [line for line in front.splitlines() if line.split("=")[0].strip() not in marks]
    said = "\n".join([*kept, *(f"{key} = {value}" for key, value in marks.items())])
    article = _article(path, f"+++\n{said}\n+++\n{body}", _sources(content), signing=True)
    path.write_text(f"+++\n{said}\n+++\n{body}", encoding="utf-8")
    beside = _reviewed(path)
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(article.as_read, encoding="utf-8")
    return path


def _articles(
    content: Path,
    language: str,
    symptoms: Mapping[str, Symptom],
    medicines: Mapping[str, Medicine],
    courses: Mapping[str, Course],
) -> dict[str, Article]:
    """Every article, in this language where it is written in it, else in English."""
    folder = content / "articles"
    paths = {path.stem: path for path in _files(folder / "en", "md")}
    if language != "en" and (folder / language).is_dir():
        paths |= {path.stem: path for path in _files(folder / language, "md")}
    sources = _sources(content)
    articles = {slug: _article(path, _text(path), sources) for slug, path in paths.items()}
    for slug, article in articles.items():
        about, where = article.about, _name(paths[slug])
        known = {
            "symptoms": (about.symptoms, symptoms, "content/symptoms.toml"),
            "medicines": (about.medicines, medicines, "content/medicines.toml"),
            "alerts": (about.alerts, rules, "among the alert rules"),
            "courses": (about.courses, courses, "among the courses"),
            "staff_page": ((about.staff_page,) if about.staff_page else (), articles, "among the articles"),
        }
        for key, (named, there, place) in known.items():
            for one in named:
                if one not in there:
                    raise ContentError(f"{where}, key {key!r}: {one!r} is not {'in ' * ('/' in place)}{place}.")
        # A related article that is not written yet is left out, not shown as a dead link.
        there_now = tuple(other for other in about.related if other in articles)
        articles[slug] = replace(article, about=replace(about, related=there_now))
    return articles


def _sources(content: Path) -> dict[str, Reference]:
    return _tables(content / "sources.toml", Reference, _toml)


def _article(path: Path, text: str, sources: Mapping[str, Reference], *, signing: bool = False) -> Article:
    where = _name(path)
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ContentError(f"{where}: an article begins with its front matter between two lines of +++.")
    try:
        table = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: the front matter is not valid TOML. {error}.") from error
    about = build(FrontMatter, table, where)
    for name in contacts.unknown(parts[2].replace("{drawing}", "") + about.card):
        raise ContentError(f"{where}: {{{name}}} is no number or place. Known: {', '.join(sorted(contacts.NAMES))}.")
    for source in about.sources:
        if source not in sources:
            raise ContentError(f"{where}, key 'sources': {source!r} is not in content/sources.toml.")
    beside = _reviewed(path)
    if about.reviewed_on and not signing and not beside.exists():
        raise ContentError(
            f"{where}: it says it was reviewed, but {_name(beside)}, which keeps what was reviewed, is not there. "
            f"Sign it with: manage.py sign_article {path.stem}"
        )
    place = "<p>{drawing}</p>"
    html = nh3.clean(_markdown.render(parts[2]))
    if html.count("{drawing}") != bool(about.drawing) or html.count(place) != bool(about.drawing):
        raise ContentError(f"{where}: a drawing has its place once, where {{drawing}} stands in a line of its own.")
    reviewed = _text(beside) if about.reviewed_on and not signing else ""
    references = tuple(sources[source] for source in about.sources)
    return Article(path.stem, about, Parts(*html.partition(place)), len(parts[2].split()), references, parts[2], reviewed)


def _reviewed(path: Path) -> Path:
    """The file that keeps the text of an article as it was reviewed: content/reviewed/<language>/<slug>.txt."""
    return path.parent.parent.parent / "reviewed" / path.parent.name / f"{path.stem}.txt"
