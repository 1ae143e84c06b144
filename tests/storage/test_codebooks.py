"""Revisions of the codebook are kept in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from reports.codebook import shipped
from reports.revisions import Merge, Retire
from storage.errors import StorageError
from storage.unit_of_work import Storage

MERGED = Merge(codes=("CAP.night",), into="CAP.numbers", reason="The same.")
RETIRED = Retire(code="ASR.data", reason="Nobody used it.")


def test_revisions_come_back_in_their_order_with_their_day(
    storage: Storage, reopen: Callable[[], Storage]
) -> None:
    for day, revision in ((date(2026, 5, 4), MERGED), (date(2026, 5, 9), RETIRED)):
        with storage.writing() as work:
            work.codebooks.hold()
            work.codebooks.append(revision, day)
    with reopen().reading() as work:
        found = work.codebooks.all()
        assert [(each.number, each.day, each.revision) for each in found] == [
            (1, date(2026, 5, 4), MERGED),
            (2, date(2026, 5, 9), RETIRED),
        ]
        assert work.codebooks.present().version == f"{shipped().version}+2"


def test_before_the_first_revision_the_shipped_codebook_holds(storage: Storage) -> None:
    with storage.reading() as work:
        assert work.codebooks.present() == shipped()


def test_a_revision_that_nobody_can_read_is_told(storage: Storage) -> None:
    with storage.writing() as work:
        work.codebooks.append(MERGED, date(2026, 5, 4))
    with storage.database.writing() as connection:
        connection.execute(text('UPDATE codebook_revisions SET content = \'{"change": "paint"}\''))
    with storage.reading() as work, pytest.raises(StorageError, match="a newer Candour may have written it"):
        work.codebooks.present()
