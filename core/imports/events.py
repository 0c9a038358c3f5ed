"""What happens to imports; what they write leaves the events of what is written. A partner sees those of its own."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from core.ledger import declare as declare_any

LABELS = {
    "file": _("file"),
    "rows": _("rows"),
    "created": _("created"),
    "updated": _("changed"),
    "failed": _("not written"),
    "undone": _("undone"),
    "kept": _("not undone"),
}
declare = partial(declare_any, partner_facts=frozenset(LABELS), labels=LABELS)

declare("import.started", label=_("Import started"), icon="upload")
declare("import.read", label=_("File read"), icon="file-check")
declare("import.refused", label=_("File cannot be read"), tone="danger", icon="file-off")
declare("import.read_again", label=_("Read in another way"), icon="refresh")
declare("import.mapped", label=_("Columns matched"), icon="table-import")
declare("import.checked", label=_("Rows checked"), icon="clipboard-check")
declare("import.confirmed", label=_("Import confirmed"), icon="player-play")
declare("import.written", label=_("Import done"), tone="success", icon="circle-check")
declare("import.undo_asked", label=_("Undo asked for"), icon="arrow-back-up")
declare("import.undone", label=_("Import undone"), icon="arrow-back-up")
declare("import.cancelled", label=_("Import discarded"), icon="ban")
