"""Whom to believe about where a request came from."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

Application = Callable[..., Iterable[bytes]]
SAID_BY_A_PROXY = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED",
)


def behind(proxies: list[str], application: Application) -> Application:
    """The application as these proxies tell it: their word on address and scheme is taken, everybody else's is dropped.

    Without this the audit trail would name the proxy for everybody, or whatever address a stranger made up.
    Raises ValueError for a proxy that is no address and no network.
    """
    networks = [ip_network(one) for one in proxies]
    told = wrap_wsgi_with_proxy_headers(application, trusted_hosts=proxies)

    def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        here = ip_address(environ["REMOTE_ADDR"])
        if not any(here in network for network in networks):
            for name in SAID_BY_A_PROXY:
                environ.pop(name, None)
        answer: Iterable[bytes] = told(environ, start_response)
        return answer

    return handle
