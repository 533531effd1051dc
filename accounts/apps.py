"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who you are and where you work. Knows nothing of patients' records."""

    name = "accounts"
    verbose_name = "Accounts"
