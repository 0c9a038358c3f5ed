"""After a migration: the match index of what was there before."""

from collections.abc import Callable

from django.apps import apps as current
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from crm.identity.indexing import analyse
from crm.identity.models import Alias, MatchKey, MatchRecord

from ..models import Account
from .match_index import is_lacking, rebuild

MODELS = (Account, Alias, MatchKey, MatchRecord)


def rebuild_where_lacking(using: str, *, state: Apps | None = None, say: Callable[[str], None]) -> bool:
    """Rebuild the index if an account has no entry in it; return whether that was so. Going on where it was ended.

    ``state``: the models as they are in the database; where they are not what the code expects (somebody migrates
    back) nothing happens.
    """
    if using != DEFAULT_DB_ALIAS or not _stands(state or current) or not is_lacking():
        return False
    say("Rebuilding the match index: not every account is in it.")
    changed = rebuild()
    analyse()
    say(f"The match index is there: {changed:,} entries and keys written.")
    return True


def lacks_entries(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the tables are there as the code expects them, and any account has no entry."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for model in MODELS:
            table = model._meta.db_table
            if table not in there:
                return False
            rows = connection.introspection.get_table_description(cursor, table)
            if {row.name for row in rows} != _columns(model):
                return False
    return is_lacking()


def _stands(state: Apps) -> bool:
    """Tell whether the tables are those of this release."""
    for model in MODELS:
        try:
            there = state.get_model(model._meta.label_lower)
        except LookupError:
            return False
        if _columns(there) != _columns(model):
            return False
    return True


def _columns(model: type[Model]) -> set[str]:
    """Return the names of a model's columns."""
    return {one.column for one in model._meta.local_concrete_fields}
