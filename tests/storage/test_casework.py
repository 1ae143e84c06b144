from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from dialogues.form import Form
from reports.ledger import Subset
from storage.answers import Submission
from storage.casework import CONCERN, Audit, Status
from storage.errors import (
    AlreadyPublishedError,
    AuditExistsError,
    StorageError,
    UndecipherableError,
    UnknownAuditError,
)
from storage.keys import Keys
from storage.unit_of_work import Storage


@pytest.mark.usefixtures("filled")
def test_an_audit_comes_back_as_it_was_opened(reopen: Callable[[], Storage], audit: Audit) -> None:
    with reopen().reading() as work:
        assert work.casework.audit(audit.id) == audit
        assert work.casework.all() == (audit,)


def test_an_audit_cannot_be_opened_twice(filled: Storage, audit: Audit) -> None:
    with filled.writing() as work, pytest.raises(AuditExistsError, match="rowan-house"):
        work.casework.open(audit, [])


def test_an_unknown_audit_is_said_to_be_unknown(storage: Storage) -> None:
    with storage.reading() as work:
        for ask in (work.casework.audit, work.casework.keys_of, work.casework.concerns):
            with pytest.raises(UnknownAuditError, match="There is no audit “elm-house”"):
                ask("elm-house")
        assert work.casework.offers({"elm-house"}) == {}


def test_an_audit_offers_its_forms_until_it_is_closed(filled: Storage, audit: Audit, form: Form) -> None:
    with filled.writing() as work:
        offer = work.casework.offers({audit.id})[audit.id][form.id]
        assert (offer.digest, offer.records, offer.is_open) == (form.digest, "response", True)
        work.casework.close(audit.id, date(2026, 6, 1))
        assert not work.casework.offers({audit.id})[audit.id][form.id].is_open
        closed = work.casework.audit(audit.id)
        assert (closed.status, closed.closed_on) == (Status.CLOSED, date(2026, 6, 1))


def test_an_audit_without_forms_is_known_all_the_same(storage: Storage, audit: Audit) -> None:
    with storage.writing() as work:
        work.casework.open(audit, [])
        assert work.casework.offers({audit.id, "elm-house"}) == {audit.id: {}}


def test_somebody_at_risk_is_heard_after_the_audit_is_closed(
    storage: Storage, audit: Audit, form: Form
) -> None:
    concern = replace(form, id="concern", records=CONCERN)
    with storage.writing() as work:
        work.forms.pin(concern)
        work.casework.open(audit, [concern])
        work.casework.close(audit.id, date(2026, 6, 1))
        assert work.casework.offers({audit.id})[audit.id]["concern"].is_open


def test_a_concern_reaches_the_lead_and_is_read_once(filled: Storage, audit: Audit, form: Form) -> None:
    with filled.writing() as work:
        public = work.casework.keys_of(audit.id).public
        told = Submission(audit.id, form.digest, public, {"what": "A resident is not safe."}, bytes(32))
        work.casework.raise_concern(told)
        (concern,) = work.casework.concerns(audit.id)
        assert (concern.read, concern.form) == (False, form.digest)
        assert concern.response == {"what": "A resident is not safe."}
        assert "resident" not in repr(concern)
        work.casework.mark_read(concern.id)
        assert [each.read for each in work.casework.concerns(audit.id)] == [True]


def test_a_concern_cannot_be_read_with_another_key_file(filled: Storage, audit: Audit, form: Form) -> None:
    with filled.writing() as work:
        public = work.casework.keys_of(audit.id).public
        work.casework.raise_concern(Submission(audit.id, form.digest, public, {"what": "x"}, bytes(32)))
    filled.keys = Keys(bytes(32))
    with filled.reading() as work, pytest.raises(UndecipherableError, match="does not belong"):
        work.casework.concerns(audit.id)


def test_what_was_published_stays_as_it_was(filled: Storage, audit: Audit) -> None:
    with filled.writing() as work:
        assert work.casework.release(audit.id, "culture") is None
        work.casework.publish(audit.id, "culture", b"{}")
        assert work.casework.release(audit.id, "culture") == b"{}"
        with pytest.raises(AlreadyPublishedError, match="published once only"):
            work.casework.publish(audit.id, "culture", b"{...}")
    with filled.database.writing() as connection:
        connection.execute(text("UPDATE releases SET content = :content"), {"content": b"{.}"})
    with filled.reading() as work, pytest.raises(StorageError, match="was changed"):
        work.casework.release(audit.id, "culture")


def test_the_ledger_keeps_whom_a_release_was_about_without_any_number(
    filled: Storage, reopen: Callable[[], Storage], audit: Audit
) -> None:
    sets = (Subset(""), Subset("listened"), Subset("listened", ("care",)), Subset("listened", ("", "a,b")))
    with filled.writing() as work:
        work.casework.publish(audit.id, "culture", b"{}", sets)
    with reopen().reading() as work:
        assert sorted(work.casework.published(audit.id, "culture"), key=str) == sorted(sets, key=str)
        assert work.casework.published(audit.id, "concern") == ()
        assert work.casework.published("elm-house", "culture") == ()


def test_a_release_that_was_lost_is_not_made_again(filled: Storage, audit: Audit) -> None:
    with filled.writing() as work:
        work.casework.publish(audit.id, "culture", b"{}", [Subset("")])
    with filled.database.writing() as connection:
        connection.execute(text("DELETE FROM releases"))
    with filled.writing() as work, pytest.raises(AlreadyPublishedError):
        work.casework.publish(audit.id, "culture", b"{}", [Subset("")])


def test_of_two_who_publish_at_once_one_does(
    filled: Storage, reopen: Callable[[], Storage], audit: Audit
) -> None:
    other = reopen()
    ready = Barrier(2)

    def publish(storage: Storage, content: bytes) -> str:
        ready.wait()
        try:
            with storage.writing() as work:
                return work.casework.publish(audit.id, "culture", content, [Subset(""), Subset("listened")])
        except AlreadyPublishedError:
            return ""

    with ThreadPoolExecutor(2) as both:
        digests = list(both.map(publish, (filled, other), (b"{}", b"{ }")))
    assert sorted(map(bool, digests)) == [False, True]
    with filled.reading() as work:
        assert work.casework.release(audit.id, "culture") in {b"{}", b"{ }"}
        assert len(work.casework.published(audit.id, "culture")) == 2


def test_the_first_count_of_a_day_holds_until_the_next_and_that_of_the_close_for_good(
    filled: Storage, audit: Audit
) -> None:
    first, second = date(2026, 5, 4), date(2026, 5, 5)
    with filled.writing() as work:
        assert work.casework.counted(audit.id, first) is None
        work.casework.count(audit.id, first, enough=False)
        work.casework.count(audit.id, first, enough=True)
        assert work.casework.counted(audit.id, first) is False
        assert work.casework.counted(audit.id, second) is None
        work.casework.count(audit.id, second, enough=True)
        assert work.casework.counted(audit.id, first) is True  # also for a clock that is behind
        work.casework.close(audit.id, second)
        assert work.casework.counted(audit.id, second) is None
        work.casework.count(audit.id, second, enough=False)
        assert work.casework.counted(audit.id, date(2027, 5, 5)) is False
    with filled.reading() as work, pytest.raises(UnknownAuditError):
        work.casework.counted("elm-house", first)
