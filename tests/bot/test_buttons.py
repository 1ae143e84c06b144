"""What a button carries: at most 64 bytes, bound to its interview, its question and its turn."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import buttons, wording
from bot.messages import Enter, Go
from dialogues import engine, moves, prompts
from dialogues.form import Form
from dialogues.interview import Interview
from dialogues.moves import Move
from dialogues.prompts import Stale
from tests.bot.stories import NOW, culture
from tests.dialogues.playing import YES_NO, form_of

FORM = culture()
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=300)


def played(*said: Move, form: Form = FORM, seed: str = "seed") -> Interview:
    interview = engine.invite(form, seed=seed)
    for move in (moves.Begin(), *said):
        interview = engine.advance(form, interview, move, now=NOW).interview
    return interview


ASKED = played(moves.Answer("yes"))
BOUND = [
    moves.Answer("nurse"),
    moves.Skip(),
    moves.Back(),
    moves.Pause(),
    moves.Keep(),
    moves.Done(),
    moves.Submit(),
]


@pytest.mark.parametrize("move", BOUND)
def test_a_button_makes_its_move_in_the_turn_that_it_was_shown_for(move: Move) -> None:
    made = buttons.move(buttons.token(move, ASKED), FORM, ASKED)
    assert type(made) is type(move)
    assert not isinstance(made, Go)
    assert made is not None
    assert made.turn == ASKED.turn
    assert getattr(made, "value", "") == getattr(move, "value", "")


@pytest.mark.parametrize("move", BOUND)
def test_a_turn_later_and_in_another_interview_it_is_stale(move: Move) -> None:
    token = buttons.token(move, ASKED)
    later = played(moves.Answer("yes"), moves.Skip())
    other = played(moves.Answer("yes"), seed="another")
    for interview in (later, other):
        made = buttons.move(token, FORM, interview)
        assert made is not None
        assert not isinstance(made, Go)
        turn = engine.advance(FORM, interview, made, now=NOW)
        assert turn.interview == interview
        assert isinstance(turn.prompts[0], Stale)


def test_an_old_way_to_the_lead_shows_where_to_turn_again_because_it_may_be_another_audits() -> None:
    later = played(moves.Answer("yes"), moves.Skip(), seed="another")
    assert buttons.move(buttons.token(Go("concern"), ASKED), FORM, later) == moves.Concern()
    assert buttons.move(buttons.token(Go("concern"), ASKED), FORM, ASKED) == Go("concern")


@pytest.mark.parametrize("move", [moves.Help(), moves.Concern(), moves.Look(), moves.Begin()])
def test_what_changes_nothing_works_from_any_old_button(move: Move | Go) -> None:
    later = played(moves.Answer("yes"), moves.Skip(), seed="another")
    assert type(buttons.move(buttons.token(move, ASKED), FORM, later)) is type(move)


def test_erasing_from_an_old_button_asks_again() -> None:
    token = buttons.token(moves.Withdraw(sure=True), ASKED)
    assert buttons.move(token, FORM, ASKED) == moves.Withdraw(sure=True)
    assert buttons.move(token, FORM, played(moves.Answer("yes"), moves.Skip())) == moves.Withdraw()


def test_every_button_of_a_conversation_fits_and_makes_its_own_move() -> None:
    long = "n" * 120
    form = form_of(
        f"""
survey:
  - {{type: select_one list, name: {long}, label: One?}}
  - {{type: select_multiple list, name: some, label: Some?}}
  - {{type: begin repeat, name: r{long}, label: R}}
  - {{type: select_one yes_no, name: q{long}, label: Q?}}
  - {{type: end repeat}}
choices:
  - {{list_name: list, name: c{long}1, label: A}}
  - {{list_name: list, name: c{long}2, label: B}}
"""
        + YES_NO.replace("\nchoices:", "")
    )
    said: list[Move] = []
    for step in (
        moves.Answer(f"c{long}2"),
        moves.Mark(f"c{long}1"),
        moves.Done(),
        moves.Answer("yes"),
        moves.Another(wanted=True),
    ):
        interview = played(*said, form=form)
        shown = wording.words(engine.prompts(form, interview), "en", form=form)
        offered = [button for each in shown for button in each.buttons]
        tokens = [buttons.token(button.move, interview) for button in offered]
        assert all(len(token.encode()) <= buttons.MOST_BYTES for token in tokens)
        assert len(set(tokens)) == len(tokens)
        for button, token in zip(offered, tokens, strict=True):
            made = buttons.move(token, form, interview)
            assert type(made) is type(button.move)
            for field in ("value", "choice", "wanted", "path"):
                assert getattr(made, field, None) == getattr(button.move, field, None)
        said.append(step)


def test_earlier_answers_can_be_changed_from_a_later_turn() -> None:
    later = played(moves.Answer("yes"), moves.Answer("nurse"), moves.Skip())
    token = buttons.token(moves.Edit("role"), played(moves.Answer("yes"), moves.Answer("nurse")))
    assert buttons.move(token, FORM, later) == moves.Edit("role")


def test_a_door_takes_the_code_along() -> None:
    assert buttons.door(buttons.to_door("rowan-house", "culture")) == Enter("rowan-house__culture")
    assert buttons.door(buttons.token(moves.Skip(), ASKED)) is None


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_what_no_button_of_ours_carries_changes_nothing(token: str) -> None:
    made = buttons.move(token, FORM, ASKED)
    if made is not None and not isinstance(made, Go):
        assert engine.advance(FORM, ASKED, made, now=NOW).interview.answers == ASKED.answers


@given(NAMES)
def test_any_value_fits(value: str) -> None:
    for move in (moves.Answer(value), moves.Mark(value), moves.Edit(value)):
        asked = msgspec.structs.replace(move, question=value, turn=1)
        assert len(buttons.token(asked, ASKED).encode()) <= buttons.MOST_BYTES


def test_no_prompt_has_a_button_that_cannot_be_carried() -> None:
    everything: tuple[prompts.Prompt, ...] = (
        prompts.Guide(
            moves=("skip", "back", "keep", "pause", "resume", "look", "concern", "submit", "withdraw")
        ),
        prompts.ConfirmStop(),
        prompts.Paused(),
        prompts.Declined(),
        prompts.ConfirmWording(question="story", turn=2, found=("a@b.org",)),
        prompts.ChooseLanguage(languages=(prompts.Option("cy", "Cymraeg"),)),
        prompts.Review(items=(), turn=2, complete=True),
    )
    for outgoing in wording.words(everything, "en", form=FORM):
        for button in outgoing.buttons:
            assert type(buttons.move(buttons.token(button.move, ASKED), FORM, ASKED)) is type(button.move)
