"""The tracker app, and the check that its content can be trusted."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class TrackerConfig(AppConfig):
    """What the ward writes down and looks at."""

    name = "tracker"
    verbose_name = "Tracker"

    def ready(self) -> None:
        """Refuse to start on a content file that is wrong, or without the front-end files."""
        register(content_is_sound)
        register(front_end_is_there)


def content_is_sound(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every content file loads and every worked example comes out as it says."""
    from clinical.strict import ContentError
    from tracker.content import library

    try:
        library()
    except ContentError as error:
        return [Error(str(error), hint="Mend the file, then start again. content/README.md explains each kind.", id="ebb.E001")]
    return []


def front_end_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The third-party files the pages need have been brought in."""
    from django.conf import settings

    for package, patterns in settings.NPM_FILE_PATTERNS.items():
        for pattern in patterns:
            if not (settings.BASE_DIR / "node_modules" / package / pattern).exists():
                return [
                    Error(
                        f"The front-end file {package}/{pattern} is missing, so pages would be unstyled.",
                        hint="Run: python scripts/assets.py",
                        id="ebb.E002",
                    )
                ]
    return []
