"""The cases that are gone on with in one group of turns: each is loaded with its row held, and saved once.

A conversation that goes on with a case holds only a stub of its interview; here it is laid open and put back. Whether
somebody may is asked before each turn: a role that ended has ended with the next message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from bot import beginning, buttons, cases, meanwhile
from bot.errors import CaseElsewhereError, RoleMissingError, TurnError
from bot.messages import ACCOUNT, Address
from dialogues.form import Form
from dialogues.interview import Interview
from storage.cases import Case
from storage.casework import OPENING
from storage.errors import UnknownFormError
from storage.interviews import Aside, Conversation
from storage.slips import BOARD, OWNER
from storage.unit_of_work import UnitOfWork

NEW_AUDIT = "new-audit"  # the form by which a lead opens an audit from nothing
OBSERVATION = "observation"  # the form by which an auditor notes what nobody asked about


class Caseload:
    """The cases within one transaction."""

    def __init__(self, work: UnitOfWork, ids: Collection[bytes], today: date) -> None:
        self._work = work
        self._today = today
        self._cases: dict[bytes, Case] = work.cases.load(ids)
        self._changed: set[bytes] = set()

    # Laid open, and put back

    def open(
        self, held: Conversation | None, audit: str, form: str, case: bytes = b""
    ) -> Conversation | None:
        """The conversation with the interview of its case; `case`: that which a channel shows."""
        if case:
            new = Conversation(Interview("", ""))
            held = replace(held or new, audit=audit, form=form, case=case)
        found = self._find(held.case) if held is not None else None
        return replace(held, interview=found.interview) if held is not None and found is not None else held

    def lay_open(self, aside: Aside, address: Address) -> Aside:
        """What was put aside, with the interview of its case; one that they may not see has ended for them."""
        if not aside.case:
            return aside
        try:
            case = self.held_by(aside.case, self.account(address))
        except TurnError:
            return replace(aside, interview=Interview(aside.interview.form, aside.interview.language))
        return replace(aside, interview=case.interview)

    def keep(self, here: Conversation) -> None:
        """Put the interview of a case in the place of what it held."""
        case = self._find(here.case)
        if case is not None and case.interview is not here.interview:
            self._cases[case.id] = replace(case, interview=here.interview)
            self._changed.add(case.id)

    def catch_up(self, here: Conversation, form: Form) -> tuple[Conversation, str]:
        """The conversation with what others have written anew since; what is to be read first, or ''."""
        case = self._find(here.case)
        caught = meanwhile.caught_up(self._work, case, form) if case is not None else None
        if caught is None:
            return here, ""
        self._cases[caught.case.id] = caught.case
        self._changed.add(caught.case.id)
        return replace(here, interview=caught.case.interview), caught.told

    def told_again(self, here: Conversation, form: Form) -> str:
        """What was to be read first when the case was caught up with, while it holds; or ''."""
        case = self._find(here.case)
        return meanwhile.told_again(self._work, case, form) if case is not None else ""

    def save(self) -> None:
        """Write what was changed."""
        for id_ in self._changed:
            self._work.cases.save(self._cases[id_], self._cases[id_].interview)

    def end(self, case: bytes) -> Case:
        """The case, which nobody goes on with from now on."""
        self._changed.discard(case)
        return self._cases.pop(case)

    # Whether they may

    def account(self, address: Address) -> bytes:
        """Whose address it is; none when nobody there has a role."""
        if address.channel == ACCOUNT:
            return bytes.fromhex(address.id)
        there = self._work.people.at(address.channel, address.id)
        return there[0].account if there else b""

    def audits_of(self, account: bytes) -> list[str]:
        """The audits in which an account is an auditor or lead at this moment."""
        roles = self._work.people.roles(account)
        return sorted({audit for audit, role in roles if role in cases.MAY_ASK})

    def has_role(self, account: bytes) -> bool:
        """Whether an account has any role at this moment."""
        return bool(account) and bool(self._work.people.roles(account))

    def is_guest(self, account: bytes) -> bool:
        """Whether it owns actions or sits on a board, and asks nobody."""
        roles = {role for _, role in self._work.people.roles(account)} if account else set()
        return bool(roles & {OWNER, BOARD}) and not roles & cases.MAY_ASK

    def roles_in(self, audit: str, account: bytes) -> frozenset[str]:
        """What an account is in this audit at this moment."""
        return frozenset(role for there, role in self._work.people.roles(account) if there == audit)

    def see_that_they_may(self, address: Address, here: Conversation) -> None:
        """Whether they go on with this case. Raises CaseElsewhereError, RoleMissingError."""
        case = self.held_by(here.case, self.account(address))
        if (case.audit, case.form) != (here.audit, here.form):
            raise CaseElsewhereError

    def see_that_they_may_look(self, address: Address, here: Conversation | None) -> None:
        """Whether they see this case, which may be a colleague's. Raises CaseElsewhereError, RoleMissingError."""
        account = self.account(address)
        if here is None or not self.roles_in(here.audit, account):
            raise RoleMissingError
        case = self._find(here.case)
        if case is not None and not cases.may_look(self._work, account, case):
            raise RoleMissingError
        if (case is None and not here.recent) or (case is not None and case.audit != here.audit):
            raise CaseElsewhereError

    def held_by(self, case: bytes, account: bytes) -> Case:
        """The case, which they may go on with. Raises CaseElsewhereError, RoleMissingError."""
        return cases.held_by(self._work, self._find(case), account)

    def held(self, here: Conversation | None, account: bytes) -> Case | None:
        """The case that is gone on with here, if they may."""
        try:
            return self.held_by(here.case, account) if here is not None else None
        except TurnError:
            return None

    # What they do

    def begin(
        self,
        audit: str,
        form: str,
        account: bytes,
        part_of: bytes = b"",
        about: Mapping[str, str] = beginning.NOTHING,
    ) -> Case:
        """A new case. Raises RoleMissingError, UnknownFormError."""
        case = beginning.begin(self._work, audit, form, account, self._today, part_of, about)
        self._cases[case.id] = case
        return case

    def revise(self, audit: str, recorded: str, first: bytes, account: bytes) -> Case:
        """A new case with what was answered before. Raises CaseElsewhereError, RoleMissingError, UnknownFormError."""
        case = beginning.revise(self._work, audit, recorded, first, account, self._today)
        self._cases[case.id] = case
        return case

    def observe(self, during: Case | None, audit: str, account: bytes) -> Case:
        """A new observation, which belongs to the case during which it was made."""
        if during is None:
            return self.begin(audit, OBSERVATION, account)
        return self.begin(during.audit, OBSERVATION, account, during.part_of or during.id)

    def found(self, audits: Sequence[str], account: bytes) -> Case:
        """The form by which a lead opens another audit, in one where they are. Raises UnknownFormError."""
        for audit in audits:
            for offer in cases.may_begin(self._work, account, audit, (OPENING,)):
                if offer.form == NEW_AUDIT:
                    return self.begin(audit, offer.form, account)
        raise UnknownFormError(audits[0], OPENING)

    def hand_over(self, case: Case, to: bytes) -> None:
        """Give a case to a colleague. Raises NoColleagueError."""
        actor = cases.acting(self._work, case)
        self._cases[case.id] = cases.hand_over(self._work, case, to, self._today, actor)

    def named(self, audit: str, short: str) -> str:
        """The form that a button means. Raises UnknownAuditError, UnknownFormError."""
        for offer in cases.offers(self._work, audit):
            if buttons.short(offer.form) == short:
                return offer.form
        raise UnknownFormError(audit, short)

    def _find(self, case: bytes) -> Case | None:
        if case and case not in self._cases:
            self._cases.update(self._work.cases.load([case]))
        return self._cases.get(case)
