"""The table of the lifecycle is what the machine does, and what the engine does with it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import fields
from itertools import product
from pathlib import Path

import pytest

from dialogues import moves
from dialogues.engine import invite
from dialogues.interview import State
from dialogues.lifecycle import LIVE, TABLE, UNFINISHED, Facts, diagram, follow, possible
from dialogues.prompts import Guide, NotNow
from tests.dialogues.playing import YES_NO, Conversation, form_of

DOCS = Path(__file__).parents[2] / "docs" / "lifecycle.md"
CONDITIONS = [field.name for field in fields(Facts)]
EVERY_MOVE: tuple[moves.Move, ...] = (
    moves.Begin(),
    moves.Answer("yes"),
    moves.Answer("nonsense"),
    moves.Skip(),
    moves.Back(),
    moves.Keep(),
    moves.Edit("name"),
    moves.Edit("nowhere"),
    moves.Jump("nights"),
    moves.Jump(),
    moves.Finish(),
    moves.Another(wanted=True),
    moves.Remove("visits[1]"),
    moves.Confirm(moves.Wording.KEEP),
    moves.Speak("cy"),
    moves.Speak("xx"),
    moves.Pause(),
    moves.Resume(),
    moves.Look(),
    moves.Help(),
    moves.Concern(),
    moves.Submit(),
    moves.Withdraw(),
    moves.Withdraw(sure=True),
    moves.Expire(),
)
FORM = form_of(
    """
settings:
  - {attribution: anonymous}
survey:
  - {type: select_one yes_no, name: consent, label: Take part?, appearance: consent}
  - {type: text, name: name, label: What happened?, "label::Cymraeg (cy)": Beth ddigwyddodd?}
"""
    + YES_NO
)


def rows(trigger: str, source: State) -> Iterator[tuple[State, str]]:
    """The targets of the table and their conditions, in order."""
    return (
        (target, condition)
        for name, sources, target, condition, _ in TABLE
        if name == trigger and source in sources
    )


def by_the_table(trigger: str, source: State, facts: Facts) -> State:
    """What the table says, read as its heading says: the first row whose condition holds."""
    return next(
        (target for target, condition in rows(trigger, source) if not condition or getattr(facts, condition)),
        source,
    )


@pytest.mark.parametrize("source", State)
def test_the_machine_does_what_the_table_says(source: State) -> None:
    for trigger in possible(source):
        for held in product((False, True), repeat=len(CONDITIONS)):
            facts = Facts(**dict(zip(CONDITIONS, held, strict=True)))
            assert follow(trigger, source, facts) is by_the_table(trigger, source, facts)


def test_the_table_holds_together() -> None:
    triggers = {trigger for trigger, *_ in TABLE}
    assert triggers <= {type(move).__name__.lower() for move in EVERY_MOVE}
    for trigger, sources, _, condition, meaning in TABLE:
        assert condition == "" or condition in CONDITIONS
        assert bool(meaning) or not condition
        for source in sources:
            last = list(rows(trigger, source))[-1]
            assert last[1] == "", f"{trigger} in {source} may lead nowhere"
    assert [state for state in State if not possible(state)] == [
        State.SUBMITTED,
        State.DECLINED,
        State.WITHDRAWN,
        State.EXPIRED,
    ]
    assert set(LIVE) < set(UNFINISHED)


def test_stopping_and_running_out_of_time_are_possible_until_the_end() -> None:
    for state in UNFINISHED:
        assert {"withdraw", "expire"} <= set(possible(state))


def test_only_consent_and_review_lead_on_to_what_must_not_be_reached_without_them() -> None:
    into: dict[State, set[State]] = {state: set() for state in State}
    for _, sources, target, *_ in TABLE:
        into[target].update(sources)
    assert into[State.SUBMITTED] == {State.REVIEWING}
    assert into[State.DECLINED] == {State.CONSENTING}
    assert into[State.CONFIRMING] == {State.ASKING, State.CONFIRMING, State.PAUSED}


def conversation_in(state: State) -> Conversation:
    talk = Conversation(FORM)
    if state is State.INVITED:
        return talk
    talk.begin()
    match state:
        case State.CONSENTING:
            return talk
        case State.DECLINED:
            talk.say("no")
        case State.WITHDRAWN:
            talk.do(moves.Withdraw(sure=True))
        case State.EXPIRED:
            talk.do(moves.Expire())
        case State.ASKING:
            talk.say("yes")
        case State.CONFIRMING:
            talk.say("yes", "Ring 07700 900123")
        case State.PAUSED:
            talk.say("yes")
            talk.do(moves.Pause())
        case State.REVIEWING | State.SUBMITTED:
            talk.say("yes", "They were late.")
    if state is State.SUBMITTED:
        talk.do(moves.Submit())
    assert talk.state is state
    return talk


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", EVERY_MOVE, ids=repr)
def test_every_move_in_every_state_is_possible_or_answered(state: State, move: moves.Move) -> None:
    talk = conversation_in(state)
    before = talk.interview
    talk.do(move)
    trigger = type(move).__name__.lower()
    if talk.interview is before:
        assert talk.prompts or state is State.INVITED
    if trigger not in possible(state) and trigger not in ("look", "help", "concern", "speak", "begin"):
        assert talk.interview is before
        assert isinstance(talk.prompts[0], NotNow)
        assert talk.prompts[1:] == talk.shown


@pytest.mark.parametrize("state", State)
def test_help_names_only_what_is_possible(state: State) -> None:
    talk = conversation_in(state)
    talk.do(moves.Help())
    named = talk.last(Guide).moves
    assert {"look", "speak", "help", "concern"} <= set(named)
    assert set(named) <= {*possible(state), "look", "speak", "help", "concern"}
    assert not {"begin", "expire"} & set(named)
    if state is State.ASKING:
        assert "back" not in named, "nothing stands before the first question"
        assert "keep" not in named


def test_the_diagram_in_the_docs_is_the_table() -> None:
    text = DOCS.read_text("utf-8")
    start, end = "<!-- diagram -->\n```mermaid\n", "```\n<!-- end of diagram -->"
    assert text.partition(start)[2].partition(end)[0] == diagram()
    assert all(f"**{state}**" in text for state in State)


def test_the_diagram_names_every_arrow_of_the_table() -> None:
    drawn = diagram()
    for trigger, sources, target, _, meaning in TABLE:
        for source in sources:
            assert f"    {source} --> {target}: {trigger}{': ' + meaning if meaning else ''}\n" in drawn
    assert drawn.startswith("stateDiagram-v2\n    [*] --> invited\n")
    assert "    submitted --> [*]\n" in drawn


def test_nothing_grows_over_ten_thousand_turns() -> None:
    def turns(count: int) -> None:
        talk = Conversation(FORM).begin()
        talk.say("yes")
        for number in range(count):
            talk.say(f"Answer {number}")
            talk.do(moves.Back())
            talk.do(moves.Pause())
            talk.do(moves.Resume())
        assert talk.interview.turn == 2 + 4 * count
        assert len(talk.interview.answers) == 2

    turns(10)
    gc.collect()
    before = len(gc.get_objects())
    turns(2_500)
    gc.collect()
    assert len(gc.get_objects()) - before < 200


def test_an_interview_of_another_version_is_refused() -> None:
    talk = Conversation(FORM)
    talk.interview = invite(form_of("survey: [{type: text, name: other, label: Other}]"))
    with pytest.raises(ValueError, match="another version"):
        talk.begin()
