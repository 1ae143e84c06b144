"""Where to turn when someone is at risk: by nation and organisation, and when somebody last checked each number.

What is shipped is one file for each nation; an organisation adds its own (`CANDOUR_CONTACTS`). All of it is read when
Candour starts and then stays in memory: while people answer, whom to call never depends on a file or a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from reports.hours import Nation

FRESH_DAYS: Final = 180  # after so many days without a check, a number may be wrong
LARGEST_FILE: Final = 100_000  # bytes

_SHIPPED: Final = Path(__file__).parent
_PHONE = re.compile(r"\+?[0-9][0-9 ()]{1,24}")
_SOURCE = "en"

# The order in which they are shown: the most urgent first.
ORDER: Final = (
    "emergency", "council", "lead", "deputy", "nominated", "regulator", "whistleblowing",
    "protect", "samaritans", "nhs-111",
)  # fmt: skip

Words: TypeAlias = Mapping[str, str]  # by language


class Place(Struct, frozen=True):
    """Where to turn, as people read it in one language: who, what they do, and a number to call if there is one."""

    who: str
    what: str
    phone: str = ""
    web: str = ""


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to turn, in every language. `verified_on`: when somebody last saw that the number is right."""

    id: str
    who: dict[str, str]
    what: dict[str, str]
    phone: str = ""
    web: str = ""
    hours: dict[str, str] = {}
    verified_on: date | None = None

    def to(self, language: str, otherwise: Callable[[str], str] = str) -> Place:
        """The same as people read it; `otherwise` translates the English of what has no words in the language."""

        def say(words: Words) -> str:
            return words.get(language) or otherwise(_said(words))

        what = " ".join(filter(None, map(say, filter(None, (self.what, self.hours)))))
        return Place(say(self.who), what, self.phone, self.web)


Routes: TypeAlias = tuple[Contact, ...]


