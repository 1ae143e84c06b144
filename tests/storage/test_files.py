from __future__ import annotations

import pytest
from sqlalchemy import select, update

from storage.casework import Audit
from storage.errors import StorageError, UndecipherableError
from storage.files import digest, digest_in
from storage.keys import Keys
from storage.tables import files
from storage.unit_of_work import Storage

PHOTO = b"\x89PNG canary" + bytes(100_000)


def _keep(
    storage: Storage, audit: Audit, seed: str = "seed", content: bytes = PHOTO, form: str = "staff-culture"
) -> bytes:
    name = digest(content, seed)
    with storage.writing() as work:
        work.files.keep(name, audit.id, form, work.casework.keys_of(audit.id).public, content)
    return name


@pytest.mark.parametrize(
    "content", [PHOTO, b"", b"\0", bytes(5_000_000)], ids=["photo", "empty", "zero", "large"]
)
def test_a_file_comes_back_as_it_was_sent(filled: Storage, audit: Audit, content: bytes) -> None:
    name = _keep(filled, audit, content=content)
    with filled.reading() as work:
        assert work.files.read(name, work.casework.keys_of(audit.id)) == content


def test_a_file_that_comes_again_is_kept_once(filled: Storage, audit: Audit) -> None:
    assert _keep(filled, audit) == _keep(filled, audit)
    with filled.reading() as work:
        assert work.files.count(audit.id) == 1
        assert work.files.count("elm-house") == 0


def test_what_two_people_sent_is_kept_for_each(filled: Storage, audit: Audit) -> None:
    mine, theirs = _keep(filled, audit, "mine"), _keep(filled, audit, "theirs")
    with filled.writing() as work:
        work.files.erase([mine])
        work.files.erase([])
        pair = work.casework.keys_of(audit.id)
        assert work.files.read(theirs, pair) == PHOTO
        with pytest.raises(StorageError, match="not in the database"):
            work.files.read(mine, pair)


def test_files_that_are_in_no_response_are_erased_but_not_those_of_other_forms(
    filled: Storage, audit: Audit
) -> None:
    used, lost = _keep(filled, audit, "handed in"), _keep(filled, audit, "never handed in")
    concern = _keep(filled, audit, "under way", form="concern")
    with filled.database.writing() as connection:  # as the flush does
        connection.execute(update(files).where(files.c.id == used).values(tag=bytes(16)))
    with filled.writing() as work:
        work.files.erase_unused(audit.id, ("staff-culture",))
        pair = work.casework.keys_of(audit.id)
        assert work.files.read(used, pair) == work.files.read(concern, pair) == PHOTO
        with pytest.raises(StorageError, match="not in the database"):
            work.files.read(lost, pair)


def test_a_name_tells_its_digest_and_other_words_tell_none() -> None:
    name = digest(PHOTO, "seed")
    assert digest_in(f"{name.hex()}.jpg") == name
    for other in ("rota.jpg", name.hex(), f"{name.hex()[:-1]}g.jpg", ""):
        assert digest_in(other) is None


def test_only_the_audits_key_opens_a_file(filled: Storage, audit: Audit) -> None:
    name = _keep(filled, audit)
    keys = Keys(bytes(32))
    with filled.reading() as work, pytest.raises(UndecipherableError):
        work.files.read(name, keys.unwrap("elm-house", keys.new_pair("elm-house")))
    with filled.database.reading() as connection:
        assert b"canary" not in connection.scalars(select(files.c.sealed)).one()


def test_a_digest_does_not_tell_whoever_has_the_file_too_that_it_was_sent() -> None:
    assert len(digest(PHOTO, "seed")) == 32
    assert len({digest(PHOTO, "seed"), digest(PHOTO, "other"), digest(PHOTO, ""), digest(b"", "seed")}) == 4
