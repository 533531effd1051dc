"""What a device says of its own clock, beside what it sends."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

DEVICE_CLOCK = "device_clock"
"""The field in which a script sends the device's clock: milliseconds since 1970. `static/js/clock.js` fills it in."""

MOST = 2_000_000_000
"""Seconds, some 63 years: a tablet that lost its battery says 1970, which is worth knowing. Beyond is nonsense."""

_MILLISECONDS = re.compile(r"-?\d{1,15}", re.ASCII)


def clock_offset(sent: Mapping[str, Any], now: datetime) -> int | None:
    """By how many seconds the sender's clock is ahead of the server's, at receipt.

    None where nothing was sent or it makes no sense: no form is refused for that.
    """
    said = sent.get(DEVICE_CLOCK)
    if not isinstance(said, str) or not _MILLISECONDS.fullmatch(said):
        return None
    offset = round(int(said) / 1000 - now.timestamp())
    return offset if abs(offset) <= MOST else None
