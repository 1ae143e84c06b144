"""The table at which an auditor ties what people said to themes: an excerpt at a time, each decided on its own.

Functions on a transaction, for the pages and for the chat. Of anonymous excerpts an auditor sees the words and the
question, never a group. A decision is its coder's own: somebody else's about the same excerpt stays beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.cases import is_told, participant
from dialogues.form import Form, Question, Text
from reports import grouping
from reports.agreement import Comparison, Disagreement, compared, disagreement, double_coded
from reports.codebook import Codebook, Standing
from reports.coding import Coded, Decision, Direction
from reports.learning import Confirmed
from reports.suggesting import Piece, Suggestion
from storage.answers import Written
from storage.coding import Coding, Excerpt, Origin, cut
from storage.unit_of_work import UnitOfWork

_STEP = 5  # percent
SETTLED = bytes(16)  # the coder of what two coders have settled together: no account, these are random
LONGEST_MEMO = 2000  # characters
MOST_DIGITS = 6  # of a number that somebody sends: no place in a text needs more


class Suggested(Struct, frozen=True):
    """A code that may fit, and why; `like`: the words of the confirmed excerpt that is most like it.

    They are empty where nothing is like it, and where one of the two was written without a name: then nothing may say
    which anonymous answers are alike, nor show one beside another.
    """

    suggestion: Suggestion
    like: str = ""

    @property
    def code(self) -> str:
        """The code."""
        return self.suggestion.code

    @property
    def coded(self) -> Coded:
        """What one press decides: without any cue it is taken for a weakness, which is seen and can be turned."""
        return Coded(self.code, self.suggestion.direction or Direction.WEAKNESS)

    def __repr__(self) -> str:
        return f"Suggested({self.code!r})"


class Card(Struct, frozen=True, kw_only=True):
    """An excerpt as an auditor has it before them. It has no repr.

    `about` says whom an interview was with or which record was looked at; empty for anonymous words. `before` and
    `after` are what stands around the excerpt in the same answer. `mine` is what this auditor decided so far.
    """

    excerpt: Excerpt
    audit: str
    form: Text
    question: Text
    about: str
    before: str
    after: str
    number: int
    total: int
    mine: Decision | None = None
    suggestions: tuple[Suggested, ...] = ()
    book: Codebook
    blind: bool = False

    @property
    def percent(self) -> int:
        """How much of all was looked at before it, in steps: a count would tell how many wrote, and who took back."""
        return 100 * (self.number - 1) // self.total // _STEP * _STEP

    def __repr__(self) -> str:
        return f"Card({self.percent} %)"


class Side(Struct, frozen=True):
    """What one of the two decided, and how they are called. It has no repr."""

    name: str
    decision: Decision

    def __repr__(self) -> str:
        return f"Side({self.decision!r})"


class Dispute(Struct, frozen=True):
    """An excerpt that two did not code alike, side by side; `settled` is what they agreed on afterwards.

    `mark` is that of what they decided: see `mark_of`. It has no repr.
    """

    excerpt: Excerpt
    question: Text
    sides: tuple[Side, ...]
    mark: str
    settled: Decision | None = None

    def __repr__(self) -> str:
        return f"Dispute({len(self.sides)} sides)"


class Agreement(Struct, frozen=True):
    """How far coders agree, and where they do not: what is not settled yet comes first."""

    comparison: Comparison
    disputes: tuple[Dispute, ...]

    def __repr__(self) -> str:
        return f"Agreement({len(self.disputes)} disputes)"


class Loose(Struct, frozen=True):
    """Excerpts that nothing fits, and what they share: words, or nothing for those that stand alone. It has no repr."""

    words: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]

    def __repr__(self) -> str:
        return f"Loose({len(self.excerpts)} excerpts)"


class Progress(Struct, frozen=True):
    """How many excerpts there are, how many somebody has coded, and of these how many fit nothing."""

    total: int
    coded: int
    nothing: int


def open_words(work: UnitOfWork, name: str, written: Iterable[Written]) -> int:
    """Cut what people wrote in their own words into excerpts. Returns how many answers were cut."""
    forms = Forms(work)
    found = [
        Excerpt(
            audit=name,
            form=each.form,
            question=each.question,
            origin=Origin.ANONYMOUS,
            source=each.tag,
            text=each.text,
            quotable=each.quotable,
        )
        for each in written
        if is_told(forms.question(each.form, each.question))
    ]
    work.excerpts.keep(piece for answer in found for piece in cut(answer))
    return len(found)


def decided(work: UnitOfWork, name: str) -> dict[bytes, dict[bytes, Decision]]:
    """What was decided in an audit, by excerpt and coder; nothing for an excerpt that nobody has coded."""
    found: dict[bytes, dict[bytes, Decision]] = defaultdict(dict)
    for each in work.codings.of(name):
        found[each.excerpt][each.coder] = each.decision
    return found


def decide(work: UnitOfWork, name: str, account: bytes, excerpt: bytes, decision: Decision) -> bool:
    """Keep what this auditor decided; the same again changes nothing. What was settled about it holds no longer.

    False when the excerpt is not there any more, since its answer was taken back; or when it was to be coded blind
    and is not of this auditor's sample.
    """
    kept = replace(
        decision,
        memo=decision.memo.strip()[:LONGEST_MEMO],
        shown=() if decision.blind else decision.shown,
        codes=_once(decision.codes),
        codebook=work.codebooks.present().version,
    )
    if excerpt_of(work, name, excerpt) is None:
        return False
    if decision.blind and excerpt not in double_coded(first_hand(work, name), account):
        return False
    if work.codings.decision(excerpt, account) != kept:
        work.codings.decide(name, Coding(excerpt, account, kept))
        work.codings.drop(excerpt, SETTLED)
    return True


def turn(
    work: UnitOfWork, name: str, account: bytes, excerpt: bytes, code: str, direction: Direction
) -> bool:
    """Give a code that this auditor has decided on another direction, in the same decision: undo takes both back.

    False when there is nothing to turn.
    """
    mine = work.codings.decision(excerpt, account) if excerpt_of(work, name, excerpt) else None
    if mine is None or code not in {each.code for each in mine.codes}:
        return False
    codes = tuple(Coded(code, direction) if each.code == code else each for each in mine.codes)
    work.codings.amend(Coding(excerpt, account, replace(mine, codes=codes)))
    work.codings.drop(excerpt, SETTLED)
    return True


def undo(work: UnitOfWork, name: str, account: bytes, excerpt: bytes) -> bool:
    """Go back to what this auditor had decided before. False when there is nothing to take back."""
    if excerpt_of(work, name, excerpt) is None or not work.codings.undo(excerpt, account):
        return False
    work.codings.drop(excerpt, SETTLED)
    return True


def settle(work: UnitOfWork, name: str, excerpt: bytes, seen: str, codes: Sequence[Coded]) -> bool:
    """Keep what coders who disagreed have settled together: it counts in the place of what each decided.

    `seen` is the `Dispute.mark` of what lay before them. False when a coder has decided anew since, or the excerpt
    is not there any more.
    """
    if excerpt_of(work, name, excerpt) is None or mark_of(work.codings.about(excerpt)) != seen:
        return False
    decision = Decision(_once(codes), codebook=work.codebooks.present().version)
    work.codings.decide(name, Coding(excerpt, SETTLED, decision))
    return True


def unsettle(work: UnitOfWork, name: str, excerpt: bytes) -> bool:
    """Take back what was settled. False when nothing was, or the excerpt is not there any more."""
    return excerpt_of(work, name, excerpt) is not None and work.codings.drop(excerpt, SETTLED)


def mark_of(by: Mapping[bytes, Decision]) -> str:
    """A mark of what coders decided about one excerpt, which changes when one of them decides anew."""
    sides = sorted((coder, each.codes) for coder, each in by.items() if coder != SETTLED)
    return hashlib.blake2b(msgspec.msgpack.encode(sides), digest_size=16).hexdigest()


def split(work: UnitOfWork, name: str, account: bytes, excerpt: bytes, at: int) -> bool:
    """Cut an excerpt in two before this character.

    False when one part would be empty, or somebody else has coded it.
    """
    found = excerpt_of(work, name, excerpt)
    if found is None or not found.text[: max(0, at)].strip() or not found.text[at:].strip():
        return False
    if any(each.excerpt == excerpt and each.coder != account for each in work.codings.of(name)):
        return False
    work.excerpts.split(found, at)
    return True


def places(text: str) -> tuple[tuple[int, str], ...]:
    """Where an excerpt could be split: before each word but the first, with the words that would come then."""
    words = [match.start() for match in re.finditer(r"\S+", text)][1:]
    return tuple((at, " ".join(text[at:].split()[:4])) for at in words)


def place_of(text: str, typed: str) -> int | None:
    """Where somebody wants to split: they write the first words of the second part, or its number in `places`."""
    wanted, offered = " ".join(typed.split()).casefold(), places(text)
    if wanted.isdecimal() and len(wanted) <= MOST_DIGITS and 0 < int(wanted) <= len(offered):
        return offered[int(wanted) - 1][0]
    return next(
        (at for at, _ in offered if wanted and " ".join(text[at:].split()).casefold().startswith(wanted)),
        None,
    )


class Forms:
    """The forms that are needed, each looked up once."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._known: dict[str, Form] = {}

    def get(self, digest: str) -> Form:
        """The form of this digest."""
        if digest not in self._known:
            self._known[digest] = self._work.forms.get(digest)
        return self._known[digest]

    def question(self, digest: str, path: str) -> Question | None:
        """Its question at this path, if there is one."""
        return self.get(digest).questions.get(path)


