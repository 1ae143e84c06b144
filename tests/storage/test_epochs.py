"""Keys of the day, in each of the three places where they may be kept."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SetClock
from storage.epochs import SHARED_MEMORY, Epochs, InFolder, InMemory, InRedis, Safe, kind_of_mount, safe_at
from storage.errors import KeysUnavailableError, StorageError, UnsafeFileError, UnsafeSettingError
from tests.redises import redis_server

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = 20_577_00
MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
tmpfs /dev/shm tmpfs rw,nosuid 0 0
tmpfs /run/safe\\040place tmpfs rw,noswap 0 0
ramfs /run/ram ramfs rw 0 0
/dev/vdb /dev/shm/covered ext4 rw 0 0
"""


@pytest.fixture(params=["memory", "folder", "redis"])
def safe(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Safe]:
    if request.param == "redis":
        with redis_server() as redis:
            kept = InRedis(redis.url)
            yield kept
            kept.close()
    else:
        yield InMemory() if request.param == "memory" else InFolder(tmp_path / "epochs")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


def test_the_key_of_a_day_is_made_once_and_is_the_same_for_everyone(safe: Safe, clock: SetClock) -> None:
    one, two = Epochs(safe, now=clock.now), Epochs(safe, now=clock.now)
    assert one.ring().newest.epoch == TODAY
    assert one.ring().newest.ref(b"somebody") == two.ring().newest.ref(b"somebody")
    assert one.ring() is one.ring()


def test_each_day_has_a_key_of_its_own_and_those_of_the_days_before_still_open(
    safe: Safe, clock: SetClock
) -> None:
    epochs = Epochs(safe, draft_days=2, now=clock.now)
    blob = epochs.ring().newest.lock(b"here", b"words")
    clock.move(timedelta(days=1))
    ring = epochs.ring()
    assert (ring.newest.epoch, [key.epoch for key in ring.older]) == (TODAY + 100, [TODAY])
    assert ring.older[0].open(b"here", blob) == b"words"


def test_a_key_is_of_no_use_when_its_days_are_over_and_then_it_is_destroyed(
    safe: Safe, clock: SetClock
) -> None:
    epochs = Epochs(safe, draft_days=2, now=clock.now)
    epochs.ring()
    clock.move(timedelta(days=2))
    epochs.destroy_old()
    assert TODAY in epochs.ring().epochs
    clock.move(timedelta(days=1))
    assert TODAY not in epochs.ring().epochs
    assert TODAY in safe.held()
    epochs.destroy_old()
    epochs.destroy_old()
    assert TODAY not in safe.held()


def test_a_new_epoch_can_be_begun_at_any_time_and_the_one_before_still_opens(
    safe: Safe, clock: SetClock
) -> None:
    epochs = Epochs(safe, now=clock.now)
    epochs.ring()
    epochs.rotate()
    epochs.rotate()
    assert (epochs.ring().newest.epoch, [key.epoch for key in epochs.ring().older]) == (
        TODAY + 2,
        [TODAY + 1, TODAY],
    )
    clock.move(timedelta(days=1))
    assert epochs.ring().newest.epoch == TODAY + 100


def test_a_clock_that_was_far_ahead_keeps_no_key_alive(safe: Safe, clock: SetClock) -> None:
    epochs = Epochs(safe, now=clock.now)
    clock.move(timedelta(days=400))
    epochs.ring()
    clock.move(-timedelta(days=400))
    assert epochs.ring().epochs == {TODAY}
    epochs.destroy_old()
    assert set(safe.held()) == {TODAY}


def test_a_clock_that_is_a_little_behind_uses_the_key_of_the_others(safe: Safe, clock: SetClock) -> None:
    ahead = SetClock(NOON + timedelta(days=1))
    Epochs(safe, now=ahead.now).ring()
    assert Epochs(safe, now=clock.now).ring().newest.epoch == TODAY + 100


