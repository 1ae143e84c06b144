"""Anonymous people on themes: only what `reports.disclosure` lets out, and that once.

Whoever saw the figures before and after somebody took their answers back would know what those were. So this part is
made once (R0), kept as it is, and read by everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from dialogues.form import Kind
from reports import assembly, codebook, disclosure, gaps, scoring
from reports.assembly import Report
from reports.coding import Direction
from reports.disclosure import Share
from reports.gaps import Gap, Positive
from reports.ledger import Subset, admitted
from reports.scoring import Scale, Score
from reports.themes.found import Released, Unnamed
from reports.themes.material import AREAS, SIDES, Material, Pool, Sides, scales
from reports.themes.rated import composite
from reports.themes.saying import Balances, People, balances, stance

FEWEST = 5  # anonymous people behind a theme: with fewer, nothing is said of it


def release(material: Material, *, sides: Sides = SIDES) -> tuple[Released, tuple[Subset, ...]]:
    """What may be published of the anonymous part of this material, and whom it is about, for the ledger.

    A `Subset` has the form before the question: `staff-culture/safe`.
    """
    spoken, _ = balances(material.passages)
    people = People.of(material.sources)
    pools = [
        Pooled(each, sides, material.k) for each in sorted(material.pools, key=lambda each: each.form.digest)
    ]
    known = {theme for area in AREAS.values() for theme in area}
    asked = {each.theme.code for pool in material.pools for each in pool.report.themes}
    order = sorted(known | asked | set(spoken), key=codebook.order)
    rows = [pool.results(order, spoken, people) for pool in pools]
    found = {theme: tuple(row[theme] for row in rows) for theme in order}
    # a theme of which only a few speak must not show that by being there
    told = {theme: each for theme, each in found.items() if theme in known or is_told(each)}
    return Released(told), tuple(subset for pool in pools for subset in pool.subsets())


def is_told(unnamed: Collection[Unnamed]) -> bool:
    """Whether anything was published of anonymous people on a theme."""
    return any(each.spoke or each.figures for each in unnamed)


class Pooled(Struct, frozen=True):
    """The anonymous answers to one form."""

    pool: Pool
    sides: Sides
    k: int

    def results(self, order: list[str], themes: Balances, people: People) -> dict[str, Unnamed]:
        """What may be said of each theme."""
        form = self.pool.form
        figures = {each.theme.code: each.figures for each in self.pool.report.themes}
        opened = self._gaps(order)
        found = {}
        for theme in order:
            spoke, weak, strong = self._people(themes.get(theme, {}), people)
            found[theme] = Unnamed(
                form.digest,
                self.pool.report.heard.band,  # not of now: somebody may have taken their answers back
                self._share(spoke),
                self._share(weak),
                self._share(strong),
                figures.get(theme),
                opened[theme],
            )
        return found

    def subsets(self) -> Iterator[Subset]:
        """Whom it is about: everyone for each question in people's own words, and the sides where there is a gap."""
        form = self.pool.form
        if not self.pool.report.heard.enough:
            return
        for path, question in form.questions.items():
            if question.kind is Kind.TEXT:
                yield Subset(f"{form.id}/{path}")
        for path in self._opened():
            for side in self._wanted(path):
                yield Subset(f"{form.id}/{path}", side.groups)

    def _people(self, balance: Mapping[bytes, int], people: People) -> tuple[int, int, int]:
        """How many at least spoke, report a weakness, a strength: the most for any one question."""
        form, unnamed = self.pool.form.digest, people.unnamed
        counts: Counter[tuple[str, Direction]] = Counter()
        for source, each in balance.items():
            place = unnamed.get(source)
            if place and place[0] == form:
                counts[place[1], stance(each)] += 1
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
        for path, both in self._opened().items():
            rows[self.pool.form.questions[path].theme].append(both)
        return gaps.gaps({theme: composite(each) for theme, each in rows.items()}, fewest=self.k)

    def _opened(self) -> dict[str, tuple[Positive, Positive]]:
        """By question, both sides where they may be told apart."""
        shown = _shown(self.pool.report)
        published = assembly.subsets(self.pool.report)
        found = {
            path: self._sides(path, scale, published)
            for path, scale in scales(self.pool.form)
            if scale and path in shown
        }
        return {path: both for path, both in found.items() if both}

    def _wanted(self, path: str) -> tuple[Subset, Subset]:
        """Leaders, and everybody else, of those who answered a question."""
        groups = set(self.pool.tally.counts.get(path, {}))
        leaders = tuple(sorted(self.sides.leaders & groups))
        return Subset(path, leaders), Subset(path, tuple(sorted(groups.difference(leaders))))

    def _sides(
        self, path: str, scale: Scale, published: Collection[Subset]
    ) -> tuple[Positive, Positive] | None:
        """Leaders and everybody else, as they may be told apart on one question (R1-R7); else None.

        Everybody else, since nothing must be left over that subtraction would give away.
        """
        scores = {
            group: scoring.score(scale, each) for group, each in self.pool.tally.counts.get(path, {}).items()
        }
        wanted = self._wanted(path)
        sizes = {group: score.n for group, score in scores.items()}
        blocks = [_joint(scores, each.groups or ()) for each in wanted]
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
