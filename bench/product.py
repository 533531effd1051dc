"""Ebb as it is measured: the production setting, asked through its own WSGI door by somebody who signed in.

Run by `python -m bench`, with its database in the environment.
"""

import re
import sys
from itertools import cycle
from urllib.parse import urljoin
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from bench.answers import COWS
from bench.browser import Answer, Browser, mean_cpu, must, obey
from config.wsgi import application

# Django is set up from here on.
from bench import million, ward  # isort: skip
from tracker.reads.board import rows

from tracker.management import demo_ward  # isort: skip
from tracker.models import CheckIn, Episode  # isort: skip
from tracker.templatetags import ebb as ebb_tags  # isort: skip

A_YEAR = 36
"""Copies of the ward, each of ten days."""

assert not settings.DEBUG, "Figures of the debug setting mean nothing."


class Ebb:
    """Somebody at a screen of Ebb, and what they do."""

    def __init__(self) -> None:
        self.nurse = signed_in("nurse")
        self.patient = signed_in("demo-patient-1001")
        here = Episode.objects.filter(ward__name=demo_ward.EAST, ended_at=None)
        self.stays = cycle([str(pk) for pk in here.values_list("pk", flat=True)])
        self.trend = str(Episode.objects.get(ward__name=demo_ward.WEST, ended_at=None).pk)

    def save(self) -> float:
        """Save a COWS for each of 30 patients from the form."""
        return mean_cpu(must(self.nurse.post(self._form(), **self._filled_in()), 303) for _ in range(30))

    def send(self) -> float:
        """The same as a script sends it, which asks for JSON."""
        return mean_cpu(must(self.nurse.send(self._form(), **self._filled_in()), 201) for _ in range(30))

    def _form(self) -> str:
        return f"/episodes/{next(self.stays)}/check-in/cows/"

    def _filled_in(self) -> dict[str, object]:
        return {"id": uuid4(), "at": "now", "confirmed": "on", **COWS}

    def board(self) -> float:
        """The board ten times, each after one more check-in: between two looks of a ward there is seldom more."""
        must(self.nurse.get("/ward/"), 200)  # what other orders wrote is read here
        took = []
        for _ in range(10):
            must(self.nurse.post(self._form(), **self._filled_in()), 303)
            took.append(must(self.nurse.get("/ward/"), 200))
        return mean_cpu(took)

    def board_anew(self) -> float:
        """The board of a process that has kept nothing: after a start, and nearly so in the first look of each minute."""
        took = []
        for _ in range(3):
            for kept in (rows._kept, rows._histories, ebb_tags._drawn):
                kept.clear()
            took.append(must(self.nurse.get("/ward/"), 200))
        return mean_cpu(took)

    def trend_json(self) -> float:
        return mean_cpu(must(self.nurse.get(f"/episodes/{self.trend}/trend.json"), 200) for _ in range(20))

    def size(self) -> dict[str, int]:
        """The board of 40 patients: its HTML, and everything a first visit to it and to a patient's own page takes."""
        ward.send_home(ward.BEDS - 40, timezone.now())
        html = len(must(self.nurse.get("/ward/"), 200).body)
        return {"html": html, "board": first_visit(self.nurse, "/ward/"), "me": first_visit(self.patient, "/me/")}

    def facts(self) -> dict[str, int]:
        return {
            "here": CheckIn.objects.filter(episode__ward__name=demo_ward.EAST, episode__ended_at=None).count(),
            "all": CheckIn.objects.count(),
            "trend": CheckIn.objects.filter(episode=self.trend).count(),
        }


def signed_in(username: str) -> Browser:
    browser = Browser(application)
    must(browser.get("/accounts/login/"), 200)
    must(browser.post("/accounts/login/", login=username, password=ward.PASSWORD), 302)
    return browser


LINKED = re.compile(r"""(?:src|href)="(/static/[^"]+)"|url\(["']?([^"')]+)["']?\)|(?:from|import)\s*["'](\.[^"']+)["']""")


def first_visit(browser: Browser, address: str) -> int:
    """How many bytes cross for a page and all it loads: style sheets, scripts, and what they load in turn."""
    page = must(browser.get(address), 200)
    total, waiting, seen = page.sent, found_in(page, address), set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        answer = must(browser.get(one), 200)
        total += answer.sent
        if one.endswith((".css", ".js")):
            waiting += found_in(answer, one)
    return total


def found_in(answer: Answer, address: str) -> list[str]:
    return [urljoin(address, next(filter(None, found))) for found in LINKED.findall(answer.text) if "data:" not in "".join(found)]


if __name__ == "__main__":
    if sys.argv[1] == "make":
        call_command("migrate", verbosity=0)
        ward.make(timezone.now())
    elif sys.argv[1] == "year":
        print(million.behind(int(sys.argv[2]) if len(sys.argv) > 2 else A_YEAR, timezone.now()))
    else:
        ebb = Ebb()
        obey(
            {
                "save": ebb.save,
                "send": ebb.send,
                "board": ebb.board,
                "anew": ebb.board_anew,
                "trend": ebb.trend_json,
                "size": ebb.size,
                "facts": ebb.facts,
            }
        )