def test_many_who_begin_a_day_at_once_have_one_key(safe: Safe, clock: SetClock) -> None:
    seen: list[bytes] = []

    def begin() -> None:
        seen.append(Epochs(safe, now=clock.now).ring().newest.ref(b"somebody"))

    threads = [threading.Thread(target=begin) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16
    assert len(set(seen)) == 1


def test_no_key_is_ever_printed(safe: Safe, clock: SetClock) -> None:
    epochs = Epochs(safe, now=clock.now)
    ring = epochs.ring()
    key = safe.held()[TODAY]
    assert repr(key)[2:10] not in f"{ring!r} {epochs!r} {safe!r} {ring.newest!r} {safe.where}"


# A folder


def test_only_the_owner_reaches_a_folder_of_keys(tmp_path: Path) -> None:
    safe = InFolder(tmp_path / "run" / "epochs")
    safe.begin(TODAY, 1)
    (file,) = safe.folder.iterdir()
    assert stat.S_IMODE(safe.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_bytes()) == 32


def test_a_folder_that_others_reach_is_refused(tmp_path: Path) -> None:
    safe = InFolder(tmp_path / "epochs")
    safe.begin(TODAY, 1)
    safe.folder.chmod(0o755)
    with pytest.raises(UnsafeFileError, match="CANDOUR_EPOCH_KEYS"):
        Epochs(safe, now=SetClock(NOON).now).ring()


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "epochs").symlink_to(tmp_path / "theirs")
    with pytest.raises(UnsafeFileError):
        InFolder(tmp_path / "epochs").begin(TODAY, 1)


def test_what_was_destroyed_is_overwritten_also_where_it_was_linked(tmp_path: Path) -> None:
    safe = InFolder(tmp_path / "epochs")
    safe.begin(TODAY, 1)
    (tmp_path / "kept").hardlink_to(safe.folder / str(TODAY))
    safe.destroy(TODAY)
    assert list(safe.folder.iterdir()) == []
    assert (tmp_path / "kept").read_bytes() == bytes(32)


def test_a_key_that_was_overwritten_locks_nothing(tmp_path: Path) -> None:
    safe = InFolder(tmp_path / "epochs")
    safe.begin(TODAY, 1)
    (safe.folder / str(TODAY)).write_bytes(bytes(32))
    with pytest.raises(KeysUnavailableError):
        Epochs(safe, now=SetClock(NOON).now).ring()


