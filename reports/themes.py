"""What an audit found about each theme: how many people say so, of which kind, who says the opposite, how pressing.

Named interviews and records are counted exactly, and by people, never by excerpts. Of anonymous material only
what `reports.disclosure` lets out is looked at, also by the rule for priorities.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
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
    """Whose views are held against each other: the codes of roles and groups of either side.

    Among anonymous people leaders are held against everybody else.
    """

    leaders: frozenset[str]
    frontline: frozenset[str]


SIDES = Sides(
    frozenset({"manager", "senior_manager", "leader", "director", "board", "board_member"}),
    frozenset({"care", "frontline", "nursing", "support", "senior"}),
)

_INSTANCE = re.compile(r"\[\d+\]")

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
    question. None: fewer than five, or none. `figures` and `gap` (leaders, and everybody else) are of the closed
    questions.
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

    `share` of the people heard who report a weakness, `people` who do, of `heard` at least; `types` of sources that
    show one. Below `against` of the sources that speak may call it a strength; `undisputed`: of anonymous people too,
    and closed answers are not strong. `answers`: closed answers are weak.
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
    `types`: of sources that show one. `against` (0..1): of the named sources that speak, those that call it a
    strength; `disputed`: the same of what is published of anonymous people. `answers`: what closed answers say.
    """

    share: float
    people: int
    heard: int
    anonymous: Share | None
    types: tuple[str, ...]
    against: float
    disputed: float
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

    `people` and `sources` (people and records) are named ones. `majority`: what most sources that speak say, None
    where it is even; `negative`: those that say the opposite. `gap`: of named ratings; `voiced`: of those who speak of
    it in their own words, where positive means that they mostly report no weakness.
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
                dict.fromkeys(
                    Coded(names.get(coded.code, coded.code), coded.direction) for coded in each.codes
                )
            ),
        )
        for each in passages
    )


# The framework matrix


_Said: TypeAlias = tuple[bytes, tuple[Direction, ...]]


class Cell(Struct, frozen=True):
    """What one source says of one theme: its excerpts (ids), each with its directions."""

    excerpts: tuple[_Said, ...]


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
    charted: dict[bytes, dict[str, list[_Said]]] = {
        each.id: defaultdict(list) for each in material.sources if each.named
    }
    for passage in material.passages:
        row = charted.get(passage.source)
        if row is not None:
            for theme, directions in _directions(passage.codes):
                row[theme].append((passage.id, directions))
    themes = tuple(sorted({theme for row in charted.values() for theme in row}, key=codebook.order))
    named = sorted((each for each in material.sources if each.named), key=_place)
    return Matrix(
        themes,
        tuple(Row(each, tuple(_cell(charted[each.id].get(theme, ())) for theme in themes)) for each in named),
    )


def _directions(codes: tuple[Coded, ...]) -> Iterable[tuple[str, tuple[Direction, ...]]]:
    if len(codes) == 1:
        return ((theme_of(codes[0].code), (codes[0].direction,)),)
    found: dict[str, set[Direction]] = {}
    for coded in codes:
        found.setdefault(theme_of(coded.code), set()).add(coded.direction)
    return [(theme, tuple(sorted(directions))) for theme, directions in found.items()]


def _cell(excerpts: Iterable[_Said]) -> Cell:
    return Cell(tuple(sorted(excerpts)))


def _place(source: Source) -> tuple[str, str, bytes]:
    return source.type, source.role, source.id


# Who says what: for each code, the balance of every source that speaks of it (+1 a strength, -1 a weakness)

_Balances: TypeAlias = dict[str, dict[bytes, int]]


def _balances(passages: Iterable[Passage]) -> tuple[_Balances, _Balances]:
    """By theme, and by code. An excerpt counts once for each theme and direction, however many codes say so."""
    codes, several = _of_one_code(passages)
    themes = _empty()
    for code, row in codes.items():
        _add(themes[theme_of(code)], row)
    for passage in several:
        said = {(each.code, _sign(each.direction)) for each in passage.codes}
        _weigh(codes, passage.source, said)
        _weigh(themes, passage.source, {(theme_of(code), sign) for code, sign in said})
    return themes, codes


