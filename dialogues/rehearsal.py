"""A form played against prepared answers: what would be asked, replied and handed in, without any storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dialogues.engine import Turn, advance, invite, prompts, response
from dialogues.form import Form, Kind
from dialogues.interview import Interview, State
from dialogues.moves import Another, Answer, Begin, Confirm, Move, Remove, Skip, Submit, Wording
from dialogues.prompts import Ask, AskAgain, ConfirmWording, Prompt, Reason, Review, Say
from dialogues.responses import Response
from dialogues.samples import examples

Prepared = Mapping[str, Any]
MOST_TURNS = 20_000  # of one rehearsal: a form that never ends is stopped


class Played(Struct, frozen=True):
    """One exchange: the question and its label, the prepared reply (None: skipped), and what became of it.

    For a reply that was not taken, `problem` says why; a note has no reply and is always taken.
    """

    question: str
    label: str
    reply: Any = None
    accepted: bool = True
    problem: AskAgain | None = None
    kind: Kind = Kind.NOTE
    shown: str = ""


class Rehearsal(Struct, frozen=True):
    """A whole rehearsal: every exchange, the state it ended in, what would be handed in, and what was not used."""

    turns: tuple[Played, ...]
    state: State
    response: Response
    interview: Interview
    unused: tuple[str, ...] = ()


def rehearse(
    form: Form,
    answers: Prepared,
    *,
    now: datetime,
    language: str | None = None,
    invited: Interview | None = None,
) -> Rehearsal:
    """Play a form from its beginning to its end; `invited` is where it begins, if not with made-up choices.

    `answers` are values by the names of questions, repeats as lists of objects. What has no answer is
    skipped when it may be; a required question without one, or whose answer is not taken, ends it. The
    value of a hidden question is what was known when the interview began.
    """
    turns: list[Played] = []
    made_up = invited or invite(form, language=language, seed="rehearsal", lists=examples(form))
    turn = advance(form, made_up, Begin(), now=now)
    for _ in range(MOST_TURNS):
        turns.extend(_notes(turn.prompts))
        following = _step(form, turn, answers, now, turns)
        if following is None:
            break
        turn = following
    asked = {*_known(form, answers), *(played.question for played in turns)}
    return Rehearsal(
        tuple(turns),
        turn.interview.state,
        response(form, turn.interview),
        turn.interview,
        _unused(answers, asked),
    )


def _known(form: Form, answers: Prepared) -> dict[str, str]:
    """The prepared values of what nobody is asked."""
    hidden = (question.path for question in form.questions.values() if question.kind is Kind.HIDDEN)
    return {path: str(answers[path]) for path in hidden if path in answers}


def _knowing(form: Form, turn: Turn, answers: Prepared) -> Turn:
    """What is known from elsewhere is there as soon as somebody takes part."""
    known = _known(form, answers)
    if not known or turn.interview.state is State.DECLINED:
        return turn
    interview = replace(turn.interview, answers={**turn.interview.answers, **known})
    return Turn(interview, prompts(form, interview))


def _notes(shown: tuple[Prompt, ...]) -> list[Played]:
    return [Played(prompt.question, prompt.text) for prompt in shown if isinstance(prompt, Say)]


def _step(form: Form, turn: Turn, answers: Prepared, now: datetime, turns: list[Played]) -> Turn | None:
    """Reply to what is waiting; None when the rehearsal is over."""
    waiting = turn.prompts[-1] if turn.prompts else None
    interview = turn.interview
    match waiting:
        case Ask(another=True):
            return _advance_repeat(form, interview, waiting, answers, now)
        case Ask():
            return _reply(form, interview, waiting, answers, now, turns)
        case ConfirmWording():
            return advance(form, interview, Confirm(Wording.KEEP), now=now)
        case Review(complete=True):
            following = advance(form, interview, Submit(), now=now)
            stuck = following.interview.state is not State.SUBMITTED and _is_repeated(turns, following)
            return None if stuck else following
        case _:
            return None


def _is_repeated(turns: list[Played], following: Turn) -> bool:
    """Whether handing in failed because of a question whose prepared answer was tried before."""
    waiting = following.prompts[-1]
    return isinstance(waiting, Ask) and sum(played.question == waiting.question for played in turns) > 1


def _advance_repeat(
    form: Form, interview: Interview, ask: Ask, answers: Prepared, now: datetime
) -> Turn | None:
    """Add an instance for each prepared one; None when there cannot be so many."""
    repeat = ask.question.removesuffix("[+]")
    wanted = len(_list_at(answers, repeat))
    count = interview.counts.get(repeat, 1)
    if wanted == 0 and count == 1:
        return advance(form, interview, Remove(f"{repeat}[1]"), now=now)
    following = advance(form, interview, Another(wanted=count < wanted), now=now)
    return following if following.interview is not interview else None


def _list_at(answers: Prepared, repeat: str) -> Sequence[Any]:
    found = _value_at(answers, repeat)
    return found if isinstance(found, list) else ()


def _reply(
    form: Form, interview: Interview, ask: Ask, answers: Prepared, now: datetime, turns: list[Played]
) -> Turn | None:
    """Reply to one question; what is not taken is skipped when it may be, else the rehearsal ends."""
    empty = _empty_repeat(answers, ask.question)
    if empty is not None:
        return advance(form, interview, Remove(empty), now=now)
    value = _value_at(answers, ask.question)
    move: Move = Skip() if value is None else Answer(_as_reply(value))
    following = advance(form, interview, move, now=now)
    refusal = next((prompt for prompt in following.prompts if isinstance(prompt, AskAgain)), None)
    accepted = following.interview is not interview
    if not accepted and refusal is None:
        reason = Reason.REQUIRED if value is None else Reason.NOT_A_CHOICE
        refusal = AskAgain(question=ask.question, reason=reason)
    shown = _shown(ask, following.interview)
    turns.append(
        Played(ask.question, ask.label, value, accepted, None if accepted else refusal, ask.kind, shown)
    )
    if accepted:
        return _knowing(form, following, answers) if ask.consent else following
    skipped = advance(form, interview, Skip(), now=now)
    return skipped if skipped.interview is not interview else None


def _empty_repeat(answers: Prepared, path: str) -> str | None:
    """The instance to take away because the prepared answers say that the repeat has none."""
    for end in (place for place, character in enumerate(path) if character == "["):
        repeat = path[:end]
        if path[end:].startswith("[1]/") and _value_at(answers, repeat) == []:
            return f"{repeat}[1]"
    return None


def _shown(ask: Ask, interview: Interview) -> str:
    """The reply as people read it: labels of choices."""
    value = interview.answers.get(ask.question, "")
    labels = {option.value: option.label for option in ask.options}
    return ", ".join(labels.get(name, name) for name in value.split()) if labels else value


def _as_reply(value: Any) -> str | tuple[str, ...]:
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case list() | tuple():
            return tuple(str(_as_reply(one)) for one in value)
        case dict():
            return ""
        case _:
            return str(value)


def _value_at(answers: Any, path: str) -> Any:
    """`visits[2]/length` in `{"visits": [{}, {"length": 3}]}`: 3; None when there is nothing."""
    if isinstance(answers, Mapping) and path in answers:
        return answers[path]
    name, opened, rest = path.partition("[")
    if not opened or not isinstance(answers, Mapping):
        return None
    number, _, inner = rest.partition("]/")
    instances = answers.get(name)
    if not number.isdecimal() or not isinstance(instances, list) or int(number) > len(instances):
        return None
    return _value_at(instances[int(number) - 1], inner)


def _unused(answers: Prepared, asked: set[str]) -> tuple[str, ...]:
    """The prepared answers whose question was never asked, by their paths."""
    return tuple(path for path in _paths(answers, "") if path not in asked)


def _paths(answers: Prepared, prefix: str) -> Iterator[str]:
    """`{"visits": [{}, {"length": 3}]}`: `visits[2]/length`."""
    for name, value in answers.items():
        if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for number, instance in enumerate(value, 1):
                yield from _paths(instance, f"{prefix}{name}[{number}]/")
        elif value != []:
            yield f"{prefix}{name}"
