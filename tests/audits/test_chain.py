"""The made-up audits through a real storage: handed in, coded as a person did, and found again by the services."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot import covering
from bot.clock import SetClock
from bot.services import auditing, coding, theming
from dialogues import engine, library
from reports.coding import Decision
from reports.themes import Priority, strongest
from storage.casework import Audit
from storage.coding import Excerpt, Origin
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.audits.reading import Audit as Known
from tests.audits.reading import Source, labelled, load
from tests.bot.stories import NOW, PASSPHRASE

AUDITOR = b"a" * 16
TODAY = date(2026, 5, 4)


def opened(folder: Path, known: Known) -> Storage:
    """A storage with this audit: every source handed in, every excerpt coded through the service, and closed."""
    storage = Storage.open(folder / "data", folder / "candour.key", cost=QUICK)
    about = known.audit
    forms = [library.shipped(each) for each in sorted({source.form for source in known.sources})]
    audit = Audit(
        id=about.name, name=about.title, service=about.service, incident=about.incident, staff_count=60,
        opened_on=TODAY, synthetic=True, scope=" ".join(about.scope),
    )  # fmt: skip
    auditing.open_audit(storage, audit, forms)
    auditing.choose_passphrase(storage, audit.id, PASSPHRASE)
    for source in known.sources:
        hand_in(storage, audit.id, source)
    auditing.close_audit(storage, audit.id, SetClock(NOW))
    return storage


def hand_in(storage: Storage, audit: str, source: Source) -> None:
    """The case of one source, with what was said cut and coded."""
    form = library.shipped(source.form)
    with storage.writing() as work:
        interview = engine.invite(form, seed=source.id)
        case = work.cases.begin(audit, form.id, interview, AUDITOR, TODAY)
        work.cases.hand_in(case, interview, TODAY)
        cut = {
            (answer.question, segment.start): (segment.text, codes)
            for answer in source.answers
            for segment, codes in labelled(answer)
        }
        kept = work.excerpts.keep(
            Excerpt(
                audit=audit, form=form.digest, question=question, origin=Origin.NAMED, source=case.id,
                text=text, place=place,
            )
            for (question, place), (text, _) in cut.items()
        )  # fmt: skip
    for each in kept:
        _, codes = cut[each.question, each.place]
        assert coding.decide(storage, audit, AUDITOR, each.id, Decision(codes))


@pytest.mark.parametrize("name", ["neglect", "restrictive", "agencies", "well"])
def test_what_an_audit_is_about_is_found_after_it_was_stored_and_coded(name: str, tmp_path: Path) -> None:
    known = load(name)
    storage = opened(tmp_path, known)
    found = theming.found(storage, known.audit.name)
    assert found.results.sources == len(known.sources)
    order = strongest(found.results)
    assert {*known.expected.strongest} <= {each.theme for each in order[:4]}
    pressing = {each.judged.priority for each in order if each.theme in known.expected.strongest}
    assert pressing <= {Priority.HIGH, Priority.MEDIUM}
    if name == "well":
        assert {each.judged.priority for each in order} <= {Priority.LOW, Priority.NONE}
    with storage.reading() as work:
        assert found.coverage == covering.coverage(work, work.casework.audit(known.audit.name))
    assert any(not each.is_thin for each in found.coverage)
    storage.close()
