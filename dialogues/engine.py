"""The engine: a form, an interview and a move give the next interview and what to show.

Pure: time and ids are arguments, nothing is read or written. A move that is not possible or a reply
that cannot be taken is a value (`AskAgain`, `NotNow`, `Stale`), and leaves the interview as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from dialogues import asking
from dialogues.form import Attribution, Choice, Form, Kind, Question, Text
from dialogues.identifying import find_identifying, remove_identifying
from dialogues.interview import Interview, Path, State, Value
from dialogues.lifecycle import LIVE, Facts, follow, possible
from dialogues.moves import (
    Another,
    Answer,
    Back,
    Begin,
    Concern,
    Confirm,
    Done,
    Edit,
    Expire,
    Finish,
    Help,
    Jump,
    Keep,
    Leaf,
    Look,
    Mark,
    Move,
    Pause,
    Remove,
    Resume,
    Skip,
    Speak,
    Submit,
    Withdraw,
    Wording,
)
from dialogues.prompts import (
    AskAgain,
    ChooseLanguage,
    ConfirmStop,
    ConfirmWording,
    Declined,
    Expired,
    Guide,
    Item,
    NotNow,
    Option,
    Paused,
    Progress,
    Prompt,
    Reason,
    Review,
    Section,
    Sections,
    Signpost,
    Stale,
    Submitted,
    Withdrawn,
)
from dialogues.reading import Unread, read
from dialogues.responses import Response, collect
from dialogues.scene import MOST_INSTANCES, Scene
from dialogues.script import Slot, is_consent, script_of

Prompts: TypeAlias = tuple[Prompt, ...]

_NEVER_STALE = frozenset({Begin, Look, Help, Concern, Speak, Withdraw, Edit, Jump})
_NOTHING_KNOWN: Mapping[str, Value] = MappingProxyType({})
_NO_LISTS: Mapping[str, Sequence[Choice]] = MappingProxyType({})
_AT_A_QUESTION = frozenset({State.ASKING, State.CONSENTING, State.CONFIRMING})
_ANYWHERE = ("look", "speak", "help", "concern")
_MARKING = ("mark", "leaf", "done")
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # for showing a saved state of a form that asks for no time
_EMPTY = frozenset({State.INVITED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})  # nothing is kept in them


class Turn(Struct, frozen=True):
    """What one move leads to."""

    interview: Interview
    prompts: Prompts

    def __repr__(self) -> str:
        return f"Turn({self.interview!r})"


class _Refused(Exception):
    """Inside the engine only: the move changes nothing, and this is said."""

    def __init__(self, *prompts: Prompt) -> None:
        super().__init__()
        self.prompts = prompts


def invite(
    form: Form,
    *,
    language: str | None = None,
    seed: str = "",
    known: Mapping[str, Value] = _NOTHING_KNOWN,
    lists: Mapping[str, Sequence[Choice]] = _NO_LISTS,
) -> Interview:
    """An interview that has not begun. An unknown language means the form's own; `seed` makes chance repeatable.

    `known` is what need not be asked: values by the word in the appearance of their question (`harm-types`, `scope`).
    `lists` are the choices of the form's external lists; one that is missing is empty.
    What stands in a list twice is offered once. Raises ValueError for a name that has spaces or is empty.
    """
    spoken = [each.code for each in form.languages]
    chosen = language if language in spoken else form.default_language
    given = {name: _once(name, lists.get(name, ())) for name in form.external}
    offered = {name: choices for name, choices in given.items() if choices}
    return Interview(form.digest, chosen, seed=seed, known=_known(form, known, offered), lists=offered)


def _once(name: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices of a list by their names, which stand in an answer with spaces between them."""
    found = {choice.name: choice for choice in choices}
    if any(each.split() != [each] for each in found):
        raise ValueError(f"In the list “{name}” a choice has no name, or one with spaces.")
    return tuple(found.values())


