"""What whoever started an import is told: that its preview waits, that it is written, that it cannot be read."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ledger import facts_of
from core.notifications import Kind, register

from .models import Import

ABOUT = Import._meta.label_lower


def _starter(event) -> list[int]:
    """Return the person who started the import."""
    return list(Import.objects.filter(pk=event.object_id).values_list("started_by_id", flat=True))


def _page(event) -> str:
    return reverse("imports:import_detail", args=[event.object_ref])


def _context(event) -> dict:
    """Return what the templates get: counts and the file's name."""
    facts = facts_of(event)
    names = ("created", "updated", "failed", "skipped", "undone", "kept", "rows")
    return {"file": facts.get("file", ""), **{name: facts.get(name) or 0 for name in names}}


def _kind(code: str, label, event_types: tuple[str, ...], *, mail: bool) -> None:
    register(
        Kind(
            code=code,
            label=label,
            about=ABOUT,
            event_types=event_types,
            recipients=_starter,
            url=_page,
            context=_context,
            permission="imports.run",
            default_mail=mail,
        )
    )


_kind("import_waiting", _("The preview of an import waits"), ("import.checked", "import.refused"), mail=False)
_kind("import_finished", _("An import is done or undone"), ("import.written", "import.undone"), mail=True)