def _of_one_code(passages: Iterable[Passage]) -> tuple[_Balances, list[Passage]]:
    """The balances of passages with one code, which are most, and the others. This loop runs a million times."""
    strength, weakness = Direction.STRENGTH, Direction.WEAKNESS
    codes, several = _empty(), []
    for passage in passages:
        coded = passage.codes
        if len(coded) != 1:
            several.append(passage)
            continue
        direction = coded[0].direction
        codes[coded[0].code][passage.source] += (
            1 if direction is strength else -1 if direction is weakness else 0
        )
    return codes, several


def _empty() -> _Balances:
    return defaultdict(lambda: defaultdict(int))


def _sign(direction: Direction) -> int:
    if direction is Direction.MIXED:
        return 0
    return 1 if direction is Direction.STRENGTH else -1


def _add(row: dict[bytes, int], more: Mapping[bytes, int]) -> None:
    for source, balance in more.items():
        row[source] += balance


def _weigh(balances: _Balances, source: bytes, said: Iterable[tuple[str, int]]) -> None:
    for code, sign in said:
        balances[code][source] += sign


def _stance(balance: int) -> Direction:
    if balance:
        return Direction.STRENGTH if balance > 0 else Direction.WEAKNESS
    return Direction.MIXED


def _prevalence(heard: int, stances: Iterable[Direction]) -> Prevalence:
    counts = Counter(stances)
    return Prevalence(heard, counts[Direction.WEAKNESS], counts[Direction.STRENGTH], counts[Direction.MIXED])


def _majority(sources: Prevalence) -> Direction | None:
    if sources.weakness == sources.strength:
        return None
    return Direction.WEAKNESS if sources.weakness > sources.strength else Direction.STRENGTH


_OPPOSITE = {Direction.WEAKNESS: Direction.STRENGTH, Direction.STRENGTH: Direction.WEAKNESS}


class _Results(Struct, frozen=True, dict=True):
    """The results being made. What it holds of anonymous people never leaves as it is."""

    material: Material
    sides: Sides
    rules: tuple[Rule, ...]

    def made(self) -> Results:
        themes, codes = _balances(self.material.passages)
        known = {theme for area in AREAS.values() for theme in area} | set(themes)
        known |= {each.theme for each in self.material.ratings}
        known |= {each.theme.code for pool in self.material.pools for each in pool.report.themes}
        order = sorted(known, key=codebook.order)
        people = _People.of(self.material.sources)
        judged = self._themes(order, people, themes, codes)
        raters = _raters(self.material.ratings)
        coverage = tuple(_covered(area, people, themes, raters, judged) for area in self.material.scope)
        return Results(len(people.people), len(people.named), tuple(judged.values()), coverage)

    def _themes(
        self, order: list[str], people: _People, themes: _Balances, codes: _Balances
    ) -> dict[str, ThemeResult]:
        rated = _named_gaps(order, self.material.ratings, people, self.sides)
        voiced = _voiced_gaps(order, themes, people, self.sides)
        unnamed = [_Unnamed(pool, self.sides, self.material.k) for pool in self.material.pools]
        pooled: dict[str, list[Unnamed]] = {theme: [] for theme in order}
        for each in unnamed:
            for theme, found in each.results(order, themes, people).items():
                pooled[theme].append(found)
        below: dict[str, list[str]] = {}
        for code in sorted(codes):
            below.setdefault(theme_of(code), []).append(code)
        items = _items(self.material.ratings)
        return {
            theme: self._theme(
                theme,
                people,
                themes.get(theme, {}),
                {code: codes[code] for code in below.get(theme, ())},
                items.get(theme, ()),
                (rated[theme], voiced[theme]),
                tuple(pooled[theme]),
            )
            for theme in order
        }

    def _theme(
        self,
        theme: str,
        people: _People,
        balance: Mapping[bytes, int],
        codes: Mapping[str, Mapping[bytes, int]],
        items: tuple[Item, ...],
        both: tuple[Gap, Gap],
        unnamed: tuple[Unnamed, ...],
    ) -> ThemeResult:
        stances = people.stances(balance)
        sources = people.among(people.named, stances)
        majority = _majority(sources)
        opposite = _OPPOSITE.get(majority) if majority else None
        return ThemeResult(
            theme,
            people.among(people.people, stances),
            sources,
            tuple(Split(code, people.among(ids, stances)) for code, ids in people.types.items()),
            tuple(Split(code, people.among(ids, stances)) for code, ids in people.roles.items()),
            tuple(people.code(code, each) for code, each in codes.items() if people.stances(each)),
            majority,
            tuple(sorted(each for each, stance in stances.items() if stance is opposite)),
            items,
            *both,
            unnamed,
            self._judged(people, stances, unnamed),
        )

    def _judged(
        self, people: _People, stances: Mapping[bytes, Direction], unnamed: tuple[Unnamed, ...]
    ) -> Judged:
        evidence = _evidence(people, stances, unnamed)
        met = next((rule for rule in self.rules if _meets(evidence, rule)), None)
        return Judged(met.priority if met else Priority.NONE, met, evidence)


