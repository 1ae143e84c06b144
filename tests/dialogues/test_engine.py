"""What a person can do in an interview, and what becomes of their answers."""

from __future__ import annotations

import msgspec
import pytest

from dialogues import moves
from dialogues.engine import Turn, advance, invite, response
from dialogues.form import Form
from dialogues.interview import Interview, State, decode, encode
from dialogues.prompts import (
    Ask,
    AskAgain,
    ChooseLanguage,
    ConfirmStop,
    ConfirmWording,
    Declined,
    Expired,
    Guide,
    NotNow,
    Option,
    Paused,
    Reason,
    Review,
    Signpost,
    Stale,
    Submitted,
    Withdrawn,
)
from dialogues.script import BrokenFormError
from tests.dialogues.playing import NOW, YES_NO, Conversation, form_of

PLAIN = form_of("""
survey:
  - {type: text, name: a, label: A}
  - {type: text, name: b, label: B}
  - {type: text, name: c, label: C}
""")

BRANCH = form_of(
    """
survey:
  - {type: select_one yes_no, name: told, label: Did you tell someone?}
  - {type: text, name: whom, label: Whom?, relevant: "${told} = 'yes'", required: "yes"}
  - {type: text, name: why, label: Why not?, relevant: "${told} = 'no'"}
  - {type: text, name: last, label: Anything else?}
"""
    + YES_NO
)

CONSENT = form_of(
    """
settings: [{attribution: anonymous}]
survey:
  - {type: note, name: danger, label: Ring 999., appearance: signpost}
  - {type: select_one yes_no, name: consent, label: Take part?, appearance: consent}
  - {type: text, name: what, label: What happened?, default: Nothing}
  - {type: calculate, name: id, calculation: once(uuid())}
  - {type: begin repeat, name: visits, label: Another visit?}
  - {type: integer, name: length, label: How long?}
  - {type: end repeat}
"""
    + YES_NO
)


def talk_to(form: Form, *replies: str) -> Conversation:
    talk = Conversation(form).begin()
    talk.say(*replies)
    return talk


# Position


def test_the_question_is_the_first_that_is_neither_answered_nor_skipped() -> None:
    talk = talk_to(PLAIN)
    assert talk.question == "a"
    talk.say("x")
    assert talk.question == "b"
    talk.do(moves.Skip())
    assert talk.question == "c"
    talk.say("z")
    assert talk.state is State.REVIEWING
    assert talk.history == [("a", "x"), ("b", ""), ("c", "z")]


def test_back_is_the_question_before_and_keeps_its_answer_as_a_suggestion() -> None:
    talk = talk_to(PLAIN, "x", "y")
    assert talk.do(moves.Back()).interview.editing == "b"
    assert (talk.ask.current, talk.ask.editing) == ("y", True)
    talk.do(moves.Back())
    assert (talk.question, talk.ask.current, talk.ask.can_go_back) == ("a", "x", False)
    before = talk.interview
    assert isinstance(talk.do(moves.Back()).prompts[0], NotNow)
    assert talk.interview is before
    talk.say("changed")
    assert talk.question == "c"
    assert talk.interview.answers == {"a": "changed", "b": "y"}


def test_keep_leaves_an_answer_as_it_was() -> None:
    talk = talk_to(PLAIN, "x", "y")
    talk.do(moves.Back())
    talk.do(moves.Keep())
    assert talk.question == "c"
    assert talk.interview.answers == {"a": "x", "b": "y"}
    assert isinstance(talk.do(moves.Keep()).prompts[0], NotNow)


def test_keep_does_not_pass_over_a_question_that_was_never_answered() -> None:
    talk = talk_to(BRANCH, "no", "afraid", "x")
    talk.do(moves.Edit("told"))
    talk.say("yes")
    talk.do(moves.Edit("last"))
    talk.do(moves.Back())
    assert (talk.question, talk.interview.editing) == ("whom", "whom")
    assert isinstance(talk.do(moves.Keep()).prompts[0], NotNow)
    assert "whom" not in talk.interview.done


def test_back_goes_to_the_nearest_question_that_is_relevant_now() -> None:
    talk = talk_to(BRANCH, "no", "afraid")
    assert talk.question == "last"
    talk.do(moves.Back())
    assert talk.question == "why"
    talk.do(moves.Back())
    talk.say("yes")
    talk.say("the nurse")
    talk.do(moves.Back())
    assert talk.question == "whom"


def test_a_required_question_cannot_be_skipped_or_left_empty() -> None:
    talk = talk_to(BRANCH, "yes")
    before = talk.interview
    for move in (moves.Skip(), moves.Answer("  ")):
        again = talk.do(move).prompts[0]
        assert isinstance(again, AskAgain)
        assert again.reason is Reason.REQUIRED
        assert talk.interview is before
        assert talk.question == "whom"


def test_skipping_an_answer_that_was_gone_back_to_takes_it_away() -> None:
    talk = talk_to(PLAIN, "x")
    talk.do(moves.Back())
    talk.do(moves.Skip())
    assert talk.interview.answers == {}
    assert talk.history == [("a", "")]


def test_any_answer_can_be_changed_from_the_review() -> None:
    talk = talk_to(PLAIN, "x", "y", "z")
    talk.do(moves.Edit("b"))
    assert (talk.state, talk.question, talk.ask.current) == (State.ASKING, "b", "y")
    talk.say("changed")
    assert talk.state is State.REVIEWING
    assert talk.response == {"a": "x", "b": "changed", "c": "z"}


@pytest.mark.parametrize("path", ["nowhere", "a[1]", "", "b/", "id", "consent", "visits[1]", "danger"])
def test_what_cannot_be_changed_changes_nothing(path: str) -> None:
    talk = talk_to(CONSENT, "yes", "x")
    before = talk.interview
    assert isinstance(talk.do(moves.Edit(path)).prompts[0], Stale)
    assert talk.interview is before


def test_a_calculation_cannot_be_edited() -> None:
    form = form_of("""
survey:
  - {type: calculate, name: sum, calculation: 1 + 1}
  - {type: begin group, name: g, label: G}
  - {type: text, name: a, label: A}
  - {type: end group}
""")
    talk = talk_to(form, "x")
    for path in ("sum", "g"):
        assert isinstance(talk.do(moves.Edit(path)).prompts[0], Stale)


# Relevance


def test_hidden_answers_leave_nothing_behind_and_come_back() -> None:
    talk = talk_to(BRANCH, "no", "afraid", "x")
    assert talk.response == {"told": "no", "why": "afraid", "last": "x"}
    talk.do(moves.Edit("told"))
    talk.say("yes", "the nurse")
    assert talk.state is State.REVIEWING
    assert talk.response == {"told": "yes", "whom": "the nurse", "last": "x"}
    assert talk.history == [("told", "Yes"), ("whom", "the nurse"), ("last", "x")]
    talk.do(moves.Edit("told"))
    talk.say("no")
    assert talk.state is State.REVIEWING
    assert talk.response == {"told": "no", "why": "afraid", "last": "x"}


