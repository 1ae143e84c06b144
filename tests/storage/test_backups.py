"""Backups on both databases: what is in them, what is found when they are not whole, what comes back, what does not."""

from __future__ import annotations

import os
import random
import secrets
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dialogues.form import Form
from dialogues.responses import Response
from reports.coding import Decision
from reports.quotes import Redaction
from storage import backups, copies, envelope, migrations, passphrases
from storage.answers import Submission
from storage.backups import Contents, back_up, look_through
from storage.casework import Audit, Status
from storage.coding import Coding, Excerpt, Origin
from storage.database import Database
from storage.errors import BackupError, KeyMissingError
from storage.journal import (
    OPERATOR,
    AuditOpened,
    BackedUp,
    Flaw,
    ReportPublished,
    Restored,
    SlipsIssued,
    read_checkpoint,
)
from storage.keys import create
from storage.receipts import answer_tag
from storage.restoring import Outcome, Place, put_back
from storage.slips import RESPONDENT
from storage.tables import metadata
from storage.unit_of_work import DATABASE, Storage
from tests.postgres import Server
from tests.storage.phrases import PASSPHRASE, RELEASE

HERE = Path(__file__).parent
CANDOUR = Path(sys.executable).with_name("candour")
DAY, LATER = date(2026, 5, 20), date(2026, 5, 25)
AUDIT = "rowan-house"
CANARY = "CANARY-5c1f"


class House:
    """An audit, its database and key, and another place that a backup is put into."""

    def __init__(self, folder: Path, storage: Storage, url: str, fresh: Callable[[], str]) -> None:
        self.storage = storage
        self.url = url
        self.folder = folder
        self.key = folder / "key" / "candour.key"
        self.file = folder / "backups" / "candour.backup"
        self.file.parent.mkdir()
        self._fresh = fresh
        self._opened: list[Storage] = []

    def back_up(self, day: date = DAY, *, while_open: bool = True, replace: bool = False) -> Path:
        back_up(self.storage, self.file, day, while_open=while_open, replace=replace)
        return self.file

    def elsewhere(self) -> Place:
        """An empty place with the same key file."""
        return Place(self.folder / "other", self.key, self._fresh())

    def here(self) -> Place:
        """Where the audit is. Nobody uses it any more."""
        self.storage.close()
        return Place(self.folder / "data", self.key, self.url)

    def opened(self, place: Place) -> Storage:
        self._opened.append(Storage.open(place.folder, place.key, place.url))
        return self._opened[-1]

    def close(self) -> None:
        for storage in self._opened:
            storage.close()


@pytest.fixture
def house(
    tmp_path: Path, storage: Storage, audit: Audit, form: Form, url: str, request: pytest.FixtureRequest
) -> Iterator[House]:
    server: Server | None = request.getfixturevalue("postgres") if url else None
    made: list[str] = []

    def fresh() -> str:
        made.extend([server.fresh()] if server else [])
        return made[-1] if server else ""

    with storage.writing() as work:
        work.forms.pin(form)
        work.casework.open(audit, [form])
        work.casework.set_release_key(AUDIT, RELEASE)
        work.journal.append(AuditOpened(8, 58, ()), day=date(2026, 5, 4), actor=OPERATOR, audit=AUDIT)
    house = House(tmp_path, storage, url, fresh)
    yield house
    house.close()
    for each in made:
        if server is not None:
            server.drop(each)


def invite(storage: Storage, count: int) -> tuple[str, ...]:
    with storage.writing() as work:
        work.journal.append(SlipsIssued(count, RESPONDENT), day=DAY, actor=OPERATOR, audit=AUDIT)
        return work.slips.issue(AUDIT, count, RESPONDENT)


def hand_in(storage: Storage, form: Form, code: str, story: str = CANARY, tags: bytes = b"") -> bool:
    """Use a slip and submit, as a turn does. Whether the slip was taken."""
    with storage.writing() as work:
        slip = work.slips.find(code)
        if slip is None or not work.slips.spend(slip.hash):
            return False
        public = work.casework.keys_of(AUDIT).public
        response: Response = {"role": "care", "listened": "agree", "story": story}
        work.answers.submit(
            [Submission(AUDIT, form.digest, public, response, tags or secrets.token_bytes(32))]
        )
        return True


def close(storage: Storage) -> None:
    with storage.writing() as work:
        work.casework.close(AUDIT, DAY)
        work.flush(AUDIT)


