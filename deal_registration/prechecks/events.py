"""Events about pre-checks, and which of their facts the partner concerned may see."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ledger import declare

from ..events import SUBMITTED_FACTS
from ..fact_words import FILED_WORDS

TYPED_FACTS = tuple(
    name
    for name in SUBMITTED_FACTS
    if name.startswith("customer_")
    or name in ("reference", "lines", "project_name", "tender_number", "territory")
)
LABELS = {
    "message": _("Message"),
    "explanation": _("Explanation"),
    "score": _("Signs of probing"),
}


# What was asked stands on the page already; the timeline shows only what each event adds.
def _labels(*names: str) -> dict:
    return {name: LABELS[name] for name in names}


declare(
    "precheck.asked",
    label=pgettext_lazy("pre-checks", "Asked and answered"),
    partner_facts=(*TYPED_FACTS, "answers", "repeats"),
    icon="help-circle",
    words=FILED_WORDS,
)
declare(
    "precheck.queued",
    label=_("Asked, a person answers"),
    partner_facts=TYPED_FACTS,
    icon="clock",
    words=FILED_WORDS,
)
declare(
    "precheck.answered",
    label=_("Answered by a person"),
    partner_facts={"answers", "message"},
    tone="success",
    icon="circle-check",
    labels=_labels("message"),
)
declare(
    "precheck.unanswered",
    label=_("Not answered"),
    partner_facts={"message"},
    tone="warning",
    icon="circle-minus",
    labels=_labels("message"),
)
declare(
    "precheck.slowed",
    label=_("Pre-checks slowed down: a person answers"),
    tone="warning",
    icon="player-pause",
    labels=_labels("score"),
)
declare(
    "precheck.stopped",
    label=_("Pre-checks paused"),
    tone="danger",
    icon="ban",
    labels=_labels("score"),
)
declare(
    "precheck.lifted",
    label=_("Pause of pre-checks lifted"),
    partner_facts={"explanation"},
    tone="success",
    icon="player-play",
    labels=_labels("explanation"),
)
