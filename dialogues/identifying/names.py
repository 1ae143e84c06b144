"""Names of people: by their title, by what stands around them, by their capitals, and by a list of given names.

It looks for what staff write, not for every name there is: a name in small letters that is on no list, with no title
before it, is not found. Where every word has a capital, capitals say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from dialogues.identifying import known
from dialogues.identifying.pieces import Kind, Piece, cut

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SELF_EVIDENT = re.compile(r"(?:[OD]['’]|Mc|Mac)[A-Z][a-z]{2,}$")  # O'Brien, D'Souza, McCarthy
_FAMILY_ENDING = re.compile(r"\w{3}(?:ska|ski|cka|cki|wicz|czyk|escu|enko|ovic|opoulos)$")
# How words for things, doings and qualities end, and few names.
_THING_ENDING = re.compile(r"(?:ing|tion|sion|ment|ness|ship|ity|ance|ence|ers|ed|ly|ists?|able|ful)$")
_OWNER = ("'s", "’s")
_NAME_IS = re.compile(
    r"(?:\bname(?:['’]s| is| was)|\bo['’]r enw|\benw i (?:yw|ydy)|\benw yw)\s+$", re.IGNORECASE
)
_PHRASES = re.compile(rf"\b(?:{known.PHRASES})\b", re.IGNORECASE)
_LOUD = 0.6  # of the words: then capitals say nothing
_FEW = 3  # words: too few to tell
_AND_TITLE = (frozenset({"and", "a"}), known.TITLES)
_LONGEST = 4  # words of one name
_ENDS = frozenset('.!?:;\n\r•*…|"“”()[]')  # after one of these a capital may only begin a sentence


class _Word(Struct, frozen=True):
    """One word of a text. `folded` is in small letters, without accents and without 's."""

    text: str
    folded: str
    start: int
    gap: str  # what stands between the word before and this one
    capital: bool  # one that means something
    first: bool  # of a sentence

    @property
    def end(self) -> int:
        """Where the word ends, without its 's."""
        return self.start + len(self.text) - (2 if self.text.casefold().endswith(_OWNER) else 0)

    @property
    def is_name_like(self) -> bool:
        """Whether it has a capital and is not an ordinary word."""
        return self.capital and len(self.folded) > 1 and (self.is_known or not _is_ordinary(self.folded))

    @property
    def is_given(self) -> bool:
        """Whether it is a given name and nothing else."""
        return _is_in(self.folded, known.GIVEN)

    @property
    def is_known(self) -> bool:
        """Whether it is on a list of names that are nothing else."""
        return self.is_given or self.is_family

    @property
    def is_family(self) -> bool:
        """Whether it is a family name and nothing else."""
        return _is_in(self.folded, known.FAMILY) or bool(_FAMILY_ENDING.search(self.folded))

    @property
    def is_initial(self) -> bool:
        """Whether it is one capital letter, as in "J. Whitfield"."""
        return len(self.text) == 1 and self.text.isupper() and self.text != "I"


def find_names(text: str) -> Iterator[Piece]:
    """Every name of a person that can be told, with its title and family name."""
    words = _words(text)
    others = [match.span() for match in _PHRASES.finditer(text)]
    place = 0
    while place < len(words):
        last = _name_at(words, place, text)
        if last is None or any(start <= words[place].start < end for start, end in others):
            place += 1
            continue
        yield cut(Kind.NAME, text, words[place].start, words[last].end)
        place = last + 1


def _words(text: str) -> list[_Word]:
    found = list(_WORD.finditer(text))
    means = _capitals_mean_something([match[0] for match in found])
    words: list[_Word] = []
    before = 0
    for match in found:
        written, start = match[0], match.start()
        gap = text[before:start]
        first = not words or not _ENDS.isdisjoint(gap)
        words.append(_Word(written, _fold(written), start, gap, means and written[0].isupper(), first))
        before = match.end()
    return words


def _capitals_mean_something(words: list[str]) -> bool:
    """Not in a text that shouts, or That Gives Every Word A Capital."""
    long = [word for word in words if len(word) > 1]
    if sum(word.isupper() for word in long) > _LOUD * len(long) and len(long) > 1:
        return False
    return len(long) <= _FEW or sum(word[0].isupper() for word in long) <= _LOUD * len(long)


def _fold(word: str) -> str:
    folded = word.lower()
    if not folded.isascii():
        folded = folded.replace("’", "'")
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
        folded = folded.replace("ł", "l").replace("ø", "o")
    return folded.removesuffix("'s")


def _is_in(folded: str, names: frozenset[str]) -> bool:
    """Whether the word, or the first part of a double one like Mary-Jane, is among these."""
    return folded in names or ("-" in folded and folded.partition("-")[0] in names)


