"""`candour slips`: invitations to hand out, each for one person and once; printed, or as lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import wording
from bot.cli.audits import Name, see_that_somebody_answers, storage_here, ways_here
from bot.cli.trouble import Trouble, reserve, write_file
from bot.services import auditing, inviting
from reports import slips as printed

MOST = 5000
_PDF = ".pdf"
_BY_AUDITORS = "partner-agency"


def slips(
    audit: Name,
    count: Annotated[int, typer.Option(help="How many people are invited.", min=1, max=MOST)] = 1,
    out: Annotated[
        Path, typer.Option(help="The file to write: a sheet to print (.pdf), or a line for each (.txt).")
    ] = Path("slips.pdf"),
    language: Annotated[str, typer.Option(help="The code of the language of the slips, such as pl.")] = "en",
    form: Annotated[str, typer.Option(help="The one form that they lead to. Otherwise people choose.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Make slips for staff: each can be used once, and does not say by whom. Their codes are only in this file.

    With --form partner-view they are for people of other agencies, who answer that form alone, in their own name.
    """
    if language not in wording.languages():
        raise Trouble(f"There are no slips in “{language}”. Choose {' or '.join(wording.languages())}.")
    if form == _BY_AUDITORS:
        raise Trouble(
            f"An auditor asks “{form}”, and notes what is said. What partners answer by themselves is “partner-view”."
        )
    ways = ways_here()  # whatever can fail comes before the slips, which nobody can make again
    to_print = out.suffix.lower() == _PDF
    if to_print:
        see_that_somebody_answers(ways)
    with storage_here() as storage:
        found, role = auditing.audit(storage, audit), inviting.role(storage, audit, form)
        asked = inviting.asked(storage, audit, form, role)
        reserve(out, replace=force)
        codes = inviting.slips(storage, audit, count, role)
    if to_print:
        sheet = inviting.sheet(found, asked, codes, ways, language=language, form=form)
        content = printed.pdf(sheet)
    else:
        leading = (inviting.to_form(code, form) for code in codes)
        content = "".join(f"{line}\n" for line in inviting.lines(leading, ways)).encode()
    write_file(out, content, replace=True)
    typer.echo(
        f"{len(codes)} slips are in {out}. Nobody can make them again: keep it safe, and erase it soon."
    )
