from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from storage.errors import UndecipherableError
from storage.keys import Keys
from storage.notices import Notice, Sending
from storage.people import Person
from storage.tables import notices, people
from storage.unit_of_work import Storage

AUDIT = "rowan-house"
ADDRESS = "canary-4711"


def _add(storage: Storage, role: str = "lead", address: str = ADDRESS, audit: str = AUDIT) -> bytes:
    with storage.writing() as work:
        return work.people.add(audit, role, "telegram", address)


def test_somebody_with_a_role_can_be_reached_again(storage: Storage, reopen: Callable[[], Storage]) -> None:
    lead = _add(storage)
    with reopen().reading() as work:
        found = work.people.get(lead)
        assert found is not None
        assert (found.id, found.audit, found.role) == (lead, AUDIT, "lead")
        assert (found.channel, found.address) == ("telegram", ADDRESS)
        assert work.people.of(AUDIT, "lead") == (work.people.get(lead),)
        assert work.people.of(AUDIT, "auditor") == work.people.of("elm-house", "lead") == ()


def test_somebody_is_kept_once_however_often_they_come(storage: Storage) -> None:
    first = _add(storage)
    assert _add(storage) == first
    others = {_add(storage, "auditor"), _add(storage, address="another"), _add(storage, audit="elm-house")}
    assert len({first, *others}) == 4
    with storage.reading() as work:
        assert {person.address for person in work.people.of(AUDIT, "lead")} == {ADDRESS, "another"}


def test_nobody_can_tell_from_the_table_who_it_is(storage: Storage) -> None:
    ids = [_add(storage, address="4"), _add(storage, address="4" * 300), _add(storage, "auditor", "4")]
    with storage.database.reading() as connection:
        rows = connection.execute(select(people)).all()
    assert {row.id for row in rows} == set(ids)
    assert len({row.locked for row in rows}) == 3
    assert len({len(row.locked) for row in rows}) == 1
    assert not any(b"telegram" in row.locked for row in rows)


def test_one_persons_address_cannot_be_put_in_anothers_place(storage: Storage) -> None:
    mine, theirs = _add(storage), _add(storage, address="theirs")
    with storage.database.writing() as connection:
        locked = select(people.c.locked).where(people.c.id == theirs).scalar_subquery()
        connection.execute(update(people).where(people.c.id == mine).values(locked=locked))
    with storage.reading() as work, pytest.raises(UndecipherableError):
        work.people.get(mine)


def test_an_address_cannot_be_read_with_another_key_file(storage: Storage) -> None:
    lead = _add(storage)
    storage.keys = Keys(bytes(32))
    with storage.reading() as work, pytest.raises(UndecipherableError):
        work.people.get(lead)


def test_who_is_removed_is_gone_with_what_was_to_be_sent_to_them(storage: Storage) -> None:
    lead, other = _add(storage), _add(storage, address="other")
    with storage.writing() as work:
        work.notices.add(lead, AUDIT, "concern")
        kept = work.notices.add(other, AUDIT, "concern")
        work.people.remove(lead)
        assert work.people.get(lead) is None
        assert [notice.id for notice in work.notices.waiting()] == [kept]


def test_a_person_never_shows_their_address() -> None:
    shown = repr(Person(b"canary", b"canary", AUDIT, "lead", "telegram", ADDRESS))
    assert shown == "Person('rowan-house', 'lead')"


def test_a_notice_waits_until_it_was_sent_or_parked(storage: Storage) -> None:
    lead = _add(storage)
    with storage.writing() as work:
        sent, parked, waits = (work.notices.add(lead, AUDIT, kind) for kind in ("concern", "closed", "week"))
        assert {notice.id for notice in work.notices.waiting()} == {sent, parked, waits}
        work.notices.mark(sent, Sending.SENT)
        work.notices.mark(parked, Sending.PARKED)
    with storage.reading() as work:
        assert work.notices.waiting() == (Notice(waits, lead, AUDIT, "week", Sending.WAITING),)
        assert work.notices.parked(AUDIT) == (Notice(parked, lead, AUDIT, "closed", Sending.PARKED),)
        assert work.notices.parked("elm-house") == ()
        assert work.notices.get(sent) == Notice(sent, lead, AUDIT, "concern", Sending.SENT)
        assert work.notices.get(bytes(16)) is None


def test_a_notice_has_no_words() -> None:
    about = {"subject", "occasion"}  # the id of an action, and a day
    assert {column.name for column in notices.columns} == {"id", "person", "audit", "kind", "status"} | about
