"""setWebhook, deleteWebhook, getWebhookInfo, getFile; getUpdates waits, and so has `polling.py` of its own."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.telegram.chats import Json
from tests.telegram.errors import bad_request
from tests.telegram.files import LARGEST_DOWNLOAD
from tests.telegram.parameters import Parameters
from tests.telegram.world import MOST_CONNECTIONS, Webhook, World

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


class Described(msgspec.Struct, frozen=True):
    """A result with a sentence beside it, which few methods give."""

    result: Any
    description: str


def set_webhook(world: World, given: Parameters) -> Described:
    """Post updates to an address from now on; an empty one: no longer."""
    if not given.text("url"):
        return delete_webhook(world, given)
    webhook = _webhook(given)
    allow(world, given)
    if given.flag("drop_pending_updates"):
        world.updates.clear()
    same, world.webhook = webhook == world.webhook, webhook
    return Described(result=True, description="Webhook is already set" if same else "Webhook was set")


def delete_webhook(world: World, given: Parameters) -> Described:
    """Keep updates for getUpdates again."""
    if given.flag("drop_pending_updates"):
        world.updates.clear()
    had, world.webhook, world.webhook_error = world.webhook, None, None
    return Described(result=True, description="Webhook was deleted" if had else "Webhook is already deleted")


def get_webhook_info(world: World, _: Parameters) -> Json:
    """Where updates go, how many wait, what went wrong last."""
    info: Json = {
        "url": world.webhook.url if world.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending(world.now())),
    }
    if world.webhook:
        info["max_connections"] = world.webhook.max_connections
    if world.webhook_error:
        info |= {
            "last_error_date": int(world.webhook_error.at),
            "last_error_message": world.webhook_error.what,
        }
    if world.updates.allowed:
        info["allowed_updates"] = list(world.updates.allowed)
    return info


def allow(world: World, given: Parameters) -> None:
    """Which updates are wanted from now on; when the call does not say, as before."""
    kinds = given.value("allowed_updates")
    if isinstance(kinds, list):
        world.updates.allow(str(kind) for kind in kinds)


def get_file(world: World, given: Parameters) -> Json:
    """Where a file can be fetched, up to 20 MB."""
    file = world.files.find(given.text("file_id"))
    if file.size > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return file.json() | {"file_path": file.path}


def _webhook(given: Parameters) -> Webhook:
    """Telegram wants HTTPS; here HTTP to this machine will do as well."""
    address = urlsplit(given.text("url"))
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not _SECRET.fullmatch(given.text("secret_token")):
        raise bad_request("secret token contains unallowed characters")
    most = given.number("max_connections") or MOST_CONNECTIONS
    return Webhook(given.text("url"), given.text("secret_token"), min(max(most, 1), 100))
