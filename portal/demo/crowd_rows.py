"""One stretch of the crowd: customers, registrations, claims, events, match keys and search terms, ready to copy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core.ledger import commit
from core.ledger.commitments import leaf_data, leaf_hash
from core.ledger.models import Event, FactSet
from core.search.models import SearchTerm
from core.search.terms import terms_of
from core.ui.references import ALPHABET
from crm.accounts.models import Account
from crm.accounts.services import candidate_of
from crm.accounts.services import search_texts as account_texts
from crm.identity import prepared_rows
from crm.identity.models import MatchKey, MatchRecord
from deal_registration.conflicts import Verdict
from deal_registration.enums import State
from deal_registration.models import Claim, Registration, RegistrationLine
from deal_registration.services.drafts import TYPED_FIELDS

from .accounts import CALLING_CODES, ROADS
from .crowd import EVENTS_EACH, TERMS_EACH, Crowd, Dealer
from .deals import NEEDS
from .names import OrganisationName
from .pipeline import CURRENCIES, SITES
from .registry_ids import registry_id
from .tables import Table

REASONS = ("duplicate", "direct", "territory", "not_qualified", "no_relationship", "incomplete")
LOSSES = ("price", "competitor", "delivery", "other")
CLEAR = Verdict(hits=()).to_json()
SCREENED_AFTER = timedelta(seconds=2)
REMINDED = (7, 14, 30)


@dataclass(slots=True)
class Fate:
    """What became of a registration: its state, and when it was decided, protected and ended."""

    state: str
    decided_at: datetime | None = None
    protected_until: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


class Stretch:
    """The rows of the registrations ``numbers`` of a crowd; ``position`` is where the ledger puts their events."""

    def __init__(self, crowd: Crowd, numbers: range, position: tuple[int, int]) -> None:
        self.crowd, self.numbers, self.position = crowd, numbers, position
        self.rng = Random(f"{crowd.seed}:{numbers.start}")
        self.account, self.registration = Table(Account), Table(Registration)
        self.line, self.claim = Table(RegistrationLine), Table(Claim)
        self.event, self.facts = Table(Event), Table(FactSet)
        self.record, self.key, self.term = Table(MatchRecord), Table(MatchKey), Table(SearchTerm)
        self._event_pk = crowd.first["ledger.event"] + numbers.start * EVENTS_EACH
        self._fact_pk = crowd.first["ledger.factset"] + numbers.start * EVENTS_EACH
        self._term_pk = crowd.first["search.searchterm"] + numbers.start * TERMS_EACH
        self._candidates: list[tuple] = []

    def make(self) -> None:
        """Make every row."""
        for number in self.numbers:
            self._one(number)
        records, keys = prepared_rows(self._candidates)
        for organisation_id, group_id, is_known, line in records:
            self.record.add(organisation_id=organisation_id, group_id=group_id, is_known=is_known, line=line)
        for entry in keys:
            self.key.add(entry=entry)

    def tables(self) -> list[Table]:
        """Return the tables in the order in which they are copied."""
        return [
            self.account, self.registration, self.line, self.claim,
            self.event, self.facts, self.record, self.key, self.term,
        ]  # fmt: skip

    # --- one customer and its registration -----------------------------------------------------------------------

    def _one(self, number: int) -> None:
        crowd, rng = self.crowd, self.rng
        at = crowd.filed_at(number)
        line_id, code = crowd.line_of(number)
        dealer = rng.choice(crowd.dealers[line_id])
        name = crowd.name_of(number, rng.choice(dealer.cities))
        account = self._customer(number, name, at)
        fate = self._fate(at)
        row = self._typed(number, dealer, name, account, line_id, at)
        self._rows(number, row, dealer, account, fate, line_id, at)
        self._events(number, row, dealer, account, fate, code, at)
        self._terms(account, row, dealer)

    def _customer(self, number: int, name: OrganisationName, at: datetime) -> Account:
        """Add the customer; return it."""
        rng, city = self.rng, name.city
        created_at = at - timedelta(days=rng.randint(2, 400), seconds=rng.randint(0, 30_000))
        area = city.area_code.lstrip("0")
        account = Account(
            pk=self.crowd.first["accounts.account"] + number,
            ref=self._reference(),
            number=f"K{number:07d}",
            name=name.name,
            other_name=name.other_name,
            registry_id=registry_id(rng, city.country, city.admin_code) if rng.random() < 0.75 else "",
            website=f"www.{name.slug}.example" if rng.random() < 0.7 else "",
            phone=f"+{CALLING_CODES[city.country]} {area} 555{rng.randint(0, 99999):05d}"
            if rng.random() < 0.6
            else "",
            country=city.country,
            city=city.name,
            address=rng.choice(ROADS[city.country].split(";")).format(city=city.name, n=rng.randint(2, 988)),
            industry=name.industry.capitalize(),
            territory_id=self.crowd.territories[city.territory],
            owner_id=self.crowd.owners[self.crowd.territories[city.territory]]
            if rng.random() < 0.7
            else None,
            created_at=created_at,
        )
        self.account.add_instance(account)
        self._candidates.append((account.pk, candidate_of(account), account.pk, True))
        self._event(
            "account.created",
            "accounts.account",
            account.pk,
            account.ref,
            created_at,
            {"name": account.name, "territory": city.territory},
            actor_id=account.owner_id,
            system="" if account.owner_id else "import",
        )
        return account

    def _fate(self, at: datetime) -> Fate:
        """Return what became of a registration filed ``at``."""
        rng, now = self.rng, self.crowd.now
        decided_at = at + timedelta(hours=rng.uniform(2, 22))
        if decided_at >= now:
            return Fate(State.IN_REVIEW)
        if rng.random() < 0.14:
            return Fate(State.REJECTED, decided_at, None, decided_at, rng.choice(REASONS))
        days = max((begin, days) for begin, days in self.crowd.protection if begin <= at)[1]
        until = decided_at + timedelta(days=days)
        ending, reason = (
            rng.choices((State.WON, State.LOST, State.WITHDRAWN, State.EXPIRED), (42, 20, 6, 32))[0],
            "",
        )
        ended_at = decided_at + (until - decided_at) * rng.uniform(0.12, 0.96)
        if ending == State.EXPIRED:
            ended_at = until
        if ended_at >= now:
            return Fate(State.APPROVED, decided_at, until)
        if ending == State.LOST:
            reason = rng.choice(LOSSES)
        return Fate(ending, decided_at, until, ended_at, reason)

    def _typed(
        self, number, dealer: Dealer, name, account: Account, line_id: int, at: datetime
    ) -> dict[str, Any]:
        """Return what the dealer typed, by column."""
        rng, country = self.rng, name.city.country
        currency, rate = CURRENCIES[country]
        typical = Decimal(round(self.crowd.typical_value[line_id] * rng.lognormvariate(-0.35, 0.65))) * rate
        return {
            "id": self.crowd.first["deal_registration.registration"] + number,
            "ref": self._reference(),
            "partner_id": dealer.pk,
            "created_by_id": rng.choice(dealer.user_ids),
            "own_reference": f"{at:%Y}-{rng.randint(100, 999)}" if rng.random() < 0.4 else "",
            "customer_name": account.name,
            "customer_registry_id": account.registry_id if rng.random() < 0.6 else "",
            "customer_country": country,
            "customer_city": account.city,
            "customer_address": account.address if rng.random() < 0.5 else "",
            "customer_website": account.website if rng.random() < 0.5 else "",
            "project_name": "",
            "territory_id": account.territory_id,
            "value": max(Decimal(1000), (typical / 1000).quantize(Decimal(1)) * 1000),
            "value_currency": currency,
            "expected_close_on": (at + timedelta(days=rng.randint(40, 160))).date(),
            "description": f"{rng.choice(SITES[country])}: {NEEDS[country]}" if rng.random() < 0.3 else "",
            "created_at": at - timedelta(minutes=rng.randint(3, 2000)),
        }

    def _rows(self, number, row, dealer, account: Account, fate: Fate, line_id: int, at: datetime) -> None:
        """Add registration, line and claim."""
        screened_at = at + SCREENED_AFTER
        waits = fate.state == State.IN_REVIEW
        self.registration.add(
            **row,
            state=fate.state,
            customer_id=account.pk,
            received_at=at,
            updated_at=fate.ended_at or fate.decided_at or screened_at,
            last_activity_at=fate.decided_at if fate.protected_until else at,
            closed_at=fate.ended_at,
            programme_id=self.crowd.programme_id,
            review_started_at=screened_at,
            review_due_at=self.crowd.now + timedelta(hours=8) if waits else None,
        )
        line_pk = self.crowd.first["deal_registration.registrationline"] + number
        place = self.crowd.place_of(number)
        self.line.add(
            id=line_pk,
            registration_id=row["id"],
            line_id=line_id,
            state=fate.state,
            sequence_number=place,
            received_at=at,
            screened_at=screened_at,
            verdict=Jsonb(CLEAR),
            decided_at=fate.decided_at,
            decided_by_id=self._reviewer(account) if fate.decided_at else None,
            reason=fate.reason if fate.state == State.REJECTED else "",
            loss_reason=fate.reason if fate.state == State.LOST else "",
            protected_until=fate.protected_until,
            reminded_days=self._reminded(fate),
            ended_at=fate.ended_at,
        )
        protects = fate.protected_until is not None
        self.claim.add(
            id=self.crowd.first["deal_registration.claim"] + number,
            partner_id=dealer.pk,
            customer_id=account.pk,
            line_id=line_id,
            kind="registration",
            state="pending" if waits else "approved" if fate.state == State.APPROVED else "ended",
            sequence_number=place,
            starts_at=fate.decided_at if protects else at,
            ends_at=fate.ended_at or fate.protected_until,
            registration_line_id=line_pk,
            won_at=fate.ended_at if fate.state == State.WON else None,
        )

    def _reminded(self, fate: Fate) -> int | None:
        """Return the last reminder of the end of protection that was due before it ended, or before now."""
        if fate.protected_until is None:
            return None
        left = fate.protected_until - min(fate.ended_at or self.crowd.now, self.crowd.now)
        return next((mark for mark in REMINDED if left <= timedelta(days=mark)), None)

    def _reviewer(self, account: Account) -> int:
        return self.crowd.reviewers[account.territory_id]

    # --- what happened -------------------------------------------------------------------------------------------

    def _events(self, number, row, dealer: Dealer, account, fate: Fate, code: str, at: datetime) -> None:
        """Add the events of the registration, with the facts that the services write."""
        about = (row["id"], row["ref"])
        facts = {
            "reference": row["ref"],
            "partner": dealer.name,
            "lines": [code],
            "territory": self._territory_code(account),
            "value": f"{row['value']}.00 {row['value_currency']}",
            "expected_close_on": row["expected_close_on"].isoformat(),
            "documents": [],
            "opportunity_type": "new",
            "sequence": {code: self.crowd.place_of(number)},
            "from_state": "draft",
            "to_state": "screening",
        }
        for name in TYPED_FIELDS:
            if name not in facts and name not in ("customer_account", "tender_published_on"):
                facts[name] = str(row.get(name, ""))
        self._told("submitted", *about, at, facts, dealer, actor_id=row["created_by_id"])
        self._told(
            "screened", *about, at + SCREENED_AFTER,
            {"lines": [code], "verdict_class": "clear", "verdict": CLEAR, "codes": [],
             "from_state": "screening", "to_state": "in_review"},
            dealer, system="screening",
        )  # fmt: skip
        reviewer = self._reviewer(account)
        if fate.state == State.REJECTED:
            facts = {"lines": [code], "reason": fate.reason, "explanation": "", "from_state": "in_review",
                     "to_state": "rejected"}  # fmt: skip
            self._told("rejected", *about, fate.decided_at, facts, dealer, actor_id=reviewer)
            return
        if fate.protected_until is None:
            return
        facts = {"lines": [code], "protected_until": fate.protected_until.isoformat(), "from_state": "in_review",
                 "to_state": "approved"}  # fmt: skip
        self._told("approved", *about, fate.decided_at, facts, dealer, actor_id=reviewer)
        if fate.ended_at is not None:
            self._end(row, dealer, fate, code)

    def _end(self, row, dealer: Dealer, fate: Fate, code: str) -> None:
        """Add the event that ended a protection."""
        facts = {"lines": [code], "from_state": "approved", "to_state": str(fate.state)}
        if fate.state == State.EXPIRED:
            self._told("expired", row["id"], row["ref"], fate.ended_at, facts, dealer, system="clock")
            return
        more = {
            State.WON: {"order_number": f"PO-{fate.ended_at:%y%m}-{self.rng.randint(1000, 9999)}"},
            State.LOST: {"reason": fate.reason, "explanation": ""},
            State.WITHDRAWN: {"explanation": ""},
        }[fate.state]
        self._told(
            str(fate.state), row["id"], row["ref"], fate.ended_at, facts | more, dealer,
            actor_id=row["created_by_id"],
        )  # fmt: skip

    def _told(self, type: str, pk: int, ref: str, at, facts: dict, dealer: Dealer, **who) -> None:
        self._event(
            f"registration.{type}", "deal_registration.registration", pk, ref, at, facts,
            partner_id=dealer.pk, **who,
        )  # fmt: skip

    def _event(
        self,
        type: str,
        object_type: str,
        pk: int,
        ref: str,
        at,
        facts: dict,
        *,
        partner_id=None,
        actor_id=None,
        system="",
    ) -> None:
        """Add an event with its facts."""
        era, transaction_id = self.position
        commitments, fact_sets = commit(
            object_id=pk, partner_id=partner_id, actor_id=actor_id, actor_system=system, facts=facts
        )
        event_ref = UUID(int=self.rng.getrandbits(128), version=4)
        header = leaf_data(
            ref=event_ref, type=type, at=at, object_type=object_type, object_ref=ref, commitments=commitments
        )
        self.event.add(
            id=self._event_pk, ref=event_ref, type=type, at=at, object_type=object_type, object_id=pk,
            object_ref=ref, partner_id=partner_id, actor_id=actor_id, actor_system=system,
            commitments=Jsonb(commitments), leaf_hash=leaf_hash(header), era=era, transaction_id=transaction_id,
        )  # fmt: skip
        for subject, stored in fact_sets:
            self.facts.add(id=self._fact_pk, event_id=self._event_pk, subject=subject, facts=Jsonb(stored))
            self._fact_pk += 1
        self._event_pk += 1

    # --- what it is found by -------------------------------------------------------------------------------------

    def _terms(self, account: Account, row: dict, dealer: Dealer) -> None:
        """Add the search terms of customer and registration."""
        typed = [row["ref"], row["customer_name"], row["customer_registry_id"], "", "", row["own_reference"],
                 row["customer_city"], dealer.name]  # fmt: skip
        for object_type, object_id, texts in (
            ("accounts.account", account.pk, account_texts(account)),
            ("accounts.registry", account.pk, [account.registry_id]),
            ("deal_registration.registration", row["id"], typed),
        ):
            for term in sorted(terms_of(texts)):
                self.term.add(id=self._term_pk, term=term, object_type=object_type, object_id=object_id)
                self._term_pk += 1

    def _reference(self) -> str:
        return "".join(self.rng.choices(ALPHABET, k=12))

    def _territory_code(self, account: Account) -> str:
        return self.crowd.codes[account.territory_id]
