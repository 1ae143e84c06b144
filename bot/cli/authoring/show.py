"""`candour forms diagram` and `candour forms preview`: a form as a picture, and as its screens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.authoring.options import FormFile, InLanguage
from bot.cli.trouble import Trouble, form_of, language_of, write_file
from dialogues.diagram import draw


def diagram(file: FormFile, language: InLanguage = None) -> None:
    """Print a form as a Mermaid flowchart: sections, questions, branches in words, repeats."""
    form = form_of(file)
    typer.echo(draw(form, language_of(form, language) or "en"), nl=False)


def preview(
    file: FormFile,
    out: Annotated[Path, typer.Option(help="Where to write the page; an .html file.")] = Path("preview.html"),
    language: InLanguage = None,
) -> None:
    """Write all screens of a form on one page, as the web chat shows them on a phone."""
    from bot.web.preview import page  # noqa: PLC0415 - the web pages take a second to import

    form = form_of(file)
    spoken = language_of(form, language)
    if out.suffix.lower() not in (".html", ".htm"):
        raise Trouble(f"A preview is an .html file, which “{out}” is not.")
    write_file(out, page(form, spoken).encode(), replace=True)
    typer.echo(f"The preview is in {out}. Open it in a browser.")
