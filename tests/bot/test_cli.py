"""The command line as people use it: the real command, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CANDOUR = Path(sys.executable).with_name("candour")
GOLDEN = Path(__file__).parents[1] / "dialogues" / "golden"
ANSWERS = GOLDEN / "staff-culture.json"

WRONG = """
survey:
  - {type: txt, name: a, label: A}
  - {type: text, name: b, label: B, relevant: "1 = 1 and ${nobody} = 1"}
  - {type: deviceid, name: c}
"""
SMALL = """
survey:
  - {type: note, name: hello, "label::English (en)": Hello., "label::Cymraeg (cy)": Helo.}
  - {type: select_one yes_no, name: told, "label::English (en)": Told anyone?, "label::Cymraeg (cy)": Wedi dweud?}
  - type: integer
    name: Often
    "label::English (en)": How often?
    "label::Cymraeg (cy)": Pa mor aml?
    constraint: ". < 9"
  - {type: text, name: why, "label::English (en)": Why?, "label::Cymraeg (cy)": Pam?}
choices:
  - {list_name: yes_no, name: "yes", "label::English (en)": "Yes", "label::Cymraeg (cy)": Do}
  - {list_name: yes_no, name: "no", "label::English (en)": "No", "label::Cymraeg (cy)": Naddo}
