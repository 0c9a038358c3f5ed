"""System checks of the ledger."""

from django.core.checks import Error, Tags, register
from django.db import connections

from .guards import GUARDS, missing


@register(Tags.database)
def check_guards(databases=None, **_options) -> list[Error]:
    """Compare the triggers with what they should be, where the tables exist."""
    errors = []
    for using in databases or ():
        if not {guard.table for guard in GUARDS} <= set(connections[using].introspection.table_names()):
            continue
        lacking = missing(using)
        if lacking:
            names = ", ".join(guard.name for guard in lacking)
            errors.append(
                Error(
                    f"The ledger on {using!r} is not guarded against changes: {names}",
                    hint="Run: manage.py migrate",
                    id="ledger.E001",
                )
            )
    return errors
