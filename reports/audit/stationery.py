"""The Word template that comes with Candour: what an organisation changes to make its own."""

from __future__ import annotations

import io
from functools import cache

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from reports.packing import NOWHEN, steady

REQUIRED = ("title", "notice", "report")
OPTIONAL = ("subtitle", "day", "digest")
STYLES = (
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "List Bullet",
    "List Number",
    "Caption",
    "Table Grid",
)
LANGUAGE = "en-GB"
_FONT = "Arial"
_INK, _BRAND, _QUIET = RGBColor(0x1D, 0x25, 0x28), RGBColor(0x0B, 0x4A, 0x6F), RGBColor(0x4A, 0x56, 0x5B)
_SIZES = {
    "Title": 24.0,
    "Subtitle": 14.0,
    "Heading 1": 16.0,
    "Heading 2": 12.5,
    "Heading 3": 11.0,
    "Caption": 10.0,
}
_LINE = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="C9D0D2"/>'
_BORDERS = "".join(map(_LINE.format, ("top", "bottom", "insideH")))
_SHADE = '<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="EEF2F3"/></w:tcPr>'


@cache
def stationery() -> bytes:
    """The template: tags that are filled in, and the styles that the report is set in. The same bytes each time."""
    document = docx.Document()
    _describe(document)
    _shape(document)
    _style(document)
    _write(document)
    file = io.BytesIO()
    document.save(file)
    return steady(file)


def _describe(document: Document) -> None:
    about = document.core_properties
    about.author = about.last_modified_by = "Candour"
    about.title, about.comments, about.language = "Report of an audit", "", LANGUAGE
    about.created = about.modified = NOWHEN


def _shape(document: Document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(21)
    page.top_margin, page.bottom_margin, page.footer_distance = Mm(24), Mm(30), Mm(9)


def _style(document: Document) -> None:
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    normal = _paragraph_style(document, "Normal")
    normal.font.size, normal.font.color.rgb = Pt(10.5), _INK
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.1
    for name, size in _SIZES.items():
        style = _paragraph_style(document, name)
        style.font.size, style.font.bold, style.font.italic = Pt(size), name != "Subtitle", False
        style.font.color.rgb = _BRAND if name == "Heading 1" else _INK
        style.paragraph_format.space_before = Pt(size if name.startswith(("Heading", "Caption")) else 0)
        style.paragraph_format.space_after, style.paragraph_format.keep_with_next = Pt(5), True
        for tag in ("w:pBdr", "w:rPr/w:spacing"):  # a line below, letters apart
            for found in style.element.xpath(f".//{tag}"):
                found.getparent().remove(found)
    for name in ("List Bullet", "List Number"):
        document.styles[name].paragraph_format.space_after = Pt(3)
    _rule(document)


def _paragraph_style(document: Document, name: str) -> ParagraphStyle:
    """A style in our font, whatever the theme says."""
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)
    return style


def _rule(document: Document) -> None:
    """Tables with quiet lines between rows, and a header that stands out."""
    style, words = document.styles["Table Grid"].element, nsdecls("w")
    borders = style.find(f".//{qn('w:tblBorders')}")
    borders.getparent().replace(borders, parse_xml(f"<w:tblBorders {words}>{_BORDERS}</w:tblBorders>"))
    style.append(parse_xml(f'<w:tblStylePr {words} w:type="firstRow"><w:tblPr/>{_SHADE}</w:tblStylePr>'))


def _write(document: Document) -> None:
    document.add_paragraph("{{ title }}", style="Title")
    document.add_paragraph("{{ subtitle }}", style="Subtitle")
    document.add_paragraph("{%p if notice %}")
    document.add_paragraph().add_run("{{ notice }}").bold = True
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{{p report }}")
    section = document.sections[0]
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    _quiet(header, "{{ title }} – {{ subtitle }}")
    _quiet(footer, "{{ notice }}")
    numbers = section.footer.add_paragraph()
    _quiet(numbers, "As of {{ day }}. SHA-256 {{ digest }}", 6.5)
    page = section.footer.add_paragraph()
    page.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _quiet(page, "Page ")
    _field(page, "PAGE")
    _quiet(page, " of ")
    _field(page, "NUMPAGES")


def _quiet(paragraph: Paragraph, text: str, size: float = 8) -> None:
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(size), _QUIET


def _field(paragraph: Paragraph, code: str) -> None:
    """A number that Word works out."""
    look = '<w:rPr><w:color w:val="4A565B"/><w:sz w:val="16"/></w:rPr>'
    xml = f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(xml))  # python-docx has no fields
