"""Files that only their owner may read: the database and the key."""

from __future__ import annotations

import stat
from pathlib import Path

from storage.errors import UnsafeFileError


def prepare(path: Path) -> None:
    """See that the file is there and that only its owner may read it. Raises UnsafeFileError.

    SQLite gives its journals the mode of the database, so they are as private as this file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    refuse_shared(path)


def refuse_shared(path: Path) -> None:
    """Raise UnsafeFileError if anyone but the owner has a right to the file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UnsafeFileError(
            f"Others can read {path} (mode {mode:04o}). Allow only its owner: chmod 600 {path}"
        )
