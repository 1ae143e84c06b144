"""How long the report of an audit takes, and how much memory: 30 findings, 120 actions, the full view as each file."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from bot.services.reporting import Format, written
from reports.audit import AuditReport, assemble
from reports.audit.views import View
from tests.benchmarks.results import OURS, Result, median, single
from tests.reports import audited

FINDINGS, ACTIONS = 30, 120
_ROUNDS = 7
_AIMS = {Format.HTML: 0.5, Format.PDF: 1.0, Format.DOCX: 1.0}  # seconds
_MOST = 300  # MB
_KB = 1024


def html() -> Iterator[Result]:
    """The report as a page."""
    yield from _measured(Format.HTML)


def pdf() -> Iterator[Result]:
    """The report as PDF, with the start of the process in which Typst works."""
    yield from _measured(Format.PDF)


def docx() -> Iterator[Result]:
    """The report as a Word file, with its pictures."""
    yield from _measured(Format.DOCX)


def _measured(wanted: Format) -> Iterator[Result]:
    """From material to the file, seconds; and MB at the peak of processes that make one."""
    aim = single("the aim", _AIMS[wanted])
    rounds = [_timed(wanted) for _ in range(_ROUNDS)]
    yield Result(f"reports.{wanted}", "s", median(OURS, rounds), (aim,), less_is_better=True)
    peak, most = single(OURS, _peak(wanted)), single("the aim", _MOST)
    yield Result(f"reports.{wanted}: memory", "MB", peak, (most,), less_is_better=True)


def _timed(wanted: Format) -> float:
    material = audited.material(FINDINGS, ACTIONS)
    start = time.perf_counter()
    report = assemble(material)
    assert isinstance(report, AuditReport)
    written(report, View.FULL, wanted)
    return time.perf_counter() - start


def _peak(wanted: Format) -> float:
    """What a fresh process takes at most, with the one in which Typst works."""
    command = [sys.executable, "-m", __name__, wanted.value]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _taken(wanted: Format) -> float:
    _timed(wanted)
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(each).ru_maxrss for each in whose) / _KB


if __name__ == "__main__":
    print(_taken(Format(sys.argv[1])))
