"""Changes of the codebook: values that are put on the shipped one in order, each with its reason.

A code that was used is never lost: after every revision `Codebook.now` says what it means, and a code is never used
again for something else. The eleven shipped themes stay, because forms and published figures are built on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dialogues.form import NO_TEXT, Text
from reports.codebook import (
    HOW_CODES_ARE_WRITTEN,
    THEMES,
    Code,
    Codebook,
    Standing,
    is_code,
    plain_yaml,
    problems_of,
    problems_of_words,
    spread,
)
from reports.coding import theme_of

_FIXED = frozenset(each.code for each in THEMES)
LONGEST_REASON = 500  # characters


class Add(Code, frozen=True, kw_only=True, tag_field="change", tag="add", omit_defaults=True):
    """A new code."""

    reason: str


class Rename(Struct, frozen=True, kw_only=True, tag_field="change", tag="rename", forbid_unknown_fields=True):
    """Another name for a code, or another code (`to`) for the same thing, or both."""

    code: str
    name: Text = NO_TEXT
    to: str = ""
    reason: str


class Redefine(
    Struct, frozen=True, kw_only=True, tag_field="change", tag="redefine", forbid_unknown_fields=True
):
    """Another definition, or other words on what it includes and excludes. What is empty stays as it was."""

    code: str
    definition: Text = NO_TEXT
    includes: str = ""
    excludes: str = ""
    reason: str


class Merge(Struct, frozen=True, kw_only=True, tag_field="change", tag="merge", forbid_unknown_fields=True):
    """Codes that become part of another one, with their words."""

    codes: tuple[str, ...]
    into: str
    reason: str


class Split(Struct, frozen=True, kw_only=True, tag_field="change", tag="split", forbid_unknown_fields=True):
    """A code that is divided into others, which must be there. A person looks again at what was tied to it."""

    code: str
    into: tuple[str, ...]
    reason: str


class Retire(Struct, frozen=True, kw_only=True, tag_field="change", tag="retire", forbid_unknown_fields=True):
    """A code that is not used any more. A person looks again at what was tied to it."""

    code: str
    reason: str


class AddWords(
    Struct, frozen=True, kw_only=True, tag_field="change", tag="words", forbid_unknown_fields=True
):
    """More words of the lexicon."""

    code: str
    language: str
    words: tuple[str, ...]
    reason: str


Revision: TypeAlias = Add | Rename | Redefine | Merge | Split | Retire | AddWords

_decoder: msgspec.json.Decoder[Revision] = msgspec.json.Decoder(Revision)


def encode(revision: Revision) -> str:
    """The revision as JSON."""
    return msgspec.json.encode(revision).decode()


def decode(content: str) -> Revision:
    """The revision that was encoded. Raises `msgspec.ValidationError` when it is none."""
    return _decoder.decode(content)


def kind(revision: Revision) -> str:
    """What kind of change it is: add, rename, …"""
    return str(type(revision).__struct_config__.tag)


def read(content: bytes) -> tuple[Revision, ...] | list[str]:
    """The revisions of a YAML file, a list; or the sentences that say why they are none."""
    plain = plain_yaml(content)
    if not isinstance(plain, list):
        return [plain if isinstance(plain, str) else "Revisions are a list: each begins with “- change: …”."]
    found: list[Revision] = []
    for number, each in enumerate(plain, 1):
        try:
            found.append(msgspec.convert(_spread(each), Revision))
        except (msgspec.ValidationError, TypeError, ValueError, AttributeError) as error:
            return [f"Revision {number} cannot be read: {error}."]
    return tuple(found)


def _spread(plain: Any) -> dict[str, Any]:
    """As our values have it; lists may be written in a line with commas."""
    lists = {key: [each.strip() for each in plain[key].split(",")] for key in ("codes", "into", "words")
             if isinstance(plain.get(key), str) and (key, plain.get("change")) != ("into", "merge")}  # fmt: skip
    return {**spread(plain), **lists}


# What is wrong


def problems(book: Codebook, revision: Revision) -> tuple[str, ...]:
    """Why this revision cannot be made to this codebook, a sentence each; none when it can."""
    return tuple(dict.fromkeys([*_of_reason(revision.reason), *_problems(book, revision)]))


def _of_reason(reason: str) -> Iterator[str]:
    if not reason.strip():
        yield "Say why, in a sentence: people will ask later."
    elif len(reason) > LONGEST_REASON:
        yield f"The reason is longer than {LONGEST_REASON} characters. Make it shorter."


def _problems(book: Codebook, revision: Revision) -> Iterator[str]:
    match revision:
        case Add():
            yield from _of_new(book, revision.code)
            yield from problems_of(revision)
        case Rename():
            yield from _of_rename(book, revision)
        case Redefine(code=code):
            yield from _of_old(book, code)
            if not (revision.definition or revision.includes or revision.excludes):
                yield f"Nothing is said about {code} that is new."
        case Merge():
            yield from _of_merge(book, revision)
        case Split():
            yield from _of_split(book, revision)
        case Retire(code=code):
            yield from _of_going(book, code)
        case AddWords(code=code, language=language, words=words):
            yield from _of_old(book, code)
            yield from problems_of_words(code, language, words)
            if not any(each.strip() for each in words):
                yield f"No words are named for {code}."
        case _:
            assert_never(revision)


def _of_old(book: Codebook, code: str) -> Iterator[str]:
    """A code that must be there."""
    if book.has(code):
        return
    now = book.now(code)
    if now.standing is Standing.SUCCEEDED:
        yield f"{code} is {now.code} today. Use that."
    elif code in book.gone:
        yield f"{code} was divided or retired. Name a code that is there."
    else:
        yield f"There is no code “{code}”."


def _of_new(book: Codebook, code: str) -> Iterator[str]:
    """A code that must not have been there."""
    if not is_code(code):
        yield f"“{code}” is not written as a code is: {HOW_CODES_ARE_WRITTEN}"
    elif book.has(code):
        yield f"There is a code {code} already."
    elif book.knows(code):
        yield f"{code} was used before for something else. Choose another code."
    elif theme_of(code) != code and not book.has(theme_of(code)):
        yield f"{code} is under a theme that is not there. Add {theme_of(code)} first."


def _of_going(book: Codebook, code: str) -> Iterator[str]:
    """A code that must be there, and may go."""
    yield from _of_old(book, code)
    if code in _FIXED:
        yield (
            f"{code} is one of the themes that forms and reports are built on. "
            "It can be given another name or meaning, but it stays."
        )
    elif book.has(code) and theme_of(code) == code and book.under(code):
        below = ", ".join(each.code for each in book.under(code))
        yield f"There are codes under {code}: {below}. Merge, rename or retire them first."


def _of_rename(book: Codebook, revision: Rename) -> Iterator[str]:
    if revision.to:
        yield from _of_going(book, revision.code)
        yield from _of_new(book, revision.to)
        if (theme_of(revision.code) == revision.code) != (theme_of(revision.to) == revision.to):
            yield "A theme stays a theme, and a code under a theme stays under one."
    else:
        yield from _of_old(book, revision.code)
    if not revision.to and not revision.name:
        yield f"Neither a new name nor a new code is given for {revision.code}."
    if revision.name and not revision.name.words.get("en", "").strip():
        yield f"{revision.code} has no name in English."


def _of_merge(book: Codebook, revision: Merge) -> Iterator[str]:
    if not revision.codes:
        yield "No code is named that becomes part of another."
    yield from _of_old(book, revision.into)
    for code in revision.codes:
        yield from _of_going(book, code)
        if code == revision.into:
            yield f"{code} cannot become part of itself."
        elif theme_of(revision.into) == code:
            yield f"{code} cannot become part of a code that is under it."


def _of_split(book: Codebook, revision: Split) -> Iterator[str]:
    yield from _of_going(book, revision.code)
    for code in revision.into:
        yield from _of_old(book, code)
    if len(set(revision.into)) < 2:
        yield f"{revision.code} is divided into two codes or more. For one, merge it."
    if revision.code in revision.into:
        yield f"{revision.code} cannot be divided into itself: later nobody knows which of the two was meant."


# What comes of it


def revised(book: Codebook, revision: Revision) -> Codebook:
    """The codebook with this revision, which must have no problem; its version counts revisions after a “+”."""
    return replace(_changed(book, revision), version=_next(book.version))


def present(book: Codebook, revisions: Iterable[Revision]) -> tuple[Codebook, tuple[Revision, ...]]:
    """The shipped codebook with all revisions, and those that do not fit it any more and were left out.

    A newer Candour may ship what an organisation had added: then nothing breaks, and it can be told.
    """
    left_out = []
    for revision in revisions:
        if problems(book, revision):
            left_out.append(revision)
            book = replace(book, version=_next(book.version))
        else:
            book = revised(book, revision)
    return book, tuple(left_out)


def _next(version: str) -> str:
    shipped, _, number = version.partition("+")
    return f"{shipped}+{int(number or 0) + 1}"


def _changed(book: Codebook, revision: Revision) -> Codebook:
    match revision:
        case Add():
            return _with(book, _entry(revision))
        case Rename(code=code, name=name, to=to):
            names = Text({**_get(book, code).name.words, **name.words})
            changed = _put(book, code, {"code": to or code, "name": names})
            return _without(changed, {code: to}) if to else changed
        case Redefine(code=code):
            new = {
                name: value
                for name in ("definition", "includes", "excludes")
                if (value := getattr(revision, name))
            }
            return _put(book, code, new)
        case Merge(codes=codes, into=into):
            words = _together(_get(book, into), *(_get(book, code) for code in codes))
            return _without(_put(book, into, {"lexicon": words}), dict.fromkeys(codes, into))
        case Split(code=code) | Retire(code=code):
            return _without(book, {code: ""})
        case AddWords(code=code, language=language, words=words):
            more = Code(code=code, name=NO_TEXT, definition=NO_TEXT, lexicon={language: words})
            return _put(book, code, {"lexicon": _together(_get(book, code), more)})
        case _:
            assert_never(revision)


def _entry(added: Add) -> Code:
    return Code(**{name: getattr(added, name) for name in Code.__struct_fields__})


def _get(book: Codebook, code: str) -> Code:
    found = book.get(code)
    assert found is not None, "it has no problem, so it is there"
    return found


def _with(book: Codebook, entry: Code) -> Codebook:
    """With a new entry: a theme last, another one last under its theme."""
    places = [place for place, each in enumerate(book.codes, 1) if each.theme == entry.theme]
    at = places[-1] if places else len(book.codes)
    return replace(book, codes=(*book.codes[:at], entry, *book.codes[at:]))


def _put(book: Codebook, code: str, new: dict[str, Any]) -> Codebook:
    codes = tuple(replace(each, **new) if each.code == code else each for each in book.codes)
    return replace(book, codes=codes)


def _without(book: Codebook, gone: dict[str, str]) -> Codebook:
    codes = tuple(each for each in book.codes if each.code not in gone)
    return replace(book, codes=codes, gone={**book.gone, **gone})


def _together(*entries: Code) -> dict[str, tuple[str, ...]]:
    """The words of all of them, by language."""
    languages = dict.fromkeys(language for each in entries for language in each.lexicon)
    return {
        language: tuple(dict.fromkeys(word for each in entries for word in each.lexicon.get(language, ())))
        for language in languages
    }
