"""The storage that the settings name, with the keys of the day."""

from __future__ import annotations

from bot.clock import SystemClock
from bot.settings import Settings
from storage import hazards
from storage.epochs import Epochs, safe_at
from storage.unit_of_work import Storage


def epochs_of(settings: Settings) -> Epochs:
    """The epochs, by the clock of this machine. Raises StorageError for a Redis whose address is none."""
    safe = safe_at(settings.epoch_keys.reveal(), settings.key)
    return Epochs(safe, settings.draft_days, SystemClock().now)


def open_storage(settings: Settings) -> Storage:
    """The storage. Raises what `Storage.open` raises."""
    epochs = epochs_of(settings)
    storage = Storage.open(settings.data, settings.key, settings.database.reveal(), epochs=epochs)
    storage.concern_years = settings.concern_years
    return storage


def open_safely(settings: Settings) -> Storage:
    """The storage, for those who serve it. Raises UnsafeSettingError when something would undo what it promises."""
    storage = open_storage(settings)
    try:
        safe = storage.epochs.safe
        found = (*hazards.of_machine(safe), *hazards.of_database(storage.database, safe))
        hazards.refuse(found, settings.accept)
        storage.epochs.ring()
    except BaseException:
        storage.close()
        raise
    return storage