def test_a_hidden_answer_reaches_no_expression_and_no_label() -> None:
    form = form_of(
        """
survey:
  - {type: select_one yes_no, name: told, label: Told?}
  - {type: begin group, name: g, label: G, relevant: "${told} = 'yes'"}
  - {type: text, name: whom, label: Whom?}
  - {type: calculate, name: loud, calculation: "concat(${whom}, '!')"}
  - {type: end group}
  - {type: text, name: last, label: "You told “${whom}” (${loud}).", relevant: "${loud} = '' or ${loud} = 'Ann!'"}
"""
        + YES_NO
    )
    talk = talk_to(form, "yes", "Ann")
    assert talk.ask.label == "You told “Ann” (Ann!)."
    talk.do(moves.Edit("told"))
    talk.say("no")
    assert talk.ask.label == "You told “” ()."


# Consent


def test_nothing_is_kept_before_consent() -> None:
    talk = Conversation(CONSENT)
    talk.begin()
    for move in (moves.Speak("en"), moves.Pause(), moves.Resume(), moves.Skip(), moves.Answer("perhaps")):
        talk.do(move)
        assert (talk.interview.answers, talk.interview.done, talk.interview.counts) == ({}, frozenset(), {})
        assert talk.response == {}
        assert talk.history == []
    assert (talk.state, talk.question, talk.ask.consent) == (State.CONSENTING, "consent", True)
    talk.say("yes")
    assert set(talk.interview.answers) == {"consent", "what", "id"}
    assert talk.ask.current == "Nothing"


def test_consent_refused_keeps_nothing() -> None:
    talk = talk_to(CONSENT, "no")
    assert isinstance(talk.prompts[0], Declined)
    assert talk.interview == Interview(CONSENT.digest, "en", State.DECLINED, turn=2, seed="seed")


def test_consent_is_not_gone_back_to() -> None:
    talk = talk_to(CONSENT, "yes")
    assert not talk.ask.can_go_back
    assert isinstance(talk.do(moves.Back()).prompts[0], NotNow)


def test_consent_may_be_an_acknowledgement() -> None:
    form = form_of("""
survey:
  - {type: acknowledge, name: ok, label: Agreed?, appearance: consent}
  - {type: text, name: a, label: A}
""")
    assert talk_to(form, "OK").question == "a"
    assert talk_to(form, "what?").state is State.CONSENTING


# Ending


def test_stopping_is_asked_back_and_then_erases_everything() -> None:
    talk = talk_to(PLAIN, "x", "y")
    before = talk.interview
    assert talk.do(moves.Withdraw()).prompts == (ConfirmStop(),)
    assert talk.interview is before
    talk.do(moves.Begin())
    assert talk.question == "c"
    talk.do(moves.Withdraw(sure=True))
    assert talk.prompts == (Withdrawn(),)
    assert talk.interview == Interview(PLAIN.digest, "en", State.WITHDRAWN, turn=4, seed="seed")
    assert talk.response == {}
    assert b"x" not in encode(talk.interview)


def test_time_that_has_run_out_erases_everything() -> None:
    talk = talk_to(PLAIN, "secret")
    talk.do(moves.Expire())
    assert talk.prompts == (Expired(),)
    assert b"secret" not in encode(talk.interview)
    before = talk.interview
    talk.do(moves.Speak("en"))
    assert talk.interview.answers == before.answers == {}


def test_submitting_says_so_once_and_for_all() -> None:
    talk = talk_to(PLAIN, "x", "y", "z")
    talk.do(moves.Submit())
    assert talk.prompts == (Submitted(),)
    for move in (moves.Submit(), moves.Back(), moves.Answer("q"), moves.Edit("a"), moves.Withdraw(sure=True)):
        before = talk.interview
        assert isinstance(talk.do(move).prompts[0], NotNow)
        assert talk.interview is before
    assert talk.response == {"a": "x", "b": "y", "c": "z"}


def test_submitting_validates_everything_again_and_asks_the_first_failing_question() -> None:
    form = form_of("""
survey:
  - {type: integer, name: least, label: Least?}
  - {type: integer, name: most, label: Most?, constraint: ". >= ${least}", constraint_message: "Not below ${least}."}
  - {type: text, name: why, label: Why?, required: "${most} > 5"}
""")
    talk = talk_to(form, "1", "4")
    talk.do(moves.Skip())
    talk.do(moves.Edit("least"))
    talk.say("5")
    assert (talk.state, talk.question) == (State.REVIEWING, "")
    talk.do(moves.Submit())
    assert (talk.state, talk.question, talk.ask.current) == (State.ASKING, "most", "4")
    assert talk.last(AskAgain) == AskAgain(question="most", reason=Reason.CONSTRAINT, message="Not below 5.")
    talk.say("6")
    talk.do(moves.Submit())
    assert talk.question == "why"
    assert talk.last(AskAgain).reason is Reason.REQUIRED
    talk.say("because")
    talk.do(moves.Submit())
    assert talk.state is State.SUBMITTED
    assert talk.response == {"least": 5, "most": 6, "why": "because"}


def test_keeping_what_fails_does_not_hand_it_in() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: A}
  - {type: integer, name: b, label: B, constraint: ". > ${a}"}
