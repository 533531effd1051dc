"""The product's settings, with a fast password hasher, plain static files and a database in a file."""

import os

os.environ.setdefault("EBB_SECRET_KEY", "tests-only-" * 6)

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, DATABASES, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = BASE_DIR / "static"
DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
ACCOUNT_RATE_LIMITS = False
