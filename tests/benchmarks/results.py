"""What a benchmark tells: our figure, those of others' work in the same run, and how they compare."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from rich.table import Table

OURS = "Candour"
_SYNCS = 200  # how often the disk is tried


class Figure(Struct, frozen=True):
    """One contestant's figure: the median of several rounds, with the lowest and the highest."""

    who: str
    value: float
    low: float
    high: float


def median(who: str, rounds: Sequence[float]) -> Figure:
    """The figure of several rounds."""
    return Figure(who, statistics.median(rounds), min(rounds), max(rounds))


def single(who: str, value: float) -> Figure:
    """A figure that was taken once, or an aim."""
    return Figure(who, value, value, value)


class Result(Struct, frozen=True):
    """One comparison. More is better, unless `less_is_better`, as for seconds. `ours` is None until we take part."""

    name: str
    unit: str
    ours: Figure | None
    peers: tuple[Figure, ...]
    less_is_better: bool = False

    def ratio(self, peer: Figure) -> float | None:
        """Above 1: we are better."""
        if self.ours is None:
            return None
        return peer.value / self.ours.value if self.less_is_better else self.ours.value / peer.value


def table(results: Iterable[Result], machine: str) -> Table:
    """The results for people; `machine` says what they were measured on."""
    title = "the median of several rounds; a ratio above 1: we are better"
    drawn = Table(
        "benchmark", "who", "figure", "lowest–highest", "unit", "ratio", title=title, caption=machine
    )
    for result in results:
        if result.ours is not None:
            drawn.add_row(result.name, result.ours.who, *_figures(result.ours), result.unit, "")
        for peer in result.peers:
            first = result.name if result.ours is None and peer is result.peers[0] else ""
            ratio = result.ratio(peer)
            shown = "" if ratio is None else f"{ratio:.2f}"
            drawn.add_row(first, peer.who, *_figures(peer), result.unit, shown)
        drawn.add_section()
    return drawn


def _figures(figure: Figure) -> tuple[str, str]:
    spread = "" if figure.low == figure.high else f"{_short(figure.low)}–{_short(figure.high)}"
    return _short(figure.value), spread


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(results: Iterable[Result], machine: str, path: Path) -> None:
    """The results for programs."""
    rows = [
        {
            "name": result.name,
            "unit": result.unit,
            "ours": None if result.ours is None else _row(result.ours),
            "peers": [_row(peer) | {"ratio": _rounded(result.ratio(peer))} for peer in result.peers],
        }
        for result in results
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "results": rows}, indent=2) + "\n")


def _row(figure: Figure) -> dict[str, object]:
    return {
        "who": figure.who,
        "value": _rounded(figure.value),
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def machine(folder: Path) -> str:
    """What is measured on: cores, how busy they were, and how long this disk takes to make 4 KB durable."""
    folder.mkdir(parents=True, exist_ok=True)
    milliseconds = statistics.median(_syncs(folder / "sync.probe")) * 1000
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the end, an fsync takes {milliseconds:.2f} ms"


def _syncs(path: Path) -> list[float]:
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_SYNCS):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return times
