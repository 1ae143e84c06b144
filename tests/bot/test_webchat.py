"""What a posted form means, and what a screen shows of a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import webchat
from bot.messages import Reply
from dialogues import moves, prompts
from dialogues.form import Form, Kind, Language, Text
from dialogues.interview import Interview, State
from dialogues.prompts import Item, Option, Progress

FORM = Form(id="f", title=Text({"en": "F"}), version="1", languages=(Language("en", "English"),), children=())
FIELDS = st.dictionaries(
    st.sampled_from(
        ["move", "answer", "question", "turn", "control", "language", "place:a", "day", "month", "year"]
    )
    | st.text(max_size=8),
    st.lists(st.text(max_size=30), max_size=3),
    max_size=12,
)


def asking(kind: Kind, **more: object) -> prompts.Ask:
    return prompts.Ask(question="q", kind=kind, label="?", turn=1, progress=Progress(0, 1), **more)  # type: ignore[arg-type]


def shown(*waiting: prompts.Prompt, entered: tuple[str, ...] | None = None, tries: int = 0) -> webchat.Screen:
    interview = Interview(FORM.digest, "en", State.ASKING)
    items = [Item(f"q{number}", f"Question {number}", "yes") for number in range(5)]
    return webchat.screen(Reply(FORM, interview, waiting, tries), items, entered=entered)


def posted(control: str, **fields: list[str]) -> moves.Move | None:
    return webchat.move(
        {"move": ["answer"], "control": [control], "question": ["q"], "turn": ["4"], **fields},
    )


@pytest.mark.parametrize(
    "move",
    [
        moves.Skip(question="q", turn=3),
        moves.Back(),
        moves.Edit("a/b[2]/c"),
        moves.Confirm(moves.Wording.CHANGE, question="q", turn=1),
        moves.Withdraw(sure=True),
        moves.Begin(language="cy"),
    ],
)
def test_a_button_carries_its_move(move: moves.Move) -> None:
    assert webchat.move({"move": [webchat.token(move)]}) == move


def test_only_we_say_that_time_has_run_out() -> None:
    assert webchat.move({"move": [webchat.token(moves.Expire())]}) is None


@pytest.mark.parametrize(
    "garbage", ["", "{", "null", "[]", '{"type":"answer"}', '{"type":"nothing"}', "\x00", "9" * 5000]
)
def test_what_no_page_of_ours_sends_is_no_move(garbage: str) -> None:
    assert webchat.move({"move": [garbage]}) is None


@given(FIELDS)
def test_no_fields_whatever_break_it(fields: dict[str, list[str]]) -> None:
    webchat.move(fields)
    webchat.typed(fields)
    assert webchat.update(fields) == webchat.update(dict(reversed(fields.items())))


def test_one_choice_several_choices_and_words() -> None:
    assert posted("radios", answer=["often"]) == moves.Answer("often", question="q", turn=4)
    assert posted("radios") == moves.Answer("", question="q", turn=4)
    assert posted("checkboxes", answer=["a", "b"]) == moves.Answer(("a", "b"), question="q", turn=4)
    assert posted("words", answer=["one\r\ntwo"]) == moves.Answer("one\ntwo", question="q", turn=4)


def test_a_date_is_put_together_and_what_is_none_is_passed_on_as_typed() -> None:
    assert posted("date", day=["4"], month=["5"], year=["2026"]) == moves.Answer(
        "2026-05-04", question="q", turn=4
    )
    assert posted("date", day=["4"], month=["May"], year=["2026"]) == moves.Answer(
        "4 May 2026", question="q", turn=4
    )
    moment = posted("datetime", day=["4"], month=["5"], year=["2026"], time=["14:30"])
    assert moment == moves.Answer("2026-05-04T14:30", question="q", turn=4)


def test_ranks_are_put_in_order_and_the_same_place_is_given_once() -> None:
    places = {"place:a": ["2"], "place:b": ["1"], "place:c": ["2"], "place:d": [""]}
    assert posted("rank", **places) == moves.Answer(("b", "a"), question="q", turn=4)


def test_the_same_click_has_the_same_name_and_another_answer_another() -> None:
    fields = {"update": ["u"], "answer": ["a"]}
    assert webchat.update(fields) == webchat.update({"answer": ["a"], "update": ["u"]})
    assert webchat.update(fields) != webchat.update({**fields, "answer": ["b"]})
    assert webchat.update(fields) != webchat.update({**fields, "update": ["v"]})


@pytest.mark.parametrize(
    ("kind", "control"),
    [
        (Kind.SELECT_ONE, "radios"),
        (Kind.SELECT_MULTIPLE, "checkboxes"),
        (Kind.RANK, "rank"),
        (Kind.INTEGER, "whole"),
        (Kind.DECIMAL, "number"),
        (Kind.DATE, "date"),
        (Kind.TIME, "time"),
        (Kind.DATETIME, "datetime"),
        (Kind.ACKNOWLEDGE, "checkboxes"),
        (Kind.IMAGE, "file"),
        (Kind.TEXT, "words"),
    ],
)
def test_each_kind_of_question_has_its_control(kind: Kind, control: str) -> None:
    question = shown(asking(kind, options=(Option("a", "A"),))).question
    assert question is not None
    assert question.control == control


def test_a_short_range_is_a_row_of_choices_and_a_long_one_a_number() -> None:
    short, long = (
        shown(asking(Kind.RANGE, bounds=bounds)).question for bounds in [(0.0, 2.0, 0.5), (0.0, 100.0, 1.0)]
    )
    assert short is not None
    assert long is not None
    assert [option.value for option in short.options] == ["0", "0.5", "1", "1.5", "2"]
    assert (short.control, long.control, long.options) == ("radios", "number", ())


def test_what_was_typed_is_kept_and_else_the_present_answer_shown() -> None:
    again = prompts.AskAgain(question="q", reason=prompts.Reason.NOT_A_NUMBER)
    kept = shown(again, asking(Kind.INTEGER, current="3"), entered=("lots",)).question
    present = shown(asking(Kind.INTEGER, current="3")).question
    assert kept is not None
    assert present is not None
    assert (kept.typed, present.typed) == (["lots"], ["3"])
    assert kept.described == "answer-error"


def test_a_date_is_shown_in_its_boxes() -> None:
    question = shown(asking(Kind.DATETIME, current="2026-05-04T14:30:00.000")).question
    assert question is not None
    assert question.parts == {"day": "4", "month": "5", "year": "2026", "time": "14:30"}


def test_the_last_two_answers_are_in_sight_and_the_others_fold_away() -> None:
    screen = shown(asking(Kind.TEXT))
    assert ([said.label for said in screen.recent], len(screen.folded)) == (["Question 3", "Question 4"], 3)


def test_nobody_sees_answers_while_it_rests() -> None:
    screen = shown(prompts.Paused())
    assert not screen.earlier
    assert [way.label for way in screen.messages[0].buttons] == ["Go on", "Stop"]


def test_no_repr_holds_what_was_said() -> None:
    screen = shown(asking(Kind.TEXT), entered=("secret",))
    assert "secret" not in repr(screen)
    assert "Question 3" not in repr((screen.recent, screen.question))
