"""Programmes, their versions, tiers and the texts of agreements."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from partners import services
from partners.models import AgreementTemplate, Programme, ProgrammeVersion, Tier
from partners.terms import Benefits, ProgrammeTerms

from .base import ServiceForm, ServiceViewSet
from .terms import amount_fields, amounts_from, amounts_into, initial_of, terms_fields, terms_from

_NAMES = ("name_en", "name_zh_hans", "name_zh_hant")


class ProgrammeForm(ServiceForm):
    """A programme's name; its terms are in its versions."""

    class Meta:
        model = Programme
        fields = ("code", *_NAMES)

    def save_by(self, *, actor, at):
        """Save by the partners' service."""
        return services.save_programme(self.row(), actor=actor, at=at)


class VersionForm(ServiceForm):
    """New terms of a programme, beginning with those in force."""

    class Meta:
        model = ProgrammeVersion
        fields = ("programme", "valid_from", "note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = False
        self.fields["valid_from"].help_text = _("Empty: from now on.")
        self.fields |= terms_fields()
        programme = self.initial.get("programme") or Programme.objects.values_list("pk", flat=True).first()
        last = ProgrammeVersion.objects.filter(programme_id=programme).order_by("-number").first()
        terms = ProgrammeTerms.from_json(last.settings) if last else ProgrammeTerms()
        self.initial = {"programme": programme, **initial_of(terms), **self.initial}

    def save_by(self, *, actor, at):
        """Publish by the partners' service."""
        data = self.cleaned_data
        return services.publish_version(
            data["programme"].pk,
            terms=terms_from(data),
            valid_from=data["valid_from"],
            note=data["note"],
            actor=actor,
            at=at,
        )


class TierForm(ServiceForm):
    """A tier and what it gives."""

    margin_points = forms.DecimalField(
        label=_("Margin points"), min_value=Decimal(0), max_digits=5, decimal_places=2, required=False
    )
    extra_protection_days = forms.IntegerField(
        label=_("Further days of protection"), min_value=0, max_value=3650, required=False
    )

    class Meta:
        model = Tier
        fields = ("programme", "code", *_NAMES, "rank")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= amount_fields("ceiling", _("Approved without a person up to"))
        benefits = Benefits.from_json(self.instance.benefits or {})
        self.initial.setdefault("margin_points", benefits.margin_points)
        self.initial.setdefault("extra_protection_days", benefits.extra_protection_days)
        amounts_into(self.initial, "ceiling", benefits.auto_approval_ceiling)

    def save_by(self, *, actor, at):
        """Save by the partners' service; benefits not in this form stay."""
        tier = self.row()
        tier.benefits = {
            **(tier.benefits or {}),
            "margin_points": str(self.cleaned_data["margin_points"] or 0),
            "extra_protection_days": self.cleaned_data["extra_protection_days"] or 0,
            "auto_approval_ceiling": amounts_from(self.cleaned_data, "ceiling"),
        }
        return services.save_tier(tier, actor=actor, at=at)


class AgreementTemplateForm(ServiceForm):
    """The text of one version of an agreement."""

    class Meta:
        model = AgreementTemplate
        fields = ("type", "language", "version", "title", "text")

    def save_by(self, *, actor, at):
        """Save by the partners' service."""
        return services.save_agreement_template(self.row(), actor=actor, at=at)


class ProgrammeViewSet(ServiceViewSet):
    """Programmes."""

    model = Programme
    name = "programmes"
    icon = "clipboard-list"
    form = ProgrammeForm
    list_display = ("name", "code")
    search_fields = ("code", *_NAMES)


class VersionViewSet(ServiceViewSet):
    """Versions of programmes: published once, never edited."""

    model = ProgrammeVersion
    name = "programme-versions"
    icon = "history"
    form = VersionForm
    can_change = False
    related = ("programme",)
    inspect_view_enabled = True
    list_display = ("__str__", "valid_from", "note")
    list_filter = ("programme",)
    search_fields = ("note", "programme__code", "programme__name_en")
    ordering = ("programme", "-number")

    class _Inspect(ServiceViewSet.inspect_view_class):
        """Shows the terms in the words of the form."""

        def get_fields(self):
            """Return the columns without the raw settings."""
            return ["programme", "number", "valid_from", "note", "created_at"]

        def get_fields_context(self):
            """Add each term with its label."""
            context = super().get_fields_context()
            initial = initial_of(ProgrammeTerms.from_json(self.object.settings))
            for name, field in terms_fields().items():
                value = initial.get(name)
                if value in (None, (), {}, "") and name.startswith("minimum_"):
                    continue
                context.append({"label": field.label, "value": _shown(field, value)})
            return context

    inspect_view_class = _Inspect


def _shown(field: forms.Field, value):
    """Return a term as a person reads it."""
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.MultipleChoiceField):
        words = dict(field.choices)
        return ", ".join(str(words.get(item, item)) for item in value) or "—"
    if isinstance(field, forms.ChoiceField):
        return dict(field.choices).get(value, value)
    return field.prepare_value(value) or "—"


class TierViewSet(ServiceViewSet):
    """Tiers."""

    model = Tier
    name = "tiers"
    icon = "order"
    form = TierForm
    related = ("programme",)
    list_display = ("name", "code", "programme", "rank")
    list_filter = ("programme",)
    search_fields = ("code", *_NAMES)


class AgreementTemplateViewSet(ServiceViewSet):
    """Texts of agreements."""

    model = AgreementTemplate
    name = "agreement-templates"
    icon = "doc-full"
    form = AgreementTemplateForm
    list_display = ("title", "type", "language", "version")
    list_filter = ("type", "language")
    search_fields = ("title", "text")
