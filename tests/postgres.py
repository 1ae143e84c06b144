"""A PostgreSQL server of our own: real, on loopback, durable as in earnest; stopped and started at will.

In tests, the fixture `postgres`; elsewhere `with server() as postgres: Storage.open(…, url=postgres.fresh())`.
Databases are made with `fresh()`, and whatever they hold is gone with the server.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

OWNER = "postgres"  # as whom the server runs when we are root: it refuses to run as root
USER = "candour"
STOPS_WITHIN = STARTS_WITHIN = 60  # seconds
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "log_min_messages": "warning",
    "wal_recycle": "off",  # as docs/running.md wants it
}


class Server:
    """A cluster in a folder, and the process that serves it."""

    def __init__(self, binaries: Path, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = _free_port()
        self._settings = {**_SETTINGS, **settings, "port": str(self.port)}
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count()

    def create(self) -> None:
        """Make the cluster."""
        options = ["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *options).communicate(timeout=STARTS_WITHIN)

    def start(self) -> None:
        """Start serving; returns when it answers. Does nothing when it serves already."""
        if self._process is not None:
            return
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        self._process = self._run("postgres", "-D", str(self._data), *settings)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self.log()}")
            time.sleep(0.02)

    def stop(self, *, abrupt: bool = False) -> None:
        """Stop serving: undo what is under way and write everything down, or (abrupt) drop it as a crash does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if abrupt else signal.SIGINT)
            self._process.wait(STOPS_WITHIN)
            self._process = None

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"candour_{os.getpid()}_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name}")
        return self.url(name)

    def copy(self, url: str) -> str:
        """The address of a new database that has what this one has, which nobody may use meanwhile."""
        name = f"candour_{os.getpid()}_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {url.rpartition('/')[2]}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Delete a database, whoever uses it."""
        self._tell(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def log(self) -> str:
        """What the server and its tools have said."""
        return (self.folder / "log").read_text("utf-8", "replace")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        owner = OWNER if os.geteuid() == 0 else None
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._binaries / program, *arguments],
                user=owner,
                group=owner,
                extra_groups=[] if owner else None,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, who then stop it
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _tell(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def binaries() -> Path | None:
    """The folder with PostgreSQL's programs, newest version first; None when it is not installed."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4])
    )
    found = str(installed[-1]) if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """A server that lives as long as the block, with these settings beside the usual ones.

    Raises FileNotFoundError when PostgreSQL is not installed.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="candour-postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        running = Server(programs, folder, settings)
        running.create()
        running.start()
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests; a test that stops it starts it again."""
    if binaries() is None and not os.environ.get("CANDOUR_REQUIRE_ALL"):
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server() as running:
        yield running


@pytest.fixture
def database_url(postgres: Server) -> Iterator[str]:
    """The address of a database that nobody else uses."""
    postgres.start()
    url = postgres.fresh()
    yield url
    postgres.start()
    postgres.drop(url)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
