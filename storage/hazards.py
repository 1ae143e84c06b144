"""What would undo the promise although Candour keeps it: a machine that swaps, a server that writes down who came when.

Each hazard has a word. Whoever runs Candour can say with it that they know, and have seen to it in another way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection, text

from storage.database import Database
from storage.epochs import InFolder, InMemory, Safe, kind_of_mount
from storage.errors import UnsafeSettingError
from storage.locks import on_server

SWAPS: Final = Path("/proc/swaps")


class Hazard(Struct, frozen=True):
    """Something unsafe: the word by which it is accepted, and a sentence that says what to do."""

    word: str
    sentence: str

    @property
    def advice(self) -> str:
        """The sentence, and how to say that one knows."""
        return f"{self.sentence} If you have seen to it in another way: CANDOUR_ACCEPT={self.word}"


SWAP: Final = Hazard(
    "swap",
    "This machine may write the keys of the day to its swap space, where they outlive their day. Turn swap off"
    " (swapoff -a, and its line in /etc/fstab), or encrypt it with a key that is new at each start.",
)
KEYS_ON_DISK: Final = Hazard(
    "keys-on-disk",
    "CANDOUR_EPOCH_KEYS names a folder on a disk, where keys outlive their day. Name one in memory (tmpfs), such as"
    " a folder in /dev/shm.",
)
KEYS_APART: Final = Hazard(
    "keys-in-memory",
    "Each worker would have its own keys of the day, and find no draft of another. Name a folder in memory in"
    " CANDOUR_EPOCH_KEYS, or a Redis where workers run on several machines.",
)
_LOGS_TIMES = "PostgreSQL would write down when somebody answered"
_OF_POSTGRESQL: Final = {
    hazard.word: hazard
    for hazard in (
        Hazard("log_statement", f"{_LOGS_TIMES}. Set log_statement = none."),
        Hazard("log_duration", f"{_LOGS_TIMES}. Set log_duration = off."),
        Hazard("log_min_duration_statement", f"{_LOGS_TIMES}. Set log_min_duration_statement = -1."),
        Hazard("log_min_duration_sample", f"{_LOGS_TIMES}. Set log_min_duration_sample = -1."),
        Hazard("log_transaction_sample_rate", f"{_LOGS_TIMES}. Set log_transaction_sample_rate = 0."),
        Hazard(
            "log_parameter_max_length_on_error",
            "PostgreSQL would write down what is stored when something fails. Set"
            " log_parameter_max_length_on_error = 0.",
        ),
        Hazard(
            "track_commit_timestamp",
            "PostgreSQL keeps the second of each answer. Set track_commit_timestamp = off.",
        ),
        Hazard(
            "archive_mode",
            "PostgreSQL archives each change in its order, which shows who came when. Set archive_mode = off.",
        ),
        Hazard(
            "wal_level",
            "PostgreSQL keeps its changes so that others can read them one by one. Set wal_level = minimal or replica.",
        ),
        Hazard(
            "wal_recycle",
            "PostgreSQL keeps old files of its log, which has in order who came when, until it needs them again."
            " Set wal_recycle = off.",
        ),
        Hazard(
            "checkpoint",
            "Candour may not make PostgreSQL leave old files of its log behind, which has in order who came when. Grant"
            " it the role pg_checkpoint, and EXECUTE on the function pg_switch_wal().",
        ),
        Hazard(
            "replication",
            "Another server follows each change of PostgreSQL in its order. Stop it, and drop its replication slot.",
        ),
    )
}
# what is harmless, by the setting; of a setting that we may not see, nothing is said
_HARMLESS: Final[Mapping[str, frozenset[str]]] = {
    "log_statement": frozenset({"none"}),
    "log_duration": frozenset({"off"}),
    "log_min_duration_statement": frozenset({"-1"}),
    "log_min_duration_sample": frozenset({"-1"}),
    "log_transaction_sample_rate": frozenset({"0"}),
    "log_parameter_max_length_on_error": frozenset({"0"}),
    "track_commit_timestamp": frozenset({"off"}),
    "archive_mode": frozenset({"off"}),
    "wal_level": frozenset({"minimal", "replica"}),
    "wal_recycle": frozenset({"off"}),
}
_SETTINGS = text("SELECT name, setting FROM pg_settings")
_FOLLOWERS = text(
    "SELECT (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_stat_replication)"
)

_LEAVES_LOG = text("""
    SELECT current_setting('is_superuser') = 'on' OR (
        has_function_privilege('pg_switch_wal()', 'EXECUTE')
        AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE')))""")

WORDS: Final = frozenset({SWAP.word, KEYS_ON_DISK.word, KEYS_APART.word, *_OF_POSTGRESQL})


def of_machine(safe: Safe) -> tuple[Hazard, ...]:
    """What is unsafe about this machine. Raises KeysUnavailableError; UnsafeSettingError for a Redis with a disk."""
    safe.held()
    return tuple(of_keys(safe, SWAPS.read_text("utf-8", "replace") if SWAPS.exists() else ""))


def of_database(database: Database, safe: Safe) -> tuple[Hazard, ...]:
    """What is unsafe about the server, if the database is on one. Raises UnavailableError."""
    with database.reading() as connection:
        return tuple(of_server(connection, safe))


def of_keys(safe: Safe, swaps: str, mounts: str | None = None) -> Iterator[Hazard]:
    """What is unsafe about where the keys of the day are. `swaps` is the content of /proc/swaps."""
    mount = kind_of_mount(safe.folder, mounts) if isinstance(safe, InFolder) else frozenset()
    if mount is None:
        yield KEYS_ON_DISK
    elif swaps_to_disk(swaps) and "noswap" not in mount:
        yield SWAP


def swaps_to_disk(swaps: str) -> bool:
    """Whether memory may be written to a disk; zram is memory itself."""
    names = [line.split()[0] for line in swaps.splitlines()[1:] if line.strip()]
    return any(not name.startswith("/dev/zram") for name in names)


def of_server(connection: Connection, safe: Safe) -> Iterator[Hazard]:
    """What is unsafe about a PostgreSQL server, and of keys that its workers do not share."""
    if not on_server(connection):
        return
    if isinstance(safe, InMemory):
        yield KEYS_APART
    yield from of_settings({row.name: row.setting for row in connection.execute(_SETTINGS)})
    if not connection.scalar(_LEAVES_LOG):
        yield _OF_POSTGRESQL["checkpoint"]
    if connection.scalar(_FOLLOWERS):
        yield _OF_POSTGRESQL["replication"]


def of_settings(settings: Mapping[str, str]) -> Iterator[Hazard]:
    """What is unsafe about these settings of PostgreSQL."""
    for name, harmless in _HARMLESS.items():
        if settings.get(name, next(iter(harmless))) not in harmless:
            yield _OF_POSTGRESQL[name]


def refuse(hazards: Iterable[Hazard], accepted: Collection[str]) -> None:
    """Raise UnsafeSettingError that names all of these but those that are accepted."""
    left = [hazard for hazard in hazards if hazard.word not in accepted]
    if left:
        told = "".join(f"\n  - {hazard.advice}" for hazard in left)
        raise UnsafeSettingError(f"Candour does not serve like this, to protect those who answer:{told}")
