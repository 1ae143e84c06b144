"""Excerpts that fit nothing, put together by what they share, so that a person sees where a code is missing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from dialogues.wordless import Wordless
from reports.learning import is_installed
from reports.phrases import tokens
from reports.suggesting import is_common

_MOST = 2_000  # that are compared each with each; further ones join the group that is nearest
_APART = 0.85  # cosine distance, up to which excerpts belong together
_NAMED = 4  # words
_STEM = 6  # letters by which words are alike
_SHORT = 4  # letters: shorter words say little
_FEW = 5  # excerpts may share any word
_COMMON = 0.3  # of all excerpts: a word in more of them holds no group together


class Loose(Wordless, frozen=True):
    """An excerpt that nothing fits. It has no repr."""

    id: bytes
    text: str


class Group(Struct, frozen=True):
    """Excerpts that belong together, by their ids, and the words that hold them together. It has no repr."""

    excerpts: tuple[bytes, ...]
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Group({len(self.excerpts)} excerpts)"


def grouped(loose: Sequence[Loose]) -> tuple[Group, ...]:
    """Groups of two or more, the largest first; what stands alone is in none.

    With `candour[learn]` by tf-idf and average linkage; without it by the rarest words that excerpts share.
    """
    stems = [_stems(each.text) for each in loose]
    found = _clustered(stems) if is_installed() else _sharing(stems)
    groups = [_group(loose, stems, members) for members in found if len(members) > 1]
    return tuple(
        sorted((each for each in groups if each.words), key=lambda each: (-len(each.excerpts), each.words))
    )


def _stems(text: str) -> dict[str, str]:
    """The beginnings of the words that may say something, with the word as it was written first."""
    found: dict[str, str] = {}
    for token in tokens(text):
        if len(token.word) >= _SHORT and not (token.word.isdigit() or is_common(token.word)):
            found.setdefault(token.word[:_STEM], token.word)
    return found


def _frequencies(stems: Sequence[dict[str, str]]) -> Counter[str]:
    return Counter(stem for each in stems for stem in each)


def _is_telling(count: int, of: int) -> bool:
    return 2 <= count <= max(_FEW, math.ceil(of * _COMMON))


def _group(loose: Sequence[Loose], stems: Sequence[dict[str, str]], members: Sequence[int]) -> Group:
    """With the words that are more frequent inside than elsewhere."""
    inside, everywhere = _frequencies([stems[at] for at in members]), _frequencies(stems)
    shared = [
        stem for stem, count in inside.items() if count > 1 and _is_telling(everywhere[stem], len(loose))
    ]
    shared.sort(key=lambda stem: (-inside[stem] * inside[stem] / everywhere[stem], stem))
    words = [next(stems[at][stem] for at in members if stem in stems[at]) for stem in shared[:_NAMED]]
    return Group(tuple(loose[at].id for at in members), tuple(words))


def _sharing(stems: Sequence[dict[str, str]]) -> list[list[int]]:
    """Again and again the excerpts that share the most telling word, until no word is shared any more."""
    left = set(range(len(stems)))
    found: list[list[int]] = []
    frequencies = _frequencies(stems)
    weights = {
        stem: math.log(len(stems) / count)
        for stem, count in frequencies.items()
        if _is_telling(count, len(stems))
    }
    while True:
        here = Counter(stem for at in left for stem in stems[at] if stem in weights)
        shared = [(count * weights[stem], stem) for stem, count in here.items() if count > 1]
        if not shared:
            return found
        _, chosen = max(shared)
        members = sorted(at for at in left if chosen in stems[at])
        found.append(members)
        left.difference_update(members)


def _clustered(stems: Sequence[dict[str, str]]) -> list[list[int]]:
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - an optional extra

    matrix, kept = _matrix(stems)
    if len(kept) < 2:
        return []
    first = matrix[:_MOST].toarray()
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=_APART, metric="cosine", linkage="average"
    )
    labels = model.fit_predict(first)
    groups: dict[int, list[int]] = {}
    for at, label in zip(kept, [*labels, *_nearest(matrix, labels)], strict=True):
        groups.setdefault(int(label), []).append(at)
    return list(groups.values())


def _matrix(stems: Sequence[dict[str, str]]) -> tuple[Any, list[int]]:
    """tf-idf of the telling words, and which excerpts have any: the others are like nothing."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an optional extra

    telling = {stem for stem, count in _frequencies(stems).items() if _is_telling(count, len(stems))}
    kept = [at for at, each in enumerate(stems) if telling & each.keys()]
    if not kept:
        return None, []
    documents = [sorted(telling & stems[at].keys()) for at in kept]
    return TfidfVectorizer(analyzer=list).fit_transform(documents), kept


def _nearest(matrix: Any, labels: Any) -> list[int]:
    """The groups that those beyond the first many are nearest to."""
    if matrix.shape[0] <= _MOST:
        return []
    alike = matrix[_MOST:] @ matrix[:_MOST].T
    return [int(labels[at]) for at in alike.toarray().argmax(axis=1)]
