"""What a transaction may do beside others: whether it only looks, and what nobody else may touch meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

LOOKS = "candour_looks"  # the execution option of connections whose transactions change nothing
POSTGRESQL = "postgresql"

_LOCK = text("SELECT count(pg_advisory_xact_lock(name)) FROM unnest(CAST(:names AS bigint[])) AS name")


def on_server(connection: Connection) -> bool:
    """Whether this is PostgreSQL, where several may write at once; SQLite has one writer."""
    return connection.dialect.name == POSTGRESQL


def only_looks(connection: Connection) -> bool:
    """Whether the transaction changes nothing: then it locks nothing either."""
    return bool(connection.get_execution_options().get(LOOKS))


def hold(connection: Connection, names: Iterable[bytes]) -> None:
    """Let no other transaction hold any of these names (of which 8 bytes count) until this one ends.

    Holds also what is not stored yet, as no lock of a row could. All are taken in one statement and in order,
    so that no two workers wait for each other. Where there is one writer, or none, nothing need be held.
    """
    if on_server(connection) and not only_looks(connection):
        numbers = sorted({int.from_bytes(name[:8], "big", signed=True) for name in names})
        connection.execute(_LOCK, {"names": numbers})
