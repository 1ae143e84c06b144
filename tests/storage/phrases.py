"""A passphrase of a lead, and what is kept of it."""

from __future__ import annotations

from storage import passphrases

PASSPHRASE = "copper lantern tuesday marsh"
RELEASE = passphrases.choose(PASSPHRASE)
