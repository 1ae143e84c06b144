"""The codebook: what answers, excerpts and findings are about, in the order in which reports name them.

It is data (`codes/codebook.yaml`): eleven themes, and the codes that divide each. `reports.revisions` changes it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from dialogues.form import Text
from dialogues.sheets import MAX_DEPTH
from reports.coding import theme_of
from reports.phrases import Phrase, split

DATA = Path(__file__).with_name("codes")
LARGEST_FILE = 2_000_000  # bytes of a codebook, or of revisions

_CODE = re.compile(r"[A-Z]{2,6}(\.[a-z][a-z_]{1,23})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Theme(Struct, frozen=True):
    """An entry of the codebook as reports show it: a stable code, its name, and a line that says what belongs there."""

    code: str
    name: Text
    definition: Text


class Code(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An entry of the codebook: a theme (`SUP`) or a code under it (`SUP.frequency`).

    `lexicon` has words and phrases by language, as `reports.phrases` reads them; `examples` are made up.
    """

    code: str
    name: Text
    definition: Text
    includes: str = ""
    excludes: str = ""
    lexicon: dict[str, tuple[str, ...]] = {}
    examples: tuple[str, ...] = ()

    @property
    def theme(self) -> str:
        """The code of the theme that it is, or is under."""
        return theme_of(self.code)

    @property
    def is_theme(self) -> bool:
        """Whether it is a theme."""
        return "." not in self.code


def is_code(written: str) -> bool:
    """Whether this is written as codes are: two to six capitals, and for a code under a theme a dot and a word."""
    return _CODE.fullmatch(written) is not None


class Standing(StrEnum):
    """What has become of a code."""

    STANDS = "stands"
    SUCCEEDED = "succeeded"  # by another code that means the same or more
    LOOK_AGAIN = "look_again"  # it was divided, retired or is unknown: a person decides


class Now(Struct, frozen=True):
    """What a code that was used at any time means today: `code` is itself, or its successor."""

    code: str
    standing: Standing


class Codebook(Struct, frozen=True, dict=True):
    """A version of the codebook. `gone`: every code that was, with its successor or '' when there is none."""

    version: str
    dated: date
    codes: tuple[Code, ...]
    gone: dict[str, str] = {}

    def get(self, code: str) -> Code | None:
        """The entry of this code, or None."""
        return next((each for each in self.codes if each.code == code), None)

    def has(self, code: str) -> bool:
        """Whether there is such a code today."""
        return self.get(code) is not None

    def knows(self, code: str) -> bool:
        """Whether there is such a code, or was."""
        return code in self.gone or self.has(code)

    @property
    def themes(self) -> tuple[Code, ...]:
        """The themes, in their order."""
        return tuple(each for each in self.codes if each.is_theme)

    def under(self, theme: str) -> tuple[Code, ...]:
        """The codes under a theme, in their order."""
        return tuple(each for each in self.codes if each.theme == theme and not each.is_theme)

    def now(self, code: str) -> Now:
        """What this code means today, whenever it was used. Every text has an answer."""
        at = code
        while at in self.gone:
            if not self.gone[at]:
                return Now(at, Standing.LOOK_AGAIN)
            at = self.gone[at]
        if not self.has(at):
            return Now(at, Standing.LOOK_AGAIN)
        return Now(at, Standing.STANDS if at == code else Standing.SUCCEEDED)


# Files


def read(content: bytes) -> Codebook | list[str]:
    """The codebook of a YAML file, or everything that is wrong with it, a sentence each."""
    plain = plain_yaml(content)
    if isinstance(plain, str):
        return [plain]
    try:
        book = msgspec.convert(_spread(plain), Codebook)
    except (msgspec.ValidationError, TypeError, AttributeError) as error:
        return [f"This is not a codebook: {error}."]
    return list(problems(book)) or book


def plain_yaml(content: bytes) -> Any:
    """What the YAML holds, all of it text; or, as a string, the sentence that says why it cannot be read."""
    if len(content) > LARGEST_FILE:
        return f"This file is larger than {LARGEST_FILE // 1_000_000} MB."
    try:
        text = content.decode("utf-8-sig")
        if _is_deep(text):
            return "This YAML is nested too deep to be a codebook."
        found = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 - only text comes of it
    except UnicodeDecodeError:
        return "This file is not UTF-8 text. Save it as UTF-8."
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        return f"This is not YAML{'' if mark is None else f': look at line {mark.line + 1}'}."
    return "There is nothing in this file." if not found or isinstance(found, str) else found


