"""A Redis server of our own: real, on loopback, in a folder of its own, stopped by its number.

In tests, `with redis_server() as redis: …`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

FORGETS = ("--save", "", "--appendonly", "no")
STARTS_WITHIN = 30  # seconds


class Server:
    """A Redis on a port of its own, which can be stopped and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self._options = options or FORGETS
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Serve; returns when it answers."""
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", *place, *self._options], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; nothing is written down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STARTS_WITHIN)
            self._process = None

    def _answers(self) -> bool:
        with Redis.from_url(self.url) as client, suppress(NotThere):
            return bool(client.ping())
        return False


@contextmanager
def redis_server(*options: str) -> Iterator[Server]:
    """A server that lives as long as the block."""
    if shutil.which("redis-server") is None and not os.environ.get("CANDOUR_REQUIRE_ALL"):
        pytest.skip("Redis is not installed: apt-get install redis-server")
    with tempfile.TemporaryDirectory(prefix="candour-redis-") as name:
        running = Server(Path(name), *options)
        running.start()
        try:
            yield running
        finally:
            running.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
