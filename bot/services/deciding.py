"""What a lead decides in a chat that cannot be taken back, with the code of their app as a second look.

Closing an audit, and settling what a re-audit proposes. It takes longer than a turn, so it is no turn: the same message
that comes again finds the audit closed, the proposals settled, or its code used, and changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from bot import revisiting, wording
from bot.changes import NOT_YET
from bot.clock import Clock
from bot.messages import Address, Decision, Desk
from bot.services import access, auditing, measuring, reauditing
from bot.services.access import Refused
from bot.wording import Voice, mark
from reports.embedding import Outcome
from storage.casework import Audit
from storage.errors import AuditOpenError
from storage.slips import LEAD
from storage.unit_of_work import Storage

CLOSE, SETTLE = "close", "settle"

_AFTERWARDS = mark("The themes: /themes. What was found: /findings. The report is on your pages: /signin.")
_PASSPHRASE_FIRST = mark(
    "First choose the passphrase of this audit, on your page: /signin. It locks what people wrote in their own words, "
    "so never send it in a chat. Nothing has changed."
)
_NO_APP = mark(
    "You have no app that shows six digits, so this can only be decided on your page: /signin. Nothing has changed."
)
_NONE = {
    CLOSE: mark("None of your audits is open."),
    SETTLE: mark("None of your audits looks at another one again."),
}


class Decider:
    """Does what leads decide, one decision after the other. Threads may share it."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._one_at_a_time = threading.Lock()  # the same message that comes again meanwhile finds it done

    def decide(self, address: Address, decision: Decision) -> Desk | None:
        """What came of it, to be read; None for who leads no audit, to whom it is a word like any other.

        Raises UndecipherableError, AlreadyPublishedError, UnavailableError.
        """
        with self._one_at_a_time:
            return self._decide(address, decision)

    def _decide(self, address: Address, decision: Decision) -> Desk | None:
        with self._storage.reading() as work:
            account = next((each.account for each in work.people.at(address.channel, address.id)), b"")
            led = [work.casework.audit(audit) for audit, role in work.people.roles(account) if role == LEAD]
        if not led:
            return None
        _ = wording.voice(wording.SOURCE)
        meant = (
            [each for each in led if each.id == decision.audit]
            if decision.audit
            else self._open(led, decision)
        )
        if len(meant) != 1:
            return _which(decision, led if decision.audit else meant, _)
        if decision.what == CLOSE:
            return Desk(tuple(self._close(account, meant[0], decision.code, _)))
        return Desk(tuple(self._settle(account, meant[0], {each.id for each in led}, decision, _)))

    def _open(self, led: Collection[Audit], decision: Decision) -> list[Audit]:
        """The audits of which this can be decided."""
        if decision.what == CLOSE:
            return [each for each in led if not auditing.is_over(self._storage, each.id)]
        return [each for each in led if each.baseline]

    # Closing

    def _close(self, account: bytes, audit: Audit, code: str, _: Voice) -> list[str]:
        if auditing.is_over(self._storage, audit.id):
            return [_("{audit} is closed already.", audit=audit.name), _(_AFTERWARDS)]
        if not auditing.has_passphrase(self._storage, audit.id):
            return [_(_PASSPHRASE_FIRST)]
        refused = self._look_again(account, code, _)
        if refused:
            return [refused]
        auditing.close_audit(self._storage, audit.id, self._clock, LEAD)
        return [_("{audit} is closed, and its report is made.", audit=audit.name), _(_AFTERWARDS)]

    def _look_again(self, account: bytes, code: str, _: Voice) -> str:
        """Why this code is not taken; '' when it was."""
        if not access.has_app(self._storage, account):
            return _(_NO_APP)
        match access.show_code(self._storage, account, code, self._clock):
            case None:
                return ""
            case Refused.LOCKED:
                return _(
                    "There were too many wrong codes. Please ask whoever runs Candour to let you set it up anew."
                )
            case _:
                return _(
                    "These digits are not right, or were used before. If it is not done yet, please send it again with "
                    "the next six digits that your app shows."
                )

    # Settling

    def _settle(
        self, account: bytes, audit: Audit, led: Collection[str], decision: Decision, _: Voice
    ) -> list[str]:
        if not audit.baseline:
            return [_("This audit looks at no other one again.")]
        if audit.baseline not in led:
            return [_("Only a lead of both audits can decide this.")]
        try:
            proposed = _proposed(reauditing.outcome(self._storage, audit.id))
        except AuditOpenError:
            return [_(NOT_YET)]
        chosen = {name: id_ for name, id_ in proposed.items() if name in (decision.names or proposed)}
        strange = sorted(decision.names - proposed.keys())
        if strange:
            return [_("Nothing new is proposed for {names}. Nothing has changed.", names=", ".join(strange))]
        if not chosen:
            return [_("Nothing is left to decide here.")]
        refused = self._look_again(account, decision.code, _)
        if refused:
            return [refused]
        hand = measuring.hand(account, LEAD, self._clock)
        counts = reauditing.settle(self._storage, audit.id, chosen.values(), hand)
        return [_("Done: {names}.", names=", ".join(chosen)), *_counted(counts, _)]


def _which(decision: Decision, audits: Collection[Audit], _: Voice) -> Desk:
    """More than one could be meant, or none."""
    if not audits:
        return Desk((_(_NONE[decision.what]),))
    digits = _("and then the six digits")
    how = [f"/{decision.what} {each.id} {digits}" for each in sorted(audits, key=lambda each: each.id)]
    return Desk((_("Please say which audit, and then the next six digits that your app shows:"), *how))


def _proposed(found: Outcome) -> dict[str, str]:
    """By the name of a finding or action (F1, A2), the id of each for which something new is proposed."""
    findings = {each.finding.name: each.finding.id for each in found.findings if each.is_new}
    return findings | {each.action.name: each.action.id for each in found.actions if revisiting.is_new(each)}


def _counted(counts: tuple[int, int, int], _: Voice) -> list[str]:
    closed, reopened, embedded = counts
    said = (
        _.several("{number} finding is closed.", "{number} findings are closed.", closed) if closed else "",
        _("Open again: {number}.", number=reopened) if reopened else "",
        _.several("{number} action is embedded.", "{number} actions are embedded.", embedded)
        if embedded
        else "",
    )
    return [each for each in said if each]
