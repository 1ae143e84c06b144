"""The lead's passphrase: what people wrote in their own words is sealed to a key that only it makes.

    passphrase ── Argon2id, with a salt of the audit ──▶ seed ──▶ key pair; the public half is kept

So neither the database nor the key file is enough to read them. Nobody can find a forgotten passphrase out.
"""

from __future__ import annotations

import hmac
import unicodedata

from msgspec import Struct
from nacl.bindings import crypto_box_seed_keypair

from storage.keys import Pair
from storage.receipts import new_salt, stretch

SHORTEST = 14  # characters
FEWEST = 6  # different ones
LONGEST = 1000


class ReleaseKey(Struct, frozen=True):
    """What is kept of a passphrase: its salt, and the public key that answers are sealed to."""

    salt: bytes
    public: bytes


def is_strong(passphrase: str) -> bool:
    """Whether a passphrase is long and mixed enough not to be guessed at once, and short enough to work with."""
    meant = _meant(passphrase)
    return SHORTEST <= len(meant) <= LONGEST and len(set(meant)) >= FEWEST


def choose(passphrase: str) -> ReleaseKey:
    """The release key of a new passphrase. Takes as long as one try."""
    salt = new_salt()
    return ReleaseKey(salt, _pair(passphrase, salt).public)


def unlock(passphrase: str, key: ReleaseKey) -> Pair | None:
    """The keys that a passphrase opens, or None when it is not the one. Takes as long as one try."""
    pair = _pair(passphrase, key.salt)
    return pair if hmac.compare_digest(pair.public, key.public) else None


def _pair(passphrase: str, salt: bytes) -> Pair:
    return Pair(*crypto_box_seed_keypair(stretch(_meant(passphrase), salt)))


def _meant(passphrase: str) -> str:
    """The same for every keyboard and however many blanks were typed."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())