class _People(Struct, frozen=True):
    """The sources, by what they are; sets of ids. Types and roles are in alphabetical order."""

    named: frozenset[bytes]
    people: frozenset[bytes]
    types: dict[str, frozenset[bytes]]
    roles: dict[str, frozenset[bytes]]
    unnamed: dict[bytes, tuple[str, str]]  # -> form, question

    @classmethod
    def of(cls, sources: tuple[Source, ...]) -> _People:
        named = [each for each in sources if each.named]
        people = [each for each in named if each.type in PEOPLE]
        return cls(
            frozenset(each.id for each in named),
            frozenset(each.id for each in people),
            _by(named, lambda each: each.type),
            _by([each for each in people if each.role], lambda each: each.role),
            {each.id: (each.form, each.question) for each in sources if not each.named},
        )

    def stances(self, balance: Mapping[bytes, int]) -> dict[bytes, Direction]:
        """What each named source says."""
        return {source: _stance(each) for source, each in balance.items() if source in self.named}

    def among(self, ids: frozenset[bytes], stances: Mapping[bytes, Direction]) -> Prevalence:
        return _prevalence(len(ids), (stance for source, stance in stances.items() if source in ids))

    def code(self, code: str, balance: Mapping[bytes, int]) -> CodeResult:
        stances = self.stances(balance)
        return CodeResult(code, self.among(self.people, stances), self.among(self.named, stances))

    def side(self, roles: Collection[str]) -> frozenset[bytes]:
        return frozenset[bytes]().union(*(ids for role, ids in self.roles.items() if role in roles))


def _by(sources: Iterable[Source], what: Callable[[Source], str]) -> dict[str, frozenset[bytes]]:
    found: dict[str, set[bytes]] = {}
    for each in sources:
        found.setdefault(what(each), set()).add(each.id)
    return {code: frozenset(found[code]) for code in sorted(found)}


# Closed answers of named people and records


def _items(rated: Iterable[Rating]) -> dict[str, tuple[Item, ...]]:
    counts = Counter((each.theme, each.item, each.positive) for each in rated)
    found: dict[str, list[Item]] = {}
    for theme, item in sorted({(theme, item) for theme, item, _ in counts}):
        x, rest = counts[theme, item, True], counts[theme, item, False]
        found.setdefault(theme, []).append(Item(item, x + rest, x, scoring.wilson(x, x + rest)))
    return {theme: tuple(items) for theme, items in found.items()}


def _named_gaps(order: list[str], rated: Iterable[Rating], people: _People, sides: Sides) -> dict[str, Gap]:
    """The gap of each theme over the items that at least five of either side rated."""
    leaders, frontline = people.side(sides.leaders), people.side(sides.frontline)
    counts = {True: Counter[tuple[str, str, bool]](), False: Counter[tuple[str, str, bool]]()}
    for each in rated:
        if each.source in leaders or each.source in frontline:
            counts[each.source in leaders][each.theme, each.item, each.positive] += 1
    rows: dict[str, list[tuple[Positive, Positive]]] = {theme: [] for theme in order}
    for theme, item in sorted({key[:2] for each in counts.values() for key in each}):
        both = tuple(_positive(counts[side], theme, item) for side in (True, False))
        if min(each.n for each in both) >= gaps.FEWEST:
            rows[theme].append((both[0], both[1]))
    return gaps.gaps({theme: _composite(each) for theme, each in rows.items()})


def _positive(counts: Mapping[tuple[str, str, bool], int], theme: str, item: str) -> Positive:
    x = counts.get((theme, item, True), 0)
    return Positive(x, x + counts.get((theme, item, False), 0))


def _composite(items: list[tuple[Positive, Positive]]) -> tuple[Positive, Positive]:
    """The mean share of the items on either side, of as many people as the item with the fewest."""
    if not items:
        return Positive(0, 0), Positive(0, 0)
    return _mean([one for one, _ in items]), _mean([other for _, other in items])


