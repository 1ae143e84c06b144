from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dialogues.form import Form
from storage.answers import Submission
from storage.casework import CONCERN, Audit, Status
from storage.errors import AuditExistsError, StorageError, UndecipherableError, UnknownAuditError
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
        with pytest.raises(IntegrityError):
            work.casework.publish(audit.id, "culture", b"{...}")
    with filled.database.writing() as connection:
        connection.execute(text("UPDATE releases SET content = :content"), {"content": b"{.}"})
    with filled.reading() as work, pytest.raises(StorageError, match="was changed"):
        work.casework.release(audit.id, "culture")
