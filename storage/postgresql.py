"""PostgreSQL: a server that several workers share, set up so that a commit is on the disk.

A transaction that writes is READ COMMITTED and takes a lock for each conversation before it reads it: what
it then reads is what the worker before it has committed. One that only looks sees the same state throughout.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError

from storage.errors import StorageError
from storage.locks import LOOKS, POSTGRESQL, on_server
from storage.tables import ANSWER_SIDE, IDENTITY_SIDE, RIGHTS

LOCK_SECONDS = 15  # how long to wait for another worker's transaction
STATEMENT_SECONDS = 60
IDLE_SECONDS = 120  # a flush opens sealed boxes between its statements

READING = {LOOKS: True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_SESSION = {
    "application_name": "candour",
    "client_encoding": "UTF8",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "synchronous_commit": "on",  # a commit has reached the disk before it is acknowledged
}
_NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms: a server that vanished is not waited for
}
_PATIENT = text("SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)")
_OTHERS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'candour' AND pid <> pg_backend_pid()""")
_LEAVE_LOG = (text("SELECT pg_switch_wal()"), text("CHECKPOINT"))
# Classes of SQLSTATE: connection, rolled back (deadlock), no room, not in this state (locked), operator, system.
_PASSING = frozenset({"08", "40", "53", "55", "57", "58"})
_COLLIDED = "40"
_READ_ONLY, _IDLE = "25006", "25P03"
_OF_STATEMENTS = "42"  # faults in what we wrote: their sentences name columns, never values


def connect(url: str) -> Engine:
    """The database at this address. Raises StorageError when it is none; connects only when it is used."""
    engine = create_engine(
        _address(url),
        connect_args={"options": _options(), **_NETWORK},
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # a server that was away is found again
    )
    event.listen(engine, "handle_error", _leave_out_values)
    event.listen(engine, "commit", _refuse_half)
    return engine


def compact(engine: Engine) -> None:
    """Rewrite the tables of both sides, so that they keep nothing that was deleted, nor where it was.

    Then leave the write-ahead log behind, which has in order what was written: see `_leave_log`.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # its settings end with it
        connection.execute(text("SET statement_timeout = 0"))
        for table in (*RIGHTS, *IDENTITY_SIDE, *ANSWER_SIDE):
            connection.execute(text(f"VACUUM (FULL) {table.name}"))
        _leave_log(connection)


def _leave_log(connection: Connection) -> None:
    """Let PostgreSQL remove what its log has of the pool: who was there before whom, with which thread and file.

    With `wal_recycle = off` the files are deleted, else they lie around until they are written over. Whoever may not
    do this (it takes the roles that docs/running.md names) does without.
    """
    for statement in _LEAVE_LOG:
        with suppress(ProgrammingError):  # InsufficientPrivilege, and nothing else can be wrong with these
            connection.execute(statement)


def passing(error: BaseException | None) -> str:
    """The SQLSTATE of a fault that passes by itself, or 'connection'; '' for any other."""
    if not isinstance(error, psycopg.Error):
        return ""
    state = error.sqlstate
    if state is None:  # from the driver: the server was not reached, or went away
        return "connection" if isinstance(error, psycopg.OperationalError) else ""
    return state if state[:2] in _PASSING or state in {_READ_ONLY, _IDLE} else ""


def collided(fault: str) -> bool:
    """Whether others were in the way, by the SQLSTATE of a fault that passes: what was undone can be done again."""
    return fault.startswith(_COLLIDED)


def wait_patiently(connection: Connection) -> None:
    """Give this transaction all the time it needs: for migrations."""
    if on_server(connection):
        connection.execute(_PATIENT)


def others_are_connected(connection: Connection) -> bool:
    """Whether another process of Candour, on whichever machine, uses this database."""
    return on_server(connection) and bool(connection.scalar(_OTHERS))


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        address = None
    if address is None or address.drivername not in {"postgres", POSTGRESQL, "postgresql+psycopg"}:
        # the address holds a password: it is not repeated
        raise StorageError(
            "The address of the database must be like postgresql://user:password@host/database."
        )
    return address.set(drivername="postgresql+psycopg")


def _options() -> str:
    return " ".join(f"-c {name}={value}" for name, value in _SESSION.items())


def _leave_out_values(fault: ExceptionContext) -> None:
    """PostgreSQL tells in its errors what a row held: keep only which fault it was, and where."""
    error = fault.original_exception
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return
    told = _told(error)
    error.args = (told,)
    if isinstance(fault.sqlalchemy_exception, DBAPIError):
        fault.sqlalchemy_exception.args = (f"({type(error).__name__}) {told}",)


def _told(error: psycopg.Error) -> str:
    if str(error.sqlstate).startswith(_OF_STATEMENTS) and not isinstance(error, psycopg.IntegrityError):
        return f"{error.sqlstate} {error.diag.message_primary}"
    where = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
    return " ".join(filter(None, (str(error.sqlstate), *where)))


def _refuse_half(connection: Connection) -> None:
    """PostgreSQL undoes a transaction in which a statement failed, and calls that a commit: we do not."""
    driver = cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)
    if driver.info.transaction_status == TransactionStatus.INERROR:
        raise StorageError("A statement failed in this transaction, so nothing of it was kept.")
