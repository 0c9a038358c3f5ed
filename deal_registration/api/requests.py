"""What a program sends: a filing, an answer, an ending. A serializer says only whether something is well formed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from crm.opportunities.enums import OpportunityType

from ..enums import LossReason
from ..forms.contacts import MAX_CONTACTS
from ..forms.fields import check_close_day, check_tender_day, has_a_letter
from ..services.drafts import TYPED_FIELDS
from .fields import MOST_LINES, LineField, MoneyIn, Strict, TerritoryField


def _text(longest: int, *, is_name: bool = False, **options) -> serializers.CharField:
    """Return a text that may be empty."""
    checks = [has_a_letter] if is_name else []
    return serializers.CharField(
        max_length=longest, required=False, allow_blank=True, validators=checks, **options
    )


class ContactIn(Strict):
    """A person at the customer."""

    name = serializers.CharField(max_length=120, validators=[has_a_letter])
    job_title = _text(120)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = _text(40)


class TypedIn(Strict):
    """What a dealer types about a deal. Everything may be left out here; what a filing needs, the service says."""

    own_reference = _text(60, help_text="Only for you; unique or not is up to you.")
    customer_name = _text(300, is_name=True, help_text="Who will use the goods, by its full registered name.")
    customer_registry_id = _text(
        40, help_text="Unified social credit code, Taiwan business number, VAT or DUNS."
    )
    customer_country = serializers.RegexField(
        r"^[A-Z]{2}$", required=False, help_text="Two letters, ISO 3166-1."
    )
    customer_city = _text(120)
    customer_address = _text(300)
    customer_website = _text(200)
    customer_phone = _text(40)
    purchasing_name = _text(300, is_name=True, help_text="If somebody else buys for the end customer.")
    specifying_name = _text(300, is_name=True, help_text="Design institute or consultant.")
    project_name = _text(200, is_name=True, help_text="Without a project, the whole customer is meant.")
    tender_number = _text(80)
    tender_published_on = serializers.DateField(required=False, allow_null=True)
    opportunity_type = serializers.ChoiceField(OpportunityType.choices, required=False)
    territory = TerritoryField(required=False, help_text="Code of the territory of the site.")
    value = MoneyIn(required=False, help_text="What the customer will pay, without tax.")
    expected_close_on = serializers.DateField(required=False, help_text="When you expect the order.")
    description = _text(4000)
    contacts = serializers.ListField(child=ContactIn(), required=False, max_length=MAX_CONTACTS)

    def validate_expected_close_on(self, day):
        """Refuse a day that is over, or too far ahead; a day that has begun anywhere on earth is not over."""
        check_close_day(day, timezone.now().date() - timedelta(days=1))
        return day

    def validate_tender_published_on(self, day):
        """Refuse a day that cannot be meant."""
        if day is not None:
            check_tender_day(day, timezone.now().date())
        return day

    def typed(self) -> dict[str, Any]:
        """Return the values of the fields a dealer types, by name."""
        return {name: value for name, value in self.validated_data.items() if name in TYPED_FIELDS}

    def contacts_for_service(self) -> list[dict[str, str]]:
        """Return the contacts as plain rows."""
        return [dict(contact) for contact in self.validated_data.get("contacts", ())]


class Filing(TypedIn):
    """A deal to register. With ``draft`` it is kept and not filed."""

    lines = serializers.ListField(
        child=LineField(), required=False, max_length=MOST_LINES, help_text="Codes of product lines."
    )
    draft = serializers.BooleanField(default=False, help_text="Keep it as a draft and do not file it yet.")


class Answer(TypedIn):
    """The fields that were asked for, and no others."""


class Ending(Strict):
    """Which lines end; every line that can, where none is named."""

    lines = serializers.ListField(child=LineField(), required=False, min_length=1, max_length=MOST_LINES)

    def line_ids(self) -> list[int] | None:
        """Return the lines named, None for all."""
        lines = self.validated_data.get("lines")
        return None if lines is None else [line.pk for line in lines]


class Withdrawal(Ending):
    """Give up what was filed."""

    reason = _text(600)


class Won(Ending):
    """The deal was won."""

    order_number = _text(80)


class Lost(Ending):
    """The deal was lost."""

    reason = serializers.ChoiceField(LossReason.choices)
    explanation = _text(600)


def instant_of(text: str) -> Any:
    """Return an instant from a query parameter; raises a validation error at it."""
    field = serializers.DateTimeField()
    try:
        return field.run_validation(text)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"received_after": error.detail}) from error
