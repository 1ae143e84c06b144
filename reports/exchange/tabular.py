"""Tables for spreadsheets and programs: xlsx, csv in a zip, JSON. Codes and labels stand side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec
from msgspec import Struct
from openpyxl import Workbook

from dialogues.form import Form, Kind, Question
from reports import frameworks, gaps
from reports.coding import theme_of
from reports.disclosure import Band, Share, Size
from reports.exchange.material import (
    Excerpt,
    Heard,
    Project,
    complete,
    in_order,
    in_words,
    leaving,
)
from reports.gaps import Gap
from reports.packing import NOWHEN, clean, steady, zipped
from reports.tables import defused
from reports.themes import Prevalence, ThemeResult, Unnamed

Cell: TypeAlias = str | int | None
_LONGEST_NAME = 31  # of a sheet


class Table(Struct, frozen=True):
    """A table with its name, the names of its columns, and rows of cells. It has no repr."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __repr__(self) -> str:
        return f"Table({self.name!r})"


def as_xlsx(material: Project) -> bytes:
    """A workbook: README, excerpts by codes, answers by form, questions, codebook, themes. The same bytes each time."""
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.created = "Candour", NOWHEN
    for table in tables(material):
        sheet = book.create_sheet(table.name[:_LONGEST_NAME])
        sheet.append(table.columns)
        for row in table.rows:
            sheet.append([_safe(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return steady(file)


def as_csv(material: Project) -> bytes:
    """The same tables, a .csv file each (UTF-8 with its mark), in a zip. The same bytes each time."""
    return zipped((f"{each.name}.csv", _csv(each)) for each in tables(material))


def as_json(material: Project) -> bytes:
    """The same tables, each a list of objects; cells as they are, since a program runs none."""
    found = {
        each.name: [dict(zip(each.columns, row, strict=True)) for row in each.rows]
        for each in tables(material)
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _safe(cell: Cell) -> Cell:
    return defused(clean(cell)) if isinstance(cell, str) else cell


def _csv(table: Table) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(table.columns)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return file.getvalue().encode("utf-8-sig")


def tables(material: Project) -> tuple[Table, ...]:
    """All that leaves, as tables."""
    return (
        _readme(material),
        _excerpts(material),
        *_answers(material.heard),
        _questions(material.heard),
        _codebook(material),
        *(
            [_themes(material), _roles(material), _items(material), _gaps(material), _frameworks(material)]
            if material.results
            else []
        ),
    )


_README = (
    (
        "excerpts",
        "A row for each code that a coder tied to an excerpt; one without a code where nothing fitted.",
    ),
    (
        "answers …",
        "A row for each interview or record with this form. The column of a question holds the code of",
    ),
    (
        "",
        "the answer, “question: label” its words. Where several choices may be made, the column holds their",
    ),
    ("", "codes with spaces between, and “question/choice” is 1 for each that was chosen, else 0."),
    ("questions", "Every question of these forms, with its theme."),
    ("codebook", "The codes, with what belongs to them."),
    (
        "themes",
        "How many people and sources speak of each theme. Shares of anonymous people are rounded, and",
    ),
    ("", "empty where fewer than five speak. Nothing that an anonymous person wrote is in this file."),
    ("roles", "The same for named people of each role."),
    (
        "items",
        "Closed questions in interviews and records: how many answers, how many of the best, 95 % interval.",
    ),
    (
        "gaps",
        "Leaders' share less that of frontline staff, in points, with its 95 % interval; the last row is a",
    ),
    ("", "published gap to read them by."),
    ("frameworks", "What each theme bears on in other frameworks."),
    ("", "A cell that a spreadsheet could run as a formula begins with an apostrophe."),
)


def _readme(material: Project) -> Table:
    made_up = [("", "Everything in this file is made up.")] if material.synthetic else []
    return Table("README", ("table", "what it holds"), (("", material.name), *made_up, *_README))


# Excerpts


_EXCERPT = (
    "source", "participant", "role", "source type", "form", "question", "question: label", "instance",
    "excerpt", "place", "text", "quote as", "coder", "blind", "theme", "code", "code: label", "direction",
    "memo",
)  # fmt: skip


def _excerpts(material: Project) -> Table:
    names = {each.code: each.name for each in complete(material)}
    heard = {each.id: each for each in material.heard}
    rows = [row for each in leaving(material) for row in _excerpt_rows(each, heard[each.source], names)]
    return Table("excerpts", _EXCERPT, tuple(rows))


def _excerpt_rows(each: Excerpt, heard: Heard, names: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    question = heard.form.questions.get(each.question)
    asked = question.label.to(heard.language) if question else ""
    known = (heard.id, heard.label, heard.role, heard.source_type, heard.form.id, each.question, asked)
    place = (*known, each.instance, each.id, each.place, each.text, heard.quote_as)
    for coder, decision in sorted(each.decisions, key=lambda made: (made[1].blind, made[0])):
        by = (*place, coder, int(decision.blind))
        for coded in decision.codes:
            name = names.get(coded.code, "")
            yield (*by, theme_of(coded.code), coded.code, name, coded.direction.value, decision.memo)
        if not decision.codes:
            yield (*by, "", "", "", "", decision.memo)


# Answers


def _answers(heard: tuple[Heard, ...]) -> Iterator[Table]:
    for form, of_form in _by_form(heard):
        several = sum(one.id == form.id for one, _ in _by_form(heard)) > 1  # versions of one form
        name = f"answers {form.id}{f' {form.digest[:6]}' if several else ''}"
        paths = {path: question for each in of_form for path, question, _ in in_order(each)}
        columns = [column for path in _sorted(of_form, paths) for column in _columns(form, path, paths[path])]
        fixed = ("source", "participant", "role", "source type", "auditor", "quote as")
        yield Table(
            name,
            (*fixed, *(column for column, _ in columns)),
            tuple(
                (
                    each.id,
                    each.label,
                    each.role,
                    each.source_type,
                    each.by,
                    each.quote_as,
                    *(cell(each) for _, cell in columns),
                )
                for each in sorted(of_form, key=lambda each: each.id)
            ),
        )


def _by_form(heard: Iterable[Heard]) -> list[tuple[Form, list[Heard]]]:
    found: dict[tuple[str, str], tuple[Form, list[Heard]]] = {}
    for each in heard:
        found.setdefault((each.form.id, each.form.digest), (each.form, []))[1].append(each)
    return [found[key] for key in sorted(found)]


def _sorted(heard: list[Heard], paths: dict[str, Question]) -> list[str]:
    """Every path that anybody answered, as the form has them: those of one interview that answered them all."""
    everything = msgspec.structs.replace(heard[0], answers=dict.fromkeys(paths, "-"))
    return [path for path, _, _ in in_order(everything)]


def _columns(form: Form, path: str, question: Question) -> Iterator[tuple[str, Callable[[Heard], Cell]]]:
    yield path, lambda each: each.answers.get(path)
    if question.kind.has_choices:
        yield f"{path}: label", lambda each: _words(each, question, path)
    if question.kind is Kind.SELECT_MULTIPLE:
        for choice in form.choices.get(question.choices, ()):
            yield f"{path}/{choice.name}", _chose(path, choice.name)


def _words(each: Heard, question: Question, path: str) -> Cell:
    value = each.answers.get(path)
    return in_words(each, question, value) if value else None


def _chose(path: str, name: str) -> Callable[[Heard], Cell]:
    def cell(each: Heard) -> Cell:
        value = each.answers.get(path)
        return None if value is None else int(name in value.split())

    return cell


def _questions(heard: tuple[Heard, ...]) -> Table:
    rows = [
        (
            form.id,
            form.version,
            path,
            question.kind.value,
            question.label.to(of_form[0].language),
            question.theme,
        )
        for form, of_form in _by_form(heard)
        for path, question in form.questions.items()
        if question.kind.is_asked
    ]
    return Table("questions", ("form", "version", "question", "type", "label", "theme"), tuple(rows))


# Codes and themes


def _codebook(material: Project) -> Table:
    rows = [(each.code, theme_of(each.code), each.name, each.definition) for each in complete(material)]
    return Table("codebook", ("code", "theme", "label", "definition"), tuple(rows))


def _themes(material: Project) -> Table:
    names = {each.code: each.name for each in complete(material)}
    found = _found(material)
    forms = sorted({one.form for each in found for one in each.unnamed})
    columns = (
        "theme", "label", "priority", "people heard", "people: weakness", "people: strength", "people: mixed",
        "sources heard", "sources: weakness", "sources: strength", "sources: mixed", "most say",
        "sources that say the opposite",
    )  # fmt: skip
    parts = ("people", "spoke", "weakness", "strength", "closed answers positive")
    anonymous = [f"anonymous {number}: {part}" for number in range(1, len(forms) + 1) for part in parts]
    rows = [
        (*_theme(each, names), *(cell for form in forms for cell in _anonymous(each, form))) for each in found
    ]
    return Table("themes", (*columns, *anonymous), tuple(rows))


def _theme(each: ThemeResult, names: dict[str, str]) -> tuple[Cell, ...]:
    negative = " ".join(source.hex() for source in each.negative)
    counts = (*_counts(each.people), *_counts(each.sources))
    most = each.majority.value if each.majority else ""
    return (each.theme, names.get(each.theme, ""), each.judged.priority.value, *counts, most, negative)


def _found(material: Project) -> tuple[ThemeResult, ...]:
    return material.results.themes if material.results else ()


def _roles(material: Project) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (each.theme, split.code, *_counts(split.prevalence))
        for each in _found(material)
        for split in each.roles
    ]
    return Table("roles", ("theme", "role", "people heard", "weakness", "strength", "mixed"), tuple(rows))


def _items(material: Project) -> Table:
    asked = {
        path: question.label.to(each.language)
        for each in material.heard
        for path, question in each.form.questions.items()
    }
    rows: list[tuple[Cell, ...]] = [
        (
            *(each.theme, item.item, asked.get(item.item, ""), item.n, item.positive),
            *(_percent(item.positive / item.n), _percent(item.interval.low), _percent(item.interval.high)),
        )
        for each in _found(material)
        for item in each.items
    ]
    columns = ("theme", "question", "label", "answers", "best", "percent", "percent: low", "percent: high")
    return Table("items", columns, tuple(rows))


def _gaps(material: Project) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (each.theme, of, gap.verdict.value, *_points(gap), "")
        for each in _found(material)
        for of, gap in (
            ("closed answers", each.gap),
            ("own words", each.voiced),
            *((f"anonymous answers {number}", one.gap) for number, one in enumerate(each.unnamed, 1)),
        )
        if gap.verdict is not gaps.Verdict.INSUFFICIENT
    ]
    usual: list[tuple[Cell, ...]] = [
        ("", each.about, "reference", _percent(each.leaders - each.frontline), None, None, each.source)
        for each in gaps.REFERENCES
    ]
    columns = ("theme", "of", "verdict", "points", "points: low", "points: high", "source")
    return Table("gaps", columns, (*rows, *usual))


def _points(gap: Gap) -> tuple[int | None, int | None, int | None]:
    if gap.difference is None or gap.interval is None:
        return None, None, None
    return _percent(gap.difference), _percent(gap.interval.low), _percent(gap.interval.high)


def _percent(share: float) -> int:
    return round(share * 100)


def _frameworks(material: Project) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (each.theme, item.framework, item.code, item.name)
        for each in _found(material)
        for item in frameworks.items_of(each.theme)
    ]
    return Table("frameworks", ("theme", "framework", "item", "label"), tuple(rows))


def _counts(each: Prevalence) -> tuple[int, ...]:
    return each.heard, each.weakness, each.strength, each.mixed


def _anonymous(each: ThemeResult, form: str) -> tuple[Cell, ...]:
    found = next((one for one in each.unnamed if one.form == form), None)
    return _unnamed(found) if found else (None,) * 5


def _unnamed(each: Unnamed) -> tuple[Cell, ...]:
    positive = each.figures.positive if each.figures else None
    return _band(each.band), *(_share(one) for one in (each.spoke, each.weakness, each.strength, positive))


def _band(band: Band) -> str:
    return f"{band.low} or more" if band.high is None else f"{band.low} to {band.high}"


def _share(share: Share | None) -> Cell:
    if share is None:
        return None
    return f"{share.percent} %" if share.size is Size.PERCENT else share.size.value.replace("_", " ")