"""


def run(*arguments: str | Path, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """What the command prints, and its exit code."""
    return subprocess.run(
        [str(CANDOUR), *map(str, arguments)],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )


def said(*arguments: str | Path, typed: str | None = None) -> str:
    """What the command prints; all went well."""
    done = run(*arguments, typed=typed)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def refused(*arguments: str | Path) -> str:
    """The one line that says why; exit code 2, no traceback."""
    done = run(*arguments)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("candour: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG, "utf-8")
    return path


def written(tmp_path: Path, answers: Any) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(answers if isinstance(answers, str) else json.dumps(answers), "utf-8")
    return path


# forms check


def test_a_form_without_problems_says_so(small: Path) -> None:
    assert said("forms", "check", small) == f"{small}: nothing is wrong.\n"
    assert said("forms", "check", "staff-culture", "concern").count("nothing is wrong") == 2


def test_every_problem_is_printed_with_its_place(wrong: Path, small: Path) -> None:
    done = run("forms", "check", wrong, small)
    assert done.returncode == 1
    assert done.stderr == ""
    assert (
        f"{wrong}: sheet survey, row 2 (line 3), column type\n  error: There is no type “txt”." in done.stdout
    )
    assert f"{wrong}: sheet survey, row 3 (line 4), column relevant, character 11\n" in done.stdout
    assert "  warning: Candour collects nothing about devices" in done.stdout
    assert f"{small}: nothing is wrong." in done.stdout
    assert done.stdout.endswith("2 to mend, 1 to think about.\n")


def test_problems_as_json_have_exactly_their_keys(wrong: Path, small: Path) -> None:
    done = run("forms", "check", "--json", small, wrong)
    assert done.returncode == 1
    rows = json.loads(done.stdout)
    assert [set(row) for row in rows] == [
        {"file", "severity", "message", "sheet", "row", "column", "character"}
    ] * 3
    assert [(row["severity"], row["sheet"], row["row"], row["column"], row["character"]) for row in rows] == [
        ("error", "survey", 2, "type", None),
        ("error", "survey", 3, "relevant", 11),
        ("warning", "survey", 4, "type", None),
    ]
    assert {row["file"] for row in rows} == {str(wrong)}
    assert json.loads(said("forms", "check", "--json", small)) == []


def test_warnings_alone_do_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text("survey: [{type: text, name: a, label: A}, {type: deviceid, name: d}]", "utf-8")
    assert "0 to mend, 1 to think about." in said("forms", "check", path)


def test_a_file_that_is_no_form_is_a_problem_of_the_form(tmp_path: Path) -> None:
    for name in ("form.xlsx", "form.yaml", "form.png"):
        path = tmp_path / name
        path.write_bytes(os.urandom(2_000))
        done = run("forms", "check", "--json", path)
        assert (done.returncode, done.stderr) == (1, "")
        [row] = json.loads(done.stdout)
        assert row["row"] is None


def test_a_form_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    assert "There is no file “nowhere.yaml”" in refused("forms", "check", "nowhere.yaml")
    assert "is a folder" in refused("forms", "check", tmp_path)
    assert "There is no file" in refused("forms", "check", "staff-culture", "nowhere.yaml")


# forms rehearse


def test_a_rehearsal_prints_a_conversation_that_people_can_read() -> None:
    printed = said("forms", "rehearse", "staff-culture", "--answers", ANSWERS)
    assert printed.startswith("Work and safety here\n")
    golden = (GOLDEN / "staff-culture.txt").read_text("utf-8")
    assert " ".join(golden.split()) == " ".join(printed.split()).removeprefix("Work and safety here ")


def test_a_rehearsal_as_json_has_exactly_its_keys() -> None:
    played = json.loads(said("forms", "rehearse", "staff-culture", "--answers", ANSWERS, "--json"))
    assert set(played) == {"turns", "state", "response"}
    assert all(set(turn) == {"question", "label", "reply", "accepted", "reason"} for turn in played["turns"])
    assert played["state"] == "submitted"
    assert set(played["response"]) == set(json.loads(ANSWERS.read_text("utf-8")))
    first = played["turns"][2]
    assert (first["question"], first["label"], first["reply"]) == (
        "consent",
        "Do you want to take part?",
        "yes",
    )
    assert (first["accepted"], first["reason"]) == (True, None)


def test_a_rehearsal_speaks_welsh(small: Path, tmp_path: Path) -> None:
    answers = written(tmp_path, {"told": "naddo", "Often": "tri", "why": "x", "whom": "y"})
    printed = said("forms", "rehearse", small, "--answers", answers, "--language", "cy")
    assert "Helo." in printed
    assert "Wedi dweud?\n    Naddo\n" in printed
    played = json.loads(said("forms", "rehearse", small, "--answers", answers, "--language", "cy", "--json"))
    assert played["response"] == {"told": "no", "Often": 3, "why": "x"}


def test_a_rehearsal_says_what_was_not_taken_and_not_used(small: Path, tmp_path: Path) -> None:
    answers = written(tmp_path, {"told": "perhaps", "Often": 12, "wy": "x"})
    printed = said("forms", "rehearse", small, "--answers", answers)
    assert "Told anyone?\n    perhaps\nI could not match that" in printed
    assert "Why?\n    (Skip)\n" in printed
    assert "Not used: the answer to “wy”; that question was not asked." in printed
    played = json.loads(said("forms", "rehearse", small, "--answers", answers, "--json"))
    assert [(turn["reply"], turn["accepted"]) for turn in played["turns"]] == [
        (None, True),
        ("perhaps", False),
        (12, False),
        (None, True),
    ]
    assert all(isinstance(turn["reason"], str) for turn in played["turns"] if not turn["accepted"])
    assert played["response"] == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON: line 1, column 2"),
        ("", "is not JSON: line 1, column 1"),
        ("[1, 2]", "should hold one object"),
        ('"text"', "should hold one object"),
        ("[" * 100_000, "holds what cannot be an answer"),
        ('{"a": NaN}', "holds what cannot be an answer"),
        ('{"a": 1e999}', "holds what cannot be an answer"),
        ('{"a": ' + "9" * 5_000 + "}", "holds what cannot be an answer"),
    ],
    ids=range(8),
)
def test_answers_that_are_none_are_one_line(small: Path, tmp_path: Path, content: str, words: str) -> None:
    assert words in refused("forms", "rehearse", small, "--answers", written(tmp_path, content))


def test_answers_that_are_binary_or_not_there_are_one_line(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    assert "There is no file" in refused("forms", "rehearse", small, "--answers", path)
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert "is not JSON in UTF-8" in refused("forms", "rehearse", small, "--answers", path)


def test_half_a_character_in_an_answer_can_be_printed(small: Path, tmp_path: Path) -> None:
    answers = written(tmp_path, '{"why": "a\\ud800b", "told": "\\ud800"}')
    said("forms", "rehearse", small, "--answers", answers)
    assert json.loads(said("forms", "rehearse", small, "--answers", answers, "--json"))["response"] == {
        "why": "a?b"
    }


def test_a_form_that_cannot_be_played_is_one_line(wrong: Path, tmp_path: Path) -> None:
    answers = written(tmp_path, {})
    assert f"candour forms check {wrong}" in refused("forms", "rehearse", wrong, "--answers", answers)
    assert "has errors" in refused("chat", wrong)
    binary = tmp_path / "form.xlsx"
    binary.write_bytes(os.urandom(2_000))
    assert "has errors" in refused("forms", "rehearse", binary, "--answers", answers)
    assert "has errors" in refused("chat", binary)
    assert "There is no file" in refused("chat", "nowhere")


def test_a_language_that_the_form_does_not_speak_is_one_line(small: Path, tmp_path: Path) -> None:
    answers = written(tmp_path, {})
    message = refused("forms", "rehearse", small, "--answers", answers, "--language", "xx")
    assert message == "candour: This form does not speak “xx”. It speaks en, cy."
    assert refused("chat", small, "--language", "xx") == message


# chat


def chat(form: Path | str, *lines: str, language: str | None = None) -> str:
    """The conversation as it was printed; each line was typed and ended with Enter."""
    spoken = ("--language", language) if language else ()
    return said("chat", form, *spoken, typed="".join(f"{line}\n" for line in lines))


def test_a_conversation_is_held_to_its_end(small: Path) -> None:
    printed = chat(small, "yes", "3", "They were late.", "Hand in my answers")
    order = [
        "Hello.",
        "Told anyone?",
        "1. Yes",
        "How often?",
        "Why?",
        "They were late.",
        "Your answers are in.",
    ]
    assert [words for words in order if words in printed] == order
    assert [printed.index(words) for words in order] == sorted(printed.index(words) for words in order)


def test_the_number_of_a_button_is_enough(small: Path) -> None:
    assert "Your answers are in." in chat(small, "2", "3", "x", "1")


def test_notes_are_printed_once_although_a_reply_is_not_taken(small: Path) -> None:
    printed = chat(small, "perhaps", "what", "/help", "yes")
    assert printed.count("Hello.") == 1
    assert printed.count("Told anyone?") == 4
    assert chat(small, "/start").count("Hello.") == 2


def test_help_is_offered_after_three_tries(small: Path) -> None:
    assert "hard to answer" not in chat(small, "x", "x")
    assert "hard to answer" in chat(small, "x", "x", "x")


def test_everything_can_be_done_by_commands(small: Path) -> None:
    printed = chat(
        small, "yes", "/back", "/keep", "/skip", "/back", "4", "/pause", "/resume", "/language cy", "Am fod",
        "/edit Often", "5", "/review", "/submit",
    )  # fmt: skip
    assert "Pam?" in printed
    assert "Pa mor aml?" in printed
    assert printed.count("How often?") >= 3


def test_what_is_not_possible_is_answered(small: Path) -> None:
    printed = chat(small, "/back", "/submit", "/nonsense", "/language xx", "/edit nowhere", "/")
    assert "This is the first question" in printed
    assert "before you can hand in" in printed
    assert "Which language would you like?" in printed
    assert printed.count("Told anyone?") == 6  # choosing a language comes instead of the question


def test_somebody_at_risk_is_shown_where_to_turn_at_any_time() -> None:
    for lines in ((), ("yes", "1", "/pause")):
        printed = chat("staff-culture", *lines, "/risk")
        assert "999" in printed.rpartition("Someone is at risk")[2] or "Call 999" in printed


def test_stopping_is_asked_back(small: Path) -> None:
    asked = chat(small, "yes", "/stop", "No, go on")
    assert "Do you want to stop?" in asked
    assert "erased." in asked
    assert asked.rstrip().endswith(">")
    stopped = chat(small, "yes", "/stop", "Yes, erase my answers")
    assert "Every answer you gave here has been erased." in stopped


def test_consent_refused_ends_the_conversation() -> None:
    assert "nothing was kept" in chat("staff-culture", "no")


def test_the_end_of_the_input_ends_the_conversation_at_any_point(small: Path) -> None:
    for lines in ((), ("yes", "3", "x"), ("yes", "/stop")):
        chat(small, *lines)


def test_a_conversation_in_welsh(small: Path) -> None:
    printed = chat(small, "do", "tri", "x", language="cy")
    assert "Helo." in printed
    assert "Pa mor aml?" in printed
    assert "Told anyone?" not in printed


def test_anything_may_be_typed(small: Path) -> None:
    chat(small, "[bold]", "😀", "\x00\x1b[31m", "x" * 100_000, "yes", "3", "[/] [red]שלום", "/review")


def test_a_whole_interview_about_the_culture_can_be_typed() -> None:
    answers = json.loads(ANSWERS.read_text("utf-8"))
    lines = [", ".join(one) if isinstance(one, list) else str(one) for one in answers.values()]
    assert "Nobody in your organisation can see who wrote them." in chat("staff-culture", *lines, "1")


# The command itself


def test_help_is_there_without_arguments() -> None:
    for arguments in ((), ("forms",)):
        done = run(*arguments)
        assert "Usage" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_wrong_usage_is_no_traceback() -> None:
    for arguments in (("chat",), ("forms", "rehearse", "x"), ("nonsense",)):
        done = run(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_output_that_nobody_reads_is_no_traceback() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{CANDOUR} forms check --json staff-culture concern; {CANDOUR} forms --help | head -1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_a_file_without_end_is_refused_by_its_size(tmp_path: Path) -> None:
    endless = tmp_path / "endless.xlsx"
    endless.symlink_to("/dev/zero")
    done = run("forms", "check", endless)
    assert done.returncode == 1
    assert "larger than 20 MB" in done.stdout
