"""A worker process for `test_workers.py`: appends to many conversations, as turns do.

python -m tests.storage.writer FOLDER URL NAME ROUNDS
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from dialogues.interview import Interview, State
from storage.epochs import Epochs, InFolder
from storage.interviews import Conversation
from storage.unit_of_work import Storage

REFS = tuple(bytes([number]) * 16 for number in range(120, 140))  # of both signs, as 64-bit numbers


def main(folder: Path, url: str, name: str, rounds: int) -> None:
    """Append `NAME:0`, `NAME:1` … to every conversation, each time in one transaction."""
    epochs = Epochs(InFolder(folder / "epochs"))
    storage = Storage.open(folder / "data", folder / "candour.key", url, epochs=epochs)
    for number in range(rounds):
        with storage.writing() as work:
            held = work.interviews.load(random.sample(REFS, len(REFS)))
            work.interviews.save({ref: appended(held.get(ref), f"{name}:{number}") for ref in REFS})
    storage.close()


def appended(held: Conversation | None, entry: str) -> Conversation:
    """The conversation with one more answer."""
    answers = {} if held is None else held.interview.answers
    turn = 1 if held is None else held.interview.turn + 1
    return Conversation(Interview("form", "en", State.ASKING, {**answers, entry: str(turn)}, turn=turn))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
