"""What would undo the promise although Candour keeps it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from storage import hazards
from storage.epochs import InFolder, InMemory, Safe
from storage.errors import UnsafeSettingError
from storage.hazards import KEYS_APART, KEYS_ON_DISK, SWAP, Hazard
from storage.unit_of_work import Storage

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
DISK = HEAD + "/dev/vda2                               partition\t1048572\t0\t-2\n"
ZRAM = HEAD + "/dev/zram0                              partition\t1048572\t0\t100\n"
MOUNTS = "/dev/vda1 / ext4 rw 0 0\ntmpfs /shm tmpfs rw 0 0\ntmpfs /safe tmpfs rw,noswap 0 0\n"


@pytest.mark.parametrize(
    ("safe", "swaps", "found"),
    [
        (InMemory(), HEAD, []),
        (InMemory(), "", []),
        (InMemory(), ZRAM, []),
        (InMemory(), DISK, [SWAP]),
        (InMemory(), ZRAM + DISK.removeprefix(HEAD), [SWAP]),
        (InFolder(Path("/shm/keys")), HEAD, []),
        (InFolder(Path("/shm/keys")), DISK, [SWAP]),
        (InFolder(Path("/safe/keys")), DISK, []),
        (InFolder(Path("/var/keys")), HEAD, [KEYS_ON_DISK]),
        (InFolder(Path("/var/keys")), DISK, [KEYS_ON_DISK]),
    ],
)
def test_keys_must_not_reach_a_disk(safe: Safe, swaps: str, found: list[Hazard]) -> None:
    assert list(hazards.of_keys(safe, swaps, MOUNTS)) == found


@pytest.mark.parametrize(
    ("name", "unsafe", "harmless"),
    [
        ("log_statement", "all", "none"),
        ("log_statement", "ddl", "none"),
        ("log_duration", "on", "off"),
        ("log_min_duration_statement", "0", "-1"),
        ("log_min_duration_statement", "250", "-1"),
        ("log_min_duration_sample", "0", "-1"),
        ("log_transaction_sample_rate", "0.5", "0"),
        ("log_parameter_max_length_on_error", "-1", "0"),
        ("track_commit_timestamp", "on", "off"),
        ("archive_mode", "always", "off"),
        ("wal_level", "logical", "replica"),
        ("wal_level", "logical", "minimal"),
        ("wal_recycle", "on", "off"),
    ],
)
def test_each_unsafe_setting_of_postgresql_has_its_word_and_says_what_to_do(
    name: str, unsafe: str, harmless: str
) -> None:
    (hazard,) = hazards.of_settings({name: unsafe})
    assert hazard.word == name
    assert f"Set {name} = " in hazard.sentence
    assert f"CANDOUR_ACCEPT={name}" in hazard.advice
    assert list(hazards.of_settings({name: harmless})) == []


def test_postgresql_as_it_is_installed_is_safe_and_what_is_set_for_the_database_is_seen(
    tmp_path: Path, database_url: str
) -> None:
    storage = Storage.open(tmp_path / "data", tmp_path / "candour.key", database_url)
    safe = InFolder(tmp_path / "epochs")
    assert hazards.of_database(storage.database, safe) == ()
    assert hazards.of_database(storage.database, InMemory()) == (KEYS_APART,)
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = database_url.rpartition("/")[2]
        connection.execute(f"ALTER DATABASE {name} SET log_min_duration_statement = 0".encode())
    storage.database.close()
    (hazard,) = hazards.of_database(storage.database, safe)
    assert hazard.word == "log_min_duration_statement"
    storage.close()


def test_sqlite_has_no_server_to_be_unsafe(tmp_path: Path) -> None:
    storage = Storage.open(tmp_path / "data", tmp_path / "candour.key")
    assert hazards.of_database(storage.database, InMemory()) == ()
    storage.close()


def test_all_that_is_not_accepted_is_named_at_once_with_its_word() -> None:
    hazards.refuse([], [])
    hazards.refuse([SWAP, KEYS_ON_DISK], ["keys-on-disk", "swap"])
    with pytest.raises(UnsafeSettingError) as refused:
        hazards.refuse([SWAP, KEYS_ON_DISK, KEYS_APART], ["swap"])
    assert "CANDOUR_ACCEPT=keys-on-disk" in str(refused.value)
    assert "CANDOUR_ACCEPT=keys-in-memory" in str(refused.value)
    assert SWAP.sentence not in str(refused.value)
