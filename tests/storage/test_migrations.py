from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from dialogues.form import Form
from storage import migrations
from storage.casework import Audit
from storage.database import Database
from storage.tables import metadata
from storage.unit_of_work import Storage


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def _steps() -> list[str]:
    """As Alembic finds them, the newest first."""
    return [step.revision for step in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()]


def test_what_is_wanted_and_known_is_told_without_alembic_and_as_alembic_does() -> None:
    assert migrations.wanted() == _steps()[0]
    assert all(map(migrations.knows, _steps()))
    assert not migrations.knows("base")


def test_the_migrations_lead_to_the_tables(storage: Storage) -> None:
    with storage.database.reading() as connection:
        assert _differences(connection) == []


def test_every_step_goes_down_and_up_again_with_data_in_it(filled: Storage) -> None:
    steps = _steps()
    with filled.writing() as work:  # something in the newest tables; `filled` saw to the oldest
        work.slips.issue("rowan-house", 3, "lead")
        person = work.people.add("rowan-house", "lead", "telegram", "4711")
        work.notices.add(person, "rowan-house", "concern")
        work.files.keep(
            bytes(32), "rowan-house", "staff-culture", work.casework.keys_of("rowan-house").public, b""
        )
    for revision in [*steps[1:], "base"]:
        with filled.database.writing() as connection:
            migrations.downgrade(connection, revision)
    with filled.database.writing() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        for revision in reversed(steps):
            migrations.upgrade(connection, revision)
        assert _differences(connection) == []


def test_a_database_of_the_first_version_keeps_what_it_holds(
    filled: Storage, reopen: Callable[[], Storage], audit: Audit
) -> None:
    with filled.database.writing() as connection:
        migrations.downgrade(connection, "0001")
        assert "slips" not in inspect(connection).get_table_names()
    again = reopen()
    with again.writing() as work:
        assert work.casework.all() == (audit,)
        assert work.slips.left(audit.id, "lead") == 0


@pytest.mark.usefixtures("filled")
def test_upgrading_an_up_to_date_database_keeps_what_it_holds(
    reopen: Callable[[], Storage], audit: Audit, form: Form
) -> None:
    again = reopen()
    with again.reading() as work:
        assert work.casework.all() == (audit,)
        assert work.forms.get(form.digest) == form


def test_a_migration_that_is_cut_off_leaves_nothing_behind(tmp_path: Path, url: str) -> None:
    database = Database.open(url or tmp_path / "candour.db")
    try:
        with database.writing() as connection:
            migrations.upgrade(connection)
            raise RuntimeError  # the power fails
    except RuntimeError:
        pass
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_workers_that_start_at_once_find_one_database(tmp_path: Path, url: str) -> None:
    def start(_: int) -> None:
        Storage.open(tmp_path / "data", tmp_path / "candour.key", url).close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(start, range(4)))
    storage = Storage.open(tmp_path / "data", tmp_path / "candour.key", url)
    with storage.database.reading() as connection:
        assert _differences(connection) == []
    storage.close()
