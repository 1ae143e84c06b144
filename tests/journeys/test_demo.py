"""`candour demo` as a newcomer runs it: it starts, it is there, it survives being killed, it stops cleanly."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bot.website import Browser, Page

CANDOUR = Path(sys.executable).with_name("candour")
CHAT = "/a/alder-court/staff-culture"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def demo(port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A running demo, ended by its process id whatever happens."""
    command = [str(CANDOUR), "demo", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_for(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the demo ended by itself"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the demo did not start")


def test_it_is_healthy_says_where_it_is_and_stops_on_ctrl_c() -> None:
    port = free_port()
    with demo(port) as process:
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"alive": True}
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json() == {"ready": True}
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}" in said
    assert "made up" in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = subprocess.run(
            [CANDOUR, "demo", "--port", str(port)], capture_output=True, text=True, timeout=60, check=False
        )
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert f"Port {port} is taken" in run.stderr


async def test_after_sigkill_in_the_middle_of_an_interview_it_goes_on_where_it_was(tmp_path: Path) -> None:
    port = free_port()
    address = {"base_url": f"http://127.0.0.1:{port}", "follow_redirects": True}
    async with httpx.AsyncClient(**address) as client:  # type: ignore[arg-type]
        browser = Browser(client)
        with demo(port, "--data", str(tmp_path)) as process:
            await browser.begin(CHAT)
            await browser.press("Continue", answer="care")
            before = await browser.press("Continue", answer="rarely")
            process.kill()
            process.wait(timeout=20)
        with demo(port, "--data", str(tmp_path)):
            after = await browser.open(CHAT)
            assert question_on(after) == question_on(before)
            assert "Rarely" in after.text
            assert question_on(await browser.press("Continue", answer="often")) != question_on(before)


def question_on(page: Page) -> str:
    legend = re.search(r"<legend.*?</legend>", page.html, re.DOTALL)
    assert legend is not None
    return " ".join(re.sub(r"<[^>]+>", " ", legend[0]).split())


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    run = subprocess.run(
        [CANDOUR, "demo", "--port", str(free_port()), "--data", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert str(file) in run.stderr


async def test_whoever_comes_can_ask_as_its_made_up_lead_also_where_the_audit_is_closed() -> None:
    port = free_port()
    address = {"base_url": f"http://127.0.0.1:{port}", "follow_redirects": True}
    with demo(port):
        async with httpx.AsyncClient(**address) as client:  # type: ignore[arg-type]
            browser = Browser(client)
            for audit in ("rowan-house", "alder-court"):
                await browser.open(f"/lead/audits/{audit}/interviews")
                await browser.press("Observation About 2 minutes.")
                page = await browser.press("Continue", answer="The rota for nights has gaps.")
                assert page.status == 200
                page = await browser.open(f"/lead/audits/{audit}/interviews")
                assert re.search(r"1 of \d+ answered", page.text)
