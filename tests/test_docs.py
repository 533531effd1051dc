"""What the documents say about the product is so: names, addresses, files, links, evidence."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.test_walls import rows_inside
from tracker.management import demo_ward

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", ".git", "node_modules", "var", "__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}
PICTURES = {f"docs/pictures/{name}.png" for name in ("trend", "board", "check-in", "phone")}
UNSIGNED = "awaiting clinical sign-off"
UNREVIEWED = "awaiting clinical review"
NO_CLINICAL_FACT = {"content/words.toml", "tests/access_matrix.toml"}
"""Files that a clinician has nothing to sign in."""


def ours(*suffixes: str) -> list[str]:
    """Every file of ours with one of these endings."""
    found = (p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file() and (p.suffix in suffixes or p.name in suffixes))
    return sorted(p.as_posix() for p in found if not NOT_OURS & set(p.parts))


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """What stands under a heading, up to the next of the same kind."""
    found = re.search(rf"^## (?:\d+\. )?{heading}\n(.*?)(?=^## |\Z)", text(path), re.MULTILINE | re.DOTALL)
    assert found, f"{path} has no section {heading!r}"
    return found[1]


def rows(table: str) -> Iterator[list[str]]:
    """The cells of each line of a Markdown table, without its head."""
    for line in table.splitlines():
        if line.startswith("|") and not re.match(r"^\|[\s|:-]+\|$", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


DOCUMENTS = [path for path in ours(".md") if not path.startswith("content/articles/")]
STANDING = [path for path in DOCUMENTS if "superseded by [" not in text(path).splitlines()[0]]
"""Documents that tell of the product as it is: a superseded decision names what was there then."""
QUOTED = sorted({(path, quoted) for path in STANDING for quoted in re.findall(r"`([^`\n]+)`", text(path))})


# Names ------------------------------------------------------------------------------------------------------


def exists(name: str) -> bool:
    """Whether a dotted name such as clinical.history.History.hours is really there."""
    parts = name.removesuffix("()").split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        return all_there(found, parts[cut:])
    return False


def all_there(found: Any, parts: list[str]) -> bool:
    for n, part in enumerate(parts):
        if is_dataclass(found) and part in {field.name for field in fields(found)}:
            return n == len(parts) - 1
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


@pytest.mark.parametrize(
    ("path", "name"), [pair for pair in QUOTED if re.fullmatch(r"(clinical|accounts|tracker|operations|config)(\.\w+)+", pair[1])]
)
def test_every_module_and_class_a_document_names_exists(path: str, name: str):
    assert exists(name), f"{path} names {name}"


@pytest.mark.parametrize(
    "name",
    ["clinical.history.Nothing", "tracker.models.CheckIn.nothing", "clinical.nothing", "clinical.history.History.ended_at.x"],
)
def test_a_name_that_is_not_there_is_noticed(name: str):
    assert not exists(name)


def is_a_path(quoted: str) -> bool:
    ours_first = quoted.split("/")[0] in {
        "content",
        "clinical",
        "accounts",
        "tracker",
        "operations",
        "deploy",
        "config",
        "templates",
        "static",
        "tests",
        "docs",
    }
    return " " not in quoted and "/" in quoted and ours_first


@pytest.mark.parametrize(("path", "quoted"), [pair for pair in QUOTED if is_a_path(pair[1])])
def test_every_file_a_document_names_exists(path: str, quoted: str):
    file, _, function = quoted.partition("::")
    pattern = re.sub(r"<\w+>", "*", file).rstrip("/")
    found = [p for p in ROOT.glob(pattern) if not NOT_OURS & set(p.relative_to(ROOT).parts)]
    if pattern == "content/articles/es":
        return  # the example of a language to come
    assert found, f"{path} names {quoted}"
    if function:
        assert f"def {function}(" in found[0].read_text(encoding="utf-8"), f"{path} names {quoted}"


@pytest.mark.parametrize(("path", "quoted"), [pair for pair in QUOTED if pair[1].startswith("make ")])
def test_every_make_command_a_document_names_exists(path: str, quoted: str):
    assert re.search(rf"^{quoted.split()[1]}:", text("Makefile"), re.MULTILINE), f"{path} names {quoted}"


def test_every_term_of_the_glossary_stands_there_once_and_names_where_it_lives():
    entries = re.findall(r"^- \*\*([^*]+)\*\*: (.+)$", text("docs/GLOSSARY.md"), re.MULTILINE)
    assert len(entries) == text("docs/GLOSSARY.md").count("\n- ")
    terms = [term for term, _ in entries]
    assert sorted(terms) == sorted(set(terms))
    assert [term for term, said in entries if not re.search(r"`[\w./*-]+[./][\w./*-]*`", said)] == []


WORDS = """
    ward patient episode instrument check-in dose alert protocol course history rule article board trend
    observed_at recorded_at about partial band skipped draft digest window phase place
