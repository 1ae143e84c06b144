"""Document -> Word, in a template that an organisation can make its own. The same in the same, the same bytes.

A template holds tags, such as {{ title }}, and styles; all else in it stays as it is: a logo, a cover, a footer.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from docx.document import Document as Word
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup
from msgspec import Struct

from reports.audit.blocks import Document, Listing, Table
from reports.audit.paper import EVIDENCE, Imprint, figures, is_drawn, labels, paper, room, shape, spoken, svg
from reports.audit.stationery import LANGUAGE, OPTIONAL, REQUIRED, STYLES, stationery
from reports.packing import NOWHEN, clean, steady
from reports.rendering import pages
from reports.typesetting import pngs, size

TEMPLATE = "report.docx.j2"
_PIXELS = 960  # across a picture: 150 to the inch
_TWIPS = 635  # EMU in a twentieth of a point
_LONGEST = 255  # letters of what a file says of itself
_LANGUAGES = {"en": LANGUAGE}
_SAMPLE = {**dict.fromkeys((*REQUIRED, *OPTIONAL), "Words"), "report": Markup("<w:p/>")}
_TAG = re.compile(r"\{\{.*?\}\}")
_NOT_FILLED = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class _Placed(Struct, frozen=True):
    """A picture in the file: its relation, and how large it stands, in EMU."""

    relation: str
    wide: int
    high: int


def docx(document: Document, imprint: Imprint, template: bytes | None = None) -> bytes:
    """The document as a Word file, in our template or one that lacks nothing: see `lacks`."""
    opened = _opened(template or stationery())
    made = paper(document)
    report = Markup(clean(_body(opened, made)))  # noqa: S704 - Jinja has escaped what people wrote
    values = {"title": made.title, "subtitle": made.subtitle, "notice": made.notice}
    opened.render({**values, "day": imprint.day, "digest": imprint.digest, "report": report}, _jinja())
    _describe(opened.docx, made)
    file = io.BytesIO()
    opened.docx.save(file)
    return steady(file)


def lacks(template: bytes) -> tuple[str, ...]:
    """What a template must still be given, in sentences; nothing where a report can be set in it."""
    try:
        opened = _opened(template)
        tags = opened.get_undeclared_template_variables(_jinja())
        names = {style.name or "" for style in opened.docx.styles}
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, SyntaxError, ValueError):
        return ("This is not a Word document (.docx).",)
    except TemplateError:
        return ("A tag in the template cannot be read. Tags look like {{ title }}.",)
    return tuple(_lacks(tags, names)) or tuple(_unfilled(opened))


def _unfilled(opened: DocxTemplate) -> Iterator[str]:
    """What cannot be filled, although its tags can be read: found by filling them as a report does."""
    if _fills(lambda: opened.render(_SAMPLE, _strict())):
        return
    wrong = [tag for tag in dict.fromkeys(_tags(opened)) if not _fills(partial(_fill, tag))]
    for tag in wrong:
        yield f"The tag {tag} cannot be filled. A tag holds one name alone, such as {{{{ title }}}}."
    if not wrong:
        yield "The tags of the template cannot be filled together. Leave only such as {{ title }}."


def _tags(opened: DocxTemplate) -> Iterator[str]:
    """The tags in the text, in headers and in footers, as Jinja reads them."""
    edges = (opened.HEADER_URI, opened.FOOTER_URI)
    parts = [opened.get_part_xml(part) for uri in edges for _, part in opened.get_headers_footers(uri)]
    for xml in (opened.get_xml(), *parts):
        yield from _TAG.findall(opened.patch_xml(xml))


def _fill(tag: str) -> str:
    return _strict().from_string(tag).render(_SAMPLE)


def _fills(fill: Callable[[], object]) -> bool:
    try:
        fill()
    except _NOT_FILLED:
        return False
    return True


def _lacks(tags: set[str], styles: set[str]) -> Iterator[str]:
    for tag in REQUIRED:
        if tag not in tags:
            yield f"The tag {_tag(tag)} is missing."
    for tag in sorted(tags.difference(REQUIRED, OPTIONAL)):
        yield f"The tag {{{{ {tag} }}}} is none that a report has."
    for style in STYLES:
        if style not in styles:
            yield f"The style “{style}” is missing."


def _tag(name: str) -> str:
    return "{{p report }}" if name == "report" else f"{{{{ {name} }}}}"


def _opened(template: bytes) -> DocxTemplate:
    opened = DocxTemplate(io.BytesIO(template))
    opened.init_docx()
    return opened


def _jinja() -> SandboxedEnvironment:
    """A template comes from outside: its tags can do nothing but show."""
    return SandboxedEnvironment(autoescape=True)


def _strict() -> SandboxedEnvironment:
    """The same, to try a template: what a report does not have is an error, and never nothing."""
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _body(opened: DocxTemplate, document: Document) -> str:
    word: Word = opened.docx
    number = count(1)
    return pages.get_template(TEMPLATE).render(
        document=document,
        styles={name: word.styles[name].style_id for name in STYLES},
        pictures=_pictures(word, document),
        twips=lambda table: _twips(table, _column(word)),
        numbering=_numbering(word),
        number=lambda: next(number),
        evidence=EVIDENCE,
        labels=labels,
        spoken=spoken,
    )


def _column(word: Word) -> int:
    """The width of the text, in EMU."""
    page = word.sections[-1]
    assert page.page_width is not None
    return int(page.page_width - (page.left_margin or 0) - (page.right_margin or 0))


def _twips(table: Table, column: int) -> tuple[int, ...]:
    return tuple(round(column / _TWIPS * each / 100) for each in shape(table).widths)


def _pictures(word: Word, document: Document) -> dict[str, _Placed]:
    """The pictures by the figure they belong to, put into the file."""
    svgs = {each.id: svg(each) for each in figures(document) if is_drawn(each)}
    files = pngs(svgs.values(), width=_PIXELS)
    return {id_: _placed(word, drawn, file) for (id_, drawn), file in zip(svgs.items(), files, strict=True)}


def _placed(word: Word, drawn: str, file: bytes) -> _Placed:
    relation, _ = word.part.get_or_add_image(io.BytesIO(file))
    across, down = size(drawn)
    wide = round(_column(word) * room(drawn))
    return _Placed(relation, wide, round(wide * down / across))


def _numbering(word: Word) -> Callable[[Listing], int]:
    """Gives each numbered list numbers of its own, from 1; 0 where the style of the template has none."""

    def begun(listing: Listing) -> int:
        format_ = word.styles["List Number"].element.pPr
        held = format_.numPr if format_ is not None else None
        if not listing.numbered or held is None or held.numId is None:
            return 0
        numbers = word.part.numbering_part.element
        made = numbers.add_num(numbers.num_having_numId(held.numId.val).abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(made.numId)

    return begun


def _describe(word: Word, document: Document) -> None:
    """What the file says of itself: no name of whoever wrote it, no time at which it was written."""
    about = word.core_properties
    language = _LANGUAGES.get(document.language, document.language)
    about.title, about.subject = document.title[:_LONGEST], document.subtitle[:_LONGEST]
    about.language = language
    about.author = about.last_modified_by = "Candour"
    about.comments, about.keywords, about.revision = "", "", 1
    about.created = about.modified = NOWHEN
    for each in word.styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), language)