def _mean(items: list[Positive]) -> Positive:
    n = min(each.n for each in items)
    return Positive(sum(each.p for each in items) / len(items) * n, n)


def _voiced_gaps(order: list[str], themes: _Balances, people: _People, sides: Sides) -> dict[str, Gap]:
    leaders, frontline = people.side(sides.leaders), people.side(sides.frontline)
    said: dict[str, Mapping[bytes, int]] = {theme: themes.get(theme, {}) for theme in order}
    return gaps.gaps(
        {theme: (_not_weak(leaders, each), _not_weak(frontline, each)) for theme, each in said.items()}
    )


def _not_weak(side: frozenset[bytes], balance: Mapping[bytes, int]) -> Positive:
    spoke = [balance[each] for each in side if each in balance]
    return Positive(sum(each >= 0 for each in spoke), len(spoke))


# Anonymous people


class _Unnamed(Struct, frozen=True):
    """The anonymous answers to one form."""

    pool: Pool
    sides: Sides
    k: int

    def results(self, order: list[str], themes: _Balances, people: _People) -> dict[str, Unnamed]:
        n, form = self.pool.tally.responses, self.pool.form
        figures = {each.theme.code: each.figures for each in self.pool.report.themes}
        opened = self._gaps(order)
        found = {}
        for theme in order:
            spoke, weak, strong = self._people(themes.get(theme, {}), people)
            found[theme] = Unnamed(
                form.digest,
                disclosure.band(n, k=self.k),
                self._share(spoke),
                self._share(weak),
                self._share(strong),
                figures.get(theme),
                opened[theme],
            )
        return found

    def _people(self, balance: Mapping[bytes, int], people: _People) -> tuple[int, int, int]:
        """How many at least spoke, report a weakness, a strength: the most for any one question."""
        form, unnamed = self.pool.form.digest, people.unnamed
        counts: Counter[tuple[str, Direction]] = Counter()
        for source, each in balance.items():
            place = unnamed.get(source)
            if place and place[0] == form:
                counts[place[1], _stance(each)] += 1
        questions = {question for question, _ in counts}
        return (
            max((sum(counts[each, stance] for stance in Direction) for each in questions), default=0),
            max((counts[each, Direction.WEAKNESS] for each in questions), default=0),
            max((counts[each, Direction.STRENGTH] for each in questions), default=0),
        )

    def _share(self, x: int) -> Share | None:
        n = self.pool.tally.responses
        if x < FEWEST or not self.pool.report.heard.enough or not disclosure.enough(n, k=self.k):
            return None
        return disclosure.share(min(x, n), n)

    def _gaps(self, order: list[str]) -> dict[str, Gap]:
        rows: dict[str, list[tuple[Positive, Positive]]] = {theme: [] for theme in order}
        shown = _shown(self.pool.report)
        published = assembly.subsets(self.pool.report)
        for path, scale in _scales(self.pool.form):
            both = self._sides(path, scale, published) if scale and path in shown else None
            if both:
                rows[self.pool.form.questions[path].theme].append(both)
        return gaps.gaps({theme: _composite(each) for theme, each in rows.items()}, fewest=self.k)

    def _sides(
        self, path: str, scale: Scale, published: Collection[Subset]
    ) -> tuple[Positive, Positive] | None:
        """Leaders and everybody else, as they may be told apart on one question (R1-R7); else None.

        Everybody else, since nothing must be left over that subtraction would give away.
        """
        scores = {
            group: scoring.score(scale, each) for group, each in self.pool.tally.counts.get(path, {}).items()
        }
        leaders = tuple(sorted(self.sides.leaders.intersection(scores)))
        others = tuple(sorted(set(scores).difference(leaders)))
        wanted = (Subset(path, leaders), Subset(path, others))
        sizes = {group: score.n for group, score in scores.items()}
        blocks = [_joint(scores, each) for each in (leaders, others)]
        if min(n for _, n in blocks) < self.k or not disclosure.apart(blocks):
            return None
        if admitted(wanted, published, {path: sizes}, k=self.k) != set(wanted):
            return None
        return self._rounded(*blocks[0]), self._rounded(*blocks[1])

    def _rounded(self, x: int, n: int) -> Positive:
        low = disclosure.band(n, k=self.k).low
        return Positive(disclosure.share(x, n).percent / 100 * low, low)


