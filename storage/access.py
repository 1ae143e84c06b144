"""How people with a role sign in: accounts, links that work once, sessions, and what they show to be themselves.

Of a link, of a session and of a calendar we keep the SHA-256 of at least 128 random bits; what accounts are called and
what they show is encrypted, for each account with a key of its own. Times are seconds since 1970. What an account may
do is not said here: `storage.people` says it, and is asked each time.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from dialogues.wordless import Wordless
from storage.keys import Keys
from storage.locks import hold
from storage.slips import ALPHABET, as_meant
from storage.tables import ID_BYTES, accounts, calendars, credentials, sessions, sign_in_links

CODE_LENGTH = 28  # of 5 bits each: 140
FIRST_LINK = 24 * 3600  # seconds for which the first link of somebody works
LATER_LINK = 15 * 60
UNCONFIRMED = 10 * 60  # seconds to show a passkey or a code, once a link was followed
IDLE = 30 * 60  # seconds without a page after which a session is over
LONGEST = 12 * 3600
TOUCH = 60  # seconds: as exactly as this we know when a session was last seen


class Authenticator(Wordless, frozen=True, tag="totp"):
    """An app that makes codes (RFC 6238). `step` is the last one that was taken, `wrong` how many since were not."""

    secret: bytes
    step: int = 0
    wrong: int = 0


class Passkey(Wordless, frozen=True, tag="passkey"):
    """A passkey (WebAuthn). `since`: challenges from before this moment, in milliseconds, were answered already."""

    credential: bytes
    public_key: bytes
    count: int
    since: int


Shown: TypeAlias = Authenticator | Passkey


class Credential(Struct, frozen=True):
    """What somebody shows to be themselves, with the id of its row."""

    id: bytes
    shown: Shown


class Session(Wordless, frozen=True):
    """A browser that somebody signs in with. `confirmed`: when passkey or code was last shown; 0: not yet."""

    hash: bytes
    account: bytes
    began: int
    seen: int
    confirmed: int

    def is_over(self, now: int) -> bool:
        """Whether it was too long, or too long idle."""
        longest = LONGEST if self.confirmed else UNCONFIRMED
        return now - self.began >= longest or now - self.seen >= IDLE


_NAME = select(accounts.c.locked).where(accounts.c.id == bindparam("account"))


class Access:
    """Accounts and how they sign in, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def hold(self, account: bytes) -> None:
        """Let nobody else sign in to this account until the transaction ends: no code is taken twice."""
        hold(self._connection, [self._keys.prove("account", account)])

    # Accounts

    def open(self, name: str) -> bytes:
        """A new account of somebody who is called so. Returns its id."""
        new = secrets.token_bytes(ID_BYTES)
        locked = self._keys.lock_account(new, name.encode())
        self._connection.execute(insert(accounts), {"id": new, "locked": locked})
        return new

    def name(self, account: bytes) -> str:
        """What the owner of an account is called; empty when nobody said. Raises UndecipherableError."""
        locked = self._connection.scalar(_NAME, {"account": account})
        return self._keys.open_account(account, locked).decode() if locked else ""

    def rename(self, account: bytes, name: str) -> None:
        """Call the owner of an account so from now on."""
        locked = self._keys.lock_account(account, name.encode())
        self._connection.execute(update(accounts).where(accounts.c.id == account).values(locked=locked))

    def close(self, account: bytes) -> None:
        """Forget an account and everything about it."""
        self.forget(account)
        self._connection.execute(delete(accounts).where(accounts.c.id == account))

    def forget(self, account: bytes) -> None:
        """Forget by what an account signs in, where it did, and its calendar."""
        for table in (credentials, sign_in_links, sessions, calendars):
            self._connection.execute(delete(table).where(table.c.account == account))

    # Links

    def link(self, account: bytes, now: int, lasts: int = LATER_LINK) -> str:
        """A new code to sign in with, once, so many seconds long. Those from before are worth nothing any more."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        self._connection.execute(
            delete(sign_in_links).where(
                (sign_in_links.c.account == account) | (sign_in_links.c.expires <= now)
            )
        )
        row = {"hash": _hash(code), "account": account, "expires": now + lasts}
        self._connection.execute(insert(sign_in_links), row)
        return code

    def follow(self, code: str, now: int) -> bytes | None:
        """Use up a code, however it was typed. Returns its account, or None when it is not worth anything."""
        spent = delete(sign_in_links).where(sign_in_links.c.hash == _hash(as_meant(code)))
        row = self._connection.execute(
            spent.returning(sign_in_links.c.account, sign_in_links.c.expires)
        ).first()
        return None if row is None or row.expires <= now else bytes(row.account)

    def whose_link(self, code: str, now: int) -> bytes | None:
        """The account of a code that holds, which is not used up; None when it is not worth anything."""
        query = select(sign_in_links.c.account).where(
            sign_in_links.c.hash == _hash(as_meant(code)), sign_in_links.c.expires > now
        )
        account: bytes | None = self._connection.scalar(query)
        return account

    def link_until(self, account: bytes) -> int:
        """Until when the link of an account holds that was not used; 0 when there is none."""
        query = select(sign_in_links.c.expires).where(sign_in_links.c.account == account)
        return self._connection.scalar(query) or 0

    # Calendars

    def new_calendar(self, account: bytes) -> str:
        """A new token that opens the calendar of an account; the one before is worth nothing any more."""
        self.hold(account)
        self.end_calendar(account)
        token = secrets.token_urlsafe(32)
        self._connection.execute(insert(calendars), {"hash": _hash(token), "account": account})
        return token

    def whose_calendar(self, token: str) -> bytes | None:
        """The account whose calendar a token opens, or None."""
        query = select(calendars.c.account).where(calendars.c.hash == _hash(token))
        account: bytes | None = self._connection.scalar(query)
        return account

    def has_calendar(self, account: bytes) -> bool:
        """Whether a token opens the calendar of an account."""
        query = select(calendars.c.hash).where(calendars.c.account == account)
        return self._connection.scalar(query) is not None

    def end_calendar(self, account: bytes) -> None:
        """Let no token open the calendar of an account."""
        self._connection.execute(delete(calendars).where(calendars.c.account == account))

    # Sessions

    def begin(self, account: bytes, now: int, *, confirmed: bool, began: int = 0) -> str:
        """A new session. Returns the token that its browser keeps; `began` is set when it carries another one on."""
        self._connection.execute(delete(sessions).where(sessions.c.began <= now - LONGEST))
        token = secrets.token_urlsafe(32)
        row = {"hash": _hash(token), "account": account, "began": began or now, "seen": now}
        self._connection.execute(insert(sessions), row | {"confirmed": now if confirmed else 0})
        return token

    def session(self, token: str, now: int) -> Session | None:
        """The session of a token, unless it is over."""
        row = self._connection.execute(select(sessions).where(sessions.c.hash == _hash(token))).first()
        found = None if row is None else Session(*row)
        return None if found is None or found.is_over(now) else found

    def see(self, session: Session, now: int) -> None:
        """Note that the session is in use."""
        self._connection.execute(update(sessions).where(sessions.c.hash == session.hash).values(seen=now))

    def end(self, session: bytes) -> bool:
        """End the session of this hash; False when it was ended before."""
        return self._connection.execute(delete(sessions).where(sessions.c.hash == session)).rowcount == 1

    def end_all(self, account: bytes) -> None:
        """End every session of an account."""
        self._connection.execute(delete(sessions).where(sessions.c.account == account))

    # What people show

    def signs_in(self, account: bytes) -> bool:
        """Whether somebody has set up how they sign in to the account."""
        query = select(credentials.c.id).where(credentials.c.account == account).limit(1)
        return self._connection.scalar(query) is not None

    def shown(self, account: bytes) -> tuple[Credential, ...]:
        """By what the account signs in, in no order. Raises UndecipherableError."""
        rows = self._connection.execute(select(credentials).where(credentials.c.account == account))
        return tuple(
            Credential(row.id, msgspec.msgpack.decode(self._open(account, row.id, row.locked), type=Shown))
            for row in rows
        )

    def add(self, account: bytes, shown: Shown) -> bytes:
        """Let the account sign in by this too. Returns its id."""
        new = secrets.token_bytes(ID_BYTES)
        kind = "passkey" if isinstance(shown, Passkey) else "totp"
        row = {"id": new, "account": account, "kind": kind, "locked": self._lock(account, new, shown)}
        self._connection.execute(insert(credentials), row)
        return new

    def change(self, account: bytes, credential: bytes, shown: Shown) -> None:
        """Keep what became of a credential when it was shown."""
        locked = self._lock(account, credential, shown)
        self._connection.execute(
            update(credentials).where(credentials.c.id == credential).values(locked=locked)
        )

    def _lock(self, account: bytes, credential: bytes, shown: Shown) -> bytes:
        return self._keys.lock_account(account + credential, msgspec.msgpack.encode(shown))

    def _open(self, account: bytes, credential: bytes, locked: bytes) -> bytes:
        return self._keys.open_account(account + credential, locked)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
