"""`candour measures`: numbers that are followed month by month. Nothing is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.trouble import Trouble, read_file, where, write_file
from reports import monthly, plotting
from reports.measures import Chart, chart
from reports.monthly import Series

app = typer.Typer(no_args_is_help=True)


@app.callback()
def measures() -> None:
    """Numbers followed month by month, and whether they changed."""


@app.command("chart")
def chart_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table: .csv or .xlsx.")],
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
    charts = [_charted(file, series, screening=screening) for series in _series(file)]
    for each in charts:
        _say(each)
    if out is not None:
        write_file(out, _drawn(charts, out).encode(), replace=force)
        typer.echo(f"The {'chart is' if len(charts) == 1 else 'charts are'} in {out}.")


def _series(file: Path) -> list[Series]:
    """The measures of a file; what is wrong with it is named, each thing in a line, with exit code 1."""
    found = monthly.read(read_file(file), file.name)
    series = [each for each in found if isinstance(each, Series)]
    for problem in found:
        if not isinstance(problem, Series):
            typer.echo(f"{file}: {where(problem)}: {problem.message}", err=True)
    if len(series) < len(found):
        raise typer.Exit(1)
    return series


def _charted(file: Path, series: Series, *, screening: bool) -> Chart:
    found = chart(series.measure, series.points, series.rebases, screened=screening)
    if isinstance(found, Chart):
        return found
    about = f" of “{series.measure.indicator}”" if series.measure.indicator else ""
    raise Trouble(f"There is no chart{about} in “{file}”. {found.sentence}")


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
