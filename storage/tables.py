"""The tables, as the migrations leave them.

Two sides that nothing joins. **Identity**: `drafts`, by a keyed hash of the address; `people` with a role and the
`notices` for them (whoever only answers is in neither). **Answers**: `pool`, `answers`, `texts`, `concerns`, `files`,
the `excerpts` and `quotes` of texts, and the `threads` with their `messages`, which only a receipt opens. Between
them the `slips`, each a right to answer that is gone once it was used. None of these has a time (drafts have the day
of their key, threads a week), an address that can be read, a counter or a foreign key, and all are clustered by a
random key, so that not even the order of rows in a SQLite file says who came when. **Access** is how people with a
role sign in: it has times, and nothing of answers. **Casework** is what auditors ask, find and decide, in their own
names: `cases`, `codings`, the revisions of the codebook, `findings`, `actions`, their `entries`, `followed` numbers,
`publications`.
The `journal` counts and has days, and is on neither side: it says what was done with an audit, nothing that one
respondent did.
See the table in `design/ANONYMITY.md`; `tests/storage/test_tables.py` refuses whatever breaks it.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

ID_BYTES = 16
HASH_BYTES = 32
TAG_BYTES = 16
LOCATOR_BYTES = 5

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _random_id(name: str = "id", length: int = ID_BYTES) -> Column[bytes]:
    return Column(name, LargeBinary, _long(name, length), primary_key=True)


def _bytes(name: str, length: int) -> Column[bytes]:
    return Column(name, LargeBinary, _long(name, length), nullable=False)


def _long(name: str, length: int) -> CheckConstraint:
    return CheckConstraint(f"length({name}) = {length}", name=name)


def _one_of(name: str, *values: str) -> Column[str]:
    listed = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, CheckConstraint(f"{name} IN ({listed})", name=name), nullable=False)


# What was asked. A form that was used never changes: its digest is its name.
forms = Table(
    "forms",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

audits = Table(
    "audits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("incident", Text, nullable=False),
    Column("staff_count", Integer, nullable=False),
    Column("k", Integer, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('open', 'closed')", name="status"), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("synthetic", Boolean, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("private_key", LargeBinary, nullable=False),  # encrypted with the key file
    Column("entry", Text, nullable=False),  # who may answer: whoever has a slip (slips), or the link (open)
    Column("release_salt", LargeBinary),  # of the lead's passphrase: both are there once it was chosen
    Column(
        "release_key", LargeBinary
    ),  # what answers in people's own words are sealed to when they are flushed
    Column("counted_on", Date),  # the day of the count that is shown while the audit is open
    Column("counted_enough", Boolean),
    Column("erasures", Integer, nullable=False),  # that the database was not compacted after yet
    Column("scope", Text, nullable=False),  # the areas of the scope, separated by spaces
    Column("harm_types", Text, nullable=False),
    Column("period_from", Date),  # what is looked at: both, or neither
    Column("period_to", Date),
    Column("baseline", Text, nullable=False),  # the audit that this one looks at again; '' for a first one
    sqlite_with_rowid=False,
)

# `form` is the name that people use; `digest` the version that new interviews get.
audit_forms = Table(
    "audit_forms",
    metadata,
    Column("audit", Text, ForeignKey("audits.id"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("digest", Text, ForeignKey("forms.digest"), nullable=False),
    Column("records", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Interviews under way, and what recognises a repeated message after they ended. Name and content need the key of
# that `epoch` (`storage.epochs`: a day, and how often its key was renewed), which is in no database.
drafts = Table(
    "drafts",
    metadata,
    Column("ref", LargeBinary, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("blob", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Submitted responses, each sealed to its audit's public key, until the audit is closed.
pool = Table(
    "pool",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    _bytes("tag", TAG_BYTES),  # by which whoever has the receipt finds it again
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# One answer each, of nobody: no column says which of them came together. `question` is empty in the
# rows that only say that somebody was heard. `tag` differs from question to question: only the receipt brings
# those of one person together.
answers = Table(
    "answers",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("grp", Text, nullable=False),
    Column("value", Text, nullable=False),
    _bytes("tag", TAG_BYTES),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Answers in people's own words, one each, sealed to the lead's release key. They carry no group: R8 lets none be
# shown with one.
texts = Table(
    "texts",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("question", Text, nullable=False),
    _bytes("tag", TAG_BYTES),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# What was published, frozen. Values, not sentences: every language is rendered from the same release.
releases = Table(
    "releases",
    metadata,
    Column("audit", Text, ForeignKey("audits.id"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What was ever published of an audit's answers, as sets of people: everyone who answered `question`, or those of
# the groups in `groups` (JSON). It has no number: rules R6 and R7 count anew.
published = Table(
    "published",
    metadata,
    Column("audit", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("groups", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# Somebody is at risk, or wants to be heard now: never held back. `route` is who is told: the lead, or past them.
concerns = Table(
    "concerns",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _one_of("status", "new", "read"),
    _one_of("route", "lead", "deputy"),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# What a receipt opens: `verifier` and `public_key` are derived from it, so that only who has it can read what is
# sealed to it. `week` (ISO 8601, such as 2026-W48) is that of the last message; later it is destroyed.
threads = Table(
    "threads",
    metadata,
    _random_id("locator", LOCATOR_BYTES),
    Column("audit", Text, nullable=False),
    _bytes("salt", 18),  # with what one try costs
    _bytes("verifier", HASH_BYTES),
    _bytes("public_key", 32),
    Column("week", Text, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# What a person with a receipt and the lead write each other, sealed once for each of them.
messages = Table(
    "messages",
    metadata,
    _random_id(),
    _bytes("locator", LOCATOR_BYTES),
    Column("audit", Text, nullable=False),
    _one_of("sender", "lead", "respondent"),
    _one_of("status", "new", "read"),
    Column("for_lead", LargeBinary, nullable=False),
    Column("for_respondent", LargeBinary, nullable=False),
    Column("week", Text, nullable=False),
    Index(None, "audit"),
    Index(None, "locator"),
    sqlite_with_rowid=False,
)

# The right to answer, once: a row for each code that was given out, deleted when it is used.
slips = Table(
    "slips",
    metadata,
    _random_id("hash", HASH_BYTES),
    Column("audit", Text, nullable=False),
    _one_of("role", "respondent", "lead", "deputy", "auditor", "owner", "board", "partner"),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# People with a role in an audit: those who are reminded and told. Whoever only answers has no row here. One
# `account` may have roles in several audits.
people = Table(
    "people",
    metadata,
    _random_id(),
    _bytes("account", ID_BYTES),
    Column("audit", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("locked", LargeBinary, nullable=False),  # how to reach them, encrypted with the key file
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Messages that start with us, to `people`: which, never what it says. A person is told once of each `occasion` (due in
# 7 days, say, on 4 May) of a `subject` (an action); a notice without one is its own subject.
notices = Table(
    "notices",
    metadata,
    _random_id(),
    Column("person", LargeBinary, nullable=False),
    Column("audit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _one_of("status", "waiting", "sent", "parked", "dropped"),
    Column("subject", LargeBinary, nullable=False),
    Column("occasion", Text, nullable=False),
    Index(None, "person"),
    Index(None, "subject", "person", "occasion", unique=True),
    sqlite_with_rowid=False,
)

# What people attached to an answer, sealed like it; the answer holds the id. The `tag` comes with the flush.
files = Table(
    "files",
    metadata,
    _random_id(length=HASH_BYTES),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),  # empty until the response is flushed
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# How people with a role sign in. Times are seconds since 1970; secrets are hashed or encrypted with the key file.
accounts = Table(
    "accounts",
    metadata,
    _random_id(),
    Column("locked", LargeBinary, nullable=False),  # what they are called; may be empty
    sqlite_with_rowid=False,
)
credentials = Table(
    "credentials",
    metadata,
    _random_id(),
    _bytes("account", ID_BYTES),
    _one_of("kind", "passkey", "totp"),
    Column("locked", LargeBinary, nullable=False),
    Index(None, "account"),
    sqlite_with_rowid=False,
)
sign_in_links = Table(
    "sign_in_links",
    metadata,
    _random_id("hash", HASH_BYTES),
    _bytes("account", ID_BYTES),
    Column("expires", Integer, nullable=False),
    sqlite_with_rowid=False,
)
sessions = Table(
    "sessions",
    metadata,
    _random_id("hash", HASH_BYTES),
    _bytes("account", ID_BYTES),
    Column("began", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),  # when they last showed passkey or code; 0: never
    Index(None, "account"),
    sqlite_with_rowid=False,
)
# The address from which a calendar program may read when somebody's actions are due.
calendars = Table(
    "calendars",
    metadata,
    _random_id("hash", HASH_BYTES),
    _bytes("account", ID_BYTES),
    Index(None, "account", unique=True),
    sqlite_with_rowid=False,
)
# What one person may not do alone, and who has asked for it.
approvals = Table(
    "approvals",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    _bytes("asked_by", ID_BYTES),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# What an auditor asks and finds: interviews, record checks, observations, under the auditor's own name. `locked` is
# encrypted with the key file. They last until they are handed in, and are evidence then.
cases = Table(
    "cases",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("digest", Text, nullable=False),
    _bytes("holder", ID_BYTES),  # the account of the auditor who has it now
    _one_of("status", "under_way", "handed_in"),
    Column("begun_on", Date, nullable=False),
    Column("handed_in_on", Date),
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Pieces of text that themes are tied to, encrypted with the key file. `source` says which belong to one interview or
# record (the id of a case), or to one answer in somebody's own words (its tag): never which answers are of one person.
excerpts = Table(
    "excerpts",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),  # the digest of the form
    Column("question", Text, nullable=False),
    _one_of("origin", "named", "anonymous"),
    _bytes("source", ID_BYTES),
    Column("words_locked", LargeBinary, nullable=False),
    Index(None, "audit"),
    Index(None, "source"),
    sqlite_with_rowid=False,
)

# Words of anonymous people that are to be quoted, or may be, encrypted with the key file. `source` is the tag of the
# answer that they are from, by which whoever takes it back takes them too; of what a report has it is a random number.
quotes = Table(
    "quotes",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    _bytes("source", ID_BYTES),
    _one_of("standing", "asked", "agreed", "published"),
    Column("words_locked", LargeBinary, nullable=False),
    Index(None, "audit"),
    Index(None, "source"),
    sqlite_with_rowid=False,
)

# What an auditor decided about an excerpt, with what had been suggested; encrypted with the key file.
codings = Table(
    "codings",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    _bytes("excerpt", ID_BYTES),
    _bytes("coder", ID_BYTES),  # an account
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit"),
    Index(None, "excerpt", "coder", unique=True),
    sqlite_with_rowid=False,
)

# What was changed in the codebook since the one that Candour ships, in order.
codebook_revisions = Table(
    "codebook_revisions",
    metadata,
    Column(
        "number", Integer, CheckConstraint("number > 0", name="number"), primary_key=True, autoincrement=False
    ),
    Column("day", Date, nullable=False),
    Column("content", Text, nullable=False),  # JSON: see `reports.codebook`
    sqlite_with_rowid=False,
)

# What an audit concludes, and what will be done about it; encrypted with the key file but for what is looked for.
findings = Table(
    "findings",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("number", Integer, nullable=False),
    _one_of("standing", "open", "closed", "reopened"),
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit", "number", unique=True),
    sqlite_with_rowid=False,
)
actions = Table(
    "actions",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", LargeBinary, nullable=False),  # accounts, or empty
    Column("sponsor", LargeBinary, nullable=False),
    Column("due_on", Date),
    Column("review_on", Date),
    Column("next_on", Date),  # when somebody is to be reminded next: see `reports.reminding`
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit", "number", unique=True),
    Index(None, "owner"),
    Index(None, "next_on"),
    sqlite_with_rowid=False,
)

# What was said of them, or of the audit: progress, verification, challenge, notification and so on.
entries = Table(
    "entries",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),  # the id of a finding or an action, or empty
    _bytes("account", ID_BYTES),
    Column("day", Date, nullable=False),
    Column("place", Integer, nullable=False),  # among those of its audit, as they were added
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit", "place"),
    Index(None, "subject"),
    sqlite_with_rowid=False,
)

# Numbers that are followed month by month.
followed = Table(
    "followed",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Reports that were published, frozen; the content is encrypted with the key file, the digest is of what it holds.
publications = Table(
    "publications",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("view", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("digest", Text, nullable=False),
    Column("locked", LargeBinary, nullable=False),
    Index(None, "audit", "view", "edition", unique=True),
    sqlite_with_rowid=False,
)

# What was done with audits, chained entry by entry: see `storage.journal`. Triggers refuse whatever but adds to it.
journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, CheckConstraint("seq > 0", name="seq"), primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("audit", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column(
        "previous",
        LargeBinary,
        CheckConstraint(f"length(previous) = {HASH_BYTES}", name="previous"),
        nullable=False,
    ),
    Column("mac", LargeBinary, CheckConstraint(f"length(mac) = {HASH_BYTES}", name="mac"), nullable=False),
)

RIGHTS = (slips,)
IDENTITY_SIDE = (drafts, people, notices)
ANSWER_SIDE = (pool, answers, texts, concerns, files, threads, messages, excerpts, quotes)
ACCESS = (accounts, credentials, sign_in_links, sessions, calendars, approvals)
CASEWORK = (cases, codings, codebook_revisions, findings, actions, entries, followed, publications)
