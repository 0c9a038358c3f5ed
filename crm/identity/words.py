"""What the levels and the evidence mean, in words for the people who decide."""

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.search.folding import CHINESE_RUN

from .comparison import Evidence
from .levels import L1, L2, L3, L4, L5

LEVELS = {
    L1: gettext_lazy("Same registry id"),
    L2: gettext_lazy("Same domain"),
    L3: gettext_lazy("Same name"),
    L4: gettext_lazy("Similar name"),
    L5: gettext_lazy("Same group"),
}
# By the beginning of a feature's code; the longest that fits counts.
CODES = {
    "registry.same": gettext_lazy("same registry id"),
    "registry.differs": gettext_lazy("different registry ids"),
    "number.same": gettext_lazy("same customer number"),
    "domain.same": gettext_lazy("same web or e-mail domain"),
    "domain.same.many": gettext_lazy("same domain, which many have"),
    "domain.differs": gettext_lazy("different web or e-mail domains"),
    "phone.same": gettext_lazy("same phone number"),
    "phone.same.many": gettext_lazy("same phone number, which many have"),
    "phone.differs": gettext_lazy("different phone numbers"),
    "label": gettext_lazy("the web address is the other's name"),
    "name.alias": gettext_lazy("same as another name it is known by"),
    "name.ambiguous": gettext_lazy("several organisations have this name"),
    "name.equal": gettext_lazy("same name without legal form and place"),
    "name.order": gettext_lazy("same signs in another order"),
    "name.alike": gettext_lazy("similar name"),
    "name.cut": gettext_lazy("one name is the beginning of the other"),
    "name.typos": gettext_lazy("similar name"),
    "name.none": gettext_lazy("different names"),
    "name.reached": gettext_lazy("different names"),
    "brand.equal": gettext_lazy("same main part of the name"),
    "brand.start": gettext_lazy("main parts of the names begin alike"),
    "slip.sound": gettext_lazy("names that sound the same"),
    "slip.near": gettext_lazy("names that sound alike"),
    "slip.swap": gettext_lazy("two signs changed places"),
    "slip.double": gettext_lazy("one sign stands twice"),
    "slip.missing": gettext_lazy("one sign more or less"),
    "slip.sign": gettext_lazy("one sign differs"),
    "slip.two": gettext_lazy("two signs differ"),
    "short": gettext_lazy("one name abbreviates the other"),
    "initials": gettext_lazy("one name is made of the other's initials"),
    "added": gettext_lazy("one name contains the other"),
    "more": gettext_lazy("one name says more"),
    "kind.equal": gettext_lazy("same line of business in the name"),
    "kind.none": gettext_lazy("no line of business in the names"),
    "kind.vague": gettext_lazy("only one name has words like “group”"),
    "kind.untold": gettext_lazy("only one name tells the line of business"),
    "kind.longer": gettext_lazy("one name tells more of the line of business"),
    "kind.overlaps": gettext_lazy("lines of business in the names overlap"),
    "kind.differs": gettext_lazy("different lines of business in the names"),
    "kind": gettext_lazy("a slip in the line of business"),
    "words.same": gettext_lazy("same words in the name"),
    "words.order": gettext_lazy("same words in another order"),
    "words.typo": gettext_lazy("a typing error in a word"),
    "words.short": gettext_lazy("a word is shortened"),
    "words.root": gettext_lazy("words of one root"),
    "words.where": gettext_lazy("a word only says the place"),
    "words.differ": gettext_lazy("different words in the names"),
    "words.unit": gettext_lazy("one name is that of a part, like a school or a hospital"),
    "words.first": gettext_lazy("the first words differ"),
    "words.long": gettext_lazy("long names, which some sources cut off"),
    "words.start": gettext_lazy("one name begins with the other"),
    "kinds.same": gettext_lazy("same line of business in the name"),
    "kinds.differ": gettext_lazy("different lines of business in the names"),
    "kinds.more": gettext_lazy("one name tells more of the line of business"),
    "read": gettext_lazy("one name is how the other sounds"),
    "read.start": gettext_lazy("one name begins as the other sounds"),
    "read.near": gettext_lazy("one name is nearly how the other sounds"),
    "read.later": gettext_lazy("the sound begins at a later word"),
    "trade.same": gettext_lazy("same line of business in both languages"),
    "trade.partly": gettext_lazy("partly the same line of business in both languages"),
    "trade.differs": gettext_lazy("different lines of business"),
    "trade.untold": gettext_lazy("only one name tells the line of business"),
    "trade.none": gettext_lazy("no line of business in the names"),
    "trade.strange": gettext_lazy("words that could not be compared"),
    "place.same": gettext_lazy("same city"),
    "place.near": gettext_lazy("same province"),
    "place.city": gettext_lazy("different cities"),
    "place.cities": gettext_lazy("different cities"),
    "place.region": gettext_lazy("different provinces"),
    "place.country": gettext_lazy("different countries"),
    "place.unknown": gettext_lazy("place not known"),
    "named.same": gettext_lazy("same place in the names"),
    "named.differs": gettext_lazy("different places in the names"),
    "common.1": gettext_lazy("nobody else has this name"),
    "common.3": gettext_lazy("few have this name"),
    "common": gettext_lazy("several have a name like this"),
    "common.many": gettext_lazy("many have a name like this"),
    "rivals.1": gettext_lazy("nobody else is as alike"),
    "rivals": gettext_lazy("others are as alike"),
    "branch": gettext_lazy("branch and head office of one organisation"),
    "part": gettext_lazy("one name holds the other's and more"),
    "kin": gettext_lazy("the names begin with the same words"),
    "group.same": gettext_lazy("member of the same group"),
}


def level_words(level: str) -> str:
    """Return what a level means; the level itself for one that is not known."""
    return str(LEVELS.get(level, level))


def explain_code(code: str) -> str:
    """Return what one kind of evidence says; a plain sentence for a kind that is not known."""
    parts = code.split(".")
    for count in range(len(parts), 0, -1):
        words = CODES.get(".".join(parts[:count]))
        if words is not None:
            return str(words)
    return _("another likeness")


def explain(evidence: Evidence) -> str:
    """Return one reason with its values, for staff: never for a dealer, as it tells what is kept."""
    words = explain_code(evidence.code)
    ours, theirs = _in_readers_script(evidence.ours), _in_readers_script(evidence.theirs)
    if evidence.code.startswith(("place.", "named.")):
        return words  # a city's normal form is in no reader's language, and both cities stand beside it
    if ours and theirs and ours != theirs:
        return _("%(reason)s: “%(ours)s” and “%(theirs)s”") % {
            "reason": words,
            "ours": ours,
            "theirs": theirs,
        }
    if ours or theirs:
        return _("%(reason)s: %(value)s") % {"reason": words, "value": ours or theirs}
    return words


def _in_readers_script(text: str) -> str:
    """Return a normal form, which is in simplified characters, as the reader of a page expects it."""
    if (get_language() or "").lower().startswith("zh-hant") and CHINESE_RUN.search(text):
        return _traditional().convert(text)
    return text


def _traditional():
    """Return the converter to traditional characters, made once."""
    global _converter
    if _converter is None:
        import opencc

        _converter = opencc.OpenCC("s2t")
    return _converter


_converter = None
