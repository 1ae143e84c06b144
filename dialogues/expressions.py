"""Expressions of a form, compiled once: text → closure, what it looks at, or the mistake with its character."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import regex

from dialogues.closures import (
    Code,
    Gives,
    Keys,
    Reader,
    Run,
    Scope,
    as_number,
    as_stored,
    as_text,
    as_truth,
    constant,
)
from dialogues.form import Kind
from dialogues.functions import FUNCTIONS
from dialogues.interview import Path as NodePath
from dialogues.outline import Outline, Spot, shared_depth
from dialogues.syntax import (
    Binary,
    Call,
    Expression,
    Literal,
    Mistake,
    Negative,
    Number,
    Path,
    Step,
    parse,
    references,
)
from dialogues.values import NAN, Day, Scalar, equal, to_number

_COUNTING = frozenset({"count", "join"})  # they leave hidden nodes out, but not empty ones
_NUMERIC_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
_DATE_KINDS = frozenset({Kind.DATE, Kind.DATETIME, Kind.TODAY, Kind.START, Kind.END})


@dataclass(frozen=True, slots=True)
class Use:
    """A node that an expression looks at; `bound` repeats around it are the same instance as here.

    With `only_value` it makes no difference whether the node is hidden or has no answer.
    """

    spot: Spot
    bound: int
    only_value: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question compared with a fixed text, which should be one of its choices."""

    spot: Spot
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run. `value` gives its text, `truth` whether it holds.

    `own` is the character at which it looks at the value of its own question, if it does.
    """

    source: str
    value: Callable[[Scope], str]
    truth: Callable[[Scope], bool]
    number: Callable[[Scope], float]
    uses: frozenset[Use]
    comparisons: tuple[Comparison, ...]
    volatile: bool
    own: int | None = None
    anywhere: bool = False  # whether it comes out the same from every instance and at any time
    outside: bool = False  # whether it looks at a list that is only known once an interview begins


def compile_expression(source: str, outline: Outline, spot: Spot, *, of_choices: bool = False) -> Compiled:
    """The expression as it stands at `spot`; with `of_choices`, bare names are columns of the choice list.

    Raises `Mistake`.
    """
    compiler = _Compiler(outline, spot, of_choices=of_choices)
    code = compiler.code(parse(source))
    return Compiled(
        source,
        as_stored(code),
        as_truth(code),
        as_number(code),
        frozenset(compiler.uses),
        tuple(compiler.comparisons),
        compiler.volatile,
        compiler.own,
        not spot.chain
        and compiler.own is None
        and not compiler.volatile
        and all(map(_is_ordinary, compiler.uses)),
        compiler.outside,
    )


def _is_ordinary(use: Use) -> bool:
    """Whether what is looked at has only one instance."""
    return use.bound == 0 and use.spot.depth == 0 and not use.spot.is_repeat


def compile_template(
    text: str, outline: Outline, spot: Spot
) -> tuple[Callable[[Scope], str], frozenset[Use]]:
    """A label with `${name}` in it, as a closure that fills it in. Raises `Mistake`."""
    compiler = _Compiler(outline, spot)
    parts: list[Callable[[Scope], str]] = []
    end = 0
    for name, at in references(text):
        if "${" in text[end : at - 1]:
            raise Mistake("This “${” is not closed with “}” after a name.", text.index("${", end) + 1)
        closing = text.index("}", at) + 1
        parts.append(_always(text[end : at - 1]))
        parts.append(as_text(compiler.code(Path("$", (Step(name, (), at),), at))))
        end = closing
    if "${" in text[end:]:
        raise Mistake("This “${” is not closed with “}” after a name.", text.index("${", end) + 1)
    parts.append(_always(text[end:]))
    return (lambda c: "".join(part(c) for part in parts)), frozenset(compiler.uses)


def _always(text: str) -> Callable[[Scope], str]:
    return lambda _: text


@dataclass
class _Compiler:
    """Turns one tree into closures, and notes what it looks at."""

    outline: Outline
    spot: Spot
    of_choices: bool = False
    current: Spot | None = None  # what current() means inside a predicate
    uses: set[Use] = field(default_factory=set)
    comparisons: list[Comparison] = field(default_factory=list)
    volatile: bool = False
    counting: bool = False  # whether a hidden node differs from an empty one here
    own: int | None = None
    outside: bool = False

    def code(self, tree: Expression) -> Code:
        match tree:
            case Number(value):
                return constant(value)
            case Literal(value):
                return constant(value)
            case Negative(operand):
                number = as_number(self.code(operand))
                return Code(lambda c: -number(c), Gives.NUMBER)
            case Binary():
                return self._binary(tree)
            case Call():
                return self._call(tree)
            case Path():
                return self._path(tree)

    # Operators

    def _binary(self, tree: Binary) -> Code:
        if tree.operator in ("and", "or"):
            return self._logic(tree)
        left, right = self.code(tree.left), self.code(tree.right)
        if tree.operator in ("=", "!="):
            self._note_comparison(tree)
            return _equality(left, right, wanted=tree.operator == "=")
        one, two = as_number(left), as_number(right)
        if tree.operator in _COMPARE:
            return Code(_COMPARE[tree.operator](one, two), Gives.TRUTH)
        return Code(_CALCULATE[tree.operator](one, two), Gives.NUMBER)

    def _logic(self, tree: Binary) -> Code:
        operator, parts = tree.operator, []
        node: Expression = tree
        while isinstance(node, Binary) and node.operator == operator:
            parts.append(node.right)
            node = node.left
        runs = tuple(as_truth(self.code(part)) for part in (node, *reversed(parts)))
        return Code(_both(runs) if operator == "and" else _either(runs), Gives.TRUTH)

    def _note_comparison(self, tree: Binary) -> None:
        for path, text in ((tree.left, tree.right), (tree.right, tree.left)):
            if isinstance(path, Path) and isinstance(text, Literal):
                target = self._target_or_none(path)
                if target is not None:
                    self.comparisons.append(Comparison(target, text.value, text.at))

    def _target_or_none(self, path: Path) -> Spot | None:
        if path.start == "$":
            return self.outline.named(path.steps[0].name, self.spot)
        if path.start == "" and len(path.steps) == 1 and path.steps[0].name == ".":
            return self.spot
        return None

    # Functions

    def _call(self, call: Call) -> Code:
        special = _SPECIAL.get(call.name)
        function = FUNCTIONS.get(call.name)
        if special is None and function is None:
            raise _unknown_function(call)
        least, most = special[0] if special is not None else (function.least, function.most)  # type: ignore[union-attr]
        if len(call.arguments) < least or (most is not None and len(call.arguments) > most):
            takes = _count_words(least, most)
            raise Mistake(f"{call.name}() takes {takes}, but here it has {len(call.arguments)}.", call.at)
        if special is not None:
            return special[1](self, call)
        assert function is not None
        self.volatile = self.volatile or function.volatile
        if call.name == "selected":
            self._note_selected(call)
        if call.name == "regex":
            _check_pattern(call)
        counting, self.counting = self.counting, call.name in _COUNTING
        codes = [self.code(argument) for argument in call.arguments]
        self.counting = counting
        return function.build(codes)

    def _note_selected(self, call: Call) -> None:
        path, text = call.arguments
        if isinstance(path, Path) and isinstance(text, Literal):
            target = self._target_or_none(path)
            if target is not None:
                self.comparisons.append(Comparison(target, text.value, text.at))

    def _position(self, call: Call) -> Code:
        spot = self.spot
        if call.arguments:
            argument = call.arguments[0]
            if not isinstance(argument, Path):
                raise Mistake(f"{call.name}() wants a group or repeat, such as position(..).", call.at)
            spot, _, _ = self._walk(argument)
        depth = len(spot.inside)
        if depth == 0:
            if self.of_choices:
                return Code(lambda c: to_number((c.item or {}).get("position()", "")), Gives.NUMBER)
            raise Mistake(f"{call.name}() is only known inside a repeat.", call.at)
        return Code(lambda c: float(c.indexes[depth - 1]), Gives.NUMBER)

    def _indexed_repeat(self, call: Call) -> Code:
        if len(call.arguments) % 2 == 0:
            raise Mistake(
                "indexed-repeat() takes a question, then a repeat and a number for each level.", call.at
            )
        target = self._named_spot(call.arguments[0])
        levels: dict[Spot, Callable[[Scope], float]] = {}
        for repeat, index in zip(call.arguments[1::2], call.arguments[2::2], strict=True):
            spot = self._named_spot(repeat)
            if spot not in target.chain:
                raise Mistake(f"“{target.name}” is not inside the repeat “{spot.name}”.", repeat.at)
            levels[spot] = as_number(self.code(index))
        bound = min(spot.depth for spot in levels)
        bound = min(bound, shared_depth(target.chain, self.spot.inside))
        self._note_use(target, bound)
        return _indexed(target, levels, bound, _reader(self.outline, target))

    def _note_use(self, spot: Spot, bound: int, *, only_value: bool = False) -> None:
        """A node is looked at, and with it how many instances there are of the repeats that are gone through."""
        self.uses.add(Use(spot, bound, only_value))
        for repeat in spot.chain[bound:]:
            self.uses.add(Use(repeat, min(bound, repeat.depth)))

    def _named_spot(self, tree: Expression) -> Spot:
        if not isinstance(tree, Path):
            raise Mistake("This should be a question or a repeat, such as ${name}.", tree.at)
        return self._walk(tree)[0]

    def _choice_name(self, call: Call) -> Code:
        value = as_text(self.code(call.arguments[0]))
        source = call.arguments[1]
        if isinstance(source, Literal):
            source = parse(source.value)
        spot = self._named_spot(source)
        question = spot.question
        if question is None or not question.kind.has_choices:
            raise Mistake(f"“{spot.name}” has no choices.", call.arguments[1].at)
        key = f"jr:{question.choices}"
        return Code(lambda c: _label_of(c, key, value(c)), Gives.TEXT)

    # Paths

    def _path(self, path: Path) -> Code:
        if path.start == "instance":
            return self._lookup(path)
        if (
            self.of_choices
            and path.start == ""
            and len(path.steps) == 1
            and path.steps[0].name not in (".", "..")
        ):
            name = path.steps[0].name
            return Code(lambda c: (c.item or {}).get(name, ""), Gives.TEXT)
        spot, bound, filters = self._walk(path)
        if spot is self.spot and path.start == "" and path.steps[0].name == "." and not filters:
            self.own = self.own or path.at
            return _typed(lambda c: c.dot, _reader(self.outline, spot))
        return self._nodes(spot, bound, filters, path.at)

    def _nodes(self, spot: Spot, bound: int, filters: dict[Spot, list[Code]], at: int) -> Code:
        if spot is self.outline.root:
            raise Mistake("The form as a whole has no value.", at)
        keys = _keys(spot, bound, filters)
        reader = _reader(self.outline, spot)
        if not filters and bound == spot.depth and not spot.is_repeat:
            self._note_use(spot, bound, only_value=not self.counting)
            return _typed(_value_of(spot, bound), reader, keys)
        self._note_use(spot, bound)
        return _typed(lambda c: next((c.values.get(key, "") for key in keys(c)), ""), reader, keys)

    def _walk(self, path: Path) -> tuple[Spot, int, dict[Spot, list[Code]]]:
        """Where a path leads: the node, how many repeats around it are the present ones, and filters."""
        spot, bound, steps = self._start(path)
        filters: dict[Spot, list[Code]] = {}
        for step in steps:
            if step.name == "..":
                spot = self._up(spot, step)
                bound = min(bound, len(spot.inside))
            elif step.name == "*":
                raise Mistake("Name the question instead of “*”.", step.at)
            elif step.name != ".":
                spot = self._down(spot, step)
            if step.predicates:
                filters.setdefault(spot, []).extend(self._predicate(spot, tree) for tree in step.predicates)
                bound = min(bound, spot.depth)
        if path.start == "/":
            bound = min(bound, shared_depth(spot.inside, self.spot.inside))
        return spot, min(bound, spot.depth), filters

    def _start(self, path: Path) -> tuple[Spot, int, tuple[Step, ...]]:
        steps = path.steps
        if path.start == "$":
            first = steps[0]
            target = self.outline.named(first.name.removeprefix("last-saved#"), self.spot)
            if target is None:
                raise self._unknown(first.name, first.at)
            return (
                target,
                shared_depth(target.inside, self.spot.inside),
                (Step(".", first.predicates, first.at), *steps[1:]),
            )
        if path.start == "/":
            return self.outline.root, len(self.spot.inside), steps[1:]
        here = self.current if path.start == "current" and self.current is not None else self.spot
        return here, len(here.inside), steps

    def _up(self, spot: Spot, step: Step) -> Spot:
        if spot.parent is None:
            raise Mistake("“..” leads out of the form here.", step.at)
        return spot.parent

    def _down(self, spot: Spot, step: Step) -> Spot:
        child = spot.child(step.name)
        if child is None:
            raise self._unknown(step.name, step.at)
        return child

    def _unknown(self, name: str, at: int) -> Mistake:
        near = difflib.get_close_matches(name, self.outline.names(), 1)
        did_you_mean = f" Did you mean “{near[0]}”?" if near else ""
        return Mistake(f"No question is called “{name}”.{did_you_mean}", at)

    def _predicate(self, spot: Spot, tree: Expression) -> Code:
        inner = _Compiler(self.outline, spot, current=self.current or self.spot)
        code = inner.code(tree)
        self.uses |= {Use(use.spot, min(use.bound, spot.depth)) for use in inner.uses}
        self._lean_on(inner)
        return code

    def _lean_on(self, inner: _Compiler) -> None:
        """What makes a part of the expression uncertain makes the whole so."""
        self.volatile = self.volatile or inner.volatile
        self.outside = self.outside or inner.outside

    def _lookup(self, path: Path) -> Code:
        """`instance('list')/root/item[…]/column`: a cell of a choice list."""
        name = path.steps[0].name
        if name not in self.outline.form.choices and name not in self.outline.form.external:
            raise Mistake(f"No choice list is called “{name}”.", path.at)
        self.outside = self.outside or name in self.outline.form.external
        tests = [self._item_test(tree) for step in path.steps[1:] for tree in step.predicates]
        column = path.steps[-1].name
        cells = _cells(name, tests, "name" if column in ("item", "root") else column)
        return Code(lambda c: next(iter(cells(c)), ""), Gives.TEXT, cells=cells)

    def _item_test(self, tree: Expression) -> Callable[[Scope], bool]:
        inner = _Compiler(self.outline, self.spot, of_choices=True, current=self.current or self.spot)
        code = inner.code(tree)
        self.uses |= inner.uses
        self._lean_on(inner)
        if code.gives is Gives.NUMBER:
            number = as_number(code)
            return lambda c: to_number((c.item or {}).get("position()", "")) == number(c)
        return as_truth(code)


def _check_pattern(call: Call) -> None:
    pattern = call.arguments[1]
    if not isinstance(pattern, Literal):
        return
    try:
        regex.compile(pattern.value)
    except regex.error as error:
        raise Mistake(f"This is no regular expression: {error}.", pattern.at) from error


def _unknown_function(call: Call) -> Mistake:
    near = difflib.get_close_matches(call.name, [*FUNCTIONS, *_SPECIAL], 1)
    did_you_mean = f" Did you mean {near[0]}()?" if near else ""
    return Mistake(f"Candour has no function called {call.name}().{did_you_mean}", call.at)


def _count_words(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least} arguments"
    if most == 0:
        return "no argument"
    if least == most:
        return f"{least} argument{'s' if least > 1 else ''}"
    return f"{least} to {most} arguments"


_SPECIAL: dict[str, tuple[tuple[int, int | None], Callable[[_Compiler, Call], Code]]] = {
    "position": ((0, 1), _Compiler._position),
    "index": ((0, 1), _Compiler._position),
    "indexed-repeat": ((3, 9), _Compiler._indexed_repeat),
    "jr:choice-name": ((2, 2), _Compiler._choice_name),
}


# Closures


def _value_of(spot: Spot, bound: int) -> Run:
    leaf = spot.leaf
    if bound == 0:
        return lambda c: c.values.get(leaf, "")
    return lambda c: c.values.get(c.prefixes[bound] + leaf, "")


def _typed(run: Run, reader: Reader | None, keys: Keys | None = None) -> Code:
    """A node's value by its type; without an answer empty text."""
    if reader is None:
        return Code(run, Gives.TEXT, keys)
    return Code(lambda c: reader(run(c)), Gives.ANY, keys, reader=reader)


