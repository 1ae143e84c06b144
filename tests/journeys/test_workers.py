"""Two workers on one PostgreSQL, behind the nginx of compose.yaml: whichever is asked, people notice nothing."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from msgspec import Struct

from bot.web.webhook import PATH
from storage.unit_of_work import Storage
from tests.bot.website import Browser
from tests.journeys.crowd import said_by, the_form
from tests.journeys.lives import (
    DEADLINE,
    Life,
    Nursery,
    free_ports,
    kill,
    nursery,
    settings,
    wait_until_ready,
)
from tests.journeys.proxy import Proxy, proxy
from tests.journeys.storms import AUDIT, opened, responses
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

FORM = f"/a/{AUDIT}/{the_form().id}"
AWAY = "candour_two"  # the second worker's name in the database, which can be locked out alone
SECRET = "X-Telegram-Bot-Api-Secret-Token"


class Pair(Struct, frozen=True):
    """Two workers and what is around them; `url` is their database as its owner knows it."""

    storage: Storage
    telegram: TelegramServer
    front: Proxy
    lives: Nursery
    workers: tuple[Life, Life]
    ports: Sequence[int]
    url: str

    def browser(self) -> Browser:
        """Somebody's browser, which comes through the proxy."""
        trusted = ssl.create_default_context(cafile=str(self.front.certificate))
        client = httpx.AsyncClient(
            base_url=self.front.url, verify=trusted, follow_redirects=True, timeout=DEADLINE
        )
        return Browser(client)


@pytest.fixture
def pair(tmp_path: Path, database_url: str) -> Iterator[Pair]:
    one, two, https, http = free_ports(4)
    with (
        closing(opened(tmp_path, database_url)) as storage,
        TelegramServer(Settings(limits=None)) as telegram,
        nursery(tmp_path / "lives") as lives,
        proxy(tmp_path / "proxy", (https, http), (one, two)) as front,
    ):
        second = _as_somebody_else(database_url)
        places = [
            settings(
                tmp_path,
                PORT=str(port),
                WORKER=f"worker-{port}",
                DATABASE=url,
                PUBLIC_URL=front.plain,  # where the tests’ Telegram calls
                PROXIES="127.0.0.1",
                TELEGRAM_TOKEN=telegram.token,
                TELEGRAM_API=telegram.url,
                TELEGRAM_RECEIVE="webhook",
            )
            for port, url in ((one, database_url), (two, second))
        ]
        workers = (lives.begin(places[0]), lives.begin(places[1]))
        for worker in workers:
            wait_until_ready(worker)
        yield Pair(storage, telegram, front, lives, workers, (one, two), database_url)


def _as_somebody_else(url: str) -> str:
    """The same database for another user, who may do there what its owner may."""
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (AWAY,)).fetchone()
        if known is None:
            connection.execute(f"CREATE ROLE {AWAY} SUPERUSER".encode())
        connection.execute(f"ALTER ROLE {AWAY} LOGIN".encode())
    return url.replace("//candour@", f"//{AWAY}@")


def lock_out(url: str) -> None:
    """Take the database away from the second worker."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {AWAY} NOLOGIN".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (AWAY,)
        )


def let_in(url: str) -> None:
    """Give it back."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {AWAY} LOGIN".encode())


def update(number: int, text: str, person: int) -> dict[str, Any]:
    """What somebody typed, as Telegram posts it."""
    chat = {"id": person, "type": "private", "first_name": "Amina"}
    return {"update_id": number, "message": {"message_id": number, "date": 0, "chat": chat, "text": text}}


async def test_a_browser_goes_through_the_proxy_and_goes_on_when_its_worker_is_killed(pair: Pair) -> None:
    browser = pair.browser()
    async with browser.client:
        await browser.begin(FORM)
        assert "__Host-candour" in browser.client.cookies
        await browser.press("Continue", answer="nurse")
        assert "(story)" in browser.page.text
        kill(pair.workers[0])
        await browser.press("Continue", answer="All is well.")
        assert "(months)" in browser.page.text
        for _ in range(4):
            page = await browser.open(FORM)
            assert (page.status, "(months)" in page.text) == (200, True)


async def test_what_is_for_whoever_runs_it_is_not_shown_through_the_proxy(pair: Pair) -> None:
    async with pair.browser().client as client:
        found = [(await client.get(path)).status_code for path in ("/healthz", "/readyz", "/metrics")]
        assert found == [404, 404, 404]
        response = await client.get("/")
        assert response.headers["strict-transport-security"] == "max-age=31536000"
        assert "server" not in response.headers or response.headers["server"] == "nginx"
        wrong = await client.post(PATH, json=update(1, "/start rowan", 1), headers={SECRET: "guessed"})
        assert wrong.status_code == 403


