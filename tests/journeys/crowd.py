"""People who answer a form in Telegram, as patient as people are, while the server behind it comes and goes.

Each says what nobody else says, so that whatever is lost, doubled or put in the wrong place is seen in the pool. A
typed answer is sent once and never again: Telegram keeps it until it is taken. Who taps and sees nothing happen asks
with /start to be shown the question again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from dialogues.form import Attribution, Choice, Form, Kind, Language, Question, Repeat, Text
from tests.telegram.chats import Shown
from tests.telegram.people import Person
from tests.telegram.server import TelegramServer
from tests.telegram.world import Tap

QUIET = (
    4.0  # seconds without news after which somebody asks to see the question again; then half as long again
)
THINKING = 4.0  # seconds that somebody thinks before an answer, at most
HURRYING = 1.0  # the same, when the doors are closed
PATIENCE = 90.0  # seconds within which everybody gets a step further
_ARRIVES = 0.1  # seconds between two who come in
_LOOKS = 0.02  # seconds between two looks at the phone
_SIGNS = ("rota", "doors", "weight", "silence", "bruises")
_ROLES = ("care", "nurse", "night")
_SCALE = ("never", "seldom", "often", "always")


def the_form() -> Form:
    """Fourteen questions of all kinds; each label ends with its name in brackets, so that people know it again."""
    return Form(
        id="crash",
        title=_words("Work here"),
        version="1",
        languages=(Language("en", "English"),),
        attribution=Attribution.ANONYMOUS,
        choices={
            "yes_no": _choices("no", "yes"),
            "roles": _choices(*_ROLES),
            "signs": _choices(*_SIGNS),
            "scale": _choices(*_SCALE),
        },
        children=(
            _asks("consent", Kind.SELECT_ONE, choices="yes_no", required="true()", appearance="consent"),
            _asks("role", Kind.SELECT_ONE, choices="roles"),
            _asks("story", Kind.TEXT),
            _asks("months", Kind.INTEGER, required="true()"),
            _asks("signs", Kind.SELECT_MULTIPLE, choices="signs"),
            _asks("heard", Kind.SELECT_ONE, choices="scale"),
            _asks("hours", Kind.DECIMAL),
            _asks("day", Kind.DATE),
            _asks("why", Kind.TEXT, relevant="${months} mod 2 = 1"),
            _asks("mood", Kind.RANGE, parameters={"start": "1", "end": "5", "step": "1"}),
            Repeat(
                "times",
                "times",
                _words("Times"),
                children=(
                    _asks("what", Kind.TEXT, "times/"),
                    _asks("how_many", Kind.INTEGER, "times/"),
                ),
            ),
            _asks("helped", Kind.SELECT_ONE, choices="scale"),
            _asks("wanted", Kind.SELECT_MULTIPLE, choices="signs"),
            _asks("hope", Kind.TEXT),
        ),
    )


def _asks(  # the fields of a question
    name: str,
    kind: Kind,
    within: str = "",
    *,
    choices: str = "",
    required: str = "",
    appearance: str = "",
    relevant: str = "",
    parameters: dict[str, str] | None = None,
) -> Question:
    return Question(
        name,
        within + name,
        kind,
        _words(f"Please tell us ({name})"),
        choices=choices,
        required=required,
        appearance=appearance,
        relevant=relevant,
        parameters=parameters or {},
    )


def _words(english: str) -> Text:
    return Text({"en": english})


def _choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, _words(name.title()), float(score)) for score, name in enumerate(names))


def said_by(number: int) -> dict[str, Any]:
    """Everything that this person says, as it must be in the pool: in the order of the form, each value theirs."""
    chance = Random(number)
    odd = number % 2 == 1
    return {
        "consent": "yes",
        "role": chance.choice(_ROLES),
        "story": f"story of {number}",
        "months": number,
        "signs": [sign for sign in _SIGNS if chance.random() < 0.5] or ["rota"],
        "heard": chance.choice(_SCALE),
        "hours": number + 0.5,
        "day": (date(2020, 1, 1) + timedelta(days=number)).isoformat(),
        **({"why": f"reason of {number}"} if odd else {}),
        "mood": chance.randint(1, 5),
        "times": [
            {"what": f"time {nth} of {number}", "how_many": 100 * number + nth}
            for nth in range(1, chance.randint(1, 3) + 1)
        ],
        "helped": chance.choice(_SCALE),
        "wanted": [sign for sign in _SIGNS if chance.random() < 0.3] or ["doors"],
        "hope": f"hope of {number}",
    }


class Key(Struct, frozen=True):
    """A button: what stands on it, what it carries, and of that the question it is bound to and the move."""

    label: str
    data: str

    @property
    def bound(self) -> str:
        """The interview, the turn and the question."""
        return self.data.rpartition(".")[0]

    @property
    def move(self) -> str:
        """One letter, and what belongs to it."""
        return self.data.rpartition(".")[2]


class Somebody:
    """One person at their phone. `updates` are the ids of what they sent, each with the key it is known by.

    Everything they do is done under Telegram's lock, so that nobody sees an update whose key is not known.
    """

    def __init__(self, person: Person, telegram: TelegramServer, place: str, chance: Random) -> None:
        self.number = person.id
        self.has_handed_in = False
        self.updates: dict[int, str] = {}
        self.nudges = 0
        self.typed_instead = 0
        self._person = person
        self._telegram = telegram
        self._place = place
        self._chance = chance
        self._said = said_by(person.id)
        self._typed: set[str] = set()
        self._times = 0
        self._seen: object = None
        self._acts_at = self._acted_at = self._moved_at = time.monotonic()
        self._patience = QUIET
        self._to_do: Shown | None = None
        self._tapped_for = ""
        self._taps_made: list[int | None] = []
        self._taps_are_lost = False

    def begins(self) -> None:
        """Open the link."""
        self._writes(f"/start {self._place}")

    def looks(self, thinking: float = 0.0) -> None:
        """Look at the phone, and do what is to be done, after so many seconds at most."""
        now = time.monotonic()
        shown = self._waiting()
        seen = shown and (shown.message_id, shown.buttons)
        if seen != self._seen and shown is not None:
            self._seen = seen
            self._moved_at = now
            self._patience = QUIET
            self._acts_at = now + self._chance.uniform(0, thinking)
            self._to_do = shown
        if self._to_do is not None and now >= self._acts_at:
            to_do, self._to_do = self._to_do, None
            if self._acts(to_do):
                self._acted_at = now
        elif self._to_do is None and now - self._acted_at > self._patience:
            self._wonders(now)
        assert now - self._moved_at < PATIENCE, f"{self.number} waits in vain.\n{self.transcript()}"

    def _wonders(self, now: float) -> None:
        """Nothing has come for a while. Taps that were not taken in time are gone, as their buttons show."""
        self._acted_at = now
        self._patience *= 1.5
        self.nudges += 1
        dropped = self._telegram.dropped
        self._taps_are_lost = bool(self._taps_made) and all(update in dropped for update in self._taps_made)
        self._writes("/start")

    def _waiting(self) -> Shown | None:
        """The newest message that asks for something, or says that all is in."""
        for shown in reversed(self._person.chat):
            if shown.mine:
                continue
            if "Your answers are in." in shown.text:
                self.has_handed_in = True
                return None
            if any(key.move for key in _keys(shown)):
                return shown
            if shown.edited:  # answered, and nothing came since: nobody scrolls up to an older question
                return None
        return None

    def _acts(self, shown: Shown) -> bool:
        """Answer what is asked; whether there was anything to do."""
        keys = _keys(shown)
        moves = {key.move: key for key in keys}
        if "u" in moves:
            return self._taps(shown, moves["u"])
        if "y" in moves:
            more = self._times < len(self._said["times"])
            return self._taps(shown, moves["y" if more else "o"])
        name = shown.text.rpartition("(")[2].partition(")")[0]
        bound = keys[0].bound
        if bound in self._typed:  # it is on its way
            return False
        if any(move[0] in "mn" for move in moves if len(move) > 1):
            return self._marks(shown, name, keys)
        if any(move.startswith("a") for move in moves):
            return self._chooses(shown, name, moves, bound)
        return self._types(self._words_for(name), bound)

    def _marks(self, shown: Shown, name: str, keys: Iterable[Key]) -> bool:
        """Tap what is not yet as it should be, one after the other, then say that this is all."""
        wanted = {f"{each}" for each in self._said[name]}
        for key in keys:
            letter, choice = key.move[:1], key.move[1:]
            if letter in "mn" and choice and (letter == "m") == (choice in wanted):
                return self._taps(shown, key)
        return self._taps(shown, next(key for key in keys if key.move == "d"))

    def _chooses(self, shown: Shown, name: str, moves: dict[str, Key], bound: str) -> bool:
        """Tap, or type what stands on the button; who has tapped types only when it is certain that the tap is lost."""
        key = moves[f"a{self._said[name]}"]
        has_tapped = self._tapped_for == bound
        if self._taps_are_lost if has_tapped else self._chance.random() < 0.2:
            self.typed_instead += has_tapped
            return self._types(key.label, bound)
        return self._taps(shown, key)

    def _words_for(self, name: str) -> str:
        if name in ("what", "how_many"):
            nth = self._times + (name == "what")
            self._times = nth
            return str(self._said["times"][nth - 1][name])
        return str(self._said[name])

    def transcript(self) -> str:
        """Everything on their phone."""
        return self._person.transcript()

    # What they do

    def _types(self, text: str, bound: str) -> bool:
        self._typed.add(bound)
        self._writes(text)
        return True

    def _writes(self, text: str) -> None:
        update = self._telegram.world.updates.next_id
        self.updates[update] = f"u{update}"
        self._person.writes(text)

    def _taps(self, shown: Shown, key: Key) -> bool:
        if self._tapped_for != key.bound:
            self._tapped_for, self._taps_made, self._taps_are_lost = key.bound, [], False
        tap = self._knows(self._person.taps_on(shown.message_id, key.data))
        if self._chance.random() < 0.1:
            self._knows(self._person.taps_again(tap))
        return True

    def _knows(self, tap: Tap) -> Tap:
        self._taps_made.append(tap.update_id)
        if tap.update_id is not None:
            self.updates[tap.update_id] = f"q{tap.id}"
        return tap


def _keys(shown: Shown) -> list[Key]:
    return [Key(label, data) for row in shown.buttons for label, data in row]


class Crowd:
    """So many people at a time; whoever has handed in gives their seat to the next one."""

    def __init__(self, telegram: TelegramServer, place: str, *, seats: int, seed: int) -> None:
        self.everybody: dict[int, Somebody] = {}
        self._telegram = telegram
        self._place = place
        self._seats = seats
        self._chance = Random(seed)
        self._is_open = threading.Event()
        self._is_open.set()
        self._left = threading.Event()
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join(PATIENCE)

    def let_nobody_in(self) -> None:
        """Whoever is there goes on to the end; nobody takes their seat."""
        self._is_open.clear()

    def has_left(self, seconds: float) -> bool:
        """Whether all have handed in, within so long. Raises what went wrong, if anything did."""
        self._thread.join(seconds)
        self.is_well()
        return not self._thread.is_alive()

    def is_well(self) -> None:
        """Raise what went wrong, if anything did."""
        if self._trouble is not None:
            raise self._trouble

    def _run(self) -> None:
        try:
            self._go_on()
        except BaseException as trouble:  # noqa: BLE001 - raised in the test, by `is_well`
            self._trouble = trouble

    def _go_on(self) -> None:
        seated: list[Somebody] = []
        next_at = time.monotonic()
        while not self._left.is_set():
            if self._is_open.is_set() and len(seated) < self._seats and time.monotonic() >= next_at:
                seated.append(self._next())
                next_at = time.monotonic() + _ARRIVES
            for each in seated:
                with self._telegram.world.lock:
                    each.looks(THINKING if self._is_open.is_set() else HURRYING)
            seated = [each for each in seated if not each.has_handed_in]
            if not seated and not self._is_open.is_set():
                return
            time.sleep(_LOOKS)

    def _next(self) -> Somebody:
        number = len(self.everybody) + 1
        person = self._telegram.person(number)
        chance = Random(self._chance.random())
        self.everybody[number] = somebody = Somebody(person, self._telegram, self._place, chance)
        with self._telegram.world.lock:
            somebody.begins()
        return somebody
