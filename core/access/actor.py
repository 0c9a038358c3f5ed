"""The actor: who acts, as a frozen object of ids. Built by ``partners`` (settings.ACTOR_BUILDER)."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.module_loading import import_string

ORGANISATION_KEY = "partner"  # where a session keeps which organisation somebody of several acts for


@dataclass(frozen=True, slots=True)
class StaffScope:
    """One role held by staff, within a territory subtree and a set of product lines.

    ``territory_path``: the tree path that every covered territory's path begins with; "" is everywhere.
    ``line_ids``: product lines; None is all.
    """

    role: str
    permissions: frozenset[str] = frozenset()
    territory_path: str = ""
    line_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Ids only, so that core needs to know no app above it.

    ``organisation_id`` is the partner organisation (its account id) a dealer acts for;
    ``organisation_ids`` that one and those below it where the relation lets it see them.
    ``system`` names a process acting by itself (``screening``, ``clock`` …); such an actor sees everything.
    """

    user_id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    organisation_id: int | None = None
    organisation_ids: frozenset[int] = frozenset()
    scopes: tuple[StaffScope, ...] = ()
    language: str = "en"
    time_zone: str = "UTC"
    is_staff: bool = False
    read_only: bool = False
    viewed_by: int | None = None
    system: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return self.user_id is None and not self.system

    @property
    def is_dealer(self) -> bool:
        """Whether this person acts for a partner organisation."""
        return self.organisation_id is not None

    @property
    def sees_everything(self) -> bool:
        """Whether row scopes do not apply: system processes only. People are scoped by role."""
        return bool(self.system)

    def may(self, permission: str) -> bool:
        """Tell whether the roles held grant ``permission``, somewhere; scope is asked separately."""
        return bool(self.system) or permission in self.permissions

    def seen_by(self, viewer_id: int) -> "Actor":
        """Return this actor as an administrator views it: read only."""
        return replace(self, read_only=True, viewed_by=viewer_id)


ANONYMOUS = Actor()


def system_actor(name: str) -> Actor:
    """Return the actor of a process acting by itself, e.g. ``system_actor("screening")``."""
    return Actor(name=name, system=name)


def actor_for(user, session=None) -> Actor:
    """Build the actor of ``user`` with the builder that settings name; anonymous for nobody."""
    if user is None or not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    return import_string(settings.ACTOR_BUILDER)(user, session)
