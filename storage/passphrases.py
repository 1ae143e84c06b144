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
FEWEST_WORDS = 4  # different ones, where it is made of words
LONGEST = 1000

# Words that are guessed first: alone they make no passphrase, however many there are.
_COMMON = """
password passphrase secret letmein welcome admin login qwerty correct horse battery staple one two three four five six
seven eight nine ten the a an and of in my our this is care home house nursing residential service audit safeguarding
lead staff night day
"""


class ReleaseKey(Struct, frozen=True):
    """What is kept of a passphrase: its salt, and the public key that answers are sealed to."""

    salt: bytes
    public: bytes


def is_strong(passphrase: str, known: str = "") -> bool:
    """Whether a passphrase is long and mixed enough not to be guessed at once, and short enough to work with.

    It has four different words, or is one that nobody could read. Words that are common, or `known` to whoever knows
    the audit, count for none.
    """
    meant = _meant(passphrase)
    if not (SHORTEST <= len(meant) <= LONGEST and len(set(meant)) >= FEWEST):
        return False
    words = set(meant.casefold().split())
    telling = {word.strip(".,;:!?-") for word in words} - {
        *_COMMON.split(),
        *_meant(known).casefold().split(),
        "",
    }
    return len(telling) >= FEWEST_WORDS or any(map(_is_jumble, telling))


def _is_jumble(word: str) -> bool:
    """Whether a word is none, but long and of letters and other signs."""
    return len(word) >= SHORTEST and not word.isalpha()


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
