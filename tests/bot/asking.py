"""Auditors who ask on the web, for tests: their forms, their browsers, and a case with a photo in it."""

from __future__ import annotations

from bot.messages import ACCOUNT, Address, Attached, Incoming, Said
from bot.services import appointing, attaching, auditing, interviewing
from dialogues.moves import Answer, Begin, Skip
from storage.casework import Audit
from storage.files import digest_in
from storage.slips import AUDITOR
from tests.bot import instruments, sent
from tests.bot.instruments import INTERVIEW
from tests.bot.website import AUDIT, NOW, Site

PHOTO = sent.jpeg()


def offer(here: Site, audit: str = AUDIT) -> None:
    """Have an audit offer the small forms instead of those that come with it."""
    own = [instruments.interview(), instruments.observation(), instruments.opening()]
    auditing.offer_forms(here.storage, audit, own, here.clock)


def account_of(here: Site, audit: str, person: str) -> bytes:
    """The account of somebody with a role."""
    with here.storage.reading() as work:
        return next(each.account for each in work.people.all_of(audit) if each.id.hex().startswith(person))


def another_audit(here: Site) -> str:
    """The name of an audit that somebody else leads."""
    elm = Audit(id="elm", name="Elm", service="Elm", incident="", staff_count=9, opened_on=NOW.date())
    auditing.open_audit(here.storage, elm, [])
    return elm.id


def prepared() -> bytes:
    """The photo as it is kept."""
    return attaching.prepare(PHOTO).content


async def with_a_photo(here: Site, audit: str = AUDIT) -> tuple[str, str]:
    """A case of an auditor who has never signed in, and the photo in it, in hexadecimal."""
    offer(here, audit)
    person, _ = appointing.appoint(here.storage, audit, AUDITOR, "Cat Example", clock=here.clock)
    account = account_of(here, audit, person)
    case = interviewing.begin(here.storage, audit, INTERVIEW, account, here.clock)
    address = Address(ACCOUNT, account.hex())
    said: list[Said] = [Begin(), Answer("A cook"), Skip(), Answer("Nobody asked."), Attached(PHOTO, "jpg")]
    for number, each in enumerate(said):
        await here.turns.play(Incoming(address, audit, INTERVIEW, str(number), each, case.id))
    chapters = interviewing.transcript(here.storage, audit, case.id).chapters
    values = (item.value for chapter in chapters for item in chapter.items)
    digest = next(found for value in values if (found := digest_in(value)))
    return case.id.hex(), digest.hex()
