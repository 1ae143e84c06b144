"""A file that only the key file opens, written and read as a stream: what a backup is kept in.

    "candour-backup" and NUL   version (1 byte)   salt (16)   mark (16)   header of the stream (24)   pieces …

Version 1: a piece is 65,536 bytes of content in libsodium's secretstream (XChaCha20-Poly1305: 17 bytes more), with
everything before the stream's header as associated data. The last one says that it is the last, so that a file that
was cut off is found. The key is derived from the key file and the salt; so is the mark, which tells another key
from a damaged file. The content is filled up with zeros to whole steps of 256 KiB (`read` returns them too): otherwise
the sizes of two backups would say how much came in between them.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError

from storage.errors import BackupError
from storage.keys import BACKUP_MARK_BYTES, BACKUP_SALT_BYTES, Keys

VERSION = 1
PIECE_BYTES = 65_536
STEP_BYTES = 4 * PIECE_BYTES  # a hundred responses and more

_MAGIC = b"candour-backup\0"
_START_BYTES = len(_MAGIC) + 1 + BACKUP_SALT_BYTES + BACKUP_MARK_BYTES
_SEALED_BYTES = PIECE_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES


def write(file: BinaryIO, keys: Keys, content: Iterable[bytes]) -> None:
    """Write the content into the file, sealed, as it comes."""
    salt = os.urandom(BACKUP_SALT_BYTES)
    key, mark = keys.for_backup(salt)
    start = _MAGIC + bytes([VERSION]) + salt + mark
    state = crypto_secretstream_xchacha20poly1305_state()
    file.write(start + crypto_secretstream_xchacha20poly1305_init_push(state, key))
    for piece, is_last in _with_last(_pieces(content)):
        tag = (
            crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if is_last
            else crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        file.write(crypto_secretstream_xchacha20poly1305_push(state, piece, start, tag))


def read(file: BinaryIO, keys: Keys) -> Iterator[bytes]:
    """What was written into the file, piece by piece. Raises BackupError where it is not as it was written.

    That it was cut off is known only at its end: whatever was done with the pieces must be undone then.
    """
    start = file.read(_START_BYTES)
    key = _key(start, keys)
    state = crypto_secretstream_xchacha20poly1305_state()
    header = file.read(crypto_secretstream_xchacha20poly1305_HEADERBYTES)
    if len(header) < crypto_secretstream_xchacha20poly1305_HEADERBYTES:
        raise _damaged()
    crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    is_last = False
    for sealed, is_last in _with_last(iter(lambda: file.read(_SEALED_BYTES), b"")):
        piece, tag = _pulled(state, sealed, start)
        if is_last != (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL):
            raise BackupError("This backup is not whole: its end is missing, or something was added to it.")
        yield piece
    if not is_last:
        raise _damaged()


def _key(start: bytes, keys: Keys) -> bytes:
    if not start.startswith(_MAGIC) or len(start) < _START_BYTES:
        raise BackupError("This is no backup of Candour.")
    version, rest = start[len(_MAGIC)], start[len(_MAGIC) + 1 :]
    if version != VERSION:
        raise BackupError(
            f"This backup is of format {version}, which this version of Candour cannot read (it reads {VERSION})."
        )
    key, mark = keys.for_backup(rest[:BACKUP_SALT_BYTES])
    if not hmac.compare_digest(mark, rest[BACKUP_SALT_BYTES:]):
        raise BackupError("This backup was made with another key file, or its beginning was changed.")
    return key


def _pulled(
    state: crypto_secretstream_xchacha20poly1305_state, sealed: bytes, start: bytes
) -> tuple[bytes, int]:
    try:
        piece, tag = crypto_secretstream_xchacha20poly1305_pull(state, sealed, start)
    except (CryptoError, ValueError, TypeError):  # the latter for a piece that is too short
        raise _damaged() from None
    return piece, tag


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The content in pieces of one size, filled up."""
    waiting, total = bytearray(), 0
    for part in content:
        waiting += part
        total += len(part)
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    waiting += bytes(-total % STEP_BYTES or STEP_BYTES)
    yield from (bytes(waiting[at : at + PIECE_BYTES]) for at in range(0, len(waiting), PIECE_BYTES))


def _with_last(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each part, and whether it is the last one."""
    held = next(parts, None)
    for part in parts:
        if held is not None:
            yield held, False
        held = part
    if held is not None:
        yield held, True


def _damaged() -> BackupError:
    return BackupError("This backup is not as it was written: it was changed or cut off.")
