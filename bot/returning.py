"""Coming back with a receipt: what it opens, and how often others may guess.

A try takes as long and says the same whether the receipt is wrong, unknown or was destroyed. One is made at a time,
few may wait, and of one thread only some an hour: so guessing gets nobody anywhere, and keeping us busy shuts
others out only for as long as it goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import ReceiptMissingError, TooBusyError, TooManyTriesError, WrongReceiptError
from storage import receipts
from storage.interviews import Visit
from storage.receipts import Opened
from storage.threads import Thread
from storage.unit_of_work import Storage

WAITING = 16  # tries that wait for the one under way, which takes 64 MiB and a processor
VISIT = timedelta(minutes=30)  # for which a receipt need not be shown again
WHILE = timedelta(hours=1)
MOST_WRONG = 10  # tries of one thread in that time, in one process


class Doorkeeper:
    """Opens threads to whoever has their receipt. Threads (of the processor) may share it."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._room = threading.BoundedSemaphore(WAITING)
        self._lock = threading.Lock()
        self._wrong: deque[tuple[datetime, bytes]] = deque()

    def open(self, typed: str) -> Visit:
        """What this receipt leads to. Takes as long as one try.

        Raises ReceiptMissingError, WrongReceiptError, TooManyTriesError, TooBusyError; UnavailableError.
        """
        if not typed.strip():
            raise ReceiptMissingError
        code = receipts.read(typed)
        if code is None:
            raise WrongReceiptError
        locator = receipts.locator_of(code)
        self._see_that_it_may_be_tried(locator)
        thread, opened = self._in_turn(code, locator)
        if thread is None or not receipts.proves(opened, thread.verifier):
            self._note_wrong(locator)
            raise WrongReceiptError
        return Visit(thread.audit, opened, int((self._clock.now() + VISIT).timestamp()))

    def _in_turn(self, code: str, locator: bytes) -> tuple[Thread | None, Opened]:
        if not self._room.acquire(blocking=False):
            raise TooBusyError
        try:
            with self._one_at_a_time:
                return self._try(code, locator)
        finally:
            self._room.release()

    def _try(self, code: str, locator: bytes) -> tuple[Thread | None, Opened]:
        with self._storage.reading() as work:
            thread = work.threads.get(locator)
        nobody = receipts.new_salt(self._storage.cost, self._storage.keys.salt_of_nobody(locator))
        return thread, receipts.derive(code, thread.salt if thread is not None else nobody)

    def _see_that_it_may_be_tried(self, locator: bytes) -> None:
        with self._lock:
            before = self._clock.now() - WHILE
            while self._wrong and self._wrong[0][0] < before:
                self._wrong.popleft()
            tried = sum(each == locator for _, each in self._wrong)
        if tried >= MOST_WRONG:
            raise TooManyTriesError

    def _note_wrong(self, locator: bytes) -> None:
        with self._lock:
            self._wrong.append((self._clock.now(), locator))
