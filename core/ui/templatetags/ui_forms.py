"""The tags that draw forms; ``ui`` registers them together with its own."""

from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from djmoney.forms.widgets import MoneyWidget

TEXT_CLASS, SELECT_CLASS, BOX_CLASS = "form-control", "form-select", "form-check-input"


def kind_of(field) -> str:
    """Return how a bound field is laid out: ``hidden``, ``box``, ``boxes``, ``file`` or ``line``."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "box"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "boxes"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "group" if isinstance(widget, forms.MultiWidget) else "line"


def class_of(widget) -> str:
    """Return the style class of a widget."""
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return BOX_CLASS
    if isinstance(widget, forms.Select):
        return SELECT_CLASS
    return TEXT_CLASS


def _with_class(attrs: dict, css: str) -> str:
    return " ".join(filter(None, [attrs.get("class", ""), css]))


def widget(field, **extra) -> str:
    """Return the control of a bound field with its class, and marked where it has errors."""
    control = field.field.widget
    css = "is-invalid" if field.errors else ""
    if isinstance(control, forms.MultiWidget):
        for number, part in enumerate(control.widgets):
            part.attrs["class"] = f"{class_of(part)} {css}".strip()
            name = _("Currency") if isinstance(control, MoneyWidget) and number else field.label
            part.attrs["aria-label"] = str(name)
        return field.as_widget(attrs=extra)
    attrs = {"class": _with_class(control.attrs, f"{class_of(control)} {css}".strip()), **extra}
    if isinstance(control, forms.Textarea) and control.attrs.get("rows") in (None, "10", 10):
        attrs["rows"] = 4
    if type(field.form).__module__.startswith("allauth."):
        attrs["placeholder"] = ""  # they repeat the label
    return field.as_widget(attrs=attrs)


def field_context(field, **extra) -> dict:
    """Return what ``components/field.html`` needs."""
    return {"field": field, "kind": kind_of(field), **extra}


def error_links(*forms_and_formsets) -> list[tuple[str, str, str]]:
    """Return (id of the control, label, message) of every error, in the order of the page."""
    links = []
    for source in forms_and_formsets:
        if source is None or not source.is_bound:
            continue
        if hasattr(source, "management_form"):
            links += [("", "", message) for message in source.non_form_errors()]
            for form in source.forms:
                links += error_links(form)
            continue
        links += [("", "", message) for message in source.non_field_errors()]
        for field in source:
            links += [(field.id_for_label or field.auto_id, field.label, message) for message in field.errors]
    return links


def register_on(register) -> None:
    """Register these tags on the library of ``ui``."""

    @register.inclusion_tag("components/field.html")
    def field(field, label: str = "", help: str = "", inline: bool = False) -> dict:
        """Draw one field: label, control, help, errors."""
        return field_context(field, label=label, help=help, inline=inline)

    @register.simple_tag
    def control(field, **extra) -> str:
        """Draw the bare control of a field."""
        return widget(field, **{name.replace("_", "-"): value for name, value in extra.items()})

    @register.inclusion_tag("components/error_summary.html")
    def error_summary(*forms_and_formsets) -> dict:
        """List all errors on top, each a link to its field."""
        return {"links": error_links(*forms_and_formsets)}

    @register.simple_tag(takes_context=True)
    def form_sections(context, form, summary: bool = True) -> str:
        """Draw a whole form: error summary, hidden fields, sections."""
        from crispy_forms.utils import render_crispy_form
        from django.template.loader import render_to_string

        from core.ui.forms import helper_of

        top = (
            render_to_string("components/error_summary.html", {"links": error_links(form)})
            if summary and form.is_bound
            else ""
        )
        return mark_safe(top + render_crispy_form(form, helper=helper_of(form)))

    @register.inclusion_tag("components/formset.html")
    def formset(formset, title: str = "", add_label: str = "") -> dict:
        """Draw the rows of a formset with buttons to add and remove."""
        return {"formset": formset, "title": title, "add_label": add_label}
