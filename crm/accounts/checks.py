"""System check: everything that can point at an account says how it moves when accounts are merged."""

from django.core.checks import Error, register


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
