"""`candour forms translate`: a form's texts out to a translator, and their translation back into the form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.authoring.options import FormFile
from bot.cli.trouble import Trouble, content_of, form_of, read_file, write_file
from dialogues import catalogues, library, translating
from dialogues.catalogues import CatalogueError

app = typer.Typer(no_args_is_help=True)


@app.command("export")
def export(
    file: FormFile,
    language: Annotated[str, typer.Option(help="The code of the language to translate into, such as pl.")],
    out: Annotated[
        Path | None, typer.Option(help="The .po file to write. Otherwise FORM-LANGUAGE.po.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is already there.")] = False,
) -> None:
    """Write all texts of a form into a PO file, with the translations that are there."""
    form_of(file)
    content, name = content_of(file)
    path = out or Path(f"{Path(name).stem}-{language}.po")
    try:
        written = translating.export(content, name, language)
    except CatalogueError as error:
        raise Trouble(str(error)) from error
    write_file(path, written, replace=force)
    typer.echo(f"The texts are in {path}. When they are translated: candour forms translate import {path}")


@app.command("import")
def take(
    catalogue: Annotated[Path, typer.Argument(metavar="PO", help="The translated .po file.")],
    form: Annotated[
        str,
        typer.Option(help="The form: a file, or a shipped one. Otherwise the one that the PO file names."),
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Where to write the form. Otherwise where it is.")] = None,
) -> None:
    """Write the translations of a PO file into a form. Everything else in its file stays as it is."""
    po = read_file(catalogue)
    wanted = form or catalogues.header(po, translating.FORM)
    if not wanted:
        raise Trouble(f"“{catalogue}” names no form. Name it with --form.")
    form_of(wanted)
    content, name = content_of(wanted)
    path = out or (library.path_of(wanted) if wanted in library.names() else Path(wanted))
    try:
        taken = translating.take(content, name, po)
    except CatalogueError as error:
        raise Trouble(str(error)) from error
    if taken.content != content or out is not None:
        write_file(path, taken.content, replace=True)
    for remark in taken.remarks:
        typer.echo(remark)
    typer.echo(f"{taken.changed} texts were written into {path}. {taken.missing} have no translation yet.")
