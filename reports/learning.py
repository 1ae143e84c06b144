"""Suggestions that are learned from what auditors confirmed: the optional extra `candour[learn]`, scikit-learn.

Words and pieces of words are weighed by tf-idf, one logistic regression a theme, and the mean with the lexicon. Nothing
of it is written anywhere: it is learned anew at every start, when 50 more were confirmed, and when answers are gone.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock, Thread
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from dialogues.wordless import Wordless
from reports.codebook import Codebook
from reports.coding import theme_of
from reports.phrases import tokens
from reports.suggesting import LEXICON, LexiconSuggester, Piece, Suggester, Suggestion, best

FEWEST = 100  # confirmed pieces: with fewer, learning is no better than the lexicon
EVERY = 50  # confirmations, until it is learned anew
LEARNED = f"{LEXICON} and learned"
MISSING = (
    "Suggestions come from the codebook's words alone, because scikit-learn is not installed. To have them learn from "
    "what auditors confirm: pip install 'candour[learn]'"
)

_FEWEST_OF_THEME = 5
_TELLING = 3  # words
_SEED = 20261
_FLOOR = (
    "learned",
) * 3  # texts that are learned with the others, so that there is always a word that is known
_BATCH = 5_000  # pieces at once, so that memory stays bounded


class Confirmed(Wordless, frozen=True):
    """A piece and the codes that a person tied to it (none: nothing fits). It has no repr."""

    excerpt: bytes
    piece: Piece
    codes: tuple[str, ...]


def is_installed() -> bool:
    """Whether scikit-learn is there; it is not loaded for the question."""
    return importlib.util.find_spec("sklearn") is not None


class LearnedSuggester:
    """Suggests what was learned from these, together with the lexicon.

    Deterministic: the same codebook and confirmed pieces in the same order give the same suggestions.
    """

    def __init__(self, book: Codebook, confirmed: Sequence[Confirmed]) -> None:
        self._lexicon = LexiconSuggester(book)
        self._ids = [each.excerpt for each in confirmed]
        self._labels = [_themes(book, each) for each in confirmed]
        self._words, self._parts = _vectorizers()
        self._matrix = self._vectors([each.piece for each in confirmed], learn=True)
        self._names = self._words.get_feature_names_out()
        self._themes = tuple(_learnable(self._labels))
        self._weights, self._biases = self._learned()

    def suggest(self, pieces: Sequence[Piece], *, reasons: bool = True) -> list[tuple[Suggestion, ...]]:
        """See `Suggester`."""
        found: list[tuple[Suggestion, ...]] = []
        for start in range(0, len(pieces), _BATCH):
            found += self._suggest(pieces[start : start + _BATCH], reasons=reasons)
        return found

    def _suggest(self, pieces: Sequence[Piece], *, reasons: bool) -> list[tuple[Suggestion, ...]]:
        vectors = self._vectors(pieces)
        rows = self._scores(vectors)
        chosen = [self._best(piece, row, reasons=reasons) for piece, row in zip(pieces, rows, strict=True)]
        return self._with_reasons(chosen, vectors) if reasons and self._themes else chosen

    def _scores(self, vectors: Any) -> Any:
        """The probability of each theme that was learned, a row for each piece: 1 / (1 + exp(-(xw + b)))."""
        import numpy as np  # noqa: PLC0415 - comes with the extra

        return 1 / (1 + np.exp(-(vectors @ self._weights.T + self._biases)))

    def _best(self, piece: Piece, scores: Any, *, reasons: bool) -> tuple[Suggestion, ...]:
        """The mean of both; what there were too few examples of, the lexicon says alone."""
        spoken = {theme_of(each.code): each for each in self._lexicon.all(piece, reasons=reasons)}
        direction = next((each.direction for each in spoken.values()), None)
        for theme, score in zip(self._themes, scores.tolist(), strict=True):
            known = spoken.get(theme) or Suggestion(theme, 0.0, LEXICON, direction)
            spoken[theme] = replace(known, score=(known.score + score) / 2, by=LEARNED)
        return best(spoken.values())

    def _learned(self) -> tuple[Any, Any]:
        """One logistic regression a theme: its weights, a row each, and its bias."""
        import numpy as np  # noqa: PLC0415 - comes with the extra
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - an optional extra

        weights = np.zeros((len(self._themes), self._matrix.shape[1]))
        biases = np.zeros(len(self._themes))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # what it has come to by then is good enough
            for row, theme in enumerate(self._themes):
                model = _regression().fit(self._matrix, [theme in each for each in self._labels])
                weights[row], biases[row] = model.coef_[0], model.intercept_[0]
        return weights, biases

    def _vectors(self, pieces: Sequence[Piece], *, learn: bool = False) -> Any:
        """Words, with the theme of the question among them, and pieces of words, side by side."""
        from scipy.sparse import hstack  # noqa: PLC0415 - comes with the extra

        texts = [_plain(piece) for piece in pieces]
        both = [self._words, self._parts]
        if learn:
            return hstack(
                [each.fit_transform([*texts, *_FLOOR])[: len(texts)] for each in both], format="csr"
            )
        return hstack([each.transform(texts) for each in both], format="csr")

    # Reasons

    def _with_reasons(
        self, chosen: list[tuple[Suggestion, ...]], vectors: Any
    ) -> list[tuple[Suggestion, ...]]:
        alike = (vectors @ self._matrix.T).tocsr()
        return [
            tuple(self._with_reason(each, vectors[[row]], alike[[row]]) for each in suggestions)
            for row, suggestions in enumerate(chosen)
        ]

    def _with_reason(self, suggestion: Suggestion, vector: Any, alike: Any) -> Suggestion:
        theme = theme_of(suggestion.code)
        if theme not in self._themes:
            return suggestion
        return replace(suggestion, telling=self._telling(theme, vector), like=self._like(theme, alike))

    def _telling(self, theme: str, vector: Any) -> tuple[str, ...]:
        """The words that spoke most for the theme."""
        weights = self._weights[self._themes.index(theme)]
        spoken = [
            (weights[at] * value, self._names[at])
            for at, value in zip(vector.indices, vector.data, strict=True)
            if at < len(self._names) and weights[at] > 0 and _ASKED not in self._names[at]
        ]
        return tuple(str(word) for _, word in sorted(spoken, reverse=True)[:_TELLING])

    def _like(self, theme: str, alike: Any) -> bytes:
        """The confirmed excerpt of the theme that is most like it; empty when none is."""
        near = [
            (value, -at)
            for at, value in zip(alike.indices, alike.data, strict=True)
            if theme in self._labels[at]
        ]
        return self._ids[-max(near)[1]] if near else b""


def _learnable(labels: Sequence[frozenset[str]]) -> list[str]:
    """The themes that were confirmed, and not confirmed, often enough."""
    counts = Counter(theme for each in labels for theme in each)
    return [
        theme
        for theme, count in sorted(counts.items())
        if min(count, len(labels) - count) >= _FEWEST_OF_THEME
    ]


_ASKED = "asked_"
_PLAINLY: dict[str, Any] = {"sublinear_tf": True, "lowercase": False}


def _plain(piece: Piece) -> str:
    words = [token.word for token in tokens(piece.text)]
    return " ".join([*words, *([_ASKED + theme_of(piece.theme).lower()] if piece.theme else ())])


def _themes(book: Codebook, confirmed: Confirmed) -> frozenset[str]:
    """The themes that its codes belong to today."""
    return frozenset(theme_of(book.now(code).code) for code in confirmed.codes)


def _vectorizers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an optional extra

    words = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), min_df=2, **_PLAINLY)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=3, max_features=20_000, **_PLAINLY)
    return words, parts


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an optional extra

    # the dual problem: there are fewer pieces than words, and it is twenty times as fast
    return LogisticRegression(
        C=10, class_weight="balanced", solver="liblinear", dual=True, max_iter=500, random_state=_SEED
    )


Run: TypeAlias = Callable[[Callable[[], None]], None]


def aside(work: Callable[[], None]) -> None:
    """Do this in a thread of its own, which does not keep the process from ending."""
    Thread(target=work, name="learning", daemon=True).start()


class _Learned(Struct):
    """What is learned from these excerpts (ids), once it is `ready`."""

    version: str
    excerpts: frozenset[bytes]
    ready: LearnedSuggester | None = None


class Cache:
    """The suggester that holds now. Learning takes seconds: until it is done the last one suggests, or the lexicon."""

    def __init__(self, run: Run = aside) -> None:
        self._run = run
        self._lock = Lock()
        self._lexicon: tuple[str, LexiconSuggester] | None = None
        self._last: _Learned | None = None
        self._next: _Learned | None = None

    def get(
        self,
        book: Codebook,
        there: AbstractSet[bytes],
        count: int,
        confirmed: Callable[[], Sequence[Confirmed]],
    ) -> Suggester:
        """The suggester for this codebook, where these excerpts are there (ids) and so many were confirmed.

        Returns at once. The confirmed ones are asked for only to learn from them. What was learned from an excerpt
        that is not there any more is forgotten: somebody took answers back, or they were destroyed.
        """
        with self._lock:
            self._keep(there)
            if self._is_due(book, count):
                self._begin(book, confirmed())
            last = self._last
            return last.ready if last and last.ready and last.version == book.version else self._plain(book)

    def forget(self) -> None:
        """Keep nothing of what was learned, nor of what is being learned now."""
        with self._lock:
            self._last = self._next = None

    def _keep(self, there: AbstractSet[bytes]) -> None:
        if self._next and self._next.ready:
            self._last, self._next = self._next, None
        if any(each and not each.excerpts <= there for each in (self._last, self._next)):
            self._last = self._next = None

    def _is_due(self, book: Codebook, count: int) -> bool:
        if self._next or count < FEWEST or not is_installed():
            return False
        last = self._last
        return last is None or last.version != book.version or count >= len(last.excerpts) + EVERY

    def _begin(self, book: Codebook, confirmed: Sequence[Confirmed]) -> None:
        learned = self._next = _Learned(book.version, frozenset(each.excerpt for each in confirmed))

        def learn() -> None:
            learned.ready = LearnedSuggester(book, confirmed)

        self._run(learn)

    def _plain(self, book: Codebook) -> LexiconSuggester:
        if self._lexicon is None or self._lexicon[0] != book.version:
            self._lexicon = book.version, LexiconSuggester(book)
        return self._lexicon[1]
