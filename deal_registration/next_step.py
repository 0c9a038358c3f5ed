"""The one next action of a registration, in words for its partner."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.ui.wording import listed

from .enums import State
from .extension_selectors import Offer
from .forms.answer import ASKABLE

Words = str | Promise


@dataclass(frozen=True, slots=True)
class NextStep:
    """What stands at the top of the page. ``url`` empty: nothing to do but wait. ``until``: the date that counts."""

    tone: str
    icon: str
    title: Words
    text: Words = ""
    url: str = ""
    label: Words = ""
    until: datetime | None = None
    until_label: Words = ""
    posts: bool = False  # one click does it, without a page in between
    also_url: str = ""
    also_label: Words = ""


def next_step_of(
    registration, lines, *, question=None, may_act: bool, offer: Offer | None = None
) -> NextStep | None:
    """Return the next step of ``registration``; None while it is being checked (the page says so by itself).

    ``question`` is the open information request, if any; ``may_act`` whether the reader files for this partner;
    ``offer`` what there is of more time.
    """

    def at(name: str) -> str:
        return reverse(f"registrations:{name}", args=[registration.ref]) if may_act else ""

    states = {row.state for row in lines}
    if question is not None:
        return NextStep(
            "warning",
            "help-circle",
            _("An answer from you is needed"),
            question_words(question),
            at("registration_answer"),
            _("Answer now"),
            question.due_at,
            _("Answer by"),
        )
    if State.SCREENING in states:
        return None
    if State.ACTION_REQUIRED in states:
        return NextStep("warning", "help-circle", _("Something is missing"), _("See below what would help."))
    if State.APPROVED in states and offer is not None and offer.undecided:
        return _undecided(offer, at)
    if State.APPROVED in states and offer is not None and offer.is_open:
        return _more_time(offer, at)
    if State.APPROVED in states:
        ends = min(row.protected_until for row in lines if row.state == State.APPROVED)
        return NextStep(
            "success",
            "shield-check",
            _("The deal is protected for you"),
            _("Tell us when it is decided, so that the order is credited to you."),
            at("registration_won"),
            _("Report as won"),
            ends,
            _("Protected until"),
        )
    if State.IN_REVIEW in states:
        return NextStep(
            "info",
            "user-check",
            _("A person decides"),
            _("There is nothing to do for you. You are told as soon as it is decided."),
            until=registration.review_due_at,
            until_label=_("Decision promised by"),
        )
    held = [row for row in lines if row.state == State.CONFLICT_HOLD]
    if held and all(row.is_waiting_for_release for row in held):
        return NextStep(
            "warning",
            "hourglass",
            _("On the wait-list"),
            _(
                "It is protected for another partner at present. The moment it is free yours is checked again by "
                "itself, in the order in which all were filed. Withdraw it if you no longer want to wait."
            ),
        )
    if held:
        return NextStep(
            "warning",
            "hourglass",
            _("On hold behind an earlier claim"),
            _(
                "An earlier claim is decided first. Yours keeps its place and is then checked again by itself."
            ),
        )
    return _ended(registration, states, may_act)


def _undecided(offer: Offer, at) -> NextStep:
    """Return what to say while more time is asked for."""
    return NextStep(
        "info",
        "calendar-time",
        _("You have asked for more time"),
        _("The deal stays protected until it is decided. Without more time it ends on %(day)s.")
        % {"day": date_format(localtime(offer.ends_before), "DATE_FORMAT")},
        at("registration_won"),
        _("Report as won"),
        offer.due_at,
        _("Decision promised by"),
    )


def _more_time(offer: Offer, at) -> NextStep:
    """Return the offer of more time, as one click where nothing has to be said."""
    return NextStep(
        "warning",
        "calendar-time",
        _("Protection ends soon"),
        _("Is the deal still open? Then ask for %(days)s more days. Else tell us how it ended.")
        % {"days": offer.days},
        at("registration_extend"),
        _("Extend by %(days)s days") % {"days": offer.days}
        if offer.by_rule
        else _("Ask for %(days)s more days") % {"days": offer.days},
        min(line.protected_until for line in offer.lines),
        _("Protected until"),
        posts=not offer.needs_note,
        also_url=at("registration_won"),
        also_label=_("Report as won"),
    )


def question_words(question) -> str:
    """Return what was asked: the reviewer's words, or for a question of the check itself, the fields it lacks."""
    if question.message:
        return question.message
    fields = listed(str(ASKABLE[name]) for name in question.fields if name in ASKABLE)
    return _("The check found something missing. Please look at: %(fields)s") % {"fields": fields}


def _ended(registration, states, may_act: bool) -> NextStep:
    """Return what to say of a registration of which no line is live."""
    again = reverse("registrations:registration_again", args=[registration.ref]) if may_act else ""
    if State.WON in states:
        return NextStep("success", "trophy", _("You won this deal"), _("The order is remembered as yours."))
    if State.EXPIRED in states:
        return NextStep(
            "neutral",
            "hourglass",
            _("Protection has ended"),
            _("If the deal is still alive, register it again. Whoever files first is protected."),
            again,
            _("File again"),
            posts=True,
        )
    if State.LOST in states:
        return NextStep("neutral", "circle-x", _("Reported as lost"), _("Thank you for telling us."))
    if State.REJECTED in states:
        return NextStep(
            "danger",
            "circle-x",
            _("Not protected"),
            _("The reason stands below. You may register again when it no longer holds."),
            again,
            _("File again"),
            posts=True,
        )
    if State.REVOKED in states:
        return NextStep(
            "danger",
            "shield-x",
            _("Protection was revoked"),
            _("The reason stands below. You may register again when it no longer holds."),
            again,
            _("File again"),
            posts=True,
        )
    if State.WITHDRAWN not in states and State.SUPERSEDED in states:
        return NextStep(
            "neutral",
            "replace",
            _("Replaced"),
            _("Another registration has taken its place. What happened below says by what."),
        )
    return NextStep(
        "neutral",
        "arrow-back-up",
        _("Withdrawn"),
        _("This registration protects nothing any more."),
        again,
        _("File again"),
        posts=True,
    )
