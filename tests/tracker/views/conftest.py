"""Browsers for the tests of pages, and a small reader of what they are shown. Every test stands at `now`."""

from collections.abc import Callable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.conftest import cows_answers
from tracker.models import Episode


@pytest.fixture(autouse=True)
def standing_still(now: datetime) -> Iterator[None]:
    """The clock of every test here stands at `now`."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def visitor(db: None) -> Callable[..., Client]:
    """`visitor(nurse)` is a browser of one's own in which this person is signed in; `visitor()` is nobody's."""

    def make(user: User | None = None, **options: Any) -> Client:
        client = Client(**options)
        if user:
            client.force_login(user)
        return client

    return make


class Page(HTMLParser):
    """What a browser would make of a page: its title, headings, links, text, and what its forms would send."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.title = self.text = self.lang = ""
        self.headings: list[str] = []
        self.links: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.inputs: list[dict[str, str]] = []
        self._inside: list[str] = []
        self._form: dict[str, Any] | None = None
        self._field: dict[str, Any] = {}
        self.source = response.content.decode()
        self.feed(self.source)
        self.title = _one_line(self.title)
        self.headings = [_one_line(heading) for heading in self.headings]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag in ("title", "h1", "script", "style", "textarea", "select", "legend"):
            self._inside.append(tag)
        if tag == "html":
            self.lang = a.get("lang", "")
        elif tag == "h1":
            self.headings.append("")
        elif tag == "form":
            self._form = {"method": a.get("method", "get"), "action": a.get("action", ""), "fields": [], "names": set()}
            self.forms.append(self._form)
        elif tag in ("input", "textarea", "select") and a.get("name"):
            self._field = a | {"value": a.get("value", "" if a.get("type") not in ("checkbox", "radio") else "on")}
            self.inputs.append(self._field | {"tag": tag})
            if self._form is not None:
                self._form["names"].add(a["name"])
                if tag == "input" and (a.get("type") not in ("checkbox", "radio") or "checked" in a):
                    self._form["fields"].append((a["name"], self._field["value"]))
        elif tag == "option" and self._form is not None and "selected" in a:
            self._form["fields"].append((self._field["name"], a.get("value", "")))
        self.links += [a[name] for name in ("href", "src", "action") if a.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None:
            self._form["fields"].append((self._field["name"], self._field.get("text", "").lstrip("\n")))
        if tag == "form":
            self._form = None
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside == "title":
            self.title += data
        elif inside == "textarea":
            self._field["text"] = self._field.get("text", "") + data
        elif inside not in ("script", "style"):
            self.text += data
        if "h1" in self._inside:
            self.headings[-1] += data

    @property
    def words(self) -> str:
        """The visible text on one line."""
        return _one_line(self.text)

    def sends(self, holding: str) -> dict[str, Any]:
        """What the form that holds this field would send as it stands; several values of one name as a list."""
        form = next(form for form in self.forms if holding in form["names"])
        found: dict[str, Any] = {}
        for name, value in form["fields"]:
            if name == "csrfmiddlewaretoken":
                continue
            found[name] = (
                value if name not in found else [*([found[name]] if isinstance(found[name], str) else found[name]), value]
            )
        return found

    def chosen(self) -> dict[str, str]:
        """The radio buttons that are pressed, by name."""
        return {a["name"]: a["value"] for a in self.inputs if a.get("type") == "radio" and "checked" in a}


def _one_line(text: str) -> str:
    """A text as a browser shows it: a run of blanks and line breaks is one blank, and none stands at its ends."""
    return " ".join(text.split())


@pytest.fixture
def see() -> Callable[..., Page]:
    """`see(client, url)` is the page at this address, which must be there."""

    def look(client: Client, url: str, status: int = 200) -> Page:
        response = client.get(url)
        assert response.status_code == status, f"{url}: {response.status_code}"
        return Page(response)

    return look


@pytest.fixture
def fill(see: Callable[..., Page]) -> Callable[..., dict[str, Any]]:
    """`fill(client, episode, gi=2)`: the opened COWS form of a stay, filled in as a nurse would."""

    def make(client: Client, episode: Episode, *, total: int = 0, without: tuple[str, ...] = (), **points: int) -> dict[str, Any]:
        form = see(client, f"/episodes/{episode.pk}/check-in/cows/").sends("banner")
        left_out = tuple(f"cows_{name}" for name in without)
        return form | {
            name: str(value) for name, value in cows_answers(total, **points).items() if not name.startswith(left_out or ("-",))
        }

    return make
