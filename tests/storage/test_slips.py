from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage.slips import ALPHABET, Slip
from storage.tables import slips
from storage.unit_of_work import Storage

AUDIT = "rowan-house"


def _issue(storage: Storage, count: int, role: str = "respondent") -> tuple[str, ...]:
    with storage.writing() as work:
        return work.slips.issue(AUDIT, count, role)


def test_each_code_is_its_own_and_has_120_bits(storage: Storage) -> None:
    codes = _issue(storage, 200)
    assert len(set(codes)) == 200
    assert {len(code) for code in codes} == {24}
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert set("".join(codes)) == set(ALPHABET)  # otherwise by chance once in 10⁶⁴ times


def test_a_code_says_which_audit_and_role_it_is_for(storage: Storage) -> None:
    (answer,), (lead,) = _issue(storage, 1), _issue(storage, 1, "lead")
    with storage.reading() as work:
        for code, role in ((answer, "respondent"), (lead, "lead")):
            slip = work.slips.find(code)
            assert slip is not None
            assert (slip.audit, slip.role) == (AUDIT, role)


def test_a_code_is_found_however_it_was_copied(storage: Storage) -> None:
    codes = _issue(storage, 40)
    with storage.reading() as work:
        for code in codes:
            written = code.replace("0", "o").replace("1", "l")
            for typed in (
                code.lower(),
                f"  {code[:4]} {code[4:12]}\u00a0{code[12:]}\n",
                "-".join(code[place : place + 4] for place in range(0, 24, 4)),
                f"{code[:6]}\u2013{code[6:]}",
                written,
                code.replace("0", "O").replace("1", "I"),
            ):
                assert work.slips.find(typed) is not None, typed


def test_what_is_no_code_is_not_found(storage: Storage) -> None:
    (code,) = _issue(storage, 1)
    with storage.reading() as work:
        for typed in ("", "0" * 24, code[:-1], code + "0", "é" * 24, "\0" * 24, "\ud800" * 24, "U" * 24):
            assert work.slips.find(typed) is None


def test_a_slip_is_used_once(storage: Storage) -> None:
    (code, other) = _issue(storage, 2)
    with storage.writing() as work:
        slip = work.slips.find(code)
        assert slip is not None
        assert work.slips.spend(slip.hash)
        assert not work.slips.spend(slip.hash)
    with storage.reading() as work:
        assert work.slips.find(code) is None
        assert work.slips.find(other) is not None


def test_a_slip_that_was_used_in_a_transaction_that_failed_is_still_there(storage: Storage) -> None:
    (code,) = _issue(storage, 1)

    def fail() -> None:
        with storage.writing() as work:
            slip = work.slips.find(code)
            assert slip is not None
            work.slips.spend(slip.hash)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with storage.reading() as work:
        assert work.slips.find(code) is not None


def test_what_is_left_is_counted_by_audit_and_role(storage: Storage) -> None:
    (code, _) = _issue(storage, 2)
    _issue(storage, 1, "lead")
    assert _issue(storage, 0) == ()
    with storage.writing() as work:
        slip = work.slips.find(code)
        assert slip is not None
        work.slips.spend(slip.hash)
        left = (work.slips.left(AUDIT, "respondent"), work.slips.left(AUDIT, "lead"))
        assert left == (1, 1)
        assert work.slips.left("elm-house", "respondent") == 0


def test_there_are_no_other_roles(storage: Storage) -> None:
    with pytest.raises(IntegrityError):
        _issue(storage, 1, "passer-by")


def test_no_code_is_stored_nor_the_order_in_which_they_were_made(storage: Storage) -> None:
    codes = _issue(storage, 50)
    with storage.database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(select(slips))]
    assert not any(code in repr(rows) for code in codes)
    with storage.reading() as work:
        made = [slip.hash for slip in map(work.slips.find, codes) if slip]
    assert sorted(made) == sorted(row[0] for row in rows)
    assert made != [row[0] for row in rows]


def test_a_slip_never_shows_its_hash() -> None:
    shown = repr(Slip(AUDIT, "lead", b"canary"))
    assert shown == "Slip('rowan-house', 'lead')"
