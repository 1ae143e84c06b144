"""Keys, and what is locked with them. Everything here is libsodium, by way of PyNaCl.

    key file (outside of the database): a key of 32 bytes, and once that was renewed, the first one of all behind it
    ├── the key: what is locked with it is locked anew when it is renewed
    │   ├── "people"  a key for each person with a role: how to reach them
    │   ├── "account" a key for each account: its name, and by what its owner signs in
    │   ├── "sign-in" what only we can have made while somebody signs in (keyed BLAKE2b)
    │   ├── "wrap"    a key for the private half of each audit's key pair
    │   └── "backup"  a key for each backup, by its salt
    └── the first key, which stays: what others hold on to, or nothing could be compared any more
        ├── "ref"     the handle of a draft, which does not say whose it is (keyed BLAKE2b)
        ├── "nobody"  the salt of receipts that were never given out
        ├── "webhook" what Telegram shows us with each update
        └── "journal" stamps each entry of the journal (keyed BLAKE2b)

    key of an epoch (`storage.epochs`), which lives for days
    ├── "ref"     where the draft of a handle is kept (keyed BLAKE2b)
    └── "draft"   a key for each place where a draft is kept

    a key for each row, place or audit is derived from its name (keyed BLAKE2b) and locks a secret box
    (XSalsa20-Poly1305): what is locked for one place cannot be opened at another

    key pair of an audit
    └── sealed boxes               responses and concerns: whoever seals them cannot open them again

Everything is padded before it is locked, so that its length says little.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import msgspec
from nacl.bindings import (
    crypto_box_keypair,
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_secretbox_easy,
    crypto_secretbox_open_easy,
)
from nacl.exceptions import CryptoError

from dialogues.wordless import Wordless
from storage.errors import KeyUnreadableError, UndecipherableError
from storage.private import refuse_shared

KEY_BYTES = 32
REF_BYTES = 16
SEALED_STEP = 512  # responses are padded to multiples of this
CASEWORK_STEP = 256  # of what auditors write, so that little is told by its length
PERSON_STEP = 512  # as many bytes as most addresses need
SMALLEST_DRAFT = 1024  # drafts are padded to this, or to twice, four times … as much

BACKUP_SALT_BYTES = 16
BACKUP_MARK_BYTES = 16

_NONCE_BYTES = 24
_ENDS = b"\x80"  # ISO/IEC 7816-4: this byte, then zeros


class Wrapped(Wordless, frozen=True):
    """The keys of an audit as they are stored: the private half is locked. They have no repr."""

    public: bytes
    private: bytes


class Pair(Wordless, frozen=True):
    """The keys of an audit: `public` seals, `private` unseals. They have no repr."""

    public: bytes
    private: bytes


class EpochKey:
    """What is derived from the key of an epoch: where its drafts are kept, and what opens them. It has no repr."""

    def __init__(self, epoch: int, key: bytes) -> None:
        self.epoch = epoch
        self._ref = _derive(key, b"ref")
        self._draft = _derive(key, b"draft")

    def ref(self, handle: bytes) -> bytes:
        """Where the draft of this handle is kept during the epoch: 16 bytes."""
        return hashlib.blake2b(handle, digest_size=REF_BYTES, key=self._ref).digest()

    def lock(self, ref: bytes, content: bytes) -> bytes:
        """The content as it is stored at `ref`."""
        return _lock(pad(content, _bucket(len(content))), ref, self._draft)

    def open(self, ref: bytes, blob: bytes) -> bytes:
        """The content that was stored at `ref`. Raises UndecipherableError."""
        return unpad(_open(blob, ref, self._draft))


class Keys:
    """What is derived from the key file: from its `key`, and from the `first` one that it ever held. It has no repr."""

    def __init__(self, key: bytes, first: bytes = b"") -> None:
        first = first or key
        self._ref = _derive(first, b"ref")
        self._webhook = _derive(first, b"webhook")
        self._journal = _derive(first, b"journal")
        self._nobody = _derive(first, b"nobody")
        self._people = _derive(key, b"people")
        self._account = _derive(key, b"account")
        self._sign_in = _derive(key, b"sign-in")
        self._casework = _derive(key, b"casework")
        self._wrap = _derive(key, b"wrap")
        self._backup = _derive(key, b"backup")

    @classmethod
    def open(cls, path: Path) -> Keys:
        """The keys of this file. Raises UnsafeFileError, KeyUnreadableError, FileNotFoundError."""
        return cls(*read(path))

    def ref(self, *place: str) -> bytes:
        """The handle of the draft of this channel, address, audit and form: 16 bytes. It is stored nowhere."""
        content = msgspec.msgpack.encode(place)  # unlike joined words, no two places have the same
        return hashlib.blake2b(content, digest_size=REF_BYTES, key=self._ref).digest()

    def webhook_secret(self) -> str:
        """What Telegram sends with each update, so that nobody else can: the same for all workers."""
        return self._webhook.hex()

    def salt_of_nobody(self, locator: bytes) -> bytes:
        """The salt with which a receipt is tried that was never given out, always the same: 16 bytes."""
        return hashlib.blake2b(locator, digest_size=16, key=self._nobody).digest()

    def stamp(self, content: bytes) -> bytes:
        """The MAC of something in the journal: 32 bytes."""
        return hashlib.blake2b(content, digest_size=KEY_BYTES, key=self._journal).digest()

    def for_backup(self, salt: bytes) -> tuple[bytes, bytes]:
        """The key of the backup with this salt, and a mark of 16 bytes by which it is known to be ours."""
        mark = hashlib.blake2b(b"mark" + salt, digest_size=BACKUP_MARK_BYTES, key=self._backup).digest()
        return _key_of(salt, self._backup), mark

    def lock_person(self, person: bytes, content: bytes) -> bytes:
        """How to reach the person of this id, as it is stored."""
        return _lock(pad(content, _steps(len(content), PERSON_STEP)), person, self._people)

    def open_person(self, person: bytes, blob: bytes) -> bytes:
        """How to reach the person of this id. Raises UndecipherableError."""
        return unpad(_open(blob, person, self._people))

    def lock_account(self, account: bytes, content: bytes) -> bytes:
        """What belongs to an account, or to a part of it, as it is stored."""
        return _lock(pad(content, _steps(len(content), PERSON_STEP)), account, self._account)

    def open_account(self, account: bytes, blob: bytes) -> bytes:
        """What belongs to an account, or to a part of it. Raises UndecipherableError."""
        return unpad(_open(blob, account, self._account))

    def lock_casework(self, place: bytes, content: bytes) -> bytes:
        """What an auditor asked, found or decided, as it is stored in the row of this id."""
        return _lock(pad(content, _steps(len(content), CASEWORK_STEP)), place, self._casework)

    def open_casework(self, place: bytes, blob: bytes) -> bytes:
        """What is stored in the row of this id. Raises UndecipherableError."""
        return unpad(_open(blob, place, self._casework))

    def prove(self, *what: str | int | bytes) -> bytes:
        """32 bytes that only we can have made of this, with nothing kept in between: for signing in."""
        content = msgspec.msgpack.encode(what)
        return hashlib.blake2b(content, digest_size=KEY_BYTES, key=self._sign_in).digest()

    def new_pair(self, audit: str) -> Wrapped:
        """A new key pair for an audit."""
        return self.wrap(audit, Pair(*crypto_box_keypair()))

    def wrap(self, audit: str, pair: Pair) -> Wrapped:
        """The key pair of an audit, as it is stored."""
        return Wrapped(pair.public, _lock(pair.private, audit.encode(), self._wrap))

    def unwrap(self, audit: str, keys: Wrapped) -> Pair:
        """The key pair of an audit. Raises UndecipherableError."""
        return Pair(keys.public, _open(keys.private, audit.encode(), self._wrap))


def read(path: Path) -> tuple[bytes, bytes]:
    """The key in this file, and the first one that it ever held, if that is another.

    Raises UnsafeFileError, KeyUnreadableError, FileNotFoundError.
    """
    refuse_shared(path)
    content = path.read_bytes()
    if len(content) not in {KEY_BYTES, 2 * KEY_BYTES}:
        raise KeyUnreadableError(
            f"{path} holds no key: it should have {KEY_BYTES} bytes, or twice as many, and has {len(content)}."
        )
    return content[:KEY_BYTES], content[KEY_BYTES:]


def create(path: Path, first: bytes = b"") -> None:
    """Make a new key file, whole or not at all; one that is there stays as it is. `first`: see `read`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES) + first)
            file.flush()
            os.fsync(file.fileno())
        _link(unfinished, path)
    finally:
        unfinished.unlink()


