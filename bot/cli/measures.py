"""`candour measures`: numbers that are followed month by month, in a table or in an audit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import founding
from bot.cli.audits import Name, storage_here
from bot.cli.trouble import Trouble, read_file, where, write_file
from bot.clock import SystemClock
from bot.services import measuring
from dialogues.problems import Problem
from reports import monthly, plotting
from reports.measures import Chart, Charted, Measure, chart
from reports.monthly import Series

app = typer.Typer(no_args_is_help=True, help="Numbers followed month by month, and whether they changed.")


@app.callback()
def measures() -> None:
    """Numbers followed month by month, and whether they changed."""


@app.command("chart")
def chart_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|AUDIT", help="A table, .csv or .xlsx; or the name of an audit.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Draw the charts too: a page (.html), or one chart (.svg).")
    ] = None,
    screening: Annotated[
        bool,
        typer.Option(
            "--screening/--no-screening", help="Leave very large steps between two months out of the limits."
        ),
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Say in words what monthly numbers show that is more than chance (XmR), and draw them."""
    if out is not None and out.suffix.lower() not in {".html", ".svg"}:
        raise Trouble(f"“{out}” should end in .html, for a page, or in .svg, for a picture.")
    charts = list(_charts(source, screening=screening))
    for each in charts:
        _say(each)
    if out is not None:
        write_file(out, _drawn(charts, out).encode(), replace=force)
        typer.echo(f"The {'chart is' if len(charts) == 1 else 'charts are'} in {out}.")


@app.command("import")
def import_(
    audit: Name, file: Annotated[Path, typer.Argument(metavar="FILE", help="A table: .csv or .xlsx.")]
) -> None:
    """Keep the numbers of a table in an audit: all of them, or none and everything that is wrong with it."""
    content, clock = read_file(file), SystemClock()
    with storage_here() as storage:
        found = measuring.bring(storage, audit, content, file.name, measuring.operator(clock))
    if isinstance(found, list):
        _refuse(file, found)
    typer.echo(f"“{audit}” follows {', '.join(f'“{each.measure.indicator}”' for each in found)}.")


@app.command("list")
def list_(audit: Name) -> None:
    """The numbers that an audit follows, each with its last one and what the chart shows."""
    with storage_here() as storage:
        found = measuring.shown(storage, audit)
    for each in found:
        typer.echo(f"{each.followed.measure.indicator}: {plotting.lately(each.chart)}")
    if not found:
        typer.echo(f"“{audit}” follows no numbers yet. Bring some: candour measures import {audit} FILE")


def _charts(source: Path, *, screening: bool) -> Iterator[Chart]:
    """Those of a table, or of an audit, whose name has no ending. Raises Trouble where there is none."""
    if source.suffix or not founding.NAME.fullmatch(source.name) or source.exists():
        for series in _series(source):
            made = chart(series.measure, series.points, series.rebases, screened=screening)
            yield _drawable(made, series.measure, f"in “{source}”")
        return
    with storage_here() as storage:
        found = [each.followed for each in measuring.shown(storage, source.name)]
    if not found:
        raise Trouble(f"“{source}” follows no numbers yet. Bring some: candour measures import {source} FILE")
    for each in found:
        made = chart(each.measure, each.points, each.rebases, screened=screening)
        yield _drawable(made, each.measure, f"of “{source}”")


def _series(file: Path) -> list[Series]:
    """The measures of a file; what is wrong with it is named, each thing in a line, with exit code 1."""
    found = monthly.read(read_file(file), file.name)
    problems = [each for each in found if isinstance(each, Problem)]
    if problems:
        _refuse(file, problems)
    return [each for each in found if isinstance(each, Series)]


def _refuse(file: Path, problems: list[Problem]) -> NoReturn:
    for problem in problems:
        typer.echo(f"{file}: {where(problem)}: {problem.message}", err=True)
    raise typer.Exit(1)


def _drawable(made: Charted, measure: Measure, where_: str) -> Chart:
    if isinstance(made, Chart):
        return made
    about = f" of “{measure.indicator}”" if measure.indicator else ""
    raise Trouble(f"There is no chart{about} {where_}. {made.sentence}")


def _say(made: Chart) -> None:
    typer.echo(f"{plotting.name(made)}: {plotting.about(made)}")
    for sentence in (*plotting.findings(made), *plotting.numbers(made)):
        typer.echo(f"  {sentence}")


def _drawn(charts: list[Chart], out: Path) -> str:
    if out.suffix.lower() == ".html":
        return plotting.page(charts)
    if len(charts) > 1:
        raise Trouble(
            f"A picture holds one chart, and these are {len(charts)}. Name a page: --out chart.html"
        )
    return plotting.svg(charts[0])
