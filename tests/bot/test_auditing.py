from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import founding
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.moves import Answer, Begin, Submit
from reports.disclosure import Band
from reports.ledger import Subset
from storage import passphrases
from storage.casework import CONCERN, Status
from storage.errors import (
    AlreadyPublishedError,
    AuditExistsError,
    AuditOpenError,
    PassphraseChosenError,
    PassphraseMissingError,
    PassphraseWeakError,
    PassphraseWrongError,
    UndecipherableError,
    UnknownAuditError,
    UnknownFormError,
    UnsafeThresholdError,
)
from storage.slips import LEAD, RESPONDENT
from storage.unit_of_work import Storage
from tests.bot.stories import (
    AUDIT,
    CULTURE,
    PASSPHRASE,
    an_audit,
    clock,
    close,
    culture,
    opened,
    plays,
    whole,
)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opening = opened(tmp_path)
    yield opening
    opening.close()


def hear(storage: Storage, people: int, after: int = 0) -> None:
    """So many people hand in, `after` so many others did."""

    async def everyone() -> None:
        async with TurnLoop(storage, clock()) as turns:
            await asyncio.gather(
                *(
                    plays(turns, f"p{person}", whole(story="CANARY-7f3a"))
                    for person in range(after, after + people)
                )
            )

    asyncio.run(everyone())


def _destroy(storage: Storage, table: str) -> None:
    with storage.database.writing() as connection:
        connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name of ours


def test_an_audit_opens_with_its_forms(storage: Storage) -> None:
    assert auditing.audits(storage) == (an_audit(),)
    assert auditing.audit(storage, AUDIT).status is Status.OPEN
    offered = {CULTURE, CONCERN, *founding.FOR_RECEIPTS, "partner-view"}
    assert {form.id for form in auditing.forms(storage, AUDIT)} == offered


def test_an_audit_cannot_be_opened_twice_nor_half(storage: Storage) -> None:
    with pytest.raises(AuditExistsError):
        auditing.open_audit(storage, an_audit(), [culture()])


@pytest.mark.parametrize("k", [0, 4, 21])
def test_a_k_that_does_not_protect_is_refused(storage: Storage, k: int) -> None:
    with pytest.raises(UnsafeThresholdError, match="from 5 to 20"):
        auditing.open_audit(storage, an_audit("elm-house", k), [culture()])
    assert auditing.audits(storage) == (an_audit(),)


@pytest.mark.parametrize(
    ("people", "band"), [(0, Band(0, 7)), (7, Band(0, 7)), (8, Band(8, None)), (9, Band(8, None))]
)
def test_progress_says_fewer_than_k_or_k_and_more_and_nothing_finer(
    storage: Storage, people: int, band: Band
) -> None:
    hear(storage, people)
    assert auditing.progress(storage, AUDIT, clock()) == band
    close(storage)
    assert auditing.progress(storage, AUDIT, clock()) == band


def test_nobody_sees_when_the_eighth_person_handed_in(storage: Storage) -> None:
    """Whoever asks all day long sees the count of the morning until the next day."""
    time = clock()
    hear(storage, 7)
    assert auditing.progress(storage, AUDIT, time) == Band(0, 7)
    hear(storage, 1, after=7)
    time.move(timedelta(hours=13))
    assert auditing.progress(storage, AUDIT, time) == Band(0, 7)
    time.move(timedelta(hours=1))
    assert auditing.progress(storage, AUDIT, time) == Band(8, None)


def test_the_count_at_the_close_is_the_last(storage: Storage) -> None:
    """Also when all answers are destroyed: else their number would seem to be small."""
    time = clock()
    assert auditing.progress(storage, AUDIT, time) == Band(0, 7)
    hear(storage, 9)
    close(storage, when=time)
    assert auditing.progress(storage, AUDIT, time) == Band(8, None)
    _destroy(storage, "answers")
    time.move(timedelta(days=91))
    assert auditing.progress(storage, AUDIT, time) == Band(8, None)


def test_nothing_is_published_before_the_audit_is_closed(storage: Storage) -> None:
    hear(storage, 9)
    with pytest.raises(AuditOpenError, match="still open"):
        auditing.report(storage, AUDIT, CULTURE)


