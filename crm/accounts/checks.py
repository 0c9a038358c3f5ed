"""System checks: how what points at an account moves when accounts are merged; whether the match index has them all."""

from django.core.checks import Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections


@register()
def relations_know_how_to_move(app_configs, **kwargs) -> list[Error]:
    """Name each unique or many-to-many relation to an account that no app declared."""
    from .merging.relations import unhandled
    from .models import Account

    return [
        Error(
            f"{name} points at an account and may collide when accounts are merged.",
            hint="Declare it in the app's merging.py: registry.moves_by or registry.stays.",
            id="accounts.E001",
        )
        for name in unhandled(Account)
    ]


@register(Tags.database)
def accounts_are_in_the_match_index(databases=None, **kwargs) -> list[Warning]:
    """Say where accounts lack their entries, once all migrations of this release are applied."""
    from .services.upgrading import lacks_entries

    if DEFAULT_DB_ALIAS not in (databases or ()) or not lacks_entries(connections[DEFAULT_DB_ALIAS]):
        return []
    return [
        Warning(
            "Accounts lack their entries in the match index: filings for them are taken for new customers.",
            hint="Run: manage.py match_index rebuild",
            id="accounts.W001",
        )
    ]
