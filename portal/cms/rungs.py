"""A form field for the ladder of deciders: one rung a line, as people write it."""

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.access.models import Role, Side
from crm.territories.models import Territory

MOST_RUNGS = 8


class RungsField(forms.CharField):
    """Rungs as ``channel_manager: 3``, or ``cn-east = a@example.com; = b@example.com: 5`` for named people."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        """Show one rung a line."""
        return "\n".join(_written(rung) for rung in value) if isinstance(value, list | tuple) else value

    def to_python(self, value) -> tuple[dict, ...]:
        """Return the rungs; raises ``ValidationError`` for what is no rung, no role, no place or no address."""
        lines = [line.replace("：", ":").strip() for line in (value or "").splitlines() if line.strip()]
        if len(lines) > MOST_RUNGS:
            raise forms.ValidationError(_("Write at most %(most)s rungs."), params={"most": MOST_RUNGS})
        return tuple(_read(line) for line in lines)


def _written(rung: dict) -> str:
    """Return a stored rung as it is typed."""
    who = rung.get("role") or "; ".join(
        f"{place} = {', '.join(addresses)}".strip() for place, addresses in rung.get("users", {}).items()
    )
    return f"{who}: {rung.get('business_days', '')}"


def _read(line: str) -> dict:
    """Return one typed rung as it is stored."""
    who, colon, days = line.rpartition(":")
    if not colon or not days.strip().isascii() or not days.strip().isdigit():
        raise forms.ValidationError(_("End each line with a colon and a number of business days."))
    if "@" not in who:
        code = who.strip()
        if not Role.objects.filter(code=code, side=Side.STAFF).exists():
            raise forms.ValidationError(_("There is no role “%(code)s”."), params={"code": code[:40]})
        return {"role": code, "business_days": int(days)}
    return {
        "users": dict(_place(part) for part in who.split(";") if part.strip()),
        "business_days": int(days),
    }


def _place(part: str) -> tuple[str, list[str]]:
    """Return (territory code, addresses) of one part of a rung of named people; no territory: everywhere."""
    place, equals, addresses = part.rpartition("=")
    place = place.strip() if equals else ""
    if place and not Territory.objects.filter(code=place).exists():
        raise forms.ValidationError(_("There is no territory “%(code)s”."), params={"code": place[:40]})
    named = [address.strip().lower() for address in addresses.split(",") if address.strip()]
    for address in named:
        validate_email(address)
    return place, named
