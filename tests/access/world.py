"""A world with something to leak: rivals on one customer, staff's notes, files, events, each text marked.

A *canary* is a text that nobody but its owner's side may read. All of the rival's texts carry one, all of the
staff's internal texts another; they are planted by filing, deciding and noting as people do, so that they stand in
accounts, claims, events, indexes and notices too.
"""

import itertools
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.api.keys import OFFERED, make_key
from core.documents import files_of
from core.imports import services as imports
from core.list_views.services import Terms, save_view
from core.notifications.models import Notification
from crm.accounts import services as accounts
from crm.accounts.models import Account
from crm.accounts.services.transfer import begin_transfer
from crm.activities.services import log_activity, plan_activity
from crm.opportunities.models import Opportunity
from deal_registration import links, services
from deal_registration.disputes import services as disputes
from deal_registration.messages import services as messages
from deal_registration.prechecks import services as prechecks
from deal_registration.prechecks.models import Standing
from tests import factories
from tests.cast import CAST, Cast, actor_of, run_all_jobs, settle_all

# Whose a marked text is: the rival's deals (``crm`` what an approval puts into the CRM core, ``away`` a deal abroad,
# ``rdraft`` a draft), the rival's firm and people, the sub-dealer's draft, the staff's notes, the staff's CRM texts,
# the staff's CRM texts abroad, what the rival asked before filing.
OWNERS = ("rival", "crm", "away", "rdraft", "firm", "draft", "note", "staff", "abroad", "asked", "plea")
MARKER = re.compile(rf"zq(?:{'|'.join(OWNERS)})\d{{3}}", re.I)
REGISTRY_ID = "91310000MA1FL3LT58"  # of the customer that own and rival both file
SHARED_DOMAIN = "kestrel-group.example"  # typed by own and rival, of different customers


class Canaries:
    """Hands out marked texts and remembers what each marks."""

    def __init__(self):
        self.planted: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def text(self, owner: str, what: str, words: str = "Kestrel") -> str:
        """Return ``words`` with a marker of its own; searching for the words finds it, echoing them is no leak."""
        marker = f"zq{owner}{next(self._numbers):03d}"
        self.planted[marker] = f"{owner}: {what}"
        return f"{words} {marker}"

    def address(self, owner: str, what: str) -> str:
        """Return a marked e-mail address."""
        return f"{self.text(owner, what).split()[1]}@kestrel.example"

    def found_in(self, text: str, *, allowed: frozenset[str] = frozenset()) -> list[str]:
        """Return what is leaked by ``text``, in words, but for owners that may be read there."""
        markers = {match.lower() for match in MARKER.findall(text)}
        return sorted(
            f"{self.planted.get(marker, 'unknown')} ({marker})"
            for marker in markers
            if not any(marker.startswith(f"zq{owner}") for owner in allowed)
        )


