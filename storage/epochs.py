"""Keys of the day: what opens a draft lives for days, outside of the database, and is then destroyed.

An epoch is a day in UTC, or what is left of one after its key was renewed. Its number is the day, counted from
1 January 1970, times a hundred, and one more for each renewal. Drafts are found and locked with the key of the newest
epoch; those of earlier ones live `draft_days` after their day ended. After that neither the database nor any copy of
it opens.

Keys are kept in a safe, of which there are three: a folder in memory (tmpfs), the memory of this process alone, and
Redis without persistence, where workers run on several machines.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from dialogues.wordless import Wordless
from storage import keys
from storage.errors import KeysUnavailableError, StorageError, UnsafeFileError, UnsafeSettingError
from storage.keys import KEY_BYTES, EpochKey

if TYPE_CHECKING:
    from redis import Redis

DRAFT_DAYS: Final = 3
A_DAY: Final = 100  # numbers of epochs
MEMORY: Final = "memory"
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only where it is in memory, and in a folder of our own
MOUNTS: Final = Path("/proc/mounts")

_SECONDS = 86_400
_SETTLED = 1_000_000_000  # nanoseconds
_NOTHING = bytes(KEY_BYTES)
_REDIS_SECONDS = 3
_HASH = "candour:epochs"


class Safe(Protocol):
    """Where the keys of epochs are kept. Threads may share it. All of it may raise KeysUnavailableError."""

    @property
    def where(self) -> str:
        """Where that is, for people who run Candour: `in the folder …`."""

    def held(self) -> Mapping[int, bytes]:
        """The key of each epoch that has one.

        Asked for each transaction: so it is right whoever begins or destroys one, or loses them all.
        """

    def begin(self, epoch: int, seconds: int) -> None:
        """Make a key for an epoch, unless it has one. It need not live longer than so many seconds."""

    def destroy(self, epoch: int) -> None:
        """Let nobody have this key again."""

    def close(self) -> None:
        """Let go of what is in use."""


class InMemory:
    """The memory of this process: its keys are gone when it ends, and no other process has them."""

    where = "in the memory of each process"

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}

    def held(self) -> Mapping[int, bytes]:
        """Every key."""
        return dict(self._keys)

    def begin(self, epoch: int, seconds: int) -> None:  # noqa: ARG002 - nothing here ends by itself
        """Make a key, unless there is one."""
        self._keys.setdefault(epoch, os.urandom(KEY_BYTES))

    def destroy(self, epoch: int) -> None:
        """Forget the key."""
        self._keys.pop(epoch, None)

    def close(self) -> None:
        """Nothing to do: whoever opens the same database again in this process may still need them."""


class InFolder:
    """A folder, which should be in memory: one file for each key. The processes of this machine share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[tuple[int, int, int], Mapping[int, bytes]] | None = None

    @property
    def where(self) -> str:
        """The folder."""
        return f"in the folder {self.folder}"

    def held(self) -> Mapping[int, bytes]:
        """What each file holds, but for those that are about to be gone. Raises UnsafeFileError."""
        with _reached(), suppress(FileNotFoundError):
            found = os.lstat(self.folder)
            self._see_that_it_is_ours(found)
            mark = (found.st_dev, found.st_ino, found.st_mtime_ns)
            if self._seen is not None and self._seen[0] == mark:
                return self._seen[1]
            there = self._read()
            # a folder that was changed just now may be changed again within the same tick of its clock
            is_settled = time.time_ns() - found.st_mtime_ns > _SETTLED
            self._seen = (mark, there) if is_settled else None
            return there
        return {}

    def begin(self, epoch: int, seconds: int) -> None:  # noqa: ARG002 - a file does not end by itself
        """Make the file, whole or not at all, unless it is there. Raises UnsafeFileError."""
        with _reached():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._see_that_it_is_ours(os.lstat(self.folder))
            keys.create(self.folder / str(epoch))

    def destroy(self, epoch: int) -> None:
        """Overwrite the file, then delete it: one that was linked meanwhile holds nothing either."""
        path = self.folder / str(epoch)
        with _reached(), suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(_NOTHING)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def close(self) -> None:
        """Nothing is in use."""

    def _read(self) -> Mapping[int, bytes]:
        found: dict[int, bytes] = {}
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):
                key = path.read_bytes() if path.name.isdecimal() else b""
                if len(key) == KEY_BYTES and key != _NOTHING:
                    found[int(path.name)] = key
        return found

    def _see_that_it_is_ours(self, found: os.stat_result) -> None:
        """Or somebody else could have put keys there that they know: /dev/shm is everybody's."""
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise UnsafeFileError(
                f"Others can reach {self.folder}. It must be a folder that belongs to whoever runs Candour,"
                " with mode 0700. Remove it, or name another one in CANDOUR_EPOCH_KEYS."
            )


