"""REFI-QDA 1.0 (qdasoftware.org): a codebook (.qdc) and a project (.qdpx), which other tools read.

A project has one plain text for each interview, a selection for each excerpt, a user for each coder, a case for each
participant. What a code says (strength, weakness, mixed) is a code of its own below “Direction”: the standard has no
place for it. An excerpt whose codes say different things is selected once for each direction.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring  # only to write
from xml.parsers import expat

from msgspec import Struct

from reports import codebook as themes
from reports.coding import Decision, Direction, theme_of
from reports.exchange.material import (
    Entry,
    Excerpt,
    Heard,
    Project,
    coders,
    complete,
    in_order,
    in_words,
    instances,
    leaving,
)
from reports.packing import clean, zipped
from reports.themes import plain

_CODEBOOK, _PROJECT = "urn:QDA-XML:codebook:1.0", "urn:QDA-XML:project:1.0"
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:candour:refi-qda")
_COLOURS = (
    "#4C72B0", "#DD8452", "#55A868", "#C44E52", "#8172B3", "#937860",
    "#DA8BC3", "#8C8C8C", "#CCB974", "#64B5CD", "#2F6B5E",
)  # fmt: skip
_DIRECTION = Entry("direction", "Direction", "What an excerpt says about its theme.")
_DIRECTIONS = tuple(Entry(f"direction.{each}", each.value.capitalize()) for each in Direction)
_VARIABLES = ("role", "source type", "form", "quote as")
_LARGEST = 50_000_000  # bytes that a codebook from elsewhere may unpack to
_DEEPEST = 20  # codes within codes
_OUR_NAME = re.compile(r"([A-Z]{2,8}(?:\.[\w-]+)*)(?: (.+))?", re.DOTALL)


class UnreadableError(ValueError):
    """This is no codebook in the REFI-QDA format."""


def codebook(entries: Iterable[Entry]) -> bytes:
    """The codebook as .qdc: XML in UTF-8. At least one entry; the same entries give the same bytes."""
    root = Element(f"{{{_CODEBOOK}}}CodeBook", origin="Candour")
    found = complete(Project("", tuple(entries)))
    _codes(SubElement(root, f"{{{_CODEBOOK}}}Codes"), found, _CODEBOOK)
    _themes(SubElement(root, f"{{{_CODEBOOK}}}Sets"), found)
    return _written(root, _CODEBOOK)


def _themes(sets: Element, entries: Iterable[Entry]) -> None:
    """A set of the themes, apart from the codes below them; some tools do not open a codebook without sets."""
    found = SubElement(sets, f"{{{_CODEBOOK}}}Set", guid=_guid("set", "themes"), name="Themes")
    for each in entries:
        if "." not in each.code:
            SubElement(found, f"{{{_CODEBOOK}}}MemberCode", guid=_guid("code", each.code))


def project(material: Project) -> bytes:
    """The project as .qdpx: a zip of `project.qde` and a text per interview. The same material gives the same bytes."""
    pieces: dict[str, list[Excerpt]] = {}
    for each in leaving(material):
        pieces.setdefault(each.source, []).append(each)
    heard = sorted(material.heard, key=lambda each: each.id)
    texts = [_Document.of(each, tuple(pieces.get(each.id, ()))) for each in heard]
    return zipped(
        [
            ("project.qde", _written(_Writing(material, tuple(texts)).root(), _PROJECT)),
            *((f"sources/{each.guid}.txt", each.text.encode()) for each in texts),
        ]
    )


def _guid(kind: str, name: str) -> str:
    return str(uuid.uuid5(_OURS, f"{kind}:{name}")).upper()


def _written(root: Element, namespace: str) -> bytes:
    register_namespace("", namespace)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _codes(parent: Element, entries: Iterable[Entry], namespace: str, *, named: bool = True) -> None:
    """Each entry below that of its code without the last part; parents come before children."""
    places: dict[str, Element] = {}
    for each in entries:
        place = places.get(each.code.rpartition(".")[0], parent)
        name = f"{each.code} {each.name}" if named and each.name != each.code else each.name
        found = SubElement(
            place,
            f"{{{namespace}}}Code",
            guid=_guid("code", each.code),
            name=clean(name),
            isCodable="true",
            color=_colour(each.code),
        )
        if each.definition:
            SubElement(found, f"{{{namespace}}}Description").text = clean(each.definition)
        places[each.code] = found


def _colour(code: str) -> str:
    return _COLOURS[themes.order(theme_of(code))[0] % len(_COLOURS)]


class _Document(Struct, frozen=True):
    """The text of one interview; `answers`: path -> where its answer begins and ends, in code points."""

    heard: Heard
    guid: str
    text: str
    answers: dict[str, tuple[int, int]]
    excerpts: tuple[Excerpt, ...]

    @classmethod
    def of(cls, heard: Heard, excerpts: tuple[Excerpt, ...]) -> _Document:
        pieces: list[str] = []
        answers: dict[str, tuple[int, int]] = {}
        length = 0
        for path, question, value in in_order(heard):
            number = instances(path)
            asked = (
                f"{question.label.to(heard.language) or question.name}{f' ({number})' if number else ''}\n"
            )
            said = clean(in_words(heard, question, value))
            piece = f"{clean(asked)}{said}\n\n"
            answers[path] = (length + len(clean(asked)), length + len(clean(asked)) + len(said))
            pieces.append(piece)
            length += len(piece)
        return cls(heard, _guid("source", heard.id), "".join(pieces), answers, excerpts)

    def selections(self) -> Iterator[tuple[Excerpt, int, int]]:
        """Each excerpt with its place, those of one answer after one another; one that is not found is left out."""
        reached: dict[str, int] = {}
        for each in self.excerpts:
            words = clean(each.text)
            for path, (start, end) in self._answers(each):
                found = self.text.find(words, max(start, reached.get(path, 0)), end)
                if found >= 0 and words:
                    reached[path] = found + len(words)
                    yield each, found, found + len(words)
                    break

    def _answers(self, each: Excerpt) -> list[tuple[str, tuple[int, int]]]:
        return [
            (path, place)
            for path, place in self.answers.items()
            if plain(path) == each.question
            and (not each.instance or each.instance == instances(path) or path.startswith(each.instance))
        ]


class _Writing(Struct, frozen=True):
    """The XML of one project. Nothing that would be empty is written: the standard allows no empty lists."""

    material: Project
    documents: tuple[_Document, ...]

    def root(self) -> Element:
        root = Element(f"{{{_PROJECT}}}Project", name=clean(self.material.name), origin="Candour")
        self._users(root)
        self._codebook(root)
        if self.documents:
            self._variables(root)
            self._cases(root)
            self._sources(root)
        self._notes(root)
        if self.material.synthetic:
            _add(root, "Description", "Everything in this project is made up.")
        return root

    def _users(self, root: Element) -> None:
        names = {*coders(leaving(self.material)), *(each.by for each in self.material.heard if each.by)}
        if names:
            users = _add(root, "Users")
            for name in sorted(names):
                _add(users, "User", guid=_guid("user", name), name=clean(name), id=clean(name))

    def _codebook(self, root: Element) -> None:
        codes = _add(_add(root, "CodeBook"), "Codes")
        _codes(codes, complete(self.material), _PROJECT)
        _codes(codes, (_DIRECTION, *_DIRECTIONS), _PROJECT, named=False)

    def _variables(self, root: Element) -> None:
        found = _add(root, "Variables")
        for name in _VARIABLES:
            _add(found, "Variable", guid=_guid("variable", name), name=name, typeOfVariable="Text")

    def _cases(self, root: Element) -> None:
        cases = _add(root, "Cases")
        for each in self.documents:
            heard = each.heard
            case = _add(cases, "Case", guid=_guid("case", heard.id), name=clean(heard.label))
            values = (heard.role, heard.source_type, heard.form.id, heard.quote_as)
            for name, value in zip(_VARIABLES, values, strict=True):
                if value:
                    _value(case, name, value)
            _add(case, "SourceRef", targetGUID=each.guid)

    def _sources(self, root: Element) -> None:
        sources = _add(root, "Sources")
        for each in self.documents:
            source = _add(
                sources,
                "TextSource",
                guid=each.guid,
                name=clean(each.heard.label or each.heard.id),
                plainTextPath=f"internal://{each.guid}.txt",
                **_by(each.heard.by),
            )
            for excerpt, start, end in each.selections():
                for direction, made in _by_direction(excerpt):
                    self._selection(source, excerpt, (start, end), direction, made)

    def _selection(
        self,
        source: Element,
        excerpt: Excerpt,
        place: tuple[int, int],
        direction: Direction | None,
        made: list[tuple[str, Decision]],
    ) -> None:
        name = f"{excerpt.id}:{direction or ''}"
        found = _add(
            source,
            "PlainTextSelection",
            guid=_guid("selection", name),
            name=excerpt.id,
            startPosition=str(place[0]),
            endPosition=str(place[1]),
            **_by(made[0][0]),
        )
        for coder, decision in made:
            codes = [each.code for each in decision.codes if each.direction is direction]
            for code in [*codes, *([f"direction.{direction}"] if direction else [])]:
                coding = _add(
                    found,
                    "Coding",
                    guid=_guid("coding", f"{name}:{coder}:{code}"),
                    creatingUser=_guid("user", coder),
                )
                _add(coding, "CodeRef", targetGUID=_guid("code", code))
        for coder, decision in made:
            if decision.memo:
                _add(found, "NoteRef", targetGUID=_guid("note", f"{excerpt.id}:{coder}"))

    def _notes(self, root: Element) -> None:
        memos = {
            (excerpt.id, coder): decision.memo
            for document in self.documents
            for excerpt, _, _ in document.selections()
            for coder, decision in excerpt.decisions
            if decision.memo
        }
        if memos:
            notes = _add(root, "Notes")
            for (excerpt, coder), memo in memos.items():
                note = _add(
                    notes, "Note", guid=_guid("note", f"{excerpt}:{coder}"), name="Memo", **_by(coder)
                )
                _add(note, "PlainTextContent", memo)


def _add(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    """A new element of a project, last in its parent."""
    found = SubElement(parent, f"{{{_PROJECT}}}{tag}", attributes)
    if text:
        found.text = clean(text)
    return found


def _by(coder: str) -> dict[str, str]:
    return {"creatingUser": _guid("user", coder)} if coder else {}


def _value(case: Element, name: str, value: str) -> None:
    found = _add(case, "VariableValue")
    _add(found, "VariableRef", targetGUID=_guid("variable", name))
    _add(found, "TextValue", value)


def _by_direction(excerpt: Excerpt) -> Iterator[tuple[Direction | None, list[tuple[str, Decision]]]]:
    """Who decided what in each direction; where nobody saw a code, who said so (None)."""
    decisions = sorted(excerpt.decisions, key=lambda each: (each[1].blind, each[0]))
    coded = False
    for direction in Direction:
        made = [each for each in decisions if any(one.direction is direction for one in each[1].codes)]
        if made:
            coded = True
            yield direction, made
    if decisions and not coded:
        yield None, decisions


# Reading


def entries(content: bytes) -> tuple[Entry, ...]:
    """The codebook of a .qdc or .qdpx file, ours or another tool's; codes that other tools lack are made from names.

    Raises UnreadableError.
    """
    reader = _Reader()
    reader.read(_xml(content))
    if not reader.found:
        raise UnreadableError("This file has no codes.")
    ours = {each.code for each in (_DIRECTION, *_DIRECTIONS)}
    return tuple(each for each in reader.found if each.code not in ours)


def _xml(content: bytes) -> bytes:
    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("project.qde") as file:
            found = file.read(_LARGEST + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError) as trouble:
        raise UnreadableError("This file is no project in the REFI-QDA format.") from trouble
    return found


class _Reader:
    """Reads codes, and refuses what could make it read for ever: a document type, great depth, great size."""

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self._open: list[str] = []  # codes that are being read
        self._definition: list[str] | None = None
        self._codes: set[str] = set()

    def read(self, content: bytes) -> None:
        """Every code of the document. Raises UnreadableError."""
        if len(content) > _LARGEST:
            raise UnreadableError("This file is too large for a codebook.")
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(content, True)  # noqa: FBT003 - expat's own way
        except expat.ExpatError as trouble:
            raise UnreadableError("This file is no XML.") from trouble

    def _refuse(self, *_: object) -> None:
        raise UnreadableError("This file has a document type, which a codebook has not.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "Code":
                self._begin(attributes.get("name", ""))
            case "Description" if self._open:
                self._definition = []

    def _begin(self, name: str) -> None:
        if len(self._open) >= _DEEPEST:
            raise UnreadableError("This codebook has too many levels.")
        code, words = _named(name, self._open[-1] if self._open else "")
        while code in self._codes:
            code += "_"
        self._codes.add(code)
        self._open.append(code)
        self.found.append(Entry(code, words))

    def _text(self, words: str) -> None:
        if self._definition is not None:
            self._definition.append(words)

    def _end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "Code":
                self._open.pop()
            case "Description" if self._definition is not None:
                self._describe("".join(self._definition).strip())
                self._definition = None

    def _describe(self, definition: str) -> None:
        place = next(i for i, each in enumerate(self.found) if each.code == self._open[-1])
        self.found[place] = Entry(self.found[place].code, self.found[place].name, definition)


def _named(name: str, parent: str) -> tuple[str, str]:
    """The code and the words of a name: ours say both; of others the code is made from the words."""
    ours = _OUR_NAME.fullmatch(name)
    if ours and ours[1].rpartition(".")[0] == parent:
        return ours[1], ours[2] or ours[1]
    made = re.sub(r"\W+", "_", name.casefold()).strip("_") or "code"
    return (f"{parent}.{made}" if parent else made), name
