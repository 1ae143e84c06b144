from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from storage import receipts
from storage.casework import Audit
from storage.errors import UndecipherableError
from storage.keys import Pair
from storage.receipts import QUICK, Receipt
from storage.tables import threads
from storage.threads import MOST_MESSAGES, Sender, Thread
from storage.unit_of_work import Storage, UnitOfWork

DAY = date(2026, 5, 4)
LATER = date(2026, 6, 1)


def _begin(storage: Storage, audit: Audit) -> Receipt:
    receipt = receipts.make(QUICK)
    with storage.writing() as work:
        work.threads.begin(receipt, audit.id, DAY)
    return receipt


def _write(work: UnitOfWork, audit: Audit, receipt: Receipt, sender: Sender, text: str) -> bool:
    thread = work.threads.get(receipt.opened.locator)
    assert thread is not None
    return work.threads.write(thread, sender, text, work.casework.keys_of(audit.id).public, LATER)


def test_only_the_receipt_opens_its_thread(filled: Storage, audit: Audit) -> None:
    receipt, other = _begin(filled, audit), _begin(filled, audit)
    with filled.reading() as work:
        thread = work.threads.is_opened_by(receipt.opened)
        assert isinstance(thread, Thread)
        assert thread.audit == audit.id
        forged = receipts.Opened(receipt.opened.locator, other.opened.master)
        assert work.threads.is_opened_by(forged) is None
        assert work.threads.is_opened_by(receipts.make(QUICK).opened) is None


def test_the_lead_and_whoever_has_the_receipt_read_the_same_in_order(filled: Storage, audit: Audit) -> None:
    receipt = _begin(filled, audit)
    said = [
        (Sender.RESPONDENT, "At night.\0"),
        (Sender.LEAD, "On which unit?"),
        (Sender.RESPONDENT, "Ash 🌳"),
    ]
    with filled.writing() as work:
        for sender, text in said:
            assert _write(work, audit, receipt, sender, text)
    with filled.reading() as work:
        theirs = work.threads.read_by_respondent(receipt.opened)
        leads = work.threads.read_by_lead(audit.id, work.casework.keys_of(audit.id))
    assert [(each.sender, each.text) for each in theirs] == said
    assert [(each.sender, each.text) for each in leads] == said


def test_nobody_else_can_read_what_was_written(filled: Storage, audit: Audit) -> None:
    receipt, other = _begin(filled, audit), _begin(filled, audit)
    with filled.writing() as work:
        _write(work, audit, receipt, Sender.LEAD, "canary")
        forged = receipts.Opened(receipt.opened.locator, other.opened.master)
        with pytest.raises(UndecipherableError):
            work.threads.read_by_respondent(forged)
        with pytest.raises(UndecipherableError):
            work.threads.read_by_lead(audit.id, Pair(bytes(32), bytes(32)))
        assert work.threads.read_by_respondent(other.opened) == ()


def test_messages_are_new_until_the_other_one_has_read_them(filled: Storage, audit: Audit) -> None:
    receipt = _begin(filled, audit)
    with filled.writing() as work:
        _write(work, audit, receipt, Sender.LEAD, "Are you safe?")
        _write(work, audit, receipt, Sender.RESPONDENT, "Yes.")
        work.threads.mark_read([receipt.opened.locator], Sender.LEAD)
        assert [each.new for each in work.threads.read_by_respondent(receipt.opened)] == [False, True]


def test_a_thread_that_is_full_takes_no_more(filled: Storage, audit: Audit) -> None:
    receipt = _begin(filled, audit)
    with filled.writing() as work:
        taken = [
            _write(work, audit, receipt, Sender.RESPONDENT, str(number))
            for number in range(MOST_MESSAGES + 1)
        ]
    assert taken == [True] * MOST_MESSAGES + [False]


def test_a_thread_is_destroyed_when_nothing_was_written_for_long(filled: Storage, audit: Audit) -> None:
    silent, spoken = _begin(filled, audit), _begin(filled, audit)
    with filled.writing() as work:
        _write(work, audit, spoken, Sender.RESPONDENT, "Still here.")
        assert work.threads.forget(audit.id, date(2026, 5, 11)) == 1
        assert work.threads.get(silent.opened.locator) is None
        assert work.threads.read_by_respondent(spoken.opened)
        assert work.threads.forget(audit.id, date(2026, 6, 8)) == 1
        assert work.threads.read_by_respondent(spoken.opened) == ()


def test_the_order_of_threads_says_nothing_after_a_flush(filled: Storage, audit: Audit) -> None:
    """Of 60 people, those who came first are as likely to lie behind as before those who came later."""
    locators = [_begin(filled, audit).opened.locator for _ in range(60)]
    with filled.writing() as work:
        work.flush(audit.id)
    with filled.database.reading() as connection:
        found = list(connection.scalars(select(threads.c.locator)))
    assert sorted(found) == sorted(locators)
    early = [place for place, locator in enumerate(found) if locator in locators[:30]]
    assert 18 < sum(early) / 30 < 42  # by chance alone outside once in 10⁵ times


def test_no_repr_shows_who_or_what(filled: Storage, audit: Audit) -> None:
    receipt = _begin(filled, audit)
    with filled.writing() as work:
        _write(work, audit, receipt, Sender.LEAD, "canary")
        thread = work.threads.get(receipt.opened.locator)
        shown = f"{thread!r} {work.threads.read_by_respondent(receipt.opened)!r}"
    assert shown == "Thread (Message(lead),)"
