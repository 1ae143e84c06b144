"""Runs the benchmarks whose name begins with the given prefix: `python -m tests.benchmarks [PREFIX]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from bot.serving import keep_what_start_made
from tests.benchmarks import (
    anonymity,
    coding,
    engine,
    plans,
    reminders,
    reports,
    telegram,
    themes,
    turns,
)
from tests.benchmarks.results import Result, machine, table, write

BENCHMARKS: dict[str, Callable[[], Iterator[Result]]] = {
    "anonymity.flush": anonymity.flushing,
    "anonymity.submit": anonymity.submitting,
    "receipts.check": anonymity.checking,
    "turns.durable": turns.durable,
    "turns.worded": turns.worded,
    "turns.telegram.sqlite": telegram.sqlite,
    "turns.telegram.postgres": telegram.postgres,
    "turns.telegram.latency": telegram.latency,
    "turns.telegram.memory": telegram.memory,
    "engine.large_form": engine.large,
    "engine.answer_p99": engine.slowest,
    "engine.state_codec": engine.codec,
    "forms.check": engine.checking,
    "coding.quality": coding.quality,
    "coding.speed": coding.speed,
    "jobs.reminders.sqlite": reminders.sqlite,
    "jobs.reminders.postgres": reminders.postgresql,
    "reminders.scan": plans.scan,
    "reminders.year": plans.year,
    "reports.html": reports.html,
    "reports.pdf": reports.pdf,
    "reports.docx": reports.docx,
    "themes.results": themes.counting,
    "themes.stored": themes.stored,
}
OUTPUT = Path("build/bench.json")


def main() -> int:
    """Run, show, write. 2 when nothing has such a name."""
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [run for name, run in BENCHMARKS.items() if name.startswith(prefix)]
    console = Console(width=140)
    if not chosen:
        console.print(f"No benchmark begins with “{prefix}”. There are: {', '.join(BENCHMARKS)}.")
        return 2
    keep_what_start_made()  # as the server does, for us and for who runs in this process beside us
    results = [result for run in chosen for result in run()]
    measured_on = machine(OUTPUT.parent)
    console.print(table(results, measured_on))
    write(results, measured_on, OUTPUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
