"""`candour keys …`, and a start that refuses what would undo the promise, as whoever runs Candour meets them."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from storage.epochs import Epochs, InFolder
from tests.bot.test_audits_cli import Desk
from tests.journeys.lives import free_ports
from tests.redises import redis_server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _open(desk: Desk) -> None:
    desk.says("audits", "open", "rowan", "--title", "Rowan House", "--form", "short.yaml")


def test_before_the_first_start_the_status_says_what_will_be(desk: Desk) -> None:
    said = desk.says("keys", "status")
    assert f"There is no key file at {desk.folder}/candour.key yet" in said
    assert "There is none yet: the first turn makes it." in said
    assert not (desk.folder / "epochs").exists()


def test_the_status_says_until_when_keys_live_and_nothing_secret(desk: Desk) -> None:
    _open(desk)
    Epochs(InFolder(desk.folder / "epochs")).ring()
    said = desk.says("keys", "status", CANDOUR_DRAFT_DAYS="5")
    assert f"The key file can be used: {desk.folder}/candour.key" in said
    assert f"in the folder {desk.folder}/epochs" in said
    assert re.search(r"begun \d+ \w+ \d{4}, lives until the end of \d+ \w+ \d{4}", said)
    secrets = [path.read_bytes().hex() for path in (desk.folder / "epochs").iterdir()]
    assert all(secret[:8] not in said for secret in secrets)


def test_keys_in_memory_cannot_be_seen(desk: Desk) -> None:
    assert "in the memory of each process" in desk.says("keys", "status", CANDOUR_EPOCH_KEYS="memory")


def test_a_key_file_that_others_read_or_that_holds_none_is_told(desk: Desk) -> None:
    _open(desk)
    (desk.folder / "candour.key").chmod(0o644)
    assert "chmod 600" in desk.refuses("keys", "status")
    (desk.folder / "candour.key").chmod(0o600)
    (desk.folder / "candour.key").write_bytes(b"half")
    assert "holds no key" in desk.refuses("keys", "status")


def test_keys_are_rotated_and_everything_goes_on(desk: Desk) -> None:
    assert "There is no key file" in desk.refuses("keys", "rotate")
    _open(desk)
    before = (desk.folder / "candour.key").read_bytes()
    said = desk.says("keys", "rotate")
    assert "There is a new key file" in said
    assert before[:32] != (desk.folder / "candour.key").read_bytes()[:32]
    assert "rowan  open" in desk.says("audits", "list")
    assert "operator: put a new key file in the place of the old one" in desk.says("journal", "show")
    assert "The journal is whole" in desk.says("journal", "verify")
    assert "lives until" in desk.says("keys", "status")


def test_a_redis_that_is_away_is_one_sentence(desk: Desk) -> None:
    away = "redis://:secret@127.0.0.1:1/0"
    said = desk.refuses("keys", "status", CANDOUR_EPOCH_KEYS=away)
    assert "The keys of the day cannot be reached" in said
    assert "secret" not in said


# A start that refuses


def test_what_is_unsafe_keeps_candour_from_serving_until_somebody_says_that_they_know(desk: Desk) -> None:
    unknowing = {"CANDOUR_ACCEPT": "swap"}
    for arguments in (("serve",), ("serve", "--check")):
        said = desk.refuses(
            *arguments, **unknowing, CANDOUR_PORT=str(free_ports(1)[0]), CANDOUR_METRICS_PORT="0"
        )
        assert "CANDOUR_ACCEPT=keys-on-disk" in said
    said = desk.says("serve", "--check")
    assert "You have said that you know of this: CANDOUR_EPOCH_KEYS names a folder on a disk" in said


def test_a_server_that_writes_down_when_somebody_answered_is_refused(desk: Desk, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = database_url.rpartition("/")[2]
        connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'".encode())
    said = desk.refuses("serve", "--check", CANDOUR_DATABASE=database_url)
    assert "Set log_statement = none." in said
    accepted = {"CANDOUR_ACCEPT": "log_statement, keys-on-disk, swap"}
    assert "Everything is ready." in desk.says("serve", "--check", CANDOUR_DATABASE=database_url, **accepted)


def test_a_redis_that_writes_to_its_disk_is_refused_whatever_is_accepted(desk: Desk) -> None:
    with redis_server("--appendonly", "yes") as redis:
        said = desk.refuses("serve", "--check", CANDOUR_EPOCH_KEYS=redis.url)
        assert "Redis writes keys to the disk" in said
    with redis_server() as redis:
        said = desk.says("serve", "--check", CANDOUR_EPOCH_KEYS=redis.url)
        assert "The keys of the day are in Redis; drafts live 3 days." in said
