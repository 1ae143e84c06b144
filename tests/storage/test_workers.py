"""Several processes on one database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from storage.epochs import Epochs, InFolder
from storage.unit_of_work import Storage
from tests.storage.writer import REFS

ROOT = Path(__file__).parents[2]
ROUNDS = 200
WORKERS = ("one", "two")


def test_two_workers_in_the_same_conversations_lose_nothing(tmp_path: Path, url: str) -> None:
    """Both start at once on an empty database, so that also the beginnings meet."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.storage.writer", tmp_path, url, name, str(ROUNDS)], cwd=ROOT
        )
        for name in WORKERS
    ]
    try:
        assert [worker.wait(300) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
    epochs = Epochs(InFolder(tmp_path / "epochs"))
    storage = Storage.open(tmp_path / "data", tmp_path / "candour.key", url, epochs=epochs)
    with storage.reading() as work:
        held = work.interviews.load(REFS)
    storage.close()
    assert set(held) == set(REFS)
    for conversation in held.values():
        interview = conversation.interview
        assert interview.turn == len(interview.answers) == ROUNDS * len(WORKERS)
        order = list(interview.answers)
        assert [int(turn) for turn in interview.answers.values()] == list(range(1, len(order) + 1))
        for name in WORKERS:
            theirs = [entry for entry in order if entry.startswith(f"{name}:")]
            assert theirs == [f"{name}:{number}" for number in range(ROUNDS)]
