"""The manufacturer's own business in the demo: direct opportunities with their activities and tasks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from crm.accounts.models import Account
from crm.activities.models import Activity, ActivityKind
from crm.catalog.models import ProductLine
from crm.opportunities.enums import OpportunityState, OpportunityType
from crm.opportunities.models import Opportunity, OpportunityLine, Stage

from .accounts import DONE, note_activity
from .world import Organisation, World

# What a country's deals are counted in, and how many of it make one yuan.
CURRENCIES = {"CN": ("CNY", Decimal(1)), "TW": ("TWD", Decimal("4.4")), "DE": ("EUR", Decimal("0.13")),
              "NL": ("EUR", Decimal("0.13"))}  # fmt: skip
SITES = {
    "CN": (
        "二期扩建",
        "污水处理站改造",
        "新厂区一期",
        "循环水系统",
        "冷却塔节能改造",
        "输送线升级",
        "动力站大修",
        "中水回用",
    ),
    "TW": (
        "二期擴建",
        "廢水處理廠改善",
        "新廠一期",
        "循環水系統",
        "冷卻塔節能改善",
        "輸送線升級",
        "廠務設備汰換",
    ),
    "DE": (
        "Erweiterung Halle 3",
        "Kühlwassersystem",
        "Modernisierung Kläranlage",
        "Neubau Werk 2",
        "Förderlinie Ost",
    ),
    "NL": (
        "Uitbreiding hal 3",
        "Koelwatersysteem",
        "Renovatie zuivering",
        "Nieuwbouw locatie Oost",
        "Transportlijn",
    ),
}
TO_DO = {"CN": "跟进报价反馈", "TW": "追蹤報價回覆", "DE": "Angebot nachfassen", "NL": "Offerte opvolgen"}
LOST_FOR = ("Price", "Competitor's product", "Project postponed")


@dataclass(slots=True)
class Direct:
    """A direct opportunity with the lines and activity times the conflict check asks for."""

    opportunity: Opportunity
    organisation: Organisation
    lines: list[ProductLine]
    active_at: list[datetime] = field(default_factory=list)

    def is_open_at(self, at: datetime) -> bool:
        """Tell whether it was open at an instant."""
        closed_at = self.opportunity.closed_at
        return self.opportunity.created_at < at and (closed_at is None or closed_at > at)


def amount_for(world: World, lines: list[ProductLine], country: str) -> tuple[Decimal, str]:
    """Return a believable value of a deal over these lines, in whole thousands, and its currency."""
    currency, rate = CURRENCIES[country]
    typical = sum(world.catalogue.typical_value[line.pk] for line in lines)
    amount = Decimal(round(typical * world.rng.lognormvariate(-0.35, 0.65))) * rate
    return max(Decimal(1000), (amount / 1000).quantize(Decimal(1)) * 1000), currency


def load_pipeline(world: World) -> list[Direct]:
    """Save direct opportunities, one to every nine customers, with activities; note their events."""
    stages = list(Stage.objects.filter(is_active=True).order_by("order"))
    free = [one for one in world.organisations if not one.is_house]
    found = [_plan(world, one, stages) for one in world.rng.sample(free, world.accounts // 9)]
    world.save(Opportunity, (direct.opportunity for direct in found), "direct opportunities")
    world.save(
        OpportunityLine,
        (
            OpportunityLine(opportunity=direct.opportunity, line=line)
            for direct in found
            for line in direct.lines
        ),
    )
    for direct in found:
        direct.organisation.used = True
    accounts = [direct.organisation.account for direct in found]
    Account.objects.bulk_update(accounts, ["last_activity_at"], batch_size=200)
    _load_activities(world, found)
    return found


def _plan(world: World, organisation: Organisation, stages: list[Stage]) -> Direct:
    """Return one unsaved direct opportunity, open, won or lost."""
    rng, account = world.rng, organisation.account
    country = account.country
    lines = rng.sample(list(world.catalogue.lines.values()), rng.choice((1, 1, 2)))
    created = world.office_hour(
        max(world.ago(rng.random() ** 1.6 * 500 + 4), account.created_at + timedelta(days=5))
    )
    age = (world.now - created).days
    state = OpportunityState.OPEN
    if age > 60 and rng.random() < min(0.85, age / 300):
        state = OpportunityState.WON if rng.random() < 0.45 else OpportunityState.LOST
    closed = None
    if state != OpportunityState.OPEN:
        closed = created + timedelta(days=rng.uniform(0.4, 0.95) * age)
    amount, currency = amount_for(world, lines, country)
    owner = account.owner or world.reps[world.region_of(organisation.name.city.territory)]
    opportunity = Opportunity(
        ref=world.reference(),
        name=f"{account.name} – {rng.choice(SITES[country])}",
        account=account,
        type=rng.choice(OpportunityType.values),
        state=state,
        stage=stages[-1] if closed else rng.choice(stages),
        value=amount,
        value_currency=currency,
        expected_close_on=(
            (closed or world.now) + timedelta(days=0 if closed else rng.randint(10, 150))
        ).date(),
        territory=account.territory,
        owner=owner,
        created_at=created,
        closed_at=closed,
        close_reason=rng.choice(LOST_FOR) if state == OpportunityState.LOST else "",
    )
    direct = Direct(opportunity, organisation, lines)
    until = closed or world.now
    direct.active_at = sorted(
        created + timedelta(seconds=rng.random() * (until - created).total_seconds())
        for _ in range(rng.randint(1, 5))
    )
    opportunity.last_activity_at = direct.active_at[-1]
    account.last_activity_at = max(filter(None, (account.last_activity_at, direct.active_at[-1])))
    facts = {
        "value": str(opportunity.value),
        "stage": opportunity.stage.code,
        "lines": sorted(line.pk for line in lines),
    }
    world.history.note("opportunity.created", opportunity, created, facts, actor=owner)
    if closed:
        name = "opportunity.won" if state == OpportunityState.WON else "opportunity.lost"
        facts = {
            "reason": opportunity.close_reason,
            "source": "",
            "from_state": "open",
            "to_state": str(state),
        }
        world.history.note(name, opportunity, closed, facts, actor=owner)
    return direct


def _load_activities(world: World, found: list[Direct]) -> None:
    """Save what was done for each opportunity and, for open ones, what is to be done."""
    rng, rows = world.rng, []
    for direct in found:
        country, opportunity = direct.organisation.account.country, direct.opportunity
        for at in direct.active_at:
            kind, subject = rng.choice(DONE[country])
            rows.append(_activity(world, direct, kind, subject, at, done_at=at))
        if opportunity.state == OpportunityState.OPEN and rng.random() < 0.5:
            due = world.now + timedelta(days=rng.randint(-4, 12), hours=rng.randint(0, 6))
            rows.append(
                _activity(
                    world, direct, "task", TO_DO[country], min(due, world.now) - timedelta(days=2), due_at=due
                )
            )
    world.save(Activity, rows, "activities")
    for row in rows:
        note_activity(world, row)


def _activity(world: World, direct: Direct, kind: str, subject: str, at: datetime, **times) -> Activity:
    return Activity(
        ref=world.reference(),
        kind=ActivityKind(kind),
        account=direct.organisation.account,
        opportunity=direct.opportunity,
        subject=subject,
        done_by=direct.opportunity.owner,
        created_at=at,
        **times,
    )