def _shown(report: Report) -> frozenset[str]:
    return frozenset(item.path for theme in report.themes for item in theme.items if item.figures)


def _joint(scores: Mapping[str, Score], groups: Collection[str]) -> tuple[int, int]:
    return sum(scores[each].positive for each in groups), sum(scores[each].n for each in groups)


def _scales(form: Form) -> Iterator[tuple[str, Scale | None]]:
    for path, question in form.questions.items():
        if question.theme and question.kind is Kind.SELECT_ONE:
            yield path, scoring.scale(form, question)


def _plain(path: str) -> str:
    """The path of the question, without the instances of repeats."""
    return _INSTANCE.sub("", path)


# How pressing


def _evidence(people: _People, stances: Mapping[bytes, Direction], unnamed: tuple[Unnamed, ...]) -> Evidence:
    among = people.among(people.people, stances)
    sources = people.among(people.named, stances)
    weak = [each.weakness for each in unnamed if each.weakness]
    types = {
        code
        for code, ids in people.types.items()
        if any(stances.get(each) is Direction.WEAKNESS for each in ids)
    }
    return Evidence(
        among.weak_share,
        among.weakness,
        among.heard,
        max(weak, key=lambda each: each.percent, default=None),
        tuple(sorted(types | ({SourceType.STAFF.value} if weak else set()))),
        sources.strength / sources.spoke if sources.spoke else 0.0,
        max((_disputed(each) for each in unnamed), default=0.0),
        _answers(unnamed),
    )


def _disputed(each: Unnamed) -> float:
    strong, weak = (share.percent if share else 0 for share in (each.strength, each.weakness))
    return strong / (strong + weak) if strong else 0.0


def _answers(unnamed: tuple[Unnamed, ...]) -> assembly.Verdict | None:
    """What closed answers say; forms that say different things say nothing clear."""
    found = {each.figures.verdict for each in unnamed if each.figures}
    if not found:
        return None
    return found.pop() if len(found) == 1 else assembly.Verdict.UNCLEAR


def _meets(evidence: Evidence, rule: Rule) -> bool:
    return (
        (_by_named(evidence, rule) or _by_unnamed(evidence, rule))
        and len(evidence.types) >= rule.types
        and (evidence.against < rule.against or rule.against == 1)
        and (_is_undisputed(evidence, rule) or not rule.undisputed)
        and (evidence.answers is assembly.Verdict.WEAK or not rule.answers)
    )


def _is_undisputed(evidence: Evidence, rule: Rule) -> bool:
    return evidence.disputed < rule.against and evidence.answers is not assembly.Verdict.STRONG


def _by_named(evidence: Evidence, rule: Rule) -> bool:
    return evidence.share >= rule.share and evidence.people >= rule.people and evidence.heard >= rule.heard


def _by_unnamed(evidence: Evidence, rule: Rule) -> bool:
    """A published share stands for five people or more: enough for every rule."""
    return evidence.anonymous is not None and evidence.anonymous.percent >= rule.share * 100


_RANK = {priority: rank for rank, priority in enumerate(Priority)}


def _pressing(each: ThemeResult) -> tuple[int, float, int, float, tuple[int, str]]:
    evidence = each.judged.evidence
    anonymous = evidence.anonymous.percent / 100 if evidence.anonymous else 0.0
    share = max(evidence.share, anonymous)
    return (
        _RANK[each.judged.priority],
        -share,
        -len(evidence.types),
        -each.sources.weak_share,
        codebook.order(each.theme),
    )


# What of the scope was heard


def _covered(
    area: str,
    people: _People,
    themes: _Balances,
    rated: Mapping[str, Collection[bytes]],
    found: Mapping[str, ThemeResult],
) -> Covered:
    wanted = AREAS.get(area, ())
    speaking = {source for theme in wanted for source in (*themes.get(theme, {}), *rated.get(theme, ()))}
    return Covered(
        area,
        {code: len(ids & speaking) for code, ids in people.types.items() if ids & speaking},
        any(each.spoke or each.figures for theme in wanted for each in found[theme].unnamed),
        tuple(theme for theme in wanted if not _heard_of(found[theme])),
    )


def _raters(rated: Iterable[Rating]) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = defaultdict(set)
    for each in rated:
        found[each.theme].add(each.source)
    return found


def _heard_of(each: ThemeResult) -> bool:
    return bool(each.sources.spoke or each.items or any(one.spoke or one.figures for one in each.unnamed))
