"""The operations app."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Looking after a site. Has commands, and no pages."""

    name = "operations"
    verbose_name = "Upkeep"
