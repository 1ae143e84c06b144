"""What holds at one moment of an interview, worked out from its answers: what is relevant, what it is worth.

A scene is never stored. It is built once when an interview is loaded; after that each answer works out
again only what hangs on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import TypeVar

from dialogues.closures import Scope
from dialogues.form import Kind, Question, Repeat
from dialogues.interview import Interview, Path, Value
from dialogues.outline import Spot
from dialogues.script import Script, Slot, is_shown, whole

T = TypeVar("T")
Instance = tuple[tuple[str, ...], tuple[int, ...]]
_ROOT: Instance = (("",), ())
MOST_INSTANCES = 1_000  # of one repeat: more is an author's slip, not an interview


class Scene:
    """The present of an interview. Changing it changes only itself; `copy` first to keep the old one.

    `answers` are what was said, `values` what counts at present: relevant and not empty. `asked` and
    `answered` count the relevant questions and those of them that are done.
    """

    __slots__ = (
        "_frontier",
        "_waiting",
        "answered",
        "answers",
        "asked",
        "counts",
        "done",
        "hidden",
        "language",
        "own_counts",
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
        self.values: dict[Path, Value] = {}
        self.hidden: set[Path] = set()
        self.counts: dict[Path, int] = {}
        self.asked = 0
        self.answered = 0
        self._frontier = 0
        self._waiting: dict[int, set[Instance]] = {}
        self._look(now)
        for spot in script.dependencies.order:
            for instance in self._instances(spot.chain):
                self._work_out(spot, instance, fresh=True)

    def copy(self, now: datetime) -> Scene:
        """The same moment, to be changed."""
        twin = Scene.__new__(Scene)
        twin.script, twin.language, twin.seed = self.script, self.language, self.seed
        twin.answers = self.answers.copy()
        twin.done = self.done.copy()
        twin.own_counts = self.own_counts.copy()
        twin.values = self.values.copy()
        twin.hidden = self.hidden.copy()
        twin.counts = self.counts.copy()
        twin.asked, twin.answered, twin._frontier = self.asked, self.answered, self._frontier
        twin._waiting = {}
        twin._look(now)
        return twin

    def _look(self, now: datetime) -> None:
        items = self.script.items(self.language)
        self.scope = Scope(self.values, self.hidden, self.counts, items, now, self._chance)

    def _chance(self) -> float:
        """A number from 0 to 1 that is the same for the same interview and question."""
        return random.Random(f"{self.seed}{self.scope.prefixes[-1]}{len(self.answers)}").random()  # noqa: S311 - no secret

    def speak(self, language: str) -> None:
        """Read all texts in another language; what quotes a label is worked out again."""
        self.language = language
        self.scope.items = self.script.items(language)
        for spot in self.script.spots:
            if self.script.rules[spot.index].calculation is not None:
                self._mark(spot, ("",))
        self._settle()

    # Changing

    def answer(self, slot: Slot, value: Value) -> None:
        """Note an answer (empty: none) as said and done, and work out what hangs on it."""
        if value:
            self.answers[slot.path] = value
        else:
            self.answers.pop(slot.path, None)
        self.finish(slot.path)
        self._mark(slot.spot, slot.prefixes)
        self._settle()

    def finish(self, path: Path) -> None:
        """Mark a question as done."""
        if path not in self.done:
            self.done.add(path)
            if path not in self.hidden:
                self.answered += 1

    def finish_repeat(self, slot: Slot) -> None:
        """Note that a repeat has no more instances."""
        self.done.add(slot.path)

    def find_instance(self, instance: Path) -> tuple[Slot, int] | None:
        """The “another one?” of a repeat and the number of one of its instances, such as `visits[2]`."""
        repeat, opened, number = instance.rpartition("[")
        digits = number.removesuffix("]")
        slot = self.find(f"{repeat}[+]")
        if (
            slot is None
            or not opened
            or not digits.isdecimal()
            or not 1 <= int(digits) <= self.counts[repeat]
        ):
            return None
        return slot, int(digits)

    def resize(self, slot: Slot, count: int) -> None:
        """Give a repeat another number of instances."""
        path = slot.prefixes[-1] + slot.spot.leaf
        self.own_counts[path] = min(count, MOST_INSTANCES)
        self.done.discard(f"{path}[+]")
        self._return_to(slot.spot)
        self._mark(slot.spot, slot.prefixes)
        self._settle()

    def remove(self, slot: Slot, number: int) -> None:
        """Take one instance out of a repeat; those behind it move up."""
        path = slot.prefixes[-1] + slot.spot.leaf
        count = self.own_counts.get(path, 1)
        self.answers = _without(self.answers, path, number)
        self.own_counts = _without(self.own_counts, path, number)
        self.done = set(_without(dict.fromkeys(self.done, ""), path, number))
        self.own_counts[path] = count - 1
        self._rebuild()

    def _rebuild(self) -> None:
        self.values.clear()
        self.hidden.clear()
        self.counts.clear()
        self.asked = self.answered = self._frontier = 0
        for spot in self.script.dependencies.order:
            for instance in self._instances(spot.chain):
                self._work_out(spot, instance, fresh=True)

    def set_defaults(self) -> None:
        """Fill in what the form suggests, in document order, where nothing was said."""
        for spot in self.script.spots:
            for prefixes, indexes in list(self._instances(spot.chain)):
                self._set_default(spot, prefixes, indexes)
        self._settle()

    def _set_default(self, spot: Spot, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> None:
        question = spot.question
        path = prefixes[-1] + spot.leaf
        if question is None or path in self.answers:
            return
        value = self._default_of(spot, question, prefixes, indexes)
        if value:
            self.answers[path] = value
            self._mark(spot, prefixes)
            self._settle()

    def _default_of(
        self, spot: Spot, question: Question, prefixes: tuple[str, ...], indexes: tuple[int, ...]
    ) -> Value:
        if question.kind in (Kind.START, Kind.END):
            return self.scope.now.isoformat(timespec="milliseconds")
        if question.kind is Kind.TODAY:
            return self.scope.now.date().isoformat()
        rule = self.script.rules[spot.index].default
        if rule is not None:
            self._stand(prefixes, indexes, "")
            return rule.value(self.scope)
        return question.default

    # Working out

    def _mark(self, spot: Spot, prefixes: tuple[str, ...]) -> None:
        """Have a node worked out again in every instance that begins with these prefixes."""
        instances = self._waiting.setdefault(spot.index, set())
        if spot.depth == 0:
            instances.add(_ROOT)
        else:
            instances.update(self._instances(spot.chain, prefixes))

    def _settle(self) -> None:
        """Work out what was marked, and what hangs on it, in the order of dependence."""
        rank, dependents = self.script.dependencies.rank, self.script.dependencies.dependents
        queue = [(rank[index], index) for index in self._waiting]
        queue.sort()
        queued = set(self._waiting)
        while queue:
            _, index = heappop(queue)
            queued.discard(index)
            spot = self.script.spots[index]
            for prefixes, indexes in sorted(self._waiting.pop(index, ())):
                if indexes and not self._exists(spot.chain, prefixes, indexes):
                    continue
                if not self._work_out(spot, (prefixes, indexes)):
                    continue
                for dependent in dependents[index]:
                    self._mark(dependent.spot, prefixes[: dependent.bound + 1])
                    follower = dependent.spot.index
                    if follower not in queued:
                        queued.add(follower)
                        heappush(queue, (rank[follower], follower))

    def _work_out(self, spot: Spot, instance: Instance, *, fresh: bool = False) -> bool:
        """Work one node out again; whether anything about it changed."""
        prefixes, indexes = instance
        path = prefixes[-1] + spot.leaf
        node = spot.node
        hidden = not self._is_relevant(spot, path, prefixes, indexes)
        changed = self._hide(spot, path, hidden=hidden, fresh=fresh)
        if isinstance(node, Repeat):
            return self._count(spot, path, prefixes, indexes) or changed
        if isinstance(node, Question):
            return self._value(spot, node, path, instance, hidden=hidden) or changed
        return changed

    def _is_relevant(
        self, spot: Spot, path: Path, prefixes: tuple[str, ...], indexes: tuple[int, ...]
    ) -> bool:
        parent = spot.parent
        if parent is not None and parent.index >= 0 and prefixes[parent.depth] + parent.leaf in self.hidden:
            return False
        rule = self.script.rules[spot.index].relevant
        if rule is None:
            return True
        self._stand(prefixes, indexes, self.answers.get(path, ""))
        return rule.truth(self.scope)

    def _stand(self, prefixes: tuple[str, ...], indexes: tuple[int, ...], dot: Value) -> None:
        scope = self.scope
        scope.prefixes, scope.indexes, scope.dot = prefixes, indexes, dot

    def _hide(self, spot: Spot, path: Path, *, hidden: bool, fresh: bool) -> bool:
        was = path in self.hidden
        if hidden == was and not fresh:
            return False
        step = 0
        if hidden:
            self.hidden.add(path)
            step = 0 if fresh else -1
        else:
            self.hidden.discard(path)
            step = 1
            if was:
                self._return_to(spot)
        if step and self.script.asked[spot.index]:
            self.asked += step
            if path in self.done:
                self.answered += step
        return True

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
        if rules.filter is not None and said:
            self._stand(*instance, said)
            offered = {option.value for option in self.script.options(spot, self.language, self.scope)}
            return " ".join(name for name in said.split() if name in offered)
        if question.kind is Kind.NOTE:
            return ""
        return said

    def _calculated(self, spot: Spot, path: Path, instance: Instance, said: Value) -> Value:
        rule = self.script.rules[spot.index].calculation
        assert rule is not None
        kept = self.script.kept[spot.index]
        if kept and said and not self._waiting and path not in self.values:
            return said  # loaded again: what came out by chance or by the clock stays
        self._stand(*instance, said)
        value = rule.value(self.scope)
        if kept and value:
            self.answers[path] = value
        return value

    def _count(self, spot: Spot, path: Path, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> bool:
        rule = self.script.rules[spot.index].count
        if rule is None:
            count = self.own_counts.get(path, 1)
        else:
            self._stand(prefixes, indexes, "")
            count = min(whole(rule.number(self.scope)), MOST_INSTANCES)
        before = self.counts.get(path, 0)
        if count == before:
            return False
        self.counts[path] = count
        for number in range(count + 1, before + 1):
            self._forget(f"{path}[{number}]")
        self._return_to(spot)
        for child in self._below(spot):
            self._mark(child, prefixes)
        return True

    def _below(self, spot: Spot) -> Iterator[Spot]:
        for child in spot.children:
            yield child
            yield from self._below(child)

    def _forget(self, instance: Path) -> None:
        """Drop what was worked out for an instance that is no more; what was said in it stays for its return."""
        start = f"{instance}/"
        for path in [path for path in self.values if path.startswith(start)]:
            del self.values[path]
        self.counts = _dropping(self.counts, start)
        self.scope.counts = self.counts
        self.hidden.difference_update([path for path in self.hidden if path.startswith(start)])
        self._tally()

    def _tally(self) -> None:
        """Count from scratch what is asked and done, after instances went."""
        slots = [slot for slot in self.slots() if not slot.another and self.script.asked[slot.spot.index]]
        self.asked = len(slots)
        self.answered = sum(slot.path in self.done for slot in slots)

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
                for number in range(1, self.counts.get(path, 0) + 1):
                    prefix = f"{path}[{number}]/"
                    if len(start) <= depth or start[depth] == prefix:
                        inner.append(((*prefixes, prefix), (*indexes, number)))
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
        return self._repeat_slots(slot.spot, *_ROOT) if slot.spot.is_repeat else [slot]

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

    def find(self, path: Path) -> Slot | None:
        """The relevant slot of that path."""
        spot = self.script.outline.by_path.get(path)
        if spot is not None and not spot.chain and not spot.is_repeat:
            return self.script.units[self.script.unit_of[spot.index]] if path not in self.hidden else None
        return next((slot for slot in self.slots() if slot.path == path), None)

    def before(self, slot: Slot | None) -> Iterator[Slot]:
        """The relevant slots before one, the nearest first; None stands for the end."""
        unit = len(self.script.units) if slot is None else self.script.unit_of[slot.spot.index]
        if slot is not None and (slot.spot.chain or slot.another):
            inside = self.unit_slots(unit)
            place = next((i for i, inner in enumerate(inside) if inner.path == slot.path), 0)
            yield from reversed(inside[:place])
        for earlier in range(unit - 1, -1, -1):
            yield from reversed(self.unit_slots(earlier))

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


def _without(entries: dict[Path, T], repeat: Path, gone: int) -> dict[Path, T]:
    """The entries without those of one instance; later instances move up by one."""
    kept: dict[Path, T] = {}
    for path, value in entries.items():
        found = _number_behind(path, repeat)
        if found is None or found[0] < gone:
            kept[path] = value
        elif found[0] > gone:
            kept[f"{repeat}[{found[0] - 1}]{found[1]}"] = value
    return kept


def _dropping(counts: dict[Path, int], start: Path) -> dict[Path, int]:
    return {path: count for path, count in counts.items() if not path.startswith(start)}
