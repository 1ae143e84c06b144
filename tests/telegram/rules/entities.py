"""Telegram's HTML: which tags it knows, what it refuses and in which words, and the entities it makes of them.

Source: core.telegram.org/bots/api#html-style and the behaviour of TDLib's `parse_html`, whose errors name the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from tests.telegram.errors import bad_request

Entity = dict[str, Any]

KINDS = {
    "a": "text_link",
    "b": "bold",
    "blockquote": "blockquote",
    "code": "code",
    "del": "strikethrough",
    "em": "italic",
    "i": "italic",
    "ins": "underline",
    "pre": "pre",
    "s": "strikethrough",
    "span": "spoiler",
    "strike": "strikethrough",
    "strong": "bold",
    "tg-emoji": "custom_emoji",
    "tg-spoiler": "spoiler",
    "u": "underline",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
_SPACE = re.compile(r"\s*")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"\s*([^\s=>]*)(\s*=\s*)?")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")
_LARGEST_CODE = 0x10FFFF


class _Open(NamedTuple):
    tag: str
    attributes: dict[str, str]
    offset: int


def units(text: str) -> int:
    """How long Telegram says a text is: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text that is shown and its entities; refused as “can't parse entities: …”."""
    return _Parser(source).parse()


def commands_in(text: str) -> list[Entity]:
    """The commands Telegram finds in any text by itself."""
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in _COMMAND.finditer(text)
    ]


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without the white space around it, which Telegram drops; the entities move along."""
    lead = units(text) - units(text.lstrip())
    kept = text.strip()
    moved = (_moved(entity, lead, units(kept)) for entity in entities)
    return kept, [entity for entity in moved if entity["length"] > 0]


def _moved(entity: Entity, lead: int, length: int) -> Entity:
    begin = max(entity["offset"] - lead, 0)
    end = min(entity["offset"] + entity["length"] - lead, length)
    return {**entity, "offset": begin, "length": end - begin}


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            match self.source[self.at]:
                case "<" if self.source.startswith("</", self.at):
                    self.end_tag()
                case "<":
                    self.start_tag()
                case _:
                    self.say(self.character())
        if self.open:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        entities = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.text), list(_with_language(entities))

    def say(self, character: str) -> None:
        self.text.append(character)
        self.offset += units(character)

    def character(self) -> str:
        """The next character, or what a reference like `&lt;` stands for."""
        found = _REFERENCE.match(self.source, self.at)
        decoded = _decoded(found) if found else ""
        if found and decoded:
            self.at = found.end()
            return decoded
        self.at += 1
        return self.source[self.at - 1]

    def start_tag(self) -> None:
        begin, self.at = self.at, self.at + 1
        tag = self.take(_TAG_NAME).lower()
        if self.at == len(self.source):
            self.refuse("Unclosed start tag", begin)
        if tag not in KINDS:
            self.refuse(f'Unsupported start tag "{tag}"', begin)
        attributes = self.attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self.refuse('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, attributes, self.offset))

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self.take(_SPACE)
            if self.source.startswith(">", self.at):
                self.at += 1
                return found
            if self.at == len(self.source):
                self.refuse("Unclosed start tag", begin)
            name, value = self.attribute(tag, begin)
            found[name] = value

    def attribute(self, tag: str, begin: int) -> tuple[str, str]:
        given = _ATTRIBUTE.match(self.source, self.at)
        assert given is not None  # it matches even nothing
        name, equals = given.groups()
        if not name:
            self.refuse(f'Empty attribute name in the tag "{tag}"', begin)
        self.at = given.end()
        if not equals:
            return name.lower(), ""
        if self.at == len(self.source):
            self.refuse(f'Unclosed start tag "{tag}"', begin)
        return name.lower(), self.value()

    def value(self) -> str:
        quote = self.source[self.at]
        if quote not in "\"'":
            return self.token()
        self.at += 1
        value: list[str] = []
        while self.at < len(self.source) and self.source[self.at] != quote:
            value.append(self.character())
        self.at = min(self.at + 1, len(self.source))
        return "".join(value)

    def token(self) -> str:
        begin = self.at
        token = self.take(_TOKEN)
        following = self.source[self.at : self.at + 1]
        if following != ">" and not following.isspace():
            self.refuse("Unexpected end of name token", begin)
        return token.lower()

    def end_tag(self) -> None:
        begin, self.at = self.at, self.at + 2
        if not self.open:
            self.refuse("Unexpected end tag", begin)
        tag = self.take(_TAG_NAME).lower()
        self.take(_SPACE)
        if not self.source.startswith(">", self.at):
            self.refuse("Unclosed end tag", begin)
        self.at += 1
        expected = self.open.pop()
        if tag and tag != expected.tag:
            self.refuse(
                f'Unmatched end tag at byte offset {self.bytes_to(begin)}, expected "</{expected.tag}>", '
                f'found "</{tag}>"'
            )
        self.close(expected)

    def close(self, opened: _Open) -> None:
        more = _details(opened)
        if self.offset > opened.offset and more is not None:
            length = self.offset - opened.offset
            entity = {"type": KINDS[opened.tag], "offset": opened.offset, "length": length} | more
            self.entities.insert(
                0, entity
            )  # of two with the same span the outer is closed later and comes first

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        taken = found.group() if found else ""
        self.at += len(taken)
        return taken

    def bytes_to(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def refuse(self, why: str, position: int | None = None) -> NoReturn:
        where = "" if position is None else f" at byte offset {self.bytes_to(position)}"
        raise _unparsable(why + where)


def _unparsable(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def _decoded(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code <= _LARGEST_CODE else ""


def _details(opened: _Open) -> Entity | None:
    """What else the entity says; None when the tag makes none (a link to nowhere)."""
    match opened.tag:
        case "a":
            return {"url": opened.attributes["href"]} if opened.attributes.get("href") else None
        case "tg-emoji":
            return {"custom_emoji_id": opened.attributes.get("emoji-id", "")}
        case "blockquote" if "expandable" in opened.attributes:
            return {"type": "expandable_blockquote"}
        case "code" if opened.attributes.get("class", "").startswith("language-"):
            return {"language": opened.attributes["class"].removeprefix("language-")}
        case _:
            return {}


def _with_language(entities: list[Entity]) -> Iterator[Entity]:
    """`<pre><code class="language-x">` is one `pre` with a language."""
    previous: Entity = {}
    for entity in entities:
        same = previous.get("type") == "pre" and _span(previous) == _span(entity)
        if entity["type"] == "code" and same:
            previous |= {"language": entity["language"]} if "language" in entity else {}
            continue
        if entity["type"] == "code":
            entity.pop("language", None)
        previous = entity
        yield entity


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["length"]
