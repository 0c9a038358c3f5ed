"""Keeping, changing, sharing and deleting views, and how a person arranges a list.

Views are a person's own affair and leave no event until others are shown them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed, ReadOnlyActor
from core.access.models import Role
from core.ledger import record

from .exceptions import ViewRefused
from .forms import audiences_for
from .models import Arrangement, Audience, SavedView

MOST_VIEWS = 50  # of one person and list
MOST_TABS = 300
KEPT_FOR_UNDO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a view is to be: its name, what it asks for, its columns (None: each reader's own), who may use it."""

    name: str
    query: str = ""
    columns: tuple[str, ...] | None = None
    audience: str = Audience.PRIVATE
    role: Role | None = None


def _own(actor: Actor) -> Actor:
    if actor.user_id is None:
        raise NotAllowed
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)
    return actor


def save_view(list_name: str, terms: Terms, *, actor: Actor, at: datetime) -> SavedView:
    """Keep a new view of a list for ``actor`` and return it.

    Raises ``ViewRefused`` for a name the actor uses already, for more views than anybody needs, and for an audience
    the actor may not share with.
    """
    _own(actor)
    _check_audience(terms, actor)
    own = SavedView.objects.filter(owner_id=actor.user_id, list=list_name, deleted_at__isnull=True)
    if own.count() >= MOST_VIEWS:
        raise ViewRefused(
            _("You keep %(count)s views of this list. Delete one that you no longer need.")
            % {"count": number_format(MOST_VIEWS)}
        )
    view = SavedView(
        list=list_name,
        owner_id=actor.user_id,
        organisation_id=actor.organisation_id,
        name=terms.name,
        query=terms.query,
        columns=None if terms.columns is None else list(terms.columns),
        audience=terms.audience,
        role=terms.role,
        created_at=at,
        changed_at=at,
    )
    with transaction.atomic():
        _store(view)
        _say_whose(view, "", actor=actor, at=at)
    return view


def update_view(
    ref: str, *, query: str, columns: tuple[str, ...] | None, actor: Actor, at: datetime
) -> SavedView:
    """Let a view ask for something else, as the list stands now; its owner's alone to do."""
    with transaction.atomic():
        view = _manageable(ref, actor)
        if view.owner_id != actor.user_id:
            raise NotAllowed
        view.query, view.columns, view.changed_at = query, None if columns is None else list(columns), at
        view.save(update_fields=["query", "columns", "changed_at"])
    return view


def change_view(ref: str, terms: Terms, *, actor: Actor, at: datetime) -> SavedView:
    """Give a view another name or audience. Raises ``ViewRefused`` as ``save_view`` does."""
    with transaction.atomic():
        view = _manageable(ref, actor)
        if (terms.audience, terms.role) != (view.audience, view.role):
            _check_audience(terms, actor)
        was = _whose(view)
        view.name, view.audience, view.role, view.changed_at = terms.name, terms.audience, terms.role, at
        _store(view)
        _say_whose(view, was, actor=actor, at=at)
    return view


def delete_view(ref: str, *, actor: Actor, at: datetime) -> SavedView:
    """Take a view away; for a day it can be brought back. What was deleted longer ago goes for good."""
    with transaction.atomic():
        view = _manageable(ref, actor)
        if view.deleted_at is None:
            was = _whose(view)
            view.deleted_at = at
            view.save(update_fields=["deleted_at"])
            if was:
                record("list_view.unshared", view, actor=actor, at=at, facts=_facts(view, was))
        SavedView.objects.filter(owner_id=actor.user_id, deleted_at__lt=at - KEPT_FOR_UNDO).delete()
    return view


def restore_view(ref: str, *, actor: Actor, at: datetime) -> SavedView:
    """Bring a deleted view back. Raises ``ViewRefused`` when its name has been taken meanwhile."""
    with transaction.atomic():
        view = _manageable(ref, actor)
        if view.deleted_at is not None:
            view.deleted_at = None
            _store(view)
            _say_whose(view, "", actor=actor, at=at)
    return view


def choose_columns(list_name: str, columns: Iterable[str] | None, *, actor: Actor) -> None:
    """Keep the columns of a list for ``actor``, in order; None gives the list's own back."""
    _arrange(list_name, actor, columns=None if columns is None else list(columns))


def choose_tabs(list_name: str, keys: Iterable[str] | None, *, actor: Actor) -> None:
    """Keep which views stand as tabs, in order; None gives all of them back."""
    _arrange(list_name, actor, tabs=None if keys is None else list(dict.fromkeys(keys))[:MOST_TABS])


def open_with(list_name: str, key: str, *, actor: Actor) -> None:
    """Let the list open with a view by itself; "" shows everything again."""
    _arrange(list_name, actor, opens_with=key[:40])


def _arrange(list_name: str, actor: Actor, **values) -> None:
    _own(actor)
    Arrangement.objects.update_or_create(user_id=actor.user_id, list=list_name, defaults=values)


def _manageable(ref: str, actor: Actor) -> SavedView:
    """Return the view under a lock, or raise ``Http404``: absent, foreign and not one's own look the same."""
    rows = SavedView.objects.manageable_by(actor).select_related("role")
    try:
        view = rows.select_for_update(of=("self",)).get(ref=ref)
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    _own(actor)
    return view


def _store(view: SavedView) -> None:
    """Save a view whose name its owner may use already."""
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        taken = SavedView.objects.filter(
            owner_id=view.owner_id, list=view.list, name__iexact=view.name, deleted_at__isnull=True
        ).exclude(pk=view.pk)
        if not taken.exists():
            raise
        raise ViewRefused(
            _("You have a view of this name already. Choose another name."), field="name"
        ) from error


def _check_audience(terms: Terms, actor: Actor) -> None:
    if terms.audience not in {value for value, _label in audiences_for(actor)}:
        raise NotAllowed
    if (terms.audience == Audience.ROLE) != (terms.role is not None):
        raise ViewRefused(_("Choose the role that may use it."), field="role")


def _whose(view: SavedView) -> str:
    """Return with whom a view is shared, as an event keeps it: ``organisation``, ``role:<code>``, "" for nobody."""
    if view.audience == Audience.ROLE:
        return f"role:{view.role.code}"
    return "" if view.audience == Audience.PRIVATE else str(view.audience)


def _facts(view: SavedView, audience: str) -> dict:
    return {"list": view.list, "name": view.name, "audience": audience}


def _say_whose(view: SavedView, was: str, *, actor: Actor, at: datetime) -> None:
    """Leave an event where others begin or cease to be shown the view."""
    now = _whose(view)
    if now == was:
        return
    kind = "list_view.shared" if now else "list_view.unshared"
    record(kind, view, actor=actor, at=at, facts=_facts(view, now or was))
