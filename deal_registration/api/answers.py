"""What a program is told: a registration with its lines and what may be told of each check. Times are UTC."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.access.actor import Actor
from crm.opportunities.enums import OpportunityType

from ..disclosure import TOLD
from ..enums import State
from ..models import InformationRequest, Registration, RegistrationLine
from ..services.drafts import TYPED_FIELDS
from ..services.preparing import money_text
from ..views.dealer import told_of

CLASSES = ("clear", "notice", "review", "ask", "hold", "block")


class HitOut(serializers.Serializer):
    """One thing the check found, as far as it may be told."""

    code = serializers.ChoiceField([(code, code) for code in TOLD])
    title = serializers.CharField()
    text = serializers.CharField()
    registration = serializers.CharField(
        allow_null=True, help_text="Reference of your own registration meant."
    )


class VerdictOut(serializers.Serializer):
    """What is told of a check."""

    class_ = serializers.ChoiceField([(name, name) for name in CLASSES])
    label = serializers.CharField()
    hits = HitOut(many=True)
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What would change the answer, in sentences."
    )
    release_on = serializers.DateField(allow_null=True, help_text="The day a taken scope becomes free.")

    def get_fields(self):
        """Call the class what it is called; Python reserves the word."""
        fields = super().get_fields()
        return {name.rstrip("_"): each for name, each in fields.items()}


class LineOut(serializers.Serializer):
    """One product line: decided and protected by itself."""

    line = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    received_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    protected_until = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Why it was rejected; empty otherwise.")
    explanation = serializers.CharField()
    verdict = VerdictOut(allow_null=True)


class MoneyOut(serializers.Serializer):
    """An amount of money; the amount is a string."""

    amount = serializers.CharField()
    currency = serializers.ChoiceField([(code, code) for code in settings.CURRENCIES])


class ContactOut(serializers.Serializer):
    """A person at the customer."""

    name = serializers.CharField()
    job_title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class QuestionOut(serializers.Serializer):
    """What is asked, and until when an answer is awaited."""

    fields_ = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()

    def get_fields(self):
        """Call the fields what they are called; the framework uses the word itself."""
        fields = super().get_fields()
        return {name.rstrip("_"): each for name, each in fields.items()}


class RegistrationOut(serializers.Serializer):
    """A registration as its partner sees it."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(State.choices, help_text="A summary of its lines.")
    partner = serializers.CharField(help_text="Reference of the partner who filed it.")
    created_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(allow_null=True, help_text="The time that counts.")
    own_reference = serializers.CharField()
    customer_name = serializers.CharField()
    customer_registry_id = serializers.CharField()
    customer_country = serializers.CharField()
    customer_city = serializers.CharField()
    customer_address = serializers.CharField()
    customer_website = serializers.CharField()
    customer_phone = serializers.CharField()
    purchasing_name = serializers.CharField()
    specifying_name = serializers.CharField()
    project_name = serializers.CharField()
    tender_number = serializers.CharField()
    tender_published_on = serializers.DateField(allow_null=True)
    opportunity_type = serializers.ChoiceField(OpportunityType.choices)
    territory = serializers.CharField(allow_null=True)
    value = MoneyOut(allow_null=True)
    expected_close_on = serializers.DateField(allow_null=True)
    description = serializers.CharField()
    contacts = ContactOut(many=True)
    lines = LineOut(many=True)
    question = QuestionOut(allow_null=True, help_text="What waits for your answer.")


class PageOut(serializers.Serializer):
    """A page of registrations, the newest first."""

    next = serializers.CharField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.CharField(allow_null=True)
    results = RegistrationOut(many=True)


class NamedOut(serializers.Serializer):
    """A row of reference data; its name is in the caller's language."""

    code = serializers.CharField()
    name = serializers.CharField()


class ProductLineOut(NamedOut):
    """A product line."""

    family = serializers.CharField()
    authorised = serializers.BooleanField(help_text="Whether your company is authorised for it, somewhere.")


class TerritoryOut(NamedOut):
    """A territory; it includes all below it."""

    country = serializers.CharField()
    parent = serializers.CharField(allow_null=True)


class MeOut(serializers.Serializer):
    """Who calls, and what the key may do."""

    partner = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    may_file = serializers.BooleanField()
    requests_per_minute = serializers.IntegerField()


def instant(value: datetime | None) -> str | None:
    """Return an instant in UTC as ISO 8601."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value is not None else None


def registration_out(row: Registration, actor: Actor, refs: dict[int, str]) -> dict[str, Any]:
    """Return a registration as ``RegistrationOut``. ``refs``: references of own registrations hits point to."""
    skipped = {"customer_account", "territory", "value", "expected_close_on", "tender_published_on"}
    amount, _blank, currency = money_text(row.value).partition(" ")
    asked = next((each for each in row.information_requests.all() if each.answered_at is None), None)
    return {
        "reference": row.ref,
        "state": row.state,
        "partner": row.partner.ref,
        "created_at": instant(row.created_at),
        "received_at": instant(row.received_at),
        **{name: getattr(row, name) for name in TYPED_FIELDS if name not in skipped},
        "tender_published_on": row.tender_published_on.isoformat() if row.tender_published_on else None,
        "territory": row.territory.code if row.territory else None,
        "value": {"amount": amount, "currency": currency} if amount else None,
        "expected_close_on": row.expected_close_on.isoformat() if row.expected_close_on else None,
        "contacts": [
            {name: getattr(person, name) for name in ("name", "job_title", "email", "phone")}
            for person in row.contacts.all()
        ],
        "lines": [_line_out(line, row, actor, refs) for line in row.lines.all()],
        "question": _question_out(asked) if asked else None,
    }


def _question_out(asked: InformationRequest) -> dict[str, Any]:
    return {
        "fields": [name for name in asked.fields if name != "customer_account"],
        "message": asked.message,
        "asked_at": instant(asked.asked_at),
        "due_at": instant(asked.due_at),
    }


def _line_out(
    line: RegistrationLine, row: Registration, actor: Actor, refs: dict[int, str]
) -> dict[str, Any]:
    line.registration = row
    return {
        "line": line.line.code,
        "name": str(line.line),
        "state": line.state,
        "received_at": instant(line.received_at),
        "decided_at": instant(line.decided_at),
        "protected_until": instant(line.protected_until),
        "reason": line.reason,
        "explanation": line.reason_text,
        "verdict": _verdict_out(line, actor, refs),
    }


def _verdict_out(line: RegistrationLine, actor: Actor, refs: dict[int, str]) -> dict[str, Any] | None:
    """Return what the line's check may be told of: what the pages tell, with the codes of what is told."""
    told = told_of(line, actor)
    if told is None:
        return None
    return {
        "class": told.class_,
        "label": str(told.label),
        "hits": [
            {
                "code": hit.code,
                "title": str(hit.title),
                "text": str(hit.text),
                "registration": refs.get(hit.registration_id),
            }
            for hit in told.hits
        ],
        "changes": [str(change) for change in told.changes],
        "release_on": told.release_on.isoformat() if told.release_on else None,
    }
