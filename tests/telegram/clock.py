"""Telegram's clock in a test: it runs by itself and can be put forward."""

from __future__ import annotations

import time


class MovableClock:
    """Seconds since 1970, as `now`: the machine's own time plus what a test has let pass."""

    def __init__(self) -> None:
        self._passed = 0.0

    def __call__(self) -> float:
        return time.time() + self._passed

    def let_pass(self, seconds: float) -> None:
        """Put the clock forward."""
        self._passed += seconds
