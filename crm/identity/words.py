"""What the levels and the evidence mean, in words for the people who decide."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rules import L1, L2, L3, L4, L5, Evidence

LEVELS = {
    L1: gettext_lazy("Same registry id"),
    L2: gettext_lazy("Same web or e-mail domain"),
    L3: gettext_lazy("Same name"),
    L4: gettext_lazy("Similar name"),
    L5: gettext_lazy("Same group"),
}
CODES = {
    "registry.same": gettext_lazy("same registry id"),
    "registry.differs": gettext_lazy("different registry ids"),
    "number.same": gettext_lazy("same customer number"),
    "domain.same": gettext_lazy("same web or e-mail domain"),
    "name.equal": gettext_lazy("same name"),
    "name.equal_but": gettext_lazy("same name, but something contradicts it"),
    "name.core": gettext_lazy("same name without legal form and place"),
    "name.alias": gettext_lazy("same as another name it is known by"),
    "name.ambiguous": gettext_lazy("several organisations have this name"),
    "name.similar": gettext_lazy("similar name"),
    "name.sound": gettext_lazy("names that sound the same"),
    "name.order": gettext_lazy("same words in another order"),
    "name.part": gettext_lazy("same main part of the name"),
    "name.abbreviation": gettext_lazy("one name abbreviates the other"),
    "place.same": gettext_lazy("same city"),
    "place.differs": gettext_lazy("different places"),
    "phone.same": gettext_lazy("same phone number"),
    "branch.of": gettext_lazy("branch and head office of one organisation"),
    "group.same": gettext_lazy("member of the same group"),
}


def level_words(level: str) -> str:
    """Return what a level means; the level itself for one that is not known."""
    return str(LEVELS.get(level, level))


def explain_code(code: str) -> str:
    """Return what one kind of evidence says; a plain sentence for a kind that is not known."""
    return str(CODES.get(code, _("another likeness")))


def explain(evidence: Evidence) -> str:
    """Return one reason with its values, for staff: never for a dealer, as it tells what is kept."""
    words = explain_code(evidence.code)
    if evidence.code == "place.same" and evidence.ours == evidence.theirs:
        return words  # a city's normal form is in no reader's language, and both cities stand beside it
    if evidence.ours and evidence.theirs and evidence.ours != evidence.theirs:
        return _("%(reason)s: “%(ours)s” and “%(theirs)s”") % {
            "reason": words,
            "ours": evidence.ours,
            "theirs": evidence.theirs,
        }
    if evidence.ours or evidence.theirs:
        return _("%(reason)s: %(value)s") % {"reason": words, "value": evidence.ours or evidence.theirs}
    return words
