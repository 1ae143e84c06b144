"""What can go out: values that say what to show, in no channel's terms.

Words of the form are already in the reader's language; words of Candour are named by the type of the
prompt and worded by `bot.wording`. Prompts have no repr of what was said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from dialogues.form import Kind
from dialogues.wordless import Wordless


class _Prompt(Wordless, frozen=True, kw_only=True, tag=str.lower, omit_defaults=True):
    """Something to show."""


class Option(Struct, frozen=True):
    """One choice as it is offered; `apart` is true for those outside the scale, such as "I don't know".

    `group`: the heading that it stands under in a long list; may be empty.
    """

    value: str
    label: str
    apart: bool = False
    group: str = ""


class Progress(Struct, frozen=True):
    """How far an interview is: questions done, of those that are relevant at present."""

    done: int
    relevant: int


class Say(_Prompt, frozen=True):
    """A note of the form; `signpost` marks the one that says where to turn in danger."""

    question: str
    text: str
    signpost: bool = False


class Ask(_Prompt, frozen=True):
    """The question that is waiting.

    `current` is the present answer when it was gone back to, or a suggested one, or what is marked, as a value.
    `guidance` and `probe` are for whoever asks it of somebody else: in anonymous forms there are none.
    `another` marks the question whether a repeat has another instance: its options are yes and no.
    """

    question: str
    kind: Kind
    label: str
    turn: int
    progress: Progress
    hint: str = ""
    guidance: str = ""
    probe: str = ""
    section: str = ""
    options: tuple[Option, ...] = ()
    bounds: tuple[float, float, float] | None = None  # of a range: from, to, step
    required: bool = False
    current: str | None = None
    editing: bool = False
    consent: bool = False
    another: bool = False
    can_go_back: bool = False


class Reason(StrEnum):
    """Why a reply was not taken."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    NOT_A_CHOICE = "not_a_choice"
    SEVERAL_FIT = "several_fit"
    ONE_ONLY = "one_only"
    NOT_WHOLE = "not_whole"
    NOT_A_NUMBER = "not_a_number"
    TOO_LARGE = "too_large"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    NEEDS_FILE = "needs_file"
    NOT_ALL_RANKED = "not_all_ranked"
    FILE_TOO_BIG = "file_too_big"
    FILE_NOT_TAKEN = "file_not_taken"


class AskAgain(_Prompt, frozen=True):
    """Why the reply was not taken; the question follows. `message` is the form's own sentence, if any."""

    question: str
    reason: Reason
    message: str = ""
    example: str = ""


class Item(Wordless, frozen=True):
    """One line of what was answered so far; `answer` is as people read it, empty when skipped.

    `kind` is that of the question: dates are worded by the channel, and of a file `answer` is only its name.
    """

    question: str
    label: str
    answer: str
    value: str = ""
    kind: Kind = Kind.TEXT


class Review(_Prompt, frozen=True):
    """All answers so far; `complete` when they can be handed in."""

    items: tuple[Item, ...]
    turn: int
    complete: bool = False


class ConfirmWording(_Prompt, frozen=True):
    """The text may identify its writer: keep, change or remove it. `found` are the pieces that may."""

    question: str
    turn: int
    found: tuple[str, ...]


class Stale(_Prompt, frozen=True):
    """The button belongs to an earlier question; nothing was changed."""


class NotNow(_Prompt, frozen=True):
    """The move is not possible here."""

    move: str


class Untaken(_Prompt, frozen=True):
    """Something came that cannot be taken here, such as a `sticker`; nothing was changed."""

    what: str


class ChooseLanguage(_Prompt, frozen=True):
    """Which language to go on in: the codes, each with its own name."""

    languages: tuple[Option, ...]


class Section(Wordless, frozen=True):
    """A section by the path of its group: its label, and how far it is."""

    path: str
    label: str
    progress: Progress


class Sections(_Prompt, frozen=True):
    """Which section to go to."""

    sections: tuple[Section, ...]


class Guide(_Prompt, frozen=True):
    """What can be done here, by the names of moves."""

    moves: tuple[str, ...]


class Signpost(_Prompt, frozen=True):
    """Where to turn when someone is at risk."""


class PastLead(_Prompt, frozen=True):
    """What is told, or was `handed_in`, goes past the safeguarding lead; `has_reader`: a deputy can read it."""

    has_reader: bool
    handed_in: bool = False


class ConfirmStop(_Prompt, frozen=True):
    """Stopping erases every answer: sure?"""


class Paused(_Prompt, frozen=True):
    """The interview rests; how to go on."""


class Submitted(_Prompt, frozen=True):
    """The answers were handed in. `receipt` lets their owner come back to them; it is shown until they go on."""

    receipt: str = ""


class Declined(_Prompt, frozen=True):
    """No consent: nothing was kept."""


class Withdrawn(_Prompt, frozen=True):
    """Stopped: every answer was erased."""


class Expired(_Prompt, frozen=True):
    """The time has run out, and the answers were erased."""


Prompt: TypeAlias = (
    Say
    | Ask
    | AskAgain
    | Review
    | ConfirmWording
    | Stale
    | NotNow
    | Untaken
    | ChooseLanguage
    | Sections
    | Guide
    | Signpost
    | PastLead
    | ConfirmStop
    | Paused
    | Submitted
    | Declined
    | Withdrawn
    | Expired
)