async def test_every_update_comes_to_both_workers_at_once_and_counts_once(pair: Pair) -> None:
    """As when Telegram did not hear our answer, or the proxy asked the other worker. Two people, who write at once."""
    headers = {SECRET: pair.storage.keys.webhook_secret()}
    places = [f"http://127.0.0.1:{port}{PATH}" for port in pair.ports]

    async def writes(client: httpx.AsyncClient, person: int) -> None:
        pair.telegram.person(person).start()  # so that we may write to them
        for number, text in enumerate(typed_by(person), 1000 * person):
            body = update(number, text, person)
            both = await asyncio.gather(*(client.post(place, json=body, headers=headers) for place in places))
            assert {answer.status_code for answer in both} == {200}

    async with httpx.AsyncClient(timeout=DEADLINE) as client:
        await asyncio.gather(*(writes(client, person) for person in (1, 2)))
    assert responses(pair.storage) == [said_by(person) for person in (1, 2)]


def typed_by(person: int) -> Iterator[str]:
    """Everything that somebody says, typed, from the link to handing in."""
    said = said_by(person)
    yield f"/start {AUDIT}"
    for name, value in said.items():
        if name == "times":
            for nth, time_of in enumerate(value, 1):
                yield time_of["what"]
                yield str(time_of["how_many"])
                yield "yes" if nth < len(value) else "no"
        else:
            yield ", ".join(value) if isinstance(value, list) else str(value)
    yield "Hand in my answers"


async def test_who_writes_and_taps_faster_than_we_answer_is_understood_in_order(pair: Pair) -> None:
    amina = pair.telegram.person(2)
    amina.start(AUDIT)
    await amina.sees("(consent)")
    amina.taps("Yes")
    asked = await amina.sees("(role)")
    tapped = amina.taps("Night")
    for _ in range(3):
        amina.taps_again(tapped)
    await amina.sees("(story)")
    for text in ("first", "17", "rota, doors", "Often", "2.5"):
        amina.writes(text)
        amina.taps_on(asked.message_id, tapped.data)  # late, and of another queue
    await amina.sees("(day)", DEADLINE)
    amina.writes("/review")
    shown = await amina.sees("→ 2.5", DEADLINE)
    answers = [line.removeprefix("→ ") for line in shown.text.splitlines() if line.startswith("→")]
    assert answers == ["Night", "first", "17", "Rota, Doors", "Often", "2.5"]


async def test_a_worker_killed_while_it_plays_loses_nothing(pair: Pair) -> None:
    people = [pair.telegram.person(number) for number in range(1, 13)]
    for person in people:
        person.start(AUDIT)
    for person in people:
        await person.sees("(consent)", DEADLINE)
    for person in people:
        for text in ("Yes", "Care", f"story of {person.id}", str(person.id)):
            person.writes(text)
    kill(pair.workers[1])
    for person in people:
        await person.sees("(signs)", DEADLINE)
        person.writes("/review")
        await person.sees(f"→ story of {person.id}\n", DEADLINE)
    pair.telegram.waits_until_all_is_acknowledged(DEADLINE)


async def test_a_worker_without_its_database_says_so_and_the_other_one_serves(pair: Pair) -> None:
    amina, browser = pair.telegram.person(1), pair.browser()
    async with browser.client, httpx.AsyncClient(timeout=DEADLINE) as inside:
        readiness = [f"http://127.0.0.1:{port}/readyz" for port in pair.ports]
        await browser.begin(FORM)
        lock_out(pair.url)
        try:
            await until(inside, readiness[1], 503)
            assert (await inside.get(readiness[0])).status_code == 200
            for _ in range(8):
                assert (await browser.open(FORM)).status == 200
            amina.start(AUDIT)
            await amina.sees("(consent)", DEADLINE)
            for text in ("Yes", "Care", "story", "7"):
                amina.writes(text)
            await amina.sees("(signs)", DEADLINE)
        finally:
            let_in(pair.url)
        await until(inside, readiness[1], 200)
    pair.telegram.waits_until_all_is_acknowledged(DEADLINE)


async def until(client: httpx.AsyncClient, url: str, status: int) -> None:
    """Ask until this is the answer."""
    deadline = time.monotonic() + DEADLINE
    while (await client.get(url)).status_code != status:
        assert time.monotonic() < deadline, f"{url} never said {status}"
        await asyncio.sleep(0.1)
