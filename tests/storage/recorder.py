"""A worker process for `test_journal.py`: records, each time in a transaction of its own.

python -m tests.storage.recorder FOLDER URL ROLE ROUNDS
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from storage.journal import OPERATOR, SlipsIssued
from storage.unit_of_work import Storage


def main(folder: Path, url: str, role: str, rounds: int) -> None:
    """Record that 1, 2, 3 … slips were issued for this role."""
    storage = Storage.open(folder / "data", folder / "key" / "candour.key", url)
    for number in range(1, rounds + 1):
        with storage.writing() as work:
            work.journal.append(SlipsIssued(number, role), day=date(2026, 5, 4), actor=OPERATOR, audit="a")
    storage.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
