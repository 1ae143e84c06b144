"""Anonymous people on themes: only what `reports.disclosure` lets out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from msgspec import Struct

from reports import assembly, disclosure, gaps, scoring
from reports.assembly import Report
from reports.coding import Direction
from reports.disclosure import Share
from reports.gaps import Gap, Positive
from reports.ledger import Subset, admitted
from reports.scoring import Scale, Score
from reports.themes.found import Unnamed
from reports.themes.material import Pool, Sides, scales
from reports.themes.rated import composite
from reports.themes.saying import Balances, People, stance

FEWEST = 5  # anonymous people behind a theme: with fewer, nothing is said of it


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
        shown = _shown(self.pool.report)
        published = assembly.subsets(self.pool.report)
        for path, scale in scales(self.pool.form):
            both = self._sides(path, scale, published) if scale and path in shown else None
            if both:
                rows[self.pool.form.questions[path].theme].append(both)
        return gaps.gaps({theme: composite(each) for theme, each in rows.items()}, fewest=self.k)

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
