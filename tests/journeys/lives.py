"""Lives of a server process: `candour serve`, begun hundreds of times, ended at any moment.

To start Python and read all modules takes more than a second, so one process does that once, and is forked for each
life; the fork then runs what the command runs, from its first line on. That
process is `python -m tests.journeys.lives`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from tests.contacts import checked
from tests.epochs import epoch_settings

ROOT = Path(__file__).parents[2]
COMMAND = (str(Path(sys.executable).with_name("candour")), "serve")
READY = b"Candour is ready"
DEADLINE = 60.0  # seconds for what takes less than two


class Life(Protocol):
    """A process that serves until it is ended."""

    pid: int
    said: Path

    def wait(self, seconds: float = DEADLINE) -> int:
        """Its exit code, negative when a signal ended it. Raises AssertionError when it goes on."""


def is_ready(life: Life) -> bool:
    """Whether it has said that everything answers."""
    return READY in life.said.read_bytes()


def wait_until_ready(life: Life, seconds: float = DEADLINE) -> None:
    """Return when everything answers. Raises AssertionError with what it said instead."""
    deadline = time.monotonic() + seconds
    while not is_ready(life):
        assert time.monotonic() < deadline, life.said.read_text("utf-8", "replace")
        time.sleep(0.005)


def kill(life: Life) -> None:
    """End it as a power cut does."""
    os.kill(life.pid, signal.SIGKILL)
    assert life.wait() == -signal.SIGKILL, life.said.read_text("utf-8", "replace")


def stop(life: Life, seconds: float = DEADLINE) -> int:
    """Tell it to stop; its exit code."""
    os.kill(life.pid, signal.SIGTERM)
    return life.wait(seconds)


class Whole:
    """A life that is really started as a command."""

    def __init__(self, environ: Mapping[str, str], said: Path) -> None:
        self.said = said
        with said.open("wb") as output:
            self._process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=dict(environ), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.pid = self._process.pid

    def wait(self, seconds: float = DEADLINE) -> int:
        """Its exit code."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(self.said.read_text("utf-8", "replace")) from late


class _Forked:
    """A life that begins with all modules read."""

    def __init__(self, nursery: Nursery, pid: int, said: Path) -> None:
        self.pid = pid
        self.said = said
        self._nursery = nursery

    def wait(self, seconds: float = DEADLINE) -> int:
        """Its exit code."""
        ended = self._nursery.ask(do="wait", pid=self.pid, seconds=seconds)["ended"]
        assert ended is not None, self.said.read_text("utf-8", "replace")
        return int(ended)


class Nursery:
    """Where lives begin, and where all of them have ended when the block ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.lives"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._whole: list[Whole] = []

    def begin(self, environ: Mapping[str, str]) -> Life:
        """A life with these settings."""
        said = self._next_file()
        told = self.ask(do="begin", environ=dict(environ), said=str(said))
        return _Forked(self, told["pid"], said)

    def begin_whole(self, environ: Mapping[str, str]) -> Life:
        """The same, as the command itself, with a Python of its own."""
        self._whole.append(Whole(environ, self._next_file()))
        return self._whole[-1]

    def ask(self, **order: object) -> dict[str, Any]:
        """Give an order to the process that is forked; its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "The process that is forked has ended."
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End every life that goes on."""
        for life in self._whole:
            with contextlib.suppress(ProcessLookupError):
                os.kill(life.pid, signal.SIGKILL)
            life.wait()
        try:
            self._process.communicate(timeout=DEADLINE)  # it ends its own when nobody gives orders
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _next_file(self) -> Path:
        self._begun += 1
        said = self._folder / f"life-{self._begun}"
        said.touch()
        return said


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery that keeps in this folder what its processes say."""
    folder.mkdir()
    opened = Nursery(folder)
    try:
        yield opened
    finally:
        opened.close()


def settings(folder: Path, **more: str) -> dict[str, str]:
    """An environment for a server whose data and key are in this folder; `more` are settings without `CANDOUR_`."""
    ours = {
        "DATA": str(folder / "data"),
        "KEY": str(folder / "candour.key"),
        "CONTACTS": str(checked(folder)),
        "METRICS_PORT": "0",
        "LOG_LEVEL": "warning",
        **more,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = epoch_settings(folder) | {f"CANDOUR_{name}": value for name, value in ours.items()}
    return kept | {"LC_ALL": "C.UTF-8"} | given


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


# The process that is forked


def _tend(orders: IO[bytes], answers: IO[bytes]) -> None:
    """Carry out orders until there are no more, then end what goes on."""
    living: set[int] = set()
    try:
        for line in orders:
            order = json.loads(line)
            if order["do"] == "begin":
                pid = _fork(order["environ"], order["said"])
                living.add(pid)
                answer: dict[str, int | None] = {"pid": pid}
            else:
                ended = _wait(order["pid"], order["seconds"])
                if ended is not None:
                    living.discard(order["pid"])
                answer = {"ended": ended}
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()
    finally:
        for pid in living:  # none of them was waited for, so the numbers are still theirs
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _wait(pid: int, seconds: float) -> int | None:
    """The exit code, or None when it goes on."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.002)


def _fork(environ: dict[str, str], said: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _live(environ, said)
    finally:
        os._exit(99)  # never go on as a second one of us


def _live(environ: dict[str, str], said: str) -> None:
    """Be `candour serve`."""
    from bot.cli import main  # noqa: PLC0415 - read before the fork

    output = os.open(said, os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = list(COMMAND)
    try:
        main()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 0)


def _main() -> None:
    import bot.app  # noqa: PLC0415 - all that is read once
    import bot.cli  # noqa: F401, PLC0415
    from bot import wording  # noqa: PLC0415

    for language in wording.languages():
        wording.voice(language)
    gc.freeze()  # each life collects only its own garbage
    _tend(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