class Worktable:
    """Everything that there is to code in an audit, as one auditor sees it.

    With `named` it shows nothing that was written without a name, not even as a reason: so it is in chats, where others
    see every word and nothing can be taken back. Suggestions are learned from all that was coded.
    """

    def __init__(self, work: UnitOfWork, name: str, account: bytes, *, named: bool = False) -> None:
        self.audit = work.casework.audit(name)
        self._every = work.excerpts.of(name)
        self.excerpts = tuple(each for each in self._every if not (named and each.origin is Origin.ANONYMOUS))
        self.book = work.codebooks.present()
        self._account = account
        self._work = work
        self.forms = Forms(work)
        self._ranks = _ranks(self.excerpts)
        self.decided: dict[bytes, dict[bytes, Decision]] = {}
        self.look_again()

    def look_again(self) -> None:
        """Read anew what was decided."""
        self.decided = decided(self._work, self.audit.id)

    def order(self, excerpt: Excerpt) -> tuple[int, bytes]:
        """The first of each source before the second of any; among these an order of this account's own."""
        own = hashlib.blake2b(excerpt.source + excerpt.id, key=self._account, digest_size=8).digest()
        return self._ranks[excerpt.id], own

    def next(self) -> Card | None:
        """The next that nobody has coded; None when there is none."""
        left = [each for each in self.excerpts if not self.decided[each.id]]
        done = len(self.excerpts) - len(left)
        return self.card(min(left, key=self.order), done + 1) if left else None

    def again(self, excerpt: bytes) -> Card | None:
        """This one, once more; None when it is not there any more."""
        ranked = sorted(self.excerpts, key=self.order)
        found = next((place for place, each in enumerate(ranked) if each.id == excerpt), None)
        return None if found is None else self.card(ranked[found], found + 1)

    def next_blind(self, wanted: bytes = b"") -> Card | None:
        """The next of the sample that is coded a second time, without suggestions; None when there is none.

        `wanted`: this one of it, if it is still to be coded.
        """
        here = {each.id: each for each in self.excerpts}
        everywhere = double_coded(first_hand(self._work, self.audit.id), self._account)
        sample = [each for each in everywhere if each in here]
        left = [each for each in sample if self._account not in self.decided[each]]
        if not left:
            return None
        chosen = wanted if wanted in left else left[0]
        number = len(sample) - len(left) + 1
        return replace(self.card(here[chosen], number, blind=True), total=len(sample))

    def waits_elsewhere(self) -> bool:
        """Whether there is something to code that is not shown here."""
        here = {each.id for each in self.excerpts}
        return any(each.id not in here and not self.decided[each.id] for each in self._every)

    def progress(self) -> Progress:
        """How far all coders together have come."""
        coded = [by for each in self.excerpts if (by := self.decided[each.id])]
        nothing = sum(map(self._fits_nothing, self.excerpts))
        return Progress(len(self.excerpts), len(coded), nothing)

    def loose(self) -> tuple[Loose, ...]:
        """The excerpts that were coded and that nothing fits, put together by what they share; the rest last."""
        known = {each.id: each for each in self.excerpts if self._fits_nothing(each)}
        groups = grouping.grouped([grouping.Loose(each.id, each.text) for each in known.values()])
        found = [Loose(group.words, tuple(known.pop(each) for each in group.excerpts)) for group in groups]
        return (*found, Loose((), tuple(known.values()))) if known else tuple(found)

    def unsure(self) -> tuple[Excerpt, ...]:
        """The excerpts that a code was tied to which was divided or retired since: a person looks again."""
        return tuple(
            each
            for each in self.excerpts
            if any(
                self.book.now(code).standing is Standing.LOOK_AGAIN for code in _codes(self.decided[each.id])
            )
        )

    def _fits_nothing(self, excerpt: Excerpt) -> bool:
        by = self.decided[excerpt.id]
        return bool(by) and not counted(by)

    def agreement(self) -> Agreement:
        """How far those agreed who coded the same excerpts, all but one of them blind, before they talked about it.

        Codes are taken for what they mean today. Of the excerpts on which they did not agree those are laid side by
        side on which they still do not, or which they have settled.
        """
        first = {
            excerpt: {coder: self._today(each) for coder, each in by.items()}
            for excerpt, by in first_hand(self._work, self.audit.id).items()
        }
        found = compared(first, {each.id: len(each.text) for each in self.excerpts})
        known = {each.id: each for each in self.excerpts}
        disputes = [
            self._dispute(known[each.excerpt], each)
            for each in found.disagreements
            if self._is_open(each) or SETTLED in self.decided[each.excerpt]
        ]
        return Agreement(found, tuple(sorted(disputes, key=lambda each: each.settled is not None)))

    def _is_open(self, found: Disagreement) -> bool:
        decided = self.decided[found.excerpt]
        sides = {each.coder: self._today(decided[each.coder]) for each in found.sides}
        return disagreement(found.excerpt, sides) is not None

    def _today(self, decision: Decision) -> Decision:
        """The decision with its codes as they are called today."""
        codes = tuple(Coded(self.book.now(each.code).code, each.direction) for each in decision.codes)
        return replace(decision, codes=codes)

    def _dispute(self, excerpt: Excerpt, found: Disagreement) -> Dispute:
        decided = self.decided[excerpt.id]
        sides = (Side(self._work.access.name(each.coder), decided[each.coder]) for each in found.sides)
        return Dispute(excerpt, self.question(excerpt), tuple(sides), mark_of(decided), decided.get(SETTLED))

    def card(self, excerpt: Excerpt, number: int, *, blind: bool = False) -> Card:
        """This one, as it is laid before the auditor."""
        form = self.forms.get(excerpt.form)
        question = form.questions.get(excerpt.question)
        around = [each for each in self.excerpts if each.answer == excerpt.answer]
        return Card(
            excerpt=excerpt,
            audit=self.audit.name,
            form=form.title,
            question=self.question(excerpt),
            about=self._about(excerpt),
            before=_joined(each for each in around if each.place < excerpt.place),
            after=_joined(each for each in around if each.place > excerpt.place),
            number=number,
            total=len(self.excerpts),
            mine=self.decided[excerpt.id].get(self._account),
            suggestions=() if blind else self._suggested(excerpt, question),
            book=self.book,
            blind=blind,
        )

    def _suggested(self, excerpt: Excerpt, question: Question | None) -> tuple[Suggested, ...]:
        confirmed = sum(bool(by) for by in self.decided.values())
        there = {each.id: each for each in self._every}
        suggester = self._work.suggesters.get(
            self.audit.id, self.book, there.keys(), confirmed, self._confirmed
        )
        (found,) = suggester.suggest([_piece(excerpt, question)])
        return tuple(Suggested(each, _quoted(excerpt, there.get(each.like))) for each in found)

    def _confirmed(self) -> list[Confirmed]:
        return [
            Confirmed(each.id, _piece(each, self.forms.question(each.form, each.question)), _codes(by))
            for each in self._every
            if (by := self.decided[each.id])
        ]

    def question(self, excerpt: Excerpt) -> Text:
        """What was asked, in words."""
        found = self.forms.question(excerpt.form, excerpt.question)
        return found.label if found else Text()

    def _about(self, excerpt: Excerpt) -> str:
        case = None if excerpt.origin is Origin.ANONYMOUS else self._work.cases.get(excerpt.source)
        return participant(self.forms.get(case.digest), case.interview) if case else ""


