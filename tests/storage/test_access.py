"""Links and sessions are used once, by however many at once, and nothing of them can be read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from storage.access import FIRST_LINK, IDLE, LATER_LINK, LONGEST, UNCONFIRMED, Authenticator, Passkey
from storage.errors import UndecipherableError
from storage.tables import accounts, credentials, sessions, sign_in_links
from storage.unit_of_work import Storage

NOW = 1_777_777_777
APP = Authenticator(b"CANARY-secret-of-20b", 7)
PASSKEY = Passkey(b"CANARY-credential", b"CANARY-key", 3, 9)


def _account(storage: Storage, name: str = "CANARY") -> bytes:
    with storage.writing() as work:
        return work.access.open(name)


def test_what_an_account_signs_in_by_is_there_again_and_cannot_be_read(
    storage: Storage, reopen: Callable[[], Storage]
) -> None:
    account = _account(storage)
    with storage.writing() as work:
        app = work.access.add(account, APP)
        work.access.add(account, PASSKEY)
        work.access.change(account, app, Authenticator(APP.secret, 8))
    with reopen().reading() as work:
        assert work.access.name(account) == "CANARY"
        shown = {each.shown for each in work.access.shown(account)}
        assert shown == {Authenticator(APP.secret, 8), PASSKEY}
    with storage.database.reading() as connection:
        stored = [*connection.execute(select(accounts)), *connection.execute(select(credentials))]
    assert b"CANARY" not in b"".join(value for row in stored for value in row if isinstance(value, bytes))
    assert len({len(row.locked) for row in stored}) == 1


def test_one_accounts_credential_is_worth_nothing_to_another(storage: Storage) -> None:
    mine, theirs = _account(storage), _account(storage)
    with storage.writing() as work:
        work.access.add(mine, APP)
    with storage.database.writing() as connection:
        connection.execute(update(credentials).values(account=theirs))
    with storage.reading() as work, pytest.raises(UndecipherableError):
        work.access.shown(theirs)


def test_a_link_is_followed_by_one_of_many(storage: Storage) -> None:
    account = _account(storage)
    with storage.writing() as work:
        code = work.access.link(account, NOW)

    def follow(_: int) -> bytes | None:
        with storage.writing() as work:
            return work.access.follow(code, NOW)

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(follow, range(10)))
    assert sorted(found, key=bool) == [None] * 9 + [account]


def test_links_and_sessions_are_kept_as_hashes_and_go_when_they_are_over(storage: Storage) -> None:
    account, other = _account(storage), _account(storage)
    with storage.writing() as work:
        codes = [work.access.link(account, NOW, FIRST_LINK), work.access.link(other, NOW)]
        tokens = [
            work.access.begin(account, NOW, confirmed=True),
            work.access.begin(other, NOW, confirmed=False),
        ]
    with storage.database.reading() as connection:
        stored = [*connection.execute(select(sign_in_links)), *connection.execute(select(sessions))]
    for secret in (*codes, *tokens):
        assert secret.encode() not in b"".join(
            value for row in stored for value in row if isinstance(value, bytes)
        )
    with storage.writing() as work:
        work.access.link(other, NOW + FIRST_LINK)
        work.access.begin(other, NOW + LONGEST, confirmed=True)
    with storage.database.reading() as connection:
        assert len(connection.execute(select(sign_in_links)).all()) == 1
        assert len(connection.execute(select(sessions)).all()) == 1


def test_a_session_is_over_in_time(storage: Storage) -> None:
    account = _account(storage)
    with storage.writing() as work:
        whole = work.access.begin(account, NOW, confirmed=True)
        half = work.access.begin(account, NOW, confirmed=False)
        assert work.access.session(whole, NOW + IDLE - 1)
        assert not work.access.session(whole, NOW + IDLE)
        assert work.access.session(half, NOW + UNCONFIRMED - 1)
        assert not work.access.session(half, NOW + UNCONFIRMED)
        assert not work.access.session("x" * 43, NOW)
    assert LATER_LINK < FIRST_LINK


def test_what_lets_somebody_in_has_no_repr() -> None:
    assert "CANARY" not in repr(APP) + repr(PASSKEY)
