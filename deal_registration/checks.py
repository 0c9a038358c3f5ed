"""System checks: does the database repeat the rule?"""

from django.core.checks import Error, Tags, register
from django.db import connections

from . import guards


@register(Tags.database)
def one_approved_per_scope(app_configs, databases=None, **kwargs) -> list[Error]:
    """Report a database in which the claims' constraint is missing."""
    errors = []
    for using in databases or ():
        if "deal_registration_claim" not in connections[using].introspection.table_names():
            continue
        if not guards.is_installed(using):
            errors.append(
                Error(
                    f"The rule {guards.CONSTRAINT!r} is missing in database {using!r}.",
                    hint="Run: manage.py migrate",
                    id="deal_registration.E001",
                )
            )
    return errors