def _reader(outline: Outline, spot: Spot) -> Reader | None:
    """What the stored text of a node stands for: a number (so that 1 equals 1.0), a Day, a truth; None: text."""
    if spot.kind in _NUMERIC_KINDS:
        return _read_number
    if spot.kind in _DATE_KINDS:
        return Day
    return _read_truth if _holds_truth(outline, spot) else None


def _read_number(text: str) -> Scalar:
    return to_number(text) if text else ""


def _read_truth(text: str) -> Scalar:
    return text == "true" if text in ("true", "false") else text


def _holds_truth(outline: Outline, spot: Spot, depth: int = 0) -> bool:
    """Whether what a node calculates is true or false, also by way of other calculations."""
    source = spot.question.calculation if spot.question is not None else ""
    if not source or depth > _MOST_LINKS:
        return False
    try:
        return _is_truth(outline, spot, parse(source), depth)
    except Mistake:
        return False


def _is_truth(outline: Outline, spot: Spot, tree: Expression, depth: int) -> bool:
    match tree:
        case Binary(operator):
            return operator in _TELLING
        case Call("if", (_, then, other)):
            return _is_truth(outline, spot, then, depth) and _is_truth(outline, spot, other, depth)
        case Call(name):
            return name in _TRUTHS
        case Path("$", (step,)):
            target = outline.named(step.name, spot)
            return target is not None and _holds_truth(outline, target, depth + 1)
        case _:
            return False


