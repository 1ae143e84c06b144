"""`candour codebook`: what excerpts can be tied to, and how an organisation changes it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.audits import storage_here
from bot.cli.serve import settings_here
from bot.cli.trouble import Trouble, read_file, write_file
from bot.clock import SystemClock
from bot.services import revising
from reports import codebook, frameworks, revisions
from reports.codebook import Code, Codebook, Standing
from reports.exchange import material, refi
from reports.exchange.refi import UnreadableError
from reports.revisions import Revision
from storage.journal import OPERATOR
from storage.unit_of_work import Storage

app = typer.Typer(no_args_is_help=True, help="What people's words can be tied to, and how that is changed.")


class Format(StrEnum):
    """In which form the codebook is written."""

    YAML = "yaml"
    QDC = "qdc"


_Language = Annotated[str, typer.Option(help="The code of a language, such as cy.")]
_File = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file.")]
_Any = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file, or REFI-QDA (.qdc, .qdpx).")]


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="A theme or code, such as SUP or SUP.frequency.")] = "",
    language: _Language = "en",
) -> None:
    """All codes with their names, or one with all there is about it; also what an old code means today."""
    book = _present()
    if not code:
        typer.echo(f"Codebook {book.version}")
        for each in book.codes:
            typer.echo(f"{'' if each.is_theme else '  '}{each.code}  {each.name.to(language)}")
        return
    now = book.now(code)
    entry = book.get(now.code)
    if entry is None or now.standing is Standing.LOOK_AGAIN:
        raise Trouble(_missing(book, code))
    if now.standing is Standing.SUCCEEDED:
        typer.echo(f"{code} is {now.code} today.")
    for line in _lines(entry, language):
        typer.echo(line)


def _missing(book: Codebook, code: str) -> str:
    if book.knows(code):
        return f"{code} was divided or retired. Look again at what was tied to it."
    return f"There is no code “{code}”. “candour codebook show” names them all."


def _lines(entry: Code, language: str) -> Iterator[str]:
    yield f"{entry.code}  {entry.name.to(language)}"
    yield f"  {entry.definition.to(language)}"
    yield from (
        f"  {what}: {words}" for what, words in (("With", entry.includes), ("Not", entry.excludes)) if words
    )
    yield from (f"  Words ({spoken}): {', '.join(words)}" for spoken, words in entry.lexicon.items())
    yield from (f"  For example (made up): {each}" for each in entry.examples)
    yield from (f"  {item.framework}: {item.name}" for item in frameworks.items_of(entry.code))


@app.command()
def check(file: _Any) -> None:
    """Everything that is wrong with a codebook or with revisions. Exit code 1 when something is. Changes nothing.

    Of another tool's codebook or project (REFI-QDA) it says which codes there are, and which are ours too.
    """
    if file.suffix in {".qdc", ".qdpx"}:
        _say_codes(file)
        return
    found = _problems(read_file(file))
    for sentence in found:
        typer.echo(f"{file}: {sentence}")
    if found:
        raise typer.Exit(1)
    typer.echo(f"{file}: nothing is wrong.")


def _say_codes(file: Path) -> None:
    try:
        found = refi.entries(read_file(file))
    except UnreadableError as trouble:
        typer.echo(f"{file}: {trouble}")
        raise typer.Exit(1) from trouble
    book = _present()
    for each in found:
        typer.echo(f"{'= ' if book.get(each.code) else '+ '}{each.code}  {each.name}")
    ours = sum(book.get(each.code) is not None for each in found)
    typer.echo(f"{file}: {len(found)} codes, of which {ours} are in our codebook too (=).")


def _problems(content: bytes) -> list[str]:
    if not isinstance(codebook.plain_yaml(content), list):
        book = codebook.read(content)
        return book if isinstance(book, list) else []
    wanted = revisions.read(content)
    if isinstance(wanted, list):
        return wanted
    try:
        revising.tried(_present(), wanted)
    except revising.RevisionRefusedError as error:
        return [f"Revision {error.number}: {problem}" for problem in error.problems]
    return []


@app.command()
def export(
    format_: Annotated[
        Format, typer.Option("--format", help="As YAML, or as REFI-QDA (.qdc).")
    ] = Format.YAML,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; codebook.yaml if not given, or as the format is.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write the codebook as it is today: to read and check, or for other tools that code texts (REFI-QDA)."""
    book = _present()
    path = out or Path(f"codebook.{format_}")
    write_file(path, _written(book, format_), replace=force)
    typer.echo(f"Codebook {book.version} is in {path}.")


def _written(book: Codebook, format_: Format) -> bytes:
    match format_:
        case Format.YAML:
            return codebook.written(book).encode()
        case Format.QDC:
            return refi.codebook(material.entries_of(book))


@app.command()
def revise(file: _File) -> None:
    """Make the revisions of a file, all of them or none. Old codes are kept, with what they mean today."""
    wanted = revisions.read(read_file(file))
    if isinstance(wanted, list):
        raise Trouble(f"“{file}”: {' '.join(wanted)}")
    with storage_here() as storage:
        book = revising.revise(storage, wanted, OPERATOR, SystemClock())
    for revision in wanted:
        typer.echo(f"{revisions.kind(revision)}: {_about(revision)}. {revision.reason}")
    typer.echo(f"The codebook is {book.version} now.")


def _about(revision: Revision) -> str:
    return ", ".join(revision.codes) if isinstance(revision, revisions.Merge) else revision.code


def _present() -> Codebook:
    """The codebook of this organisation; before there is a database, the shipped one."""
    settings = settings_here()
    if not Storage.revision(settings.data, settings.database.reveal()).found:
        return codebook.shipped()
    with storage_here() as storage:
        return revising.present(storage)
