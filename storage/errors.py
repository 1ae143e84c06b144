"""What can go wrong that is nobody's typing: promises that were broken.

    CandourError                        everything that Candour raises on purpose
    ├── StorageError                    something is wrong with what is remembered
    │   ├── UnsafeFileError             others on this machine could read it
    │   ├── KeyMissingError             there is a database, but its key is not there
    │   ├── KeyUnreadableError          the key file holds no key
    │   ├── UnsafeSettingError          something is set so that it would keep what must be forgotten
    │   ├── UnavailableError            the database cannot be reached or written at the moment
    │   │   └── CollidedError           two who wrote at once were in each other's way: it can be done again
    │   ├── BackupError                 a backup cannot be made, or what was given is not one that can be used
    │   │   └── KeysUnavailableError    the keys of the day cannot be reached
    │   ├── KeysInUseError              the key file cannot be renewed while Candour runs
    │   └── UndecipherableError         it was not encrypted with this key, or was changed since
    ├── RequestError                    asked for something that is not there, or not now
    │   ├── UnknownAuditError
    │   ├── UnknownFormError
    │   ├── FormInUseError
    │   ├── UnsafeThresholdError
    │   ├── AuditExistsError
    │   ├── AuditClosedError
    │   ├── AuditOpenError
    │   ├── NoBaselineError
    │   ├── PassphraseMissingError
    │   ├── PassphraseWeakError
    │   ├── PassphraseChosenError
    │   ├── PassphraseWrongError
    │   ├── TooFewHeardError    fewer than K people answered: their words stay locked
    │   ├── AlreadyPublishedError
    │   └── NotPublishedError
    └── (bot.errors goes on here)

Each carries one sentence that can be shown to the person who caused it, and no word of an answer.
"""

from __future__ import annotations


class CandourError(Exception):
    """Everything that Candour raises on purpose."""


class StorageError(CandourError):
    """Something is wrong with what is remembered."""


class UnsafeFileError(StorageError):
    """Others on this machine could read a file that only we may."""


class KeyMissingError(StorageError):
    """There is a database, but the key that opens it is not where it was said to be."""


class KeyUnreadableError(StorageError):
    """The key file holds no key."""


class UndecipherableError(StorageError):
    """It was not encrypted with this key, or was changed since."""


class BackupError(StorageError):
    """A backup cannot be made, or what was given is not one that can be used."""


class UnavailableError(StorageError):
    """The database cannot be reached or written at the moment: nothing was changed, try again later.

    `name` says which fault it was, for logs: an SQLSTATE, SQLite's name, 'connection' or 'pool'. When the
    connection broke at the very commit, nobody knows whether it happened: what is tried again must recognise
    itself, as turns do by their updates.
    """

    def __init__(self, name: str = "connection") -> None:
        super().__init__(
            "The database cannot be reached or written at the moment. Nothing was changed. Try again later."
        )
        self.name = name


class CollidedError(UnavailableError):
    """Two who wrote at once waited for each other, so the database undid this one: it can be done again at once."""


class KeysUnavailableError(UnavailableError):
    """The keys that open drafts cannot be reached at the moment: nothing was changed, try again later."""

    def __init__(self) -> None:
        StorageError.__init__(
            self,
            "The keys of the day cannot be reached at the moment. Nothing was changed. Look at CANDOUR_EPOCH_KEYS.",
        )
        self.name = "keys"


class UnsafeSettingError(StorageError):
    """This machine or a server is set so that it would keep what must be forgotten."""


class KeysInUseError(StorageError):
    """The key file is in use, so it cannot be renewed."""

    def __init__(self) -> None:
        super().__init__("Candour is running. Stop it on every machine, then renew its keys.")


class RequestError(CandourError):
    """Something was asked for that is not there, or not possible now."""


class UnknownAuditError(RequestError):
    """No audit has this name."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"There is no audit “{audit}”.")
        self.audit = audit


class UnknownFormError(RequestError):
    """The audit does not offer this form."""

    def __init__(self, audit: str, form: str) -> None:
        super().__init__(f"The audit “{audit}” has no form “{form}”.")
        self.audit = audit
        self.form = form


class FormInUseError(RequestError):
    """Another version of a form was to be offered where people were invited to answer this one."""

    def __init__(self, audit: str, form: str) -> None:
        super().__init__(
            f"People were invited to answer “{form}” in “{audit}”, so that it stays as it is. "
            "Another version needs an audit of its own."
        )


class UnsafeThresholdError(RequestError):
    """So small a K does not protect, or so large a one leaves nothing to publish."""

    def __init__(self, k: int, smallest: int, largest: int) -> None:
        super().__init__(f"K must be from {smallest} to {largest} people, not {k}.")
        self.k = k


class AuditExistsError(RequestError):
    """An audit of this name was opened before."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"There is an audit “{audit}” already.")
        self.audit = audit


class AuditClosedError(RequestError):
    """The audit takes no more answers."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"The audit “{audit}” is closed and takes no more answers.")
        self.audit = audit


class NoBaselineError(RequestError):
    """An audit looks at no other one again."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"The audit “{audit}” is no re-audit: it was opened without a baseline.")
        self.audit = audit


class AuditOpenError(RequestError):
    """Nothing is published before the audit is closed."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"The audit “{audit}” is still open. Nothing is published before it is closed.")
        self.audit = audit


class PassphraseMissingError(RequestError):
    """What people wrote in their own words can only be kept once the lead has chosen a passphrase."""

    def __init__(self, audit: str) -> None:
        super().__init__(
            f"The lead of “{audit}” has not chosen a passphrase yet. What people wrote is kept under it. Choose one: "
            f"candour audits passphrase {audit}"
        )
        self.audit = audit


class PassphraseWeakError(RequestError):
    """A passphrase that could be guessed."""

    def __init__(self, shortest: int) -> None:
        super().__init__(
            f"Choose a longer passphrase: four words or more that do not belong together, at least {shortest} letters."
        )


class PassphraseChosenError(RequestError):
    """The passphrase of an audit was chosen before, and stays."""

    def __init__(self, audit: str) -> None:
        super().__init__(
            f"The passphrase of “{audit}” was chosen already. It stays: what is kept under it would be lost."
        )


class PassphraseWrongError(RequestError):
    """Not the passphrase of this audit."""

    def __init__(self) -> None:
        super().__init__("That is not the passphrase of this audit. Check it, and try again.")


class TooFewHeardError(RequestError):
    """What fewer than K people wrote stays locked: of so few, a reader could put one person's words together."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"Too few people answered in “{audit}”: what they wrote stays locked.")


class AlreadyPublishedError(RequestError):
    """What was published is frozen: there is one release."""

    def __init__(self, audit: str) -> None:
        super().__init__(
            f"What people said at the audit “{audit}” was published before. It is published once only: "
            "whoever compares two versions could tell what one person said."
        )
        self.audit = audit


class NotPublishedError(RequestError):
    """There is no such edition of the report."""

    def __init__(self, audit: str) -> None:
        super().__init__(f"This report of “{audit}” was not published.")
        self.audit = audit
