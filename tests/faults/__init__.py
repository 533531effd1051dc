"""Real servers, and what can happen to them: killed, cut off, filled up, set wrong.

An *acknowledged* save is one the sender got a 200 or 201 for, with its id. Whatever happens, each of those is there
exactly once and as it was sent, nothing else is there by half, and the audit trail is whole.

`make test` runs these small, `make faults` in full and on both databases. `EBB_FAULTS=full` makes the difference.
"""
