"""Numbers for whoever runs Candour, as Prometheus reads them. Nothing per person, per audit, per form or per chat.

Every label has a closed set of values, and every series is there from the start, at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from typing import Final, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_Label = TypeVar("_Label", bound=StrEnum)


class TurnOutcome(StrEnum):
    """What came of a message."""

    PLAYED = "played"  # the conversation went on
    REPEATED = "repeated"  # it came before, and changed nothing
    STALE = "stale"  # a button of a question that has passed
    REFUSED = "refused"  # no such audit, closed, too much at once, stopping
    FAILED = "failed"  # our fault


class UpdateKind(StrEnum):
    """What came in from a channel."""

    MESSAGE = "message"
    TAP = "tap"
    FILE = "file"
    OTHER = "other"  # stickers, edits, groups: nothing that is kept


class SendOutcome(StrEnum):
    """What came of sending something."""

    SENT = "sent"
    AGAIN = "again"  # the network failed: it is tried again
    BLOCKED = "blocked"  # the person blocked the bot or is gone: for good
    FAILED = "failed"  # refused for good, for another reason
    PAUSED = "paused"  # held back, because this chat is told too much at once


class JobOutcome(StrEnum):
    """What came of a job."""

    DONE = "done"
    DROPPED = "dropped"  # what it was for no longer holds
    AGAIN = "again"
    FAILED = "failed"


class Metrics:
    """The numbers of one process, in a registry of their own. Made once, handed to whoever counts."""

    def __init__(self) -> None:
        # Else each counter has a second series, which says when it began.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        build = Info("candour_build", "Which Candour this is.", registry=self._registry)
        build.info({"version": version("candour")})
        self._count_turns()
        self._count_telegram()
        self._count_the_rest()

    def _count_turns(self) -> None:
        counter = partial(Counter, registry=self._registry)
        histogram = partial(Histogram, registry=self._registry)
        self._turns = _by(
            TurnOutcome, counter("candour_turns", "Messages by what came of them.", ["outcome"])
        )
        self._turn_seconds = histogram(
            "candour_turn_seconds", "From taking a message until its effect is on the disk.", buckets=SECONDS
        )
        self._group_size = histogram("candour_group_size", "Messages in one transaction.", buckets=SIZES)
        self._waiting = Gauge("candour_turns_waiting", "Messages that wait.", registry=self._registry)

    def _count_telegram(self) -> None:
        counter = partial(Counter, registry=self._registry)
        histogram = partial(Histogram, registry=self._registry)
        self._updates = _by(UpdateKind, counter("candour_updates", "What came in from Telegram.", ["kind"]))
        self._set_aside = counter("candour_updates_set_aside", "What came in and failed three times.")
        self._sends = _by(SendOutcome, counter("candour_sends", "Messages to people.", ["outcome"]))
        self._send_seconds = histogram(
            "candour_send_seconds", "From sending until Telegram took it.", buckets=SECONDS
        )
        self._too_many = counter("candour_too_many_requests", "How often Telegram answered 429.")

    def _count_the_rest(self) -> None:
        counter = partial(Counter, registry=self._registry)
        self._jobs = _by(JobOutcome, counter("candour_jobs", "Jobs by what came of them.", ["outcome"]))
        self._database_up = Gauge(
            "candour_database_up", "1 while the database answers, else 0.", registry=self._registry
        )
        self._database_up.set(1)
        self._database_failures = counter("candour_database_failures", "How often it did not answer.")

    def turn_ended(self, outcome: TurnOutcome, seconds: float | None = None) -> None:
        """A message was dealt with; `seconds` from taking it to the commit, when there was one."""
        self._turns[outcome].inc()
        if seconds is not None:
            self._turn_seconds.observe(seconds)

    def group_committed(self, size: int) -> None:
        """So many messages went to the disk in one transaction."""
        self._group_size.observe(size)

    def watch_queue(self, length: Callable[[], int]) -> None:
        """Ask this, whenever the numbers are read, how many messages wait."""
        self._waiting.set_function(length)

    def update_received(self, kind: UpdateKind) -> None:
        """Something came in from Telegram."""
        self._updates[kind].inc()

    def update_set_aside(self) -> None:
        """An update failed for the last time and was put aside."""
        self._set_aside.inc()

    def send_ended(self, outcome: SendOutcome, seconds: float | None = None) -> None:
        """Something was sent, or was not; `seconds` until the channel took it."""
        self._sends[outcome].inc()
        if seconds is not None:
            self._send_seconds.observe(seconds)

    def too_many_requests(self) -> None:
        """Telegram answered 429."""
        self._too_many.inc()

    def job_ended(self, outcome: JobOutcome) -> None:
        """A job ran."""
        self._jobs[outcome].inc()

    def database_answered(self, *, well: bool) -> None:
        """The database answered, or did not."""
        self._database_up.set(well)
        if not well:
            self._database_failures.inc()

    def names(self) -> list[str]:
        """The names of all that is measured about Candour, as they are read."""
        found = (metric.name + _ENDING.get(metric.type, "") for metric in self._registry.collect())
        return sorted(name for name in found if name.startswith("candour_"))

    def render(self) -> bytes:
        """All numbers in the Prometheus text format."""
        return generate_latest(self._registry)


_ENDING: Final = {"counter": "_total", "info": "_info"}


def _by(labels: type[_Label], counter: Counter) -> Mapping[_Label, Counter]:
    """A counter for each value of its only label, looked up once."""
    return {label: counter.labels(label.value) for label in labels}
