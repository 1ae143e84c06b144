"""`candour report`: the report of an audit for one reader, as a file, and the template of Word files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.audits import storage_here
from bot.cli.trouble import Trouble, read_file, write_file
from bot.clock import SystemClock
from bot.services import reporting
from bot.services.reporting import Format
from reports.audit import Unsupported
from reports.audit.views import View


def report(
    audit: Annotated[str, typer.Argument(help="The name of the audit, as in its address: rowan-house.")],
    view: Annotated[View, typer.Option(help="For whom it is.")] = View.FULL,
    format_: Annotated[Format, typer.Option("--format", help="What kind of file.")] = Format.HTML,
    edition: Annotated[
        int, typer.Option(help="The number of an edition that was published; 0: a draft of how it is now.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; VIEW.FORMAT, such as board.html, if not given.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="A Word template of your own, with --format docx.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write the report of an audit for one reader. Every claim in it names its evidence."""
    paper = _template(template, format_) if template else None
    with storage_here() as storage:
        if edition:
            _, found = reporting.publication(storage, audit, view.value, str(edition))
        else:
            made = reporting.found(storage, audit, SystemClock())
            if isinstance(made, Unsupported):
                raise Trouble("There is no report yet. " + " ".join(each.sentence for each in made.lacks))
            found = made
    path = out or Path(f"{view}.{format_}")
    content = reporting.written(found, view, format_, draft=not edition, template=paper)
    write_file(path, content, replace=force)
    typer.echo(f"The report is in {path}." if edition else f"The draft is in {path}.")


def report_template(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("report-template.docx"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write the Word template that reports are set in, to make your own of it."""
    from reports.audit.stationery import stationery  # noqa: PLC0415 - takes a fifth of a second, as below

    write_file(out, stationery(), replace=force)
    typer.echo(
        f"The template is in {out}. Change it in Word, then: candour report … --format docx --template {out}"
    )


def _template(path: Path, wanted: Format) -> bytes:
    """The template, when a report can be set in it. Raises Trouble."""
    if wanted is not Format.DOCX:
        raise Trouble("A template is for Word files: add --format docx.")
    content = read_file(path)
    from reports.audit.word import lacks  # noqa: PLC0415

    missing = lacks(content)
    if missing:
        raise Trouble(f"A report cannot be set in {path}. {' '.join(missing)}")
    return content
