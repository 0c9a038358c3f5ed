"""Words for reviewers: what each code of the check means, and which hits matter most."""

from datetime import date, datetime

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ui.statuses import look_of

from .enums import WAITING_FOR_DECISION

CODE_WORDS = {
    "R01": _("Partner may not file"),
    "R02": _("Already registered by the same partner"),
    "R03": _("Product line not authorised"),
    "R04": _("Territory not authorised"),
    "R05": _("Protected for another partner"),
    "R06": _("Earlier claim still undecided"),
    "R07": _("Lead accepted by another partner"),
    "R08": _("House account"),
    "R09": _("Direct opportunity is open"),
    "R10": _("Bought through another partner"),
    "R11": _("Tender was published before"),
    "R12": _("Value or evidence missing"),
    "R13": _("Many open registrations"),
    "R14": _("Filed again soon after expiry"),
    "R15": _("Customer or project in doubt"),
    "R16": _("Same group"),
}
CODE_HELP = {
    "R01": _("The partner is not active, has no agreement in force, or lacks a required certificate."),
    "R02": _("The same partner holds an earlier live registration on this scope."),
    "R03": _("The partner holds no authorisation for this product line."),
    "R04": _("The partner's authorisations do not reach this territory."),
    "R05": _("Another partner's approved registration overlaps this scope."),
    "R06": _("Another partner filed earlier on this scope and waits for a decision."),
    "R07": _("A lead on this scope was given to another partner."),
    "R08": _("The customer was on the house list when the registration was received."),
    "R09": _("We work on this customer and product line ourselves, with recent activity."),
    "R10": _("The customer bought this product line through another partner within the last year."),
    "R11": _("The tender was public before the registration was received."),
    "R12": _("The value is below the programme's minimum, or required evidence is missing."),
    "R13": _("The partner holds more open registrations than its slots, or many without activity."),
    "R14": _(
        "The partner's own protection on this scope ended a short while ago, and somebody else filed since."
    ),
    "R15": _("The customer resembles one we know, or another project of the same customer is on this line."),
    "R16": _("Another company of the same group holds a claim or is an account."),
}


def detail_of(hit: dict) -> str:
    """Return what the evidence of a hit adds, for staff: days and numbers; "" where the words above say it all."""
    evidence = hit["evidence"]
    match hit["code"]:
        case "R01" if evidence.get("certificate"):
            return _("Missing certificate: %(certificate)s") % {"certificate": evidence["certificate"]}
        case "R05" | "R07" if evidence.get("until"):
            return _("Protected until %(day)s.") % {"day": _day(evidence["until"])}
        case "R10":
            return _("Last bought on %(day)s.") % {"day": _day(evidence["last"])}
        case "R11":
            return _("Published on %(day)s.") % {"day": _day(evidence["published_on"])}
        case "R12" if "minimum" in evidence:
            return _("Minimum: %(amount)s %(currency)s") % {
                "amount": number_format(evidence["minimum"], use_l10n=True, force_grouping=True),
                "currency": evidence["currency"],
            }
        case "R13":
            return _(
                "%(open)s open with %(slots)s slots; %(idle)s of them without activity for %(days)s days."
            ) % {
                "open": evidence["open"],
                "slots": evidence["slots"] if evidence["slots"] is not None else "∞",
                "idle": evidence["idle"],
                "days": evidence["idle_days"],
            }
        case "R14":
            return _("Ended on %(day)s; other partners filed since.") % {"day": _day(evidence["ended_at"])}
    return ""


def _day(text: str) -> str:
    """Return a stored day, or an instant as the reader's day."""
    moment = datetime.fromisoformat(text) if len(text) > 10 else None
    return date_format(localtime(moment) if moment else date.fromisoformat(text), "DATE_FORMAT")


CLASS_WORDS = {
    "clear": pgettext_lazy("result of the check", "Clear"),
    "notice": _("Notice"),
    "review": _("Needs a look"),
    "ask": _("Something to ask"),
    "hold": _("On hold"),
    "block": _("Blocks"),
}
CLASS_ORDER = ("block", "hold", "ask", "review", "notice", "clear")


def found_codes(registration, *, most: int = 3) -> list[tuple[str, str, str]]:
    """Return (code, words, tone) of the worst hits on the lines that wait, each code once, worst first."""
    worst: dict[str, str] = {}
    for row in registration.lines.all():
        if row.state not in WAITING_FOR_DECISION:
            continue
        for hit in (row.verdict or {}).get("hits", ()):
            code, class_ = hit["code"], hit["class"]
            if code not in worst or CLASS_ORDER.index(class_) < CLASS_ORDER.index(worst[code]):
                worst[code] = class_
    ordered = sorted(worst.items(), key=lambda item: (CLASS_ORDER.index(item[1]), item[0]))
    return [(code, CODE_WORDS.get(code, code), look_of(class_).tone) for code, class_ in ordered[:most]]
