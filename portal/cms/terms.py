"""A typed form over the terms of a programme and the benefits of a tier, instead of raw JSON."""

from dataclasses import fields as fields_of
from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from partners.terms import Disclosure, ProgrammeTerms, TakenScope

from .rungs import RungsField

DISCLOSURES = (
    (Disclosure.NOTHING, _("Nothing: received, in review")),
    (Disclosure.CLASS, _("The result and its reasons in plain words")),
    (Disclosure.CLASS_AND_RELEASE, _("The result, its reasons, and the day a taken deal becomes free")),
)
TAKEN = (
    (TakenScope.BLOCK, _("It is rejected, with the day on which the deal becomes free")),
    (
        TakenScope.WAIT,
        _("It waits, and is checked again the moment the deal is free, in the order of filing"),
    ),
)
# What may be hidden. What a partner is asked for, a value or documents, has to be told.
CODES = (
    ("R01", _("Partner not active, agreement lapsed or certificate missing")),
    ("R02", _("The partner holds it already")),
    ("R03", _("Product line not authorised")),
    ("R04", _("Territory not authorised")),
    ("R05", _("Protected for another partner")),
    ("R06", _("Another partner filed earlier and waits")),
    ("R07", _("A lead was given to another partner")),
    ("R08", _("House account")),
    ("R09", _("Open direct opportunity")),
    ("R10", _("Repeat order through another partner")),
    ("R11", _("The tender was published before")),
    ("R13", _("Many open registrations, or many without activity")),
    ("R14", _("Filed again soon after expiry")),
    ("R15", _("The customer or project may be the same")),
    ("R16", _("Same group of companies")),
)


class NumbersField(forms.CharField):
    """Whole numbers with commas between them."""

    def prepare_value(self, value):
        """Show numbers with commas."""
        return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value

    def to_python(self, value) -> tuple[int, ...]:
        """Return the numbers as typed."""
        words = (value or "").replace("，", ",").replace(";", ",").split(",")
        try:
            return tuple(int(word) for word in words if word.strip())
        except ValueError as error:
            raise forms.ValidationError(_("Write whole numbers with commas between them.")) from error


class WordsField(forms.CharField):
    """Short words, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        """Show one a line."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value) -> tuple[str, ...]:
        """Return the words, each once."""
        return tuple(dict.fromkeys(line.strip() for line in (value or "").splitlines() if line.strip()))


class PairsField(forms.CharField):
    """Pairs, one a line, as ``pumps: pump-basics``."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        """Show one pair a line."""
        if isinstance(value, dict):
            return "\n".join(f"{key}: {item}" for key, item in value.items())
        return value

    def to_python(self, value) -> dict[str, str]:
        """Return the pairs."""
        pairs = {}
        for line in (value or "").splitlines():
            if not line.strip():
                continue
            key, colon, item = line.replace("：", ":").partition(":")
            if not colon or not key.strip() or not item.strip():
                raise forms.ValidationError(_("Write one pair a line, as pumps: pump-basics"))
            pairs[key.strip()] = item.strip()
        return pairs


def amount_fields(prefix: str, label) -> dict[str, forms.DecimalField]:
    """Return one optional amount per currency, by field name."""
    return {
        f"{prefix}_{currency}": forms.DecimalField(
            label=f"{label} ({currency})",
            required=False,
            min_value=Decimal(0),
            max_digits=14,
            decimal_places=2,
        )
        for currency in settings.CURRENCIES
    }


def amounts_from(cleaned: dict, prefix: str) -> dict[str, str]:
    """Return the amounts given, by currency, as text."""
    return {
        currency: str(cleaned[f"{prefix}_{currency}"])
        for currency in settings.CURRENCIES
        if cleaned.get(f"{prefix}_{currency}") is not None
    }


def amounts_into(initial: dict, prefix: str, amounts: dict[str, str]) -> None:
    """Put stored amounts into the initial values of a form."""
    for currency, value in amounts.items():
        initial[f"{prefix}_{currency}"] = Decimal(str(value))


def _days(label, help_text="", least: int = 1) -> forms.IntegerField:
    """Return a field for a number of days."""
    return forms.IntegerField(label=label, min_value=least, max_value=3650, help_text=help_text)


def _count(label, help_text="", least: int = 1, most: int = 10_000) -> forms.IntegerField:
    """Return a field for a number of things."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