@dataclass
class World:
    """Everything there is, by label; ``visible`` says for each label which of the cast see it."""

    canaries: Canaries
    people: SimpleNamespace
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    visible: dict[str, frozenset[str]] = field(default_factory=dict)
    mails: list = field(default_factory=list)

    def put(self, kind: str, label: str, obj: Any, *seen_by: str) -> Any:
        """Add an object of ``kind`` that exactly ``seen_by`` see."""
        self.objects.setdefault(kind, {})[label] = obj
        self.visible[f"{kind}/{label}"] = frozenset(seen_by)
        return obj

    def sees(self, person: str, kind: str, label: str) -> bool:
        """Tell whether the person sees the object."""
        return person in self.visible[f"{kind}/{label}"]

    def references_unseen_by(self, person: str) -> list[str]:
        """Return the references of everything that the person does not see."""
        return [
            obj.ref
            for kind, rows in self.objects.items()
            for label, obj in rows.items()
            if kind != "user" and not self.sees(person, kind, label)
        ]

    def seen_by(self, person: str, kind: str) -> list[tuple[str, Any]]:
        """Return (label, object) of all that the person sees."""
        return [row for row in self.objects.get(kind, {}).items() if self.sees(person, kind, row[0])]

    def unseen_by(self, person: str, kind: str, most: int = 5) -> list[tuple[str, Any]]:
        """Return (label, object) of up to ``most`` that the person does not see, of all sorts."""
        unseen = [
            (label, obj)
            for label, obj in self.objects.get(kind, {}).items()
            if not self.sees(person, kind, label)
        ]
        return unseen[:: max(1, len(unseen) // most)][:most]


OWN = ("dealer_manager", "dealer_sales")
RIVAL = ("rival",)
SUB = ("sub_dealer", *OWN)
EAST = ("channel_manager", "administrator")
EAST_ACCOUNTS = (*EAST, "sales_rep")
ABROAD = ("other_channel_manager", "administrator")


IN_THE_CRM = (
    "customer_name",
    "customer_city",
    "customer_address",
    "customer_phone",
    "project_name",
    "purchasing_name",
    "specifying_name",
    "tender_number",
)


def marked_deal(canaries: Canaries, owner: str, in_the_crm: str = "") -> dict:
    """Return every text a dealer types, each marked; ``in_the_crm`` owns what an approval hands on."""
    handed_on = in_the_crm or owner
    return {
        name: canaries.text(handed_on if name in IN_THE_CRM else owner, f"registration.{name}")
        for name in (
            "customer_name",
            "customer_city",
            "customer_address",
            "customer_phone",
            "purchasing_name",
            "specifying_name",
            "project_name",
            "tender_number",
            "own_reference",
            "description",
        )
    } | {
        "customer_website": canaries.text(handed_on, "registration.customer_website").split()[1] + ".example",
        "contacts": [
            {
                "name": canaries.text(owner, "contact.name"),
                "job_title": canaries.text(owner, "contact.job_title"),
                "email": canaries.address(owner, "contact.email"),
                "phone": canaries.text(owner, "contact.phone"),
            }
        ],
    }


def upload(canaries: Canaries, owner: str) -> SimpleUploadedFile:
    """Return a text file marked in name and content."""
    name = canaries.text(owner, "file name").replace(" ", "-")
    return SimpleUploadedFile(f"{name}.txt", canaries.text(owner, "file").encode(), "text/plain")


def build(cast: Cast | None = None) -> World:
    """Build the world in the database at hand, through the services."""
    cast = cast or Cast()
    people, places, lines, run_jobs = cast.everybody(), cast.places, cast.lines, run_all_jobs
    file_deal, save_draft, approve = cast.file_deal, cast.save_draft, cast.approve
    own_partner, rival_partner, sub_partner = cast.own_partner, cast.rival_partner, cast.sub_partner
    canaries = Canaries()
    world = World(canaries, people)
    reviewer, now = actor_of(people.channel_manager), timezone.now

    _mark_partner(canaries, rival_partner, people.rival)
    factories.AuthorisationFactory(partner=rival_partner, line=lines.drives, territory=places.germany)

    # The rival was first: protected, with account, project, opportunity; another deal waits, one is a draft.
    rival_approved = file_deal(
        people.rival,
        customer_registry_id=REGISTRY_ID,
        **marked_deal(canaries, "rival", "crm") | {"customer_website": SHARED_DOMAIN},
    )
    services.attach(rival_approved.pk, upload(canaries, "rival"), actor=actor_of(people.rival), at=now())
    run_jobs()
    approve(rival_approved)
    rival_waiting = file_deal(people.rival, lines=[lines.valves], **marked_deal(canaries, "rival"))
    rival_file = services.attach(
        rival_waiting.pk, upload(canaries, "rival"), actor=actor_of(people.rival), at=now()
    )
    rival_draft = save_draft(people.rival, lines=[lines.valves], **marked_deal(canaries, "rdraft"))
    abroad = file_deal(
        people.rival,
        lines=[lines.drives],
        **marked_deal(canaries, "away") | {"territory": places.germany, "customer_country": "DE"},
    )
    run_jobs()

    # Own files the same customer and line (refused), the same web domain (doubtful), and deals of their own.
    own_refused = file_deal(
        people.dealer_sales,
        customer_name="Own words for the customer",
        customer_registry_id=REGISTRY_ID,
        own_reference="OWN-REFUSED",
    )
    own_doubtful = file_deal(
        people.dealer_sales,
        customer_name="Own words for a likely customer",
        customer_website=SHARED_DOMAIN,
        lines=[lines.valves],
        own_reference="OWN-DOUBTFUL",
    )
    own_waiting = file_deal(people.dealer_sales, customer_name="Own waiting customer", own_reference="OWN-2")
    own_approved = file_deal(
        people.dealer_manager,
        customer_name="Own customer",
        own_reference="OWN-3",
        project_name="Own project",
    )
    own_file = services.attach(
        own_waiting.pk,
        SimpleUploadedFile("own.txt", b"own evidence", "text/plain"),
        actor=actor_of(people.dealer_sales),
        at=now(),
    )
    own_draft = save_draft(people.dealer_sales, customer_name="Own draft customer", own_reference="OWN-4")
    sub_waiting = file_deal(people.sub_dealer, customer_name="Sub dealer's customer", own_reference="SUB-1")
    sub_file = services.attach(
        sub_waiting.pk,
        SimpleUploadedFile("sub.txt", b"sub-dealer's evidence", "text/plain"),
        actor=actor_of(people.sub_dealer),
        at=now(),
    )
    sub_draft = save_draft(people.sub_dealer, **marked_deal(canaries, "draft"))
    own_asked = file_deal(
        people.dealer_sales, customer_name="Own customer asked about", own_reference="OWN-5"
    )
    run_jobs()
    approve(own_approved)
    services.request_information(
        own_asked.pk, actor=reviewer, at=now(), fields=["description"], message="Please describe the station."
    )
    rival_asked = file_deal(people.rival, **marked_deal(canaries, "rival"))
    run_jobs()
    services.request_information(
        rival_asked.pk,
        actor=reviewer,
        at=now(),
        fields=["description"],
        message=canaries.text("rival", "information request"),
    )
    rival_refused = file_deal(people.rival, **marked_deal(canaries, "rival"))
    run_jobs()
    services.reject(
        rival_refused.pk,
        actor=reviewer,
        at=now(),
        line_ids=[lines.pumps.pk],
        reason="not_qualified",
        text=canaries.text("rival", "rejection text"),
    )
    for registration in (own_refused, own_doubtful, own_waiting, own_approved, rival_waiting, abroad):
        actor = actor_of(people.other_channel_manager) if registration is abroad else reviewer
        owner = "abroad" if registration is abroad else "note"
        services.add_note(registration.pk, actor=actor, at=now(), text=canaries.text(owner, "internal note"))

    for label, row, *seen_by in (
        ("own_waiting", own_waiting, *OWN, *EAST),
        ("own_approved", own_approved, *OWN, *EAST),
        ("own_refused", own_refused, *OWN, *EAST),
        ("own_doubtful", own_doubtful, *OWN, *EAST),
        ("own_asked", own_asked, *OWN, *EAST),
        ("own_draft", own_draft, *OWN),
        ("sub_waiting", sub_waiting, *SUB, *EAST),
        ("sub_draft", sub_draft, "sub_dealer"),
        ("rival_approved", rival_approved, *RIVAL, *EAST),
        ("rival_waiting", rival_waiting, *RIVAL, *EAST),
        ("rival_asked", rival_asked, *RIVAL, *EAST),
        ("rival_refused", rival_refused, *RIVAL, *EAST),
        ("rival_draft", rival_draft, *RIVAL),
        ("abroad", abroad, *RIVAL, *ABROAD),
    ):
        row.refresh_from_db()
        world.put("registration", label, row, *seen_by)
    for label, row, *seen_by in (("own", own_approved, *OWN), ("rival", rival_approved, *RIVAL)):
        until = row.lines.get(state="approved").protected_until
        token = links.token_for(row.ref, row.partner_id, until)
        world.put("extend_link", label, SimpleNamespace(ref=token), *seen_by)
    world.put("file", "own", own_file, *OWN, *EAST)
    world.put("file", "sub", sub_file, *SUB, *EAST)
    world.put("file", "rival", rival_file, *RIVAL, *EAST)
    _crm(world, own_approved, rival_approved, places, lines, canaries)
    for label, partner, *seen_by in (
        ("own", own_partner, *OWN, *EAST),
        ("sub", sub_partner, *SUB, *EAST),
        ("rival", rival_partner, *RIVAL, *EAST, "other_channel_manager"),
    ):
        world.put("partner", label, partner, *seen_by)
    _imports(world, canaries)
    _prechecks(world, places, lines, canaries)
    _sheets(world, canaries)
    _views_of_lists(world, canaries)
    _messages(world, canaries)
    _api_keys(world, canaries, own_partner, rival_partner)
    _disputes(world, own_refused, canaries)
    settle_all()
    _notices(world)
    return world


def _mark_partner(canaries: Canaries, partner, user) -> None:
    """Mark the rival's own organisation and people."""
    account = partner.account
    account.name = canaries.text("firm", "partner's name", "Rival Trading")
    account.address = canaries.text("firm", "partner's address")
    account.registry_id = canaries.text("firm", "partner's registry id").split()[1].upper()
    account.phone = canaries.text("firm", "partner's phone")
    account.save()
    factories.ContactFactory(
        account=account,
        name=canaries.text("firm", "partner's contact"),
        email=canaries.address("firm", "partner's contact's address"),
    )
    user.full_name = canaries.text("firm", "user's name", "Rival Person")
    user.email = canaries.address("firm", "user's address")
    user.phone = canaries.text("firm", "user's phone")
    user.save()


def _crm(world: World, own_approved, rival_approved, places, lines, canaries: Canaries) -> None:
    """Put what stands in the CRM core: of both partners, the staff's own, and abroad."""
    rep = world.people.sales_rep
    east = EAST_ACCOUNTS
    for owner, registration, dealers in (("own", own_approved, OWN), ("rival", rival_approved, RIVAL)):
        opportunity = Opportunity.objects.get(pk=registration.opportunity_id)
        contact = factories.ContactFactory(
            account=opportunity.account,
            name=canaries.text("staff", "contact of the account"),
            email=canaries.address("staff", "contact's address"),
        )
        world.put("contact", owner, contact, *east)
        activity = log_activity(
            account=opportunity.account,
            opportunity=opportunity,
            kind="visit",
            subject=canaries.text("staff", "activity's subject"),
            text=canaries.text("staff", "activity's notes"),
            done_at=timezone.now(),
            actor=actor_of(rep),
            at=timezone.now(),
        )
        world.put("account", owner, opportunity.account, *dealers, *east)
        world.put("opportunity", owner, opportunity, *dealers, "channel_manager", "sales_rep")
        world.put("activity", owner, activity, "channel_manager", "sales_rep")
        by_dealer = log_activity(
            account=opportunity.account,
            opportunity=opportunity,
            kind="call",
            subject=canaries.text("crm", "dealer's activity") if owner == "rival" else "Own call",
            done_at=timezone.now(),
            actor=actor_of(getattr(world.people, dealers[-1])),
            at=timezone.now(),
        )
        world.put("activity", f"{owner}_call", by_dealer, *dealers, "channel_manager", "sales_rep")
        world.put("project", owner, registration.project, *east)  # dealers have no pages of projects
    direct = factories.OpportunityFactory(
        name=canaries.text("staff", "direct opportunity"),
        account=factories.AccountFactory(
            name=canaries.text("staff", "direct account"),
            address=canaries.text("staff", "direct account's address"),
            territory=places.east,
        ),
        owner=rep,
        close_reason="",
    )
    factories.OpportunityLineFactory(opportunity=direct, line=lines.pumps)
    factories.HouseListingFactory(
        account=direct.account, reason=canaries.text("staff", "house listing's reason")
    )
    world.put("account", "direct", direct.account, *east)
    world.put("opportunity", "direct", direct, "channel_manager", "sales_rep")
    foreign = factories.OpportunityFactory(
        name=canaries.text("abroad", "opportunity abroad"),
        account=factories.AccountFactory(
            name=canaries.text("abroad", "account abroad"), territory=places.germany, country="DE"
        ),
    )
    world.put("account", "abroad", foreign.account, *ABROAD)
    world.put("opportunity", "abroad", foreign, "other_channel_manager")
    world.put(
        "activity",
        "abroad",
        factories.ActivityFactory(
            account=foreign.account,
            opportunity=foreign,
            done_by=world.people.other_channel_manager,
            subject=canaries.text("abroad", "activity abroad"),
        ),
        "other_channel_manager",
    )
    _merged(world, places)
    _shared(world, places)
    planned = plan_activity(
        account=direct.account,
        opportunity=direct,
        kind="task",
        subject=canaries.text("staff", "planned activity"),
        due_at=timezone.now(),
        actor=actor_of(rep),
        at=timezone.now(),
    )
    world.put("activity", "direct", planned, "channel_manager", "sales_rep")
    transfer = begin_transfer(
        Account.objects.filter(pk=direct.account_id),
        owner=None,
        reason=canaries.text("staff", "transfer's reason"),
        actor=actor_of(rep),
        at=timezone.now(),
    )
    world.put("transfer", "direct", SimpleNamespace(ref=transfer), "sales_rep", "administrator")


def _merged(world: World, places) -> None:
    """Put an account of the East to compare others with, and one that another was merged into."""
    rep = actor_of(world.people.sales_rep)
    twin, kept, gone = (
        accounts.create_account(
            data={"name": name, "territory": places.shanghai}, actor=rep, at=timezone.now()
        )
        for name in ("Twin to compare with", "Account that stayed", "Account that was merged")
    )
    merge = accounts.merge_accounts(kept.pk, gone.pk, actor=rep, at=timezone.now()).merge
    world.put("twin", "direct", twin, *EAST_ACCOUNTS)
    world.put("merge", "direct", merge, "sales_rep", "administrator")


def _shared(world: World, places) -> None:
    """Put an account and an opportunity of the East that are shared with the manager of another region."""
    shared_with, rep = world.people.other_channel_manager, world.people.sales_rep
    account = factories.AccountFactory(name="Shared account", territory=places.north, owner=rep)
    opportunity = factories.OpportunityFactory(name="Shared opportunity", account=account, owner=rep)
    factories.AccountShareFactory(account=account, user=shared_with, shared_by=rep)
    factories.OpportunityShareFactory(opportunity=opportunity, user=shared_with, shared_by=rep)
    contact = factories.ContactFactory(account=account, name="Shared contact")
    world.put("account", "shared", account, "sales_rep", "other_channel_manager", "administrator")
    world.put("contact", "shared", contact, "sales_rep", "other_channel_manager", "administrator")
    world.put("opportunity", "shared", opportunity, "sales_rep", "other_channel_manager")
    world.put("user", "shared", shared_with, *CAST)


def _messages(world: World, canaries: Canaries) -> None:
    """Put a thread of own with the staff, and one of the rival, every word of it marked."""
    people, deals = world.people, world.objects["registration"]

    def send(user, label: str, text: str, uploads=()):
        ref = deals[label].ref
        return messages.send(
            ref, actor=actor_of(user), at=timezone.now(), text=text, uploads=uploads, idempotency_key=None
        )

    own = send(people.dealer_sales, "own_waiting", "Own words to who decides")
    send(people.channel_manager, "own_waiting", "The staff's words to own")
    rivals = send(
        people.rival, "rival_waiting", canaries.text("rival", "message"), [upload(canaries, "rival")]
    )
    send(people.channel_manager, "rival_waiting", canaries.text("rival", "answer to a message"))
    world.put("message", "own", own, *OWN, *EAST)
    world.put("message", "rival", rivals, *RIVAL, *EAST)


def _prechecks(world: World, places, lines, canaries: Canaries) -> None:
    """Put a question of own about what the rival holds, two of the rival's (one waits), and how each stands."""
    people = world.people

    def ask(user, **changes):
        typed = {"customer_name": "Own question", "customer_country": "CN", "territory": places.shanghai}
        return prechecks.ask(
            actor=actor_of(user), at=timezone.now(), data=typed | changes, line_ids=[lines.pumps.pk]
        )

    own = ask(people.dealer_sales, customer_registry_id=REGISTRY_ID)
    marked = {
        name: canaries.text("asked", f"precheck.{name}")
        for name in ("customer_name", "customer_address", "project_name")
    }
    rivals = ask(people.rival, **marked)
    Standing.objects.filter(partner_id=rivals.partner_id).update(level="slowed")
    waits = ask(people.rival, customer_name=canaries.text("asked", "precheck that waits"))
    ask(people.sub_dealer, customer_name="Sub-dealer's question")
    world.put("precheck", "own", own, *OWN, *EAST)
    world.put("precheck", "rival", rivals, *RIVAL, *EAST)
    world.put("precheck", "rival_waiting", waits, *RIVAL, *EAST)
    for label, partner in (("own", own.partner), ("rival", rivals.partner)):
        world.put("standing", label, Standing.objects.get(partner=partner), "channel_manager")


def _imports(world: World, canaries: Canaries) -> None:
    """Put an import waiting for its word, and one of somebody outside the cast, whom nobody here sees."""
    actor = actor_of(world.people.administrator)
    own = imports.start_import(
        resource="accounts",
        upload=SimpleUploadedFile("accounts.csv", b"Name,Country\r\nImported Kestrel,Nowhere\r\n"),
        actor=actor,
        at=timezone.now(),
    )
    run_all_jobs()
    imports.check_rows(own.pk, mapping=["name", "country"], actor=actor, at=timezone.now())
    run_all_jobs()
    own.refresh_from_db()
    world.put("import", "own", own, "administrator")
    world.put("file", "import_own", files_of(own).get(), "administrator")
    foreign = factories.ImportFactory(
        file_name=canaries.text("rdraft", "name of an imported file"),
        state="preview",
        headings=["Name"],
        mapping=["name"],
        row_count=1,
    )
    foreign.rows.create(number=2, cells=[canaries.text("rdraft", "row of an import")], action="create")
    world.put("import", "other", foreign)
    world.put("file", "import_other", factories.StoredFileFactory(obj=foreign))


def _disputes(world: World, own_refused, canaries: Canaries) -> None:
    """Put a dispute of own about what the rival holds, both sides heard; a precedent; a proposed change of a rule."""
    people, now = world.people, timezone.now
    dispute = disputes.open_dispute(
        own_refused.pk,
        actor=actor_of(people.dealer_sales),
        at=now(),
        line_ids=list(own_refused.lines.values_list("line_id", flat=True)),
        text=canaries.text("plea", "statement of the own side"),
    )
    for user, owner in ((people.dealer_sales, "plea"), (people.rival, "rival")):
        statement = disputes.add_statement(
            dispute.pk, actor=actor_of(user), at=now(), text=canaries.text(owner, "statement in a dispute")
        )
        stored = disputes.attach(statement.pk, upload(canaries, owner), actor=actor_of(user), at=now())
        world.put("file", f"{owner}_evidence", stored, *(OWN if owner == "plea" else RIVAL), *EAST)
        disputes.say_all(dispute.pk, actor=actor_of(user), at=now())
    dispute.refresh_from_db()
    world.put("dispute", "own", dispute, *OWN, *RIVAL, *EAST)
    world.put("precedent", "one", factories.PrecedentFactory(), *SUB, *RIVAL, *EAST, "other_channel_manager")
    world.put("proposal", "one", factories.RuleProposalFactory(), "administrator")


def _sheets(world: World, canaries: Canaries) -> None:
    """Put a sheet of deals of one's own and one of the rival's, each waiting for the word to file."""
    for name, label, owner in (("dealer_sales", "sheet_own", ""), ("rival", "sheet_rival", "rival")):
        customer = canaries.text(owner, "customer of a sheet") if owner else "Own Kestrel of a sheet"
        actor = actor_of(getattr(world.people, name))
        sheet = imports.start_import(
            resource="filings",
            upload=SimpleUploadedFile(
                f"{customer.replace(' ', '-')}.csv", f"End customer,Country\r\n{customer},China\r\n".encode()
            ),
            actor=actor,
            at=timezone.now(),
        )
        run_all_jobs()
        sheet.refresh_from_db()
        world.put("import", label, sheet, name)
        world.put("file", label, files_of(sheet).get(), name)


def _views_of_lists(world: World, canaries: Canaries) -> None:
    """Put saved views: shared in a company, kept to oneself, of the staff; names and filters tell of their owners."""
    for label, person, terms, *seen_by in (
        ("own", "dealer_sales", Terms("Own view", audience="organisation"), *OWN),
        ("own_private", "dealer_manager", Terms("Own private view"), "dealer_manager"),
        ("rival", "rival", Terms(canaries.text("rival", "name of a view"), audience="organisation"), *RIVAL),
        ("sub", "sub_dealer", Terms(canaries.text("draft", "name of a view")), "sub_dealer"),
        (
            "staff",
            "administrator",
            Terms(
                canaries.text("abroad", "name of a view"), "q=" + canaries.text("abroad", "filter of a view")
            ),
            "administrator",
        ),
    ):
        view = save_view(
            "registrations:registration_list",
            terms,
            actor=actor_of(getattr(world.people, person)),
            at=timezone.now(),
        )
        world.put("list_view", label, view, *seen_by)


def _api_keys(world: World, canaries: Canaries, own_partner, rival_partner) -> None:
    """Put a key of one's own and one of the rival's, both made by an administrator."""
    for label, name, partner in (("own", "dealer_sales", own_partner), ("rival", "rival", rival_partner)):
        words = canaries.text("rival", "name of an API key") if label == "rival" else "Own order system"
        key, _secret = make_key(
            name=words,
            person=getattr(world.people, name),
            organisation_id=partner.pk,
            permissions=OFFERED,
            days=30,
            actor=actor_of(world.people.administrator),
            at=timezone.now(),
        )
        seen_by = ("dealer_manager", "administrator") if label == "own" else ("administrator",)
        world.put("api_key", label, key, *seen_by)


def _notices(world: World) -> None:
    """Put the newest notice of everybody who was told anything."""
    for name in CAST:
        user = getattr(world.people, name)
        notice = Notification.objects.filter(user=user).order_by("-pk").first()
        if notice is not None:
            world.put("notice", name, notice, name)
