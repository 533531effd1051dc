"""A proxy is believed, a stranger is not."""

from typing import Any

import pytest

from config.proxies import behind


def heard(proxies: list[str], remote: str, **headers: str) -> dict[str, Any]:
    """What the application is told when this address asks with these headers."""
    told: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        told.update(environ)
        return []

    behind(proxies, application)({"REMOTE_ADDR": remote, "wsgi.url_scheme": "http", **headers}, None)
    return told


FORWARDED = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}


@pytest.mark.parametrize("proxies", [["10.0.0.2"], ["10.0.0.0/24"], ["192.0.2.1", "10.0.0.2"]])
def test_the_proxy_says_where_a_request_came_from(proxies):
    told = heard(proxies, "10.0.0.2", **FORWARDED)
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("203.0.113.9", "https")
    assert told["HTTP_X_FORWARDED_PROTO"] == "https"


def test_an_address_the_visitor_put_before_the_proxys_word_is_not_taken():
    told = heard(["10.0.0.2"], "10.0.0.2", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9")
    assert told["REMOTE_ADDR"] == "203.0.113.9"


@pytest.mark.parametrize("proxies", [[], ["10.0.0.2"]])
def test_a_stranger_cannot_say_that_it_is_somebody_else_or_came_by_https(proxies):
    told = heard(
        proxies, "203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https", HTTP_FORWARDED="for=x"
    )
    assert told == {"REMOTE_ADDR": "203.0.113.9", "wsgi.url_scheme": "http"}


def test_a_proxy_that_is_no_address_stops_the_start():
    with pytest.raises(ValueError, match="proxy"):
        behind(["proxy.example.org"], lambda environ, start_response: [])
