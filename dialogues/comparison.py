"""Two versions of a form side by side: which items stay comparable, which changed and how, which are new or gone.

Comparable is strict: the same `equivalence`, the same words in every language, the same options with the same
scores, the same polarity, asked of the same people under the same rules. A translation that was added keeps an item
comparable, for nobody who answered before read other words; it is said nevertheless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from dialogues.conditions import Conditions, normalized
from dialogues.form import Choice, Form, Group, Kind, Language, Node, Question, Text
from dialogues.values import to_text


class Change(Struct, frozen=True):
    """One difference: what of (`label`, `options`, `scale` …), a sentence for people, and both sides as they were."""

    what: str
    sentence: str
    before: str = ""
    after: str = ""


class Item(Struct, frozen=True):
    """A question in both versions, in one of them (`old` or `new` is empty), and how it differs.

    `remarks` are differences that keep it comparable: another name, a translation that was added.
    """

    equivalence: str
    label: str
    old: str = ""
    new: str = ""
    changes: tuple[Change, ...] = ()
    remarks: tuple[str, ...] = ()


class Comparison(Struct, frozen=True):
    """Every question that people answer, and every calculation with an `equivalence`, in exactly one list.

    `unmarked` are the same in both, but have no `equivalence`: nobody said that they mean the same.
    """

    remarks: tuple[str, ...]
    comparable: tuple[Item, ...]
    changed: tuple[Item, ...]
    unmarked: tuple[Item, ...]
    added: tuple[Item, ...]
    gone: tuple[Item, ...]


def compare(old: Form, new: Form) -> Comparison:
    """What a later version of a form does to its items, in the order of the new form."""
    before, after = _Version(old), _Version(new)
    pairs = list(_pairs(before, after))
    items = [
        _item(before, after, one, other) for one, other in pairs if one is not None and other is not None
    ]
    same = [item for item in items if not item.changes]
    return Comparison(
        remarks=tuple(_remarks(old, new)),
        comparable=tuple(item for item in same if item.equivalence),
        changed=tuple(item for item in items if item.changes),
        unmarked=tuple(item for item in same if not item.equivalence),
        added=tuple(
            _alone(after, other, new=other.path) for one, other in pairs if one is None and other is not None
        ),
        gone=tuple(
            _alone(before, one, old=one.path) for one, other in pairs if one is not None and other is None
        ),
    )


class _Version:
    """One version of a form, with what its items inherit from the groups around them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.conditions = Conditions(form)
        self.around: dict[str, tuple[Node, ...]] = {}
        self.items = list(self._items(form.children, ()))

    def _items(self, nodes: tuple[Node, ...], around: tuple[Node, ...]) -> Iterator[Question]:
        for node in nodes:
            if not isinstance(node, Question):
                yield from self._items(node.children, (*around, node))
            elif node.kind.is_asked or (node.kind is Kind.CALCULATE and node.equivalence):
                self.around[node.path] = around
                yield node

    def label(self, question: Question) -> str:
        return question.label.to("en") or question.name

    def name(self, code: str) -> str:
        """A language by its own name."""
        return next((language.name for language in self.form.languages if language.code == code), code)

    def relevance(self, question: Question) -> tuple[str, ...]:
        """The conditions of a question and of everything around it, in their one way of writing."""
        nodes = (*self.around[question.path], question)
        return tuple(normalized(node.relevant) for node in nodes if node.relevant)

    def asked(self, question: Question) -> str:
        """When a question is asked, in words."""
        nodes = (*self.around[question.path], question)
        said = [self.conditions.say(node.relevant, node.path) for node in nodes if node.relevant]
        return f"if {', and if '.join(said)}" if said else "always"

    def repeats(self, question: Question) -> str:
        """The repeats around a question, which are asked once for each of several things."""
        return " / ".join(node.name for node in self.around[question.path] if not isinstance(node, Group))

    def given(self, question: Question) -> str:
        """The name of the question's list, if that is given from outside."""
        return question.choices if question.choices in self.form.external else ""

    def choices(self, question: Question) -> tuple[Choice, ...]:
        return self.form.choices.get(question.choices, ())


_Pair = tuple[Question | None, Question | None]


def _pairs(before: _Version, after: _Version) -> Iterator[_Pair]:
    """Items that belong together: by their equivalence, else by their path; those without a partner alone."""
    left = {question.path: question for question in before.items}
    for other in after.items:
        one = _partner(other, left)
        if one is not None:
            del left[one.path]
        yield one, other
    for one in left.values():
        yield one, None


def _partner(other: Question, left: dict[str, Question]) -> Question | None:
    named = left.get(other.path)
    alike = [one for one in left.values() if one.equivalence and one.equivalence == other.equivalence]
    if named is not None and (named in alike or not alike):
        return named
    return alike[0] if alike else None


def _alone(version: _Version, question: Question, *, old: str = "", new: str = "") -> Item:
    return Item(question.equivalence, version.label(question), old, new)


def _item(before: _Version, after: _Version, one: Question, other: Question) -> Item:
    differences = _Differences(before, after, one, other)
    changes = tuple(differences.changes())
    if one.path != other.path:
        differences.remarks.insert(0, f"it was called “{one.path}” before")
    return Item(
        other.equivalence or one.equivalence,
        after.label(other),
        one.path,
        other.path,
        changes,
        tuple(dict.fromkeys(differences.remarks)),
    )