def _known(
    form: Form, known: Mapping[str, Value], lists: Mapping[str, Sequence[Choice]]
) -> dict[Path, Value]:
    """What is known, by the paths of its questions outside of repeats."""
    spots = [spot for spot in script_of(form).spots if known and not spot.chain]
    asked = {spot.path: spot.question for spot in spots if spot.question is not None}
    found = {path: _fitting(form, question, known, lists) for path, question in asked.items()}
    return {path: value for path, value in found.items() if value}


def _fitting(
    form: Form, question: Question, known: Mapping[str, Value], lists: Mapping[str, Sequence[Choice]]
) -> Value:
    """What is known of a question, as far as it can be an answer to it."""
    said = next((value for word, value in known.items() if question.appears(word)), "")
    if not question.kind.has_choices:
        return said
    names = {choice.name for choice in (form.choices | dict(lists)).get(question.choices, ())}
    offered = [each for each in said.split() if each in names]
    return " ".join(offered) if question.kind.is_many or len(offered) == 1 else ""


def advance(form: Form, interview: Interview, move: Move, *, now: datetime) -> Turn:
    """Play one move. Raises `BrokenFormError` for a form with faults, and nothing for what a person did."""
    scene = _scene_of(form, interview, now)
    try:
        if _is_stale(scene, interview, move):
            raise _Refused(Stale())
        moved = _play(scene, interview, move)
    except _Refused as refused:
        return Turn(interview, (*refused.prompts, *_waiting_prompts(refused, scene, interview)))
    return Turn(moved, _shown(moved, form, now))


def prompts(form: Form, interview: Interview) -> Prompts:
    """What to show for a saved interview: always the same for the same state."""
    return _prompts(_scene_of(form, interview), interview)


def history(form: Form, interview: Interview) -> tuple[Item, ...]:
    """What was asked and answered so far, in the order of the form and the interview's language."""
    return asking.items(_scene_of(form, interview), only_done=True)


def sections(form: Form, interview: Interview) -> tuple[Section, ...]:
    """The sections of the form in which anything is asked at present, and how far each is."""
    return asking.sections(_scene_of(form, interview))


def progress(form: Form, interview: Interview) -> Progress:
    """How many questions are done, of those that are relevant at present."""
    scene = _scene_of(form, interview)
    return Progress(scene.answered, scene.asked)


def chapters(form: Form, interview: Interview) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """What was asked and answered so far under the labels of its sections, '' for what stands in none."""
    return asking.chapters(_scene_of(form, interview))


def waiting(form: Form, interview: Interview) -> Path | None:
    """The path of the question that is waiting for an answer, or None."""
    if interview.state not in _AT_A_QUESTION:
        return None
    slot = _current(_scene_of(form, interview), interview)
    return slot.path if slot else None


def answered(form: Form, interview: Interview, path: Path) -> Item | None:
    """One question with the answer that was given to it, or None when it is not among those asked."""
    scene = _scene_of(form, interview)
    slot = scene.find(path)
    if slot is None or slot.another or not scene.is_asked(slot):
        return None
    return asking.item(scene, slot)


def response(form: Form, interview: Interview) -> Response:
    """The relevant answers, as they are handed in: by name, repeats as lists of objects. Empty without consent."""
    scene = _scene_of(form, interview)
    return collect(scene) if scene.is_consented() and interview.state not in _EMPTY else {}


# The scene of an interview rides along with it, so that the next move needs not work it out again.


def _scene_of(form: Form, interview: Interview, now: datetime | None = None) -> Scene:
    """The scene of an interview; without `now` as it was when it was last changed."""
    scene: Scene | None = interview.__dict__.get("scene")
    if scene is not None and now is scene.scope.now:
        return scene
    moment = now or (datetime.fromisoformat(interview.seen) if interview.seen else _ANY_TIME)
    if scene is None or (moment != scene.scope.now and scene.script.looks_at_clock):
        if interview.form != form.digest:
            raise ValueError("This interview was begun with another version of the form.")
        scene = Scene(script_of(form), interview, moment)
        interview.__dict__["scene"] = scene
    scene.scope.now = moment
    return scene


