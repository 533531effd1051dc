"""The key that signs sessions and, on a site without keys of its own, seals secrets. Knows no Django: settings ask it first."""

HOW = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(50))" and set it in .env.'


def weakness(key: str) -> str:
    """What is wrong with a site's secret key, as a sentence, or "" for one that cannot be guessed."""
    if not key:
        return "EBB_SECRET_KEY is not set."
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure"):
        return "EBB_SECRET_KEY is short or easy to guess."
    return ""
