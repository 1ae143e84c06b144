"""How long the report of an audit takes: 30 findings, 120 actions, the full view as a page."""

from __future__ import annotations

import time
from collections.abc import Iterator

from reports.audit import AuditReport, assemble
from reports.audit.rendering import html
from reports.audit.views import View, document
from tests.benchmarks.results import OURS, Result, median, single
from tests.reports import audited

FINDINGS, ACTIONS = 30, 120
_ROUNDS = 7
_AIM = 0.5  # seconds


def pages() -> Iterator[Result]:
    """From material to the page, seconds."""
    material = audited.material(FINDINGS, ACTIONS)
    rounds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        report = assemble(material)
        assert isinstance(report, AuditReport)
        html(document(report, View.FULL))
        rounds.append(time.perf_counter() - start)
    aim = single("the aim", _AIM)
    yield Result("reports.html", "s", median(OURS, rounds), (aim,), less_is_better=True)
