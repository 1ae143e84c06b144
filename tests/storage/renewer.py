"""A process for `test_renewal.py` that renews the keys and is killed on the way.

python -m tests.storage.renewer FOLDER URL STEPS: dies before it makes a name, renames or deletes a file, or commits,
for the STEPS-th time.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, event

from storage.epochs import Epochs, InMemory
from storage.unit_of_work import Storage

STEPS = frozenset({"os.link", "os.rename", "os.remove"})


def main(folder: Path, url: str, steps: int) -> None:
    """Renew, and die."""
    left = steps

    def step() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def seen(name: str, arguments: tuple[object, ...]) -> None:
        if name in STEPS and "candour.key" in str(arguments):
            step()

    sys.addaudithook(seen)
    event.listen(Engine, "commit", lambda _: step())
    key = folder / "key" / "candour.key"
    Storage.rotate_keys(folder / "data", key, url, epochs=Epochs(InMemory()), day=date(2026, 5, 4))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
