from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import keys
from storage.errors import KeyUnreadableError, UndecipherableError, UnsafeFileError
from storage.keys import EpochKey, Keys, Pair

KEYS = Keys(bytes(range(32)))
REF = KEYS.ref("web", "ann", "rowan-house", "culture")
TODAY = EpochKey(20_000_00, bytes(range(32)))


def test_a_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "candour.key"
    keys.create(path)
    first = path.read_bytes()
    keys.create(path)
    assert path.read_bytes() == first
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_many_who_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "candour.key"
    seen: list[bytes] = []

    def start() -> None:
        keys.create(path)
        seen.append(path.read_bytes())

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16
    assert set(seen) == {path.read_bytes()}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "candour.key"
    keys.create(path)
    path.chmod(mode)
    with pytest.raises(UnsafeFileError, match="chmod 600"):
        Keys.open(path)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "candour.key"
    path.touch(0o600)
    with pytest.raises(KeyUnreadableError, match="32 bytes, or twice as many, and has 0"):
        Keys.open(path)


@given(st.binary(max_size=5000))
def test_a_draft_comes_back_as_it_was(content: bytes) -> None:
    assert TODAY.open(REF, TODAY.lock(REF, content)) == content


def test_a_draft_can_be_opened_neither_elsewhere_nor_with_another_key_nor_when_changed() -> None:
    blob = TODAY.lock(REF, b"canary")
    elsewhere = KEYS.ref("web", "bob", "rowan-house", "culture")
    for ref, held, key in (
        (elsewhere, blob, TODAY),
        (REF, blob, EpochKey(TODAY.epoch, bytes(32))),
        (REF, blob[:-1] + bytes([blob[-1] ^ 1]), TODAY),
        (REF, b"", TODAY),
    ):
        with pytest.raises(UndecipherableError):
            key.open(ref, held)


def test_the_same_draft_never_looks_the_same_twice() -> None:
    assert TODAY.lock(REF, b"canary") != TODAY.lock(REF, b"canary")


def test_lengths_say_little() -> None:
    pair = _pair()
    drafts = {len(TODAY.lock(REF, bytes(length))) for length in range(0, 1024, 7)}
    sealed = {len(keys.seal(pair.public, bytes(length))) for length in range(0, 512, 7)}
    assert len(drafts) == 1
    assert len(sealed) == 1
    assert len(keys.seal(pair.public, bytes(512))) - sealed.pop() == 512


@given(st.lists(st.text(), min_size=4, max_size=4), st.lists(st.text(), min_size=4, max_size=4))
def test_no_two_places_share_a_ref(one: list[str], other: list[str]) -> None:
    assert (KEYS.ref(*one) == KEYS.ref(*other)) == (one == other)


def test_joining_words_otherwise_is_another_place() -> None:
    assert KEYS.ref("a", "bc") != KEYS.ref("ab", "c")
    assert KEYS.ref("a\0", "b") != KEYS.ref("a", "\0b")


def test_a_ref_tells_nothing_without_the_key() -> None:
    assert KEYS.ref("web", "ann") != Keys(bytes(32)).ref("web", "ann")


@given(st.binary(max_size=5000))
def test_whoever_has_the_private_key_opens_a_sealed_box(content: bytes) -> None:
    pair = _pair()
    assert keys.unseal(pair, keys.seal(pair.public, content)) == content


def test_nobody_else_does() -> None:
    sealed = keys.seal(_pair().public, b"canary")
    for broken in (sealed, sealed[:-1], b""):
        with pytest.raises(UndecipherableError):
            keys.unseal(_pair(), broken)


def test_an_audits_private_key_belongs_to_that_audit_alone() -> None:
    wrapped = KEYS.new_pair("rowan-house")
    assert wrapped.private not in (KEYS.unwrap("rowan-house", wrapped).private, b"")
    with pytest.raises(UndecipherableError):
        KEYS.unwrap("elm-house", wrapped)


def test_no_key_is_ever_printed() -> None:
    pair = _pair()
    secret = repr(pair.private)[2:10]
    assert secret not in f"{pair!r} {KEYS!r} {KEYS.new_pair('a')!r} {pair!s}"


def _pair() -> Pair:
    return KEYS.unwrap("rowan-house", KEYS.new_pair("rowan-house"))
