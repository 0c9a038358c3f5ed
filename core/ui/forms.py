"""What every form of the portal is made of: sections, one-time keys. How fields look is in the templates."""

import uuid

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _


class Row(LayoutObject):
    """Fields side by side, wrapping on a narrow screen. ``widths`` are shares of twelve, equal by default."""

    def __init__(self, *fields, widths: tuple[int, ...] | None = None):
        self.fields = list(fields)
        self.widths = widths or (12 // max(len(fields), 1),) * len(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        """Return the row; a row of fields the form does not have is empty."""
        cells = [
            {
                "width": width,
                "html": render_field(field, form, context, template_pack=template_pack, **kwargs),
            }
            for field, width in zip(self.fields, self.widths, strict=True)
            if not isinstance(field, str) or field in form.fields
        ]
        return render_to_string("components/form_row.html", {"cells": cells}) if cells else ""


class Section(LayoutObject):
    """A part of a form: a title, a sentence, fields. Without any field of the form it is not shown."""

    def __init__(self, title, text="", *fields, key: str = ""):
        self.title, self.text, self.key = title, text, key
        self.fields = list(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        """Return the section's card."""
        parts = [
            render_field(field, form, context, template_pack=template_pack, **kwargs)
            for field in self.fields
            if not isinstance(field, str) or field in form.fields
        ]
        if not any(part.strip() for part in parts):
            return ""
        return render_to_string(
            "components/form_section.html",
            {"title": self.title, "text": self.text, "key": self.key, "parts": parts},
        )


def _names(fields) -> set[str]:
    """Return the names of the form fields in a layout, however deep."""
    names = set()
    for field in fields:
        names |= {field} if isinstance(field, str) else _names(getattr(field, "fields", ()))
    return names


def helper_of(form) -> FormHelper:
    """Return the crispy helper that draws ``form``: its sections, then whatever they do not name."""
    sections = tuple(getattr(form, "sections", ()))
    named = _names(sections)
    rest = [name for name, field in form.fields.items() if name not in named and not field.widget.is_hidden]
    hidden = [name for name, field in form.fields.items() if name not in named and field.widget.is_hidden]
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    helper.form_error_title = ""
    helper.use_custom_control = False
    helper.layout = Layout(
        *hidden, *sections, *([Section(_("More") if sections else "", "", *rest)] if rest else [])
    )
    return helper


class SectionFormMixin:
    """A form laid out by ``sections``; draw it with ``{% form_sections form %}``."""

    sections: tuple[Section, ...] = ()

    @property
    def helper(self) -> FormHelper:
        """Return the crispy helper."""
        return helper_of(self)


class OneTimeKeyMixin(forms.Form):
    """Adds a hidden one-time key: pressing the button twice creates once.

    The key is new on a fresh form and stays over a refused one. Hand ``cleaned_data["one_time_key"]`` to the
    service as its idempotency key; only the transaction that creates spends it.
    """

    one_time_key = forms.CharField(
        widget=forms.HiddenInput,
        max_length=64,
        error_messages={"required": _("This form came without its key. Reload the page and send it again.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["one_time_key"].initial = uuid.uuid4().hex
