"""Receipts that are ready when somebody hands in: making one takes too long for a turn (0.2 s, 64 MiB).

One is begun whenever somebody comes to the end of their questions. Whoever hands in before theirs is ready waits
for it; nothing else does.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from storage import receipts
from storage.receipts import Cost, Receipt

MOST = 64  # receipts that are kept ready


class Stock:
    """New receipts, made ahead by one thread. For the one thread that plays turns."""

    def __init__(self, cost: Cost) -> None:
        self._cost = cost
        self._ready: deque[Future[Receipt]] = deque()
        self._maker: ThreadPoolExecutor | None = None

    def expect(self) -> None:
        """Somebody is about to hand in."""
        if len(self._ready) < MOST:
            self._maker = self._maker or ThreadPoolExecutor(1, thread_name_prefix="receipts")
            self._ready.append(self._maker.submit(receipts.make, self._cost))

    def take(self) -> Receipt:
        """A receipt that nobody has."""
        return self._ready.popleft().result() if self._ready else receipts.make(self._cost)

    def close(self) -> None:
        """Make no more."""
        if self._maker is not None:
            self._maker.shutdown(cancel_futures=True)
