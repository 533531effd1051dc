"""The doctor: looks at a site from top to bottom and says what to mend. `manage.py doctor`.

To have something more looked at, write a function that yields findings and name it in `LOOKS`.
"""

from collections.abc import Callable, Iterator

from operations.doctor import configuration, copies, machine, records, rounds
from operations.doctor.finding import Finding, wrong

Look = Callable[[], Iterator[Finding]]

LOOKS: tuple[Look, ...] = (
    configuration.secret_key,
    configuration.debugging,
    configuration.hosts,
    configuration.https,
    configuration.origins,
    configuration.proxies,
    configuration.django_itself,
    records.writing,
    records.keeping,
    records.schema,
    records.zones,
    records.second_factors,
    records.alert_clock,
    machine.clock,
    machine.synchronized,
    machine.disk,
    machine.static_files,
    machine.secrets_are_kept,
    machine.not_root,
    copies.newest_backup,
    copies.key,
    rounds.last_round,
    rounds.heads_elsewhere,
)


def examine(looks: tuple[Look, ...] = LOOKS) -> Iterator[Finding]:
    """Look at everything. What cannot even be looked at is a failure of its own, and the rest is still looked at."""
    for look in looks:
        try:
            yield from look()
        except Exception as error:  # whatever it is, the next thing must still be looked at
            yield wrong(
                look.__name__.replace("_", " "), f"This could not be looked at: {error}", "Mend this first, then ask again."
            )
