"""The auditors of the example: what they heard, read and saw, and the themes that they tied it to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import beginning, worktable
from bot.clock import Clock
from bot.recording import Recorder
from bot.services.access import EXAMPLE_LEAD
from bot.stock import Stock
from dialogues.interview import State
from dialogues.rehearsal import rehearse
from reports.coding import Coded, Decision, Direction
from reports.hours import local_day
from storage.cases import Case
from storage.coding import Excerpt
from storage.slips import LEAD
from storage.unit_of_work import Storage

_FIRST_INTERVIEW, _EVERY = -193, 2  # days; each interview two days after the one before
_RECORDS, _OBSERVED = -186, -184


class Casework:
    """Cases of one audit, each answered by the real engine and handed in on its day.

    `cases`: those that are evidence, by what the example calls them (`interview 1`).
    """

    def __init__(self, storage: Storage, audit: str, clock: Clock) -> None:
        self.storage = storage
        self.audit = audit
        self.clock = clock
        self.cases: dict[str, Case] = {}
        self._stock = Stock(storage.cost)
        with storage.reading() as work:
            led = work.people.of(audit, LEAD)
            self.lead = next(each.account for each in led if work.access.name(each.account) == EXAMPLE_LEAD)

    def on(self, day: int) -> datetime:
        """The moment of a day, counted from the day on which the example is played."""
        return self.clock.now() + timedelta(days=day)

    def tell(
        self,
        form: str,
        account: bytes,
        answers: Mapping[str, Any],
        day: int,
        about: Mapping[str, str] = beginning.NOTHING,
    ) -> Case:
        """Answer a form and hand it in. Raises ValueError when it cannot be handed in, NotTakenError."""
        now = self.on(day)
        with self.storage.writing() as work:
            case = beginning.begin(work, self.audit, form, account, local_day(now), about=about)
            asked = work.forms.get(case.digest)
            played = rehearse(asked, answers, now=now, invited=case.interview)
            refused = [each.question for each in played.turns if not each.accepted]
            if played.state is not State.SUBMITTED or played.unused or refused:
                raise ValueError(f"{form}: {played.state}, {refused}, {played.unused}")
            return Recorder(work, now, self._stock).take_case(case, asked, played.interview)

    def play(self, material: Mapping[str, Any]) -> None:
        """Everything that was heard, read and seen, coded."""
        for number, each in enumerate(material["interviews"]):
            answers = {"participant": each["participant"], **each["answers"]}
            day = _FIRST_INTERVIEW + _EVERY * number
            self.cases[f"interview {number + 1}"] = self._coded(
                "guided-interview", answers, each["codes"], day
            )
        for number, each in enumerate(material["records"], 1):
            self.cases[f"record {number}"] = self._record(each)
        for number, each in enumerate(material["observations"], 1):
            self.cases[f"observation {number}"] = self.tell("observation", self.lead, each, _OBSERVED)

    def piece(self, case: Case, words: str) -> bytes:
        """The excerpt of a case that has these words."""
        with self.storage.reading() as work:
            return _found([each for each in work.excerpts.of(self.audit) if each.source == case.id], words).id

    def _record(self, each: Mapping[str, Any]) -> Case:
        columns = each["columns"]
        sampled = [self._row(dict(zip(columns, row, strict=True))) for row in each["sampled"]]
        answers = {**each["answers"], "sampled": sampled, **each["shows"]}
        return self._coded("record-review", answers, each["codes"], _RECORDS)

    def _row(self, row: Mapping[str, Any]) -> dict[str, str]:
        """One record, with its days as dates, counted from the day of the check."""
        told = {
            name: self._day(value) if isinstance(value, int) else str(value) for name, value in row.items()
        }
        return {name: value for name, value in told.items() if value}

    def _day(self, day: int) -> str:
        return self.on(_RECORDS + day).date().isoformat()

    def _coded(
        self, form: str, answers: Mapping[str, Any], codes: Iterable[tuple[str, list[str], str]], day: int
    ) -> Case:
        case = self.tell(form, self.lead, answers, day)
        with self.storage.writing() as work:
            pieces = [each for each in work.excerpts.of(self.audit) if each.source == case.id]
            decided: dict[bytes, tuple[Coded, ...]] = {}
            for words, themes, direction in codes:
                piece = _found(pieces, words).id
                coded = (Coded(theme, Direction(direction)) for theme in themes)
                decided[piece] = (*decided.get(piece, ()), *coded)
            for piece, of_piece in decided.items():
                worktable.decide(work, self.audit, self.lead, piece, Decision(of_piece))
        return case


def _found(pieces: Iterable[Excerpt], words: str) -> Excerpt:
    found = [each for each in pieces if words in each.text]
    if len(found) != 1:
        raise ValueError(f"{len(found)} pieces have the words “{words}”.")
    return found[0]
