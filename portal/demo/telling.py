"""The events of the demo's registrations, with the facts that the services write, and what people put in words."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from crm.accounts.models import Account
from crm.opportunities.models import Opportunity
from crm.projects.models import Project
from deal_registration.conflicts import Verdict
from deal_registration.enums import State
from deal_registration.models import InternalNote, RegistrationLine
from deal_registration.services.drafts import TYPED_FIELDS

from .deals import NEEDS, Deal
from .history import History
from .people import reviewer_for
from .world import World

if TYPE_CHECKING:
    from .course import Filed
    from .rows import Rows

CRM = "registration"  # the process that carries registrations over to the CRM core
NOTES = (
    "Spoke to the customer: the tender is real, budget approved.",
    "Partner has visited the site twice this quarter.",
    "Asked the sales rep whether there was direct contact before.",
    "客户设备部确认与该经销商有接触。",
    "同一集团去年有类似项目，注意价格。",
)


class Telling:
    """Notes what happened to registrations; each method is one kind of event."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.history: History = world.history
        self.aliases: list[tuple[Account, str, str, datetime]] = []

    def _registration(self, type: str, filed: "Filed", at: datetime, facts: dict, **who) -> None:
        self.history.note(type, filed.registration, at, facts, partner=filed.registration.partner, **who)

    def submitted(self, filed: "Filed", at: datetime) -> None:
        """The dealer filed."""
        facts, personal = self._filing_facts(filed)
        facts |= {
            "sequence": {line.line.code: line.sequence_number for line in filed.lines},
            "from_state": "draft",
            "to_state": "screening",
        }
        self._registration(
            "registration.submitted", filed, at, facts, actor=filed.deal.user, personal=personal
        )

    def answered(
        self, filed: "Filed", lines: list[RegistrationLine], changed: list[str], at: datetime
    ) -> None:
        """The dealer answered a request for information."""
        facts, personal = self._filing_facts(filed)
        facts |= {
            "lines": _codes(lines),
            "changed": changed,
            "new_places": False,
            "from_state": "action_required",
            "to_state": "screening",
        }
        self._registration(
            "registration.answered", filed, at, facts, actor=filed.deal.user, personal=personal
        )

    def _filing_facts(self, filed: "Filed") -> tuple[dict, dict]:
        registration = filed.registration
        facts = {
            "reference": registration.ref,
            "partner": registration.partner.account.name,
            "lines": _codes(filed.lines),
            "territory": registration.territory.code,
            "value": f"{registration.value.amount.quantize(Decimal('0.01'))} {registration.value.currency.code}",
            "expected_close_on": registration.expected_close_on.isoformat(),
            "documents": [],
        }
        for name in TYPED_FIELDS:
            if name not in facts and name not in ("customer_account", "tender_published_on"):
                facts[name] = str(getattr(registration, name))
        if registration.tender_published_on:
            facts["tender_published_on"] = registration.tender_published_on.isoformat()
        subject = f"registration-contacts:{registration.pk}"
        return facts, {subject: {"contacts": [dict(contact) for contact in filed.deal.contacts]}}

    def screened(
        self, filed: "Filed", line: RegistrationLine, verdict: Verdict, before: str, at: datetime
    ) -> None:
        """The check judged a line."""
        facts = {
            "lines": [line.line.code],
            "verdict_class": verdict.class_.name.lower(),
            "verdict": verdict.to_json(),
            "codes": sorted(verdict.codes),
            "from_state": before,
            "to_state": str(line.state),
        }
        self._registration("registration.screened", filed, at, facts, system="screening")

    def approved(self, filed, lines, by, verdict: Verdict | None, before: str, ends_at: datetime, at) -> None:
        """A reviewer, or the rule, approved lines."""
        facts = {"lines": _codes(lines), "protected_until": ends_at.isoformat()}
        facts |= {"from_state": before, "to_state": str(State.APPROVED)}
        if by is None:
            facts |= {"verdict_class": verdict.class_.name.lower(), "verdict": verdict.to_json()}
            self._registration("registration.screened", filed, at, facts, system="screening")
        else:
            self._registration("registration.approved", filed, at, facts, actor=by)

    def asked(self, filed, lines, by, at: datetime, fields: list[str], message: str) -> None:
        """A reviewer asked for information."""
        facts = {"lines": _codes(lines), "fields": fields, "message": message}
        facts |= {"from_state": sorted({str(line.state) for line in lines})[0], "to_state": "action_required"}
        self._registration("registration.information_requested", filed, at, facts, actor=by)

    def rejected(self, filed, lines, by, reason: str, text: str, before: str, at: datetime) -> None:
        """A reviewer rejected lines."""
        facts = {"lines": _codes(lines), "reason": str(reason), "explanation": text}
        facts |= {"from_state": before, "to_state": "rejected"}
        self._registration("registration.rejected", filed, at, facts, actor=by)

    def closed(self, type: str, filed, lines, before: str, facts: dict, at: datetime) -> None:
        """The dealer reported a deal as won or lost, or withdrew it."""
        facts = {"lines": _codes(lines), **facts, "from_state": before, "to_state": str(lines[0].state)}
        self._registration(type, filed, at, facts, actor=filed.deal.user)

    def by_clock(self, type: str, filed, lines, at: datetime, before: str, after: str) -> None:
        """Time did something by itself."""
        facts = {"lines": _codes(lines), "from_state": str(before), "to_state": str(after)}
        self._registration(type, filed, at, facts, system="clock")

    def reminded(self, filed, lines: list[RegistrationLine], until: datetime, at: datetime) -> None:
        """The partner was reminded that protection ends soon."""
        facts = {"lines": _codes(lines), "protected_until": until.isoformat()}
        self._registration("registration.expiring", filed, at, facts, system="clock")

    def promise(self, type: str, filed, due_at: datetime, percent: int, at: datetime) -> None:
        """A promised decision came near or passed."""
        self._registration(
            type, filed, at, {"due_at": due_at.isoformat(), "percent": percent}, system="clock"
        )

    def match_decided(self, filed, known: Account, verdict: str, by, at: datetime) -> None:
        """A reviewer said whether two customers are the same."""
        facts = {"subject": known.name, "decision": str(verdict), "customer": known.pk, "project": None}
        self._registration("registration.match_decided", filed, at, facts, actor=by)

    def note(self, at: datetime, filed: "Filed", rows: "Rows") -> None:
        """A reviewer writes an internal note."""
        by = reviewer_for(self.world, filed.deal.territory)
        text = self.world.rng.choice(NOTES)
        rows.notes.append(
            InternalNote(registration=filed.registration, text=text, written_by=by, written_at=at)
        )
        self._registration("registration.note_added", filed, at, {}, actor=by)

    def prospect(self, account: Account, at: datetime) -> None:
        """Nobody knew the customer."""
        self.history.note("account.prospect_added", account, at, {"name": account.name}, system="screening")

    def promoted(self, account: Account, at: datetime) -> None:
        """A prospect became an account."""
        facts = {"name": account.name, "territory": account.territory.code}
        self.history.note("account.promoted", account, at, facts, system=CRM)

    def alias(self, account: Account, filed: "Filed", at: datetime) -> None:
        """Another name of a known customer was learned."""
        self.aliases.append(
            (account, filed.registration.customer_name, f"registration {filed.registration.ref}", at)
        )

    def project(self, project: Project, at: datetime) -> None:
        """A project was named for the first time."""
        self.history.note(
            "project.created", project, at, {"name": project.name, "tender_number": ""}, system="screening"
        )

    def opportunity(self, filed, opportunity: Opportunity, lines, at: datetime) -> None:
        """An approved registration opened an opportunity, or added lines to it."""
        facts = {
            "source": opportunity.source,
            "protection_ends_at": opportunity.protection_ends_at.isoformat(),
            "lines": sorted(line.line_id for line in lines),
            "owner_id": opportunity.owner_id,
        }
        self._opportunity("opportunity.registered", filed, opportunity, facts, at, system=CRM)

    def protection_ended(self, filed, opportunity: Opportunity, system: str, at: datetime) -> None:
        """An opportunity is no longer protected."""
        before = opportunity.protection_ends_at
        facts = {
            "reason": "",
            "protection_ends_at": None,
            "protection_ended_before": before and before.isoformat(),
        }
        self._opportunity("opportunity.protection_ended", filed, opportunity, facts, at, system=system)

    def settled(self, filed, opportunity: Opportunity, at: datetime) -> None:
        """An opportunity was closed with its registration."""
        facts = {
            "reason": opportunity.close_reason,
            "source": opportunity.source,
            "from_state": "open",
            "to_state": str(opportunity.state),
        }
        self._opportunity("opportunity.settled", filed, opportunity, facts, at, system=CRM)

    def _opportunity(
        self, type: str, filed, opportunity: Opportunity, facts: dict, at: datetime, **who
    ) -> None:
        self.history.note(type, opportunity, at, facts, partner=filed.registration.partner, **who)

    def need(self, deal: Deal) -> str:
        """Return what the dealer writes that the customer needs."""
        return NEEDS[deal.customer.country]

    def mend(self, filed: "Filed", minimum: Decimal) -> list[str]:
        """Mend the fields that were asked for; return those that changed."""
        registration, fields = filed.registration, filed.request.fields
        changed = []
        if "value" in fields:
            registration.value = type(registration.value)(minimum * 2, registration.value.currency)
            filed.deal.amount = minimum * 2
            changed.append("value")
        if "description" in fields:
            registration.description = f"{self.need(filed.deal)} (+)"
            changed.append("description")
        if "expected_close_on" in fields:
            registration.expected_close_on += timedelta(days=14)
            changed.append("expected_close_on")
        return changed


def _codes(lines: list[RegistrationLine]) -> list[str]:
    return [line.line.code for line in lines]
