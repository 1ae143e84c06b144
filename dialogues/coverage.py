"""Random walks through a form: what is reached, what never is, and how long interviews get.

The walks are played by the engine itself. The same form, seed and day give the same walks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from statistics import median_low

from msgspec import Struct
from msgspec.structs import replace

from dialogues.engine import Turn, advance, invite, prompts
from dialogues.form import Form, Kind, Question
from dialogues.interview import Path, State, static
from dialogues.moves import Another, Answer, Begin, Confirm, Skip, Submit, Wording
from dialogues.outline import Spot
from dialogues.prompts import Ask, ConfirmWording, Prompt, Review, Say
from dialogues.samples import Samples, examples
from dialogues.scene import Scene
from dialogues.script import Script, is_consent, script_of

MOST_STEPS = 5_000  # of one walk
_TRIES = 25  # replies to one question, before it is skipped or the walk is stuck
_SKIPPED = 0.1  # of the questions that may be
_REFUSED = 0.05  # of the consents
_ANOTHER = 0.4  # of the times when one more instance may be added
_MOST_INSTANCES = 4
_CURIOUS = 0.3  # of the choices: the one that was taken least so far

# Seconds to answer, after reading at 180 words a minute: a rough guide. Adults read about 240 words a
# minute silently (Brysbaert 2019); less on a phone and in a second language.
_WORDS_A_MINUTE = 180
_SECONDS = {
    Kind.TEXT: 40.0,
    Kind.SELECT_MULTIPLE: 12.0,
    Kind.RANK: 20.0,
    Kind.DATE: 12.0,
    Kind.DATETIME: 15.0,
} | {
    Kind.INTEGER: 8.0,
    Kind.DECIMAL: 8.0,
    Kind.IMAGE: 30.0,
    Kind.AUDIO: 60.0,
    Kind.FILE: 30.0,
}
_A_TAP = 5.0


class Unchosen(Struct, frozen=True):
    """A choice that was never part of an accepted answer; `offered` says whether it could have been."""

    question: Path
    choice: str
    offered: bool


class Coverage(Struct, frozen=True):
    """What came of the walks. Paths are static: without the numbers of instances.

    `lengths` are the shortest, median and longest walk that was handed in, in questions asked; `minutes` its
    median time. `stuck` counts the walks that ended at a required question for which nothing was accepted.
    `never_shown` are questions, notes and groups with a condition; `never_hidden` those whose condition always held.
    `refused` are questions at which no reply that was tried was ever accepted.
    """

    runs: int
    seed: int
    submitted: int
    declined: int
    stuck: dict[Path, int]
    lengths: tuple[int, int, int] | None
    minutes: float | None
    never_asked: tuple[Path, ...]
    never_said: tuple[Path, ...]
    never_chosen: tuple[Unchosen, ...]
    never_shown: tuple[Path, ...]
    never_hidden: tuple[Path, ...]
    refused: tuple[Path, ...]

    @property
    def ended(self) -> int:
        """How many walks came to an end, handed in or declined."""
        return self.submitted + self.declined


def cover(form: Form, *, runs: int, seed: int = 0, now: datetime) -> Coverage:
    """Walk through a form many times. Raises `BrokenFormError` for a form with faults."""
    script = script_of(form)
    tally = _Tally()
    samples = Samples(script, now)
    for number in range(runs):
        random = Random(f"{seed} {number}")  # noqa: S311 - chance that can be repeated, no secret
        _Walk(form, script, samples, tally, random, now).play()
    return _summary(script, tally, runs, seed)


@dataclass
class _Tally:
    """What was seen in all walks."""

    asked: Counter[Path] = field(default_factory=Counter)
    said: set[Path] = field(default_factory=set)
    offered: set[tuple[Path, str]] = field(default_factory=set)
    chosen: Counter[tuple[Path, str]] = field(default_factory=Counter)
    tried: set[Path] = field(default_factory=set)
    accepted: dict[Path, dict[str, None]] = field(default_factory=dict)
    shown: set[Path] = field(default_factory=set)
    hidden: set[Path] = field(default_factory=set)
    stuck: Counter[Path] = field(default_factory=Counter)
    declined: int = 0
    walks: list[tuple[int, float]] = field(default_factory=list)  # handed in: questions and seconds
    seconds: dict[tuple[Path, str], float] = field(default_factory=dict)


@dataclass
class _Walk:
    """One person who answers by chance."""

    form: Form
    script: Script
    samples: Samples
    tally: _Tally
    random: Random
    now: datetime
    questions: set[Path] = field(default_factory=set)
    seconds: float = 0.0

    def play(self) -> None:
        """Walk to the end, or to where nothing leads on."""
        seed = str(self.random.random())
        turn = advance(
            self.form, invite(self.form, seed=seed, lists=examples(self.form)), Begin(), now=self.now
        )
        for _ in range(MOST_STEPS):
            self._look(turn.prompts)
            following = self._step(turn)
            if following is None:
                break
            turn = following
        self._note(turn)

    def _look(self, shown: tuple[Prompt, ...]) -> None:
        """Note what is shown, and the time that it takes."""
        for prompt in shown:
            if isinstance(prompt, Say):
                self.tally.said.add(static(prompt.question))
                self.seconds += self._time(prompt.question, prompt.text, 0.0)
            elif isinstance(prompt, Ask) and not prompt.another and prompt.question not in self.questions:
                path = static(prompt.question)
                self.questions.add(prompt.question)
                self.tally.asked[path] += 1
                self.tally.offered.update((path, option.value) for option in prompt.options)
                words = " ".join((prompt.label, prompt.hint, *(option.label for option in prompt.options)))
                self.seconds += self._time(prompt.question, words, _SECONDS.get(prompt.kind, _A_TAP))

    def _time(self, path: Path, words: str, answering: float) -> float:
        known = self.tally.seconds.get((path, words))
        if known is None:
            known = len(words.split()) * 60 / _WORDS_A_MINUTE + answering
            self.tally.seconds[path, words] = known
        return known

    def _step(self, turn: Turn) -> Turn | None:
        """One more move; None when the walk is over."""
        play = partial(advance, self.form, turn.interview, now=self.now)
        match turn.prompts[-1] if turn.prompts else None:
            case Ask(another=True) as ask:
                count = turn.interview.counts.get(ask.question.removesuffix("[+]"), 1)
                return play(Another(count < _MOST_INSTANCES and self.random.random() < _ANOTHER))
            case Ask() as ask:
                return self._reply(turn, ask)
            case ConfirmWording():
                return play(Confirm(Wording.KEEP))
            case Review(complete=True):
                return play(Submit())
            case _:
                return None

    def _reply(self, turn: Turn, ask: Ask) -> Turn | None:
        path = static(ask.question)
        if not ask.required and not ask.consent and self.random.random() < _SKIPPED:
            return advance(self.form, turn.interview, Skip(), now=self.now)
        for move in self._moves(path, ask):
            self.tally.tried.add(path)
            following = advance(self.form, turn.interview, move, now=self.now)
            if following.interview is not turn.interview:
                self._accepted(path, ask, move.value)
                return self._knowing(following) if ask.consent else following
        following = advance(self.form, turn.interview, Skip(), now=self.now)
        if following.interview is not turn.interview:
            return following
        self.tally.stuck[path] += 1
        return None

    def _knowing(self, turn: Turn) -> Turn:
        """What is known of an audit is there as soon as somebody takes part."""
        known = self.samples.known(self.random)
        if not known or turn.interview.state is State.DECLINED:
            return turn
        interview = replace(turn.interview, answers={**turn.interview.answers, **known})
        return Turn(interview, prompts(self.form, interview))

    def _accepted(self, path: Path, ask: Ask, value: str | tuple[str, ...]) -> None:
        names = (value,) if isinstance(value, str) else value
        if ask.options:
            self.tally.chosen.update((path, name) for name in names)
        self.tally.accepted.setdefault(path, {}).setdefault(names[0])

    def _moves(self, path: Path, ask: Ask) -> list[Answer]:
        if ask.consent:
            refused = self.random.random() < _REFUSED
            return [Answer(reply) for reply in (("no", "yes") if refused else ("yes", "OK"))]
        if ask.options:
            return [Answer(self._choose(path, ask)) for _ in range(_TRIES)]
        replies = self.samples.of(self.script.outline.by_path[path])
        picked = self.random.sample(replies, min(_TRIES, len(replies)))
        worked = list(self.tally.accepted.get(path, ()))
        return [Answer(reply) for reply in (*picked, *worked[-3:])]

    def _choose(self, path: Path, ask: Ask) -> str | tuple[str, ...]:
        names = [option.value for option in ask.options]
        if ask.kind is Kind.RANK:
            return tuple(self.random.sample(names, len(names)))
        least = min(names, key=lambda name: self.tally.chosen[path, name])
        curious = self.random.random() < _CURIOUS
        if ask.kind is Kind.SELECT_ONE:
            return least if curious else self.random.choice(names)
        some = tuple(name for name in names if self.random.random() < self.random.choice((0.2, 0.5, 0.8)))
        return (least,) if curious or not some else some

    def _note(self, turn: Turn) -> None:
        """Note how the walk ended, and what was shown and hidden then."""
        if turn.interview.state is State.SUBMITTED:
            self.tally.walks.append((len(self.questions), self.seconds))
        elif turn.interview.state is State.DECLINED:
            self.tally.declined += 1
        scene = Scene(self.script, turn.interview, self.now)
        for slot in scene.slots():
            spot: Spot | None = slot.spot
            while spot is not None and spot.node is not None:
                self.tally.shown.add(spot.path)
                spot = spot.parent
        for path in scene.hidden:
            spot = self.script.outline.by_path[static(path)]
            if _holder(path, spot) not in scene.hidden:
                self.tally.hidden.add(spot.path)


def _holder(path: Path, spot: Spot) -> Path:
    """The path of the group or repeat directly around an instance of a node."""
    parent = spot.parent
    if parent is None or parent.node is None:
        return ""
    prefix = path.removesuffix(spot.leaf)
    return prefix.rpartition("[")[0] if parent.is_repeat else prefix + parent.leaf


def _summary(script: Script, tally: _Tally, runs: int, seed: int) -> Coverage:
    asked = [spot for spot, is_asked in zip(script.spots, script.asked, strict=True) if is_asked]
    notes = [spot for spot in script.spots if spot.kind is Kind.NOTE]
    conditional = [spot.path for spot in script.spots if script.rules[spot.index].relevant is not None]
    lengths = sorted(length for length, _ in tally.walks)
    return Coverage(
        runs=runs,
        seed=seed,
        submitted=len(tally.walks),
        declined=tally.declined,
        stuck=dict(sorted(tally.stuck.items())),
        lengths=(lengths[0], median_low(lengths), lengths[-1]) if lengths else None,
        minutes=round(median_low([seconds for _, seconds in tally.walks]) / 60, 1) if lengths else None,
        never_asked=tuple(spot.path for spot in asked if spot.path not in tally.asked),
        never_said=tuple(spot.path for spot in notes if spot.path not in tally.said),
        never_chosen=tuple(_unchosen(script, asked, tally)),
        never_shown=tuple(path for path in conditional if path not in tally.shown and _is_seen(script, path)),
        never_hidden=tuple(path for path in conditional if path in tally.shown and path not in tally.hidden),
        refused=tuple(
            spot.path for spot in asked if spot.path in tally.tried and spot.path not in tally.accepted
        ),
    )


def _is_seen(script: Script, path: Path) -> bool:
    """Whether there is anything at a node that people would see."""
    spot = script.outline.by_path[path]
    inside = [spot, *(one for one in script.spots if _is_below(one, spot))]
    return any(script.asked[one.index] or one.kind is Kind.NOTE for one in inside)


def _is_below(spot: Spot, other: Spot) -> bool:
    while spot.parent is not None:
        spot = spot.parent
        if spot is other:
            return True
    return False


def _unchosen(script: Script, asked: list[Spot], tally: _Tally) -> list[Unchosen]:
    found = []
    for spot in asked:
        question: Question | None = spot.question
        if (
            question is None
            or not question.kind.has_choices
            or question.kind is Kind.RANK
            or is_consent(spot)
        ):
            continue
        for choice in script.form.choices.get(question.choices, ()):
            if spot.path in tally.asked and not tally.chosen[spot.path, choice.name]:
                offered = (spot.path, choice.name) in tally.offered
                found.append(Unchosen(spot.path, choice.name, offered))
    return found