def seal(public: bytes, content: bytes) -> bytes:
    """The content in a sealed box, padded to the next multiple of 512 bytes."""
    return crypto_box_seal(pad(content, _steps(len(content), SEALED_STEP)), public)


def unseal(pair: Pair, sealed: bytes) -> bytes:
    """The content of a sealed box. Raises UndecipherableError."""
    try:
        return unpad(crypto_box_seal_open(sealed, pair.public, pair.private))
    except (CryptoError, ValueError, TypeError) as trouble:
        raise UndecipherableError("A sealed response cannot be opened with this audit's key.") from trouble


def pad(content: bytes, size: int) -> bytes:
    """The content, filled up to `size` bytes; `size` must exceed its length."""
    return (content + _ENDS).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """The content that was filled up. Raises UndecipherableError."""
    content = padded.rstrip(b"\0")
    if not content.endswith(_ENDS):
        raise UndecipherableError("What was opened does not end as it should.")
    return content[:-1]


def _bucket(length: int) -> int:
    """The size to which a draft of this length is padded."""
    return max(SMALLEST_DRAFT, 1 << length.bit_length())


def _steps(length: int, step: int) -> int:
    """The next multiple of `step` that exceeds this length."""
    return (length // step + 1) * step


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(b"", digest_size=KEY_BYTES, key=key, person=purpose).digest()


def _key_of(place: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(place, digest_size=KEY_BYTES, key=key).digest()


def _lock(content: bytes, place: bytes, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + crypto_secretbox_easy(content, nonce, _key_of(place, key))


def _open(blob: bytes, place: bytes, key: bytes) -> bytes:
    nonce, content = blob[:_NONCE_BYTES], blob[_NONCE_BYTES:]
    try:
        return crypto_secretbox_open_easy(content, nonce, _key_of(place, key))
    except (CryptoError, ValueError, TypeError) as trouble:
        raise UndecipherableError(
            "The key does not belong to what is stored, or data were changed."
        ) from trouble


def _link(unfinished: Path, path: Path) -> None:
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:  # somebody was quicker: theirs is the key
        return