""")
    talk = talk_to(form, "1", "2")
    talk.do(moves.Edit("a"))
    talk.say("3")
    for _ in range(3):
        talk.do(moves.Submit())
        talk.do(moves.Keep())
    assert talk.state is State.REVIEWING


# Pausing


def test_a_pause_keeps_everything_also_a_question_that_was_gone_back_to() -> None:
    talk = talk_to(PLAIN, "x", "y")
    talk.do(moves.Back())
    talk.do(moves.Back())
    talk.do(moves.Pause())
    assert talk.prompts == (Paused(),)
    for move in (moves.Answer("z"), moves.Back(), moves.Skip(), moves.Submit(), moves.Edit("b")):
        assert isinstance(talk.do(move).prompts[0], NotNow)
    talk.do(moves.Resume())
    assert (talk.question, talk.ask.current) == ("a", "x")
    talk.do(moves.Keep())
    assert talk.question == "c"


def test_a_pause_while_all_is_answered_comes_back_to_what_was_edited() -> None:
    talk = talk_to(PLAIN, "x", "y", "z")
    talk.do(moves.Edit("b"))
    talk.do(moves.Pause())
    talk.do(moves.Resume())
    assert (talk.state, talk.question) == (State.ASKING, "b")
    talk.do(moves.Keep())
    talk.do(moves.Pause())
    talk.do(moves.Resume())
    assert talk.state is State.REVIEWING


def test_a_pause_before_consent_comes_back_to_consent() -> None:
    talk = talk_to(CONSENT)
    talk.do(moves.Pause())
    talk.do(moves.Resume())
    assert (talk.state, talk.question) == (State.CONSENTING, "consent")


# Help, looking, danger


def test_help_looking_and_danger_change_nothing_at_any_point() -> None:
    for replies in ((), ("yes",), ("yes", "x")):
        talk = talk_to(CONSENT, *replies)
        before, question = talk.interview, talk.question
        for move, kind in ((moves.Help(), Guide), (moves.Concern(), Signpost)):
            talk.do(move)
            assert isinstance(talk.prompts[0], kind)
            assert talk.question == question
            assert talk.interview is before
        assert isinstance(talk.do(moves.Look()).prompts[0], Review)
        assert talk.interview is before


def test_looking_in_the_middle_shows_what_was_answered_and_cannot_hand_in() -> None:
    talk = talk_to(BRANCH, "yes", "the nurse")
    talk.do(moves.Look())
    review = talk.last(Review)
    assert not review.complete
    assert [(item.label, item.answer, item.value) for item in review.items] == [
        ("Did you tell someone?", "Yes", "yes"),
        ("Whom?", "the nurse", "the nurse"),
    ]
    assert isinstance(talk.do(moves.Submit()).prompts[0], NotNow)


def test_help_does_not_offer_to_skip_what_is_required() -> None:
    talk = talk_to(BRANCH)
    talk.do(moves.Help())
    assert "skip" in talk.last(Guide).moves
    talk.say("yes")
    talk.do(moves.Help())
    assert "skip" not in talk.last(Guide).moves
    assert {"back", "edit", "pause", "withdraw"} <= set(talk.last(Guide).moves)


# Languages

TWO = form_of("""
settings: [{default_language: English (en), "form_title::English (en)": Work}]
survey:
  - {type: text, name: a, "label::English (en)": What?, "label::Cymraeg (cy)": Beth?}
  - type: select_one how
    name: b
    "label::English (en)": How, ${a}?
    "label::Cymraeg (cy)": Sut, ${a}?
    constraint: ". != 'well'"
    "constraint_message::English (en)": No.
    "constraint_message::Cymraeg (cy)": Na.
  - {type: calculate, name: quoted, calculation: "jr:choice-name(${b}, '${b}')"}
  - {type: calculate, name: id, calculation: uuid()}
  - {type: note, name: n, "label::English (en)": "You chose ${quoted}.", "label::Cymraeg (cy)": "Dewisoch ${quoted}."}
choices:
  - {list_name: how, name: well, "label::English (en)": Well, "label::Cymraeg (cy)": Yn dda}
  - {list_name: how, name: badly, "label::English (en)": Badly, "label::Cymraeg (cy)": Yn wael}
""")


def test_another_language_in_the_middle_keeps_every_answer() -> None:
    talk = talk_to(TWO, "the rota")
    kept = talk.interview.answers
    talk.do(moves.Speak("cy"))
    assert talk.interview.answers == kept
    assert (talk.ask.label, [option.label for option in talk.ask.options]) == (
        "Sut, the rota?",
        ["Yn dda", "Yn wael"],
    )
    talk.say("yn dda")
    assert talk.last(AskAgain).message == "Na."
    talk.say("Yn wael")
    assert talk.notes == ["Dewisoch Yn wael."]
    talk.do(moves.Speak("en"))
    assert talk.notes == ["You chose Badly."]
    assert {name: talk.response[name] for name in ("a", "b", "quoted")} == {
        "a": "the rota", "b": "badly", "quoted": "Badly",
    }  # fmt: skip
    assert talk.response["id"] == kept["id"]


def test_a_language_that_the_form_does_not_speak_is_refused() -> None:
    talk = talk_to(TWO)
    before = talk.interview
    for wanted in ("xx", ""):
        (choice,) = talk.do(moves.Speak(wanted)).prompts
        assert choice == ChooseLanguage(languages=(Option("en", "English"), Option("cy", "Cymraeg")))
        assert talk.interview is before
    assert talk.do(moves.Speak("cymraeg")).interview.language == "cy"
    assert invite(TWO, language="xx").language == "en"
    assert advance(TWO, invite(TWO), moves.Begin(language="cy"), now=NOW).interview.language == "cy"
    assert advance(TWO, invite(TWO), moves.Begin(language="xx"), now=NOW).interview.language == "en"


def test_another_language_before_consent_and_while_paused() -> None:
    form = form_of(
        """
survey:
  - type: select_one yes_no
    name: consent
    appearance: consent
    "label::English (en)": Yes?
    "label::Cymraeg (cy)": Ie?
  - {type: text, name: a, "label::English (en)": What?, "label::Cymraeg (cy)": Beth?}
"""
        + YES_NO
    )
    talk = talk_to(form)
    talk.do(moves.Speak("cy"))
    assert (talk.ask.label, talk.interview.language) == ("Ie?", "cy")
    talk.say("ie")
    talk.do(moves.Pause())
    talk.do(moves.Speak("en"))
    assert talk.prompts == (Paused(),)
    talk.do(moves.Resume())
    assert talk.ask.label == "What?"


# Progress


def test_progress_is_what_is_done_of_what_is_relevant() -> None:
    talk = talk_to(BRANCH)
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (0, 2)
    talk.say("yes")
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (1, 3)
    talk.do(moves.Back())
    talk.say("no")
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (1, 3)
    talk.do(moves.Skip())
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (2, 3)


def test_progress_counts_the_questions_of_every_instance() -> None:
    form = form_of("""
survey:
  - {type: begin repeat, name: visits, label: Another visit?}
  - {type: text, name: who, label: Who?}
  - {type: text, name: why, label: Why?, relevant: "${who} != 'nobody'"}
  - {type: end repeat}
