"""A page costs five files, its documents and tests among them: a supervisor's page with a chart is really added in a copy."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "var", "staticfiles", "__pycache__")
MOST_FILES = 5

READ = '''"""How many staff checks were done at night, by day: two weeks of one ward."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User, Ward
from accounts.roles import Can
from tracker import access
from tracker.models import CheckIn
from tracker.reads.bars import Picture, stacked

DAYS = 14


@dataclass(frozen=True)
class Nights:
    """The nights of one ward: a picture, and the same numbers by day."""

    ward: Ward
    days: tuple[tuple[str, int], ...]
    picture: Picture


def nights(by: User, ward: Ward, now: datetime) -> Nights:
    """The checks between midnight and six of the last two weeks. Raises Refused for anybody but a supervisor. One query."""
    by.must(Can.REVIEW)
    seen = CheckIn.objects.current().filter(
        episode__in=access.episodes(by).filter(ward=ward), reporter="staff", observed_at__gte=now - timedelta(days=DAYS)
    )
    at = [moment.astimezone(ward.tz) for moment in seen.values_list("observed_at", flat=True)]
    counted = Counter(moment.date() for moment in at if moment.hour < 6)
    today = now.astimezone(ward.tz).date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    return Nights(
        ward=ward,
        days=tuple((f"{day:%d %b}", counted[day]) for day in days),
        picture=stacked(_("Staff checks at night"), [((f"{day:%a}", f"{day.day}"), (("in-time", counted[day]),)) for day in days]),
    )
'''

VIEW = '''"""The supervisor's nights of one ward."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.reads.nights import nights


@require_safe
def page(request: SignedIn) -> HttpResponse:
    """Two weeks of checks at night, as a picture and as a table."""
    here = access.choose_ward(access.wards(request.user), request.GET.get("ward", ""))
    return render(request, "tracker/nights.html", {"found": nights(request.user, here, timezone.now())})
'''

TEMPLATE = """{% extends "base.html" %}
{# Two weeks of checks at night. Needs found (tracker.reads.nights.Nights). #}
{% block title %}{% translate "Nights" %}{% endblock %}
{% block styles %}<link rel="stylesheet" href="{% static 'css/figures.css' %}">{% endblock %}
{% block top %}{% include "components/top.html" with here="ward" %}{% endblock %}
{% block content %}
<h1>{% translate "Nights" %}</h1>
{% include "components/bars.html" with picture=found.picture %}
<table class="numbers">
  <caption>{% translate "The same in numbers" %}</caption>
  {% for day, number in found.days %}
  <tr><th scope="row">{{ day }}</th><td>{{ number }}</td></tr>
  {% endfor %}
</table>
{% endblock %}
"""

ADDRESS = '    path("ward/nights/", nights.page, name="nights"),\n'
LINE = "| `/ward/nights/` | GET | supervisor | two weeks of checks at night by day; `?ward=` as above |\n"
NEAREST = (
    "tests/test_access_matrix.py::test_every_address_stands_in_the_contract_and_what_differs_from_it_is_there",
    "tests/test_access_matrix.py::test_everybody_gets_what_the_contract_says[nurse]",
    "tests/test_access_matrix.py::test_everybody_gets_what_the_contract_says[supervisor]",
    "tests/test_pages.py::test_every_page_has_one_heading_a_title_and_a_language",
    "tests/test_pages.py::test_every_kind_of_page_has_a_title_of_its_own",
    "tests/test_every_look.py::test_every_address_leaves_exactly_the_line_of_what_it_shows",
    "tests/test_architecture.py",
    "tests/test_docs.py",
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Everything of ours, to change."""
    shutil.copytree(ROOT, tmp_path / "ebb", ignore=LEFT_OUT)
    (tmp_path / "ebb/node_modules").symlink_to(ROOT / "node_modules")
    for name in (".env.example", ".npmrc"):
        shutil.copy2(ROOT / name, tmp_path / "ebb" / name)
    return tmp_path / "ebb"


@pytest.fixture
def run(copy: Path) -> Run:
    """Python with these arguments in the copy, with a database of its own."""
    ours = ("PYTEST", "EBB_", "DATABASE_URL", "DJANGO_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {"EBB_SECRET_KEY": "tests-only-" * 6, "PYTHONDONTWRITEBYTECODE": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return lambda *said: subprocess.run([sys.executable, *said], cwd=copy, env=env, capture_output=True, text=True, check=False)


def files(root: Path) -> dict[str, bytes]:
    """Every file of ours by its path, with what it holds."""
    inside = {
        path.relative_to(root): path
        for folder in root.iterdir()
        if not folder.name.startswith(".") and folder.name not in ("node_modules", "var", "staticfiles")
        for path in (folder.rglob("*") if folder.is_dir() else (folder,))
    }
    return {at.as_posix(): path.read_bytes() for at, path in inside.items() if path.is_file() and "__pycache__" not in at.parts}


def insert(file: Path, before: str, text: str) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count(before) == 1, (file, before)
    file.write_text(source.replace(before, text + before), encoding="utf-8")


def add_the_page(copy: Path) -> None:
    """As the recipe says, but for the line that says who may open it."""
    (copy / "tracker/reads/nights.py").write_text(READ, encoding="utf-8")
    (copy / "tracker/views/nights.py").write_text(VIEW, encoding="utf-8")
    (copy / "templates/tracker/nights.html").write_text(TEMPLATE, encoding="utf-8")
    insert(copy / "tracker/urls.py", '    path("alerts/", ', ADDRESS)
    insert(copy / "tracker/urls.py", "    reviews,\n", "    nights,\n")


def test_a_page_with_a_chart_costs_five_files_and_is_then_tried_like_every_other(copy: Path, run: Run) -> None:
    before = files(copy)
    add_the_page(copy)
    unsaid = run("-m", "pytest", "-q", "-p", "no:cacheprovider", NEAREST[0])
    assert unsaid.returncode == 1, "nobody has said yet who may open it, and nothing asked"
    insert(copy / "docs/ARCHITECTURE.md", "| `/alerts/` |", LINE)
    after = files(copy)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert len(changed) <= MOST_FILES, changed
    named = re.findall(r"`((?:tracker|templates)/[\w/.]+)`", recipe("A page"))
    assert {path for path in changed if not any(path.startswith(place) for place in named)} == {"docs/ARCHITECTURE.md"}

    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", *NEAREST)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    ask = "import django; django.setup(); from tests.journeys import test_every_page as t"
    visited = run("-c", f"{ask}; t.test_no_page_is_forgotten(); assert t.PAGES['nights'].who == 'supervisor'")
    assert visited.returncode == 0, visited.stderr


def recipe(name: str) -> str:
    """One recipe of docs/ARCHITECTURE.md: what stands between its name in bold and the next one."""
    how = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8").partition("## How to add")[2].partition("\n## ")[0]
    return how.partition(f"\n**{name}.**")[2].partition("\n\n**")[0]