"""


@pytest.mark.parametrize("word", WORDS.split())
def test_the_words_of_the_product_are_in_the_glossary(word: str):
    terms = " ".join(re.findall(r"^- \*\*([^*]+)\*\*", text("docs/GLOSSARY.md"), re.MULTILINE))
    assert re.search(rf"(?<![\w-]){word}(?![\w-])", terms)


# The README -------------------------------------------------------------------------------------------------


def test_the_readme_names_the_commands_the_address_and_the_demo_accounts():
    readme = text("README.md")
    assert "\nmake run\nmake test\n" in readme
    assert "http://127.0.0.1:8000/" in readme
    assert "PORT=8001 make run" in readme
    assert f"Demo accounts: {', '.join(demo_ward.SIGN_IN)}   password: ..." in readme
    assert all(f"**{name}**" in readme for name in demo_ward.SIGN_IN)


@pytest.mark.parametrize(
    "said",
    [
        "Not a medical device",
        "awaits a clinician's sign-off",
        "does not by itself make a site compliant",
        "not a WCAG conformance claim",
    ],
)
def test_the_readme_says_what_the_product_is_not(said: str):
    assert said in text("README.md")


def test_the_readme_says_how_to_run_it_without_make_and_where_to_read_how_to_add():
    readme = text("README.md")
    assert re.search(
        r"^### Without make\n.*config\.command run --demo$.*^### As a wheel\n.*/ebb run --demo$", readme, re.M | re.S
    )
    assert "](docs/ARCHITECTURE.md#how-to-add)" in readme
    assert section("docs/ARCHITECTURE.md", "How to add")


# What a stranger needs ----------------------------------------------------------------------------------------


def test_every_part_has_its_license_and_the_readme_names_both():
    assert text("LICENSE").startswith("BSD 3-Clause License\n\nCopyright (c) 2026 the Ebb contributors\n")
    assert "Creative Commons Attribution\n4.0 International Public License" in text("content/LICENSE")
    said = section("README.md", "License")
    assert "BSD-3-Clause" in said
    assert "CC BY 4.0" in said
    assert tomllib.loads(text("pyproject.toml"))["project"]["license"] == "BSD-3-Clause AND CC-BY-4.0"


def test_the_changelog_holds_every_version_newest_first_and_this_one_on_top():
    versions = re.findall(r"^## (\d+\.\d+\.\d+), (unreleased|\d{4}-\d\d-\d\d)$", text("CHANGELOG.md"), re.MULTILINE)
    numbers = [tuple(map(int, number.split("."))) for number, _ in versions]
    assert len(versions) == text("CHANGELOG.md").count("\n## ")
    assert numbers == sorted(set(numbers), reverse=True)
    assert versions[0][0] == tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert "unreleased" not in [when for _, when in versions[1:]]


def test_whoever_finds_a_weakness_is_told_how_to_report_it_and_it_is_told_once():
    assert "**Not in public**" in text("SECURITY.md")
    assert "](../SECURITY.md)" in section("docs/SECURITY.md", "Reporting a weakness")
    assert not re.search(r"[\w.]+@[\w.]+", text("SECURITY.md")), "an address that nobody reads is worse than none"


# Addresses --------------------------------------------------------------------------------------------------


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from addresses(pattern, here)


def nameless(address: str) -> str:
    return re.sub(r"<[^>]+>", "<>", address)


def test_the_contract_lists_every_address_and_no_other():
    listed = [
        nameless(cells[0].strip("`"))
        for cells in rows(section("docs/ARCHITECTURE.md", "Public contract"))
        if cells[0].startswith("`/")
    ]
    there = [nameless(address) for address in addresses(get_resolver())]
    assert sorted(listed) == sorted(there)


def test_every_address_a_document_names_exists():
    there = {nameless(address) for address in addresses(get_resolver())}
    for path, quoted in QUOTED:
        address = re.sub(r"^(GET|POST) ", "", quoted)
        if not re.match(r"^/[\w<-].*/$", address):
            continue
        # A named instrument or article stands for <instrument> or <slug>.
        forms = {
            nameless(address),
            re.sub(r"/check-in/[\w-]+/$", "/check-in/<>/", nameless(address)),
            re.sub(r"^/learn/[\w-]+/$", "/learn/<>/", address),
        }
        assert forms & there or address == "/accounts/", f"{path} names {quoted}"


@pytest.mark.parametrize("room", ["tracker", "accounts", "operations"])
def test_the_rows_of_a_room_are_those_the_walls_are_built_from(room: str):
    table = next(
        part for part in section("docs/ARCHITECTURE.md", "Rooms").split("### ") if part.startswith(f"Rows inside {room}\n")
    )
    listed = [set(re.findall(r"`([a-z_.]+)`", cells[1])) for cells in rows(table) if cells[0].isdigit()]
    assert listed == rows_inside(room)


# Links ------------------------------------------------------------------------------------------------------

LINKS = sorted({(path, link) for path in DOCUMENTS for link in re.findall(r"\]\(([^)\s]+)\)", text(path)) if "://" not in link})


@pytest.mark.parametrize(("path", "link"), LINKS)
def test_every_link_leads_somewhere(path: str, link: str):
    target = (ROOT / path).parent / link.partition("#")[0]
    if target.resolve().relative_to(ROOT).as_posix() in PICTURES:
        return  # has a test of its own
    assert target.exists(), f"{path} links to {link}"


def test_the_pictures_are_those_of_the_readme_and_are_there_and_small():
    shown = {
        f"{Path(path).parent.as_posix().removeprefix('.')}/{link}".lstrip("/") for path, link in LINKS if link.endswith(".png")
    }
    assert shown == PICTURES
    assert [picture for picture in sorted(PICTURES) if not 0 < (ROOT / picture).stat().st_size < 200_000] == []


def test_every_picture_says_in_words_what_it_shows():
    for path in DOCUMENTS:
        for words in re.findall(r"!\[([^\]]*)\]\(", text(path)):
            assert len(words.split()) > 20, path


# Decisions --------------------------------------------------------------------------------------------------

DECISIONS = [path for path in DOCUMENTS if path.startswith("docs/decisions/")]


@pytest.mark.parametrize("path", DECISIONS)
def test_a_decision_has_a_number_a_title_a_context_and_consequences(path: str):
    number = re.fullmatch(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md", path)
    assert number, path
    said = text(path)
    assert said.startswith(f"# {number[1]} ")
    assert re.findall(r"^## (.+)$", said, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_hole():
    assert [int(Path(path).name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS)
def test_a_superseded_decision_says_so_in_its_first_line(path: str):
    first, _, rest = text(path).partition("\n")
    assert not re.search(r"^superseded by", rest, re.MULTILINE | re.IGNORECASE), path
    if "superseded" in first:
        (later,) = re.findall(r"superseded by \[(\d{4})\]\(\1-[a-z0-9-]+\.md\)$", first)
        assert later > Path(path).name[:4]


# Clinical safety --------------------------------------------------------------------------------------------

HAZARDS = [cells for cells in rows(section("docs/CLINICAL_SAFETY.md", "Hazards")) if cells[0] != "id"]


def test_every_hazard_has_a_number_of_its_own_and_every_column_filled():
    assert len(HAZARDS) >= 20
    assert [cells[0] for cells in HAZARDS] == [f"H{n:02}" for n in range(1, len(HAZARDS) + 1)]
    assert [cells[0] for cells in HAZARDS if len(cells) != 6 or not all(cells)] == []


def test_every_hazard_names_its_evidence():
    """That each named file and test exists is checked with those of every document, above."""
    assert [cells[0] for cells in HAZARDS if not cells[4] or re.sub(r"`[^`\s]+`", "", cells[4]).strip()] == []
    assert all(is_a_path(quoted) for cells in HAZARDS for quoted in re.findall(r"`([^`]+)`", cells[4]))


def test_every_hazard_another_document_points_to_exists():
    numbers = {cells[0] for cells in HAZARDS}
    assert {found for path in DOCUMENTS for found in re.findall(r"\bH\d\d\b", text(path))} <= numbers


def test_what_a_clinician_must_decide_has_a_place_to_sign():
    decisions = [cells for cells in rows(section("docs/CLINICAL_SAFETY.md", "Decisions for a clinician")) if cells[0]]
    assert len(decisions) >= 10
    assert all(cells[0] in ("[ ]", "[x]") and len(cells) == 3 for cells in decisions)
    assert [cells for cells in decisions if cells[0] == "[x]" and not cells[2]] == []


@pytest.mark.parametrize("path", sorted(set(ours(".toml")) - NO_CLINICAL_FACT - {"pyproject.toml"}))
def test_a_content_file_says_whether_a_clinician_signed_it(path: str):
    assert path.startswith("content/"), path
    status = tomllib.loads(text(path)).get("status", "")
    assert status == UNSIGNED or re.fullmatch(r"signed off by .+, .+, \d{4}-\d\d-\d\d", status), f"{path}: {status!r}"


ARTICLES = [path for path in ours(".md") if path.startswith("content/articles/")]


@pytest.mark.parametrize("path", ARTICLES)
def test_an_article_says_whether_a_clinician_reviewed_it(path: str):
    about = tomllib.loads(text(path).split("+++\n")[1])
    assert (about["reviewer"] == UNREVIEWED) == ("reviewed_on" not in about)
    assert about["reviewer"]


def test_every_patient_article_says_when_to_call_staff():
    for path in ARTICLES:
        about = tomllib.loads(text(path).split("+++\n")[1])
        if {"patient", "family"} & set(about["audience"]):
            assert "\n## When to call staff now\n" in text(path), path


# What stands nowhere ----------------------------------------------------------------------------------------

EVERYTHING = ours(
    ".py",
    ".md",
    ".toml",
    ".html",
    ".js",
    ".css",
    ".svg",
    ".json",
    ".in",
    ".txt",
    ".example",
    ".npmrc",
    "Makefile",
    "run",
    ".sql",
    ".conf",
    ".service",
    ".timer",
    ".yaml",
    "Dockerfile",
    ".dockerignore",
)
# Put together here, so that this file does not hold what it looks for.
FOLDERS = "|".join(("tmp", "root", "home", "Users", "work", "workspace", "mnt"))
MACHINE = re.compile(rf"(?<![\w.)>}}/-])/(?:{FOLDERS})/|\b[A-Z]:\\Users|file:" + "//")


@pytest.mark.parametrize("path", EVERYTHING)
def test_no_file_names_a_place_on_somebodys_machine(path: str):
    assert MACHINE.findall(text(path)) == []


@pytest.mark.parametrize("place", ["/".join(("", "tmp", "x")), "cd " + "/".join(("", "root", "x")), "C:" + "\\Users"])
def test_a_place_on_a_machine_is_noticed(place: str):
    assert MACHINE.search(place)


def test_the_lock_files_do_not_say_where_packages_came_from():
    assert '"resolved"' not in text("package-lock.json")
    assert [path for path in ("requirements.txt", "requirements-dev.txt") if "index-url" in text(path)] == []


# The source documents ----------------------------------------------------------------------------------------


def passages(article: str) -> list[tuple[str, int, int]]:
    """What an article says it took up: document, first and last line."""
    found = tomllib.loads(text(f"content/articles/en/{article}.md").split("+++\n")[1])["documents"]
    return [span(*passage.split(":")) for passage in found]


def span(document: str, lines: str) -> tuple[str, int, int]:
    first, _, last = lines.partition("-")
    return document, int(first), int(last or first)


def overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and one[2] >= other[1]


TRACE = [
    (span(cells[0], cells[1]), cells[3], cells[4])
    for cells in rows(section("docs/SOURCES.md", "Trace"))
    if cells[0] != "document"
]
VERDICTS = {"kept", "reworded", "corrected", "settled", "left out"}


def test_every_line_of_every_source_document_is_accounted_for_once():
    length = {cells[0]: int(cells[1]) for cells in rows(section("docs/SOURCES.md", "Documents")) if cells[0].isdigit()}
    assert length == {"000": 54, "001": 88, "002": 128, "003": 184, "004": 71}
    covered = [(document, line) for (document, first, last), _, _ in TRACE for line in range(first, last + 1)]
    assert sorted(covered) == [(document, line) for document, lines in length.items() for line in range(1, lines + 1)]


def test_every_passage_has_its_article_or_its_reason():
    for passage, verdict, where in TRACE:
        assert verdict in VERDICTS, passage
        named = re.findall(r"`([a-z0-9-]+)`", where)
        assert named if verdict != "left out" else len(where.split()) >= 2, passage
        assert verdict in ("kept", "left out") or ":" in where or verdict in ("reworded", "settled"), passage


def test_the_articles_and_the_trace_name_the_same_passages():
    slugs = [Path(path).stem for path in ARTICLES]
    taken_up = {(slug, passage) for slug in slugs for passage in passages(slug)}
    named = {
        (slug, passage)
        for passage, verdict, where in TRACE
        if verdict != "left out"
        for slug in re.findall(r"`([a-z0-9-]+)`", where)
    }
    assert {slug for slug, _ in named} <= set(slugs)
    assert [one for one in named if not any(one[0] == slug and overlap(one[1], passage) for slug, passage in taken_up)] == []
    assert [one for one in taken_up if not any(one[0] == slug and overlap(one[1], passage) for slug, passage in named)] == []
