"""Receipts: what somebody is given once, when they hand in, and what opens nothing to anybody else.

    K3F7Q  2M9TXJ40WHD8RC  5        20 characters of Crockford's alphabet, without the spaces
    │      │               └ check character (Luhn, modulo 32): a slip of the pen is noticed
    │      └ secret, 70 random bits
    └ locator, 25 random bits: which thread

    the whole ── Argon2id, with the salt of the thread ──▶ 32 bytes, kept nowhere ──┬─▶ verifier
                                                                                    ├─▶ key pair: reads messages
                                                                                    └─▶ tags: finds one's answers

Only verifier and public key are stored. Guessing costs a tenth of a second and 64 MiB for each try, and a secret of
70 bits is out of reach all the same. See `design/ANONYMITY.md`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from msgspec import Struct
from nacl.bindings import crypto_box_seed_keypair, crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13

from dialogues.wordless import Wordless
from storage.keys import Pair
from storage.slips import ALPHABET, as_meant
from storage.tables import LOCATOR_BYTES, TAG_BYTES

SECRET = 14  # characters
LENGTH = LOCATOR_BYTES + SECRET + 1
FEWEST_DIGITS = 2  # in each of them: so it is told from twenty letters of an answer that happen to fit
SALT_BYTES = 18

_BYTES = 32


class Cost(Struct, frozen=True):
    """What one try costs: passes over the memory, and the memory in bytes as a power of 2."""

    passes: int
    memory: int


USUAL = Cost(5, 26)  # 64 MiB; 0.16 s of one core of our test machine
QUICK = Cost(1, 13)  # of made-up people, whose receipts nobody has


class Opened(Wordless, frozen=True):
    """What a receipt leads to, for as long as somebody is there with it: 32 bytes. It has no repr."""

    locator: bytes
    master: bytes

    @property
    def verifier(self) -> bytes:
        """What shows that it is the right one."""
        return _derived(self.master, b"verifier")

    @property
    def pair(self) -> Pair:
        """The keys of the thread."""
        return Pair(*crypto_box_seed_keypair(_derived(self.master, b"thread")))

    @property
    def tags(self) -> bytes:
        """The key from which the tags of one's answers are made."""
        return _derived(self.master, b"tags")


class Receipt(Wordless, frozen=True):
    """A new receipt: the code for its owner, and what is kept of it. Its repr does not say which."""

    code: str
    salt: bytes
    opened: Opened


def make(cost: Cost = USUAL) -> Receipt:
    """A new receipt. Takes as long as one try."""
    salt, code = new_salt(cost), _new_code()
    return Receipt(code, salt, derive(code, salt))


def read(typed: str) -> str | None:
    """The receipt that somebody typed or pasted, or None when it is none or a character of it is wrong."""
    code = as_meant(typed)
    whole = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if whole and _check(code[:-1]) == code[-1] else None


def digits(typed: str) -> int:
    """How many digits are in it."""
    return sum(sign.isdecimal() for sign in typed)


def locator_of(code: str) -> bytes:
    """Which thread a receipt, as `read`, belongs to."""
    return code[:LOCATOR_BYTES].encode()


def grouped(code: str) -> str:
    """A receipt as people read it: five groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def derive(code: str, salt: bytes) -> Opened:
    """What a receipt, as `read`, leads to with this salt."""
    return Opened(locator_of(code), stretch(code, salt))


def new_salt(cost: Cost = USUAL, chance: bytes = b"") -> bytes:
    """16 random bytes (or those of `chance`), and the cost before them, so that it can rise and old ones still open."""
    return bytes((cost.passes, cost.memory)) + (chance or secrets.token_bytes(16))


def stretch(secret: str, salt: bytes) -> bytes:
    """32 bytes from something that people remember or write down, by Argon2id."""
    passes, memory, rest = salt[0], 1 << salt[1], salt[2:]
    return crypto_pwhash_alg(_BYTES, secret.encode(), rest, passes, memory, crypto_pwhash_ALG_ARGON2ID13)


def proves(opened: Opened, verifier: bytes) -> bool:
    """Whether a receipt is the one that the verifier was made from."""
    return hmac.compare_digest(opened.verifier, verifier)


def pool_tag(tags: bytes) -> bytes:
    """By what a whole response is found again: 16 bytes."""
    return _tag(tags, "pool")


def answer_tag(tags: bytes, form: str, question: str, instance: int = 0) -> bytes:
    """By what one answer is found again: 16 bytes. `instance` counts answers to one question within repeats."""
    return _tag(tags, f"answer\0{form}\0{question}\0{instance}")


def file_tag(tags: bytes, number: int) -> bytes:
    """By what the file of this number, of those of one response, is found again."""
    return _tag(tags, f"file\0{number}")


def _tag(tags: bytes, what: str) -> bytes:
    return hashlib.blake2b(what.encode(), digest_size=TAG_BYTES, key=tags).digest()


def _derived(master: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(b"", digest_size=_BYTES, key=master, person=purpose).digest()


def _new_code() -> str:
    """One in 180 has too few digits, and is drawn anew."""
    while True:
        code = _random(LOCATOR_BYTES + SECRET)
        code += _check(code)
        if digits(code) >= FEWEST_DIGITS:
            return code


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(code: str) -> str:
    """Luhn's check character, in base 32."""
    total, base = 0, len(ALPHABET)
    for place, character in enumerate(reversed(code)):
        value = ALPHABET.index(character) * (2 - place % 2)
        total += value // base + value % base
    return ALPHABET[-total % base]
