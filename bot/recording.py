"""What is done with what was handed in, by what its form `records`; within one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from bot import cases, filing, following, founding, planning, wording
from bot.cases import DIRECTION, THEME
from bot.errors import (
    NothingLeftError,
    ReceiptMissingError,
    SlipNeededError,
    SlipSpentError,
)
from bot.following import Hand
from bot.stock import Stock
from dialogues import engine
from dialogues.form import Form
from dialogues.interview import Interview, State, instance, static
from dialogues.prompts import PastLead, Prompt
from dialogues.responses import Response
from reports.coding import Coded, Decision, Direction
from reports.hours import local_day
from storage import slips
from storage.answers import Submission
from storage.cases import NOBODY, Case
from storage.casework import CONCERN, EVIDENCE, MEASURE, MESSAGE, OPENING, PARTNER, WITHDRAWAL, Offer
from storage.coding import Coding, Excerpt, Origin, cut
from storage.interviews import Conversation, Visit
from storage.journal import EvidenceHandedIn, RoleGiven
from storage.slips import DEPUTY, LEAD
from storage.threads import Sender, Thread
from storage.unit_of_work import UnitOfWork


class Recorder:
    """Takes what is handed in within one transaction. `notices`: what waits to be sent once it is committed."""

    def __init__(self, work: UnitOfWork, now: datetime, stock: Stock) -> None:
        self._work = work
        self._now = now
        self._stock = stock
        self._submissions: list[Submission] = []
        self.notices: list[bytes] = []

    def save(self) -> None:
        """Put what was handed in into the pool."""
        self._work.answers.submit(self._submissions)

    def expect(self) -> None:
        """Somebody is about to hand in."""
        self._stock.expect()

    def take(self, offer: Offer, form: Form, before: Conversation, interview: Interview) -> str:
        """Do with the response what its form is for, in the same transaction. Returns its receipt, if it gets one.

        A slip is spent with it. Raises SlipSpentError when it was spent before, SlipNeededError where there must be
        one, ReceiptMissingError when somebody does without a receipt what needs one.
        """
        if offer.needs_slip and not before.slip:
            raise SlipNeededError(offer.audit)
        if before.slip and not self._work.slips.spend(before.slip):
            raise SlipSpentError(offer.audit)
        if offer.records == PARTNER:
            self.take_case(self._case_of_partner(offer, interview), form, interview)
            return ""
        response = engine.response(form, interview)
        if form.records == MESSAGE:
            self._write_to_lead(offer, before, response)
            return ""
        if form.records == WITHDRAWAL:
            self._take_back(offer, before)
            return ""
        receipt = self._stock.take()
        self._work.threads.begin(receipt, offer.audit, self._today)
        tags = receipt.opened.tags
        submission = Submission(offer.audit, form.digest, offer.public_key, response, tags)
        if form.records != CONCERN:
            self._submissions.append(submission)
            return receipt.code
        route = DEPUTY if form.goes_past_lead(before.interview.answers) else LEAD
        self._work.casework.raise_concern(submission, receipt.opened.locator, route)
        self._work.files.erase(filing.digests(filing.names(interview) - filing.names_in(response)))
        self.tell(offer.audit, CONCERN, route)
        return receipt.code

    @property
    def _today(self) -> date:
        return local_day(self._now)

    # Threads

    def visited(self, offer: Offer, here: Conversation) -> tuple[Thread, Visit]:
        """The thread that their receipt has opened. Raises ReceiptMissingError."""
        visit = here.visit
        holds = visit is not None and visit.audit == offer.audit and self._now.timestamp() < visit.until
        thread = self._work.threads.is_opened_by(visit.opened) if visit is not None and holds else None
        if visit is None or thread is None:
            raise ReceiptMissingError
        return thread, visit

    def _write_to_lead(self, offer: Offer, before: Conversation, response: Response) -> None:
        """Put what they wrote into their thread, and tell the lead that there is something."""
        thread, _ = self.visited(offer, before)
        text = "\n\n".join(value for value in response.values() if isinstance(value, str))
        if self._work.threads.write(thread, Sender.RESPONDENT, text, offer.public_key, self._today):
            self.tell(offer.audit, MESSAGE, self._reader_of(thread))

    def _reader_of(self, thread: Thread) -> str:
        """Whom a thread is for: the role that its concern is for, else the lead."""
        concerns = self._work.casework.concerns(thread.audit, (LEAD, DEPUTY))
        return next((each.route for each in concerns if each.locator == thread.locator), LEAD)

    def _take_back(self, offer: Offer, before: Conversation) -> None:
        """Erase what they handed in. Raises NothingLeftError when there is nothing of it."""
        _, visit = self.visited(offer, before)
        pair = self._work.casework.keys_of(offer.audit)
        if not self._work.answers.withdraw(offer.audit, visit.opened.tags, pair, self._work.forms.get):
            raise NothingLeftError
        self._work.casework.note_rewriting(offer.audit)

    def tell(self, audit: str, kind: str, role: str = LEAD) -> None:
        """Have those with this role told, once this is committed, whether or not they can be reached."""
        for person in self._work.people.to_tell(audit, role):
            self.notices.append(self._work.notices.add(person, audit, kind))

    def tell_reader(
        self, offer: Offer, form: Form, before: Interview, after: Interview, waiting: tuple[Prompt, ...]
    ) -> tuple[Prompt, ...]:
        """The prompts, with who gets what is told when that has just turned out not to be the lead, and at the end."""
        if offer.records != CONCERN:
            return waiting
        was, now = form.goes_past_lead(before.answers), form.goes_past_lead(after.answers)
        handed_in = after.state is State.SUBMITTED and after is not before
        if not ((was and handed_in) or (now and not was)):
            return waiting
        seats = [each for each in self._work.people.seats(offer.audit) if each.role == DEPUTY]
        has_reader = any(each.reached or self._work.access.signs_in(each.account) for each in seats)
        if handed_in:
            return (*waiting, PastLead(has_reader, handed_in=True))
        return (PastLead(has_reader), *waiting)

    # Cases

    def take_case(self, case: Case, form: Form, interview: Interview) -> Case:
        """Keep a case as it is handed in, and do what its form is for. Raises NotTakenError and keeps nothing then."""
        if form.records == OPENING:
            self._open(case, form, interview)
        elif form.records == MEASURE:
            self._follow(case, form, interview)
        elif form.records in planning.RECORDED:
            plan = planning.Planner(self._work, self._today, self.notices)
            plan.take(case, form.records, engine.response(form, interview))
        done = self._work.cases.hand_in(case, interview, self._today)
        if form.records == EVIDENCE:
            self._cut(done, form)
            evidence = EvidenceHandedIn(form.id)
            actor = slips.PARTNER if case.holder == NOBODY else cases.acting(self._work, case)
            self._work.journal.append(evidence, day=self._today, actor=actor, audit=case.audit)
        return done

    def _case_of_partner(self, offer: Offer, interview: Interview) -> Case:
        """What somebody of another agency hands in is evidence, like what they would have told an auditor."""
        return self._work.cases.begin(offer.audit, offer.form, interview, NOBODY, self._today)

    def _cut(self, case: Case, form: Form) -> None:
        """Cut what was told into excerpts; those of an observation have the theme that it was tied to."""
        excerpts = self._work.excerpts.keep(_pieces(case, form))
        decision = _decision(form, case.interview, self._work.codebooks.present().version)
        if decision is not None:
            for excerpt in excerpts:
                self._work.codings.decide(case.audit, Coding(excerpt.id, case.holder, decision))

    def _open(self, case: Case, form: Form, interview: Interview) -> None:
        """Open the audit that a lead described, who is its lead then, and told what concerns it where they are now."""
        response, voice = engine.response(form, interview), wording.voice(interview.language)
        if "baseline" in response:
            audit = founding.found_again(self._work, response, case.holder, self._today, voice)
        else:
            audit = founding.found_from(self._work, response, self._today, LEAD, voice)
        mine = (each for each in self._work.people.all_of(case.audit) if each.account == case.holder)
        reached = next(((each.channel, each.address) for each in mine if each.channel), ("", ""))
        self._work.people.appoint(case.holder, audit.id, LEAD, *reached)
        self._work.journal.append(RoleGiven(LEAD), day=self._today, actor=LEAD, audit=audit.id)

    def _follow(self, case: Case, form: Form, interview: Interview) -> None:
        """Keep the number of a month. Raises NotOpenedError."""
        voice = wording.voice(interview.language)
        hand = Hand(case.holder, cases.acting(self._work, case), self._today, voice)
        response = engine.response(form, interview)
        following.record(self._work, case.audit, response, case.begun_on, hand)


def _pieces(case: Case, form: Form) -> Iterator[Excerpt]:
    """What was told in one's own words, in pieces of about a sentence."""
    for item in engine.history(form, case.interview):
        if not cases.is_told(cases.question(form, item)):
            continue
        yield from cut(
            Excerpt(
                audit=case.audit,
                form=form.digest,
                question=static(item.question),
                origin=Origin.NAMED,
                source=case.id,
                text=item.value,
                instance=instance(item.question),
            )
        )


def _decision(form: Form, interview: Interview, codebook: str) -> Decision | None:
    """What the auditor has decided in the form itself, where it asks for a theme."""
    code = next((item.value for item in cases.answers(form, interview, THEME)), "")
    said = next((item.value for item in cases.answers(form, interview, DIRECTION)), "")
    direction = Direction(said) if said in set(Direction) else Direction.WEAKNESS
    return Decision((Coded(code, direction),), codebook=codebook) if code else None