""")
    talk = talk_to(form)
    seen = []
    for reply in ("Ann", "x", "yes", "nobody", "yes", "Bob"):
        seen.append((talk.ask.progress.done, talk.ask.progress.relevant))
        talk.say(reply)
    assert seen == [(0, 2), (1, 2), (2, 2), (2, 4), (3, 3), (3, 5)]
    talk.do(moves.Remove("visits[1]"))
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (2, 3)


# Buttons


def test_a_tap_that_belongs_to_an_earlier_question_changes_nothing_and_says_so() -> None:
    talk = talk_to(BRANCH)
    tap = moves.Answer("yes", question=talk.ask.question, turn=talk.ask.turn)
    talk.do(tap)
    assert talk.question == "whom"
    before = talk.interview
    for again in (tap, moves.Answer("yes", question="told"), moves.Skip(turn=1), moves.Back(turn=0)):
        assert isinstance(talk.do(again).prompts[0], Stale)
        assert talk.interview is before
        assert talk.question == "whom"


def test_a_second_tap_on_another_one_adds_only_one() -> None:
    talk = talk_to(CONSENT, "yes", "x", "5")
    ask = talk.ask
    assert ask.another
    tap = moves.Another(wanted=True, question=ask.question, turn=ask.turn)
    talk.do(tap)
    talk.do(tap)
    assert talk.interview.counts == {"visits": 2}
    talk.say("6")
    assert isinstance(talk.do(tap).prompts[0], Stale)


def test_a_tap_of_the_question_that_is_waiting_is_taken() -> None:
    talk = talk_to(PLAIN)
    talk.do(moves.Answer("x", question="a", turn=talk.ask.turn))
    talk.do(moves.Skip(question="b"))
    assert talk.interview.done == {"a", "b"}


# What is not taken


def test_a_reply_that_is_not_taken_changes_nothing_and_is_asked_again() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: How many?, constraint: ". < 5", constraint_message: Fewer than five.}
""")
    talk = talk_to(form)
    before = talk.interview
    for typed, reason, message in (
        ("many", Reason.NOT_A_NUMBER, ""),
        ("2.5", Reason.NOT_WHOLE, ""),
        ("7", Reason.CONSTRAINT, "Fewer than five."),
        ("x" * 100_000, Reason.NOT_A_NUMBER, ""),
        ("", Reason.NO_WORDS, ""),
    ):
        turn = talk.say(typed)
        assert turn.interview is before
        assert [type(prompt) for prompt in turn.prompts] == [AskAgain, Ask]
        again = talk.last(AskAgain)
        assert (again.reason, again.message) == (reason, message)


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "😀", "שלום\u202e", "a\x00b", "\ud800", "x" * 100_000, "${a}", "{0}"]
)
def test_anything_typed_is_stored_safely_or_asked_again(text: str) -> None:
    talk = talk_to(PLAIN, text)
    decode(encode(talk.interview))
    assert talk.question in ("a", "b")
    assert "\x00" not in str(talk.response)


# Texts that may tell who wrote them


def anonymous(rows: str) -> Form:
    return form_of(f"settings: [{{attribution: anonymous}}]\nsurvey:\n{rows}")


WHAT = anonymous("""
  - {type: text, name: what, label: What?, constraint: "string-length(.) > 3"}
  - {type: text, name: more, label: More?}
""")


def test_a_text_that_may_identify_its_writer_is_confirmed() -> None:
    talk = talk_to(WHAT, "Ring 07700 900123 or ann@example.org")
    assert talk.state is State.CONFIRMING
    confirm = talk.last(ConfirmWording)
    assert (confirm.question, confirm.found) == ("what", ("07700 900123", "ann@example.org"))
    assert talk.interview.answers == {}
    assert talk.interview.done == frozenset()


@pytest.mark.parametrize(
    ("wording", "kept"),
    [
        (moves.Wording.KEEP, "Ring 07700 900123"),
        (moves.Wording.REMOVE, "Ring […]"),
        (moves.Wording.CHANGE, None),
    ],
)
def test_it_is_kept_changed_or_removed(wording: moves.Wording, kept: str | None) -> None:
    talk = talk_to(WHAT, "Ring 07700 900123")
    talk.do(moves.Confirm(wording))
    assert talk.interview.answers == ({} if kept is None else {"what": kept})
    assert talk.question == ("what" if kept is None else "more")
    assert talk.interview.pending is None


def test_confirming_survives_a_pause_a_language_and_a_second_thought() -> None:
    talk = talk_to(WHAT, "Ring 07700 900123")
    for move in (moves.Pause(), moves.Speak("en"), moves.Resume(), moves.Speak("en")):
        talk.do(move)
        talk.interview = decode(encode(talk.interview))
        assert talk.interview.pending == "Ring 07700 900123"
    assert talk.state is State.CONFIRMING
    for refused in (moves.Back(), moves.Skip(), moves.Edit("what"), moves.Submit()):
        assert isinstance(talk.do(refused).prompts[0], NotNow)
        assert talk.has(ConfirmWording)
    talk.do(moves.Confirm(moves.Wording.KEEP))
    assert talk.interview.answers == {"what": "Ring 07700 900123"}


def test_writing_anew_while_confirming_takes_the_place_of_the_first_wording() -> None:
    talk = talk_to(WHAT, "Ring 07700 900123")
    talk.say("Ring 07700 900456")
    assert talk.state is State.CONFIRMING
    assert talk.interview.pending == "Ring 07700 900456"
    talk.say("Ring the office")
    assert talk.interview.answers == {"what": "Ring the office"}
    assert talk.interview.pending is None


MANY = form_of("""
survey:
  - {type: select_multiple kinds, name: which, label: "Which?"}
  - {type: text, name: more, label: "More?"}
choices:
  - {list_name: kinds, name: a, label: A}
  - {list_name: kinds, name: b, label: B}
  - {list_name: kinds, name: c, label: C}
""")


def test_several_choices_are_marked_one_by_one_and_given_together() -> None:
    talk = talk_to(MANY)
    turn = talk.interview.turn
    for choice in ("c", "a"):
        talk.do(moves.Mark(choice))
    assert talk.ask.current == "c a"
    assert talk.interview.turn == turn, "the other buttons of the question still belong to it"
    assert talk.interview.answers == {}
    talk.interview = decode(encode(talk.interview))
    talk.do(moves.Mark("c", wanted=False))
    talk.do(moves.Mark("c", wanted=False))
    talk.do(moves.Mark("b"))
    talk.do(moves.Done(question="which", turn=turn))
    assert talk.interview.answers == {"which": "a b"}
    assert talk.interview.marked is None
    assert talk.question == "more"


def test_what_is_marked_waits_through_a_pause_and_starts_from_the_answer_that_is_changed() -> None:
    talk = talk_to(MANY)
    talk.do(moves.Mark("b"))
    for move in (moves.Pause(), moves.Speak("en"), moves.Resume()):
        talk.do(move)
    assert talk.ask.current == "b"
    talk.do(moves.Done())
    talk.do(moves.Edit("which"))
    talk.do(moves.Mark("a"))
    assert talk.ask.current == "b a"
    talk.do(moves.Done())
    assert talk.interview.answers == {"which": "a b"}


