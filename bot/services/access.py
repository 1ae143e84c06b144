"""Who signs in, and by what: a link that works once, then a passkey or a code; or a passkey alone.

Between two pages nothing is kept but the session: challenges carry their own proof, and an app's secret is worked
out from the session until its first code was right. What an account may do is asked anew each time (`who`).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Collection
from enum import StrEnum
from typing import TypeAlias

import msgspec
import pyotp
import webauthn
from msgspec import Struct
from msgspec.structs import replace
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot import logs
from bot.clock import Clock
from dialogues.wordless import Wordless
from storage.access import TOUCH, Authenticator, Credential, Passkey, Session
from storage.unit_of_work import Storage, UnitOfWork

FRESH = 5 * 60  # seconds for which a passkey or a code counts for what matters most
TRIES = 5  # wrong codes in a row that end an attempt
LOCKED = 20  # wrong codes in a row after which no code is taken: who runs Candour must help
STEP = 30  # seconds of a code
SECRET_BYTES = 20  # RFC 4226: 160 bits
CHALLENGE_LIFE = 5 * 60_000  # milliseconds
SITE = "Candour"

_TIME_BYTES, _RANDOM_BYTES, _PROOF_BYTES = 8, 16, 32

log = logs.logger(__name__)


EXAMPLE_LEAD = "Example lead"  # a made-up person, who leads the audits of the example


class Visitor(Wordless, frozen=True):
    """Somebody whose browser has a session, what they may do now, and how they are called. They have no repr."""

    session: Session
    token: str
    roles: frozenset[tuple[str, str]]
    name: str
    ways: frozenset[str] = frozenset()

    @property
    def account(self) -> bytes:
        """Whose session it is."""
        return self.session.account

    @property
    def is_signed_in(self) -> bool:
        """Whether they have shown a passkey or a code."""
        return self.session.confirmed > 0

    def is_fresh(self, now: int) -> bool:
        """Whether they have shown it a moment ago."""
        return self.is_signed_in and now - self.session.confirmed <= FRESH


class Site(Struct, frozen=True):
    """Our address as the browser knows it: passkeys are bound to it."""

    host: str
    origin: str


class Refused(StrEnum):
    """Why somebody was not let in."""

    WRONG = "wrong"  # look at it again
    OVER = "over"  # too many tries, or too late: begin again
    LOCKED = "locked"  # no code is taken any more


Answer: TypeAlias = str | Refused  # the token of the new session, or why there is none


def moment(clock: Clock) -> int:
    """Now, in seconds since 1970."""
    return int(clock.now().timestamp())


def who(storage: Storage, token: str, clock: Clock) -> Visitor | None:
    """Whose browser this is, or None when nobody's. Notes that the session is in use."""
    now = moment(clock)
    with storage.reading() as work:
        session = work.access.session(token, now)
        if session is None:
            return None
        ways = frozenset(_way(each) for each in work.access.shown(session.account))
        visitor = Visitor(
            session, token, work.people.roles(session.account), work.access.name(session.account), ways
        )
    if now - session.seen >= TOUCH:
        with storage.writing() as work:
            work.access.see(session, now)
    return visitor


def follow(storage: Storage, code: str, clock: Clock) -> str | None:
    """Use up the code of a link. Returns the token of a session in which nothing was shown yet."""
    now = moment(clock)
    with storage.writing() as work:
        account = work.access.follow(code, now)
        if account is None or not work.people.roles(account):
            log.warning("access.link_refused")
            return None
        return work.access.begin(account, now, confirmed=False)


def sign_out(storage: Storage, token: str, clock: Clock) -> None:
    """End the session of this token, if there is one."""
    with storage.writing() as work:
        session = work.access.session(token, moment(clock))
        if session is not None and work.access.end(session.hash):
            log.info("access.signed_out")


# An app that makes codes


class NewApp(Wordless, frozen=True):
    """What an app is set up with: a secret in base 32, and an address that holds it. It has no repr."""

    secret: str
    address: str


def new_app(storage: Storage, visitor: Visitor) -> NewApp:
    """What an app is set up with in this session: the same each time it is asked for."""
    secret = _base32(_new_secret(storage, visitor))
    return NewApp(secret, pyotp.TOTP(secret).provisioning_uri(name=visitor.name or SITE, issuer_name=SITE))


def confirm_code(storage: Storage, visitor: Visitor, code: str, clock: Clock) -> Answer:
    """Take a code of their app; the first one sets the app up, when they have nothing to show yet."""
    now, typed = moment(clock), "".join(code.split())
    with storage.writing() as work:
        work.access.hold(visitor.account)
        shown = work.access.shown(visitor.account)
        if work.access.session(visitor.token, now) is None:
            return Refused.OVER
        if not shown and not visitor.is_signed_in:
            return _set_up_app(work, visitor, _new_secret(storage, visitor), typed, now)
        app = _app(work, visitor.account)
        return Refused.WRONG if app is None else _take_code(work, visitor, app, typed, now)


