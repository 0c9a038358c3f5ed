"""Partner organisations are not merged with anything: rights, agreements and people hang on each."""

from datetime import datetime

from django.utils.translation import gettext as _

from crm.accounts.merging import registry

from .models import Partner


def _refuse_partners(survivor, loser, at: datetime) -> str | None:
    """Return why a partner organisation cannot be merged."""
    partners = set(Partner.objects.filter(pk__in=(survivor.pk, loser.pk)).values_list("pk", flat=True))
    if not partners:
        return None
    name = survivor.name if survivor.pk in partners else loser.name
    return _(
        "%(name)s is a partner organisation. Partners are not merged: their agreements, rights and people"
        " are their own. End one of the partners first, or leave the two accounts apart."
    ) % {"name": name}


registry.stays("partners.Partner.account", "partner organisations are not merged")
registry.register(registry.Party("partners", refuse=_refuse_partners))
