"""The number of the request at hand: in its answer, on error pages and in the logs. Imports nothing, so that logs can use it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Set for each request by `accounts.middleware.has_a_number`; empty outside of one."""

IN_META = "ebb.request_id"
"""Where the request itself carries it."""
