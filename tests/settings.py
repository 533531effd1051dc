"""The product's settings, with a fast password hasher, plain static files and a database in a file."""

import os

os.environ.setdefault("EBB_SECRET_KEY", "tests-only-" * 6)

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, DATABASES, STORAGES

VAR_DIR = BASE_DIR / "var" / "tests"
VAR_DIR.mkdir(parents=True, exist_ok=True)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = BASE_DIR / "static"
# A file, because many threads write through it at once; one for each run, so that two runs do not meet.
run = os.environ.setdefault("EBB_TEST_RUN", str(os.getpid()))
DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / f"test-{run}.sqlite3"}
ACCOUNT_RATE_LIMITS = False