def _with(interview: Interview, scene: Scene, state: State, **changes: str | None) -> Interview:
    """The interview as the scene has it now, one turn on. Before consent there is nothing to keep."""
    if not scene.is_consented():
        moved = _emptied(replace(interview, language=scene.language), state)
        return _carrying(interview, moved, scene) if not scene.answers else moved
    moved = Interview(
        form=interview.form,
        language=scene.language,
        state=state,
        answers=scene.answers,
        done=frozenset(scene.done),
        counts=scene.own_counts,
        editing=changes.get("editing"),
        focus=_focus(scene, changes.get("focus", interview.focus)),
        pending=changes.get("pending"),
        lists=scene.lists,
        turn=interview.turn + 1,
        seed=interview.seed,
        seen=scene.scope.now.isoformat() if scene.script.looks_at_clock else "",
    )
    return _carrying(interview, moved, scene)


def _focus(scene: Scene, section: Path | None) -> Path | None:
    """The section that was jumped to, while anything in it is still to be asked."""
    return section if section and scene.waiting_in(section) else None


def _staying(interview: Interview, scene: Scene, state: State) -> Interview:
    """The interview in this state, with what is half done at the question that waits."""
    moved = _with(interview, scene, state, editing=interview.editing, pending=interview.pending)
    if interview.marked is None or moved.state not in LIVE:
        return moved
    return _carrying(moved, replace(moved, marked=interview.marked), scene)


def _carrying(interview: Interview, moved: Interview, scene: Scene) -> Interview:
    """The scene moves on to the next interview: who goes back to the one before works it out again."""
    interview.__dict__.pop("scene", None)
    moved.__dict__["scene"] = scene
    return moved


def _emptied(interview: Interview, state: State) -> Interview:
    """The interview without a single answer."""
    return Interview(
        interview.form,
        interview.language,
        state,
        turn=interview.turn + 1,
        seed=interview.seed,
        seen=interview.seen,
        known=interview.known if state in LIVE else {},
        lists=interview.lists if state in LIVE else {},
    )


def _shown(interview: Interview, form: Form, now: datetime) -> Prompts:
    return _prompts(_scene_of(form, interview, now), interview)


def _waiting_prompts(refused: _Refused, scene: Scene, interview: Interview) -> Prompts:
    if any(
        isinstance(prompt, ConfirmStop | Review | ChooseLanguage | Sections) for prompt in refused.prompts
    ):
        return ()
    return _prompts(scene, interview)


# Moves


def _is_stale(scene: Scene, interview: Interview, move: Move) -> bool:
    """Whether the move belongs to an earlier question or turn."""
    if type(move) in _NEVER_STALE:
        return False
    if move.turn is not None and move.turn != interview.turn:
        return True
    if move.question is None or interview.state not in _AT_A_QUESTION:
        return False
    slot = _current(scene, interview)
    return slot is None or slot.path != move.question


def _play(scene: Scene, interview: Interview, move: Move) -> Interview:  # noqa: C901 - one line a move
    trigger = type(move).__name__.lower()
    if not _is_possible(trigger, interview.state):
        raise _Refused() if isinstance(move, Begin) else _Refused(NotNow(move=trigger))
    match move:  # the most frequent first
        case Answer():
            return _answer(scene, interview, move.value)
        case Mark():
            return _mark(scene, interview, move)
        case Done():
            return _done(scene, interview)
        case Skip():
            return _skip(scene, interview)
        case Begin():
            return _begin(scene, interview, move)
        case Back():
            return _back(scene, interview)
        case Keep():
            return _keep(scene, interview)
        case Edit():
            return _edit(scene, interview, move)
        case Jump():
            return _jump(scene, interview, move.section)
        case Finish():
            return _finish(scene, interview)
        case Another():
            return _another(scene, interview, wanted=move.wanted)
        case Remove():
            return _remove(scene, interview, move)
        case Confirm():
            return _confirm(scene, interview, move.wording)
        case Speak():
            return _speak(scene, interview, move.language)
        case Pause():
            return _staying(interview, scene, State.PAUSED)
        case Resume():
            return _resume(scene, interview)
        case Submit():
            return _submit(scene, interview)
        case Withdraw():
            if not move.sure:
                raise _Refused(ConfirmStop())
            return _emptied(interview, follow("withdraw", interview.state, Facts()))
        case Expire():
            return _emptied(interview, follow("expire", interview.state, Facts()))
        case Leaf():
            raise _Refused
        case Look():
            raise _Refused(_review(scene, interview))
        case Help():
            raise _Refused(_guide(scene, interview))
        case Concern():
            raise _Refused(Signpost())
        case _:
            assert_never(move)


