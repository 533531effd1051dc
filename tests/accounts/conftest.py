"""Real limits, devices and PINs for the tests of signing in. Every test stands at `now`."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts import actions
from accounts.models import Device, User, Ward
from config import settings as real
from tests.conftest import PASSWORD

PIN = "714082"
LOGIN = "/accounts/login/?password"
LOCK = "/accounts/lock/"
LIMITS = ("ACCOUNT_RATE_LIMITS", "MOST_SESSIONS", "SIGN_IN_LASTS", "IDLE_LOCKS", "PATIENT_IDLE_LOCKS")


@pytest.fixture
def clock(now: datetime) -> Iterator[Any]:
    """A clock that stands at `now` until `clock.shift(...)`."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def limits(db: None, settings: Any, clock: Any) -> Any:
    """The limits of the product, which the other tests do without, and the clock to try them with."""
    for name in LIMITS:
        setattr(settings, name, getattr(real, name))
    cache.clear()
    return clock


Tablet = Callable[[], Client]


@pytest.fixture
def tablet(supervisor: User, ward: Ward, limits: Any, settings: Any) -> Tablet:
    """`tablet()` is a browser on the ward's enrolled tablet in which nobody is signed in. Always the same tablet."""
    device, token = actions.devices.enroll_device(by=supervisor, name="Tablet 3", ward=ward)

    def opened() -> Client:
        client = Client()
        client.cookies[settings.DEVICE_COOKIE] = token
        client.device = device  # type: ignore[attr-defined]
        return client

    return opened


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    """The user name and password on the page."""
    return client.post(LOGIN, {"login": user.username, "password": password} | more)


def with_pin(user: User, pin: str = PIN) -> User:
    actions.devices.set_pin(person=user, pin=pin)
    return user


def unlock(client: Client, user: User, pin: str = PIN, **more: Any) -> Any:
    """The tile of this person and their PIN, on the lock screen."""
    row = user.open_sessions.filter(device__kind=Device.Kind.SHARED).first()
    return client.post(LOCK, {"do": "pin", "who": str(row.pk) if row else "", "pin": pin} | more)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)
