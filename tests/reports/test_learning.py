"""Suggestions learned from what was confirmed, when that is asked for, and excerpts that fit nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from reports import learning
from reports.codebook import shipped
from reports.coding import theme_of
from reports.grouping import Loose, grouped
from reports.learning import Cache, Confirmed, LearnedSuggester
from reports.suggesting import LexiconSuggester, Piece, Suggester

_WITHOUT = """
import sys
sys.modules["sklearn"] = None
from reports import grouping, learning, suggesting
from reports.codebook import shipped
assert not learning.is_installed()
cache = learning.Cache()
assert isinstance(cache.get(shipped(), set(), 500, list), suggesting.LexiconSuggester)
texts = ["the lift is broken", "broken lift again", "we had cake"]
print([each.words for each in grouping.grouped([grouping.Loose(b"%d" % at, text) for at, text in enumerate(texts)])])
"""


def confirmed(number: int = 120) -> list[Confirmed]:
    """Words that the lexicon does not have, tied to themes all the same."""
    ways = [("the zither was out of tune on day {}", "TRN"), ("porridge at table {} went cold", "CARE.plan")]
    return [
        Confirmed(b"%d" % at, Piece(ways[at % 2][0].format(at)), (ways[at % 2][1],)) for at in range(number)
    ]


@pytest.fixture(scope="module")
def learned() -> LearnedSuggester:
    return LearnedSuggester(shipped(), confirmed())


def test_what_was_confirmed_is_learned_with_its_reasons(learned: LearnedSuggester) -> None:
    first = learned.suggest([Piece("Another zither")])[0][0]
    assert (first.code, first.by) == ("TRN", learning.LEARNED)
    assert "zither" in first.telling
    like = {each.excerpt: each for each in confirmed()}[first.like]
    assert "zither" in like.piece.text


def test_the_lexicon_is_heard_beside_what_was_learned(learned: LearnedSuggester) -> None:
    codes = [each.code for each in learned.suggest([Piece("The handover was about the zither")])[0]]
    assert {"COM.handover", "TRN"} <= set(codes)


def test_the_same_is_suggested_every_time_with_and_without_reasons(learned: LearnedSuggester) -> None:
    pieces = [Piece("cold porridge", "SUP"), Piece(""), Piece("the zither and the handover")]
    again = LearnedSuggester(shipped(), confirmed())
    assert learned.suggest(pieces) == again.suggest(pieces)
    plain = [[(each.code, each.score) for each in found] for found in again.suggest(pieces, reasons=False)]
    assert plain == [[(each.code, each.score) for each in found] for found in learned.suggest(pieces)]


def test_codes_are_learned_as_what_they_mean_today() -> None:
    book = replace(shipped(), gone={"OLD": "TRN"})
    old = [replace(each, codes=("OLD",)) if each.codes == ("TRN",) else each for each in confirmed()]
    assert LearnedSuggester(book, old).suggest([Piece("zither")])[0][0].code == "TRN"


def test_nothing_confirmed_leaves_the_lexicon_alone() -> None:
    found = LearnedSuggester(shipped(), []).suggest([Piece("The handover was late")])[0]
    assert [each.code for each in found] == [
        each.code for each in LexiconSuggester(shipped()).suggest([Piece("The handover was late")])[0]
    ]


class Asked:
    """A cache in which so many were confirmed; what it would learn aside waits until it is let."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._waiting: list[Callable[[], None]] = []
        self.cache = Cache(self._waiting.append)

    def get(self, number: int, there: Sequence[Confirmed] | None = None) -> Suggester:
        everything = confirmed(number) if there is None else there

        def confirming() -> list[Confirmed]:
            self.numbers.append(number)
            return confirmed(number)

        return self.cache.get(shipped(), {each.excerpt for each in everything}, number, confirming)

    def learn(self) -> None:
        while self._waiting:
            self._waiting.pop()()


def test_the_lexicon_or_the_last_suggests_while_it_is_learned_anew_after_fifty_more() -> None:
    asked = Asked()
    assert all(isinstance(asked.get(number), LexiconSuggester) for number in (10, 99, 100, 170))
    asked.learn()
    first = asked.get(149)
    assert isinstance(first, LearnedSuggester)
    assert asked.get(150) is first
    asked.learn()
    assert asked.get(199) is not first
    assert asked.numbers == [100, 150]


def test_what_was_learned_from_an_excerpt_that_is_gone_is_forgotten_though_as_many_are_there() -> None:
    asked = Asked()
    asked.get(120)
    asked.learn()
    assert isinstance(asked.get(120), LearnedSuggester)
    others = [*confirmed(119), Confirmed(b"new", Piece("as many as before"), ())]
    assert isinstance(asked.get(120, others), LexiconSuggester)
    asked.cache.forget()
    asked.learn()
    assert isinstance(asked.get(120), LexiconSuggester), "what was being learned is forgotten too"


def test_without_the_extra_the_lexicon_suggests_and_the_rest_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", _WITHOUT], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[('broken', 'lift')]", done.stderr
    assert "pip install 'candour[learn]'" in learning.MISSING


def test_scikit_learn_is_loaded_only_when_something_is_learned() -> None:
    code = "import sys, bot.cli, reports.learning, reports.grouping; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_excerpts_that_fit_nothing_are_grouped_by_the_words_that_hold_them_together() -> None:
    texts = {
        b"a": "The lift is broken again",
        b"b": "Visitors find no parking",
        b"c": "the lift broke and nobody came to fix it",
        b"d": "There is no parking for staff",
        b"e": "we had cake",
        b"f": "A broken lift means the stairs",
    }
    groups = grouped([Loose(id_, text) for id_, text in texts.items()])
    assert [set(each.excerpts) for each in groups] == [{b"a", b"c", b"f"}, {b"b", b"d"}]
    assert "lift" in groups[0].words
    assert "parking" in groups[1].words
    assert "lift" not in repr(groups)
    assert grouped([]) == grouped([Loose(b"x", "alone")]) == ()


def test_a_theme_is_suggested_once() -> None:
    found = LearnedSuggester(shipped(), confirmed()).suggest([Piece("care plan porridge", "CARE")])[0]
    assert [theme_of(each.code) for each in found].count("CARE") == 1
    assert found[0].code == "CARE.plan"