def _set_up_app(work: UnitOfWork, visitor: Visitor, secret: bytes, code: str, now: int) -> Answer:
    step = _step(secret, code, now)
    if step is None:
        return Refused.WRONG  # nothing is guarded yet: they may try as often as they like
    work.access.add(visitor.account, Authenticator(secret, step))
    return _first(work, visitor, now)


def has_app(storage: Storage, account: bytes) -> bool:
    """Whether they have an app that makes codes."""
    with storage.reading() as work:
        return _app(work, account) is not None


def show_code(storage: Storage, account: bytes, code: str, clock: Clock) -> Refused | None:
    """Take a code of their app where there is no session, in a chat: why it is not taken, or None when it was.

    Each code is taken once, wherever it is shown; wrong ones count together with those of the pages.
    """
    with storage.writing() as work:
        work.access.hold(account)
        app = _app(work, account)
        return Refused.WRONG if app is None else _refused(work, account, app, code, moment(clock))


def _app(work: UnitOfWork, account: bytes) -> Credential | None:
    return next((each for each in work.access.shown(account) if isinstance(each.shown, Authenticator)), None)


def _take_code(work: UnitOfWork, visitor: Visitor, app: Credential, code: str, now: int) -> Answer:
    refused = _refused(work, visitor.account, app, code, now)
    if refused is None:
        return _renewed(work, visitor, now)
    if refused is not Refused.WRONG:
        work.access.end(visitor.session.hash)
    return refused


def _refused(work: UnitOfWork, account: bytes, credential: Credential, code: str, now: int) -> Refused | None:
    """Why this code is not taken; None when it was, and will not be again."""
    app = credential.shown
    assert isinstance(app, Authenticator)
    if app.wrong >= LOCKED:
        return Refused.LOCKED
    step = _step(app.secret, code, now, after=app.step)
    if step is not None:
        work.access.change(account, credential.id, replace(app, step=step, wrong=0))
        return None
    wrong = app.wrong + 1
    work.access.change(account, credential.id, replace(app, wrong=wrong))
    log.warning("access.wrong_code", tries=wrong)
    if wrong % TRIES:
        return Refused.WRONG
    return Refused.LOCKED if wrong >= LOCKED else Refused.OVER


