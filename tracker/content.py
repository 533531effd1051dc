"""The clinic's library as this site has it: read once for each language, when first asked."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from clinical.library import Library, load


def library() -> Library:
    """Everything in content/, in the reader's language as far as it is translated.

    Raises ContentError if a file is wrong; `manage.py check` and the web server say so at the start.
    """
    language = get_language() or settings.LANGUAGE_CODE
    return _read(settings.CONTENT_DIR, language.split("-")[0])


@cache
def _read(content: Path, language: str) -> Library:
    return load(content, language)
