"""What is wrong with a form, where, and what its author can do about it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """Whether a form cannot be used, or could be better."""

    ERROR = "error"
    WARNING = "warning"


class Place(Struct, frozen=True):
    """Where something stands: sheet, row (the header is row 1, in YAML as well), column, line of a YAML file."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    line: int | None = None


class Problem(Struct, frozen=True):
    """One problem. `kind` names its rule; `character` is counted from 1 within the cell."""

    kind: str
    message: str
    place: Place = Place()
    severity: Severity = Severity.ERROR
    character: int | None = None

    @property
    def is_error(self) -> bool:
        """Whether the form cannot be used because of it."""
        return self.severity is Severity.ERROR
