"""What the settings say: the key, the addresses, HTTPS, who is believed."""

from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from accounts.secret_key import HOW, weakness
from operations.doctor.finding import Finding, doubtful, fine, wrong

HERE = {"localhost", "127.0.0.1", "[::1]"}
ENVIRONMENT = "in .env, then start Ebb again"


def secret_key() -> Iterator[Finding]:
    """The key is long, and nobody's example."""
    problem = weakness(settings.SECRET_KEY)
    if problem:
        yield wrong("secret key", problem, f"{HOW} Then start Ebb again.")
    else:
        yield fine("secret key", "long enough")


def debugging() -> Iterator[Finding]:
    """Nobody is shown the inside of the program."""
    if settings.DEBUG:
        yield wrong(
            "debugging", "EBB_DEBUG is on: an error would show settings and records.", f"Take EBB_DEBUG out {ENVIRONMENT}."
        )
    else:
        yield fine("debugging", "off")


def hosts() -> Iterator[Finding]:
    """The names the site answers to."""
    names = set(settings.ALLOWED_HOSTS)
    loose = sorted(name for name in names if name == "*" or name.startswith("."))
    if loose:
        yield wrong("hosts", f"EBB_HOSTS lets any name in by {loose[0]}.", f"Name exactly what people type, {ENVIRONMENT}.")
    elif names <= HERE:
        yield doubtful(
            "hosts", "Only this machine is named in EBB_HOSTS.", f"Add the name people type to EBB_HOSTS {ENVIRONMENT}."
        )
    else:
        yield fine("hosts", ", ".join(sorted(names - HERE)))


def https() -> Iterator[Finding]:
    """Whoever comes over a network comes by HTTPS."""
    if settings.HTTPS:
        yield fine("HTTPS", "only HTTPS, strict cookies")
    elif set(settings.ALLOWED_HOSTS) <= HERE:
        yield doubtful(
            "HTTPS", "off, and only this machine is served", f"For people on a network, set EBB_HTTPS=yes {ENVIRONMENT}."
        )
    else:
        yield wrong(
            "HTTPS", "EBB_HTTPS is off: passwords and records cross the network in the open.", f"Set EBB_HTTPS=yes {ENVIRONMENT}."
        )


def origins() -> Iterator[Finding]:
    """The addresses forms are accepted from."""
    hosts_ = set(settings.ALLOWED_HOSTS)
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        parts = urlsplit(origin)
        if settings.HTTPS and parts.scheme != "https":
            yield wrong("form origins", f"{origin} is not HTTPS.", f"Write https:// in EBB_TRUSTED_ORIGINS {ENVIRONMENT}.")
        elif parts.hostname not in hosts_:
            yield wrong(
                "form origins", f"{origin} is none of EBB_HOSTS.", f"Make EBB_TRUSTED_ORIGINS and EBB_HOSTS agree {ENVIRONMENT}."
            )
        else:
            yield fine("form origins", origin)
    if not settings.CSRF_TRUSTED_ORIGINS:
        yield fine("form origins", "the site's own address only")


def proxies() -> Iterator[Finding]:
    """Who is believed about where a request came from."""
    try:
        networks = [ip_network(one) for one in settings.PROXIES]
    except ValueError as error:
        yield wrong("proxies", f"EBB_PROXIES: {error}.", f"Write addresses such as 10.0.0.2 {ENVIRONMENT}.")
        return
    wide = [str(one) for one in networks if one.num_addresses > 256]
    if wide:
        yield wrong("proxies", f"EBB_PROXIES believes all of {wide[0]}.", f"Name only the proxies themselves {ENVIRONMENT}.")
    elif settings.HTTPS and not networks:
        yield wrong(
            "proxies",
            "No proxy is believed, so no request counts as HTTPS.",
            f"Set EBB_PROXIES to the proxy's address {ENVIRONMENT}.",
        )
    else:
        yield fine("proxies", f"believed: {', '.join(str(one) for one in networks) or 'nobody'}")


def django_itself() -> Iterator[Finding]:
    """What Django's own checks and the product's find; the content of the clinic and the front end are among them."""
    known_above = {"security.W009", "security.W018", "security.W020"}
    if not settings.HTTPS:
        # Said above, in one sentence instead of four.
        known_above |= {"security.W004", "security.W008", "security.W012", "security.W016"}
    found = [one for one in checks.run_checks(include_deployment_checks=True) if one.id not in known_above]
    for one in found:
        make = wrong if one.level >= checks.ERROR else doubtful
        yield make("check", f"{one.msg} ({one.id})", one.hint or "See `manage.py check --deploy`.")
    if not found:
        yield fine("check", "content, front end and Django's own checks")
