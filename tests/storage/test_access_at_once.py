"""Many at once, on both databases: a code is taken once, wrong ones are all counted, an agreement is given once."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import pyotp

from bot.clock import SetClock
from bot.services import access, appointing, approving, auditing, inviting
from bot.services.access import LOCKED, Refused, Visitor
from bot.services.approving import KFixedError, NotWaitingError
from dialogues.form import Form
from storage.access import Authenticator
from storage.casework import Audit, Entry
from storage.slips import DEPUTY, LEAD, RESPONDENT
from storage.unit_of_work import Storage

CLOCK = SetClock(datetime(2026, 5, 4, 21, 30, tzinfo=UTC))
SECRET = b"20 bytes of a secret"
MANY = 8
Found = TypeVar("Found")


def at_once(what: Callable[[int], Found]) -> list[Found]:
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(what, range(MANY)))


def opened(storage: Storage, audit: Audit, form: Form) -> str:
    """An audit to which people come by slips."""
    by_slips = msgspec.structs.replace(audit, entry=Entry.SLIPS)
    auditing.open_audit(storage, by_slips, [form])
    return by_slips.id


def visitors(storage: Storage, audit: str) -> list[Visitor]:
    """One person's app, and many browsers in which they have followed a link."""
    now = access.moment(CLOCK)
    appointing.appoint(storage, audit, LEAD, "Ann", clock=CLOCK)
    with storage.writing() as work:
        [person] = work.people.all_of(audit)
        work.access.add(person.account, Authenticator(SECRET))
        tokens = [work.access.begin(person.account, now, confirmed=False) for _ in range(MANY)]
    found = [access.who(storage, token, CLOCK) for token in tokens]
    return [visitor for visitor in found if visitor is not None]


def test_a_code_is_taken_once(storage: Storage, audit: Audit, form: Form) -> None:
    browsers = visitors(storage, opened(storage, audit, form))
    code = pyotp.TOTP(base64.b32encode(SECRET).decode()).at(CLOCK.now())
    answers = at_once(lambda each: access.confirm_code(storage, browsers[each], code, CLOCK))
    assert sum(not isinstance(answer, Refused) for answer in answers) == 1


def test_wrong_codes_are_all_counted(storage: Storage, audit: Audit, form: Form) -> None:
    browsers = visitors(storage, opened(storage, audit, form))
    at_once(lambda each: access.confirm_code(storage, browsers[each], "000000", CLOCK))
    with storage.reading() as work:
        [credential] = work.access.shown(browsers[0].account)
    assert isinstance(credential.shown, Authenticator)
    assert credential.shown.wrong == MANY < LOCKED


def test_an_agreement_is_given_once(storage: Storage, audit: Audit, form: Form) -> None:
    name = opened(storage, audit, form)
    ann = visitors(storage, name)[0].account
    approving.change_k(storage, name, 5, ann, LEAD, CLOCK)
    [waits] = approving.waiting(storage, name, ann)

    def agree(each: int) -> bool:
        try:
            approving.agree(storage, name, waits.id, bytes([each]) * 16, DEPUTY, CLOCK)
        except NotWaitingError:
            return False
        return True

    assert sum(at_once(agree)) == 1


def test_k_is_not_lowered_while_slips_are_issued(storage: Storage, audit: Audit, form: Form) -> None:
    name = opened(storage, audit, form)

    def race(each: int) -> int | None:
        if each == MANY // 2:
            inviting.slips(storage, name, 1, RESPONDENT, CLOCK)
            return auditing.audit(storage, name).k  # what those who are invited are promised
        with contextlib.suppress(KFixedError):
            approving.change_k(storage, name, 9 + each, b"a" * 16, LEAD, CLOCK)
        return None

    [promised] = [k for k in at_once(race) if k is not None]
    assert auditing.audit(storage, name).k == promised
