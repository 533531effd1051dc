"""The door a web server comes through."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.proxies import behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = behind(settings.PROXIES, get_wsgi_application())

# Read the clinic's files before the first request: a broken one stops the start here, with its sentence.
from tracker.content import library  # noqa: E402 - Django has to be set up first

library()