_MOST_LINKS = 8  # of calculations that only repeat another one
_TELLING = frozenset({"=", "!=", "<", "<=", ">", ">=", "and", "or"})
_TRUTHS = frozenset(
    {"true", "false", "not", "boolean", "boolean-from-string", "selected", "regex", "contains"}
    | {"starts-with", "ends-with", "checklist", "weighted-checklist"}
)


def _keys(spot: Spot, bound: int, filters: dict[Spot, list[Code]]) -> Keys:
    """The paths of the relevant instances of a node that pass the filters."""
    repeats = spot.chain[bound:]

    def keys(c: Scope) -> list[NodePath]:
        scopes = [c if len(c.prefixes) == bound + 1 else c.at(c.prefixes[: bound + 1], c.indexes[:bound])]
        for repeat in repeats:
            scopes = [
                inner for scope in scopes for inner in _instances(scope, repeat, filters.get(repeat, ()))
            ]
        if spot.is_repeat:
            return [
                inner.prefixes[-1][:-1]
                for scope in scopes
                for inner in _instances(scope, spot, filters.get(spot, ()))
            ]
        paths = [scope.prefixes[-1] + spot.leaf for scope in scopes]
        paths = [path for path in paths if path not in c.hidden]
        return _filtered(c, paths, filters.get(spot, ()))

    return keys


