"""Fields of requests: money as strings, references to reference data by their codes, names that are names."""

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.catalog.models import ProductLine
from crm.territories.models import Territory

MOST_LINES = 50


class Strict(serializers.Serializer):
    """A serializer that refuses fields it does not know, so that a misspelt one is not lost."""

    def to_internal_value(self, data):
        """Return the validated values; every unknown field is an error at its own place."""
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": r"^\d{1,14}(\.\d{1,2})?$", "example": "120000.00"})
class AmountField(serializers.DecimalField):
    """An amount as a string, never a floating number."""

    def __init__(self, **options):
        super().__init__(max_digits=16, decimal_places=2, min_value=Decimal(0), **options)

    def to_internal_value(self, data):
        """Return the amount; refuse anything but a string of digits."""
        plain = data.replace(".", "", 1) if isinstance(data, str) else ""
        if not (plain.isascii() and plain.isdigit()):
            raise serializers.ValidationError(
                _("Send the amount as a string of digits, for example “120000.00”.")
            )
        return super().to_internal_value(data)


class MoneyIn(Strict):
    """An amount of money."""

    amount = AmountField()
    currency = serializers.ChoiceField([(code, code) for code in settings.CURRENCIES])

    def to_internal_value(self, data):
        """Return the money."""
        values = super().to_internal_value(data)
        return Money(values["amount"], values["currency"])


class CodeField(serializers.CharField):
    """A row of reference data in use that the caller sees, by its code."""

    model: type
    message = _("There is none of this code.")

    def __init__(self, **options):
        super().__init__(max_length=40, **options)

    def to_internal_value(self, data):
        """Return the row."""
        code = super().to_internal_value(data)
        row = None
        if len(code) <= self.max_length and code.isprintable():
            actor = self.context["request"].actor
            row = self.model.objects.visible_to(actor).filter(code=code, is_active=True).first()
        if row is None:
            raise serializers.ValidationError(self.message)
        return row

    def run_validators(self, value):
        """Check nothing more: what was found is a row, not a text."""


class TerritoryField(CodeField):
    """A territory."""

    model = Territory


class LineField(CodeField):
    """A product line that is sold."""

    model = ProductLine