def _is_possible(trigger: str, state: State) -> bool:
    if trigger in _MARKING:
        return state is State.ASKING
    return trigger in _ANYWHERE or trigger in possible(state)


def _facts(scene: Scene, *, pending: bool = False, editing: bool = False) -> Facts:
    return Facts(
        needs_consent=not scene.is_consented(),
        may_identify=pending,
        is_complete=not editing and scene.waiting() is None,
    )


def _begin(scene: Scene, interview: Interview, move: Begin) -> Interview:
    if move.language is not None and move.language in _languages(scene):
        interview = replace(interview, language=move.language)
        scene = Scene(scene.script, interview, scene.scope.now)
    scene.unshare()
    if scene.is_consented():
        scene.set_defaults()
    return _with(interview, scene, follow("begin", interview.state, _facts(scene)))


def _answer(scene: Scene, interview: Interview, typed: str | tuple[str, ...]) -> Interview:
    slot = _current(scene, interview)
    if slot is None:
        raise _Refused(NotNow(move="answer"))
    if slot.another:
        return _answer_another(scene, interview, slot, typed)
    value = _read(scene, slot, typed)
    if interview.state is State.CONSENTING:
        return _consent(scene, interview, slot, value)
    _check(scene, slot, value)
    if _may_identify(scene, slot, value):
        state = follow("answer", interview.state, Facts(may_identify=True))
        return _with(interview, scene, state, editing=interview.editing, pending=value)
    return _noted(scene, interview, slot, value, "answer")


def _mark(scene: Scene, interview: Interview, move: Mark) -> Interview:
    """Mark a choice: the turn stays, so that the other buttons of the question still belong to it."""
    slot = _many(scene, interview, "mark")
    if all(option.value != move.choice for option in asking.options_of(scene, slot)):
        raise _Refused(Stale())
    before = _marks(scene, interview, slot)
    others = tuple(choice for choice in before if choice != move.choice)
    marked = before if move.wanted and move.choice in before else others + (move.choice,) * move.wanted
    if marked == interview.marked:
        raise _Refused
    return _carrying(interview, replace(interview, marked=marked), scene)


def _done(scene: Scene, interview: Interview) -> Interview:
    return _answer(scene, interview, _marks(scene, interview, _many(scene, interview, "done")))


def _many(scene: Scene, interview: Interview, move: str) -> Slot:
    """The question that waits, if it takes several choices."""
    slot = _current(scene, interview)
    if slot is None or slot.another or not asking.question_of(slot).kind.is_many:
        raise _Refused(NotNow(move=move))
    return slot


def _marks(scene: Scene, interview: Interview, slot: Slot) -> tuple[str, ...]:
    """What is marked; before the first mark, the present answer."""
    if interview.marked is not None:
        return interview.marked
    return tuple(scene.values.get(slot.path, "").split())


def _read(scene: Scene, slot: Slot, typed: str | tuple[str, ...]) -> Value:
    value = read(typed, asking.wanted(scene, slot), scene.language)
    if not isinstance(value, Unread):
        return value
    if value.reason is Reason.NO_WORDS and asking.is_required(scene, slot):
        raise _Refused(_required(scene, slot))
    raise _Refused(AskAgain(question=slot.path, reason=value.reason, example=value.example))


def _consent(scene: Scene, interview: Interview, slot: Slot, value: Value) -> Interview:
    if value not in ("yes", "OK"):
        return _emptied(interview, follow("answer", interview.state, Facts(is_refused=True)))
    scene.unshare()
    scene.consent(slot, value)
    return _with(interview, scene, follow("answer", interview.state, _facts(scene)))


