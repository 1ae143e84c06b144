"""The tables, as the migrations leave them.

Two sides that nothing joins. **Identity**: `drafts`, by a keyed hash of the address; `people` with a role and
the `notices` for them (whoever only answers is in neither). **Answers**: `pool`, `answers`, `texts`, `concerns`,
`files`. Between them the `slips`, each a right to answer that is gone once it was used. None of these has a time, an
address that can be read, a counter or a foreign key, and all are clustered by a random key, so that not even
the order of rows in a SQLite file says who came when. The `journal` counts and has days, and is on neither side: it
says what was done with an audit, nothing that one respondent did.
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
    rule = CheckConstraint(f"length({name}) = {length}", name=name)
    return Column(name, LargeBinary, rule, primary_key=True)


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

# Interviews under way, and what recognises a repeated message after they ended.
drafts = Table(
    "drafts",
    metadata,
    Column("ref", LargeBinary, primary_key=True),
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
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# One answer each, of nobody: no column says which of them came together. `question` is empty in the
# rows that only say that somebody was heard.
answers = Table(
    "answers",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("grp", Text, nullable=False),
    Column("value", Text, nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Answers in people's own words, one each, sealed. They carry no group: R8 lets none be shown with one.
texts = Table(
    "texts",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("question", Text, nullable=False),
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

# Somebody is at risk, or wants to be heard now: never held back.
concerns = Table(
    "concerns",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('new', 'read')", name="status"), nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# The right to answer, once: a row for each code that was given out, deleted when it is used.
slips = Table(
    "slips",
    metadata,
    _random_id("hash", HASH_BYTES),
    Column("audit", Text, nullable=False),
    Column("role", Text, CheckConstraint("role IN ('respondent', 'lead')", name="role"), nullable=False),
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# People with a role in an audit: those who are reminded and told. Whoever only answers has no row here.
people = Table(
    "people",
    metadata,
    _random_id(),
    Column("audit", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("locked", LargeBinary, nullable=False),  # how to reach them, encrypted with the key file
    Index(None, "audit"),
    sqlite_with_rowid=False,
)

# Messages that start with us, to `people`: which, never what it says.
notices = Table(
    "notices",
    metadata,
    _random_id(),
    Column("person", LargeBinary, nullable=False),
    Column("audit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column(
        "status",
        Text,
        CheckConstraint("status IN ('waiting', 'sent', 'parked')", name="status"),
        nullable=False,
    ),
    Index(None, "person"),
    sqlite_with_rowid=False,
)

# What people attached to an answer, sealed like it; the answer holds the id.
files = Table(
    "files",
    metadata,
    _random_id(length=HASH_BYTES),
    Column("audit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "audit"),
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
ANSWER_SIDE = (pool, answers, texts, concerns, files)
