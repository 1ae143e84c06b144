"""What can go wrong around a turn. The tree of `storage.errors` goes on here.

CandourError
└── TurnError               the message was not taken; nothing was changed
    ├── TooBusyError        too many messages wait already: try again in a moment
    └── StoppingError       we are shutting down: the channel should deliver it again
"""

from __future__ import annotations

from storage.errors import CandourError


class TurnError(CandourError):
    """A message was not taken; nothing was changed."""


class TooBusyError(TurnError):
    """Too many messages wait already."""

    def __init__(self) -> None:
        super().__init__("Too many people are writing at this moment. Please try again in a few seconds.")


class StoppingError(TurnError):
    """Candour is shutting down."""

    def __init__(self) -> None:
        super().__init__("Candour is restarting. Please try again in a minute.")