def _instances(scope: Scope, repeat: Spot, tests: list[Code] | tuple[()]) -> list[Scope]:
    prefix = scope.prefixes[-1] + repeat.leaf
    inner = []
    for number in range(1, scope.counts.get(prefix, 0) + 1):
        path = f"{prefix}[{number}]"
        if path not in scope.hidden and prefix not in scope.hidden:
            inner.append(scope.at((*scope.prefixes, f"{path}/"), (*scope.indexes, number)))
    for test in tests:
        inner = [one for place, one in enumerate(inner, 1) if _passes(test, one, place)]
    return inner


def _filtered(c: Scope, paths: list[NodePath], tests: list[Code] | tuple[()]) -> list[NodePath]:
    for test in tests:
        kept = []
        for place, path in enumerate(paths, 1):
            scope = c.twin()
            scope.dot = c.values.get(path, "")
            if _passes(test, scope, place):
                kept.append(path)
        paths = kept
    return paths


def _passes(test: Code, scope: Scope, place: int) -> bool:
    if test.gives is Gives.NUMBER:
        return bool(test.run(scope) == place)
    return as_truth(test)(scope)


def _indexed(
    target: Spot, levels: dict[Spot, Callable[[Scope], float]], bound: int, reader: Reader | None
) -> Code:
    def keys(c: Scope) -> list[NodePath]:
        prefix = c.prefixes[bound]
        for depth, repeat in enumerate(target.chain[bound:], bound):
            number = (
                levels[repeat](c)
                if repeat in levels
                else float(c.indexes[depth])
                if depth < len(c.indexes)
                else 1.0
            )
            if not (number >= 1 and number <= c.counts.get(prefix + repeat.leaf, 0)):
                return []
            prefix = f"{prefix}{repeat.leaf}[{int(number)}]/"
        path = prefix + target.leaf
        return [] if path in c.hidden else [path]

    return _typed(lambda c: next((c.values.get(key, "") for key in keys(c)), ""), reader, keys)


