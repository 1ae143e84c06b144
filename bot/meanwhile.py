"""What others have written anew since somebody began to: neither is lost, and nothing is overwritten unread.

A finding or an action is written anew in a case upon the one in which it was written last (`Case.upon`). When another
was handed in meanwhile, the two are brought together question by question, and the case stands upon that one from then
on. What only one of them changed is taken over; what both changed stays as the holder of the case has it, and they
are told what the other wrote before they can hand in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot import beginning, cases, wording
from bot.wording import Voice, mark
from dialogues import engine
from dialogues.form import Choice, Form
from dialogues.interview import Interview, Path
from storage.cases import Case
from storage.slips import LEAD
from storage.unit_of_work import UnitOfWork

_LEAD_DID = mark("The safeguarding lead has changed this since you began.")
_AUDITOR_DID = mark("An auditor has changed this since you began.")
_YOU_DID = mark("You have changed this yourself since you began, in another place.")


class CaughtUp(Struct, frozen=True):
    """A case with what was written meanwhile; `told`: what its holder has to read first, '' when nothing clashes.

    It has no repr.
    """

    case: Case
    told: str

    def __repr__(self) -> str:
        return "CaughtUp"


def caught_up(work: UnitOfWork, case: Case, form: Form) -> CaughtUp | None:
    """The case brought together with what was handed in since it was begun; None when nothing was.

    Nobody else hands in for the audit until the transaction ends.
    """
    if not case.upon:
        return None
    work.casework.hold(case.audit)
    since = _since(work, case, form, case.upon)
    if len(since) == 1:
        return None
    sides = _Sides.of(form, case.interview, since)
    told = _told(work, case, since[1:], sides)
    against = case.upon if told else b""
    return CaughtUp(replace(case, interview=sides.together, upon=since[-1].id, against=against), told)


def told_again(work: UnitOfWork, case: Case, form: Form) -> str:
    """The same of a case that was brought together, as long as anything differs that its holder may not have read."""
    if not case.against:
        return ""
    since = _since(work, case, form, case.against)
    return _told(work, case, since[1:], _Sides.of(form, case.interview, since))


def _since(work: UnitOfWork, case: Case, form: Form, upon: bytes) -> list[Case]:
    """The case upon which this one stands, or stood, and those that were handed in after it."""
    written = beginning.written(work, case.audit, case.part_of, form.records)
    return written[[each.id for each in written].index(upon) :]


class _Sides(Struct, frozen=True):
    """The same form answered three times: as it was, by one, and by another."""

    form: Form
    was: Interview
    mine: Interview
    theirs: Interview

    @classmethod
    def of(cls, form: Form, mine: Interview, written: Sequence[Case]) -> _Sides:
        """All of them with the questions of this form, and with everything that can be chosen in either."""
        first, last = written[0].interview, written[-1].interview
        own = replace(mine, lists=_both(mine.lists, last.lists))
        was, theirs = (beginning.with_answers(own, each, form) for each in (first, last))
        return cls(form, was, own, theirs)

    @property
    def together(self) -> Interview:
        """One's own, with what only the other changed, and one turn further than both."""
        mine, theirs, taken = (
            self.mine,
            self.theirs,
            self.changed_by(self.theirs) - self.changed_by(self.mine),
        )
        return replace(
            mine,
            answers={path: value for path, value in mine.answers.items() if _about(path) not in taken}
            | {path: value for path, value in theirs.answers.items() if _about(path) in taken},
            done=frozenset(path for path in mine.done if _about(path) not in taken)
            | {path for path in theirs.done if _about(path) in taken},
            counts={path: count for path, count in mine.counts.items() if path not in taken}
            | {path: count for path, count in theirs.counts.items() if path in taken},
            turn=max(mine.turn, theirs.turn) + 1,
        )

    def changed_by(self, one: Interview) -> set[Path]:
        """What somebody answered in another way than it was."""
        was, now = _parts(self.was), _parts(one)
        return {each for each in was.keys() | now.keys() if was.get(each) != now.get(each)}

    def differing(self) -> Iterator[tuple[str, str, str]]:
        """What both changed, or one and the other left no place for: the question, the other's words, and one's own."""
        mine, theirs, now = (_shown(self.form, each) for each in (self.mine, self.theirs, self.together))
        ours, others = self.changed_by(self.mine), self.changed_by(self.theirs)
        for each in dict.fromkeys((*mine, *theirs)):
            here, there = mine.get(each, ()), theirs.get(each, ())
            clash = each in ours & others and here != there
            if clash or (each in ours ^ others and (here if each in ours else there) and each not in now):
                label = next(label for label, _ in (*here, *there))
                yield label, _words(there), _words(here)


_Lines = tuple[tuple[str, str], ...]


def _both(
    one: dict[str, tuple[Choice, ...]], two: dict[str, tuple[Choice, ...]]
) -> dict[str, tuple[Choice, ...]]:
    """What can be chosen from either, each choice once."""
    named = {name: {choice.name: choice for choice in two.get(name, ())} for name in one.keys() | two.keys()}
    return {
        name: tuple((there | {choice.name: choice for choice in one.get(name, ())}).values())
        for name, there in named.items()
    }


def _about(path: Path) -> Path:
    """What is changed as a whole: a question, or the repeat that it stands in."""
    return path.partition("[")[0]


def _parts(interview: Interview) -> dict[Path, dict[Path, str | int]]:
    """The answers by what they are about; of a repeat how many there are, too."""
    found: defaultdict[Path, dict[Path, str | int]] = defaultdict(dict)
    for path, value in interview.answers.items():
        found[_about(path)][path] = value
    for path, count in interview.counts.items():
        found[_about(path)][f"{path}[]"] = count
    return dict(found)


def _shown(form: Form, interview: Interview) -> dict[Path, _Lines]:
    """What is asked at present by what it is about: the question and the answer in words, '' when there is none."""
    found: defaultdict[Path, _Lines] = defaultdict(tuple)
    for item in engine.history(form, replace(interview)):
        words = wording.said(item, interview.language) if item.answer else ""
        found[_about(item.question)] += ((item.label, words),)
    return dict(found)


def _words(lines: _Lines) -> str:
    return "; ".join(words for _, words in lines if words)


def _told(work: UnitOfWork, case: Case, since: Iterable[Case], sides: _Sides) -> str:
    """Who has written what in another way; '' when it goes together."""
    differing = list(sides.differing())
    return "\n\n".join(_paragraphs(work, case, since, differing)) if differing else ""


def _paragraphs(
    work: UnitOfWork, case: Case, since: Iterable[Case], differing: Iterable[tuple[str, str, str]]
) -> Iterator[str]:
    _ = wording.voice(case.interview.language)
    yield from dict.fromkeys(_(_who(work, case, each)) for each in since)
    for label, theirs, mine in differing:
        yield _differs(label, theirs, mine, _)
    yield _("Nothing was handed in, and all of your answers are still here.")
    yield _(
        "If yours should stand, hand them in again. You can change them first, or stop and leave it as it is now."
    )


def _who(work: UnitOfWork, case: Case, other: Case) -> str:
    if other.holder == case.holder:
        return _YOU_DID
    return _LEAD_DID if cases.acting(work, other) == LEAD else _AUDITOR_DID


def _differs(label: str, theirs: str, mine: str, _: Voice) -> str:
    nothing = _("no answer")
    return _(
        "“{question}” Now it says: {theirs}. You wrote: {mine}.",
        question=label,
        theirs=f"“{theirs}”" if theirs else nothing,
        mine=f"“{mine}”" if mine else nothing,
    )
