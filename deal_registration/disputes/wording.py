"""Words for states, results and rungs of disputes, and the one next step of each reader."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.models import Role
from core.ui import statuses
from core.ui.names import local_name
from core.ui.wording import listed
from deal_registration.wording import CODE_WORDS

from .enums import DisputeState as S
from .enums import Outcome
from .ladder import Rung
from .models import Dispute, DisputeParty, Ruling

Words = str | Promise

statuses.register(
    opened=("info", "message"),
    statements=("info", "messages"),
    deliberation=("accent", "clipboard-check"),
    ruled=("success", "contract"),
    appealed=("warning", "message"),
    closed=("neutral", "archive"),
    award=("success", "trophy"),
    split=("info", "arrows-exchange"),
    shared=("info", "percentage"),
    stands=("neutral", "shield-check"),
    nobody=("neutral", "circle-minus"),
    taken_up=("success", "check"),
    dismissed=("neutral", "x"),
)

# One party's result, said to that party.
RESULTS = {
    "granted": (_("You are protected"), "success"),
    "kept": (_("Your protection stays"), "success"),
    "holds": (_("You hold it"), "success"),
    "shared": (_("You have a share of it"), "info"),
    "stands": (_("The decision stands in your favour"), "success"),
    "ended": (_("Your claim has ended"), "danger"),
    "refused": (_("Your claim was not granted"), "danger"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What stands at the top of the page; ``url`` empty: nothing to do but wait."""

    tone: str
    icon: str
    title: Words
    text: Words = ""
    url: str = ""
    label: Words = ""
    until: datetime | None = None
    until_label: Words = ""


def result_of(ruling: Ruling, party: DisputeParty) -> str:
    """Return one party's result of a ruling, from what was awarded."""
    if any(share.party_id == party.pk for share in ruling.shares.all()):
        return "shared"
    if any(award.party_id == party.pk for award in ruling.awards.all()):
        return "holds"
    if ruling.outcome == Outcome.STANDS:
        return "refused" if party.is_opener else "stands"
    return "refused" if party.is_opener else "ended"


def codes_in_words(codes) -> str:
    """Return the rules that codes stand for."""
    return listed(str(CODE_WORDS.get(code, "")) for code in codes if code in CODE_WORDS)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung as shown: in words, with who stands there (for staff), and where the dispute is."""

    label: str
    people: str
    days: int
    is_now: bool
    is_past: bool


def steps_of(dispute: Dispute, rungs: list[Rung], named, actor: Actor) -> list[Step]:
    """Return the ladder's rungs; partners read roles, never names."""
    codes = {rung.role for rung in rungs if rung.role}
    roles = {role.code: local_name(role) for role in Role.objects.filter(code__in=codes)} if codes else {}
    active = dispute.state in (S.DELIBERATION, S.APPEALED)
    return [
        Step(
            label=roles.get(rung.role, "") or str(_("People named by the programme")),
            people=""
            if actor.is_dealer
            else listed(user.full_name or user.email for user in named.get(rung.number, ())),
            days=rung.business_days,
            is_now=active and dispute.rung == rung.number,
            is_past=dispute.rung is not None
            and (dispute.rung > rung.number or (not active and dispute.rung == rung.number)),
        )
        for rung in rungs
    ]


def next_step_for_party(
    dispute: Dispute, party: DisputeParty, *, may_speak: bool, may_appeal: bool
) -> NextStep:
    """Return what a party can do or waits for."""
    url = reverse("disputes:dispute_detail", args=[dispute.ref])
    match dispute.state:
        case S.STATEMENTS | S.OPENED if may_speak:
            return NextStep(
                "warning",
                "messages",
                _("Say what speaks for you"),
                _("Only you and who decides read it. If you say nothing in time, it is decided without it."),
                f"{url}#statement",
                _("Write a statement"),
                dispute.statements_due_at,
                _("Statements until"),
            )
        case S.STATEMENTS | S.OPENED:
            return NextStep(
                "info",
                "hourglass",
                _("Statements are taken"),
                _("Then it goes to who decides, and you are told."),
                until=dispute.statements_due_at,
                until_label=_("Statements until"),
            )
        case S.DELIBERATION:
            return NextStep(
                "info",
                "user-check",
                _("A person decides"),
                _("There is nothing to do for you. If it is not decided in time, the next rung decides."),
                until=dispute.rung_due_at,
                until_label=_("Ruling until"),
            )
        case S.APPEALED if may_speak:
            return NextStep(
                "warning",
                "messages",
                _("An appeal was made: you may answer"),
                _("A higher rung decides it. Only you and who decides read what you write."),
                f"{url}#statement",
                _("Write a statement"),
                dispute.statements_due_at,
                _("Statements until"),
            )
        case S.APPEALED:
            return NextStep(
                "info",
                "hourglass",
                _("A higher rung decides the appeal"),
                _("Its ruling is final."),
                until=dispute.rung_due_at,
                until_label=_("Ruling until"),
            )
        case S.RULED if may_appeal:
            return NextStep(
                "info",
                "contract",
                _("Ruled"),
                _("Accept it, or appeal once with what is new. Without an appeal in time it is final."),
                reverse("disputes:dispute_appeal", args=[dispute.ref]),
                _("Appeal"),
                dispute.appeal_until,
                _("Appeal until"),
            )
        case S.RULED:
            return NextStep(
                "success",
                "contract",
                _("Ruled"),
                _("It becomes final once its time has passed or every party accepts it."),
                until=dispute.appeal_until,
                until_label=_("Final from"),
            )
        case S.WITHDRAWN:
            return NextStep("neutral", "arrow-back-up", _("Withdrawn"), _("The decision stands as it was."))
    return NextStep("neutral", "archive", _("Closed"), _("The ruling is final."))


def next_step_for_staff(dispute: Dispute, *, may_rule: bool, takes_statements: bool) -> NextStep:
    """Return what a decider can do, or what the dispute waits for."""
    if takes_statements:
        return NextStep(
            "info",
            "messages",
            _("Statements are taken"),
            _("The dispute goes to who decides once all is said or the time is over."),
            until=dispute.statements_due_at,
            until_label=_("Statements until"),
        )
    if dispute.state in (S.DELIBERATION, S.APPEALED):
        if dispute.rung is None:
            return NextStep(
                "danger",
                "alert-triangle",
                _("Nobody is left who may decide"),
                _(
                    "Everybody on the ladder is barred or has left. Give somebody its role; it is then theirs."
                ),
            )
        if may_rule:
            return NextStep(
                "warning",
                "scale",
                _("You decide"),
                _("Read both sides, then rule. You see what the ruling does before it is done."),
                reverse("disputes:dispute_rule", args=[dispute.ref]),
                _("Rule"),
                dispute.rung_due_at,
                _("Ruling until"),
            )
        return NextStep(
            "info",
            "user-check",
            _("With the decider"),
            _("Those named on the present rung decide."),
            until=dispute.rung_due_at,
            until_label=_("Ruling until"),
        )
    if dispute.state == S.RULED:
        return NextStep(
            "success",
            "contract",
            _("Ruled"),
            _("It becomes final once the time for an appeal has passed or every party accepts it."),
            until=dispute.appeal_until,
            until_label=_("Appeal until"),
        )
    if dispute.state == S.WITHDRAWN:
        return NextStep("neutral", "arrow-back-up", _("Withdrawn"), _("The decision stands as it was."))
    return NextStep("neutral", "archive", _("Closed"), _("The ruling is final."))