def test_a_mark_that_does_not_fit_changes_nothing() -> None:
    talk = talk_to(MANY)
    assert talk.do(moves.Mark("zz")).prompts[0] == Stale()
    assert talk.do(moves.Done()).prompts[0].__class__ is AskAgain
    talk.do(moves.Skip())
    assert talk.do(moves.Mark("a")).prompts[0] == NotNow(move="mark")
    assert talk.do(moves.Done()).prompts[0] == NotNow(move="done")


def test_confirming_an_answer_that_was_gone_back_to_comes_back_to_where_it_was() -> None:
    talk = talk_to(WHAT, "The rota", "x")
    talk.do(moves.Edit("what"))
    talk.say("Ring 07700 900123")
    talk.do(moves.Pause())
    talk.do(moves.Resume())
    talk.do(moves.Confirm(moves.Wording.CHANGE))
    assert (talk.question, talk.ask.current) == ("what", "The rota")
    talk.say("Ring 07700 900123")
    talk.do(moves.Confirm(moves.Wording.REMOVE))
    assert talk.state is State.REVIEWING
    assert talk.response == {"what": "Ring […]", "more": "x"}


def test_stopping_while_confirming_leaves_no_word_of_it() -> None:
    talk = talk_to(WHAT, "Ring 07700 900123")
    talk.do(moves.Withdraw(sure=True))
    assert b"07700" not in encode(talk.interview)


def test_a_named_form_and_a_question_for_contact_details_do_not_ask() -> None:
    named = form_of("survey: [{type: text, name: what, label: What?}]")
    assert talk_to(named, "Ring 07700 900123").state is State.REVIEWING
    contact = anonymous("  - {type: text, name: how, label: How?, appearance: contact}")
    assert talk_to(contact, "Ring 07700 900123").state is State.REVIEWING


# Repeats

VISITS = form_of("""
survey:
  - {type: begin repeat, name: visits, label: Was there another visit?}
  - {type: text, name: who, label: Who came?}
  - {type: begin repeat, name: notes, label: Another note?}
  - {type: text, name: note, label: "What did ${who} note?"}
  - {type: end repeat}
  - {type: end repeat}
  - {type: calculate, name: all, calculation: "join(',', ${who})"}
  - {type: text, name: last, label: "Anything else about ${all}?"}
""")


def test_a_repeat_asks_for_another_one_and_its_answers_are_a_list_of_objects() -> None:
    talk = talk_to(VISITS)
    walk = []
    for reply in ("Ann", "late", "yes", "loud", "no", "yes", "Bob", "kind", "no", "no", "x"):
        walk.append(talk.question)
        talk.say(reply)
    assert walk == [
        "visits[1]/who", "visits[1]/notes[1]/note", "visits[1]/notes[+]", "visits[1]/notes[2]/note",
        "visits[1]/notes[+]", "visits[+]", "visits[2]/who", "visits[2]/notes[1]/note", "visits[2]/notes[+]",
        "visits[+]", "last",
    ]  # fmt: skip
    assert talk.state is State.REVIEWING
    assert talk.response == {
        "visits": [
            {"who": "Ann", "notes": [{"note": "late"}, {"note": "loud"}]},
            {"who": "Bob", "notes": [{"note": "kind"}]},
        ],
        "all": "Ann,Bob",
        "last": "x",
    }
    assert [item.label for item in talk.last(Review).items][1] == "What did Ann note?"


def test_removing_an_instance_moves_the_later_ones_up() -> None:
    talk = talk_to(VISITS, "Ann", "late", "yes", "loud", "no", "yes", "Bob", "kind", "no", "no", "x")
    talk.do(moves.Remove("visits[1]/notes[1]"))
    assert talk.response["visits"] == [
        {"who": "Ann", "notes": [{"note": "loud"}]},
        {"who": "Bob", "notes": [{"note": "kind"}]},
    ]
    talk.do(moves.Remove("visits[1]"))
    assert talk.response == {
        "visits": [{"who": "Bob", "notes": [{"note": "kind"}]}],
        "all": "Bob",
        "last": "x",
    }
    assert talk.state is State.REVIEWING
    talk.do(moves.Remove("visits[1]"))
    assert talk.response == {"visits": [], "last": "x"}
    assert talk.interview.answers == {"last": "x"}


@pytest.mark.parametrize(
    "instance",
    [
        *("visits[1]", "visits[0]", "visits[2]", "visits[x]", "visits", "visits[1]/who", "nowhere[1]", "[1]"),
        "visits[" + "9" * 9_000 + "]",
    ],
)
def test_removing_what_is_not_there_changes_nothing(instance: str) -> None:
    talk = talk_to(VISITS, "Ann", "late")
    talk.do(moves.Remove("visits[1]"))
    before = talk.interview
    assert before.counts == {"visits": 0}
    assert isinstance(talk.do(moves.Remove(instance)).prompts[0], Stale)
    assert talk.interview is before


def test_after_everything_was_removed_another_one_can_be_added() -> None:
    talk = talk_to(VISITS, "Ann", "late")
    talk.do(moves.Remove("visits[1]"))
    assert talk.question == "visits[+]"
    talk.say("yes")
    assert talk.question == "visits[1]/who"
    assert talk.ask.current is None


def test_removing_while_an_answer_is_edited() -> None:
    talk = talk_to(VISITS, "Ann", "late", "no", "yes", "Bob", "kind", "no", "no")
    talk.do(moves.Edit("visits[2]/who"))
    talk.do(moves.Remove("visits[2]"))
    assert talk.question == "last"
    assert talk.response["visits"] == [{"who": "Ann", "notes": [{"note": "late"}]}]
    talk.do(moves.Edit("visits[1]/who"))
    talk.do(moves.Remove("visits[1]"))
    assert talk.question == "last"


def test_back_leads_through_a_repeat_and_its_another_one() -> None:
    talk = talk_to(VISITS, "Ann", "late", "no", "no")
    seen = []
    while talk.ask.can_go_back:
        talk.do(moves.Back())
        seen.append(talk.question)
    assert seen == ["visits[+]", "visits[1]/notes[+]", "visits[1]/notes[1]/note", "visits[1]/who"]
    talk.do(moves.Edit("visits[+]"))
    talk.say("yes")
    assert talk.question == "visits[2]/who"


def test_no_more_instances_can_be_skipped_to() -> None:
    talk = talk_to(VISITS, "Ann")
    talk.do(moves.Skip())
    talk.do(moves.Skip())
    assert talk.question == "visits[+]"
    talk.do(moves.Another(wanted=False))
    assert talk.question == "last"
    assert isinstance(talk.do(moves.Another(wanted=True)).prompts[0], NotNow)


