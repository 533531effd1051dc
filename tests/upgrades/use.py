"""A nurse signs in to an upgraded site, saves a COWS and opens the stay: `python -m tests.upgrades.use PASSWORD`.

A process of its own, because the site has a database and password hashers of its own. Knows addresses, and nothing of
the code behind them.
"""

import json
import re
import sys

import django
from django.conf import settings
from django.test import Client

from tests.forms_as_sent import cows, sign_in


def use(password: str) -> dict[str, object]:
    nurse = Client(headers={"host": "localhost"})
    login = nurse.get("/accounts/login/")
    nurse.post("/accounts/login/", sign_in(login.text, "nurse", password))
    board = nurse.get("/ward/")
    stays = sorted(set(re.findall(r"/episodes/[0-9a-f-]{36}/", board.text)))
    form = cows(nurse.get(f"{stays[0]}check-in/cows/").text)
    saved = nurse.post(f"{stays[0]}check-in/cows/", form)
    return {
        "board": board.status_code,
        "pages": {stay: nurse.get(stay).status_code for stay in stays},
        "id": form["id"],
        "saved": saved.status_code,
        "goes to": saved.headers.get("Location", ""),
        "kept": nurse.get(f"/check-ins/{form['id']}/").status_code,
    }


if __name__ == "__main__":
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    django.setup()
    sys.stdout.write(json.dumps(use(sys.argv[1])))
