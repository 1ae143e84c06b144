"""What stands in our source to be translated, and which of it staff can meet.

    python -m tests.bot.catalogues pl > pl.po

writes what a translator needs for a language: every text that staff can meet, where it stands, what room it has, and
its translation so far. The finished file goes to bot/locale/pl/LC_MESSAGES/candour.po.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract
from msgspec import Struct

from bot import contacts, hearing, wording
from dialogues import catalogues
from reports.hours import Nation

BOT = Path(wording.__file__).parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "mark": None, "several": (1, 2)}

# Where staff can meet our words. Whoever adds a place for people with a role alone leaves it out here; in a
# file for both, name what only they meet.
STAFF = (
    "wording.py",
    "hearing.py",
    "promises.py",
    "welcoming.py",
    "services/inviting.py",
    "channels/webchat.py",
    "channels/telegram/menu.py",
    "channels/telegram/screens.py",
    "web/app.py",
    "web/conversation.py",
    "web/entering.py",
    "web/public.py",
    "web/returning.py",
    *(
        f"web/templates/{name}.html"
        for name in ("base", "conversation", "macros", "message", "privacy", "receipt", "returned", "risk")
    ),
    *(f"web/templates/{name}.html" for name in ("slip", "start", "welcome")),
)
FOR_ROLES = {  # functions and tables with words for people with a role, in files for both
    "services/inviting.py": {"_for_partners"},
    "hearing.py": {"_ACTIONS", "_ASKED", "_AUDITS", "_INVITING", "_LEADING", "_PLANNING"},
    "channels/telegram/screens.py": {
        "_appointed",
        "_admitted",
        "_beside",
        "_counted",
        "_invited",
        "_no_case",
    },
    "wording.py": {
        "_FINISH",
        "_FOR_AUDITORS",
        "_PAUSED_CASE",
        "_KEPT",
        "_NOTED",
        "_FOR_PLANNERS",
        "_SECTIONS",
        "_TO_FINISH",
        "_TO_SECTIONS",
        "_handed_in_by_auditor",
        "_nothing",
        "_probe",
        "_section",
        "_sections",
    },
    "web/templates/macros.html": {"colleagues", "passkey", "probe"},
}
SHORT = 30  # characters of a button that stands beside others
HEADING = 45  # characters of a button or heading of its own
COMMAND = 60  # characters of a line in Telegram's list of commands
ABOUT, IN_SHORT = 512, 120  # characters that Telegram takes of what a bot is


class Found(Struct, frozen=True):
    """A message of our source, with its plural if it has one, and where it stands."""

    ids: tuple[str, ...]
    file: str
    for_staff: bool


def everywhere() -> Iterator[Found]:
    """Every message that stands in our source, as often as it stands there."""
    folders = ("web", "channels", "desk", "services")
    for file in (
        *BOT.glob("*.py"),
        *(file for name in folders for file in sorted((BOT / name).rglob("*.py"))),
    ):
        apart = list(_spans(file))
        for line, message, _, _ in extract_from_file("python", file, keywords=KEYWORDS):
            ids = message if isinstance(message, tuple) else (message,)
            yield _found(ids, file, any(line in span for span in apart))
    for file in sorted((BOT / "web" / "templates").glob("*.html")):
        apart = list(_macros(file))
        with file.open("rb") as opened:
            for line, function, said, _ in babel_extract(opened, ["_", "several"], [], {}):
                parts = [said] if isinstance(said, str) else [part for part in said or () if part]
                if parts and parts[0]:
                    ids = tuple(map(str, parts[: 2 if function == "several" else 1]))
                    yield _found(ids, file, any(line in span for span in apart))


def _found(ids: tuple[str, ...], file: Path, apart: bool) -> Found:
    name = file.relative_to(BOT).as_posix()
    return Found(ids, name, for_staff=name in STAFF and not apart)


def _spans(file: Path) -> Iterator[range]:
    """The lines of what is named in `FOR_ROLES`."""
    names = FOR_ROLES.get(file.relative_to(BOT).as_posix(), set())
    for node in ast.parse(file.read_text("utf-8")).body if names else ():
        targets = node.targets if isinstance(node, ast.Assign) else [node]
        if names & {getattr(target, "id", getattr(target, "name", "")) for target in targets}:
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _macros(file: Path) -> Iterator[range]:
    names = FOR_ROLES.get(file.relative_to(BOT).as_posix(), set())
    lines = file.read_text("utf-8").splitlines()
    for name in names:
        start = next(number for number, line in enumerate(lines, 1) if f"macro {name}(" in line)
        yield range(start, next(n for n, line in enumerate(lines, 1) if n > start and "endmacro" in line))


def everything() -> set[tuple[str, ...]]:
    """Every message of our source, once."""
    return {found.ids for found in everywhere()}


def for_staff() -> dict[tuple[str, ...], list[str]]:
    """Every message that staff can meet, with where it stands; also what is said of those to turn to."""
    places: dict[tuple[str, ...], list[str]] = {}
    for found in everywhere():
        if found.for_staff and found.file not in places.setdefault(found.ids, []):
            places[found.ids].append(found.file)
    for nation in Nation:
        for contact in contacts.of_nation(nation):
            for words in filter(None, (contact.who, contact.what, contact.hours)):
                places.setdefault((words["en"],), []).append(f"contacts/{nation}.yaml")
    return places


def room(message: str) -> str:
    """What a translator should know of the length of a message."""
    if message in wording.NAMES.values():
        return f"A button beside others: one to four words, at most {SHORT} characters."
    if message in hearing.COMMANDS.values():
        return f"A line in Telegram's list of commands: at most {COMMAND} characters."
    if len(message.split()) <= 5 and message[-1] not in ".?:!":
        return f"A button, a heading or a label: at most {HEADING} characters."
    return ""


def template(language: str) -> bytes:
    """What a translator works in, with what is translated so far."""
    path = wording.catalogue_path(language)
    content = path.read_bytes() if path.exists() else b""
    before = catalogues.read(content) if content else Catalog(locale=language)
    catalogue = Catalog(locale=language)
    for ids, files in for_staff().items():
        message = ids if len(ids) > 1 else ids[0]
        so_far = before.get(message)
        note = room(ids[0])
        catalogue.add(
            message,
            so_far.string if so_far is not None else "",
            locations=[(file, None) for file in dict.fromkeys(files)],  # type: ignore[misc]
            auto_comments=[note] if note else [],
        )
    reviewed = catalogues.header(content, catalogues.REVIEWED) or "no"
    return catalogues.write(catalogue, {"Project-Id-Version": "candour", catalogues.REVIEWED: reviewed})


if __name__ == "__main__":
    sys.stdout.buffer.write(template(sys.argv[1]))
