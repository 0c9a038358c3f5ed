"""Making, finding and revoking API keys. A key is shown once; kept are its beginning and the hash of the whole."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import ORGANISATION_KEY, Actor, actor_for
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.ledger import record
from core.people.models import User
from core.workflow import lock

from .models import ApiKey, KeyUse

MARK = "dpk"
OFFERED = ("registrations.view", "registrations.file")  # what a key may be allowed at all
LONGEST_DAYS = 730


class KeyRefused(Exception):
    """A key cannot be made so. ``message`` is for people, ``field`` says where."""

    def __init__(self, message, field: str = ""):
        self.message, self.field = message, field
        super().__init__(str(message))


def digest_of(secret: str) -> str:
    """Return what is kept of a key. It is random and long, so that one plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> tuple[str, str]:
    """Return a new key as (its beginning, the whole)."""
    prefix = f"{MARK}_{secrets.token_hex(5)}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(32)}"


def may_be_allowed(person: User, organisation_id: int) -> tuple[str, ...]:
    """Return the permissions a key may have that acts as ``person``: those offered that the person holds there."""
    actor = actor_for(person, {ORGANISATION_KEY: organisation_id})
    if actor.organisation_id != organisation_id:
        return ()
    return tuple(permission for permission in OFFERED if actor.may(permission))


def make_key(
    *,
    name: str,
    person: User,
    organisation_id: int,
    permissions: Collection[str],
    days: int,
    actor: Actor,
    at: datetime,
) -> tuple[ApiKey, str]:
    """Make a key that acts as ``person`` for an organisation, and return it with its secret, which is kept nowhere.

    A dealer makes keys for the own organisation that act as themselves; staff for anybody of a partner.
    Raises ``NotAllowed``, ``KeyRefused``.
    """
    require(actor, "api.manage")
    if actor.is_dealer and (actor.organisation_id != organisation_id or actor.user_id != person.pk):
        raise NotAllowed
    allowed = may_be_allowed(person, organisation_id)
    if not permissions or not set(permissions) <= set(allowed):
        raise KeyRefused(_("Choose what the key may do, among what this person may."), "permissions")
    if not 1 <= days <= LONGEST_DAYS:
        raise KeyRefused(_("Choose how long the key counts."), "days")
    with transaction.atomic():
        lock(User.objects.all(), pk=person.pk)  # so that the number of keys is counted one after another
        usable = ApiKey.objects.filter(organisation_id=organisation_id).usable(at).count()
        if usable >= settings.API_MOST_KEYS:
            raise KeyRefused(_("There are too many keys already. Revoke one that is not needed any more."))
        prefix, secret = new_secret()
        key = ApiKey.objects.create(
            name=name,
            prefix=prefix,
            digest=digest_of(secret),
            user=person,
            organisation_id=organisation_id,
            permissions=sorted(set(permissions)),
            created_by_id=actor.user_id,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        KeyUse.objects.create(key=key)
        _record("api_key.made", key, actor, at)
    return key, secret


def revoke_key(pk: int, *, actor: Actor, at: datetime) -> ApiKey:
    """End a key at once; one that is revoked already stays so. Raises ``NotAllowed``, ``ApiKey.DoesNotExist``."""
    require(actor, "api.manage")
    with transaction.atomic():
        key = lock(ApiKey.objects.visible_to(actor), pk=pk)
        if key.revoked_at is None:
            key.revoked_at, key.revoked_by_id = at, actor.user_id
            key.save(update_fields=["revoked_at", "revoked_by"])
            _record("api_key.revoked", key, actor, at)
    return key


def _record(code: str, key: ApiKey, actor: Actor, at: datetime) -> None:
    facts = {"name": key.name, "prefix": key.prefix}
    record(code, key, actor=actor, at=at, partner_id=key.organisation_id, facts=facts)
