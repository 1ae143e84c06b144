"""`candour forms convert`: a form from Excel to YAML, or from YAML to Excel."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.authoring.options import FormFile
from bot.cli.trouble import Trouble, form_of, write_file
from dialogues import library
from dialogues.form import Form
from dialogues.writing import UnwritableError, as_workbook, as_yaml
from dialogues.xlsform import read


class Format(StrEnum):
    """What a form can be written as."""

    XLSX = "xlsx"
    YAML = "yaml"


def convert(
    file: FormFile,
    to: Annotated[Format, typer.Option(help="The format to write.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it. Otherwise beside the form.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is already there.")] = False,
) -> None:
    """Write a form in the other format. Reading it back gives the same form."""
    form = form_of(file)
    path = out or _beside(file, to)
    if not path.name.lower().endswith(_ENDINGS[to]):
        raise Trouble(f"The name of a form in {to} ends with {_ENDINGS[to][0]}, which “{path}” does not.")
    write_file(path, _written(form, to, path), replace=force)
    typer.echo(f"The form is in {path}.")


_ENDINGS = {Format.XLSX: (".xlsx",), Format.YAML: (".yaml", ".yml")}


def _beside(file: str, to: Format) -> Path:
    """The same name with the other ending; shipped forms are written where one is."""
    return Path(f"{file}.{to}") if file in library.names() else Path(file).with_suffix(f".{to}")


def _written(form: Form, to: Format, path: Path) -> bytes:
    try:
        content = as_workbook(form) if to is Format.XLSX else as_yaml(form)
    except UnwritableError as error:
        raise Trouble(str(error)) from error
    back = read(content, path.name).form
    if back is None or back.digest != form.digest:
        raise Trouble(f"In {to} this form would not be the same any more, so nothing was written.")
    return content
