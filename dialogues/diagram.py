"""A form as a picture: a Mermaid flowchart of its sections, questions, branches and repeats.

Notes and what is only worked out are left out, so that a form of forty questions can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from dialogues.conditions import Conditions, normalized, shortened
from dialogues.form import Form, Group, Kind, Node, Question, Repeat

MOST_OF_A_LABEL = 56  # characters of a question in its box
_Ends = list[tuple[str, str]]  # where the flow goes on from: a box, and what the arrow from it says


def draw(form: Form, language: str = "en") -> str:
    """The flowchart in Mermaid's language, with labels in a language where the form has it."""
    return _Drawing(Conditions(form, language), language).of(form)


@dataclass
class _Drawing:
    """Draws from top to bottom: what was drawn, and how many boxes there are."""

    conditions: Conditions
    language: str
    lines: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)
    boxes: int = 0
    agreed: set[str] = field(
        default_factory=set
    )  # conditions that only ask for consent: refusing ends it all

    def of(self, form: Form) -> str:
        agreed = {node.name for node in form.questions.values() if _is_consent(node)}
        self.agreed = {
            said for name in agreed for said in (f"${{{name}}} = 'yes'", f"selected(${{{name}}}, 'yes')")
        }
        self.lines = ["flowchart TD", f'  begin(["{escaped(form.title.to(self.language))}"])']
        ends = self._nodes(form.children, [("begin", "")], "  ")
        self.lines.append('  finish(["The end"])')
        self._join(ends, "finish")
        return "\n".join([*self.lines, *self.arrows, ""])

    def _nodes(self, nodes: Iterable[Node], ends: _Ends, indent: str) -> _Ends:
        """Draw one after the other; neighbours under the same condition share its branch."""
        shown = [node for node in nodes if _is_drawn(node)]
        for condition, alike in groupby(shown, key=lambda node: node.relevant):
            if not condition or normalized(condition) in self.agreed:
                ends = self._each(alike, ends, indent)
                continue
            together = list(alike)
            words = self.conditions.say(condition, together[0].path)
            branch = self._box("{{", f"if {words}", "}}", indent)
            self._join(ends, branch)
            ends = [*self._each(together, [(branch, "yes")], indent), (branch, "no")]
        return ends

    def _each(self, nodes: Iterable[Node], ends: _Ends, indent: str) -> _Ends:
        for node in nodes:
            ends = self._node(node, ends, indent)
        return ends

    def _node(self, node: Node, ends: _Ends, indent: str) -> _Ends:
        match node:
            case Question():
                box = self._box("[", _short(node.label.to(self.language)) or node.name, "]", indent)
                self._join(ends, box)
                return self._after_consent(box) if _is_consent(node) else [(box, "")]
            case Group():
                if not node.label:
                    return self._nodes(node.children, ends, indent)
                return self._section(node, node.label.to(self.language), ends, indent)
            case Repeat():
                return self._repeat(node, ends, indent)

    def _after_consent(self, box: str) -> _Ends:
        refused = self._box("([", "Nothing is kept", "])", "  ")
        self._join([(box, "not agreed")], refused)
        return [(box, "agreed")]

    def _section(self, node: Group, title: str, ends: _Ends, indent: str) -> _Ends:
        self._open(title, indent)
        ends = self._nodes(node.children, ends, f"{indent}  ")
        self.lines.append(f"{indent}end")
        return ends

    def _repeat(self, node: Repeat, ends: _Ends, indent: str) -> _Ends:
        """The questions of a repeat, and a box that leads back to the first of them."""
        self._open(f"For each: {node.label.to(self.language) or node.name}", indent)
        before = len(self.lines)
        ends = self._nodes(node.children, ends, f"{indent}  ")
        first = next(found[1] for line in self.lines[before:] if (found := _BOX.match(line)))
        asked = (
            f"as often as {self.conditions.value(node.count, node.path)}" if node.count else "Another one?"
        )
        again = self._box("{{", asked, "}}", f"{indent}  ")
        self._join(ends, again)
        self._join([(again, "again" if node.count else "yes")], first)
        self.lines.append(f"{indent}end")
        return [(again, "then" if node.count else "no")]

    def _open(self, title: str, indent: str) -> None:
        self.boxes += 1
        self.lines.append(f'{indent}subgraph s{self.boxes}["{escaped(shortened(title, MOST_OF_A_LABEL))}"]')

    def _box(self, opening: str, words: str, closing: str, indent: str) -> str:
        self.boxes += 1
        self.lines.append(f'{indent}n{self.boxes}{opening}"{escaped(words)}"{closing}')
        return f"n{self.boxes}"

    def _join(self, ends: _Ends, box: str) -> None:
        for end, words in ends:
            self.arrows.append(f"  {end} -->|{words}| {box}" if words else f"  {end} --> {box}")


def _is_consent(node: Question) -> bool:
    return node.appears("consent")


def _is_drawn(node: Node) -> bool:
    if isinstance(node, Question):
        return node.kind.is_asked and node.kind is not Kind.NOTE
    return any(map(_is_drawn, node.children))


def _short(label: str) -> str:
    """The question within a label, cut to fit into a box."""
    sentences = list(_sentences(" ".join(label.split())))
    asked = next((sentence for sentence in reversed(sentences) if sentence.endswith("?")), "")
    return shortened(asked or next(iter(sentences), ""), MOST_OF_A_LABEL)


def _sentences(words: str) -> Iterator[str]:
    yield from (sentence for sentence in re.split(r"(?<=[.?!])\s+", words) if sentence)


def escaped(words: str) -> str:
    """Words that Mermaid takes as they are: its own signs, HTML and Markdown as character codes."""
    line = " ".join("".join(sign for sign in words if sign.isprintable() or sign.isspace()).split())
    rest = line.lstrip("0123456789")  # Mermaid would make a list of “1. First”
    number = line.removesuffix(rest)
    mark = f"#{ord(rest[0])};" if rest[:1] in _MARKS else rest[:1]
    return number + mark + "".join(f"#{ord(sign)};" if sign in _SIGNS else sign for sign in rest[1:])


_BOX = re.compile(r"\s*(n\d+)")
_SIGNS = frozenset('"#<>&`[]{}()|\\*_~;')
_MARKS = _SIGNS | frozenset(".-+")
