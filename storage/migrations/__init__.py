"""How the database came to look as `storage.tables` says: one step after the other, both ways.

`upgrade` runs at every start, within the caller's transaction: all of it happens, or nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import Connection, MetaData, inspect, text

from storage import tables
from storage.locks import hold, on_server
from storage.postgresql import wait_patiently

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
_STEPS = sorted(path.name[1:5] for path in (_HERE / "versions").glob("v*.py"))  # v0001_first_light.py is 0001
_ALONE = b"migrate"


class Revision(Struct, frozen=True):
    """How far a database was brought: `found` is '' for an empty one; `wanted` is where this version wants it."""

    found: str
    wanted: str

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to migrate."""
        return self.found == self.wanted


def is_new(connection: Connection) -> bool:
    """Whether the database holds nothing of ours yet."""
    return not inspect(connection).has_table("audits")


def current(connection: Connection) -> str:
    """The revision that the database has; '' when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def wanted() -> str:
    """The revision that this version of Candour wants."""
    return _STEPS[-1]


def knows(revision: str) -> bool:
    """Whether this version of Candour has a step of this name."""
    return revision in _STEPS


def clear(connection: Connection) -> None:
    """Take everything that the steps made out of the database, and all that it held; nothing of anybody else."""
    ours = {*tables.metadata.tables, "alembic_version"}
    there = MetaData()
    there.reflect(connection, only=lambda name, _: name in ours)
    there.drop_all(connection)
    if on_server(connection):
        connection.execute(text("DROP FUNCTION IF EXISTS journal_refuse()"))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the database up to this revision; of several workers one does so, and the others wait for it."""
    keep_others_out(connection)
    if current(connection) != (wanted() if to == "head" else to):
        from alembic import command  # noqa: PLC0415 - takes a fifth of a second, and there is seldom a step to take

        command.upgrade(_config(connection), to)


def keep_others_out(connection: Connection) -> None:
    """Let no other worker begin to use the database until this transaction ends."""
    wait_patiently(connection)
    hold(connection, [_ALONE])


def downgrade(connection: Connection, to: str = "base") -> None:
    """Take the database back to this revision, as far as its steps keep what was stored."""
    from alembic import command  # noqa: PLC0415 - as above

    command.downgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