class _Differences:
    """Looks for the differences between two versions of one item."""

    def __init__(self, before: _Version, after: _Version, one: Question, other: Question) -> None:
        self._before, self._after = before, after
        self._one, self._other = one, other
        self.remarks: list[str] = []

    def changes(self) -> Iterator[Change]:
        one, other = self._one, self._other
        yield from self._plain("equivalence", one.equivalence, other.equivalence, "the equivalence")
        yield from self._plain("type", str(one.kind), str(other.kind), "the type")
        yield from self._text("label", one.label, other.label, "the label")
        yield from self._text("hint", one.hint, other.hint, "the hint")
        yield from self._options()
        yield from self._plain("polarity", f"{one.polarity:+d}", f"{other.polarity:+d}", "the polarity")
        yield from self._plain("theme", one.theme, other.theme, "the theme")
        yield from self._plain("construct", one.construct, other.construct, "the construct")
        yield from self._relevance()
        yield from self._plain(
            "repeat", self._before.repeats(one), self._after.repeats(other), "the repeat it is in"
        )
        yield from self._rules()

    def _plain(self, what: str, before: str, after: str, said: str) -> Iterator[Change]:
        if before != after:
            yield Change(what, _turned(said, before, after), before, after)

    def _text(self, what: str, before: Text, after: Text, noun: str) -> Iterator[Change]:
        """Words by language: those that were there must stay; new languages are only remarked."""
        for code, words in before.words.items():
            now = after.words.get(code, "")
            if now != words:
                said = f"{noun} in {self._before.name(code)}"
                yield Change(what, _turned(said, words, now), words, now)
        for code, words in after.words.items():
            if code not in before.words and before:
                self.remarks.append(f"translated into {self._after.name(code)}")
            elif code not in before.words:
                said = f"{noun} in {self._after.name(code)}"
                yield Change(what, _turned(said, "", words), "", words)

    def _options(self) -> Iterator[Change]:
        before, after = self._before.given(self._one), self._after.given(self._other)
        yield from self._plain("options", before, after, "the list from outside")
        old = {choice.name: choice for choice in self._before.choices(self._one)}
        new = {choice.name: choice for choice in self._after.choices(self._other)}
        for name in (name for name in new if name not in old):
            yield Change("options", f"the option {_said(new[name])} is new", "", name)
        for name in (name for name in old if name not in new):
            yield Change("options", f"the option {_said(old[name])} is gone", name, "")
        shared = [name for name in old if name in new]
        if shared != [name for name in new if name in old]:
            yield Change("options", "the options stand in another order", " ".join(old), " ".join(new))
        for name in shared:
            yield from self._text("options", old[name].label, new[name].label, f"the option “{name}”")
            before, after = _score(old[name]), _score(new[name])
            yield from self._plain("scale", before, after, f"the score of {_said(new[name])}")

    def _relevance(self) -> Iterator[Change]:
        if self._before.relevance(self._one) != self._after.relevance(self._other):
            before, after = self._before.asked(self._one), self._after.asked(self._other)
            yield Change("relevance", f"it was asked {before}; now {after}", before, after)

    def _rules(self) -> Iterator[Change]:
        one, other = self._one, self._other
        if normalized(one.required) != normalized(other.required):
            before, after = (self._needed(*both) for both in ((self._before, one), (self._after, other)))
            yield Change("required", f"it was {before}; now it is {after}", before, after)
        for what, said, get in _RULES:
            before, after = get(one), get(other)
            if normalized(before) != normalized(after):
                yield Change(what, _turned(said, before, after), before, after)
        if one.parameters != other.parameters:
            before, after = _pairs_of(one.parameters), _pairs_of(other.parameters)
            yield Change("scale", _turned("its range", before, after), before, after)

    def _needed(self, version: _Version, question: Question) -> str:
        if not question.required:
            return "not required"
        said = version.conditions.say(question.required, question.path)
        return "required" if said == "always" else f"required if {said}"


_RULES: tuple[tuple[str, str, Callable[[Question], str]], ...] = (
    ("constraint", "what it accepts", lambda question: question.constraint),
    ("options", "the filter of its options", lambda question: question.choice_filter),
    ("default", "its suggested answer", lambda question: question.default),
    ("calculation", "its calculation", lambda question: question.calculation),
    ("required", "whether it can be changed", lambda question: question.read_only),
)


def _is_spoken(code: str, languages: tuple[Language, ...]) -> bool:
    return any(language.code == code for language in languages)


def _turned(said: str, before: str, after: str) -> str:
    if not before:
        return f"{said} is new: “{after}”"
    if not after:
        return f"{said} is gone; it was “{before}”"
    return f"{said} was “{before}”; now “{after}”"


def _said(choice: Choice) -> str:
    return f"“{choice.label.to('en') or choice.name}”"


def _score(choice: Choice) -> str:
    return "" if choice.score is None else to_text(choice.score)


def _pairs_of(parameters: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(parameters.items()))


def _remarks(old: Form, new: Form) -> Iterator[str]:
    """What is to be said of the two forms as a whole."""
    if old.digest == new.digest:
        yield "The two forms are the same."
        return
    if old.id != new.id:
        yield f"These are two forms: “{old.id}” and “{new.id}”."
    elif old.version == new.version:
        yield f"Both say that they are version “{new.version}”: a changed form needs a new version."
    if old.attribution is not new.attribution:
        yield f"The old form is {old.attribution}, the new one {new.attribution}."
    if old.breakdown != new.breakdown:
        yield f"The breakdown was “{old.breakdown}”; now it is “{new.breakdown}”."
    for language in new.languages:
        if not _is_spoken(language.code, old.languages):
            yield f"New language: {language.name}."
    for language in old.languages:
        if not _is_spoken(language.code, new.languages):
            yield f"No longer there: {language.name}."
