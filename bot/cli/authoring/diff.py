"""`candour forms diff`: which items of two versions of a form stay comparable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from bot.cli.authoring.options import AsJson, console, print_list
from bot.cli.trouble import form_of
from dialogues.comparison import Comparison, Item, compare
from dialogues.conditions import shortened
from dialogues.form import Form

_MOST_OF_A_LABEL = 90


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier version, or a shipped form.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later version, or a shipped form.")],
    as_json: AsJson = False,
) -> None:
    """Say which questions of two versions can be compared with each other, and what changed in the others."""
    before, after = form_of(old), form_of(new)
    found = compare(before, after)
    if as_json:
        typer.echo(json.dumps(_as_object(before, after, found), ensure_ascii=False, indent=2))
    else:
        _print(before, after, found)


def _as_object(old: Form, new: Form, found: Comparison) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(found)
    forms = ({"id": form.id, "version": form.version, "digest": form.digest} for form in (old, new))
    return dict(zip(("old", "new"), forms, strict=True)) | plain


def _print(old: Form, new: Form, found: Comparison) -> None:
    out = console()
    out.print(Text(f"{old.id} {old.version} → {new.id} {new.version}", style="bold"))
    for remark in found.remarks:
        out.print(Text(remark))
    sections = (
        ("Comparable", found.comparable),
        ("Changed, and so not comparable", found.changed),
        ("The same, but nobody said so: no equivalence", found.unmarked),
        ("New", found.added),
        ("Gone", found.gone),
    )
    for heading, items in sections:
        print_list(out, f"{heading}: {len(items)}", _lines(items))


def _lines(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        name = item.equivalence or item.new or item.old
        yield f"{name}  {shortened(item.label, _MOST_OF_A_LABEL)}"
        yield from (f"    {change.sentence}" for change in item.changes)
        yield from (f"    {remark}" for remark in item.remarks)
