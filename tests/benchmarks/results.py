"""What a benchmark tells: our figure, that of somebody else's work in the same run, and how they compare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from rich.table import Table


class Result(Struct, frozen=True):
    """One comparison. More is better, unless `less_is_better`, as for seconds."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    less_is_better: bool = False

    @property
    def ratio(self) -> float:
        """Above 1: we are better."""
        better, worse = (
            (self.peer_value, self.value) if self.less_is_better else (self.value, self.peer_value)
        )
        return better / worse


def table(results: Iterable[Result]) -> Table:
    """The results for people."""
    drawn = Table("benchmark", "ours", "unit", "beside", "theirs", "ratio", title="above 1: we are better")
    for result in results:
        drawn.add_row(
            result.name,
            _figure(result.value),
            result.unit,
            result.peer,
            _figure(result.peer_value),
            f"{result.ratio:.2f}",
        )
    return drawn


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(results: Iterable[Result], path: Path) -> None:
    """The results for programs."""
    rows = [
        {
            "name": result.name,
            "value": round(result.value, 3),
            "unit": result.unit,
            "peer": result.peer,
            "peer_value": round(result.peer_value, 3),
            "ratio": round(result.ratio, 3),
        }
        for result in results
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=2) + "\n")
