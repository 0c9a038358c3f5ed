"""Form fields that only registrations need: money as people type it, names that are names."""

import datetime
import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from djmoney.forms.fields import MoneyField
from djmoney.forms.widgets import MoneyWidget

MOST_YEARS_AHEAD = 10


def plain_amount(text: str) -> str:
    """Return an amount as typed by people without its separators: ``"１,200 000.50"`` → ``"1200000.50"``."""
    text = unicodedata.normalize("NFKC", text or "")
    return "".join(sign for sign in text if not sign.isspace() and sign not in "',_，、")


class AmountWidget(MoneyWidget):
    """An amount and its currency, side by side; thousands may be separated."""

    def __init__(self):
        super().__init__(
            amount_widget=forms.TextInput(
                attrs={
                    "inputmode": "decimal",
                    "maxlength": 30,
                    "autocomplete": "off",
                    "aria-label": _("Amount"),
                }
            ),
            currency_widget=forms.Select(
                choices=[(code, code) for code in settings.CURRENCIES], attrs={"aria-label": _("Currency")}
            ),
            default_currency=settings.DEFAULT_CURRENCY,
        )

    def value_from_datadict(self, data, files, name):
        """Return [amount, currency], the amount freed of separators only where that leaves a number's signs."""
        amount, currency = super().value_from_datadict(data, files, name)
        return [plain_amount(amount) if amount else amount, currency]


class AmountField(MoneyField):
    """Money, optional, never negative, at most what the database holds."""

    def __init__(self, **kwargs):
        choices = [(code, code) for code in settings.CURRENCIES]
        super().__init__(
            currency_choices=choices,
            default_currency=settings.DEFAULT_CURRENCY,
            min_value=0,
            max_digits=16,
            decimal_places=2,
            **kwargs,
        )
        self.require_all_fields = False
        amount, currency = self.fields
        amount.required = currency.required = False
        self.widget = AmountWidget()

    def clean(self, value):
        """Return the money or None; every complaint is about this one field."""
        if isinstance(value, (list, tuple)) and (not value or not value[0]):
            value = ["", settings.DEFAULT_CURRENCY]
        money = super().clean(value)
        if money is not None and str(money.currency) not in settings.CURRENCIES:
            raise ValidationError(_("Choose one of the currencies offered."))
        return money


def has_a_letter(text: str) -> None:
    """Refuse a name without a single letter or digit, as written in any script."""
    if text and not any(sign.isalnum() for sign in text):
        raise ValidationError(_("Write a name with letters or digits."))


def check_tender_day(day: datetime.date, today: datetime.date) -> None:
    """Refuse a day so far away that a digit must be wrong; a tender may be announced before it is published."""
    if day > today + datetime.timedelta(days=366):
        raise ValidationError(_("This is more than a year ahead. Check the year."))
    if day < today - datetime.timedelta(days=366 * MOST_YEARS_AHEAD):
        raise ValidationError(_("This is more than ten years ago. Check the year."))


def check_close_day(day: datetime.date, today: datetime.date) -> None:
    """Refuse a day that is over, or so far away that a digit must be wrong."""
    if day < today:
        raise ValidationError(_("This day is over. Choose today or a later day."))
    if day > today + datetime.timedelta(days=366 * MOST_YEARS_AHEAD):
        raise ValidationError(_("This is more than ten years ahead. Check the year."))
