"""What users are told agrees with what there is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import typer

from bot import settings
from bot.cli import app
from bot.metrics import Metrics
from dialogues import library
from dialogues.rows import CHOICES, SETTINGS, SURVEY
from reports import monthly
from reports.audit.views import View
from reports.codebook import shipped

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
FORMS = (ROOT / "docs" / "forms.md").read_text("utf-8")
RUNNING = (ROOT / "docs" / "running.md").read_text("utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
CODEBOOK = (ROOT / "docs" / "codebook.md").read_text("utf-8")
MEASURES = (ROOT / "docs" / "measures.md").read_text("utf-8")
PLAN = (ROOT / "docs" / "plan.md").read_text("utf-8")
REPORTS = (ROOT / "docs" / "reports.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def commands() -> list[str]:
    """Every command of the command line, such as `forms check`."""
    return list(_below(typer.main.get_command(app)))


def _below(group: object) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        inner = list(_below(command))
        yield from (f"{name} {one}" for one in inner) if inner else (name,)


def test_every_command_is_documented() -> None:
    assert commands()
    missing = [
        command
        for command in commands()
        if f"candour {command}" not in README + FORMS + CODEBOOK + MEASURES + PLAN
    ]
    assert missing == []


def test_every_documented_command_exists() -> None:
    told = set(
        re.findall(
            r"^candour ((?:forms translate|forms|audits|journal|keys|contacts|people|codebook|findings|plan|measures"
            r"|reports) \w+|\w+)",
            f"{README}\n{FORMS}\n{CODEBOOK}\n{MEASURES}\n{PLAN}\n{REPORTS}",
            re.MULTILINE,
        )
    )
    assert told - set(commands()) == set()


def test_every_column_is_documented() -> None:
    missing = [column for column in (*SURVEY, *CHOICES, *SETTINGS) if f"`{column}`" not in FORMS]
    assert missing == []


def test_every_column_of_monthly_numbers_is_documented() -> None:
    assert re.findall(r"^\| `(\w+)` \|", MEASURES, re.MULTILINE) == list(monthly.COLUMNS)


def test_every_setting_is_documented_with_what_holds_without_it() -> None:
    rows = dict(re.findall(r"^\| `(CANDOUR_\w+)` \| (.*) \|$", RUNNING, re.MULTILINE))
    assert {name: row.split(" | ")[0].strip("`") for name, row in rows.items()} == {
        setting.name: setting.default for setting in settings.SETTINGS
    }
    assert [s.name for s in settings.SETTINGS if not rows[s.name].endswith(f"| {s.meaning}")] == []


def test_every_documented_setting_exists() -> None:
    known = {setting.name for setting in settings.SETTINGS}
    assert set(re.findall(r"CANDOUR_[A-Z_]*[A-Z]", RUNNING)) - known == set()


def test_every_metric_is_documented_and_every_documented_metric_exists() -> None:
    assert set(re.findall(r"`(candour_\w+)[`{]", RUNNING)) == set(Metrics().names())


def test_every_shipped_form_and_its_version_are_in_the_changelog() -> None:
    for name in library.names():
        assert f"`{name}` {library.shipped(name).version}" in CHANGELOG


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", THREATS))
    assert named
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


def test_every_link_and_picture_of_the_readme_exists() -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_dependency_is_locked_with_its_hash_and_says_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    for wanted in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"]):
        name = re.split(r"[>=<\[]", wanted)[0]
        assert re.search(
            rf"^{re.escape(name)}==\S+ .*\\\n    --hash=", locked, re.MULTILINE | re.IGNORECASE
        ), name
        assert re.search(rf'"{re.escape(wanted)}",\s+# \w', text), f"{name} says no reason"


def test_the_codebook_is_documented_as_it_is() -> None:
    assert _codes() in CODEBOOK


def _codes() -> str:
    """The table of themes and codes in the docs; the test shows it when it differs."""
    rows = [
        f"| **{each.code}** | {each.name.to('en')}: {each.definition.to('en')} | {_under(each.code)} |"
        for each in shipped().themes
    ]
    return "\n".join(
        ["<!-- codes -->", "| | theme | codes under it |", "|---|---|---|", *rows, "<!-- /codes -->"]
    )


def _under(theme: str) -> str:
    codes = ((each.code.partition(".")[2], each.name.to("en").lower()) for each in shipped().under(theme))
    return ", ".join(f"`{code}` {name}" for code, name in codes)


def test_every_view_of_the_audit_report_is_documented() -> None:
    assert [view for view in View if f"| `{view}` |" not in REPORTS] == []
