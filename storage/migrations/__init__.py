"""How the database came to look as `storage.tables` says: one step after the other, both ways.

`upgrade` runs at every start, within the caller's transaction: all of it happens, or nothing.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec import Struct
from sqlalchemy import Connection, MetaData, inspect, text

from storage import tables
from storage.locks import hold, on_server
from storage.postgresql import wait_patiently

_HERE = Path(__file__).parent


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
    return MigrationContext.configure(connection).get_current_revision() or ""


def wanted() -> str:
    """The revision that this version of Candour wants."""
    return ScriptDirectory(str(_HERE)).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this version of Candour has a step of this name."""
    return any(step.revision == revision for step in ScriptDirectory(str(_HERE)).walk_revisions())


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
    command.upgrade(_config(connection), to)


def keep_others_out(connection: Connection) -> None:
    """Let no other worker begin to use the database until this transaction ends."""
    wait_patiently(connection)
    hold(connection, [_ALONE])


def downgrade(connection: Connection, to: str = "base") -> None:
    """Take the database back to this revision, as far as its steps keep what was stored."""
    command.downgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
