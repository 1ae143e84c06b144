from __future__ import annotations

import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import receipts
from storage.receipts import QUICK, USUAL, Cost, Receipt
from storage.slips import ALPHABET

A_RECEIPT = receipts.make(QUICK)


def test_a_receipt_is_read_as_it_was_given() -> None:
    assert receipts.read(A_RECEIPT.code) == A_RECEIPT.code
    assert receipts.read(receipts.grouped(A_RECEIPT.code)) == A_RECEIPT.code


@given(st.text(ALPHABET, min_size=19, max_size=19))
def test_a_receipt_is_read_however_it_was_copied(code: str) -> None:
    whole = code + receipts._check(code)
    copied = f"  {whole[:4].lower()}-{whole[4:].replace('0', 'o').replace('1', 'l')}\n"
    assert receipts.read(copied) == whole


@given(st.text(ALPHABET, min_size=19, max_size=19), st.integers(0, 19), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(code: str, place: int, other: str) -> None:
    whole = code + receipts._check(code)
    changed = whole[:place] + other + whole[place + 1 :]
    assert (receipts.read(changed) is not None) == (changed == whole)


@pytest.mark.parametrize("typed", ["", "K3F7Q", "they were very kind here", "U" * 20, "١" * 20, "A" * 21])
def test_anything_else_is_no_receipt(typed: str) -> None:
    assert receipts.read(typed) is None


def test_a_receipt_leads_to_the_same_again_and_another_one_to_something_else() -> None:
    again = receipts.derive(A_RECEIPT.code, A_RECEIPT.salt)
    assert again == A_RECEIPT.opened
    assert receipts.proves(again, A_RECEIPT.opened.verifier)
    other = receipts.make(QUICK).opened
    assert not receipts.proves(other, A_RECEIPT.opened.verifier)
    assert other.pair.public != again.pair.public


def test_the_same_code_with_another_salt_opens_nothing() -> None:
    salt = receipts.new_salt(QUICK)
    assert not receipts.proves(receipts.derive(A_RECEIPT.code, salt), A_RECEIPT.opened.verifier)


def test_what_a_try_costs_is_kept_with_the_salt_so_that_old_receipts_still_open() -> None:
    dear = receipts.make(Cost(2, 14))
    assert receipts.proves(receipts.derive(dear.code, dear.salt), dear.opened.verifier)
    assert (A_RECEIPT.salt[:2], dear.salt[:2]) == (bytes([1, 13]), bytes([2, 14]))


def test_guessing_costs_what_was_decided() -> None:
    assert receipts.new_salt()[:2] == bytes([USUAL.passes, USUAL.memory])
    assert USUAL.passes * 2**USUAL.memory >= 5 * 64 * 2**20


def test_tags_of_one_person_have_nothing_in_common() -> None:
    tags = A_RECEIPT.opened.tags
    made = [
        receipts.pool_tag(tags),
        receipts.answer_tag(tags, "form", ""),
        receipts.answer_tag(tags, "form", "a"),
        receipts.answer_tag(tags, "form", "a", 1),
        receipts.answer_tag(tags, "other", "a"),
        receipts.file_tag(tags, 0),
        receipts.file_tag(tags, 1),
    ]
    assert len({*made}) == len(made)
    assert {len(tag) for tag in made} == {16}


def test_codes_are_of_even_chance() -> None:
    drawn = Counter("".join(receipts._random(19) for _ in range(2000)))
    assert set(drawn) == set(ALPHABET)
    assert max(drawn.values()) < 1.3 * min(drawn.values())


def test_no_repr_shows_a_receipt() -> None:
    shown = f"{A_RECEIPT!r} {A_RECEIPT.opened!r} {Receipt('CANARY', b'', A_RECEIPT.opened)!r}"
    assert shown == "Receipt Opened Receipt"
    assert secrets.token_hex(4) not in shown


def test_every_receipt_has_the_digits_by_which_it_is_known_without_a_command() -> None:
    codes = [receipts._new_code() for _ in range(5_000)]
    assert min(map(receipts.digits, codes)) >= receipts.FEWEST_DIGITS
    assert all(receipts.read(code) == code for code in codes)
