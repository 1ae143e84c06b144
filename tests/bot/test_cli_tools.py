"""The tools for authors as they are used: `candour forms …`, and what is said when something cannot be used."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.forms import app
from bot.web.preview import page
from dialogues.form import Kind
from dialogues.functions import FUNCTIONS
from dialogues.library import path_of, shipped
from dialogues.mission import table
from dialogues.rows import CHOICES, SETTINGS, SURVEY
from dialogues.xlsform import load
from tests.dialogues.playing import YES_NO, form_of

TOOLS = ("diagram", "convert", "preview", "coverage", "diff")


class Terminal:
    """Runs the command in a folder of its own and keeps what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        self._monkeypatch.setattr("sys.argv", ["candour", "forms", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def say(self, *arguments: str) -> str:
        """The output of a command that succeeds."""
        code, out, err = self.run(*arguments)
        assert (code, err) == (0, "")
        return out


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(monkeypatch, capsys)


# diagram


def test_a_diagram_is_printed_as_mermaid(terminal: Terminal) -> None:
    drawn = terminal.say("diagram", "staff-culture")
    assert drawn.startswith("flowchart TD\n")
    assert "if “Have you had one-to-one supervision in this job?” is “Yes”" in drawn
    assert "Gwaith a diogelwch yma" in terminal.say("diagram", "staff-culture", "--language", "cy")


# convert


@pytest.mark.parametrize("name", ["staff-culture", "concern"])
def test_a_form_goes_to_excel_and_back_and_stays_the_same(terminal: Terminal, name: str) -> None:
    assert terminal.say("convert", name, "--to", "xlsx") == f"The form is in {name}.xlsx.\n"
    terminal.say("convert", f"{name}.xlsx", "--to", "yaml")
    assert load(Path(f"{name}.xlsx")).form == load(Path(f"{name}.yaml")).form == shipped(name)


def test_a_file_that_is_there_is_only_replaced_when_that_is_wished(terminal: Terminal) -> None:
    Path("concern.xlsx").write_text("mine")
    code, _, said = terminal.run("convert", "concern", "--to", "xlsx")
    assert (code, said.count("\n")) == (2, 1)
    assert "already there" in said
    assert Path("concern.xlsx").read_text() == "mine"
    terminal.say("convert", "concern", "--to", "xlsx", "--force")
    assert load(Path("concern.xlsx")).form == shipped("concern")


def test_a_form_is_written_where_it_is_wished(terminal: Terminal) -> None:
    Path("there").mkdir()
    terminal.say("convert", "concern", "--to", "yaml", "--out", "there/new.yml")
    assert load(Path("there/new.yml")).form == shipped("concern")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "xlsx", "--out", "form.yaml"), "ends with .xlsx"),
        (("--to", "xlsx", "--out", "nowhere/form.xlsx"), "There is no folder “nowhere”."),
        (("--to", "xlsx", "--out", "folder.xlsx"), "already there"),
        (("--to", "xlsx", "--out", "folder.xlsx", "--force"), "is a folder"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    Path("folder.xlsx").mkdir()
    code, out, err = terminal.run("convert", "concern", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


@pytest.mark.parametrize("sign", ["\\a", "\\ufffe"])
def test_a_form_that_a_workbook_cannot_hold_is_not_written(terminal: Terminal, sign: str) -> None:
    Path("bell.yaml").write_text(f'survey: [{{type: text, name: a, label: "bell {sign}"}}]')
    code, _, said = terminal.run("convert", "bell.yaml", "--to", "xlsx")
    assert (code, "control characters" in said, Path("bell.xlsx").exists()) == (2, True, False)


def test_a_carriage_return_stays_one_in_a_workbook(terminal: Terminal) -> None:
    """It would be a new line if it were written as it is."""
    Path("return.yaml").write_text('survey: [{type: text, name: a, label: "one\\rtwo"}]')
    assert terminal.run("convert", "return.yaml", "--to", "xlsx")[0] == 0


# preview


class _Ids(html.parser.HTMLParser):
    """What a page refers to: ids, and what points at them; tags that load something."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointers: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.extend(filter(None, [found.get("id")]))
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.pointers.update((found.get(name) or "").split())
        if tag in ("script", "link", "img", "iframe", "form", "object"):
            self.loads.append(tag)


def test_a_preview_stands_alone_and_everything_on_it_has_its_own_name(terminal: Terminal) -> None:
    assert (
        terminal.say("preview", "staff-culture") == "The preview is in preview.html. Open it in a browser.\n"
    )
    content = Path("preview.html").read_text("utf-8")
    reader = _Ids()
    reader.feed(content)
    assert len(reader.ids) == len(set(reader.ids)) > 100
    assert reader.pointers <= set(reader.ids)
    assert reader.loads == []
    assert not re.search(r"url\(|@import|\s(?:src|href|action)=", content)


def test_a_preview_shows_every_question_with_what_lies_behind_it(terminal: Terminal) -> None:
    terminal.say("preview", "staff-culture", "--out", "welsh.html", "--language", "cy")
    content = Path("welsh.html").read_text("utf-8")
    form = shipped("staff-culture")
    for question in form.questions.values():
        assert question.label.to("cy").split("\n")[0].replace("'", "&#39;") in content
    assert "“Have you had one-to-one supervision in this job?” is “Yes”" in content
    assert "Mae angen nifer o fisoedd" in content


def test_a_preview_marks_what_only_auditors_see_and_what_must_be_answered() -> None:
    shown = page(
        form_of(
            """
survey:
  - {type: integer, name: n, label: "How many?", required: "yes", required_message: "Needed.",
     constraint: ". > 0", constraint_message: "More.", guidance_hint: "Ask gently.", probe: "Who else?"}
  - {type: begin repeat, name: visits, label: "Visit", relevant: "${n} > 1"}
  - {type: select_one yes_no, name: kind, label: "With ${n}, kind?", choice_filter: "name != 'no'"}
  - {type: end repeat}
  - {type: calculate, name: twice, calculation: "${n} * 2"}
  - {type: text, name: read, label: "Shown only", read_only: "yes"}
  - {type: image, name: photo, label: "A photo", default: "x"}
"""
            + YES_NO
        )
    )
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.partition("<main")[2]))
    for words in (
        "Must be answered always", "Says if it is not Needed.", "Accepted only if the answer is more than 0",
        "Says if it is not accepted More.", "Only auditors see this Guidance Ask gently. Probe Who else?",
        "Asked only if “How many?” is more than 1", "Asked again until there is no other",
        "With [n], kind?", "Offers only choices for which the “name” of the choice is not “no”",
        "Another one? visits", "Is there one more to add?",
     "Not shown twice · calculate Worked out “How many?” times 2",
        "Note read", "Suggested answer x",
    ):  # fmt: skip
        assert words in told


def test_words_of_a_form_stay_words_in_a_preview() -> None:
    label = 'id="main" for="x" <script>alert(1)</script> <h1>big</h1>'
    shown = page(form_of(f"survey: [{{type: text, name: a, label: '{label}'}}]"))
    assert "<script>" not in shown
    assert "id=&#34;main&#34; for=&#34;x&#34; &lt;script&gt;" in shown


def test_a_preview_is_written_to_no_file_of_another_kind(terminal: Terminal) -> None:
    Path("form.yaml").write_text("mine")
    code, _, said = terminal.run("preview", "concern", "--out", "form.yaml")
    assert (code, Path("form.yaml").read_text()) == (2, "mine")
    assert "is an .html file" in said


# coverage


def test_coverage_says_what_was_reached_and_how_long_it_takes(terminal: Terminal) -> None:
    said = terminal.say("coverage", "staff-culture", "--runs", "500", "--seed", "3")
    assert said.startswith("staff-culture: 500 walks, seed 3.\n")
    assert "every walk came to an end" in said
    assert "Every question, note and choice was reached." in said
    assert "the form says 18" in said


def test_coverage_names_what_is_wrong_with_a_form(terminal: Terminal) -> None:
    Path("form.yaml").write_text(
        """
survey:
  - {type: integer, name: age, label: "How old?", constraint: ". >= 18"}
  - {type: text, name: school, label: "Which school?", relevant: "${age} < 10 and ${age} != ''"}
  - {type: select_one yes_no, name: a, label: "Sure?", choice_filter: "name = 'yes'"}
  - {type: text, name: stuck, label: "More?", required: "yes", constraint: ". = 'x' and . = 'y'"}
"""
        + YES_NO
    )
    said = terminal.say("coverage", "form.yaml", "--runs", "20")
    for line in (
        "0 were handed in, 0 declined, 20 came to no end.",
        "school  “Which school?”",
        "school: “How old?” is less than 10 and was answered",
        "a: no (never offered)",
        "stuck  “More?”: the answer is “x” and is “y”",
        "stuck  “More?”: 20 walks",
    ):
        assert line in said


def test_coverage_as_json_is_the_same_each_time(terminal: Terminal) -> None:
    first = terminal.say("coverage", "concern", "--runs", "30", "--json")
    assert first == terminal.say("coverage", "concern", "--runs", "30", "--json")
    found = json.loads(first)
    assert (found["runs"], found["ended"], found["estimated_minutes"]) == (30, 1.0, 2)
    assert found["lengths"] == {"shortest": 5, "median": 5, "longest": 6}


# diff


def test_diff_says_which_items_stay_comparable(terminal: Terminal) -> None:
    text = path_of("staff-culture").read_text("utf-8")
    Path("new.yaml").write_text(
        text.replace(
            "It is safe for staff here to point out bad care.", "Staff can point out bad care here."
        ).replace('version: "2026-11-4"', 'version: "2026-12-1"')
    )
    said = terminal.say("diff", "staff-culture", "new.yaml")
    assert "staff-culture 2026-11-4 → staff-culture 2026-12-1" in said
    assert "Comparable: 91" in said
    assert (
        "the label in English was “It is safe for staff here to point out bad care.”; now “Staff can" in said
    )
    found = json.loads(terminal.say("diff", "staff-culture", "new.yaml", "--json"))
    assert [item["equivalence"] for item in found["changed"]] == ["sc.cul.safe_to_say"]
    assert found["changed"][0]["changes"][0]["what"] == "label"
    assert found["old"]["version"] == "2026-11-4"


# What cannot be used


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.yaml", None, "There is no file"),
        ("folder", "", "is a folder"),
        ("broken.yaml", "survey: [", "has errors"),
        ("broken.xlsx", "PK", "has errors"),
        ("cycle.yaml", "survey:\n- {type: calculate, name: a, calculation: '${a} + 1'}", "has errors"),
        ("form.doc", "x", "has errors"),
    ],
)
def test_a_form_that_cannot_be_used_is_one_line_and_exit_code_2(
    terminal: Terminal, tool: str, name: str, content: str | None, said: str
) -> None:
    if name == "folder":
        Path(name).mkdir()
    elif content is not None:
        Path(name).write_text(content)
    more = {"convert": ("--to", "yaml", "--out", "out.yaml"), "diff": ("concern",)}.get(tool, ())
    code, out, err = terminal.run(tool, name, *more)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


@pytest.mark.parametrize("tool", ["diagram", "preview"])
def test_a_language_that_the_form_does_not_speak_is_said(terminal: Terminal, tool: str) -> None:
    code, _, said = terminal.run(tool, "concern", "--language", "xx")
    assert (code, said) == (2, "candour: This form does not speak “xx”. It speaks en, cy, ml, pl, ro, ur.\n")


@pytest.mark.parametrize(
    "arguments",
    [("coverage", "concern", "--runs", "0"), ("convert", "concern", "--to", "pdf"), ("convert", "concern")],
)
def test_an_option_that_makes_no_sense_ends_with_exit_code_2(
    terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    code, _, said = terminal.run(*arguments)
    assert code == 2
    assert "Traceback" not in said


# The documentation


def test_every_command_column_setting_type_and_function_is_documented() -> None:
    written = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")
    commands = [
        f"### `candour forms {command.name or command.callback.__name__}"
        for command in app.registered_commands
        if command.callback
    ]
    types = [kind for kind in Kind if not kind.has_choices]
    functions = [*FUNCTIONS, "position", "index", "indexed-repeat", "jr:choice-name", "instance"]
    for word in commands:
        assert word in written
    for name in (*SURVEY, *CHOICES, *SETTINGS, *types, *functions):
        assert f"`{name}`" in written, name


def test_the_table_of_the_mission_is_printed_as_the_docs_have_it(terminal: Terminal) -> None:
    said = terminal.say("table")
    assert said.startswith("## At a glance\n")
    assert said == table()


# Translating


def test_texts_go_out_to_a_translator_and_come_back_into_the_form(terminal: Terminal, tmp_path: Path) -> None:
    form, po = tmp_path / "concern.yaml", tmp_path / "concern-lt.po"
    form.write_bytes(path_of("concern").read_bytes())
    assert terminal.run("translate", "export", str(form), "--language", "lt", "--out", str(po))[0] == 0
    words = po.read_text("utf-8")
    po.write_text(words.replace('msgid "Yes"\nmsgstr ""', 'msgid "Yes"\nmsgstr "Taip"'), "utf-8")
    code, said, _ = terminal.run("translate", "import", str(po), "--form", str(form))
    assert code == 0
    assert "2 texts were written" in said
    assert '"label::Lietuvių (lt)": "Taip"' in form.read_text("utf-8")
    assert load(form).form.unreviewed == ("cy", "ml", "pl", "ro", "ur", "lt")  # type: ignore[union-attr]


def test_what_cannot_be_translated_is_said_in_a_sentence(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "none.po").write_text("Nothing.")
    for arguments, sentence in (
        (("export", "concern", "--language", "qqq"), "“qqq” is no code of a language."),
        (("export", "concern", "--language", "en"), "“en” is the form's own language."),
        (("import", str(tmp_path / "none.po")), "names no form. Name it with --form."),
        (("import", str(tmp_path / "none.po"), "--form", "concern"), "This is not a PO file"),
    ):
        code, _, said = terminal.run("translate", *arguments)
        assert code == 2
        assert sentence in said
