"""The key backups are locked with: who may open one, and where that stands.

A key is a file as the age tools write it: the secret, and above it its public half as a remark. Whoever has the public
half can make backups; only the secret opens them. So a server can do without the secret (EBB_BACKUP_RECIPIENTS).
"""

import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pyrage import RecipientError, x25519


class KeyProblem(Exception):
    """There is no key to work with. The message says what to do."""


def make(place: Path, now: datetime) -> str:
    """Write a new key that only its owner can read, and return its public half. Raises KeyProblem if a file is there."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    text = f"# Opens backups of Ebb. Made {now:%Y-%m-%d}. Keep a copy away from this machine, and keep it secret.\n"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyProblem(
            f"{place} is there already, and backups may need it. To begin a new key, keep the old one elsewhere first."
        ) from error
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(f"{text}# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def identities(place: Path) -> list[x25519.Identity]:
    """The secrets in a key file. Raises KeyProblem when there is none, or when others can read it."""
    try:
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        raise KeyProblem(f"The key {place} cannot be read: {error.strerror}. Bring the copy that was kept of it.") from error
    if readable_by_others(place):
        raise KeyProblem(f"Others can read the key {place}. Run: chmod 600 {place}")
    found = re.findall(r"^AGE-SECRET-KEY-\S+$", text, re.MULTILINE)
    if not found:
        raise KeyProblem(f"{place} holds no key: no line of it begins with AGE-SECRET-KEY-.")
    return [x25519.Identity.from_str(line) for line in found]


def recipients(public: Iterable[str], place: Path) -> list[x25519.Recipient]:
    """Who will be able to open a backup: the public keys of the settings, or else the owner of the key file.

    Raises KeyProblem where that is nobody.
    """
    if chosen := list(public):
        try:
            return [x25519.Recipient.from_str(one) for one in chosen]
        except RecipientError as error:
            raise KeyProblem("EBB_BACKUP_RECIPIENTS holds something that is no public key; each begins with age1.") from error
    if not place.exists():
        raise KeyProblem("There is no key to lock the backup with. Make one first: manage.py backup_key")
    return [identity.to_public() for identity in identities(place)]


def readable_by_others(place: Path) -> bool:
    """Whether anybody but the owner may read or change this file."""
    return bool(place.stat().st_mode & 0o077)
