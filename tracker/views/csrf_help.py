"""Why a form was not trusted, as a sentence that names what to change: mostly a setting that does not fit the address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _


def why_not_trusted(request: HttpRequest) -> str:
    """Compare what the browser says of the page it comes from with what the server sees and was set up for."""
    origin = request.headers.get("Origin", "")
    if origin == "null":
        return _(
            "The browser hides which page this was sent from. Whoever runs the site: no proxy may set Referrer-Policy to no-referrer. Or allow this site in the browser's privacy extension."
        )
    # Over plain HTTP the Referer decides nothing.
    came = urlsplit(origin or (request.headers.get("Referer", "") if request.is_secure() else ""))
    page, seen = f"{came.scheme}://{came.netloc}", f"{request.scheme}://{request.get_host()}"
    if came.netloc and page != seen and page not in settings.CSRF_TRUSTED_ORIGINS:
        return _wrong_address(came.scheme, request.scheme or "", {"page": page, "seen": seen})
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return _no_cookie(request)
    return _("The page was open for too long or was opened before you signed in. Go back, reload the page and send it again.")


def _wrong_address(came: str, asked: str, said: dict[str, str]) -> str:
    """The page's address is not one this site knows as its own; `came` and `asked` are http or https."""
    if came == asked:
        return (
            _(
                "The page is at %(page)s, but this site was asked as %(seen)s. Whoever runs it: let the proxy pass on the Host header, and put %(page)s into EBB_TRUSTED_ORIGINS and its name into EBB_HOSTS."
            )
            % said
        )
    if came == "https":
        return (
            _(
                "The page is at %(page)s, but this site was asked over plain HTTP, as %(seen)s. Whoever runs it: set EBB_HTTPS=yes, and let the proxy send X-Forwarded-Proto: https and pass on the Host header."
            )
            % said
        )
    return (
        _(
            "The page is at %(page)s without HTTPS, but this site is set up for it, as %(seen)s. Open it with https in front. Whoever runs it: EBB_HTTPS=yes is only for a site that is reached over HTTPS."
        )
        % said
    )


def _no_cookie(request: HttpRequest) -> str:
    if settings.CSRF_COOKIE_SECURE and not request.is_secure():
        return _(
            "The browser keeps this site's cookies for HTTPS, and this was sent without it. Whoever runs it: EBB_HTTPS=yes needs HTTPS up to the browser, and a proxy that sends X-Forwarded-Proto: https."
        )
    return _("The browser sent no cookie. Allow cookies for this site, reload the page and send it again.")
