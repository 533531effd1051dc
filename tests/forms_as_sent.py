"""What a browser would send of a form that somebody filled in without looking: used where only addresses are known."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """Hidden fields as they are, of each row of choices the one that is chosen, else the first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        name, value, kind = a.get("name"), a.get("value") or "", a.get("type")
        if tag != "input" or not name:
            return
        if kind == "hidden" or (kind == "radio" and "checked" in a):
            self.fields[name] = value
        elif kind == "radio":
            self.fields.setdefault(name, value)


def cows(page: str) -> dict[str, str]:
    """A COWS of this page with the first choice of every item and a pulse of 72: worth 0 points, and yes, that is right."""
    fields = _Fields(page).fields
    assert sum(name.startswith("cows_") for name in fields) > 5, "this page holds no COWS"
    return fields | {"cows_pulse_rate": "72", "confirmed": "on"}


def sign_in(page: str, name: str, password: str) -> dict[str, str]:
    return _Fields(page).fields | {"login": name, "password": password}
