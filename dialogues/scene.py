"""What holds at one moment of an interview, worked out from its answers: what is relevant, what it is worth.

A scene is never stored. It is built once when an interview is loaded; after that each answer works out
again only what hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from dialogues.closures import Scope
from dialogues.form import Kind, Question
from dialogues.interview import Interview, Path, Value
from dialogues.outline import Spot
from dialogues.script import Script, Slot, is_shown, whole

Instance = tuple[tuple[str, ...], tuple[int, ...]]
_ROOT: Instance = (("",), ())
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_NOTHING, _RELEVANCE, _VALUE = 0, 1, 2  # what changed about a node
MOST_INSTANCES = 1_000  # of one repeat: more is an author's slip, not an interview


class Scene:
    """The present of an interview, to be changed by its next turn; `unshare` first.

    `answers` are what was said, `values` what counts at present: relevant and not empty. `present` are
    the paths of the relevant questions that a person answers, `reached` those of them that are done.
    """

    __slots__ = (
        "_frontier",
        "_grown",
        "_laid",
        "_queue",
        "_waiting",
        "answers",
        "counts",
        "done",
        "hidden",
        "known",
        "language",
        "lists",
        "own_counts",
        "present",
        "reached",
        "scope",
        "script",
        "seed",
        "values",
    )

    def __init__(self, script: Script, interview: Interview, now: datetime) -> None:
        self.script = script
        self.language = interview.language
        self.seed = interview.seed
        self.answers = dict(interview.answers)
        self.done = set(interview.done)
        self.own_counts = dict(interview.counts)
        self.known = interview.known
        self.lists = interview.lists
        self.values: dict[Path, Value] = {}
        self.hidden: set[Path] = set()
        self.counts: dict[Path, int] = {}
        self.present: set[Path] = set()
        self.reached: set[Path] = set()
        self._rest()
        self._look(now)
        self._build()

    def unshare(self) -> None:
        """Make ready to be changed: what an interview holds of this scene stays as it was."""
        self.answers = self.answers.copy()
        self.own_counts = self.own_counts.copy()

    def _rest(self) -> None:
        """Nothing waits to be worked out."""
        self._frontier = 0
        self._grown = False
        self._laid: dict[int, list[Slot]] = {}  # the walk through a repeat, until what is in it changes
        self._queue: list[tuple[int, int]] = []
        self._waiting: dict[int, dict[Instance, bool]] = {}

    def _look(self, now: datetime) -> None:
        items = self.script.items(self.language, self.lists)
        self.scope = Scope(self.values, self.hidden, self.counts, items, now, self.seed)

    def speak(self, language: str) -> None:
        """Read all texts in another language; what quotes a label is worked out again."""
        self.language = language
        self.scope.items = self.script.items(language, self.lists)
        self._build()

    @property
    def asked(self) -> int:
        """How many relevant questions there are at present."""
        return len(self.present)

    @property
    def answered(self) -> int:
        """How many of them are done."""
        return len(self.reached)

    # Changing

    def answer(self, slot: Slot, value: Value) -> None:
        """Note an answer (empty: none) as said and done, and work out what hangs on it."""
        self._put(slot.path, value)
        self.finish(slot)
        self._mark(slot.spot, slot.prefixes)
        self._settle()
        self._furnish()

    def consent(self, slot: Slot, value: Value) -> None:
        """Note that consent was given: from now on answers, suggestions and what is worked out are kept."""
        self.answer(slot, value)
        if any(self.script.kept):
            self._build()
        self.set_defaults()

    def close(self) -> None:
        """Note the time at which the interview ends, where the form wants it."""
        for spot in self.script.spots:
            if spot.kind is Kind.END:
                self.answers[spot.leaf] = self.scope.now.isoformat(timespec="milliseconds")
                self._mark(spot, ("",))
        self._settle()

    def finish(self, slot: Slot) -> None:
        """Mark a question as done, or a repeat as having no more instances."""
        self.done.add(slot.path)
        if slot.path in self.present:
            self.reached.add(slot.path)

    def find_instance(self, instance: Path) -> tuple[Slot, int] | None:
        """The “another one?” of a repeat and the number of one of its instances, such as `visits[2]`."""
        repeat, opened, number = instance.rpartition("[")
        digits = number.removesuffix("]")
        slot = self.find(f"{repeat}[+]")
        if (
            slot is None
            or not opened
            or not _NUMBER.fullmatch(digits)
            or not 1 <= int(digits) <= self.counts.get(repeat, 0)
        ):
            return None
        return slot, int(digits)

    def resize(self, slot: Slot, count: int) -> None:
        """Give a repeat another number of instances."""
        path = slot.prefixes[-1] + slot.spot.leaf
        self.own_counts[path] = count
        self.done.discard(f"{path}[+]")
        self._return_to(slot.spot)
        self._mark(slot.spot, slot.prefixes)
        self._settle()
        self._furnish()

    def remove(self, slot: Slot, number: int) -> None:
        """Take one instance out of a repeat; those behind it move up."""
        spot = slot.spot
        path = slot.prefixes[-1] + spot.leaf
        left = self.counts.get(path, 0) - 1
        for entries in (self.answers, self.values, self.own_counts, self.counts):
            _take_out(entries, path, number)
        for paths in (self.done, self.hidden, self.present, self.reached):
            _take_out_of(paths, path, number)
        self.own_counts[path] = self.counts[path] = left
        self._laid.pop(self.script.unit_of[spot.index], None)
        self._return_to(spot)
        for child in self._below(spot):
            self._mark(child, slot.prefixes)
        self._mark_dependents(spot, slot.prefixes)
        self._settle()

    def _build(self) -> None:
        """Work everything out from what was said."""
        self.values.clear()
        self.hidden.clear()
        self.counts.clear()
        self.present.clear()
        self.reached.clear()
        self._laid.clear()
        self._frontier = 0
        for spot in self.script.dependencies.order:
            for instance in self._instances(spot.chain):
                self._work_out(spot, instance, fresh=True)

    def set_defaults(self) -> None:
        """Fill in what is known and what the form suggests, in document order, where nothing was said or skipped."""
        self._grown = False
        for path, value in self.known.items():
            self._set_known(self.script.outline.by_path[path], path, value)
        for spot in self.script.spots:
            for prefixes, indexes in self._instances(spot.chain):
                self._set_default(spot, prefixes, indexes)
        self._furnish()

    def _furnish(self) -> None:
        """New instances of repeats get their defaults."""
        if self._grown and self.is_consented():
            self.set_defaults()

    def _set_default(self, spot: Spot, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> None:
        question = spot.question
        path = prefixes[-1] + spot.leaf
        if question is None or path in self.answers or path in self.done:
            return
        value = self._default_of(spot, question, prefixes, indexes)
        if value:
            self.answers[path] = value
            self._mark(spot, prefixes)
            self._settle()

    def _set_known(self, spot: Spot, path: Path, value: Value) -> None:
        """What is known need not be asked."""
        if path in self.answers or path in self.done:
            return
        self.answers[path] = value
        if self.script.asked[spot.index]:
            self.finish(Slot(path, spot))
        self._mark(spot, ("",))
        self._settle()

    def _default_of(
        self, spot: Spot, question: Question, prefixes: tuple[str, ...], indexes: tuple[int, ...]
    ) -> Value:
        if question.kind is Kind.START:
            return self.scope.now.isoformat(timespec="milliseconds")
        if question.kind is Kind.TODAY:
            return self.scope.now.date().isoformat()
        rule = self.script.rules[spot.index].default
        if rule is not None:
            self.stand(spot, prefixes, indexes, "")
            return rule.value(self.scope)
        return question.default

    # Working out

    def _mark(self, spot: Spot, prefixes: tuple[str, ...], *, calculate: bool = False) -> None:
        """Have a node worked out again in every instance that begins with these prefixes.

        With `calculate`, what its calculation looks at has changed: it gives way to nothing said before.
        """
        instances = self._waiting.get(spot.index)
        if instances is None:
            instances = self._waiting[spot.index] = {}
            heappush(self._queue, (self.script.dependencies.rank[spot.index], spot.index))
        if not spot.chain:
            instances[_ROOT] = calculate or instances.get(_ROOT, False)
            return
        for instance in self._instances(spot.chain, prefixes):
            instances[instance] = calculate or instances.get(instance, False)

    def _mark_dependents(self, spot: Spot, prefixes: tuple[str, ...], changed: int = _VALUE) -> None:
        """Have what looks at a node worked out again."""
        waiting, rank = self._waiting, self.script.dependencies.rank
        for dependent in self.script.dependencies.dependents[spot.index]:
            if changed == _RELEVANCE and dependent.only_value:
                continue
            follower = dependent.spot
            if follower.chain:
                self._mark(follower, prefixes[: dependent.bound + 1], calculate=dependent.calculates)
            elif (
                follower.index not in waiting
            ):  # as _mark would, without the calls: this is the hottest place
                waiting[follower.index] = {_ROOT: dependent.calculates}
                heappush(self._queue, (rank[follower.index], follower.index))
            elif dependent.calculates:
                waiting[follower.index][_ROOT] = True

    def _settle(self) -> None:
        """Work out what was marked, and what hangs on it, in the order of dependence."""
        while self._queue:
            _, index = heappop(self._queue)
            spot = self.script.spots[index]
            waiting = self._waiting.pop(index)
            for instance, calculate in sorted(waiting.items()) if len(waiting) > 1 else waiting.items():
                prefixes, indexes = instance
                if indexes and not self._exists(spot.chain, prefixes, indexes):
                    continue
                changed = self._work_out(spot, instance, calculate=calculate)
                if changed:
                    self._mark_dependents(spot, prefixes, changed)

    def _work_out(
        self, spot: Spot, instance: Instance, *, calculate: bool = False, fresh: bool = False
    ) -> int:
        """Work one node out again, and tell what changed: nothing, its relevance alone, or its value."""
        prefixes, indexes = instance
        path = prefixes[-1] + spot.leaf
        hidden = not self._is_relevant(spot, path, prefixes, indexes)
        changed = _RELEVANCE if self._show(spot, path, hidden=hidden) else _NOTHING
        question = spot.question
        if question is not None:
            if calculate and self.script.kept[spot.index]:
                self._recalculate(spot, path, instance, hidden=hidden)
            return _VALUE if self._value(spot, question, path, instance, hidden=hidden) else changed
        if spot.is_repeat and self._count(spot, path, instance, fresh=fresh):
            return _VALUE
        return changed

    def _is_relevant(
        self, spot: Spot, path: Path, prefixes: tuple[str, ...], indexes: tuple[int, ...]
    ) -> bool:
        around = spot.around
        if around is not None and prefixes[around.depth] + around.leaf in self.hidden:
            return False
        rule = self.script.rules[spot.index].relevant
        if rule is None:
            return True
        if not rule.anywhere:
            self.stand(spot, prefixes, indexes, self.answers.get(path, ""))
        return rule.truth(self.scope)

    def stand(self, spot: Spot, prefixes: tuple[str, ...], indexes: tuple[int, ...], dot: Value) -> None:
        """Let expressions see the form from one instance of a node, whose own value is `dot`."""
        scope = self.scope
        scope.prefixes, scope.indexes, scope.dot = prefixes, indexes, dot
        scope.here = prefixes[-1] + spot.leaf
        scope.drawn = 0

    def _show(self, spot: Spot, path: Path, *, hidden: bool) -> bool:
        """Note whether a node is relevant; whether that is new."""
        was = path in self.hidden
        if hidden:
            if not was:
                self.hidden.add(path)
                self.present.discard(path)
                self.reached.discard(path)
        else:
            if self.script.asked[spot.index]:
                self.present.add(path)
                if path in self.done:
                    self.reached.add(path)
            if was:
                self.hidden.remove(path)
                self._return_to(spot)
        if was is not hidden:
            self._laid.pop(self.script.unit_of[spot.index], None)
        return was is not hidden

    def _return_to(self, spot: Spot) -> None:
        """Look again for open questions from this node on."""
        unit = self.script.unit_of[spot.index]
        if 0 <= unit < self._frontier:
            self._frontier = unit

    def _value(self, spot: Spot, question: Question, path: Path, instance: Instance, *, hidden: bool) -> bool:
        value = "" if hidden else self._present(spot, question, path, instance)
        if value == self.values.get(path, ""):
            return False
        if value:
            self.values[path] = value
        else:
            self.values.pop(path, None)
        return True

    def _present(self, spot: Spot, question: Question, path: Path, instance: Instance) -> Value:
        rules = self.script.rules[spot.index]
        said = self.answers.get(path, "")
        if rules.calculation is not None:
            return self._calculated(spot, path, instance, said)
        if said and self.script.narrowed[spot.index]:
            return self._offered(spot, path, instance, said)
        if question.kind is Kind.NOTE:
            return ""
        return said

    def _offered(self, spot: Spot, path: Path, instance: Instance, said: Value) -> Value:
        """What is left of an answer by the choices that are offered now; if nothing is, it is asked again."""
        self.stand(spot, *instance, said)
        offered = {option.value for option in self.script.options(spot, self.language, self.scope)}
        left = " ".join(name for name in said.split() if name in offered)
        if not left and path in self.done:
            self.done.remove(path)
            self.reached.discard(path)
            self._return_to(spot)
        return left

    def _calculated(self, spot: Spot, path: Path, instance: Instance, said: Value) -> Value:
        """What a calculation gives. What came by chance, by the clock or from a person stays as it was."""
        rule = self.script.rules[spot.index].calculation
        assert rule is not None
        kept = self.script.kept[spot.index]
        if kept and (said or path in self.done):
            return said
        if kept and not self.is_consented():
            return ""
        self.stand(spot, *instance, said)
        value = rule.value(self.scope)
        if kept:
            self._put(path, value)
        return value

    def _recalculate(self, spot: Spot, path: Path, instance: Instance, *, hidden: bool) -> None:
        """What a calculation that is kept looks at has changed: what was kept gives way."""
        rule = self.script.rules[spot.index].calculation
        assert rule is not None
        if hidden:
            self._put(path, "")
            self.done.discard(path)
            self.reached.discard(path)
            return
        self.stand(spot, *instance, self.answers.get(path, ""))
        self._put(path, rule.value(self.scope))

    def _put(self, path: Path, value: Value) -> None:
        if value:
            self.answers[path] = value
        else:
            self.answers.pop(path, None)

    def _count(self, spot: Spot, path: Path, instance: Instance, *, fresh: bool) -> bool:
        rule = self.script.rules[spot.index].count
        prefixes = instance[0]
        if rule is None:
            count = self.own_counts.get(path, 1)
        else:
            self.stand(spot, *instance, "")
            count = min(whole(rule.number(self.scope)), MOST_INSTANCES)
        before = self.counts.get(path, 0)
        self.counts[path] = count
        self._laid.pop(self.script.unit_of[spot.index], None)
        if fresh or count == before:
            return False
        self._grown = self._grown or count > before
        for number in range(count + 1, before + 1):
            self._forget(f"{path}[{number}]/")
        for number in range(before + 1, count + 1):
            for child in self._below(spot):
                self._mark(child, (*prefixes, f"{path}[{number}]/"))
        self._return_to(spot)
        return True

    def _below(self, spot: Spot) -> Iterator[Spot]:
        for child in spot.children:
            yield child
            yield from self._below(child)

    def _forget(self, start: str) -> None:
        """Drop what was worked out for an instance that is no more; what was said in it stays for its return."""
        for entries in (self.values, self.counts):
            for path in [path for path in entries if path.startswith(start)]:
                del entries[path]
        for paths in (self.hidden, self.present, self.reached):
            paths.difference_update([path for path in paths if path.startswith(start)])

    # Walking

    def _instances(self, chain: tuple[Spot, ...], start: tuple[str, ...] = ("",)) -> list[Instance]:
        """Every instance of nested repeats, or those within the one that `start` addresses."""
        if not chain:
            return [_ROOT]
        found: list[Instance] = [_ROOT]
        for depth, repeat in enumerate(chain, 1):
            inner: list[Instance] = []
            for prefixes, indexes in found:
                path = prefixes[-1] + repeat.leaf
                numbers = range(1, self.counts.get(path, 0) + 1)
                if depth < len(start):
                    number = int(start[depth][len(path) + 1 : -2])
                    numbers = range(number, number + 1) if number in numbers else range(0)
                for number in numbers:
                    inner.append(((*prefixes, f"{path}[{number}]/"), (*indexes, number)))
            found = inner
        return found

    def _exists(self, chain: tuple[Spot, ...], prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> bool:
        return all(
            number <= self.counts.get(prefix + repeat.leaf, 0)
            for repeat, prefix, number in zip(chain, prefixes, indexes, strict=False)
        )

    def slots(self) -> Iterator[Slot]:
        """The whole walk as it is at present: relevant questions, notes and “another one?”, in order."""
        for unit in range(len(self.script.units)):
            yield from self.unit_slots(unit)

    def unit_slots(self, unit: int) -> list[Slot]:
        """What is relevant of one unit of the walk."""
        slot = self.script.units[unit]
        if slot.path in self.hidden:
            return []
        if not slot.spot.is_repeat:
            return [slot]
        laid = self._laid.get(unit)
        if laid is None:
            laid = self._laid[unit] = self._repeat_slots(slot.spot, *_ROOT)
        return laid

    def _repeat_slots(self, repeat: Spot, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> list[Slot]:
        path = prefixes[-1] + repeat.leaf
        slots: list[Slot] = []
        for number in range(1, self.counts.get(path, 0) + 1):
            inner = ((*prefixes, f"{path}[{number}]/"), (*indexes, number))
            slots.extend(self._slots_below(repeat, *inner))
        if self.script.rules[repeat.index].count is None:
            slots.append(Slot(f"{path}[+]", repeat, prefixes, indexes, another=True))
        return slots

    def _slots_below(
        self, parent: Spot, prefixes: tuple[str, ...], indexes: tuple[int, ...]
    ) -> Iterator[Slot]:
        for spot in parent.children:
            path = prefixes[-1] + spot.leaf
            if path in self.hidden:
                continue
            if spot.is_repeat:
                yield from self._repeat_slots(spot, prefixes, indexes)
            elif spot.children:
                yield from self._slots_below(spot, prefixes, indexes)
            elif is_shown(spot):
                yield Slot(path, spot, prefixes, indexes)

    def is_asked(self, slot: Slot) -> bool:
        """Whether a slot waits for a reply, rather than only being said."""
        return slot.another or self.script.asked[slot.spot.index]

    def waiting(self) -> Slot | None:
        """The first relevant question in document order that is neither answered nor skipped."""
        units = self.script.units
        while self._frontier < len(units):
            slot = units[self._frontier]
            if slot.path not in self.hidden:
                if slot.spot.is_repeat:
                    for inner in self.unit_slots(self._frontier):
                        if inner.path not in self.done and self.is_asked(inner):
                            return inner
                elif slot.path not in self.done and self.script.asked[slot.spot.index]:
                    return slot
            self._frontier += 1
        return None

    def section_slots(self, section: Path) -> Iterator[Slot]:
        """What is relevant of a section, in order."""
        for unit, slot in enumerate(self.script.units):
            if slot.spot.outermost.path == section:
                yield from self.unit_slots(unit)

    def waiting_in(self, section: Path) -> Slot | None:
        """The first question of a section that is neither answered nor skipped."""
        slots = self.section_slots(section)
        return next((slot for slot in slots if slot.path not in self.done and self.is_asked(slot)), None)

    def find(self, path: Path) -> Slot | None:
        """The relevant slot of that path."""
        spot = self.script.outline.by_path.get(path)
        if spot is not None and not spot.chain and not spot.is_repeat:
            unit = self.script.unit_of[spot.index]
            return self.script.units[unit] if unit >= 0 and path not in self.hidden else None
        return next((slot for slot in self.slots() if slot.path == path), None)

    def before(self, slot: Slot | None) -> Iterator[Slot]:
        """The relevant slots before one, the nearest first; None stands for the end."""
        unit = len(self.script.units) if slot is None else self.script.unit_of[slot.spot.index]
        if slot is not None and (slot.spot.chain or slot.another):
            inside = self.unit_slots(unit)
            place = next((i for i, inner in enumerate(inside) if inner.path == slot.path), 0)
            yield from reversed(inside[:place])
        units, hidden = self.script.units, self.hidden
        for earlier in range(unit - 1, -1, -1):
            one = units[earlier]
            if one.spot.is_repeat:
                yield from reversed(self.unit_slots(earlier))
            elif one.path not in hidden:
                yield one

    def is_consented(self) -> bool:
        """Whether consent was given, or the form asks for none."""
        consent = self.script.consent
        return consent is None or self.answers.get(consent.path) in ("yes", "OK")


def _number_behind(path: Path, repeat: Path) -> tuple[int, str] | None:
    """For `visits[3]/length` and `visits`: 3 and `/length`."""
    if not path.startswith(f"{repeat}["):
        return None
    number, closed, rest = path[len(repeat) + 1 :].partition("]")
    return (int(number), rest) if closed and number.isdecimal() else None


def _moved(path: Path, repeat: Path, gone: int) -> Path | None:
    """Where a path leads when one instance is gone: those behind it move up; None for the one itself."""
    found = _number_behind(path, repeat)
    if found is None or found[0] < gone:
        return path
    return f"{repeat}[{found[0] - 1}]{found[1]}" if found[0] > gone else None


def _take_out(entries: dict[Path, Any], repeat: Path, gone: int) -> None:
    moved = {_moved(path, repeat, gone): value for path, value in entries.items()}
    entries.clear()
    entries.update((path, value) for path, value in moved.items() if path is not None)


def _take_out_of(paths: set[Path], repeat: Path, gone: int) -> None:
    moved = {_moved(path, repeat, gone) for path in paths}
    paths.clear()
    paths.update(path for path in moved if path is not None)