def _step(secret: bytes, code: str, now: int, after: int = -1) -> int | None:
    """The step of this code, if it is that of now or a neighbour's, and later than one that was taken."""
    codes = pyotp.TOTP(_base32(secret))
    for step in (now // STEP - 1, now // STEP, now // STEP + 1):
        right = codes.at(step * STEP)
        if step > after and hmac.compare_digest(right.encode(), code.encode(errors="replace")):
            return step
    return None


def _new_secret(storage: Storage, visitor: Visitor) -> bytes:
    return storage.keys.prove("app", visitor.account, visitor.session.hash)[:SECRET_BYTES]


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode()


# Passkeys


def options_to_add(storage: Storage, visitor: Visitor, site: Site, clock: Clock) -> str:
    """What a browser needs to make a passkey, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=SITE,
        user_id=visitor.account,
        user_name=visitor.name or SITE,
        user_display_name=visitor.name or SITE,
        challenge=_challenge(storage, "add", visitor.token, clock),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(storage, visitor.account),
    )
    return options_to_json(options)


def options_to_show(
    storage: Storage, browser: str, site: Site, clock: Clock, account: bytes | None = None
) -> str:
    """What a browser needs to show a passkey, as JSON: one of this account, or of whoever it is."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_challenge(storage, "show", browser, clock),
        allow_credentials=_described(storage, account) if account else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add_passkey(storage: Storage, visitor: Visitor, made: str, site: Site, clock: Clock) -> Answer:
    """Keep a passkey that a browser made: the first thing that somebody can show, or one more."""
    now = moment(clock)
    with storage.writing() as work:
        work.access.hold(visitor.account)
        first = not work.access.shown(visitor.account)
        if work.access.session(visitor.token, now) is None:
            return Refused.OVER
        if not (first or visitor.is_fresh(now)):
            return Refused.WRONG
        passkey = _made(storage, visitor, made, site, clock)
        if passkey is None:
            return Refused.WRONG
        work.access.add(visitor.account, passkey)
        return _first(work, visitor, now) if first else _renewed(work, visitor, now)


def confirm_passkey(storage: Storage, visitor: Visitor, shown: str, site: Site, clock: Clock) -> Answer:
    """Take a passkey of theirs."""
    now = moment(clock)
    with storage.writing() as work:
        work.access.hold(visitor.account)
        if work.access.session(visitor.token, now) is None:
            return Refused.OVER
        if not _took(work, visitor.account, shown, _Expected(storage, visitor.token, site, clock)):
            return Refused.WRONG
        return _renewed(work, visitor, now)


def sign_in_with_passkey(storage: Storage, browser: str, shown: str, site: Site, clock: Clock) -> Answer:
    """Let somebody in by a passkey alone, which has asked them who they are. `browser`: its cookie."""
    account = _owner(shown)
    with storage.writing() as work:
        work.access.hold(account)
        taken = _took(work, account, shown, _Expected(storage, browser, site, clock))
        if not taken or not work.people.roles(account):
            return Refused.WRONG
        log.info("access.signed_in")
        return work.access.begin(account, moment(clock), confirmed=True)


class _Expected(Struct, frozen=True):
    """What an answer to a challenge must fit."""

    storage: Storage
    browser: str
    site: Site
    clock: Clock


def _took(work: UnitOfWork, account: bytes, shown: str, expected: _Expected) -> bool:
    """Whether this is a passkey of the account, shown now and never before."""
    try:
        named = base64url_to_bytes(str(_field(shown, "rawId")))
    except ValueError:
        return False
    for credential in work.access.shown(account):
        passkey = credential.shown
        if isinstance(passkey, Passkey) and passkey.credential == named:
            after = _verified(passkey, shown, expected)
            if after is not None:
                work.access.change(account, credential.id, after)
                return True
    log.warning("access.passkey_refused")
    return False


def _verified(passkey: Passkey, shown: str, expected: _Expected) -> Passkey | None:
    """The passkey once this answer was taken, or None when it is not right or was given before."""
    challenge = _challenged(shown)
    issued = _issued(expected.storage, "show", expected.browser, challenge, expected.clock)
    if issued is None or issued <= passkey.since:
        return None
    try:
        verified = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=expected.site.host,
            expected_origin=expected.site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return replace(passkey, count=verified.new_sign_count, since=issued)


def _made(storage: Storage, visitor: Visitor, made: str, site: Site, clock: Clock) -> Passkey | None:
    challenge = _challenged(made)
    issued = _issued(storage, "add", visitor.token, challenge, clock)
    if issued is None:
        return None
    try:
        verified = webauthn.verify_registration_response(
            credential=made,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return Passkey(verified.credential_id, verified.credential_public_key, verified.sign_count, since=issued)


def _challenge(storage: Storage, purpose: str, browser: str, clock: Clock) -> bytes:
    """A challenge that says when it was made and proves that it was us, for this browser: nothing need be kept."""
    made = _milliseconds(clock).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return made + storage.keys.prove(purpose, browser, made)


def _issued(storage: Storage, purpose: str, browser: str, challenge: bytes, clock: Clock) -> int | None:
    """When we gave this browser the challenge, in milliseconds; None when we did not, or it is too long ago."""
    made, proof = challenge[:-_PROOF_BYTES], challenge[-_PROOF_BYTES:]
    if not hmac.compare_digest(proof, storage.keys.prove(purpose, browser, made)):
        return None
    issued = int.from_bytes(made[:_TIME_BYTES], "big")
    return issued if 0 <= _milliseconds(clock) - issued <= CHALLENGE_LIFE else None


def _milliseconds(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)


def _challenged(answer: str) -> bytes:
    """The challenge that a browser's answer is about; empty when it cannot be read."""
    try:
        response = _field(answer, "response")
        data = response.get("clientDataJSON", "") if isinstance(response, dict) else ""
        return parse_client_data_json(base64url_to_bytes(data)).challenge
    except (WebAuthnException, ValueError, TypeError, AttributeError):
        return b""


def _owner(shown: str) -> bytes:
    """The account that a passkey says it is of; empty when it does not."""
    response = _field(shown, "response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    try:
        return base64url_to_bytes(handle) if isinstance(handle, str) else b""
    except ValueError:
        return b""


def _field(answer: str, name: str) -> object:
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return found.get(name) if isinstance(found, dict) else None


def _described(storage: Storage, account: bytes) -> list[PublicKeyCredentialDescriptor]:
    with storage.reading() as work:
        shown: Collection[Credential] = work.access.shown(account)
    return [
        PublicKeyCredentialDescriptor(id=each.shown.credential)
        for each in shown
        if isinstance(each.shown, Passkey)
    ]


# Sessions


def _first(work: UnitOfWork, visitor: Visitor, now: int) -> str:
    """The session of somebody who can be told from others from now on: every one from before is over."""
    work.access.end_all(visitor.account)
    log.info("access.set_up")
    return work.access.begin(visitor.account, now, confirmed=True)


def _renewed(work: UnitOfWork, visitor: Visitor, now: int) -> str:
    """A new session in the place of this one, with a token that nobody can have seen before."""
    work.access.end(visitor.session.hash)
    log.info("access.signed_in")
    began = visitor.session.began if visitor.is_signed_in else now
    return work.access.begin(visitor.account, now, confirmed=True, began=began)


def _way(credential: Credential) -> str:
    return "passkey" if isinstance(credential.shown, Passkey) else "totp"