def test_closing_makes_answers_nobodys_and_freezes_the_report(storage: Storage, tmp_path: Path) -> None:
    hear(storage, 12)
    (report,) = close(storage)
    audit = auditing.audit(storage, AUDIT)
    assert (audit.status, audit.closed_on) == (Status.CLOSED, date(2026, 5, 4))
    assert report.heard.enough
    assert report.form == CULTURE
    with storage.reading() as work:
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (0, 12)
    assert auditing.report(storage, AUDIT, CULTURE) == report
    assert close(storage) == (report,)
    assert all(b"CANARY" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_release_enters_whom_it_is_about_into_the_ledger(storage: Storage) -> None:
    hear(storage, 12)
    close(storage)
    with storage.reading() as work:
        assert work.casework.published(AUDIT, CULTURE) == (Subset(""),)
        assert work.casework.published(AUDIT, CONCERN) == ()


def test_a_release_is_not_made_a_second_time_even_if_it_was_lost(storage: Storage) -> None:
    """One answer fewer than then: whoever has both versions knows what that person said."""
    hear(storage, 12)
    close(storage)
    _destroy(storage, "releases")
    for trouble in ("SELECT 1", "DELETE FROM answers"):
        with storage.database.writing() as connection:
            connection.execute(text(trouble))
        with pytest.raises(AlreadyPublishedError, match="It is published once only"):
            auditing.close_audit(storage, AUDIT, clock())
        with pytest.raises(AuditOpenError):
            auditing.report(storage, AUDIT, CULTURE)


def test_of_two_who_close_at_once_both_get_the_one_release(storage: Storage, tmp_path: Path) -> None:
    hear(storage, 12)
    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
    other = opened(tmp_path)
    with ThreadPoolExecutor(2) as both:
        one, two = both.map(lambda each: auditing.close_audit(each, AUDIT, clock()), (storage, other))
    other.close()
    assert one == two
    assert one[0].heard.enough


def test_fewer_than_k_make_a_report_that_says_only_that(storage: Storage) -> None:
    hear(storage, 7)
    (report,) = close(storage)
    assert not report.heard.enough
    assert report.themes == ()


def test_closing_that_was_cut_off_goes_on_where_it_was(storage: Storage) -> None:
    hear(storage, 9)
    with storage.writing() as work:  # the first of its three steps
        work.casework.close(AUDIT, date(2026, 5, 4))
        work.casework.set_release_key(AUDIT, passphrases.choose(PASSPHRASE))
        work.flush(AUDIT)
    (report,) = close(storage)
    assert report.heard.enough


def test_closing_that_fails_leaves_the_audit_open_and_every_response_where_it_was(storage: Storage) -> None:
    hear(storage, 9)
    with storage.database.writing() as connection:
        connection.execute(text("UPDATE pool SET sealed = x'00' WHERE id = (SELECT min(id) FROM pool)"))
    with pytest.raises(UndecipherableError):
        close(storage)
    assert auditing.audit(storage, AUDIT).status is Status.OPEN
    with storage.reading() as work:
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (9, 0)


def test_an_audit_is_closed_while_people_are_answering(storage: Storage) -> None:
    """Whoever was told that it was handed in is counted; nobody else is."""

    async def story() -> int:
        async with TurnLoop(storage, clock(), group=16) as turns:
            people = [plays(turns, f"p{person}", whole()) for person in range(200)]
            closing = asyncio.to_thread(close, storage)
            outcomes = await asyncio.gather(*people[:100], closing, *people[100:], return_exceptions=True)
        return sum(isinstance(outcome, BaseException) for outcome in outcomes)

    asyncio.run(story())
    with storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 0
    assert auditing.report(storage, AUDIT, CULTURE).form == CULTURE


def test_concerns_are_for_the_lead_and_are_marked_when_read(storage: Storage) -> None:
    async def story() -> None:
        async with TurnLoop(storage, clock()) as turns:
            await plays(turns, "ann", [Begin(), Answer("Room 4 is not safe."), Submit()], CONCERN)

    asyncio.run(story())
    (concern,) = auditing.concerns(storage, AUDIT)
    assert (concern.response, concern.read) == ({"what": "Room 4 is not safe."}, False)
    auditing.mark_read(storage, concern.id)
    assert auditing.concerns(storage, AUDIT)[0].read


def test_no_audit_is_closed_before_its_lead_has_chosen_a_passphrase(storage: Storage) -> None:
    hear(storage, 9)
    with pytest.raises(PassphraseMissingError, match="candour audits passphrase rowan-house"):
        auditing.close_audit(storage, AUDIT, clock())
    assert auditing.audit(storage, AUDIT).status is Status.OPEN
    with storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 9


def test_the_passphrase_is_chosen_once(storage: Storage) -> None:
    assert not auditing.has_passphrase(storage, AUDIT)
    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
    assert auditing.has_passphrase(storage, AUDIT)
    with pytest.raises(PassphraseChosenError):
        auditing.choose_passphrase(storage, AUDIT, "another kettle willow harbour", clock())


@pytest.mark.parametrize("weak", ["", "short one", "aaaaaaaaaaaaaaaaaaaa", "a" * 2000])
def test_a_passphrase_that_could_be_guessed_is_refused(storage: Storage, weak: str) -> None:
    with pytest.raises(PassphraseWeakError, match="four words or more"):
        auditing.choose_passphrase(storage, AUDIT, weak, clock())


def test_the_slips_that_are_left_are_gone_once_the_audit_is_closed(storage: Storage) -> None:
    inviting.slips(storage, AUDIT, 5, RESPONDENT, clock())
    inviting.slips(storage, AUDIT, 1, LEAD, clock())
    close(storage)
    with storage.reading() as work:
        assert (work.slips.left(AUDIT, RESPONDENT), work.slips.left(AUDIT, LEAD)) == (0, 1)


def test_only_the_passphrase_opens_what_people_wrote(storage: Storage) -> None:
    hear(storage, 9)
    with pytest.raises(AuditOpenError):
        auditing.words(storage, AUDIT, PASSPHRASE)
    close(storage)
    with pytest.raises(PassphraseWrongError):
        auditing.words(storage, AUDIT, PASSPHRASE + "?")
    typed = f"  {PASSPHRASE.replace(' ', chr(0xA0))} "  # from a keyboard that has other blanks
    assert auditing.words(storage, AUDIT, typed)["story"] == ("CANARY-7f3a",) * 9


def test_unknown_audits_and_forms_are_said_to_be_unknown(storage: Storage) -> None:
    for ask in (auditing.audit, auditing.forms, auditing.progress, auditing.concerns):
        with pytest.raises(UnknownAuditError):
            ask(storage, "elm-house")
    with pytest.raises(UnknownAuditError):
        close(storage, "elm-house")
    for form in ("gossip", CONCERN):
        with pytest.raises(UnknownFormError):
            auditing.report(storage, AUDIT, form)
