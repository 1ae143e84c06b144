"""Keys of the day for tests: in a folder of the test's own, which is gone with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from storage.epochs import DRAFT_DAYS, Epochs, InFolder


def _now() -> datetime:
    return datetime.now(UTC)


def epochs_in(folder: Path, draft_days: int = DRAFT_DAYS, now: Callable[[], datetime] = _now) -> Epochs:
    """The epochs of the storage in this folder: the same for every process that opens it."""
    return Epochs(InFolder(folder / "epochs"), draft_days, now)


def epoch_settings(folder: Path) -> dict[str, str]:
    """What tells `candour` the same. The folder of a test is on a disk, and the machine may swap."""
    return {"CANDOUR_EPOCH_KEYS": str(folder / "epochs"), "CANDOUR_ACCEPT": "keys-on-disk, swap"}
