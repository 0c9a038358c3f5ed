"""Events about jobs."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

declare("job.retried", label=_("Failed job started anew"), partner_sees=False, icon="refresh")
