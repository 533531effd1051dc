"""How templates are written, and where each of them lives."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SOURCES = {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.rglob("*.html"))}
LAYOUTS = {"base.html", "phone.html"}
"""Templates that many pages extend: what these include is on all of those pages."""
LONGEST_LINE = 160


def named_in(name: str) -> set[str]:
    """The templates that this template includes or draws."""
    return set(re.findall(r'"([\w/-]+\.html)"', SOURCES[name])) & SOURCES.keys() - {name}


def included_in(name: str) -> set[str]:
    return {other for other in SOURCES if name in named_in(other)}


def pages_with(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The pages on which this template stands, by way of whatever includes it."""
    found = set()
    for other in included_in(name) - seen:
        if is_part(other):
            found |= pages_with(other, seen | {name})
        else:
            found.add(other)
    return found


def is_part(name: str) -> bool:
    return name.startswith("components/") or Path(name).name.startswith("_")


COMPONENTS = [name for name in SOURCES if name.startswith("components/")]
FOR_LATER_PAGES = {"components/bars.html"}
"""The chart of tracker/reads/bars.py: the recipe for a page uses it, so it lives where a new page finds it."""
PARTS = [name for name in SOURCES if is_part(name) and name not in COMPONENTS]


@pytest.mark.parametrize("name", SOURCES)
def test_no_line_of_a_template_is_long(name):
    lines = SOURCES[name].splitlines()
    assert {number: len(line) for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE} == {}


@pytest.mark.parametrize("name", [name for name in COMPONENTS if name not in FOR_LATER_PAGES])
def test_a_component_is_used_by_two_pages_or_more(name):
    pages = pages_with(name)
    assert pages & LAYOUTS or len(pages) > 1, f"only {pages}: it lives beside that page, as _page_{Path(name).name}"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_lives_beside_its_one_page_and_bears_its_name(name):
    pages = pages_with(name)
    assert len(pages) == 1, f"{pages}: what several pages use is a component"
    page = Path(pages.pop())
    assert Path(name).parent == page.parent
    assert Path(name).name.startswith(f"_{page.stem}_")


@pytest.mark.parametrize("name", SOURCES)
def test_no_template_holds_text_whose_leading_blanks_count(name):
    assert "<pre" not in SOURCES[name]
    written_in_several_lines = (
        r"{%\s*blocktrans(?:late)?\b(?![^%]*\btrimmed\b)[^%]*%}(?:(?!{%\s*endblocktrans).)*\n|<textarea[^>]*>[^<]*\n"
    )
    assert re.findall(written_in_several_lines, SOURCES[name]) == []
