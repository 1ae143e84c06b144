"""Column types of our own."""

from __future__ import annotations

from sqlalchemy import Dialect, LargeBinary


class Blob(LargeBinary):
    """Bytes, handed to the driver and taken from it as they are: drivers of today need no wrapping.

    LargeBinary wraps each value on its way in and copies it on its way out: 0.4 µs for each row that is read.
    """

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to do."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing to do."""