def _check(scene: Scene, slot: Slot, value: Value) -> None:
    if not _holds(scene, slot, value):
        raise _Refused(_not_holding(scene, slot))


def _holds(scene: Scene, slot: Slot, value: Value) -> bool:
    """Whether a value satisfies the constraint; an empty one always does."""
    rule = scene.script.rules[slot.spot.index].constraint
    if rule is None or not value:
        return True
    values, before = scene.values, scene.values.get(slot.path)
    values[slot.path] = value
    asking.stand(scene, slot, value)
    try:
        return rule.truth(scene.scope)
    finally:
        if before is None:
            del values[slot.path]
        else:
            values[slot.path] = before


def _not_holding(scene: Scene, slot: Slot) -> AskAgain:
    return _again(scene, slot, Reason.CONSTRAINT, asking.question_of(slot).constraint_message)


def _required(scene: Scene, slot: Slot) -> AskAgain:
    return _again(scene, slot, Reason.REQUIRED, asking.question_of(slot).required_message)


def _again(scene: Scene, slot: Slot, reason: Reason, message: Text) -> AskAgain:
    """Why a reply was not taken, in the form's own words where it has any."""
    words = scene.script.words(slot.spot, message, scene.language, scene.scope)
    return AskAgain(question=slot.path, reason=reason, message=words)


def _may_identify(scene: Scene, slot: Slot, value: Value) -> bool:
    question = asking.question_of(slot)
    return (
        scene.script.form.attribution is Attribution.ANONYMOUS
        and question.kind is Kind.TEXT
        and not question.appears("contact")
        and bool(find_identifying(value))
    )


def _noted(scene: Scene, interview: Interview, slot: Slot, value: Value, trigger: str) -> Interview:
    scene.unshare()
    scene.answer(slot, value)
    return _with(interview, scene, follow(trigger, interview.state, _facts(scene)))


def _skip(scene: Scene, interview: Interview) -> Interview:
    slot = _current(scene, interview)
    if slot is None:
        raise _Refused(NotNow(move="skip"))
    if slot.another:
        return _another(scene, interview, wanted=False)
    if asking.is_required(scene, slot):
        raise _Refused(_required(scene, slot))
    return _noted(scene, interview, slot, "", "skip")


def _keep(scene: Scene, interview: Interview) -> Interview:
    """Leave what was gone back to, or take what the form suggests."""
    slot = _current(scene, interview)
    if slot is None or not _can_keep(scene, slot):
        raise _Refused(NotNow(move="keep"))
    if not slot.another and slot.path not in scene.done:
        _check(scene, slot, scene.values[slot.path])
    scene.unshare()
    scene.finish(slot)
    return _with(interview, scene, follow("keep", interview.state, _facts(scene)))


def _can_keep(scene: Scene, slot: Slot) -> bool:
    """Whether a question has something to be kept: it was done, or the form suggests an answer."""
    return slot.path in scene.done or bool(scene.values.get(slot.path))


def _back(scene: Scene, interview: Interview) -> Interview:
    slot = _current(scene, interview) if interview.state is State.ASKING else None
    earlier = asking.previous(scene, slot)
    if earlier is None:
        raise _Refused(NotNow(move="back"))
    return _with(interview, scene, follow("back", interview.state, Facts()), editing=earlier.path)


def _edit(scene: Scene, interview: Interview, move: Edit) -> Interview:
    slot = scene.find(move.path)
    if slot is None or not scene.is_asked(slot) or is_consent(slot.spot) or slot.path not in scene.done:
        raise _Refused(Stale())
    return _with(interview, scene, follow("edit", interview.state, Facts()), editing=slot.path)


def _jump(scene: Scene, interview: Interview, section: Path) -> Interview:
    """To the first question of a section that is not done, else to its first one, to be changed."""
    offered = asking.sections(scene) if _can_jump(scene) else ()
    if not offered:
        raise _Refused(_guide(scene, interview))
    if not section:
        raise _Refused(Sections(sections=offered))
    if all(each.path != section for each in offered):
        raise _Refused(Stale())
    state = follow("jump", interview.state, Facts())
    if scene.waiting_in(section):
        return _with(interview, scene, state, focus=section)
    first = next(slot for slot in scene.section_slots(section) if scene.is_asked(slot))
    return _with(interview, scene, state, editing=first.path)


