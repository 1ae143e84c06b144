"""/metrics, /healthz and /readyz over real HTTP."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics
from bot.web.operations import Check, Checks, create_operations

DEADLINE = 20  # seconds: far more than anything here takes
NEVER = 3600.0


def well() -> None:
    """All is well."""


def ill() -> str:
    """A sentence that only whoever runs Candour may read."""
    return "Password hunter2 was refused by db.internal."


async def broken() -> str | None:
    raise RuntimeError("postgresql://candour:hunter2@db.internal")


@asynccontextmanager
async def serving(checks: Checks) -> AsyncIterator[httpx.AsyncClient]:
    """The application on a free port of this machine."""
    app = create_operations(Metrics(), checks)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        running = asyncio.create_task(server.serve(sockets=[listening]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client:
            try:
                yield client
            finally:
                server.should_exit = True
                await running


async def asked(checks: Mapping[str, Check], *, limit: float = DEADLINE) -> httpx.Response:
    """What /readyz says."""
    async with serving(Checks(checks, limit=limit)) as client:
        return await client.get("/readyz")


async def test_metrics_are_in_the_prometheus_text_format() -> None:
    async with serving(Checks({})) as client:
        response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "candour_turns" in {family.name for family in text_string_to_metric_families(response.text)}


async def test_a_process_that_answers_is_alive_whatever_else_is_broken() -> None:
    async with serving(Checks({"database": ill})) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"alive": True})


async def test_ready_means_that_every_check_is_well() -> None:
    async def well_too() -> None:
        await asyncio.sleep(0)

    def promised() -> Awaitable[None]:
        return well_too()

    response = await asked({"database": well, "telegram": well_too, "jobs": promised})
    assert (response.status_code, response.json()) == (200, {"ready": True})


async def test_what_fails_is_named_and_nothing_else_is_said_of_it() -> None:
    response = await asked({"telegram": broken, "database": ill, "jobs": well})
    assert response.status_code == 503
    assert response.json() == {"ready": False, "failing": ["database", "telegram"]}


async def test_the_sentences_are_for_whoever_runs_candour() -> None:
    failing = await Checks({"database": ill, "telegram": broken, "jobs": well}).failing()
    assert failing == {"database": ill(), "telegram": "It failed when it was asked."}


async def test_a_check_that_hangs_counts_as_failing_after_its_time() -> None:
    release = threading.Event()

    def stuck() -> None:
        release.wait(DEADLINE)

    async def stuck_too() -> None:
        await asyncio.sleep(NEVER)

    try:
        response = await asked({"database": stuck, "telegram": stuck_too}, limit=0.05)
    finally:
        release.set()
    assert response.json() == {"ready": False, "failing": ["database", "telegram"]}


async def test_a_check_that_hangs_is_not_begun_again_and_its_late_answer_is_not_believed() -> None:
    begun, release = threading.Semaphore(0), threading.Event()

    def stuck() -> str | None:
        begun.release()
        return None if release.wait(DEADLINE) else "It was never released."

    checks = Checks({"database": stuck}, limit=0.05, keep=0)
    for _ in range(3):
        assert list(await checks.failing()) == ["database"]
    release.set()
    assert await asyncio.to_thread(begun.acquire, timeout=DEADLINE)
    assert not begun.acquire(blocking=False), "it was begun again while it ran"
    async with asyncio.timeout(DEADLINE):
        while await checks.failing():
            continue
    assert await asyncio.to_thread(begun.acquire, timeout=DEADLINE), "the late answer was believed"


async def test_asking_often_asks_the_checks_once() -> None:
    count = 0

    def counted() -> None:
        nonlocal count
        count += 1

    async with serving(Checks({"database": counted}, keep=NEVER)) as client:
        responses = await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
    assert {response.status_code for response in responses} == {200}
    assert count == 1


async def test_a_check_that_recovers_is_believed_once_the_old_answer_is_spent() -> None:
    answers = iter(["It is away.", None])
    checks = Checks({"database": lambda: next(answers)}, keep=0)
    assert await checks.failing() == {"database": "It is away."}
    assert await checks.failing() == {}


async def test_a_change_is_logged_once_by_name_without_the_sentence(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([None, ill(), ill(), None, None])
    checks = Checks({"database": lambda: next(answers)}, keep=0)
    with caplog.at_level(logging.INFO, logger="bot"):
        for _ in range(5):
            await checks.failing()
    events = [record.getMessage() for record in caplog.records if record.name == "bot.web.operations"]
    assert events == ["check.failed", "check.well_again"]
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("address", ["/metrics", "/healthz", "/readyz"])
async def test_only_reading_is_possible(address: str) -> None:
    async with serving(Checks({})) as client:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert (await client.request(method, address)).status_code == 405
        head = await client.head(address)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("address", ["/metrics", "/healthz", "/readyz", "/nothing"])
async def test_every_answer_has_the_headers_and_none_says_what_serves_it(address: str) -> None:
    async with serving(Checks({"database": ill})) as client:
        headers = (await client.get(address)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in headers
