"""The words in which a partner is told what the check found and what would change it: one template per code and change.

Never who, how much, or where; numbers and days only where they are the partner's own, or the day a scope is released.
"""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .models import RegistrationLine

Words = str | Promise

# By code: what was found, and what it means for whoever filed.
TOLD = {
    "R01": (
        gettext_lazy("Your company lacks something it needs to register deals"),
        gettext_lazy("Your partnership, agreement or a required certificate is not in force."),
    ),
    "R02": (
        gettext_lazy("You have registered this already"),
        gettext_lazy("An earlier registration of your company covers the same customer and product line."),
    ),
    "R03": (
        gettext_lazy("This product line is not part of your authorisation"),
        gettext_lazy("Ask your channel manager to extend your authorisation."),
    ),
    "R04": (
        gettext_lazy("The territory is not part of your authorisation"),
        gettext_lazy("Your authorisation for this product line does not reach the territory of the site."),
    ),
    "R05": (
        gettext_lazy("This customer is protected for another partner on this product line"),
        gettext_lazy("Somebody registered it before you and it was approved."),
    ),
    "R06": (
        gettext_lazy("Another partner registered this before you"),
        gettext_lazy("Their registration is not decided yet. If it falls through, yours is next in line."),
    ),
    "R07": (
        gettext_lazy("A lead for this customer was given to another partner"),
        gettext_lazy("The manufacturer passed on a request of this customer, and it was accepted."),
    ),
    "R08": (
        gettext_lazy("The manufacturer serves this customer itself"),
        gettext_lazy("It was on the list of house accounts when your registration was received."),
    ),
    "R09": (
        gettext_lazy("The manufacturer is working on this customer"),
        gettext_lazy("A person looks at how both fit together."),
    ),
    "R10": (
        gettext_lazy("The customer bought this product line through another partner lately"),
        gettext_lazy("A person looks at whether this is a repeat order."),
    ),
    "R11": (
        gettext_lazy("The tender was public already"),
        gettext_lazy("A person looks at what you bring to it."),
    ),
    "R12": (
        gettext_lazy("Something is missing"),
        gettext_lazy("The value is below the programme's minimum, or required evidence is not attached."),
    ),
    "R13": (
        gettext_lazy("You hold many open registrations"),
        gettext_lazy("A person looks at those without activity first."),
    ),
    "R14": (
        gettext_lazy("Your own protection ended only recently"),
        gettext_lazy("A person looks at whether somebody else has filed meanwhile."),
    ),
    "R15": (
        gettext_lazy("A person compares the customer or project"),
        gettext_lazy("It resembles one that is known; whether it is the same has to be looked at."),
    ),
    "R16": (
        gettext_lazy("A company of the same group is known"),
        gettext_lazy("This does not stand in your way."),
    ),
}
CLASS_TOLD = {
    "clear": (gettext_lazy("Free"), "success"),
    "notice": (gettext_lazy("Free"), "success"),
    "review": (gettext_lazy("A person has to look"), "info"),
    "ask": (gettext_lazy("Something is missing"), "warning"),
    "hold": (gettext_lazy("On hold behind an earlier registration"), "warning"),
    "block": (gettext_lazy("Taken or not open to you"), "danger"),
}
WAITING = gettext_lazy("Waiting until it is free")


def text_of(hit: dict[str, Any]) -> Words:
    """Return what a hit means for whoever filed; with their own numbers where the code is about those."""
    evidence = hit["evidence"]
    match hit["code"]:
        case "R13" if evidence.get("slots") is not None:
            return _(
                "%(open)s are open, with %(slots)s slots; %(idle)s saw no activity for %(days)s days. "
                "A person looks at those first."
            ) % {
                "open": evidence["open"],
                "slots": evidence["slots"],
                "idle": evidence["idle"],
                "days": evidence["idle_days"],
            }
        case "R14" if evidence.get("ended_at"):
            return _(
                "It ended on %(day)s and you filed again before the cool-down was over. A person looks at it."
            ) % {"day": date_format(day_of(evidence["ended_at"]), "DATE_FORMAT")}
    return TOLD[hit["code"]][1]


def day_of(iso: str) -> date:
    """Return the reader's calendar day of an instant."""
    return timezone.localtime(datetime.fromisoformat(iso)).date()


def sentence(change: dict[str, Any], line: RegistrationLine) -> str:
    """Say in the reader's language what would change the answer for one line."""
    match change["change"]:
        case "wait":
            return _(
                "The protection that stands against %(line)s ends on %(day)s, unless it is extended or won."
            ) % {"line": line.line, "day": date_format(day_of(change["from"]), "DATE_FORMAT")}
        case "cool_down":
            return _("Filed again from %(day)s on, the cool-down is over.") % {
                "day": date_format(day_of(change["from"]), "DATE_FORMAT")
            }
        case "value":
            return _("With an expected value of at least %(amount)s %(currency)s it goes on.") % {
                "amount": number_format(change["minimum"], use_l10n=True, force_grouping=True),
                "currency": change["currency"],
            }
        case "documents":
            return _("With the required documents attached it goes on.")
        case "certificate":
            return _(
                "With the certificate “%(certificate)s” in force your company may register %(line)s."
            ) % {
                "certificate": change["certificate"],
                "line": line.line,
            }
        case "project":
            if change["named"]:
                return _("For another project of this customer the answer may be better.")
            return _("For one named project instead of the whole customer the answer may be better.")
        case "fewer_open":
            return ngettext(
                "With %(count)s fewer open registration nobody would have to look. Close what leads nowhere.",
                "With %(count)s fewer open registrations nobody would have to look. Close what leads nowhere.",
                change["count"],
            ) % {"count": change["count"]}
        case "report_idle":
            return ngettext(
                "With activity on %(count)s more of them nobody would have to look.",
                "With activity on %(count)s more of them nobody would have to look.",
                change["count"],
            ) % {"count": change["count"]}
        case "together":
            parts = " ".join(sentence(each, line) for each in change["changes"])
            return _("Only together: %(parts)s") % {"parts": parts}
    raise LookupError(change["change"])
