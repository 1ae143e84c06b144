"""What an audit found about each theme: how many people say so, of which kind, who says the opposite, how pressing.

Named interviews and records are counted exactly, and by people, never by excerpts. Of anonymous material only
what `reports.disclosure` lets out is looked at, also by the rule for priorities: nothing here gives a small number away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from dialogues.form import Form, Kind, SourceType
from reports import assembly, codebook, disclosure, gaps, scoring
from reports.assembly import Report
from reports.coding import Coded, Direction, theme_of
from reports.disclosure import Band, Share
from reports.gaps import Gap, Positive
from reports.ledger import Subset, admitted
from reports.scoring import Interval, Scale, Score, Tally

FEWEST = 5  # anonymous people behind a theme: with fewer, nothing is said of it
PEOPLE = frozenset({SourceType.EXPERIENCE, SourceType.STAFF, SourceType.PARTNERS})  # the rest are records

AREAS: dict[str, tuple[str, ...]] = {
    "warning_signs": ("ESC", "CUL"),
    "response": ("ESC", "LEAD"),
    "multi_agency": ("MAW", "COM"),
    "staff_skills": ("TRN", "SUP", "CAP"),
    "leadership": ("LEAD", "ASR"),
    "care_planning": ("CARE", "LRN"),
}
"""The areas of scope, with the themes that answer for them."""


class Sides(Struct, frozen=True):
    """Whose views are held against each other: the codes of roles and groups of either side."""

    leaders: frozenset[str]
    frontline: frozenset[str]


SIDES = Sides(
    frozenset({"manager", "senior_manager", "leader", "director", "board", "board_member"}),
    frozenset({"care", "frontline", "nursing", "support", "senior"}),
)

# What goes in


class Source(Struct, frozen=True):
    """Who or what was heard: one interview, record or observation; or, not `named`, one answer to one `question`.

    `form` is a digest, `type` one of `SourceType`, `role` the code of the role of whoever was heard, if any.
    """

    id: bytes
    form: str
    type: str
    role: str = ""
    named: bool = True
    question: str = ""


class Passage(Struct, frozen=True):
    """An excerpt with the codes that a person tied to it; once, whoever else coded it blind."""

    id: bytes
    source: bytes
    codes: tuple[Coded, ...]


class Rating(Struct, frozen=True):
    """A named source's answer to a closed question, whether it is one of the best; it stands on a scale."""

    source: bytes
    theme: str
    item: str
    positive: bool


class Pool(Struct, frozen=True):
    """The anonymous answers to one form: what was published of them, and the counts (never shown as they are)."""

    form: Form
    tally: Tally
    report: Report


class Material(Struct, frozen=True):
    """All that the results of an audit are made of. `scope`: the areas that it looks at. It has no repr."""

    sources: tuple[Source, ...] = ()
    passages: tuple[Passage, ...] = ()
    ratings: tuple[Rating, ...] = ()
    pools: tuple[Pool, ...] = ()
    k: int = disclosure.DEFAULT_K
    scope: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Material"


def ratings(source: bytes, form: Form, answers: Mapping[str, str]) -> tuple[Rating, ...]:
    """The closed answers of a named interview or record: path (with instances) -> stored value.

    Those off the scale ("does not apply", "I don't know") are left out, as are questions without a theme.
    """
    scales = {path: found for path, found in _scales(form) if found}
    found = []
    for path, value in answers.items():
        question = _plain(path)
        scale = scales.get(question)
        if scale and any(value in level for level in scale.levels):
            good = any(value in level for level in scale.levels[: scale.best])
            found.append(Rating(source, form.questions[question].theme, question, good))
    return tuple(found)


# What comes out


class Prevalence(Struct, frozen=True):
    """Of `heard` sources, how many speak of a theme mostly as a weakness, mostly as a strength, or as both."""

    heard: int
    weakness: int = 0
    strength: int = 0
    mixed: int = 0

    @property
    def spoke(self) -> int:
        """The sources that speak of it at all."""
        return self.weakness + self.strength + self.mixed

    @property
    def weak_share(self) -> float:
        """The share of those heard who report a weakness; 0 where nobody was heard."""
        return self.weakness / self.heard if self.heard else 0.0


class Split(Struct, frozen=True):
    """The prevalence among the sources of one type, or the people of one role."""

    code: str
    prevalence: Prevalence


class Item(Struct, frozen=True):
    """A closed question in named interviews and records: `positive` of `n` ratings, with Wilson's 95 % interval."""

    item: str
    n: int
    positive: int
    interval: Interval


class Unnamed(Struct, frozen=True):
    """What anonymous people wrote to one form about a theme, as shares of the `band` of people who answered it.

    A share is of at least so many: nobody knows which answers are of one person, so it is the largest for any one
    question. None: fewer than five, or none. `figures` and `gap` are of the closed questions.
    """

    form: str
    band: Band
    spoke: Share | None
    weakness: Share | None
    strength: Share | None
    figures: assembly.ThemeFigures | None
    gap: Gap


