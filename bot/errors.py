"""What can go wrong around a turn. The tree of `storage.errors` goes on here.

CandourError
└── TurnError               the message was not taken; nothing was changed
    ├── NowhereError        nobody knows which audit this person belongs to: they need their link
    ├── UnknownInvitationError  no slip and no audit has this code
    ├── SlipNeededError     only those who have a slip may answer here
    ├── OthersDraftError    somebody is answering here with another slip
    ├── SlipSpentError      somebody else handed in with the same slip
    ├── ReceiptMissingError what they want to do needs their receipt first
    ├── NothingLeftError    there is nothing that could be taken back
    ├── WrongReceiptError   no receipt that opens anything
    ├── TooManyTriesError   so many receipts were tried that nobody may try for a while
    ├── RoleMissingError    they have no part in the audit, or not any more
    ├── CaseElsewhereError  the case is in other hands, handed in, or erased
    ├── NoColleagueError    a case was to be given to somebody who may not have it
    ├── NotToInviteError    a lead cannot invite to this role, or not now
    ├── NotToEndError       a lead cannot end this role: who runs Candour can
    ├── LastLeadError       the audit would have no lead
    ├── NotTakenError       what a case describes cannot be so: a finding, an action
    │   └── NotOpenedError  an audit cannot be opened as it was described
    ├── TooBusyError        too many messages wait already: try again in a moment
    └── StoppingError       we are shutting down: the channel should deliver it again
"""

from __future__ import annotations

from storage.errors import CandourError


class TurnError(CandourError):
    """A message was not taken; nothing was changed."""


class NowhereError(TurnError):
    """A person in a chat whom no audit has invited yet, or whose draft died: `days` is how long drafts live."""

    def __init__(self, days: int) -> None:
        super().__init__("Please open the link that you were given.")
        self.days = days


class UnknownInvitationError(TurnError):
    """A code that leads nowhere: mistyped, used before, or of an audit that is over."""

    def __init__(self) -> None:
        super().__init__("This invitation is not known, or was used before.")


class SlipNeededError(TurnError):
    """The audit is for those who have a slip, and none was entered here."""

    def __init__(self, audit: str) -> None:
        super().__init__("These questions are for people who were given an invitation of their own.")
        self.audit = audit


class OthersDraftError(TurnError):
    """A slip was entered where somebody is answering with another one that still holds: perhaps another person."""

    def __init__(self) -> None:
        super().__init__("Somebody is answering here with another invitation.")


class SlipSpentError(TurnError):
    """Somebody else handed in with the same invitation; nothing of this interview was handed in or lost."""

    def __init__(self, audit: str) -> None:
        super().__init__("This invitation was used by somebody else meanwhile.")
        self.audit = audit


class RoleMissingError(TurnError):
    """Somebody goes on with an interview of auditors who is none in its audit, or not any more."""

    def __init__(self) -> None:
        super().__init__("You have no part in this audit at the moment. Please ask the safeguarding lead.")


class CaseElsewhereError(TurnError):
    """A case cannot be gone on with here: somebody else has it now, or it was handed in or stopped."""

    def __init__(self) -> None:
        super().__init__("This was handed in or stopped, or a colleague goes on with it.")


class NoColleagueError(TurnError):
    """A case was to be given to somebody who is neither auditor nor lead of its audit."""

    def __init__(self) -> None:
        super().__init__("Only another auditor or the lead of this audit can take this over.")


class NotToInviteError(TurnError):
    """A lead would invite somebody to a role that is not theirs to give: another lead, a second deputy."""

    def __init__(self) -> None:
        super().__init__("Nobody can be invited to this part here. Ask whoever runs Candour.")


class NotToEndError(TurnError):
    """A lead would end the role of the deputy, who is told what goes past the lead."""

    def __init__(self) -> None:
        super().__init__("The part of the deputy cannot be ended here. Ask whoever runs Candour.")


class LastLeadError(TurnError):
    """The last lead of an audit would have no role any more."""

    def __init__(self) -> None:
        super().__init__(
            "An audit needs a lead. Ask whoever runs Candour to give somebody else this part first."
        )


class NotTakenError(TurnError):
    """What a case describes cannot be so: why, in its holder's language, and which question is about it ('': none)."""

    def __init__(self, why: str, question: str) -> None:
        super().__init__(why)
        self.question = question


class NotOpenedError(NotTakenError):
    """An audit cannot be opened as it was described."""


class TooBusyError(TurnError):
    """Too many messages wait already."""

    def __init__(self) -> None:
        super().__init__("Too many people are writing at this moment. Please try again in a few seconds.")


class StoppingError(TurnError):
    """Candour is shutting down."""

    def __init__(self) -> None:
        super().__init__("Candour is restarting. Please try again in a minute.")


class ReceiptMissingError(TurnError):
    """Somebody wants to write to the lead, or to take answers back, and has not shown their receipt."""

    def __init__(self) -> None:
        super().__init__("Please enter your receipt first.")


class WrongReceiptError(TurnError):
    """A receipt that opens nothing: mistyped, never given out, or destroyed since. Nobody is told which."""

    def __init__(self) -> None:
        super().__init__("This receipt opens nothing. Check each letter and number, and try again.")


class TooManyTriesError(TurnError):
    """Too many receipts that open nothing were tried."""

    def __init__(self) -> None:
        super().__init__("Too many receipts were tried just now. Please wait an hour and try again.")


class NothingLeftError(TurnError):
    """Somebody wants to take answers back, and there are none of theirs: taken back before, or destroyed."""

    def __init__(self) -> None:
        super().__init__("There are no answers that belong to this receipt.")