def first_hand(work: UnitOfWork, name: str) -> dict[bytes, dict[bytes, Decision]]:
    """What each coder decided first, by excerpt and coder: before they talked, and without what they settled then."""
    found: dict[bytes, dict[bytes, Decision]] = defaultdict(dict)
    for each in work.codings.first(name):
        if each.coder != SETTLED:
            found[each.excerpt][each.coder] = each.decision
    return dict(found)


def counted(by: Mapping[bytes, Decision]) -> tuple[Coded, ...]:
    """The codes that count for an excerpt, of what each coder decided.

    What was settled; else what those decided who were not blind, together; else what the blind ones did. A code that
    two give different directions is mixed.
    """
    settled = by.get(SETTLED)
    if settled is not None:
        return settled.codes
    openly = [each for each in by.values() if not each.blind]
    given: dict[str, set[Direction]] = defaultdict(set)
    for coded in (coded for each in openly or by.values() for coded in each.codes):
        given[coded.code].add(coded.direction)
    return tuple(
        Coded(code, directions.pop() if len(directions) == 1 else Direction.MIXED)
        for code, directions in sorted(given.items())
    )


def _quoted(excerpt: Excerpt, like: Excerpt | None) -> str:
    """The words of the one that is like it, when both were said under a name or role."""
    is_open = like is not None and excerpt.origin is like.origin is Origin.NAMED
    return like.text if like is not None and is_open else ""