def _is_ordinary(folded: str) -> bool:
    if folded in known.DOUBTFUL:
        return False
    return (
        folded in known.ORDINARY
        or folded in known.PLACES
        or bool(_THING_ENDING.search(folded))
        or ("-" in folded and folded.partition("-")[0] in known.ORDINARY)
        or (
            "'" in folded and len(folded.partition("'")[0]) > 1 and folded.partition("'")[0] in known.ORDINARY
        )
    )


def _name_at(words: list[_Word], place: int, text: str) -> int | None:
    """The last word of the name that begins with this one, or None."""
    word = words[place]
    last = _titled(words, place)
    if last is not None:
        return last
    if not (word.capital or word.is_given) or _is_place(words, place):
        return None
    if word.is_given or _is_told_before(words, place, text) or _is_told_by_itself(words, place):
        return _extended(words, place)
    return _in_capitals(words, place)


def _titled(words: list[_Word], place: int) -> int | None:
    """The end of "Mrs Jones", "mr and mrs patel" or "Nurse Joy"."""
    title = _last_title(words, place)
    if title is None:
        return None
    sure = words[title].folded in known.TITLES
    named = _next(words, title, ". ")
    if named is None or len(named.folded) == 1:
        return _titled_initial(words, title)
    is_plain = named.is_known or not _is_ordinary(named.folded)
    if not is_plain or not (sure or named.capital or named.is_known):
        return None
    return _extended(words, title + 1)


def _last_title(words: list[_Word], place: int) -> int | None:
    """Where the title stands that begins here; of "Mr and Mrs" the second."""
    if words[place].folded not in known.TITLES:
        return place if words[place].folded in known.LOOSE_TITLES else None
    two = words[place + 1 : place + 3]
    is_double = len(two) == len(_AND_TITLE) and all(
        word.folded in wanted for word, wanted in zip(two, _AND_TITLE, strict=True)
    )
    return place + len(two) if is_double else place


def _titled_initial(words: list[_Word], place: int) -> int | None:
    """The end of "Mr J. Smith"; "Mrs B." alone is a name that was left out already."""
    named = _next(words, place, ". ")
    family = _next(words, place + 1, ". ")
    if named is None or family is None or not named.is_initial or not family.is_name_like:
        return None
    return _extended(words, place + 2)


def _next(words: list[_Word], place: int, between: str = " ") -> _Word | None:
    """The word after this one if only these characters stand between them."""
    if place + 1 >= len(words):
        return None
    following = words[place + 1]
    return following if 0 < len(following.gap) <= 2 and not following.gap.strip(between) else None


def _is_place(words: list[_Word], place: int) -> bool:
    """Whether the name belongs to a house, a road or a saint: "Victoria Ward", "St Mary's"."""
    following = _next(words, place)
    if (
        following is not None
        and following.folded in known.PLACES
        and following.capital >= words[place].capital
    ):
        return True
    return place > 0 and words[place - 1].folded in known.SAINTS and words[place].gap.strip(". ") == ""


def _is_told_before(words: list[_Word], place: int, text: str) -> bool:
    """Whether "called", "my name is" or "my manager" stands before a capital."""
    word = words[place]
    if place == 0 or not word.is_name_like or word.first:
        return False
    if word.gap.strip(" ,"):
        return False
    before = words[place - 1].folded
    return (
        before in known.CALLED
        or before in known.ROLES
        or bool(_NAME_IS.search(text, max(0, word.start - 16), word.start))
    )


def _is_told_by_itself(words: list[_Word], place: int) -> bool:
    """Whether it is O'Brien, a capital Grace inside a sentence, or Grace at its beginning and she does something."""
    word = words[place]
    if not word.capital:
        return False
    if _SELF_EVIDENT.match(word.text.removesuffix("'s").removesuffix("’s").replace("’", "'")):
        return True
    if not (_is_in(word.folded, known.DOUBTFUL) or word.is_family):
        return False
    if not word.first:
        return not word.text.isupper()
    following = _next(words, place)
    return following is not None and following.folded in known.DOING_SURELY


def _in_capitals(words: list[_Word], place: int) -> int | None:
    """The end of two or more capitalised words that are not ordinary, or of an initial and one."""
    word, family = words[place], _next(words, place, ". ")
    if family is None or not family.is_name_like or family.text.isupper():
        return None
    if word.is_initial:
        return _extended(words, place + 1) if "." in family.gap else None
    if not word.is_name_like or word.text.isupper() or "." in family.gap or _is_place(words, place + 1):
        return None
    last = _extended(words, place)
    if word.first and not family.is_known:
        following = _next(words, last)
        return last if following is not None and following.folded in known.DOING_SURELY else None
    return last


def _extended(words: list[_Word], place: int) -> int:
    """The end of a name with the family names after it."""
    last = place
    while last - place < _LONGEST:
        following = _next(words, last)
        if following is None or not (following.is_name_like or following.folded in known.FAMILY):
            break
        last += 1
    return last