def _finish(scene: Scene, interview: Interview) -> Interview:
    """Skip whatever is left, also what comes up by it; what must be answered is asked first, and said why."""
    if not _can_jump(scene):
        raise _Refused(NotNow(move="finish"))
    scene.unshare()
    while (slot := _optional(scene)) is not None:
        if slot.another:
            scene.finish(slot)
        else:
            scene.answer(slot, "")
    waiting = scene.waiting()
    state = follow("finish", interview.state, _facts(scene))
    return _with(interview, scene, state, editing=waiting.path if waiting else None, focus=None)


def _optional(scene: Scene) -> Slot | None:
    """The first question that is still to be asked and may be skipped."""
    left = (slot for slot in scene.slots() if slot.path not in scene.done and scene.is_asked(slot))
    return next((slot for slot in left if slot.another or not asking.is_required(scene, slot)), None)


def _can_jump(scene: Scene) -> bool:
    """Whether an auditor asks, who may follow the talk wherever it goes."""
    return scene.script.form.attribution is Attribution.NAMED and scene.is_consented()


def _answer_another(
    scene: Scene, interview: Interview, slot: Slot, typed: str | tuple[str, ...]
) -> Interview:
    value = read(typed, asking.ANOTHER_WANTED, scene.language)
    if isinstance(value, Unread):
        raise _Refused(AskAgain(question=slot.path, reason=value.reason, example=value.example))
    return _another(scene, interview, wanted=value == "yes")


def _another(scene: Scene, interview: Interview, *, wanted: bool) -> Interview:
    slot = _current(scene, interview)
    if slot is None or not slot.another:
        raise _Refused(NotNow(move="another"))
    count = scene.counts.get(slot.path.removesuffix("[+]"), 0) + 1
    if wanted and count > MOST_INSTANCES:
        raise _Refused(NotNow(move="another"))
    scene.unshare()
    if wanted:
        scene.resize(slot, count)
    else:
        scene.finish(slot)
    return _with(interview, scene, follow("another", interview.state, _facts(scene)))


def _remove(scene: Scene, interview: Interview, move: Remove) -> Interview:
    found = scene.find_instance(move.instance)
    if found is None:
        raise _Refused(Stale())
    scene.unshare()
    scene.remove(*found)
    return _with(interview, scene, follow("remove", interview.state, _facts(scene)))


def _confirm(scene: Scene, interview: Interview, wording: Wording) -> Interview:
    slot = _current(scene, interview)
    text = interview.pending or ""
    if slot is None or wording is Wording.CHANGE:
        state = follow("confirm", interview.state, _facts(scene, editing=True))
        return _with(interview, scene, state, editing=interview.editing)
    value = text if wording is Wording.KEEP else remove_identifying(text)
    return _noted(scene, interview, slot, value, "confirm")


def _language(scene: Scene, wanted: str) -> str | None:
    """The code of a language of the form, by its code or its own name."""
    said = wanted.strip().casefold()
    spoken = scene.script.form.languages
    return next((each.code for each in spoken if said in (each.code.casefold(), each.name.casefold())), None)


def _choices_of_language(scene: Scene) -> tuple[Option, ...]:
    return tuple(Option(language.code, language.name) for language in scene.script.form.languages)


def _languages(scene: Scene) -> tuple[str, ...]:
    return tuple(language.code for language in scene.script.form.languages)


def _speak(scene: Scene, interview: Interview, wanted: str) -> Interview:
    language = _language(scene, wanted)
    if language is None:
        raise _Refused(ChooseLanguage(languages=_choices_of_language(scene)))
    if interview.state not in LIVE:
        return replace(interview, language=language, turn=interview.turn + 1)
    scene.unshare()
    scene.speak(language)
    return _staying(interview, scene, interview.state)


