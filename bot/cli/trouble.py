"""What was given on the command line and cannot be used, in one sentence; reading and writing what was named."""

from __future__ import annotations

from pathlib import Path

from dialogues import library
from dialogues.form import Form
from dialogues.problems import Problem
from dialogues.script import Script
from dialogues.sheets import MAX_BYTES
from dialogues.xlsform import read


class Trouble(Exception):
    """Something given on the command line cannot be used: the sentence that says what to do."""


def where(problem: Problem) -> str:
    """Where a problem stands, in words."""
    place = problem.place
    parts = [
        f"sheet {place.sheet}" if place.sheet else "",
        f"row {place.row}" if place.row else "",
        f"(line {place.line})" if place.line else "",
        f"column {place.column}" if place.column else "",
        f"character {problem.character}" if problem.character else "",
    ]
    return ", ".join(part for part in parts if part).replace(", (", " (") or "the whole file"


def content_of(name: str) -> tuple[bytes, str]:
    """The bytes of a form and the name of its file, by its path or the name of a shipped form."""
    path = library.path_of(name) if name in library.names() else Path(name)
    return read_file(path), path.name


def read_file(path: Path) -> bytes:
    """The bytes of a file, of a far too large one only as many as show that it is. Raises `Trouble`."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Trouble(f"There is no file “{path}”. Check its name and folder.") from error
    except IsADirectoryError as error:
        raise Trouble(f"“{path}” is a folder. Name a file in it.") from error
    except (OSError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else "its name cannot be used"
        )
        raise Trouble(f"“{path}” cannot be read: {reason}.") from error


def write_file(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file; one that is there stays unless `replace`. Raises `Trouble` when it cannot be written."""
    try:
        with path.open("wb" if replace else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Trouble(
            f"“{path}” is already there. Choose another name with --out, or replace it with --force."
        ) from error
    except IsADirectoryError as error:
        raise Trouble(f"“{path}” is a folder. Name a file in it.") from error
    except FileNotFoundError as error:
        raise Trouble(f"There is no folder “{path.parent}”.") from error
    except (OSError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else "its name cannot be used"
        )
        raise Trouble(f"“{path}” cannot be written: {reason}.") from error


def reserve(path: Path, *, replace: bool) -> None:
    """Make an empty file that only its owner may read, to be written later. Raises `Trouble` as `write_file` does."""
    write_file(path, b"", replace=replace)
    path.chmod(0o600)


def form_of(name: str) -> Form:
    """A form that can be played, by the path of its file or the name of a shipped form."""
    content, file_name = content_of(name)
    form = read(content, file_name).form
    if form is None or Script(form).faults:
        raise Trouble(f"The form “{name}” has errors. “candour forms check {name}” names them all.")
    return form


def language_of(form: Form, language: str | None) -> str | None:
    """A language that the form speaks, or None for its own."""
    known = [spoken.code for spoken in form.languages]
    if language is not None and language not in known:
        raise Trouble(f"This form does not speak “{language}”. It speaks {', '.join(known)}.")
    return language
