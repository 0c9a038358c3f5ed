"""What of a verdict may be told to whom, in words. The programme decides how much its partners hear."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.ui.wording import listed
from partners.terms import Disclosure, ProgrammeTerms

from .conflicts import VerdictClass, lines_to_leave_out
from .models import RegistrationLine
from .telling import disclosed
from .told_words import CLASS_TOLD, TOLD, WAITING, day_of, sentence, text_of


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
        verdict = disclosed(verdict, terms.disclosure, frozenset(terms.undisclosed_codes))
        if terms.disclosure == Disclosure.NOTHING and not verdict["hits"]:
            return Told("review", _("Received, in review"), "info", (), (), None)
        if line.is_waiting_for_release:  # whether others wait before would tell the place
            verdict["hits"] = [hit for hit in verdict["hits"] if hit["code"] != "R06"]
    return in_words(verdict, line)


def in_words(verdict: dict[str, Any], line: RegistrationLine) -> Told:
    """Return a stored verdict, or the part of it that may be told, in the reader's language."""
    release_at = verdict.get("release_at")
    label, tone = (WAITING, "warning") if line.is_waiting_for_release else CLASS_TOLD[verdict["class"]]
    return Told(
        verdict["class"],
        label,
        tone,
        tuple(
            ToldHit(
                hit["code"],
                TOLD[hit["code"]][0],
                text_of(hit),
                registration_id=hit["evidence"].get("registration"),
            )
            for hit in verdict["hits"]
        ),
        tuple(sentence(change, line) for change in verdict.get("counterfactuals", ())),
        day_of(release_at) if release_at else None,
    )


def without_lines(rows: list[tuple[RegistrationLine, Told | None]]) -> str:
    """Say which lines to leave out for the rest to be free; "" where that changes nothing."""
    lines = {line.pk: line for line, _told in rows}
    classes = {line.pk: VerdictClass[told.class_.upper()] for line, told in rows if told is not None}
    taken = [str(lines[pk].line) for pk in lines_to_leave_out(classes)]
    return _("Free without %(lines)s.") % {"lines": listed(taken)} if taken else ""