def _cells(name: str, tests: list[Callable[[Scope], bool]], column: str) -> Callable[[Scope], list[str]]:
    def cells(c: Scope) -> list[str]:
        found = []
        scope = c.twin()
        for item in c.items.get(name, ()):
            scope.item = item
            if all(test(scope) for test in tests):
                found.append(item.get(column, ""))
        return found

    return cells


def _label_of(c: Scope, key: str, value: str) -> str:
    return next(
        (item["label"] for item in c.items.get(key.removeprefix("jr:"), ()) if item["name"] == value), ""
    )


def _both(runs: tuple[Callable[[Scope], bool], ...]) -> Run:
    if len(runs) == 2:
        one, two = runs
        return lambda c: one(c) and two(c)
    return lambda c: all(run(c) for run in runs)


def _either(runs: tuple[Callable[[Scope], bool], ...]) -> Run:
    if len(runs) == 2:
        one, two = runs
        return lambda c: one(c) or two(c)
    return lambda c: any(run(c) for run in runs)


def _equality(left: Code, right: Code, *, wanted: bool) -> Code:
    one, two = left.run, right.run
    if left.gives is Gives.TEXT and right.gives is Gives.TEXT:
        if isinstance(right.constant, str):
            text = right.constant
            if wanted:
                return Code(lambda c: one(c) == text, Gives.TRUTH)
            return Code(lambda c: one(c) != text, Gives.TRUTH)
        return Code(lambda c: (one(c) == two(c)) is wanted, Gives.TRUTH)
    return Code(lambda c: equal(one(c), two(c)) is wanted, Gives.TRUTH)


Numeric = Callable[[Scope], float]

_COMPARE: dict[str, Callable[[Numeric, Numeric], Run]] = {
    "<": lambda one, two: lambda c: one(c) < two(c),
    "<=": lambda one, two: lambda c: one(c) <= two(c),
    ">": lambda one, two: lambda c: one(c) > two(c),
    ">=": lambda one, two: lambda c: one(c) >= two(c),
}


def _divide(one: float, two: float) -> float:
    if two != 0:
        return one / two
    if one == 0 or math.isnan(one):
        return NAN
    return math.copysign(math.inf, one) * math.copysign(1.0, two)


def _remainder(one: float, two: float) -> float:
    if two == 0 or math.isnan(one) or math.isnan(two) or math.isinf(one):
        return NAN
    return math.fmod(one, two)


_CALCULATE: dict[str, Callable[[Numeric, Numeric], Run]] = {
    "+": lambda one, two: lambda c: one(c) + two(c),
    "-": lambda one, two: lambda c: one(c) - two(c),
    "*": lambda one, two: lambda c: one(c) * two(c),
    "div": lambda one, two: lambda c: _divide(one(c), two(c)),
    "mod": lambda one, two: lambda c: _remainder(one(c), two(c)),
}