class Priority(StrEnum):
    """How pressing a theme is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Rule(Struct, frozen=True):
    """The least evidence for a priority; all of it must be there.

    `share` of the people heard who report a weakness, `people` who do, of `heard` at least; `types` of sources that show
    one, `against`: the largest share of the sources that speak who call it a strength. `answers`: closed answers are weak.
    """

    priority: Priority
    share: float = 0.0
    people: int = 0
    heard: int = 0
    types: int = 0
    against: float = 1.0
    undisputed: bool = False
    answers: bool = False


RULES: tuple[Rule, ...] = (
    Rule(Priority.HIGH, share=0.4, people=3, heard=5, types=2, against=0.3, undisputed=True),
    Rule(Priority.MEDIUM, share=0.4, people=3, against=0.5),
    Rule(Priority.MEDIUM, share=0.2, people=2, types=2, against=0.5),
    Rule(Priority.MEDIUM, answers=True),
    Rule(Priority.LOW, types=1),
)
"""The first whose evidence is there holds; without any, none."""


class Evidence(Struct, frozen=True):
    """What a priority was decided from.

    `share`, `people`, `heard`: of named people. `anonymous`: the largest published share that reports a weakness.
    `types`: of sources that show one. `against` (0..1): of the sources that speak, those that call it a strength.
    `answers`: what published closed answers say.
    """

    share: float
    people: int
    heard: int
    anonymous: Share | None
    types: tuple[str, ...]
    against: float
    answers: assembly.Verdict | None


class Judged(Struct, frozen=True):
    """A priority with its reason: the rule that it meets (None: no rule), and the evidence."""

    priority: Priority
    rule: Rule | None
    evidence: Evidence


class CodeResult(Struct, frozen=True):
    """A code below a theme: how many people, and how many sources, speak of it."""

    code: str
    people: Prevalence
    sources: Prevalence


class ThemeResult(Struct, frozen=True):
    """Everything about one theme.

    `people` and `sources` (people and records) are named ones. `majority`: what most sources that speak say, None where
    it is even; `negative`: those that say the opposite. `gap`: of named ratings; `voiced`: of what people said in their own
    words, where positive means that somebody reports no weakness.
    """

    theme: str
    people: Prevalence
    sources: Prevalence
    types: tuple[Split, ...]
    roles: tuple[Split, ...]
    codes: tuple[CodeResult, ...]
    majority: Direction | None
    negative: tuple[bytes, ...]
    items: tuple[Item, ...]
    gap: Gap
    voiced: Gap
    unnamed: tuple[Unnamed, ...]
    judged: Judged


class Covered(Struct, frozen=True):
    """An area of the scope: the named sources of each type that speak to it, and whether anonymous people do.

    `silent`: its themes that nobody speaks of.
    """

    area: str
    types: dict[str, int]
    anonymous: bool
    silent: tuple[str, ...]


class Results(Struct, frozen=True):
    """The results of an audit; themes in the codebook's order, also those that nobody speaks of."""

    people: int
    sources: int
    themes: tuple[ThemeResult, ...]
    coverage: tuple[Covered, ...]


def results(material: Material, *, sides: Sides = SIDES, rules: tuple[Rule, ...] = RULES) -> Results:
    """The results of this material; its order changes nothing."""
    return _Results(material, sides, rules).made()


def strongest(found: Results) -> tuple[ThemeResult, ...]:
    """The themes, the most pressing first: by priority, by the share of people, by kinds of evidence."""
    return tuple(sorted(found.themes, key=_pressing))


def recoded(passages: Iterable[Passage], names: Mapping[str, str]) -> tuple[Passage, ...]:
    """The passages after codes were renamed or merged: old code -> new code."""
    return tuple(
        msgspec.structs.replace(
            each,
            codes=tuple(
                dict.fromkeys(Coded(names.get(coded.code, coded.code), coded.direction) for coded in each.codes)
            ),
        )
        for each in passages
    )


# The framework matrix


class Cell(Struct, frozen=True):
    """What one source says of one theme: its excerpts (ids), each with its directions."""

    excerpts: tuple[tuple[bytes, tuple[Direction, ...]], ...]


class Row(Struct, frozen=True):
    """A source with its cells, in the order of the matrix's themes."""

    source: Source
    cells: tuple[Cell, ...]


class Matrix(Struct, frozen=True):
    """Case by theme, as in framework analysis (Ritchie and Spencer 1994). Anonymous answers are no cases."""

    themes: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(material: Material) -> Matrix:
    """The chart of named sources, by type, role and id, and the themes that any of them speaks of."""
    raise NotImplementedError
