"""How long the report of an audit takes, and how much memory: 30 findings, 120 actions, the full view as each file."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from reports.audit import AuditReport, assemble, printing, rendering, word
from reports.audit.blocks import Document
from reports.audit.paper import Imprint, imprint
from reports.audit.views import View, document
from tests.benchmarks.results import OURS, Result, median, single
from tests.reports import audited

FINDINGS, ACTIONS = 30, 120
_ROUNDS = 7
_AIMS = {"html": 0.5, "pdf": 1.0, "docx": 1.0}  # seconds
_WRITTEN: Mapping[str, Callable[[Document, Imprint], object]] = {
    "html": lambda shown, _: rendering.html(shown),
    "pdf": printing.pdf,
    "docx": word.docx,
}
_MOST = 300  # MB
_KB = 1024


def html() -> Iterator[Result]:
    """The report as a page."""
    yield from _measured("html")


def pdf() -> Iterator[Result]:
    """The report as PDF, with the start of the process in which Typst works."""
    yield from _measured("pdf")


def docx() -> Iterator[Result]:
    """The report as a Word file, with its pictures."""
    yield from _measured("docx")


def _measured(wanted: str) -> Iterator[Result]:
    """From material to the file, seconds; and MB at the peak of processes that make one."""
    aim = single("the aim", _AIMS[wanted])
    rounds = [_timed(wanted) for _ in range(_ROUNDS)]
    yield Result(f"reports.{wanted}", "s", median(OURS, rounds), (aim,), less_is_better=True)
    peak, most = single(OURS, _peak(wanted)), single("the aim", _MOST)
    yield Result(f"reports.{wanted}: memory", "MB", peak, (most,), less_is_better=True)


def _timed(wanted: str) -> float:
    material = audited.material(FINDINGS, ACTIONS)
    start = time.perf_counter()
    report = assemble(material)
    assert isinstance(report, AuditReport)
    _WRITTEN[wanted](document(report, View.FULL), imprint(report))
    return time.perf_counter() - start


def _peak(wanted: str) -> float:
    """What a fresh process takes at most, with the one in which Typst works."""
    command = [sys.executable, "-m", __name__, wanted]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _taken(wanted: str) -> float:
    _timed(wanted)
    status = Path("/proc/self/status").read_text()  # ru_maxrss would begin with that of whoever started us
    ours = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return (ours + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / _KB


if __name__ == "__main__":
    print(_taken(sys.argv[1]))
