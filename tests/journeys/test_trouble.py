"""Trouble that passes: told to stop, no room on the disk, no database, a clock that jumps. Nothing is lost by it."""

from __future__ import annotations

import asyncio
import resource
import time
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
from sqlalchemy import select

from bot.turns import TurnLoop
from storage.keys import unseal
from storage.tables import pool
from tests.bot import stories
from tests.bot.website import Browser
from tests.journeys.crowd import the_form
from tests.journeys.lives import DEADLINE, Life, free_ports, settings, stop, wait_until_ready
from tests.journeys.storms import AUDIT, Scene, all_hand_in, stormy
from tests.postgres import Server

PEOPLE = 12  # who answer at a time
STOPS = 6  # times that a server is told to stop
STOPS_WITHIN = 15.0  # seconds
AWAY = 10.0  # seconds without a database
QUIET = 1.5  # seconds in which nothing may be said


def polling(folder: Path, scene: Scene, **more: str) -> dict[str, str]:
    """The settings of a server that polls."""
    (port,) = free_ports(1)
    return settings(
        folder, PORT=str(port), TELEGRAM_TOKEN=scene.telegram.token, TELEGRAM_API=scene.telegram.url, **more
    )


def test_told_to_stop_it_finishes_what_it_took(tmp_path: Path) -> None:
    """What is acknowledged is on the disk, and what is not comes again and is recognised."""
    with stormy(tmp_path, seats=PEOPLE) as scene:
        environ = polling(tmp_path, scene)
        for _ in range(STOPS):
            life = scene.lives.begin(environ)
            wait_until_ready(life)
            time.sleep(1.0)
            assert stop(life, STOPS_WITHIN) == 0, life.said.read_text("utf-8")
            assert "Candour has stopped." in life.said.read_text("utf-8")
            scene.witness.looks()
        all_hand_in(scene, [environ])


def test_without_postgresql_updates_wait_and_then_each_counts_once(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    with stormy(tmp_path, database_url, seats=PEOPLE) as scene:
        environ = polling(tmp_path, scene, DATABASE=database_url)
        life = scene.lives.begin(environ)
        wait_until_ready(life)
        scene.telegram.waits_until(lambda: len(scene.telegram.acknowledged) > 30, DEADLINE)
        postgres.stop(abrupt=True)
        time.sleep(AWAY)
        before = scene.telegram.acknowledged
        postgres.start()
        scene.telegram.waits_until(lambda: len(scene.telegram.acknowledged) > len(before), DEADLINE)
        assert stop(life, STOPS_WITHIN) == 0
        scene.witness.looks()
        all_hand_in(scene, [environ])


def fill_up(life: Life, most: int) -> None:
    """Let it write no file beyond so many bytes: what is written fails, as it does when there is no room."""
    _, hard = resource.prlimit(life.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (most, hard))


def make_room(life: Life) -> None:
    """Take the limit away."""
    _, hard = resource.prlimit(life.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (hard, hard))


async def test_without_room_on_the_disk_nobody_is_told_that_an_answer_is_kept(tmp_path: Path) -> None:
    with stormy(tmp_path, seats=0) as scene:
        environ = polling(tmp_path, scene)
        life = scene.lives.begin(environ)
        wait_until_ready(life)
        address = f"http://127.0.0.1:{environ['CANDOUR_PORT']}"
        page = f"/a/{AUDIT}/{the_form().id}"
        amina = scene.telegram.person(7)
        amina.start(AUDIT)
        await amina.sees("(consent)", DEADLINE)
        amina.taps("Yes")
        await amina.sees("(role)", DEADLINE)
        async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=DEADLINE) as client:
            browser = Browser(client)
            await browser.begin(page)
            asked = browser.page

            fill_up(life, 1)
            seen = len(amina.replies)
            amina.writes("Care")
            refused = await browser.press("Continue", answer="nurse")
            assert refused.status == 503
            assert "What you just sent was not taken." in refused.text
            await asyncio.sleep(QUIET)
            assert len(amina.replies) == seen
            assert scene.telegram.pending

            make_room(life)
            await amina.sees("(story)", DEADLINE)
            scene.telegram.waits_until_all_is_acknowledged(DEADLINE)
            taken = await browser.press("Continue", asked, answer="nurse")
            assert (taken.status, "(story)" in taken.text) == (200, True)
        assert stop(life, STOPS_WITHIN) == 0


async def test_a_clock_that_jumps_changes_no_answer_and_no_order(tmp_path: Path) -> None:
    storage, clock = stories.opened(tmp_path), stories.clock()
    jumps = (timedelta(days=900), -timedelta(days=2000), timedelta(seconds=-1), timedelta(0))
    async with TurnLoop(storage, clock) as turns:
        for number, move in enumerate(stories.whole("nurse", "unsure", "12", "The clock is wrong.")):
            clock.move(jumps[number % len(jumps)])
            message = stories.message("ann", f"u{number}", move)
            await turns.play(message)
            clock.move(-timedelta(hours=number))
            again = await turns.play(message)
            assert again.move is None
    with storage.reading() as work:
        pair = work.casework.keys_of(stories.AUDIT)
    with storage.database.reading() as connection:
        (sealed,) = connection.scalars(select(pool.c.sealed))
    assert msgspec.msgpack.decode(unseal(pair, sealed))[0] == {
        "consent": "yes",
        "role": "nurse",
        "listened": "unsure",
        "months": 12,
        "story": "The clock is wrong.",
    }
    storage.close()
