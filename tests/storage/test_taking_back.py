"""Whatever the order of handing in, mixing and taking back: what is there is what was not taken back, and no more."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from dialogues.form import Form
from dialogues.responses import Response
from storage import passphrases
from storage.answers import Submission
from storage.casework import Audit
from storage.unit_of_work import Storage, UnitOfWork
from tests.storage.phrases import PASSPHRASE, RELEASE

PEOPLE = 6
_numbers = count()


class HandsIn(Struct, frozen=True):
    who: int


class TakesBack(Struct, frozen=True):
    who: int


class Mixes(Struct, frozen=True):
    pass


PERSON = st.integers(0, PEOPLE - 1)
EVENTS = st.lists(
    st.one_of(st.builds(HandsIn, PERSON), st.builds(TakesBack, PERSON), st.just(Mixes())), max_size=24
)
PAIR = passphrases.unlock(PASSPHRASE, RELEASE)


def _tags(audit: Audit, who: int) -> bytes:
    """Those of a receipt, which is of one audit and one person."""
    return hashlib.sha256(f"{audit.id} {who}".encode()).digest()


def _submission(work: UnitOfWork, audit: Audit, form: Form, who: int) -> Submission:
    """Everybody says something of their own, and so many things in a repeat."""
    notes: list[Response] = [{"rested": "agree", "note": f"note {who} {each}"} for each in range(who)]
    response: Response = {
        "role": "care",
        "story": f"story {who}",
        "shifts": notes,
    }
    public = work.casework.keys_of(audit.id).public
    return Submission(audit.id, form.digest, public, response, _tags(audit, who))


@pytest.fixture(scope="module")
def shelf(form: Form) -> Iterator[Storage]:
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage.open(Path(folder) / "data", Path(folder) / "candour.key")
        with storage.writing() as work:
            work.forms.pin(form)
        yield storage
        storage.close()


@given(events=EVENTS)
def test_each_receipt_takes_back_its_own_and_nothing_else(
    shelf: Storage, form: Form, events: list[object]
) -> None:
    audit = Audit(
        id=f"audit-{next(_numbers)}",
        name="",
        service="",
        incident="",
        staff_count=9,
        opened_on=date(2026, 5, 4),
    )
    with shelf.writing() as work:
        work.casework.open(audit, [form])
        work.casework.set_release_key(audit.id, RELEASE)
    there: set[int] = set()
    for event in (*events, Mixes()):
        with shelf.writing() as work:
            match event:
                case HandsIn(who) if who not in there:
                    work.answers.submit([_submission(work, audit, form, who)])
                    there.add(who)
                case TakesBack(who):
                    found = work.answers.withdraw(
                        audit.id, _tags(audit, who), work.casework.keys_of(audit.id), work.forms.get
                    )
                    assert found == (who in there)
                    there.discard(who)
                case Mixes():
                    work.flush(audit.id)
        with shelf.reading() as work:
            assert work.answers.waiting(audit.id) + work.answers.heard(audit.id) == len(there)
    _is_there(shelf, audit, form, there)


def _is_there(storage: Storage, audit: Audit, form: Form, people: set[int]) -> None:
    with storage.reading() as work:
        tally = work.answers.tally(audit.id, form)
        assert PAIR is not None
        written = work.answers.words(audit.id, PAIR)
    assert sorted(written.get("story", ())) == sorted(f"story {who}" for who in people)
    notes = [f"note {who} {each}" for who in people for each in range(who)]
    assert sorted(written.get("shifts/note", ())) == sorted(notes)
    assert sum(sum(each.values()) for each in tally.counts.get("role", {}).values()) == len(people)
