"""What is done again and again although nobody asks."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.clock import SetClock
from bot.housekeeping import Housekeeping, steps
from bot.turns import TurnLoop
from dialogues.moves import Begin
from storage.epochs import Epochs, InFolder
from tests.bot.stories import AUDIT, CULTURE, NOW, message, opened


async def until(happened: threading.Event) -> None:
    assert await asyncio.to_thread(happened.wait, 30)


async def test_each_step_is_done_at_the_start_and_again_on_a_thread() -> None:
    rounds: list[int] = []
    thrice = threading.Event()

    def step() -> None:
        rounds.append(threading.get_ident())
        if len(rounds) == 3:
            thrice.set()

    async with Housekeeping((step,), every=0.0):
        await until(thrice)
    assert threading.get_ident() not in rounds


async def test_a_step_that_fails_is_logged_without_its_words_and_keeps_no_other_from_being_done() -> None:
    done = threading.Event()

    def breaks() -> None:
        raise RuntimeError("canary")

    stream = io.StringIO()
    handler = logs.Handler(stream)
    logger = logging.getLogger("bot.housekeeping")
    logger.addHandler(handler)
    try:
        async with Housekeeping((breaks, done.set)):
            await until(done)
    finally:
        logger.removeHandler(handler)
    told = json.loads(stream.getvalue())
    assert (told["event"], told["job"]) == ("housekeeping.failed", "breaks")
    assert "canary" not in stream.getvalue()


async def test_leaving_waits_for_the_step_that_is_under_way_and_begins_no_other() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(30)
        ended.append("slow")

    async with Housekeeping((slow, lambda: ended.append("next"))):
        await until(begun)
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    assert ended == ["slow"]


async def test_drafts_whose_days_are_over_are_forgotten(tmp_path: Path) -> None:
    storage, clock = opened(tmp_path), SetClock(NOW)
    storage.epochs = Epochs(InFolder(tmp_path / "dated"), now=clock.now)
    async with TurnLoop(storage, clock) as turns:
        await turns.play(message("ann", "1", Begin()))
        for days in (3, 1):
            clock.move(timedelta(days))
            for step in 2 * steps(storage, SetClock(NOW)):
                await asyncio.to_thread(step)
            there = await turns.show(message("ann", "1", Begin()).address, AUDIT, CULTURE)
            assert (there is not None) == (days == 3)
    with storage.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0
    assert sorted(path.name for path in (tmp_path / "dated").iterdir()) == ["2058000", "2058100"]
    storage.close()
