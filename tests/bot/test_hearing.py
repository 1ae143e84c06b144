"""What was typed: commands, the words of buttons, answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import hearing, wording
from bot.messages import About, Enter, Go
from dialogues import engine, moves
from dialogues.interview import Interview
from dialogues.moves import Move
from tests.bot.stories import NOW, culture

FORM = culture()


def at(*said: Move) -> Interview:
    interview = engine.invite(FORM, seed="seed")
    for move in (moves.Begin(), *said):
        interview = engine.advance(FORM, interview, move, now=NOW).interview
    return interview


def typed(text: str, interview: Interview) -> Move | Enter | Go | About:
    shown = wording.words(engine.prompts(FORM, interview), interview.language, form=FORM)
    return hearing.typed(text, interview, shown)


ASKING = at(moves.Answer("yes"))
ALL: tuple[Move, ...] = (moves.Answer("yes"), *[moves.Skip()] * 4)
REVIEWING = at(*ALL)
PAUSED = at(moves.Answer("yes"), moves.Pause())


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("/back", moves.Back()),
        ("/privacy", About()),
        ("/BACK", moves.Back()),
        ("  /back  ", moves.Back()),
        ("/back@candour_bot", moves.Back()),
        ("/skip now", moves.Skip()),
        ("/stop", moves.Withdraw()),
        ("/stop yes", moves.Withdraw(sure=True)),
        ("/stop IE", moves.Withdraw(sure=True)),
        ("/stop maybe", moves.Withdraw()),
        ("/language", moves.Speak("")),
        ("/language cy", moves.Speak("cy")),
        ("/edit", moves.Look()),
        ("/edit visits[2]/who", moves.Edit("visits[2]/who")),
        ("/start", moves.Begin()),
        ("/start@bot  CODE", Enter("CODE")),
        ("/risk", moves.Concern()),
        ("/", moves.Help()),
        ("/nothing", moves.Help()),
        ("hello", None),
        ("1/2", None),
    ],
)
def test_commands(text: str, move: Move | Enter | None) -> None:
    assert hearing.command(text) == move


@pytest.mark.parametrize("name", hearing.COMMANDS)
def test_every_command_of_the_menu_is_known(name: str) -> None:
    assert name in {"help", "receipt"} or hearing.command(f"/{name}") != moves.Help()


@pytest.mark.parametrize("interview", [ASKING, REVIEWING, PAUSED, at(), at(moves.Answer("no"))])
@pytest.mark.parametrize(
    "text", ["Someone is at risk", "someone  IS at risk", "Mae rhywun mewn perygl", "/risk"]
)
def test_the_way_to_help_is_heard_in_every_state_and_language(text: str, interview: Interview) -> None:
    assert typed(text, interview) == moves.Concern()


@pytest.mark.parametrize(
    ("text", "interview", "kind"),
    [
        ("Skip", ASKING, moves.Skip),
        ("skip", ASKING, moves.Skip),
        ("Nurse", ASKING, moves.Answer),
        ("anything", ASKING, moves.Answer),
        ("7", ASKING, moves.Answer),
        ("Hand in my answers", REVIEWING, moves.Submit),
        ("1", REVIEWING, moves.Submit),
        ("99", REVIEWING, moves.Begin),
        ("anything", REVIEWING, moves.Begin),
        ("go on", PAUSED, moves.Resume),
        ("Yes, erase my answers", PAUSED, moves.Withdraw),
        ("²", REVIEWING, moves.Begin),
        ("9" * 6000, REVIEWING, moves.Begin),
    ],
)
def test_words_are_a_button_an_answer_or_show_again_what_waits(
    text: str, interview: Interview, kind: type[Move]
) -> None:
    assert type(typed(text, interview)) is kind


@pytest.mark.parametrize(
    ("number", "path"), [("1", "role"), ("4", "story"), ("5", "5"), ("0", "0"), ("²", "²"), ("01", "role")]
)
def test_an_answer_is_changed_by_its_number_or_its_path(number: str, path: str) -> None:
    made = typed(f"/edit {number}", REVIEWING)
    assert isinstance(made, moves.Edit)
    assert made.path == path


@given(st.text(max_size=200), st.sampled_from([ASKING, REVIEWING, PAUSED]))
def test_no_text_whatever_breaks_it(text: str, interview: Interview) -> None:
    move = typed(text, interview)
    if not isinstance(move, Enter | Go | About):
        engine.advance(FORM, interview, move, now=NOW)


def test_the_way_to_the_lead_can_be_typed_in_every_language() -> None:
    for said in ("Tell the safeguarding lead", "tell  the SAFEGUARDING lead"):
        assert typed(said, ASKING) == Go("concern")
    welsh = wording.voice("cy")(wording.TELL)
    assert welsh != wording.TELL
    assert typed(welsh, ASKING) == Go("concern")


def test_a_number_that_is_far_too_long_breaks_nothing() -> None:
    assert typed("0000019999", PAUSED) == moves.Begin()
    assert typed("/edit 0000019999", REVIEWING) == moves.Edit("0000019999")
