"""The clinic's library as this site has it: read once, when first asked."""

from functools import cache

from django.conf import settings

from clinical.library import Library, load


@cache
def library() -> Library:
    """Everything in content/. Raises ContentError if a file is wrong; `manage.py check` says so at the start."""
    return load(settings.CONTENT_DIR)