def test_processes_share_a_folder_and_a_killed_one_leaves_its_keys(tmp_path: Path) -> None:
    begin = (
        "import sys; from pathlib import Path; from storage.epochs import SHARED_MEMORY, Epochs, InFolder; "
    )
    begin += "print(Epochs(InFolder(Path(sys.argv[1]))).ring().newest.ref(b'somebody').hex())"
    started = [
        subprocess.Popen([sys.executable, "-c", begin, tmp_path / "epochs"], stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(2)
    ]
    seen = {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(seen) <= 2  # two when midnight came between them
    assert b"" not in seen
    ring = Epochs(InFolder(tmp_path / "epochs")).ring()
    assert seen <= {key.ref(b"somebody").hex().encode() for key in (ring.newest, *ring.older)}


def test_a_folder_that_rests_is_not_read_again_until_something_in_it_changes(tmp_path: Path) -> None:
    safe = InFolder(tmp_path / "epochs")
    safe.begin(TODAY, 1)
    safe.begin(TODAY + 1, 1)
    os.utime(safe.folder, (1_000_000_000, 1_000_000_000))
    assert safe.held() is safe.held()
    InFolder(safe.folder).destroy(TODAY)
    assert set(safe.held()) == {TODAY + 1}
    safe.begin(TODAY + 2, 1)
    assert set(safe.held()) == {TODAY + 1, TODAY + 2}


def test_keys_that_were_lost_and_made_anew_are_taken_for_what_they_are(
    tmp_path: Path, clock: SetClock
) -> None:
    """As when somebody empties /dev/shm while we serve: every worker must go on with the same new key."""
    one = Epochs(InFolder(tmp_path / "epochs"), now=clock.now)
    before = one.ring().newest.ref(b"somebody")
    (tmp_path / "epochs").rename(tmp_path / "lost")
    other = Epochs(InFolder(tmp_path / "epochs"), now=clock.now).ring().newest.ref(b"somebody")
    assert one.ring().newest.ref(b"somebody") == other != before


# Redis


def test_a_redis_that_is_away_is_a_passing_fault_and_its_keys_are_gone_with_it(clock: SetClock) -> None:
    with redis_server() as redis:
        safe = InRedis(redis.url)
        epochs = Epochs(safe, now=clock.now)
        before = epochs.ring().newest.ref(b"somebody")
        redis.stop()
        with pytest.raises(KeysUnavailableError) as away:
            epochs.ring()
        assert away.value.__context__ is None or away.value.__suppress_context__
        redis.start()
        assert epochs.ring().newest.ref(b"somebody") != before
        safe.close()


def test_redis_ends_a_key_by_itself(clock: SetClock) -> None:
    with redis_server() as redis:
        safe = InRedis(redis.url)
        Epochs(safe, draft_days=3, now=clock.now).ring()
        client = safe._redis
        left = client.ttl("candour:epochs")
        assert 3.4 * 86_400 < int(str(left)) <= 3.5 * 86_400
        safe.close()


@pytest.mark.parametrize("options", [("--save", "60 1"), ("--save", "", "--appendonly", "yes")])
def test_a_redis_that_writes_to_its_disk_is_refused(options: tuple[str, ...]) -> None:
    with redis_server(*options) as redis:
        safe = InRedis(redis.url)
        with pytest.raises(UnsafeSettingError, match="--appendonly no"):
            safe.held()
        with pytest.raises(UnsafeSettingError):
            safe.begin(TODAY, 10)
        safe.close()


def test_a_redis_that_will_not_tell_is_refused() -> None:
    with redis_server("--save", "", "--rename-command", "CONFIG", "") as redis:
        safe = InRedis(redis.url)
        with pytest.raises(UnsafeSettingError, match="CONFIG GET"):
            safe.held()
        safe.close()


# Where


def test_the_place_says_which_it_is(tmp_path: Path) -> None:
    key = tmp_path / "candour.key"
    assert isinstance(safe_at("memory", key), InMemory)
    assert isinstance(safe_at("redis://localhost:6379/0", key), InRedis)
    named = safe_at(str(tmp_path / "epochs"), key)
    assert isinstance(named, InFolder)
    assert named.folder == tmp_path / "epochs"


def test_without_a_place_each_key_file_has_a_folder_in_memory_of_its_own(tmp_path: Path) -> None:
    one, two = safe_at("", tmp_path / "one.key"), safe_at("", tmp_path / "two.key")
    if kind_of_mount(SHARED_MEMORY) is None:
        assert isinstance(one, InMemory)
        return
    assert isinstance(one, InFolder)
    assert isinstance(two, InFolder)
    assert one.folder.parent == SHARED_MEMORY
    assert one.folder != two.folder
    assert not one.folder.exists()


def test_an_address_of_redis_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(StorageError) as refused:
        InRedis("redis://:secret@host:port/0")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("folder", "options"),
    [
        ("/var/lib", None),
        (f"{SHARED_MEMORY}/candour", {"rw", "nosuid"}),
        (f"{SHARED_MEMORY}/covered/x", None),
        ("/run/safe place/x", {"rw", "noswap"}),
        ("/run/ram", {"rw", "noswap"}),
    ],
)
def test_whether_a_folder_is_in_memory_is_read_from_the_mounts(folder: str, options: set[str] | None) -> None:
    assert kind_of_mount(Path(folder), MOUNTS) == options


ROOT = Path(__file__).parents[2]