class InRedis:
    """A Redis that keeps nothing on disk, for workers on several machines.

    The keys are fields of one hash, so that one question answers everything; Redis itself ends it with its newest key.
    """

    where = "in Redis"

    def __init__(self, url: str) -> None:
        """Connects only when it is used. Raises StorageError for an address that is none."""
        self._redis = _redis(url)
        self._forgets = False

    def held(self) -> Mapping[int, bytes]:
        """Every key. Raises UnsafeSettingError when Redis writes to the disk, or will not tell."""
        with _answered():
            self._see_that_it_forgets()
            found = self._redis.hgetall(_HASH)
        return {int(epoch): key for epoch, key in found.items() if isinstance(key, bytes)}

    def begin(self, epoch: int, seconds: int) -> None:
        """Make a key, unless there is one. After so many seconds all of them end, if nobody ended them before."""
        with _answered():
            self._see_that_it_forgets()
            with self._redis.pipeline(transaction=True) as together:
                together.hsetnx(_HASH, str(epoch), os.urandom(KEY_BYTES))
                together.expire(_HASH, max(1, seconds))
                together.execute()

    def destroy(self, epoch: int) -> None:
        """Delete the key."""
        with _answered():
            self._redis.hdel(_HASH, str(epoch))

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()

    def _see_that_it_forgets(self) -> None:
        if self._forgets:
            return
        from redis.exceptions import ResponseError  # noqa: PLC0415 - see _redis

        try:
            told = {**self._redis.config_get("save"), **self._redis.config_get("appendonly")}
        except ResponseError as refused:
            raise UnsafeSettingError(
                "Redis does not say whether it writes keys to the disk. Allow Candour its command CONFIG GET."
            ) from refused
        said = {_text(name): _text(value) for name, value in told.items()}
        if (said.get("save"), said.get("appendonly")) != ("", "no"):
            raise UnsafeSettingError(
                "Redis writes keys to the disk, where they outlive their day. Start it with:"
                ' redis-server --save "" --appendonly no'
            )
        self._forgets = True


class Ring(Wordless, frozen=True):
    """The keys of this moment: the one that locks, and those that only open what was locked before. No repr."""

    newest: EpochKey
    older: tuple[EpochKey, ...] = ()

    @property
    def epochs(self) -> frozenset[int]:
        """The epochs whose drafts it opens."""
        return frozenset(key.epoch for key in (self.newest, *self.older))


def _utc() -> datetime:
    return datetime.now(UTC)


