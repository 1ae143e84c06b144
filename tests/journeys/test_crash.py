"""The server is killed at any moment, again and again, while people answer: every answer is there exactly once.

Two hundred times on each database; a thousand times with HYPOTHESIS_PROFILE=large. CRASH_SEED names the chance.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from tests.journeys.lives import DEADLINE, free_ports, settings
from tests.journeys.proxy import proxy
from tests.journeys.storms import all_hand_in, stormy, told_of_the_seed
from tests.postgres import binaries

KILLS = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "large" else 200


def test_killed_while_polling_on_sqlite_every_answer_is_there_once(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with told_of_the_seed(), stormy(tmp_path) as scene:
        telegram = scene.telegram
        environ = settings(tmp_path, PORT=str(port), TELEGRAM_TOKEN=telegram.token, TELEGRAM_API=telegram.url)
        scene.storm.rages(scene.lives, [environ], KILLS)
        all_hand_in(scene, [environ])
        print(scene.summary())
        with scene.storage.database.reading() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_two_workers_killed_behind_the_webhook_on_postgresql_every_answer_is_there_once(
    tmp_path: Path, database_url: str
) -> None:
    one, two, https, http = free_ports(4)
    with (
        told_of_the_seed(),
        stormy(tmp_path, database_url) as scene,
        proxy(tmp_path / "proxy", (https, http), (one, two)) as front,
    ):
        telegram = scene.telegram
        environs = [
            settings(
                tmp_path,
                PORT=str(port),
                WORKER=f"worker-{port}",
                DATABASE=database_url,
                PUBLIC_URL=front.plain,
                TELEGRAM_TOKEN=telegram.token,
                TELEGRAM_API=telegram.url,
                TELEGRAM_RECEIVE="webhook",
            )
            for port in (one, two)
        ]
        scene.storm.rages(scene.lives, environs, KILLS)
        all_hand_in(scene, environs)
        print(scene.summary())
    is_sound(database_url)


def is_sound(url: str) -> None:
    """PostgreSQL's own look at every table and index."""
    folder = binaries()
    assert folder is not None
    parts = urlsplit(url)
    whose = ["-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username), parts.path[1:]]
    looked = subprocess.run(
        [folder / "pg_amcheck", "--install-missing", "--heapallindexed", f"--maintenance-db={url}", *whose],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )
    assert (looked.returncode, looked.stdout + looked.stderr) == (0, "")
