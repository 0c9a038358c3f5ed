"""Attaching documents, of a kind where the programme requires some."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.documents.forms import UploadField
from partners.models import Partner
from partners.selectors import terms_at


class DocumentFieldsMixin(forms.Form):
    """Uploads, and which required kind they are; the kind is asked only where the programme names kinds."""

    documents = UploadField(
        label=_("Add documents"),
        required=False,
        multiple=True,
        help_text=_(
            "An inquiry, a tender notice, a drawing: PDF, Office files or pictures, up to 20 MB each."
        ),
    )
    document_kind = forms.ChoiceField(label=_("Kind of these documents"), required=False)

    def offer_document_kinds(self, actor) -> None:
        """Fill the kinds the programme of ``actor``'s partner requires now; take the field away where there is none."""
        self.partner = Partner.objects.visible_to(actor).get(pk=actor.organisation_id)
        kinds = terms_at(self.partner, timezone.now()).required_documents
        if not kinds:
            del self.fields["document_kind"]
            return
        self.fields["document_kind"].choices = [
            ("", _("Another document")),
            *(
                (kind, _("%(kind)s (required)") % {"kind": kind.replace("_", " ").replace("-", " ")})
                for kind in kinds
            ),
        ]


class FilesForm(DocumentFieldsMixin):
    """Documents for a registration that is filed already."""

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["documents"].required = True
        self.offer_document_kinds(actor)