def _resume(scene: Scene, interview: Interview) -> Interview:
    facts = _facts(scene, pending=interview.pending is not None, editing=interview.editing is not None)
    return _staying(interview, scene, follow("resume", interview.state, facts))


def _submit(scene: Scene, interview: Interview) -> Interview:
    failing = _first_failing(scene)
    state = follow("submit", interview.state, Facts(is_valid=failing is None))
    if failing is not None:
        return _with(interview, scene, state, editing=failing.path)
    scene.unshare()
    scene.close()
    return _with(interview, scene, state)


def _first_failing(scene: Scene) -> Slot | None:
    """The first relevant question whose answer is missing or no longer holds."""
    for slot in scene.slots():
        if slot.another or not scene.is_asked(slot):
            continue
        value = scene.values.get(slot.path, "")
        if (not value and asking.is_required(scene, slot)) or not _holds(scene, slot, value):
            return slot
    return None


# Showing


def _guide(scene: Scene, interview: Interview) -> Guide:
    """What can be done here: what the state allows and the waiting question does not rule out."""
    slot = _current(scene, interview) if interview.state is State.ASKING else None
    ruled_out = {"begin", "expire"}
    if slot is not None and not slot.another:
        ruled_out.add("another")
        if asking.is_required(scene, slot):
            ruled_out.add("skip")
    if slot is None or not _can_keep(scene, slot):
        ruled_out.add("keep")
    if asking.previous(scene, slot) is None:
        ruled_out.add("back")
    if not scene.done:
        ruled_out.add("edit")
    if not _can_jump(scene) or not asking.sections(scene):
        ruled_out.add("jump")
    if not _can_jump(scene) or interview.state is State.REVIEWING:
        ruled_out.add("finish")
    return Guide(
        moves=tuple(move for move in (*possible(interview.state), *_ANYWHERE) if move not in ruled_out)
    )


def _current(scene: Scene, interview: Interview) -> Slot | None:
    """The question that is waiting: the one being edited while it is relevant, else the first not done."""
    if interview.state is State.CONSENTING:
        return scene.script.consent
    if interview.editing is not None:
        slot = scene.find(interview.editing)
        if slot is not None:
            return slot
    if interview.focus is not None:
        slot = scene.waiting_in(interview.focus)
        if slot is not None:
            return slot
    return scene.waiting()


def _prompts(scene: Scene, interview: Interview) -> Prompts:
    match interview.state:
        case State.INVITED:
            return ()
        case State.CONSENTING | State.ASKING:
            return _asked(scene, interview)
        case State.CONFIRMING:
            slot = _current(scene, interview)
            found = find_identifying(interview.pending or "")
            return (ConfirmWording(question=slot.path if slot else "", turn=interview.turn, found=found),)
        case State.REVIEWING:
            return (*asking.closing_notes(scene), _review(scene, interview))
        case State.PAUSED:
            return (Paused(),)
        case State.SUBMITTED:
            return (Submitted(),)
        case State.DECLINED:
            return (Declined(),)
        case State.WITHDRAWN:
            return (Withdrawn(),)
        case State.EXPIRED:
            return (Expired(),)
        case _:
            assert_never(interview.state)


def _asked(scene: Scene, interview: Interview) -> Prompts:
    slot = _current(scene, interview)
    if slot is None:
        return (_review(scene, interview),)
    shown = asking.ask(scene, slot, interview)
    if interview.editing == slot.path and not slot.another:
        return (*_why_asked(scene, slot), *shown)
    return shown


def _why_asked(scene: Scene, slot: Slot) -> Prompts:
    """For a question that is asked again: what no longer holds about its answer."""
    value = scene.values.get(slot.path, "")
    if value and not _holds(scene, slot, value):
        return (_not_holding(scene, slot),)
    if not value and asking.is_required(scene, slot):
        return (_required(scene, slot),)
    return ()


def _review(scene: Scene, interview: Interview) -> Review:
    complete = interview.state is State.REVIEWING
    return Review(items=asking.items(scene, only_done=not complete), turn=interview.turn, complete=complete)
