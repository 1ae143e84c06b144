"""What channels and the turn loop hand each other, whatever the channel."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from bot.contacts import SHIPPED, Routes
from dialogues.form import Form
from dialogues.interview import Interview
from dialogues.moves import Move
from dialogues.prompts import Item, Prompt
from dialogues.wordless import Wordless
from storage.interviews import Visit
from storage.threads import Message

# The channel of people who have signed in: their address is their account, in hexadecimal.
ACCOUNT = "account"


class Address(Struct, frozen=True):
    """Where a person is reached: the channel's name, and what the channel knows them by. It has no repr."""

    channel: str
    id: str

    def __repr__(self) -> str:
        return f"Address({self.channel})"


# What a person does, as a channel knows it before anybody has looked up where they are.


class Words(Wordless, frozen=True):
    """What was typed: an answer, the words of a button, or a command such as `/back`."""

    text: str


class Tap(Wordless, frozen=True):
    """A tapped button, as its token (`bot.buttons`)."""

    token: str


class Attached(Wordless, frozen=True):
    """A photo or a file: its content with nothing in it but what is seen or heard, and its extension (`jpg`).

    `problem` says why it cannot be taken; then there is no content.
    """

    content: bytes = b""
    extension: str = ""
    problem: str = ""


class Odd(Wordless, frozen=True):
    """Something that no question takes, by its kind (`sticker`)."""

    kind: str


class Enter(Wordless, frozen=True):
    """They come by a link: `code` is a slip, or the name of an audit that is open to all.

    Where the channel says where they are (a page), it can only be a slip; then nothing begins yet.
    """

    code: str


class Go(Wordless, frozen=True):
    """They turn to another form of the same audit, by its name or by what it records (`concern`)."""

    form: str


class Returned(Wordless, frozen=True):
    """They have come back with a receipt, which was looked at before: what it leads to."""

    visit: Visit


class About(Wordless, frozen=True):
    """They want to read what is kept about them."""


class SignIn(Wordless, frozen=True):
    """They want to sign in on the web pages, if they have a role."""


class Decision(Wordless, frozen=True):
    """A lead decides what cannot be taken back (`close`, `settle`), with the six digits of their app.

    `audit` is '' where they name none; `names` are those of findings and actions (`F1`, `A2`), none for all.
    """

    what: str
    audit: str
    code: str
    names: frozenset[str] = frozenset()


class Wish(Wordless, frozen=True):
    """What an auditor or lead wants to do beside the questions (`interviews`, `observe`, `give`), and with what.

    `start`: from which button on they want to see what it leads to, when they look through many.
    """

    what: str
    about: tuple[str, ...] = ()
    start: int | None = None


Said: TypeAlias = Move | Words | Tap | Attached | Odd | Enter | Go | Returned | About | SignIn | Wish


class Incoming(Struct, frozen=True):
    """One message: who, in which audit, which form, the channel's own id of it, and what it says.

    A channel that does not tell where people are (a chat) leaves `audit` and `form` empty: then it is
    remembered. `update` is unique per address; the same one again changes nothing. Empty: never repeated. `case` is
    set by a channel that shows one case of an auditor: `form` is then its form, and the address their account.
    """

    address: Address
    audit: str
    form: str
    update: str
    said: Said
    case: bytes = b""


class Reply(Struct, frozen=True):
    """What follows from a message: prompts to show, and the interview they were rendered from.

    `tries` counts the consecutive replies to the present question that could not be taken. `move` is what
    the message was taken for; None when it was seen before, or only looked. `settled` is the question that
    a tap has answered, so that its message can say so. `then` is what the person comes back to, when something
    that they had put aside goes on. `routes`: where to turn in this audit.
    """

    form: Form
    interview: Interview
    prompts: tuple[Prompt, ...]
    tries: int = 0
    move: Move | None = None
    settled: Item | None = None
    then: Reply | None = None
    routes: Routes = SHIPPED.everywhere

    def __repr__(self) -> str:
        return f"Reply({self.interview!r})"


class Doors(Struct, frozen=True):
    """The audit that they came to by this code offers several forms: which one?"""

    code: str
    forms: tuple[Form, ...]


class Appointed(Struct, frozen=True):
    """Whoever came by this link has a part in the audit (`role`), and is told here what concerns it.

    `roles` are all that they have now, in whatever audit.
    """

    audit: str
    role: str
    roles: frozenset[str] = frozenset()


class Welcomed(Struct, frozen=True):
    """Whoever came back with their receipt: what they and the lead wrote, and what they can do in this audit.

    `forms` are the names of forms, `interview` the one from which they go there. It has no repr.
    """

    audit: str
    title: str
    messages: tuple[Message, ...]
    forms: tuple[Form, ...]
    interview: Interview

    def __repr__(self) -> str:
        return f"Welcomed({self.audit!r})"


class AtRisk(Struct, frozen=True):
    """Where to turn, for somebody whom we know nothing of. `can_tell`: they can write to the lead all the same."""

    routes: Routes
    can_tell: bool
    language: str


class Promises(Struct, frozen=True):
    """What is kept about whoever answers, and what is not, in their language; `days`: how long a draft is kept.

    `years`: for how many after the close somebody can read that someone is at risk.
    """

    language: str
    days: int
    years: int


class Admitted(Wordless, frozen=True):
    """Somebody with a role may sign in with this code, once, within so many minutes. It has no repr."""

    code: str
    minutes: int


class Invited(Wordless, frozen=True):
    """A lead may hand this code to somebody, who has this role in the audit of this title with it.

    It works once, for so many seconds. It has no repr.
    """

    code: str
    role: str
    title: str
    lasts: int


class Desk(Wordless, frozen=True):
    """What an auditor or lead reads beside the questions, and where they can go: words and tokens of buttons.

    `pictures` (SVG, or ''), if any, are one for each paragraph, which says what its picture shows. `wish` is what led
    here, so that a channel can show many buttons page by page. It has no repr: whom they speak with is not for others.
    """

    text: tuple[str, ...]
    ways: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    wish: Wish | None = None


class Letter(Wordless, frozen=True):
    """A message that starts with us: plain text; words and tokens of buttons; a picture (PNG), or none.

    It has no repr: what is planned is not for others.
    """

    text: str
    ways: tuple[tuple[str, str], ...] = ()
    picture: bytes = b""


class Sheet(Wordless, frozen=True):
    """An excerpt that an auditor ties to themes in a chat: what is said first, the excerpt in its answer, then why.

    `rows` of buttons: words and tokens. `stale`: the button belonged to an earlier excerpt. No words in its repr.
    """

    said: tuple[str, ...]
    excerpt: str = ""
    before: str = ""
    after: str = ""
    reasons: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    stale: bool = False

    @property
    def text(self) -> tuple[str, ...]:
        """All of it, in paragraphs."""
        said = " ".join(filter(None, (self.before, self.excerpt, self.after)))
        return (*self.said, *filter(None, (said,)), *self.reasons)


Outcome: TypeAlias = (
    Reply | Doors | Appointed | Welcomed | AtRisk | Promises | Admitted | Invited | Desk | Sheet
)