COUNTED = form_of("""
survey:
  - {type: integer, name: rooms, label: How many rooms?}
  - {type: begin repeat, name: room, label: Room, repeat_count: "${rooms}"}
  - {type: begin group, name: g, label: G}
  - {type: integer, name: beds, label: How many beds?, default: "2"}
  - {type: text, name: why, label: Why so many?, relevant: "${beds} > 3"}
  - {type: end group}
  - {type: begin repeat, name: bed, label: Bed, repeat_count: "${beds}"}
  - {type: begin group, name: inner, label: Inner}
  - {type: text, name: who, label: Who?}
  - {type: text, name: whose, label: Whose?, relevant: "${who} = 'guest'"}
  - {type: end group}
  - {type: end repeat}
  - {type: end repeat}
  - {type: calculate, name: total, calculation: "sum(${beds})"}
  - {type: calculate, name: people, calculation: "join(',', ${who})"}
  - {type: calculate, name: second, calculation: "indexed-repeat(${beds}, ${room}, 2)"}
""")


def test_a_counted_repeat_grows_and_shrinks_with_its_count_and_loses_no_answer() -> None:
    talk = talk_to(COUNTED, "2", "1", "Ann", "2", "Bob", "Cyd")
    assert talk.state is State.REVIEWING
    full = talk.response
    assert (full["total"], full["people"], full["second"]) == ("3", "Ann,Bob,Cyd", "2")
    talk.do(moves.Edit("rooms"))
    talk.say("1")
    assert talk.state is State.REVIEWING
    assert talk.response == {
        "rooms": 1,
        "room": [{"beds": 1, "bed": [{"who": "Ann"}]}],
        "total": "1",
        "people": "Ann",
    }
    talk.do(moves.Edit("rooms"))
    talk.say("2")
    assert talk.state is State.REVIEWING
    assert talk.response == {**full, "rooms": 2}


def test_new_instances_of_a_counted_repeat_have_their_suggestions_and_their_hidden_questions() -> None:
    talk = talk_to(COUNTED, "1")
    assert (talk.question, talk.ask.current) == ("room[1]/beds", "2")
    talk.do(moves.Keep())
    assert talk.question == "room[1]/bed[1]/who"
    talk.say("Ann")
    assert talk.question == "room[1]/bed[2]/who"
    assert (talk.ask.progress.done, talk.ask.progress.relevant) == (3, 4)
    talk.say("guest")
    assert talk.question == "room[1]/bed[2]/whose"


def test_an_inner_count_changes_inside_one_instance_only() -> None:
    talk = talk_to(COUNTED, "2", "1", "Ann", "1", "Bob")
    talk.do(moves.Edit("room[1]/beds"))
    talk.say("3")
    assert talk.question == "room[1]/bed[2]/who"
    talk.say("Cyd", "Dee")
    assert talk.response["people"] == "Ann,Cyd,Dee,Bob"
    talk.do(moves.Edit("rooms"))
    talk.say("0")
    assert talk.response == {"rooms": 0, "room": [], "total": "0"}


def test_a_count_is_never_out_of_bounds() -> None:
    talk = talk_to(COUNTED, "-5")
    assert talk.state is State.REVIEWING
    form = form_of("""
survey:
  - {type: integer, name: n, label: N}
  - {type: begin repeat, name: r, label: R, repeat_count: "${n}"}
  - {type: note, name: x, label: X}
  - {type: end repeat}
""")
    talk = talk_to(form, "999999999999999")
    assert len(talk.response["r"]) == 1_000  # type: ignore[arg-type]


def test_a_repeat_that_is_full_takes_no_more() -> None:
    talk = talk_to(VISITS, "Ann", "late", "no")
    full = msgspec.structs.replace(talk.interview, counts={"visits": 1_000, "visits[1]/notes": 1})
    full = msgspec.structs.replace(full, editing="visits[+]")
    talk.interview = full
    for move in (moves.Another(wanted=True), moves.Answer("yes")):
        assert talk.do(move).prompts[0] == NotNow(move="another")
        assert talk.interview is full


def test_a_repeat_in_a_hidden_group_leaves_nothing() -> None:
    form = form_of(
        """
survey:
  - {type: select_one yes_no, name: any, label: Any?}
  - {type: begin group, name: g, label: G, relevant: "${any} = 'yes'"}
  - {type: begin repeat, name: r, label: More?}
  - {type: text, name: x, label: X}
  - {type: end repeat}
  - {type: end group}
  - {type: calculate, name: n, calculation: "count(${r})"}
  - {type: calculate, name: xs, calculation: "concat('[', join(',', ${x}), ']')"}
"""
        + YES_NO
    )
    talk = talk_to(form, "yes", "one", "yes", "two", "no")
    assert talk.response == {"any": "yes", "r": [{"x": "one"}, {"x": "two"}], "n": "2", "xs": "[one,two]"}
    talk.do(moves.Edit("any"))
    talk.say("no")
    assert talk.response == {"any": "no", "n": "0", "xs": "[]"}
    talk.do(moves.Edit("any"))
    talk.say("yes")
    assert talk.response == {"any": "yes", "r": [{"x": "one"}, {"x": "two"}], "n": "2", "xs": "[one,two]"}


# Choices

CASCADE = form_of("""
survey:
  - {type: select_one country, name: country, label: Country?}
  - {type: select_one town, name: town, label: Town?, choice_filter: "country = ${country}"}
  - {type: select_multiple town, name: seen, label: Seen?, choice_filter: "country = ${country} or country = 'both'"}
  - {type: text, name: why, label: "Why ${town}?"}
choices:
  - {list_name: country, name: wales, label: Wales}
  - {list_name: country, name: england, label: England}
  - {list_name: town, name: bangor, label: Bangor, country: wales}
  - {list_name: town, name: bath, label: Bath, country: england}
  - {list_name: town, name: border, label: Border, country: both}
""")


def test_choices_are_filtered_and_only_those_offered_are_taken() -> None:
    talk = talk_to(CASCADE, "wales")
    assert talk.options == ["bangor"]
    assert talk.say("bath").interview.done == {"country"}
    talk.say("1")
    assert talk.options == ["bangor", "border"]


def test_an_answer_that_is_no_longer_offered_is_cleared_and_asked_again() -> None:
    talk = talk_to(CASCADE, "wales", "bangor", "bangor, border", "x")
    assert talk.state is State.REVIEWING
    talk.do(moves.Edit("country"))
    talk.say("england")
    assert talk.response == {"country": "england", "seen": ["border"], "why": "x"}
    assert (talk.question, talk.options) == ("town", ["bath"])
    talk.do(moves.Edit("country"))
    talk.say("wales")
    assert (talk.question, talk.ask.current) == ("town", "bangor")
    talk.do(moves.Keep())
    assert talk.response == {"country": "wales", "town": "bangor", "seen": ["bangor", "border"], "why": "x"}


