"""Message catalogues: the PO files in which translators work, read kindly and written without a date."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping

from babel import UnknownLocaleError
from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

REVIEWED = "X-Reviewed-By-A-Speaker"  # “no”, or who did


class CatalogueError(Exception):
    """A file is no catalogue, or not one that can be used: the sentence that says why."""


def read(content: bytes) -> Catalog:
    """A catalogue in the language of its header. Raises `CatalogueError`."""
    try:
        content.decode("utf-8")
        catalogue = read_po(io.BytesIO(content), abort_invalid=True)
    except UnicodeDecodeError as error:
        raise CatalogueError("This file is not UTF-8 text. Save it as UTF-8.") from error
    except PoFileError as error:
        raise CatalogueError(f"This is not a PO file: line {error.lineno + 1} cannot be read.") from error
    except (ValueError, LookupError) as error:
        raise CatalogueError("This is not a PO file, or its header cannot be read.") from error
    if catalogue.locale is None:
        raise CatalogueError(
            "The header of this file names no language that is known, such as “Language: pl”."
        )
    return catalogue


def header(content: bytes, name: str) -> str:
    """One line of the header, also one that Babel does not keep; empty when there is none."""
    found = re.search(rf'^"{name}:[ ]*(.*?)(?:\\n)?"\s*$', content.decode("utf-8", "replace"), re.MULTILINE)
    return found[1].strip() if found is not None else ""


def is_reviewed(content: bytes) -> bool:
    """Whether a speaker of the language has reviewed the catalogue."""
    return header(content, REVIEWED).lower() not in ("", "no")


def write(catalogue: Catalog, headers: Mapping[str, str]) -> bytes:
    """The catalogue as PO, the same bytes for equal ones: lines as long as they are, and no date."""
    lines = {
        **headers,
        "Language": str(catalogue.locale_identifier),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    written = io.BytesIO()
    write_po(written, catalogue, width=0, omit_header=True)
    head = ['msgid ""', 'msgstr ""', *(f'"{name}: {value}\\n"' for name, value in lines.items()), "", ""]
    return "\n".join(head).encode() + written.getvalue()


def own_name(code: str) -> str:
    """What a language calls itself, such as `Polski`; its code when nobody knows."""
    name = name_of(code, code)
    return f"{name[0].upper()}{name[1:]}" if name != code else code


def name_of(code: str, language: str) -> str:
    """What a language is called in another, such as `Polish`; its code when nobody knows."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def direction(code: str) -> str:
    """Which way a language is written: `ltr` or `rtl`."""
    try:
        return str(Locale.parse(code, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def listed(parts: Iterable[str], code: str) -> str:
    """Parts one after another, with the commas of a language: those of scripts from right to left are turned."""
    return (", " if direction(code) == "ltr" else "، ").join(parts)
