"""What was told about somebody at risk is kept for years, and goes only once it was read; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.services import auditing, keeping
from storage.answers import Submission
from storage.errors import StorageError
from storage.journal import ConcernsForgotten
from storage.receipts import QUICK
from storage.slips import DEPUTY, LEAD
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, NOW, an_audit, clock, close, concern, culture
from tests.epochs import epochs_in
from tests.storage.conftest import url

__all__ = ["url"]

PHOTO = bytes(range(32))


@pytest.fixture
def storage(tmp_path: Path, url: str) -> Iterator[Storage]:
    storage = Storage.open(
        tmp_path / "data", tmp_path / "candour.key", url, cost=QUICK, epochs=epochs_in(tmp_path)
    )
    auditing.open_audit(storage, an_audit(), [culture(), concern()])
    yield storage
    storage.close()


def told(storage: Storage) -> set[object]:
    return {each.response["what"] for each in auditing.concerns(storage, AUDIT, (LEAD, DEPUTY))}


def has_photo(storage: Storage) -> bool:
    with storage.reading() as work:
        try:
            return work.files.read(PHOTO, work.casework.keys_of(AUDIT)) == b"a photo"
        except StorageError:
            return False


def test_a_concern_is_kept_for_years_and_none_goes_that_nobody_has_read(storage: Storage) -> None:
    with storage.writing() as work:
        public = work.casework.keys_of(AUDIT).public
        for what, route, file in (("She fell.", LEAD, f"{PHOTO.hex()}.jpg"), ("It is the lead.", DEPUTY, "")):
            said = Submission(AUDIT, concern().digest, public, {"what": what, "photo": file}, b"")
            work.casework.raise_concern(said, route=route)
        work.files.keep(PHOTO, AUDIT, "concern", public, b"a photo")
    (read,) = auditing.concerns(storage, AUDIT)
    auditing.mark_read(storage, read.id, clock())
    keeping.forget(storage, SetClock(NOW.replace(year=2050)))
    assert len(told(storage)) == 2, "the audit is open"

    close(storage)
    keeping.forget(storage, SetClock(NOW.replace(year=NOW.year + storage.concern_years)))
    assert (len(told(storage)), has_photo(storage)) == (2, True)
    keeping.forget(storage, SetClock(NOW.replace(year=NOW.year + storage.concern_years, day=NOW.day + 1)))
    assert (told(storage), has_photo(storage)) == ({"It is the lead."}, False)
    (left,) = auditing.concerns(storage, AUDIT, (DEPUTY,))
    auditing.mark_read(storage, left.id, clock(), DEPUTY)
    for year in (2039, 2040):
        keeping.forget(storage, SetClock(NOW.replace(year=year)))
    assert told(storage) == set()
    with storage.reading() as work:
        done = [each for each in work.journal.entries() if isinstance(each.what, ConcernsForgotten)]
    assert [each.day for each in done] == [date(2034, 5, 5).isoformat(), date(2039, 5, 4).isoformat()]
