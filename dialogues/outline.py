"""Where everything in a form stands: its nodes with their parents, and how they are found by name.

An instance is addressed by its prefix (`household[1]/member[2]/`) and a leaf (`age`); outside repeats the
prefix is empty, so the path of an ordinary question is its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogues.form import Form, Group, Kind, Node, Question, Repeat

MISSING = None


@dataclass(eq=False, slots=True)
class Spot:
    """One node of a form and its surroundings.

    `chain` holds the repeats around it, outermost first; `leaf` is its path within the innermost of them.
    """

    index: int
    node: Node | None
    name: str
    leaf: str
    parent: Spot | None
    chain: tuple[Spot, ...] = ()
    children: list[Spot] = field(default_factory=list)
    is_repeat: bool = field(init=False)  # whether it has instances of its own
    question: Question | None = field(init=False)  # the question it is, if it is one
    kind: Kind | None = field(init=False)  # the type of the question, None for groups and repeats

    depth: int = field(init=False)  # how many repeats are around it
    around: Spot | None = field(init=False)  # the group or repeat it stands in, None at the top

    def __post_init__(self) -> None:
        self.depth = len(self.chain)
        self.around = self.parent if self.parent is not None and self.parent.index >= 0 else None
        self.is_repeat = isinstance(self.node, Repeat)
        self.question = self.node if isinstance(self.node, Question) else None
        self.kind = self.question.kind if self.question is not None else None

    def __repr__(self) -> str:
        return f"Spot({self.path})"

    @property
    def path(self) -> str:
        """The static path, without instances."""
        return self.node.path if self.node is not None else "/"

    @property
    def outermost(self) -> Spot:
        """The node at the top of the form that this one stands in, or is."""
        return self.around.outermost if self.around is not None else self

    @property
    def inside(self) -> tuple[Spot, ...]:
        """The repeats around its children."""
        return (*self.chain, self) if self.is_repeat else self.chain

    def child(self, name: str) -> Spot | None:
        """The node of that name directly below."""
        return next((child for child in self.children if child.name == name), None)


class Outline:
    """All spots of a form in document order; `root` stands for the form itself."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.root = Spot(-1, None, form.id, "", None)
        self.spots: list[Spot] = []
        self._named: dict[str, list[Spot]] = {}
        for node in form.children:
            self._add(node, self.root)
        self.by_path = {spot.path: spot for spot in self.spots}

    def _add(self, node: Node, parent: Spot) -> None:
        chain = parent.inside
        leaf = node.path.removeprefix(f"{chain[-1].path}/") if chain else node.path
        spot = Spot(len(self.spots), node, node.name, leaf, parent, chain)
        parent.children.append(spot)
        self.spots.append(spot)
        self._named.setdefault(node.name, []).append(spot)
        if isinstance(node, Group | Repeat):
            for child in node.children:
                self._add(child, spot)

    def named(self, name: str, near: Spot | None = None) -> Spot | None:
        """The node that `${name}` means: the only one, else the nearest in the same group and its parents."""
        spots = self._named.get(name, ())
        if len(spots) <= 1:
            return spots[0] if spots else MISSING
        while near is not None:
            found = near.child(name)
            if found is not None:
                return found
            near = near.parent
        return spots[0]

    def names(self) -> list[str]:
        """Every name in the form."""
        return list(self._named)


def shared_depth(one: tuple[Spot, ...], other: tuple[Spot, ...]) -> int:
    """How many outer repeats two chains have in common."""
    depth = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine is not theirs:
            break
        depth += 1
    return depth
