"""The product's settings, with a fast password hasher, plain static files and a database of each run's own.

DATABASE_URL chooses the kind: SQLite in a file when there is none, PostgreSQL by its address (`make test-postgres`).
"""

import os
from datetime import timedelta

os.environ.setdefault("EBB_SECRET_KEY", "tests-only-" * 6)

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, DATABASES, STORAGES

VAR_DIR = BASE_DIR / "var" / "tests"
VAR_DIR.mkdir(parents=True, exist_ok=True)
AUDIT_HEADS = str(VAR_DIR / "nothing-is-noted-here.txt")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = BASE_DIR / "static"
# One for each run, so that two runs do not meet. SQLite in a file, because many threads write through it at once.
run = os.environ.setdefault("EBB_TEST_RUN", str(os.getpid()))
POSTGRES = DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
DATABASES["default"]["TEST"] = {"NAME": f"test_ebb_{run}" if POSTGRES else VAR_DIR / f"test-{run}.sqlite3"}
# Tests sign in more often than people, in many browsers at once, and jump hours ahead. Those of the throttle, the lock
# and the sessions bring the real limits back.
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]
MOST_SESSIONS = 1000
SIGN_IN_LASTS = IDLE_LOCKS = PATIENT_IDLE_LOCKS = timedelta(days=400)