def _is_deep(text: str) -> bool:
    """Whether it is nested as no codebook is: libyaml would crash on a deep nest of lists."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return True
    return False


def _spread(plain: Any) -> Any:
    """The same as our values have it: languages of a text under `words`, and phrases one by one."""
    return {**plain, "codes": [spread(each) for each in plain.get("codes", ())]}


def spread(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a file as our values have it."""
    texts = {each: _text(entry[each]) for each in ("name", "definition") if each in entry}
    lexicon = {language: split(words) for language, words in dict(entry.get("lexicon") or {}).items()}
    return {**entry, **texts, **({"lexicon": lexicon} if "lexicon" in entry else {})}


def _text(written: Any) -> dict[str, Any]:
    return {"words": {"en": written} if isinstance(written, str) else written}


def written(book: Codebook) -> str:
    """The codebook as YAML, which `read` reads back the same but for codes that are gone."""
    plain = {
        "version": book.version,
        "dated": book.dated.isoformat(),
        "codes": [_gathered(each) for each in book.codes],
    }
    return str(yaml.dump(plain, allow_unicode=True, sort_keys=False, width=110))


def _gathered(each: Code) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(each)
    plain["name"], plain["definition"] = each.name.words, each.definition.words
    if each.lexicon:
        plain["lexicon"] = {language: ", ".join(words) for language, words in each.lexicon.items()}
    return plain


def problems(book: Codebook) -> Iterator[str]:
    """Everything that is wrong with a codebook."""
    codes = [each.code for each in book.codes]
    if not book.version.strip():
        yield "The codebook has no version, such as 2026-11-1."
    yield from (f"{code} stands twice." for code, times in Counter(codes).items() if times > 1)
    for missing in (each.code for each in THEMES if each.code not in codes):
        yield f"The theme {missing} is missing: forms and reports are built on it."
    for each in book.codes:
        yield from problems_of(each)
        if each.theme not in codes:
            yield f"{each.code} is under a theme that is not there. Add {each.theme} first."


def problems_of(entry: Code) -> Iterator[str]:
    """What is wrong with one entry, whatever else there is."""
    code = entry.code
    if not is_code(code):
        yield f"“{code}” is not written as a code is: {HOW_CODES_ARE_WRITTEN}"
    if not entry.name.words.get("en", "").strip():
        yield f"{code} has no name in English."
    if not entry.definition.words.get("en", "").strip():
        yield f"{code} has no definition in English: a sentence that says what belongs there."
    for language, words in entry.lexicon.items():
        yield from problems_of_words(code, language, words)


HOW_CODES_ARE_WRITTEN = (
    "two to six capitals (SUP), and for a code under a theme a dot and small letters (SUP.frequency)."
)


def problems_of_words(code: str, language: str, words: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with words of the lexicon."""
    if not _LANGUAGE.fullmatch(language):
        yield f"{code}: “{language}” is not the code of a language, such as en or cy."
    for each in words:
        if not Phrase(each).is_findable:
            yield f"{code}: the words “{each}” can be found nowhere: begin and end with a word."


# What is shipped


@cache
def shipped() -> Codebook:
    """The codebook that comes with Candour."""
    found = _read(DATA / "codebook.yaml")
    return msgspec.convert(_spread(found), Codebook)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - only text comes of it


THEMES: tuple[Theme, ...] = tuple(Theme(each.code, each.name, each.definition) for each in shipped().themes)
_BY_CODE = {theme.code: theme for theme in THEMES}
_ORDER = {each.code: place for place, each in enumerate(shipped().codes)}


def theme(code: str) -> Theme:
    """The theme of that code; a code we do not know names itself, so that nothing that was asked is lost."""
    return _BY_CODE.get(code) or Theme(code, Text({"en": code}), Text())


def order(code: str) -> tuple[int, str]:
    """The place of a code in reports: the codebook's order, unknown codes last."""
    return _ORDER.get(code, len(_ORDER)), code


# What an audit looks at


class Area(Struct, frozen=True):
    """Something that the scope of an audit may have in it, and the themes that show it."""

    code: str
    name: Text
    themes: tuple[str, ...] = ()


@cache
def _scope() -> dict[str, tuple[Area, ...]]:
    found = _read(DATA / "scope.yaml")
    return {
        part: tuple(msgspec.convert(spread(each), Area) for each in areas) for part, areas in found.items()
    }


SCOPE: tuple[Area, ...] = _scope()["scope"]
HARM_TYPES: tuple[Area, ...] = _scope()["harm_types"]
