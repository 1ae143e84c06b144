"""SIGKILL in the middle of turns, and going on: no answer lost, none counted twice, each in its person's order."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
from sqlalchemy import select, text

from reports.assembly import Report
from storage.keys import unseal
from storage.tables import pool
from tests.bot.answering import moves_of
from tests.bot.stories import AUDIT, close, opened

PEOPLE = 30
ROOT = Path(__file__).parents[2]


def _run(folder: Path, done: dict[str, int], lines: int) -> bool:
    """Play on until `lines` turns and one were acknowledged, then kill; whether it came to its own end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.answering", str(folder), str(PEOPLE)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(json.dumps(done))
        process.stdin.close()
        for number, line in enumerate(process.stdout):
            person, turns = line.split()
            done[person] = int(turns)
            if number == lines:
                process.kill()
        ended = process.wait()
    assert ended in (0, -signal.SIGKILL)
    return ended == 0


def test_killed_again_and_again_every_answer_is_there_once(tmp_path: Path) -> None:
    chance = random.Random(7)
    done: dict[str, int] = {}
    kills = 0
    while not _run(tmp_path, done, chance.randrange(30)):
        kills += 1
    assert kills >= 10
    assert done == {str(person): len(moves_of(person)) for person in range(PEOPLE)}
    storage = opened(tmp_path)
    with storage.database.reading() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert sorted(_responses_in(tmp_path), key=lambda response: int(str(response["months"]))) == [
        {
            "consent": "yes",
            "role": ("care", "nurse")[person % 2],
            "listened": ("disagree", "unsure", "agree")[person % 3],
            "months": person,
            "story": f"I am number {person}.",
        }
        for person in range(PEOPLE)
    ]
    (report,) = close(storage)
    assert isinstance(report, Report)
    storage.close()


def _responses_in(folder: Path) -> list[dict[str, object]]:
    storage = opened(folder)
    with storage.reading() as work:
        pair = work.casework.keys_of(AUDIT)
    with storage.database.reading() as connection:
        sealed = list(connection.scalars(select(pool.c.sealed)))
    storage.close()
    return [msgspec.msgpack.decode(unseal(pair, blob))[0] for blob in sealed]
