"""What of a verdict may be told to whom, in words. The programme decides how much its partners hear."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.actor import Actor
from core.ui.wording import listed
from partners.terms import Disclosure, ProgrammeTerms

from .models import RegistrationLine

# In plain words for the partner: what the check found, and what it means for them. Never who, how much, or where.
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
_WORST_LAST = ("clear", "notice", "review", "ask", "hold", "block")


@dataclass(frozen=True, slots=True)
class ToldHit:
    """One code as told: ``code`` is for staff and tests, ``title`` and ``text`` are for reading."""

    code: str
    title: str | Promise
    text: str | Promise
    registration_id: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as one reader may know it. ``changes`` are sentences: what would change the answer."""

    class_: str
    label: str | Promise
    tone: str
    hits: tuple[ToldHit, ...]
    changes: tuple[str, ...]
    release_on: date | None


def tell(line: RegistrationLine, terms: ProgrammeTerms, actor: Actor) -> Told | None:
    """Return what ``actor`` may know of the line's verdict; None while there is none.

    Staff are told all. A partner is told what ``terms.disclosure`` allows; codes the programme never discloses count
    as "a person has to look".
    """
    verdict = line.verdict
    if not verdict:
        return None
    if actor.is_dealer:
        if terms.disclosure == Disclosure.NOTHING:
            return Told("review", _("Received, in review"), "info", (), (), None)
        verdict = disclosed(verdict, terms.disclosure, frozenset(terms.undisclosed_codes))
    return in_words(verdict, line)


def disclosed(verdict: dict[str, Any], disclosure: str, undisclosed: frozenset[str]) -> dict[str, Any]:
    """Return the part of a stored verdict that a partner may know, in the same form.

    A hit whose code is in ``undisclosed`` is left out and counts as "a person has to look".
    """
    hits = [hit for hit in verdict["hits"] if hit["code"] not in undisclosed]
    is_hiding = len(hits) < len(verdict["hits"])
    classes = [hit["class"] for hit in hits] + (["review"] if is_hiding else [])
    changes, release_at = list(verdict.get("counterfactuals", ())), verdict.get("release_at")
    # What would be left after a change must not tell of the hidden one.
    if is_hiding or disclosure != Disclosure.CLASS_AND_RELEASE:
        changes, release_at = [change for change in changes if change["change"] != "wait"], None
    return {
        "class": max(classes, key=_WORST_LAST.index, default="clear"),
        "hits": hits,
        "counterfactuals": changes,
        "release_at": release_at,
    }


def in_words(verdict: dict[str, Any], line: RegistrationLine) -> Told:
    """Return a stored verdict, or the part of it that may be told, in the reader's language."""
    label, tone = CLASS_TOLD[verdict["class"]]
    release_at = verdict.get("release_at")
    return Told(
        verdict["class"],
        label,
        tone,
        tuple(
            ToldHit(hit["code"], *TOLD[hit["code"]], registration_id=hit["evidence"].get("registration"))
            for hit in verdict["hits"]
        ),
        tuple(sentence(change, line) for change in verdict.get("counterfactuals", ())),
        _day(release_at) if release_at else None,
    )


def _day(iso: str) -> date:
    """Return the reader's calendar day of an instant."""
    return timezone.localtime(datetime.fromisoformat(iso)).date()


def sentence(change: dict[str, Any], line: RegistrationLine) -> str:
    """Say in the reader's language what would change the answer for one line."""
    match change["change"]:
        case "wait":
            return _("%(line)s becomes free on %(day)s, unless it is extended or won.") % {
                "line": line.line,
                "day": date_format(_day(change["from"]), "DATE_FORMAT"),
            }
        case "value":
            return _("With an expected value of at least %(amount)s %(currency)s it goes on.") % {
                "amount": number_format(change["minimum"], use_l10n=True, force_grouping=True),
                "currency": change["currency"],
            }
        case "documents":
            return _("With the required documents attached it goes on.")
    raise LookupError(change["change"])


def without_lines(rows: list[tuple[RegistrationLine, Told | None]]) -> str:
    """Say which lines to leave out for the rest to be free; "" where that changes nothing."""
    taken = [line for line, told in rows if told is not None and told.class_ in ("hold", "block")]
    free = [line for line, told in rows if told is not None and told.class_ in ("clear", "notice")]
    if not taken or not free:
        return ""
    return _("Free without %(lines)s.") % {"lines": listed(str(line.line) for line in taken)}