def _codes(by: Mapping[bytes, Decision]) -> tuple[str, ...]:
    return tuple(each.code for each in counted(by))


def _piece(excerpt: Excerpt, question: Question | None) -> Piece:
    if question is None:
        return Piece(excerpt.text)
    theme, *_others = question.theme.split() or [""]
    return Piece(excerpt.text, theme, question.polarity)


def excerpt_of(work: UnitOfWork, name: str, excerpt: bytes) -> Excerpt | None:
    """The excerpt, if it is one of this audit."""
    found = work.excerpts.get(excerpt)
    return found if found is not None and found.audit == name else None


def _ranks(excerpts: Sequence[Excerpt]) -> dict[bytes, int]:
    """The how-manieth each excerpt is of its source."""
    of_source: Mapping[bytes, list[Excerpt]] = defaultdict(list)
    for each in excerpts:
        of_source[each.source].append(each)
    return {
        each.id: rank
        for those in of_source.values()
        for rank, each in enumerate(sorted(those, key=lambda one: (one.question, one.instance, one.place)))
    }


def _joined(around: Iterable[Excerpt]) -> str:
    return " ".join(each.text for each in sorted(around, key=lambda one: one.place))


def _once(codes: Iterable[Coded]) -> tuple[Coded, ...]:
    """Each code once, as it was given last."""
    return tuple({each.code: each for each in codes}.values())