def terms_fields() -> dict[str, forms.Field]:
    """Return the fields of ``ProgrammeTerms`` in the order in which one thinks of them."""
    business = _("Counted in business days of the place.")
    return {
        "protection_days": _days(_("Days of protection")),
        "protection_reminder_days": NumbersField(
            label=_("Reminders, days before the end"), required=False, help_text=_("With commas: 30, 14, 7")
        ),
        "extensions_allowed": forms.IntegerField(
            label=_("Extensions of one protection"),
            min_value=0,
            max_value=20,
            help_text=_("How often a dealer may ask for more time; 0: never."),
        ),
        "extension_days": _days(_("Days of one extension")),
        "extension_open_days": _days(_("Extension may be asked for, days before the end")),
        "extension_activity_days": _days(
            _("Activity counts as recent for, days"),
            _("Without recent activity the dealer has to say what happened, and a person decides."),
        ),
        "extension_auto": forms.BooleanField(
            label=_("Grant an extension without a person where activity is recent"), required=False
        ),
        "review_target_business_days": _days(_("Review target in business days"), business),
        "review_ceiling_business_days": _days(_("Review ceiling in business days"), business),
        "review_notice_percents": NumbersField(
            label=_("Notices, in percent of the target"), required=False, help_text=_("With commas: 80, 100")
        ),
        "review_escalation_percent": forms.IntegerField(
            label=_("Escalation, in percent of the target"), min_value=100, max_value=1000
        ),
        "information_business_days": _days(_("Business days to answer a question"), business),
        "direct_activity_days": _days(_("Days in which activity makes a direct opportunity count"), least=0),
        "repeat_order_days": _days(_("Days in which an order counts as repeated"), least=0),
        "taken_scope": forms.ChoiceField(
            label=_("What becomes of a filing on a deal that is protected for another partner"),
            choices=TAKEN,
            widget=forms.RadioSelect,
            help_text=_("Whoever waits is told so, never at which place."),
        ),
        "cool_down_days": _days(
            _("Days of cool-down after own expiry"),
            _("Filed again sooner, a person looks, if another partner filed meanwhile."),
            least=0,
        ),
        "slots": _count(
            _("Open registrations before a person looks"),
            _("Slots with which a partner begins."),
        ),
        "slots_floor": _count(_("Fewest slots")),
        "slots_ceiling": _count(_("Most slots")),
        "slots_per_honest_close": _count(
            _("Slots earned by each deal reported as won or lost in time"), least=0
        ),
        "slots_per_silent_expiry": _count(
            _("Slots lost by each protection that ran out in silence"), least=0
        ),
        "slots_window_days": _days(_("Days for which an ending counts")),
        "idle_days": _days(_("Days without activity after which a registration counts as idle")),
        "idle_percent": _count(
            _("Share of idle registrations before a person looks, in percent"),
            most=100,
        ),
        "idle_least_open": _count(
            _("Smallest number of open registrations at which idle ones are counted"),
            _("With fewer, one that rests would be half of all."),
        ),
        **amount_fields("minimum", _("Smallest value")),
        "required_documents": WordsField(
            label=_("Documents required"), required=False, help_text=_("One a line; empty: none.")
        ),
        "required_certificates": PairsField(
            label=_("Certificates required"),
            required=False,
            help_text=_("One a line: code of the product line, colon, certificate."),
        ),
        "disclosure": forms.ChoiceField(
            label=_("What the partner is told"),
            choices=DISCLOSURES,
            widget=forms.RadioSelect,
            help_text=_("What may not be told stays in review until a person decides."),
        ),
        "undisclosed_codes": forms.MultipleChoiceField(
            label=_("Reasons shown as “in review”"),
            choices=CODES,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "auto_approve": forms.BooleanField(
            label=_("Approve without a person where nothing stands against it"),
            required=False,
            help_text=_("Up to the ceiling of the partner's tier."),
        ),
        **dispute_fields(),
        **precheck_fields(),
    }


def precheck_fields() -> dict[str, forms.Field]:
    """Return the fields about messages, questions before filing, and when those look like probing."""
    return {
        "message_retract_minutes": forms.IntegerField(
            label=_("Minutes within which a message can be taken back"), min_value=0, max_value=1440
        ),
        "prechecks_per_day": forms.IntegerField(
            label=_("Pre-checks a partner may ask in a day"),
            min_value=0,
            max_value=1000,
            help_text=_("Questions before filing whether a customer is free. 0: none are answered."),
        ),
        "prechecks_per_month": forms.IntegerField(
            label=_("Pre-checks in thirty days"), min_value=0, max_value=10_000
        ),
        "precheck_slow_score": forms.IntegerField(
            label=_("Signs of probing from which a person answers"),
            min_value=1,
            max_value=101,
            help_text=_("Points of 100, from how much is taken, how many are asked about, and how fast."),
        ),
        "precheck_stop_score": forms.IntegerField(
            label=_("Signs of probing from which pre-checks are paused"),
            min_value=1,
            max_value=101,
            help_text=_("101: never."),
        ),
    }


def dispute_fields() -> dict[str, forms.Field]:
    """Return the fields about disputes and who decides them."""
    business = _("Counted in business days of the place.")
    return {
        "dispute_open_days": _days(_("Days in which a decision may be disputed")),
        "dispute_statement_business_days": _days(_("Business days for statements in a dispute"), business),
        "dispute_rungs": RungsField(
            label=_("Who decides disputes, lowest rung first"),
            help_text=_(
                "One rung a line: a role's code, colon, business days; or e-mail addresses by territory, as "
                "cn-east = one@example.com, two@example.com; = three@example.com: 5"
            ),
        ),
        "dispute_barred_roles": WordsField(
            label=_("Roles that never decide disputes"), required=False, help_text=_("Codes, one a line.")
        ),
        "dispute_reminder_percent": forms.IntegerField(
            label=_("Reminder in a dispute, in percent of the time"), min_value=1, max_value=99
        ),
        "dispute_appeal_business_days": _days(
            _("Business days to appeal against a ruling"), business, least=0
        ),
        "dispute_overruled_count": forms.IntegerField(
            label=_("Overturned rulings on one rule that propose to change it"), min_value=1, max_value=1000
        ),
        "dispute_overruled_of": forms.IntegerField(
            label=_("Of how many of the latest rulings on it"), min_value=1, max_value=1000
        ),
    }


def initial_of(terms: ProgrammeTerms) -> dict:
    """Return the initial values of the fields."""
    initial = {item.name: getattr(terms, item.name) for item in fields_of(terms)}
    amounts_into(initial, "minimum", initial.pop("minimum_value"))
    return initial


def terms_from(cleaned: dict) -> ProgrammeTerms:
    """Return the terms that were typed."""
    known = {item.name for item in fields_of(ProgrammeTerms)}
    values = {name: value for name, value in cleaned.items() if name in known}
    values["undisclosed_codes"] = tuple(values["undisclosed_codes"])
    return ProgrammeTerms(**values, minimum_value=amounts_from(cleaned, "minimum"))