class Epochs:
    """The epochs of a safe. `now` is a clock; a test that sets it decides when a key dies. Threads may share it."""

    def __init__(self, safe: Safe, draft_days: int = DRAFT_DAYS, now: Callable[[], datetime] = _utc) -> None:
        self.safe = safe
        self.draft_days = draft_days
        self._now = now
        self._last: tuple[Mapping[int, bytes], Ring] | None = None

    def ring(self) -> Ring:
        """The keys of this moment; begins the epoch of today if nobody has. Raises KeysUnavailableError.

        Whoever holds a draft (`storage.locks`) must hold it before asking: then nobody has put it under a newer key
        than these.
        """
        there = self._living()
        if not there or day(max(there)) < self._today():
            self._begin(self._today() * A_DAY)
            there = self._living()
        if self._last is None or self._last[0] != there:
            self._last = there, _ring(there)
        return self._last[1]

    def rotate(self) -> None:
        """Begin a new epoch at once: what is written from now on is locked with a key that nobody has seen."""
        newest = max(self.living(), default=0)
        self._begin(max(newest + 1, self._today() * A_DAY))

    def living(self) -> frozenset[int]:
        """The epochs whose drafts can be opened, as far as they have a key."""
        return frozenset(self._living())

    def lifetime(self) -> tuple[int, int]:
        """Of all numbers of epochs, those from the first to before the second may live: drafts of others are dead."""
        today = self._today()
        return (today - self.draft_days) * A_DAY, (today + 2) * A_DAY

    def destroy_old(self) -> None:
        """Destroy the keys whose days are over. Doing so twice, or in two places, is harmless."""
        for epoch in self.safe.held():
            if not self._lives(epoch):
                self.safe.destroy(epoch)
                self._last = None

    def _living(self) -> Mapping[int, bytes]:
        return {epoch: key for epoch, key in self.safe.held().items() if self._lives(epoch)}

    def _lives(self, epoch: int) -> bool:
        # another machine's clock may be a little ahead, but none may keep a key for years
        first, beyond = self.lifetime()
        return first <= epoch < beyond

    def _begin(self, epoch: int) -> None:
        over = (day(epoch) + 1 + self.draft_days) * _SECONDS
        self.safe.begin(epoch, int(over - self._now().timestamp()))

    def _today(self) -> int:
        return int(self._now().timestamp() // _SECONDS)


def _ring(found: Mapping[int, bytes]) -> Ring:
    if not found:
        raise KeysUnavailableError
    newest, *older = (EpochKey(epoch, found[epoch]) for epoch in sorted(found, reverse=True))
    return Ring(newest, tuple(older))


def day(epoch: int) -> int:
    """The day of an epoch, counted from 1 January 1970."""
    return epoch // A_DAY


def safe_at(place: str, key: Path) -> Safe:
    """The safe at a place: `memory`, the address of a Redis, a folder; '' is a folder in memory, if there is any.

    That folder is named after the key file, so that each Candour of a machine has its own. Raises StorageError for an
    address that is none.
    """
    if place == MEMORY:
        return InMemory()
    if "://" in place:
        return InRedis(place)
    if place:
        return InFolder(Path(place))
    return InFolder(_usual_folder(key)) if kind_of_mount(SHARED_MEMORY) is not None else InMemory()


def kind_of_mount(folder: Path, mounts: str | None = None) -> frozenset[str] | None:
    """The options of the file system in memory that the folder lies on; None when it is on a disk, or nobody knows.

    `ramfs`, which is never swapped, counts as one with the option `noswap`. `mounts` is the content of /proc/mounts.
    """
    if mounts is None:
        mounts = MOUNTS.read_text("utf-8", "replace") if MOUNTS.exists() else ""
    lines = [line.split() for line in mounts.splitlines() if len(line.split()) >= 4]
    place = folder.resolve()
    around = [line for line in lines if place.is_relative_to(line[1].replace("\\040", " "))]
    if not around:
        return None
    _, _, kind, options, *_ = max(
        reversed(around), key=lambda line: len(line[1])
    )  # the last one covers the others
    if kind not in {"tmpfs", "ramfs"}:
        return None
    return frozenset(options.split(",")) | ({"noswap"} if kind == "ramfs" else frozenset())


def _usual_folder(key: Path) -> Path:
    name = hashlib.blake2b(str(key.resolve()).encode(errors="surrogateescape"), digest_size=8).hexdigest()
    return SHARED_MEMORY / f"candour-{os.geteuid()}-{name}"


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _redis(url: str) -> Redis:
    from redis import Redis  # noqa: PLC0415 - a tenth of a second, for those who use it
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    patience = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS}
    try:
        return Redis.from_url(url, retry=Retry(NoBackoff(), 1), **patience)
    except ValueError:  # the address may hold a password: it is not repeated
        pass
    raise StorageError("The address of Redis must be like redis://:password@host:6379/0.")


@contextmanager
def _reached() -> Iterator[None]:
    """Say KeysUnavailableError when a folder cannot be used; nothing is chained to it, so that it says no more."""
    try:
        yield
    except OSError:
        raise KeysUnavailableError from None


@contextmanager
def _answered() -> Iterator[None]:
    """The same when Redis is away, or refuses."""
    from redis.exceptions import RedisError  # noqa: PLC0415 - see _redis

    try:
        yield
    except (RedisError, OSError):
        raise KeysUnavailableError from None