class Own(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the organisation, or near it: their name or role, in one language or several."""

    name: str | dict[str, str]
    phone: str = ""
    hours: str | dict[str, str] = ""
    verified_on: date | None = None


class Local(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds at one place."""

    nation: Nation | None = None
    council: Own | None = None
    lead: Own | None = None
    deputy: Own | None = None
    nominated: Own | None = None
    whistleblowing: Own | None = None

    @property
    def people(self) -> Iterator[tuple[str, Own]]:
        """Those who are named, by the id of their entry."""
        for name in ("council", "lead", "deputy", "nominated", "whistleblowing"):
            if (own := getattr(self, name)) is not None:
                yield name, own


class Organisation(Local, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation's own file. `verified_on` holds for its entries that have no day of their own.

    `checked` has the days on which shipped entries were checked, by id; `audits` what differs at some audits, by name.
    """

    verified_on: date
    checked: dict[str, date] = {}
    audits: dict[str, Local] = {}


class Contacts(Struct, frozen=True):
    """Everything there is, in memory: what holds everywhere, and where some audits differ."""

    everywhere: Routes
    audits: dict[str, Routes] = {}
    is_own: bool = False  # an organisation has given its own
    nation: Nation | None = None
    nations: dict[str, Nation | None] = {}  # of the audits that have something of their own

    def of(self, audit: str = "") -> Routes:
        """Where to turn at this audit, the most urgent first; without one, what holds everywhere."""
        return self.audits.get(audit, self.everywhere)

    def nation_of(self, audit: str) -> Nation | None:
        """Whose bank holidays are kept at this audit; None where nobody named the nation."""
        return self.nations.get(audit, self.nation)

    @property
    def all(self) -> Routes:
        """Every entry, once."""
        listed = [each for routes in (self.everywhere, *self.audits.values()) for each in routes]
        return tuple(each for place, each in enumerate(listed) if each not in listed[:place])

    def overdue(self, today: date) -> tuple[str, ...]:
        """A sentence for each entry whose day is too long ago, or still to come."""
        return tuple(
            _overdue(each, today) for each in self.all if each.verified_on and not is_fresh(each, today)
        )


def is_fresh(contact: Contact, today: date) -> bool:
    """Whether somebody checked it in the last 180 days. What has no number needs no check."""
    return contact.verified_on is None or 0 <= (today - contact.verified_on).days <= FRESH_DAYS


def read(path: Path) -> Contacts | tuple[str, ...]:
    """The contacts with those of an organisation's own file, or what is wrong with that, as sentences."""
    try:
        with path.open("rb") as file:
            given = msgspec.yaml.decode(file.read(LARGEST_FILE), type=Organisation)
    except OSError as error:
        return (f"The file {path} cannot be read: {error.strerror or 'it cannot be reached'}.",)
    except (msgspec.DecodeError, UnicodeError) as error:
        return (f"The file {path} cannot be used: {_where(error)} Put numbers to call in quotes.",)
    problems = tuple(f"The file {path} cannot be used: {problem}" for problem in _problems(given))
    return problems or _contacts(given)


def _where(error: Exception) -> str:
    """What is wrong, and where, without what stands there."""
    return f"{error}." if isinstance(error, msgspec.ValidationError) else "it is no YAML."


def _problems(given: Organisation) -> Iterator[str]:
    for local in (given, *given.audits.values()):
        for name, own in local.people:
            if not all(_all(own.name)):
                yield f"“{name}” has no name."
            if own.phone and not _PHONE.fullmatch(own.phone):
                yield f"the phone of “{name}” must be digits and blanks, in quotes."
    for name in given.checked:
        if name not in ORDER:
            yield f"“checked” names what there is not. It may name: {', '.join(ORDER)}."


def _all(words: str | Words) -> list[str]:
    return [words.strip()] if isinstance(words, str) else [each.strip() for each in words.values()] or [""]


def _contacts(given: Organisation) -> Contacts:
    everywhere = _routes(given, given)
    merged = {name: _merged(given, local) for name, local in given.audits.items()}
    audits = {name: _routes(local, given) for name, local in merged.items()}
    others = [
        routes for local, routes in zip(given.audits.values(), audits.values(), strict=True) if local.nation
    ]
    return Contacts(
        _with_regulators_of(everywhere, others),
        audits,
        is_own=True,
        nation=given.nation,
        nations={name: local.nation for name, local in merged.items()},
    )


def _merged(given: Organisation, local: Local) -> Local:
    """What holds at an audit: what it says itself, else what holds everywhere."""
    return Local(**{name: getattr(local, name) or getattr(given, name) for name in Local.__struct_fields__})


def _routes(local: Local, given: Organisation) -> Routes:
    shipped = of_nation(local.nation) if local.nation else _of_any_nation()
    dated = [_dated(each, given.checked) for each in shipped]
    own = {name: _own(name, each, given) for name, each in local.people}
    return _ordered([*(each for each in dated if each.id not in own), *own.values()])


def _dated(contact: Contact, checked: Mapping[str, date]) -> Contact:
    """A shipped entry with the day on which the organisation checked it."""
    on = checked.get(contact.id)
    return replace(contact, verified_on=on) if on and contact.verified_on else contact


def _own(name: str, own: Own, given: Organisation) -> Contact:
    on = own.verified_on or given.verified_on
    what = _ours()[name].what
    return Contact(
        id=name, who=_words(own.name), what=what, phone=own.phone, hours=_words(own.hours), verified_on=on
    )


def _words(given: str | dict[str, str]) -> dict[str, str]:
    return {_SOURCE: given} if isinstance(given, str) else given


def _with_regulators_of(routes: Routes, others: Iterable[Routes]) -> Routes:
    """The same, with the regulators of other nations: whoever reads it may be at any of them."""
    more = [each for other in others for each in other if each.id == "regulator"]
    return _ordered(
        [*routes, *(each for place, each in enumerate(more) if each not in (*routes, *more[:place]))]
    )


def _ordered(found: Iterable[Contact]) -> Routes:
    return tuple(sorted(found, key=lambda each: ORDER.index(each.id)))


@cache
def of_nation(nation: Nation) -> Routes:
    """What is shipped for a nation, with what is said where an organisation names nobody."""
    found = msgspec.yaml.decode((_SHIPPED / f"{nation}.yaml").read_bytes(), type=list[Contact])
    return _ordered([*found, *(each for each in _ours().values() if each.who)])


@cache
def _of_any_nation() -> Routes:
    """For whoever is in a nation that nobody has named."""
    first, *others = (of_nation(nation) for nation in Nation)
    return _with_regulators_of(first, others)


@cache
def _ours() -> dict[str, Contact]:
    found = msgspec.yaml.decode((_SHIPPED / "organisation.yaml").read_bytes(), type=list[Contact])
    return {each.id: each for each in found}


def _said(words: Words) -> str:
    return words.get(_SOURCE) or next(iter(words.values()), "")


def _overdue(contact: Contact, today: date) -> str:
    assert contact.verified_on is not None
    days = (today - contact.verified_on).days
    when = f"{days} days ago" if days >= 0 else "a day that is still to come"
    return (
        f"“{_said(contact.who)}” ({contact.id}) was last checked on {contact.verified_on.isoformat()}, {when}."
        " Whoever runs Candour checks that the number is right, and writes the day into the file of CANDOUR_CONTACTS:"
        " docs/running.md says how."
    )


SHIPPED: Final = Contacts(_of_any_nation())  # read when this module is: nothing can be missing later
