"""The tracker app, and the check that its content can be trusted."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks import CheckMessage, Error, register


class TrackerConfig(AppConfig):
    """What the ward writes down and looks at."""

    name = "tracker"
    verbose_name = "Tracker"

    def ready(self) -> None:
        """Refuse to start on a content file that is wrong, or without the front-end files."""
        register(content_is_sound)
        register(reviews_are_in_time)
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


def reviews_are_in_time(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning for every article whose review is overdue or that changed since it was reviewed. It stops nothing."""
    from django.utils import timezone

    from clinical.strict import ContentError
    from tracker.content import library

    try:
        articles = library().articles.values()
    except ContentError:
        return []  # said by the check above
    today = timezone.now().date()
    found: list[CheckMessage] = []
    for article in articles:
        hint = f"Read it again, then: manage.py sign_article {article.slug} --by NAME"
        if article.changed:
            found.append(checks.Warning(f"The article {article.slug} changed since it was reviewed.", hint=hint, id="ebb.W002"))
        elif article.about.review_due < today:
            found.append(
                checks.Warning(
                    f"The review of the article {article.slug} was due {article.about.review_due}.", hint=hint, id="ebb.W001"
                )
            )
    return found


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
