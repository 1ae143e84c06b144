"""The reverse proxy of compose.yaml: its nginx configuration as it stands there, with the places of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml
from msgspec import Struct

COMPOSE = Path(__file__).parents[2] / "compose.yaml"
DEADLINE = 30.0  # seconds for what takes less than one


class Proxy(Struct, frozen=True):
    """Where nginx listens: `https` as people come, `http` as only the tests' Telegram does; its certificate."""

    https: int
    http: int
    certificate: Path

    @property
    def url(self) -> str:
        """The address as people reach it."""
        return f"https://localhost:{self.https}"

    @property
    def plain(self) -> str:
        """The same pages without encryption: only here, for Telegram, which knows no certificate of ours."""
        return f"http://127.0.0.1:{self.http}"


def configuration() -> str:
    """What nginx is told in compose.yaml, where `$$` stands for `$`."""
    told: str = yaml.safe_load(COMPOSE.read_text("utf-8"))["configs"]["nginx"]["content"]
    return told.replace("$$", "$")


@contextmanager
def proxy(folder: Path, proxy_ports: tuple[int, int], workers: Sequence[int]) -> Iterator[Proxy]:
    """nginx in front of workers on these ports. Skips when nginx or openssl is not installed."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if (nginx is None or shutil.which("openssl") is None) and not os.environ.get("CANDOUR_REQUIRE_ALL"):
        pytest.skip("nginx is not installed: apt-get install nginx-light openssl")
    folder.mkdir()
    certificate = _certificate(folder)
    file = folder / "nginx.conf"
    file.write_text(_here(folder, proxy_ports, workers), "utf-8")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [str(nginx), "-g", "daemon off;", "-p", str(folder), "-e", "stderr", "-c", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        _wait_for(proxy_ports[0], process, folder / "said")
        yield Proxy(*proxy_ports, certificate)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)


def _here(folder: Path, proxy_ports: tuple[int, int], workers: Sequence[int]) -> str:
    """The configuration with our ports and folders; each thing that is replaced must be there."""
    https, http = proxy_ports
    told = configuration()
    for before, after in (
        ("worker_processes auto;", "worker_processes 1;"),
        ("pid /tmp/", f"pid {folder}/"),
        ("include /etc/nginx/mime.types;", ""),
        ("_path /tmp/", f"_path {folder}/"),
        ("server worker-1:8000", f"server 127.0.0.1:{workers[0]}"),
        ("server worker-2:8000", f"server 127.0.0.1:{workers[1]}"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl; listen 127.0.0.1:{http};"),
        ("/run/secrets/certificate-key;", f"{folder}/key.pem;"),
        ("/run/secrets/certificate;", f"{folder}/certificate.pem;"),
        ("listen 80;", f"listen unix:{folder}/80;"),
        ("listen 127.0.0.1:8081;", f"listen unix:{folder}/8081;"),
    ):
        assert before in told, before
        told = told.replace(before, after)
    return f"user root;\n{told}" if os.geteuid() == 0 else told


def _certificate(folder: Path) -> Path:
    """A certificate for this machine that nobody but us believes."""
    made = folder / "certificate.pem"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        str(folder / "key.pem"),
    ]
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            *key,
            "-out",
            str(made),
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            names,
        ],
        check=True,
        capture_output=True,
        timeout=DEADLINE,
    )
    return made


def _wait_for(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=DEADLINE).close()
            return
        assert process.poll() is None, said.read_text("utf-8", "replace")
        assert time.monotonic() < deadline, said.read_text("utf-8", "replace")
        time.sleep(0.01)