def test_or_other_asks_which() -> None:
    form = form_of("""
survey: [{type: select_one role or_other, name: role, label: Role?}]
choices: [{list_name: role, name: nurse, label: Nurse}]
""")
    talk = talk_to(form)
    assert [option.label for option in talk.ask.options] == ["Nurse", "Other"]
    talk.say("Other")
    assert (talk.question, talk.ask.label) == ("role_other", "Which other?")
    assert talk_to(form, "nurse").state is State.REVIEWING


def test_choices_outside_the_scale_stand_apart() -> None:
    form = form_of("""
survey: [{type: select_one scale, name: a, label: A}]
choices:
  - {list_name: scale, name: low, label: Low, score: "1"}
  - {list_name: scale, name: dk, label: Don't know}
""")
    assert [(option.value, option.apart) for option in talk_to(form).ask.options] == [
        ("low", False),
        ("dk", True),
    ]


# Suggestions and what is worked out


def test_a_default_is_a_suggestion_that_is_kept_changed_or_skipped() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: A, default: "3"}
  - {type: integer, name: b, label: B, default: "${a} + 1"}
  - {type: text, name: c, label: C, default: n/a}
  - {type: text, name: d, label: D, default: Yes (always)}
  - {type: date, name: e, label: E, default: today()}
""")
    talk = talk_to(form)
    assert (talk.question, talk.ask.current, talk.ask.editing) == ("a", "3", False)
    talk.do(moves.Keep())
    assert (talk.question, talk.ask.current) == ("b", "4")
    talk.say("9")
    assert (talk.question, talk.ask.current) == ("c", "n/a")
    talk.do(moves.Skip())
    assert (talk.question, talk.ask.current) == ("d", "Yes (always)")
    talk.do(moves.Keep())
    assert (talk.question, talk.ask.current) == ("e", "2026-05-04")
    talk.do(moves.Keep())
    assert talk.response == {"a": 3, "b": 9, "d": "Yes (always)", "e": "2026-05-04"}


def test_a_suggestion_that_was_skipped_does_not_come_back() -> None:
    form = form_of("""
survey:
  - {type: text, name: a, label: A, default: suggested}
  - {type: begin repeat, name: r, label: More?}
  - {type: text, name: x, label: X, default: again}
  - {type: end repeat}
""")
    talk = talk_to(form)
    talk.do(moves.Skip())
    talk.do(moves.Skip())
    talk.say("yes")
    assert (talk.question, talk.ask.current) == ("r[2]/x", "again")
    assert "a" not in talk.response
    assert talk.response["r"] == [{}, {"x": "again"}]


def test_a_suggestion_that_does_not_hold_cannot_be_kept() -> None:
    form = form_of("survey: [{type: integer, name: a, label: A, default: '3', constraint: '. > 5'}]")
    talk = talk_to(form)
    assert talk.do(moves.Keep()).prompts[0] == AskAgain(question="a", reason=Reason.CONSTRAINT)
    assert talk.interview.done == frozenset()


def test_a_calculation_of_a_question_suggests_and_what_was_said_stays_until_it_changes() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: A}
  - {type: integer, name: b, label: B, calculation: "${a} * 2"}
  - {type: text, name: c, label: C}
""")
    talk = talk_to(form, "2")
    assert (talk.question, talk.ask.current) == ("b", "4")
    talk.say("5")
    assert talk.response == {"a": 2, "b": 5}
    talk.interview = decode(encode(talk.interview))
    talk.say("x")
    assert talk.response == {"a": 2, "b": 5, "c": "x"}
    talk.do(moves.Edit("a"))
    talk.say("10")
    assert talk.response == {"a": 10, "b": 20, "c": "x"}


def test_what_came_by_chance_or_by_the_clock_stays_when_it_is_loaded_again() -> None:
    form = form_of("""
survey:
  - {type: begin repeat, name: r, label: More?}
  - {type: text, name: x, label: X}
  - {type: calculate, name: when, calculation: now()}
  - {type: end repeat}
  - {type: calculate, name: id, calculation: once(uuid())}
  - {type: calculate, name: dice, calculation: "int(random() * 6) + 1"}
  - {type: calculate, name: changed, calculation: "if(${last} != '', now(), '')"}
  - {type: text, name: last, label: Last}
""")
    talk = talk_to(form, "one")
    first = talk.response
    assert "changed" not in first
    talk.interview = decode(encode(talk.interview))
    talk.later(hours=3)
    talk.say("yes", "two", "no", "done")
    assert {name: talk.response[name] for name in ("id", "dice")} == {
        name: first[name] for name in ("id", "dice")
    }
    assert [visit["when"] for visit in talk.response["r"]] == [  # type: ignore[index, union-attr]
        "2026-05-04T12:00:00.000+00:00",
        "2026-05-04T15:00:00.000+00:00",
    ]
    assert talk.response["changed"] == "2026-05-04T15:00:00.000+00:00"
    talk.interview = decode(encode(talk.interview))
    talk.later(hours=3)
    assert response(form, talk.interview) == talk.response
    talk.do(moves.Edit("last"))
    talk.do(moves.Skip())
    assert "changed" not in talk.response


def test_a_saved_interview_shows_what_it_showed_although_the_form_looks_at_the_clock() -> None:
    form = form_of("""
survey:
  - {type: date, name: day, label: When?, constraint: ". <= today()"}
  - {type: text, name: late, label: Why so late?, relevant: "today() - ${day} > 30"}
  - {type: text, name: last, label: Last}
""")
    talk = talk_to(form, "1 January 2026")
    assert talk.question == "late"
    loaded = decode(encode(talk.interview))
    shown = Turn(loaded, talk.shown)
    talk.interview = loaded
    assert talk.shown == shown.prompts
    talk.say("forgot", "x")
    talk.do(moves.Submit())
    assert response(form, decode(encode(talk.interview))) == {
        "day": "2026-01-01",
        "late": "forgot",
        "last": "x",
    }


def test_time_that_passes_between_two_turns_counts() -> None:
    form = form_of("survey: [{type: date, name: day, label: When?, constraint: '. <= today()'}]")
    talk = talk_to(form, "5 May 2026")
    assert talk.question == "day"
    talk.later(days=1)
    talk.say("5 May 2026")
    assert talk.state is State.REVIEWING
    plain = talk_to(form_of("survey: [{type: date, name: day, label: When?}]"))
    plain.later(days=1)
    plain.say("today")
    assert plain.response == {"day": "2026-05-05"}


