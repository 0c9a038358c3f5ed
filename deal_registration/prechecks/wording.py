"""What people read of an answer, and of the signs of probing."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.ui.wording import listed

from ..disclosure import Told, in_words
from ..models import Registration
from .models import Precheck, PrecheckLine

# By class told: what it means before anything is filed.
MEANING = {
    "clear": gettext_lazy(
        "Nothing stands in your way now. Only filing protects: whoever files first comes first."
    ),
    "review": gettext_lazy("It can be filed; a person then decides. Nothing more can be said beforehand."),
    "ask": gettext_lazy("It can be filed; something will be asked for."),
    "hold": gettext_lazy("If you file now, you are next in line behind what is there."),
    "block": gettext_lazy("Filed now, it would be refused."),
}
SIGNS = {
    "taken": gettext_lazy("Much of what was asked is taken"),
    "breadth": gettext_lazy("Many customers within a day"),
    "sweep": gettext_lazy("Customers in alphabetical order"),
    "unfiled": gettext_lazy("Free customers that were never filed"),
    "speed": gettext_lazy("Many questions within minutes"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of an answer as a page shows it; ``hits`` with the reference of an own registration each points to."""

    row: PrecheckLine
    told: Told | None
    meaning: str
    hits: list[tuple[Any, str]]


def shown_lines(question: Precheck, actor) -> list[ShownLine]:
    """Return the lines of ``question`` in words; at most one query more."""
    told = [(row, in_words(row.told, row) if row.told else None) for row in question.lines.all()]
    pointed_to = {hit.registration_id for _row, words in told if words for hit in words.hits} - {None}
    refs = dict(Registration.objects.visible_to(actor).filter(pk__in=pointed_to).values_list("pk", "ref"))
    return [
        ShownLine(
            row,
            words,
            str(MEANING[words.class_]) if words else "",
            [(hit, refs.get(hit.registration_id, "")) for hit in words.hits] if words else [],
        )
        for row, words in told
    ]


def free_without(lines: list[ShownLine]) -> str:
    """Say which lines to leave out for the rest to be free; "" where that changes nothing."""
    taken = [line for line in lines if line.told and line.told.class_ in ("hold", "block")]
    free = [line for line in lines if line.told and line.told.class_ == "clear"]
    if not taken or not free:
        return ""
    return _("Free without %(lines)s.") % {"lines": listed(line.row.line.name for line in taken)}


def answer_words(question: Precheck) -> str:
    """Return the answer of all lines in one cell of a list: the label of each, with its lines."""
    from ..told_words import CLASS_TOLD

    by_label: dict[str, list[str]] = {}
    for row in question.lines.all():
        if row.class_told:
            by_label.setdefault(str(CLASS_TOLD[row.class_told][0]), []).append(row.line.name)
    if len(by_label) == 1:
        return next(iter(by_label))
    return " · ".join(
        _("%(label)s (%(lines)s)") % {"label": label, "lines": listed(names)}
        for label, names in by_label.items()
    )


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of probing in words."""

    title: str
    text: str
    points: int


def signs_in_words(reasons: list[dict]) -> list[Sign]:
    """Return stored reasons in the reader's language."""
    return [Sign(str(SIGNS.get(row["code"], row["code"])), _numbers(row), row["points"]) for row in reasons]


def _numbers(row: dict) -> str:
    """Return the numbers behind a sign."""
    count, of = row["count"], row["of"]
    numbers = {"count": count, "of": of}
    match row["code"]:
        case "taken":
            return (
                ngettext("%(count)s of %(of)s line answered", "%(count)s of %(of)s lines answered", of)
                % numbers
            )
        case "breadth":
            return (
                ngettext("%(count)s customer in one day", "%(count)s customers in one day", count) % numbers
            )
        case "sweep":
            return ngettext("%(count)s name in a row", "%(count)s names in a row", count) % numbers
        case "unfiled":
            return (
                ngettext(
                    "%(count)s of %(of)s customer, after three days",
                    "%(count)s of %(of)s customers, after three days",
                    of,
                )
                % numbers
            )
    return (
        ngettext("%(count)s question in ten minutes", "%(count)s questions in ten minutes", count) % numbers
    )