def take_back(storage: Storage, tags: bytes) -> None:
    with storage.writing() as work:
        assert work.answers.withdraw(AUDIT, tags, work.casework.keys_of(AUDIT), work.forms.get)


def state(storage: Storage) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is kept."""
    with storage.database.reading() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(table.select()))
            for table in copies.tables(connection)
        }


def everything(storage: Storage, form: Form) -> None:
    """Something in most tables."""
    codes = invite(storage, 4)
    hand_in(storage, form, codes[0])
    close(storage)
    with storage.writing() as work:
        person = work.people.add(AUDIT, "lead", "telegram", "4711")
        work.notices.add(person, AUDIT, "concern")
        public = work.casework.keys_of(AUDIT).public
        work.files.keep(bytes(32), AUDIT, form.id, public, random.Random(1).randbytes(300_000))
        work.casework.raise_concern(Submission(AUDIT, form.digest, public, {"story": CANARY}, bytes(32)))
        digest = work.casework.publish(AUDIT, form.id, b'{"a": 1}')
        work.journal.append(ReportPublished(form.id, digest), day=DAY, actor=OPERATOR, audit=AUDIT)


# There and back


def test_everything_that_is_kept_comes_back_as_it_was(house: House, form: Form) -> None:
    everything(house.storage, form)
    before = state(house.storage)
    put_back(house.back_up(while_open=False), place := house.elsewhere(), LATER)
    after = state(house.opened(place))
    assert [row[:4] for row in after.pop("journal")[:-1]] == [row[:4] for row in before.pop("journal")]
    assert after == before
    assert all(before[name] for name in ("audits", "answers", "texts", "files", "people", "accounts"))


def test_a_backup_of_one_database_can_be_put_into_the_other(
    house: House, form: Form, request: pytest.FixtureRequest
) -> None:
    everything(house.storage, form)
    before = state(house.storage)
    other = Place(
        house.folder / "other", house.key, "" if house.url else request.getfixturevalue("database_url")
    )
    put_back(house.back_up(), other, LATER)
    storage = house.opened(other)
    after = state(storage)
    for name in ("answers", "audits", "texts", "slips"):
        assert after[name] == before[name] or name == "audits"
    assert storage.examine_journal().whole
    pair = passphrases.unlock(PASSPHRASE, RELEASE)
    assert pair is not None
    with storage.reading() as work:
        assert work.answers.words(AUDIT, pair) == {"story": (CANARY,)}


def test_drafts_and_whatever_lets_somebody_in_are_not_in_a_backup(house: House) -> None:
    with house.storage.database.writing() as connection:
        one, two = bytes(16), bytes(32)
        for statement in (
            "INSERT INTO drafts (ref, epoch, blob) VALUES (:one, 1, :one)",
            "INSERT INTO sessions (hash, account, began, seen, confirmed) VALUES (:two, :one, 1, 1, 1)",
            "INSERT INTO sign_in_links (hash, account, expires) VALUES (:two, :one, 1)",
            "INSERT INTO approvals (id, audit, subject, details, asked_by) VALUES (:one, 'a', 'b', 'c', :one)",
        ):
            names = {"one": one, "two": two}
            connection.execute(text(statement), {n: v for n, v in names.items() if f":{n}" in statement})
    with backups.records(house.back_up(), house.storage.keys) as found:
        told = {record.name for record in found if isinstance(record, copies.Heading)}
    assert {"audits", "slips", "pool", "journal", "credentials"} <= told
    assert not told & copies.LEFT_OUT
    put_back(house.file, place := house.elsewhere(), LATER)
    with house.opened(place).database.reading() as connection:
        for name in copies.LEFT_OUT - {"alembic_version"}:
            table = metadata.tables[name]
            assert connection.execute(table.select()).all() == []


def test_a_database_that_is_one_migration_older_is_put_back_and_brought_up_to_date(
    house: House, form: Form
) -> None:
    everything(house.storage, form)
    with house.storage.database.writing() as connection:
        migrations.downgrade(connection, "0003")
    with house.file.open("wb") as file, house.storage.database.reading() as connection:
        envelope.write(file, house.storage.keys, copies.write(connection, DAY))
    found = look_through(house.file, house.key)
    assert (found.revision.found, found.revision.is_current, found.audits) == ("0003", False, (AUDIT,))
    put_back(house.file, place := house.elsewhere(), LATER)
    with house.opened(place).reading() as work:
        assert work.casework.audit(AUDIT).status is Status.CLOSED
        assert work.answers.heard(AUDIT) == 1
        assert work.casework.release(AUDIT, form.id) == b'{"a": 1}'


def test_it_can_be_made_while_others_write(house: House, form: Form) -> None:
    codes = invite(house.storage, 3)
    with house.storage.database.reading() as connection:
        content = copies.write(connection, DAY)
        first = next(content)
        with house.storage.writing() as work:
            work.slips.issue(AUDIT, 1, RESPONDENT)
        rest = [first, *content]
    counts = [record.rows for record in copies.read(rest) if isinstance(record, copies.End)]
    assert counts[0]["slips"] == len(codes) or house.url == ""  # SQLite's snapshot begins with its first look
    assert hand_in(house.storage, form, codes[0])


# What is refused


def test_none_is_made_while_an_audit_is_open_unless_it_is_said(house: House) -> None:
    with pytest.raises(BackupError, match=r"“rowan-house”.*--while-open"):
        house.back_up(while_open=False)
    assert list(house.file.parent.iterdir()) == []


def test_none_is_made_of_a_database_without_an_audit(tmp_path: Path, storage: Storage) -> None:
    with pytest.raises(BackupError, match="no audit"):
        back_up(storage, tmp_path / "a.backup", DAY)


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(house: House) -> None:
    house.file.write_text("mine")
    with pytest.raises(BackupError, match="already there"):
        house.back_up()
    assert house.file.read_text() == "mine"
    look_through(house.back_up(replace=True), house.key)


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(house: House) -> None:
    house.back_up()
    assert stat.S_IMODE(house.file.stat().st_mode) == 0o600
    assert list(house.file.parent.iterdir()) == [house.file]


def test_it_says_nothing_in_the_clear(house: House, form: Form) -> None:
    everything(house.storage, form)
    content = house.back_up().read_bytes()
    for word in (b"CANARY", b"rowan", b"Rowan", b"agree", b"listened", b"4711", b"audits"):
        assert word not in content


def test_two_backups_of_different_size_have_the_same_length(house: House, form: Form) -> None:
    codes = invite(house.storage, 9)
    before = house.back_up().stat().st_size
    for code in codes:
        hand_in(house.storage, form, code)
    assert house.back_up(replace=True).stat().st_size == before


def test_another_key_opens_nothing(house: House, tmp_path: Path) -> None:
    house.back_up()
    create(tmp_path / "another.key")
    with pytest.raises(BackupError, match="another key file"):
        look_through(house.file, tmp_path / "another.key")
    with pytest.raises(BackupError, match="another key file"):
        put_back(house.file, Place(tmp_path / "new", tmp_path / "another.key"), LATER)
    assert list((tmp_path / "new").iterdir()) == []
    with pytest.raises(KeyMissingError, match="no key file"):
        look_through(house.file, tmp_path / "none.key")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_changed_byte_anywhere_is_found(house: House) -> None:
    content = bytearray(house.back_up().read_bytes())
    places = [*range(75), *random.Random(5).sample(range(75, len(content)), 25), len(content) - 1]
    for at in places:
        content[at] ^= 1
        house.file.write_bytes(content)
        with pytest.raises(BackupError):
            look_through(house.file, house.key)
        content[at] ^= 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_that_was_cut_off_or_made_longer_is_found(house: House) -> None:
    content = house.back_up().read_bytes()
    piece = envelope.PIECE_BYTES + 17
    start = len(content) - 4 * piece
    for length in (
        0,
        1,
        14,
        40,
        start - 1,
        start,
        start + 5,
        start + piece,
        start + 3 * piece,
        len(content) - 1,
    ):
        house.file.write_bytes(content[:length])
        with pytest.raises(BackupError):
            look_through(house.file, house.key)
    for more in (b"x", content[-piece:]):
        house.file.write_bytes(content + more)
        with pytest.raises(BackupError):
            look_through(house.file, house.key)


def test_a_backup_that_is_not_whole_is_not_put_back_at_all(house: House, form: Form) -> None:
    everything(house.storage, form)
    content = house.back_up().read_bytes()
    house.file.write_bytes(content[: -envelope.PIECE_BYTES - 17])
    place = house.elsewhere()
    with pytest.raises(BackupError):
        put_back(house.file, place, LATER)
    assert Storage.revision(place.folder, place.url).found == ""
    assert not place.folder.exists() or list(place.folder.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_format_or_a_revision_of_later_is_told(house: House) -> None:
    content = bytearray(house.back_up().read_bytes())
    content[15] = 2
    house.file.write_bytes(content)
    with pytest.raises(BackupError, match="format 2"):
        look_through(house.file, house.key)
    lines: tuple[copies.Record, ...] = (copies.Beginning("2026-05-04", "9999"), copies.End({}))
    with house.file.open("wb") as file:
        envelope.write(file, house.storage.keys, [copies.packed(line) for line in lines])
    with pytest.raises(BackupError, match="newer version"):
        look_through(house.file, house.key)


def test_what_was_stored_stays_readable(tmp_path: Path) -> None:
    """A backup of format 1, made of a synthetic audit with a key of zeros."""
    key = tmp_path / "zeros.key"
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    found = look_through(HERE / "saved" / "format-1.backup", key)
    assert (found.day, found.revision.found, found.audits, found.strange) == (
        "2026-05-20",
        "0004",
        (AUDIT,),
        (),
    )
    assert found.journal.entries == 2
    assert found.journal.whole
    put_back(HERE / "saved" / "format-1.backup", place := Place(tmp_path / "data", key), LATER)
    storage = Storage.open(place.folder, place.key)
    with storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 1
        assert work.slips.left(AUDIT, RESPONDENT) == 2
    storage.close()


# Looking through


def test_looking_through_says_what_is_in_it_and_changes_nothing(house: House, form: Form) -> None:
    everything(house.storage, form)
    house.back_up()
    before = state(house.storage), _files(house.folder)
    found = look_through(house.file, house.key)
    assert (state(house.storage), _files(house.folder)) == before
    assert isinstance(found, Contents)
    assert (found.day, found.audits, found.closed, found.strange) == ("2026-05-20", (AUDIT,), 1, ())
    assert found.revision.is_current
    (fault,) = found.journal.faults  # the journal went on with the entry of the backup itself
    assert (fault.flaw, fault.beside, fault.seq, fault.until) == (Flaw.CUT, True, 4, 4)


# What comes back and what does not


def test_into_an_empty_place_unspent_slips_come_back_and_spent_ones_do_not(house: House, form: Form) -> None:
    spent, unspent, later = invite(house.storage, 3)
    assert hand_in(house.storage, form, spent)
    house.back_up()
    assert hand_in(house.storage, form, later)
    put_back(house.file, place := house.elsewhere(), LATER)
    storage = house.opened(place)
    assert not hand_in(storage, form, spent)
    assert hand_in(storage, form, unspent)
    assert hand_in(storage, form, later)  # nobody can know: their answers are not in the backup


def test_in_the_place_of_a_database_no_slip_comes_back_that_was_spent_since(house: House, form: Form) -> None:
    spent, unspent, later = invite(house.storage, 3)
    assert hand_in(house.storage, form, spent)
    house.back_up()
    assert hand_in(house.storage, form, later)
    outcome = put_back(house.file, place := house.here(), LATER, force=True)
    assert outcome.stayed == (AUDIT,)
    storage = house.opened(place)
    with storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 2
    assert not hand_in(storage, form, spent)
    assert not hand_in(storage, form, later)
    assert hand_in(storage, form, unspent)


def test_in_the_place_of_a_database_what_was_closed_or_taken_back_stays_so(house: House, form: Form) -> None:
    codes = invite(house.storage, 3)
    before, after = secrets.token_bytes(32), secrets.token_bytes(32)
    for code, tags in zip(codes, (before, after, b""), strict=True):
        hand_in(house.storage, form, code, tags=tags)
    house.back_up()
    take_back(house.storage, before)
    close(house.storage)
    take_back(house.storage, after)
    with house.storage.writing() as work:
        work.casework.publish(AUDIT, form.id, b'{"frozen": 1}')
    put_back(house.file, place := house.here(), LATER, force=True)
    with house.opened(place).reading() as work:
        assert work.casework.audit(AUDIT).status is Status.CLOSED
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (0, 1)
        assert work.casework.release(AUDIT, form.id) == b'{"frozen": 1}'


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_words_that_were_taken_back_are_neither_there_again_to_be_coded_nor_to_be_quoted(
    house: House, form: Form
) -> None:
    tags = [bytes([who]) * 32 for who in range(2)]
    for code, each in zip(invite(house.storage, 2), tags, strict=True):
        hand_in(house.storage, form, code, tags=each)
    close(house.storage)
    sources = [answer_tag(each, form.digest, "story") for each in tags]
    with house.storage.writing() as work:
        for source in sources:
            answer = Excerpt(
                audit=AUDIT,
                form=form.digest,
                question="story",
                origin=Origin.ANONYMOUS,
                source=source,
                text=CANARY,
            )
            (kept,) = work.excerpts.keep([answer])
            work.codings.decide(AUDIT, Coding(kept.id, b"a" * 16, Decision(())))
            agreed = work.quotes.get(work.quotes.ask(AUDIT, source, "story", Redaction(CANARY, "a")))
            assert agreed is not None
            work.quotes.agree(agreed, "b")
        work.quotes.ask(AUDIT, sources[1], "story", Redaction("CANARY waits", "a"))
    house.back_up()
    take_back(house.storage, tags[0])
    put_back(house.file, place := house.here(), LATER, force=True)
    with house.opened(place).reading() as work:
        assert [each.source for each in work.excerpts.of(AUDIT)] == [sources[1]]
        assert len(work.codings.of(AUDIT)) == 1
        assert [each.standing.value for each in work.quotes.of(AUDIT)] == ["agreed"], (
            "what waits is asked anew"
        )


def test_what_cannot_be_read_any_more_comes_from_the_backup(house: House, form: Form) -> None:
    spent, later = invite(house.storage, 2)
    hand_in(house.storage, form, spent)
    house.back_up()
    hand_in(house.storage, form, later)
    with house.storage.database.writing() as connection:
        for name in ("pool", "releases"):
            connection.execute(text(f"DROP TABLE {name}"))
    put_back(house.file, place := house.here(), LATER, force=True)
    storage = house.opened(place)
    with storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 1
        assert work.slips.left(AUDIT, RESPONDENT) == 0
    assert not hand_in(storage, form, later)


def test_an_audit_that_the_database_has_lost_comes_back(house: House, form: Form, audit: Audit) -> None:
    (code,) = invite(house.storage, 1)
    house.back_up()
    with house.storage.database.writing() as connection:
        for name in ("slips", "audit_forms", "audits"):
            connection.execute(metadata.tables[name].delete())
    outcome = put_back(house.file, place := house.here(), LATER, force=True)
    assert (outcome.audits, outcome.stayed) == ((AUDIT,), ())
    storage = house.opened(place)
    with storage.reading() as work:
        assert work.casework.all() == (audit,)
    assert hand_in(storage, form, code)


def test_a_role_that_was_taken_away_is_not_given_back(house: House) -> None:
    with house.storage.writing() as work:
        person = work.people.add(AUDIT, "lead", "telegram", "4711")
    house.back_up()
    with house.storage.writing() as work:
        work.people.remove(person)
    put_back(house.file, place := house.here(), LATER, force=True)
    with house.opened(place).reading() as work:
        assert work.people.of(AUDIT, "lead") == ()


def test_a_database_that_is_older_than_the_backup_is_replaced(house: House, form: Form) -> None:
    place = house.elsewhere()
    older = Database.open(place.url or place.folder / DATABASE)  # as a copy that was put there by other means
    with older.writing() as connection, backups.records(house.back_up(), house.storage.keys) as found:
        copies.fill(connection, found)
    older.close()
    for code in invite(house.storage, 2):
        hand_in(house.storage, form, code)
    assert put_back(house.back_up(replace=True), place, LATER, force=True).stayed == ()
    with house.opened(place).reading() as work:
        assert work.answers.waiting(AUDIT) == 2


def test_there_is_no_replacing_without_saying_so(house: House) -> None:
    house.back_up()
    before = state(house.storage)
    place = house.here()
    with pytest.raises(BackupError, match="--force"):
        put_back(house.file, place, LATER)
    assert state(house.opened(place)) == before


def test_there_is_no_replacing_while_a_worker_runs(house: House) -> None:
    house.back_up()
    with pytest.raises(BackupError, match="Stop every worker"):
        put_back(house.file, Place(house.folder / "data", house.key, house.url), LATER, force=True)
    assert house.storage.examine_journal().whole


def test_a_database_of_another_key_is_not_replaced(house: House, tmp_path: Path, audit: Audit) -> None:
    house.back_up()
    other = Place(tmp_path / "strange", tmp_path / "strange.key", house.elsewhere().url)
    with closing(Storage.open(other.folder, other.key, other.url)) as storage, storage.writing() as work:
        work.casework.open(audit, [])
    with pytest.raises(BackupError, match="another key file"):
        put_back(house.file, Place(other.folder, house.key, other.url), LATER, force=True)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_any_more_is_replaced(house: House, form: Form) -> None:
    codes = invite(house.storage, 2)
    house.back_up()
    place = house.here()
    database = place.folder / DATABASE
    database.write_bytes(random.Random(2).randbytes(100_000))
    with pytest.raises(BackupError, match="--force"):
        put_back(house.file, place, LATER)
    assert database.stat().st_size == 100_000
    put_back(house.file, place, LATER, force=True)
    assert hand_in(house.opened(place), form, codes[0])
    assert {path.name for path in place.folder.iterdir()} <= {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"}


# The journal


def test_backups_and_what_was_put_back_are_in_the_journal(house: House) -> None:
    house.back_up()
    digest = backups.digest_of(house.file)
    with house.storage.reading() as work:
        entry = work.journal.entries()[-1]
    assert (entry.what, entry.day, entry.actor) == (
        BackedUp(digest, while_open=True),
        "2026-05-20",
        "operator",
    )
    outcome = put_back(house.file, place := house.here(), LATER, force=True)
    assert isinstance(outcome, Outcome)
    with house.opened(place).reading() as work:
        entry = work.journal.entries()[-1]
    assert (entry.what, entry.day) == (Restored(digest, 2, 2, ""), "2026-05-25")


def test_in_the_place_of_a_database_the_journal_goes_on_and_nothing_is_lost(house: House) -> None:
    house.back_up()
    invite(house.storage, 2)
    kept = house.storage.examine_journal().head
    put_back(house.file, place := house.here(), LATER, force=True)
    found = house.opened(place).examine_journal([kept])
    assert (found.whole, found.entries, found.lost) == (True, 4, ())


def test_into_an_empty_place_the_journal_says_what_is_lost(house: House) -> None:
    house.back_up()
    invite(house.storage, 2)
    invite(house.storage, 2)
    lost = house.storage.examine_journal().head  # entry 4; the backup has 1
    inner = house.storage.remembered.path.read_text()
    put_back(house.file, place := house.elsewhere(), LATER)
    storage = house.opened(place)
    found = storage.examine_journal()
    assert (found.whole, found.entries, found.lost) == (True, 2, ((2, 2, 4),))
    assert found.remembered == found.head
    with storage.reading() as work:
        assert work.journal.entries()[-1].what == Restored(
            backups.digest_of(house.file), 1, 4, lost.head.hex()
        )
    (fault,) = storage.examine_journal([lost]).faults
    assert (fault.flaw, fault.seq, fault.until) == (Flaw.LOST, 2, 4)
    house.storage.remembered.path.write_text(inner)  # as on another machine with a worker
    (fault,) = storage.examine_journal().faults
    assert (fault.flaw, fault.beside) == (Flaw.LOST, True)


def test_an_older_copy_that_was_put_back_otherwise_is_a_cut_tail_still(house: House) -> None:
    house.back_up()
    invite(house.storage, 1)
    beside = house.storage.remembered.path
    ahead = beside.read_text()
    beside.unlink()
    put_back(house.file, place := house.elsewhere(), LATER)  # nothing remembers: it cannot say
    beside.write_text(ahead)
    storage = house.opened(place)
    (fault,) = storage.examine_journal().faults
    assert (fault.flaw, fault.beside) == (Flaw.CUT, True)


def test_a_made_up_head_is_not_what_is_lost(house: House) -> None:
    house.back_up()
    made_up = read_checkpoint(f"candour-journal 99 {'ab' * 32} {'cd' * 16}")
    assert made_up is not None
    house.storage.remembered.keep(made_up)
    outcome = put_back(house.file, place := house.elsewhere(), LATER)
    assert outcome.recorded.known == outcome.recorded.after
    (fault,) = house.opened(place).examine_journal().faults
    assert (fault.flaw, fault.seq) == (Flaw.FOREIGN, 99)


def test_a_journal_with_a_gap_comes_back_with_it(house: House) -> None:
    invite(house.storage, 1)
    invite(house.storage, 1)
    with house.storage.database.writing() as connection:
        if house.url:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER journal_no_delete"))
        connection.execute(text("DELETE FROM journal WHERE seq = 2"))
    house.back_up()
    assert Flaw.MISSING in {fault.flaw for fault in look_through(house.file, house.key).journal.faults}
    put_back(house.file, place := house.elsewhere(), LATER)
    storage = house.opened(place)
    assert Flaw.MISSING in {fault.flaw for fault in storage.examine_journal().faults}
    with (
        pytest.raises(DBAPIError, match=r"only ever added to|P0001"),
        storage.database.writing() as connection,
    ):
        connection.execute(text("UPDATE journal SET actor = 'nobody'"))


# Killed


@pytest.mark.parametrize("at", [0, 1, 1_500_000, 3_000_000, 4_900_000, None])
def test_killed_at_any_moment_a_backup_is_whole_or_not_there(
    house: House, form: Form, tmp_path: Path, at: int | None
) -> None:
    """`at`: how many bytes were written when it is killed; None: when it has its name."""
    (code,) = invite(house.storage, 1)
    hand_in(house.storage, form, code, CANARY * 200)
    attach(house.storage, form, 16)
    target, temporary = tmp_path / "target", tmp_path / "tmp"
    target.mkdir()
    temporary.mkdir()
    process = start(house, "backup", "--while-open", "--out", target / "a.backup", TMPDIR=temporary)
    while process.poll() is None and not _is_as_far(target, at):
        time.sleep(0.0005)
    kill(process)
    assert list(temporary.iterdir()) == []
    for path in target.iterdir():
        assert b"CANARY" not in path.read_bytes()
        assert b"rowan" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if path.name == "a.backup":
            assert look_through(path, house.key).audits == (AUDIT,)
        else:
            assert path.name.startswith(".a.backup.")
    assert house.storage.examine_journal().whole


@pytest.mark.parametrize("after", [0.0, 0.03, 0.1, 0.3])
def test_killed_at_any_moment_nothing_is_put_back_or_everything(
    house: House, form: Form, after: float
) -> None:
    """`after`: seconds since the database, or the file beside it, was begun."""
    attach(house.storage, form, 16)
    house.back_up()
    place = house.elsewhere()
    process = start(house, "restore", house.file, CANDOUR_DATA=place.folder, CANDOUR_DATABASE=place.url)
    while process.poll() is None and not place.folder.exists() and not house.url:
        time.sleep(0.0005)
    time.sleep(after + (1.5 if house.url else 0))  # until it has started
    kill(process)
    if Storage.revision(place.folder, place.url).found:
        with house.opened(place).database.reading() as connection:
            assert len(connection.execute(metadata.tables["files"].select()).all()) == 16
    else:
        assert not (place.folder / DATABASE).exists()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_a_killed_restore_left_behind_is_deleted_by_the_next(house: House) -> None:
    house.back_up()
    place = house.elsewhere()
    place.folder.mkdir()
    (place.folder / f".{DATABASE}.1a2b").write_text(CANARY)
    put_back(house.file, place, LATER)
    assert {path.name for path in place.folder.iterdir()} == {DATABASE}


def attach(storage: Storage, form: Form, count: int) -> None:
    """Files of 300 kB each."""
    with storage.writing() as work:
        public = work.casework.keys_of(AUDIT).public
        for number in range(count):
            work.files.keep(bytes([number]) * 32, AUDIT, form.id, public, random.Random(1).randbytes(300_000))


def start(house: House, *arguments: str | Path, **settings: str | Path) -> subprocess.Popen[bytes]:
    """The command, as a process of its own."""
    here = {"CANDOUR_DATA": house.folder / "data", "CANDOUR_KEY": house.key, "CANDOUR_DATABASE": house.url}
    return subprocess.Popen(
        [CANDOUR, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(house.folder)}
        | {name: str(value) for name, value in {**here, **settings}.items()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait(60)


def _is_as_far(target: Path, size: int | None) -> bool:
    with suppress(FileNotFoundError):  # it was just renamed
        there = {path.name: path.stat().st_size for path in target.iterdir()}
        return "a.backup" in there if size is None else max(there.values(), default=-1) >= size
    return False


def _files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder but SQLite's index of its journal, which readers write to."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path): path.read_bytes() for path in paths}