def test_a_form_without_rules_about_time_remembers_no_time() -> None:
    assert talk_to(PLAIN, "x").interview.seen == ""


def test_metadata_say_when_a_named_interview_began_and_ended() -> None:
    form = form_of("""
survey:
  - {type: start, name: began}
  - {type: end, name: ended}
  - {type: today, name: day}
  - {type: text, name: a, label: A}
""")
    talk = talk_to(form)
    talk.later(hours=2)
    talk.say("x")
    talk.do(moves.Submit())
    assert talk.response == {
        "began": "2026-05-04T12:00:00.000+00:00",
        "ended": "2026-05-04T14:00:00.000+00:00",
        "day": "2026-05-04",
        "a": "x",
    }


def test_a_response_is_plain_json_whatever_a_calculation_made_of_a_number() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: A, default: "abc"}
  - {type: integer, name: b, label: B, calculation: "5 div 2"}
  - {type: decimal, name: c, label: C, calculation: "1 div 0"}
  - {type: decimal, name: d, label: D, default: "2.0"}
""")
    talk = talk_to(form)
    assert talk.response == {"a": "abc", "b": 2.5, "c": "Infinity", "d": 2}
    msgspec.json.encode(talk.response)


# Notes


def test_notes_are_said_once_and_before_their_question() -> None:
    form = form_of("""
survey:
  - {type: note, name: n1, label: One}
  - {type: text, name: a, label: A}
  - {type: note, name: n2, label: "You said ${a}."}
  - {type: note, name: n3, label: Hidden, relevant: "${a} = 'y'"}
  - {type: text, name: b, label: B, relevant: "${a} = 'y'"}
  - {type: note, name: n4, label: Four}
  - {type: begin repeat, name: r, label: More?}
  - {type: note, name: n5, label: Five}
  - {type: text, name: c, label: C}
  - {type: note, name: n6, label: Six}
  - {type: end repeat}
  - {type: note, name: n7, label: Seven}
""")
    talk = talk_to(form)
    walk = [(talk.question, talk.notes)]
    for reply in ("x", "c1", "yes", "c2", "no"):
        talk.say(reply)
        walk.append((talk.question, talk.notes))
    assert walk == [
        ("a", ["One"]),
        ("r[1]/c", ["You said x.", "Four", "Five"]),
        ("r[+]", ["Six"]),
        ("r[2]/c", ["Five"]),
        ("r[+]", ["Six"]),
        ("", ["Seven"]),
    ]


def test_a_signpost_is_marked_and_read_only_questions_are_only_said() -> None:
    form = form_of("""
survey:
  - {type: note, name: danger, label: Ring 999., appearance: signpost}
  - {type: text, name: fixed, label: Fixed, read_only: "yes", default: value}
  - {type: text, name: a, label: A}
""")
    talk = talk_to(form)
    assert [(prompt.text, prompt.signpost) for prompt in talk.prompts[:-1]] == [  # type: ignore[union-attr]
        ("Ring 999.", True),
        ("Fixed", False),
    ]
    assert talk.say("x").interview.state is State.REVIEWING
    assert talk.response == {"fixed": "value", "a": "x"}


def test_a_form_of_notes_is_over_at_once() -> None:
    talk = talk_to(form_of("survey: [{type: note, name: n, label: Hello}]"))
    assert (talk.state, talk.notes) == (State.REVIEWING, ["Hello"])
    talk.do(moves.Submit())
    assert talk.state is State.SUBMITTED
    assert talk.response == {}


# What is remembered


def test_a_broken_form_is_not_played() -> None:
    form = form_of("survey: [{type: text, name: a, label: A, relevant: '${b} = 1'}]")
    with pytest.raises(BrokenFormError, match="a, relevant: No question is called “b”"):
        advance(form, invite(form), moves.Begin(), now=NOW)


def test_an_interview_is_small_and_has_no_repr_of_what_was_said() -> None:
    talk = talk_to(PLAIN, "secret words")
    assert "secret" not in repr(talk.interview)
    assert "secret" not in repr(talk.prompts)
    assert "secret" not in repr(moves.Answer("secret"))
    assert "secret" not in repr(Turn(talk.interview, talk.prompts))
    assert len(encode(talk.interview)) < 200


def test_what_is_no_interview_cannot_be_decoded() -> None:
    for content in (b"", b"x", b"\xc1", encode(invite(PLAIN))[:-4]):
        with pytest.raises(msgspec.DecodeError):
            decode(content)


def test_a_move_leaves_the_interview_it_was_made_in_as_it_was() -> None:
    talk = talk_to(COUNTED, "2", "1", "Ann")
    before = talk.interview
    saved, shown = encode(before), talk.shown
    for move in (moves.Answer("9"), moves.Back(), moves.Edit("rooms"), moves.Speak("en"), moves.Skip()):
        advance(COUNTED, before, move, now=NOW)
        advance(COUNTED, advance(COUNTED, before, move, now=NOW).interview, moves.Answer("1"), now=NOW)
        assert encode(before) == saved
        assert talk.shown == shown


LEFT = """
settings:
  - {attribution: named}
survey:
  - {type: select_one yes_no, name: seen, label: Did you see it?}
  - {type: text, name: why, label: Why not?, relevant: "${seen} = ''"}
  - {type: text, name: role, label: What is your role?, required: "yes", required_message: I need your role.}
  - {type: begin repeat, name: nights, label: Nights}
  - {type: text, name: night, label: Which night?}
  - {type: end repeat}
  - {type: text, name: last, label: Anything else?}
"""


def test_the_rest_can_be_left_out_where_an_auditor_asks_but_for_what_must_be_answered() -> None:
    talk = Conversation(form_of(LEFT + YES_NO)).begin()
    talk.do(moves.Finish())
    again = talk.prompts[0]
    assert isinstance(again, AskAgain)
    assert again.message == "I need your role."
    assert talk.ask.question == "role"
    assert not talk.ask.editing, "there is nothing to keep"
    talk.do(moves.Pause())
    talk.do(moves.Finish())
    assert talk.ask.question == "role", "from a rest too"
    talk.say("Nurse")
    assert talk.interview.state is State.REVIEWING
    assert {"seen", "why", "last"} < talk.interview.done
    talk.do(moves.Finish())
    assert talk.do(moves.Submit()).interview.state is State.SUBMITTED

    anonymous = Conversation(form_of(LEFT.replace("named", "anonymous") + YES_NO)).begin()
    before = anonymous.interview
    assert anonymous.do(moves.Finish()).prompts[0] == NotNow(move="finish")
    assert anonymous.interview is before
    anonymous.do(moves.Help())
    guide = anonymous.prompts[0]
    assert isinstance(guide, Guide)
    assert "finish" not in guide.moves
