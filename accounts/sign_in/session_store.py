"""Django's sessions in the database, looked up by a question that is put together once: every request asks it."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.prepared import Prepared


class SessionStore(DatabaseStore):
    """As Django's, but for how a session is looked up."""

    def load(self) -> dict[str, Any]:
        """What the session holds, or nothing where it is over or never was."""
        found = _alive(key=self.session_key, now=timezone.now())
        if found:
            return self.decode(found[0].session_data)
        self._session_key = None
        return {}


_alive = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    key=Session._meta.pk, now=Session._meta.get_field("expire_date"),
)  # fmt: skip
