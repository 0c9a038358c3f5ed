"""What administrators save goes through services: each change leaves its event."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from core.access.models import FieldPermission, Role
from core.calendars.models import BusinessCalendar
from core.jobs.models import Job, JobState
from core.ledger.models import Event
from crm.accounts.models import HouseListing
from crm.catalog.models import Product, ProductLine
from crm.territories.models import StaffScope, Territory
from partners.models import Authorisation, Membership, Partner, ProgrammeVersion, Tier
from partners.selectors import terms_at, tier_at
from partners.terms import ProgrammeTerms
from tests import factories
from tests.cast import actor_of, client_for, role

pytestmark = pytest.mark.django_db
User = get_user_model()


@pytest.fixture
def admin(administrator):
    """Return a client signed in as administrator."""
    return client_for(administrator)


def errors_of(response) -> dict:
    """Return the errors of the form a page came back with."""
    assert response.status_code == 200, response
    return response.context["form"].errors


def saved(response) -> None:
    """Fail unless the form was saved."""
    assert response.status_code == 302, response.context["form"].errors


def last_event() -> Event:
    """Return the newest event."""
    return Event.objects.order_by("-pk").first()


# --- territories --------------------------------------------------------------------------------------


def territory(code: str, parent=None, **fields) -> dict:
    """Return what is typed for a territory."""
    return {
        "code": code,
        "name_en": code.upper(),
        "name_zh_hans": "",
        "name_zh_hant": "",
        "country": "cn",
        "calendar": "",
        "is_active": "on",
        "parent": parent.pk if parent else "",
        **fields,
    }


def test_a_territory_is_added_below_another(admin, places):
    saved(admin.post("/cms/territories/new/", territory("cn-hz", places.east)))
    added = Territory.objects.get(code="cn-hz")
    assert added.path.startswith(places.east.path)
    assert added.country == "CN"
    assert last_event().type == "territory.created"


def test_a_territory_moves_with_all_below(admin, places):
    saved(admin.post(f"/cms/territories/edit/{places.east.pk}/", territory("cn-east", places.germany)))
    shanghai = Territory.objects.get(pk=places.shanghai.pk)
    assert shanghai.path.startswith(Territory.objects.get(pk=places.germany.pk).path)
    assert {"territory.moved"} <= set(Event.objects.values_list("type", flat=True))


def test_a_territory_never_lies_below_itself(admin, places):
    response = admin.post(f"/cms/territories/edit/{places.china.pk}/", territory("cn", places.shanghai))
    assert "parent" in errors_of(response)
    assert Territory.objects.get(pk=places.china.pk).path == places.china.path


def test_a_territory_in_use_is_not_deleted(admin, places, own_partner):
    admin.post(f"/cms/territories/delete/{places.china.pk}/")
    assert Territory.objects.filter(pk=places.china.pk).exists()
    assert not Event.objects.filter(type="territory.deleted").exists()
    admin.post(f"/cms/territories/delete/{places.north.pk}/")
    assert not Territory.objects.filter(pk=places.north.pk).exists()
    assert last_event().type == "territory.deleted"


# --- catalogue ----------------------------------------------------------------------------------------


def test_lines_and_products_are_kept(admin, lines):
    family = lines.pumps.family
    names = {"name_en": "Bearings", "name_zh_hans": "轴承", "name_zh_hant": "軸承"}
    saved(
        admin.post(
            "/cms/product-lines/new/",
            {"code": "bearings", "family": family.pk, "order": 9, "is_active": "on", **names},
        )
    )
    line = ProductLine.objects.get(code="bearings")
    assert last_event().type == "product_line.created"
    saved(
        admin.post(
            "/cms/products/new/",
            {"code": "6205", "line": line.pk, "unit": "pcs", "is_active": "on", **names},
        )
    )
    product = Product.objects.get(code="6205")
    saved(
        admin.post(
            f"/cms/products/edit/{product.pk}/", {"code": "6205", "line": line.pk, "unit": "box", **names}
        )
    )
    event = last_event()
    assert event.type == "product.changed"
    facts = {name: value for name, (value, _salt) in event.fact_sets.get().facts.items()}
    assert facts["unit"] == ["pcs", "box"]
    assert facts["is_active"] == [True, False]


def test_a_code_taken_is_said_at_its_field(admin, lines):
    response = admin.post(
        "/cms/product-lines/new/",
        {"code": "pumps", "family": lines.pumps.family.pk, "order": 0, "name_en": "Pumps again"},
    )
    assert "code" in errors_of(response)


# --- programmes ---------------------------------------------------------------------------------------


def terms(programme, **changes) -> dict:
    """Return what is typed for a version; of a number that is not typed anew the default stays."""
    defaults = ProgrammeTerms().to_json()
    kept = {name: value for name, value in defaults.items() if type(value) is int}
    return {
        **kept,
        "programme": programme.pk,
        "valid_from": "",
        "note": "Longer protection",
        "protection_days": "120",
        "protection_reminder_days": "30，14, 7",
        "review_target_business_days": "1",
        "review_ceiling_business_days": "2",
        "review_notice_percents": "80, 100",
        "review_escalation_percent": "150",
        "information_business_days": "5",
        "direct_activity_days": "90",
        "repeat_order_days": "365",
        "taken_scope": "wait",
        "cool_down_days": "14",
        "slots": "20",
        "slots_floor": "5",
        "slots_ceiling": "60",
        "slots_per_honest_close": "1",
        "slots_per_silent_expiry": "2",
        "slots_window_days": "365",
        "idle_days": "30",
        "idle_percent": "40",
        "idle_least_open": "5",
        "minimum_CNY": "1000",
        "required_documents": "",
        "required_certificates": "pumps: basics",
        "disclosure": "class",
        "undisclosed_codes": ["R08"],
        "auto_approve": "on",
        "dispute_open_days": "30",
        "dispute_statement_business_days": "5",
        "dispute_rungs": "channel_manager: 3\ncn-east = Anna@example.com; = berg@example.com：5",
        "dispute_barred_roles": "sales_head",
        "dispute_reminder_percent": "80",
        "dispute_appeal_business_days": "10",
        "dispute_overruled_count": "3",
        "dispute_overruled_of": "5",
        **changes,
    }


def test_a_version_is_published_by_a_typed_form(admin, programme, own_partner):
    form = admin.get("/cms/programme-versions/new/").context["form"]
    assert form.initial["protection_days"] == 90
    saved(admin.post("/cms/programme-versions/new/", terms(programme)))
    in_force = terms_at(own_partner, timezone.now())
    assert in_force.protection_days == 120
    assert in_force.protection_reminder_days == (30, 14, 7)
    assert in_force.minimum_value == {"CNY": "1000"}
    assert in_force.required_certificates == {"pumps": "basics"}
    assert in_force.auto_approve
    assert (in_force.taken_scope, in_force.slots_per_silent_expiry) == ("wait", 2)
    assert in_force.dispute_rungs == (
        {"role": "channel_manager", "business_days": 3},
        {"users": {"cn-east": ["anna@example.com"], "": ["berg@example.com"]}, "business_days": 5},
    )
    assert last_event().type == "programme.version_published"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"disclosure": "nothing"}, "taken_scope"), ({"undisclosed_codes": ["R05"]}, "undisclosed_codes")],
)
def test_a_wait_list_that_may_not_be_told_is_refused(admin, programme, places, changes, field):
    response = admin.post("/cms/programme-versions/new/", terms(programme, **changes))
    assert "Whoever waits has to know it" in str(errors_of(response)[field])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("protection_days", "0"),
        ("protection_days", "soon"),
        ("protection_reminder_days", "a, b"),
        ("review_ceiling_business_days", "0"),
        ("required_certificates", "pumps basics"),
        ("disclosure", "everything"),
        ("taken_scope", "lottery"),
        ("slots", "0"),
        ("slots_floor", "21"),
        ("slots_ceiling", "19"),
        ("idle_percent", "101"),
        ("minimum_CNY", "-1"),
        ("dispute_rungs", "channel_manager"),
        ("dispute_rungs", "nobody: 3"),
        ("dispute_rungs", "nowhere = anna@example.com: 3"),
        ("dispute_rungs", "channel_manager: 0"),
        ("dispute_overruled_of", "2"),
        ("valid_from", "2020-01-01 00:00"),
    ],
)
def test_a_term_that_makes_no_sense_is_said_at_its_field(admin, programme, places, field, value):
    response = admin.post("/cms/programme-versions/new/", terms(programme, **{field: value}))
    assert field in errors_of(response)
    assert ProgrammeVersion.objects.filter(programme=programme).count() == 1


def test_a_version_is_shown_in_words_and_never_edited(admin, programme):
    version = ProgrammeVersion.objects.get(programme=programme)
    body = admin.get(f"/cms/programme-versions/inspect/{version.pk}/").content.decode()
    assert "Days of protection" in body
    assert "class_and_release" not in body
    assert admin.get(f"/cms/programme-versions/edit/{version.pk}/").status_code == 404
    assert admin.post(f"/cms/programme-versions/delete/{version.pk}/").status_code == 404


def test_a_tier_gives_benefits(admin, programme):
    saved(
        admin.post(
            "/cms/tiers/new/",
            {
                "programme": programme.pk,
                "code": "gold",
                "name_en": "Gold",
                "rank": 3,
                "margin_points": "3.5",
                "extra_protection_days": "30",
                "ceiling_CNY": "500000",
            },
        )
    )
    tier = Tier.objects.get(code="gold")
    assert tier.benefits["auto_approval_ceiling"] == {"CNY": "500000"}
    form = admin.get(f"/cms/tiers/edit/{tier.pk}/").context["form"]
    assert form.initial["extra_protection_days"] == 30


# --- house list and calendars ---------------------------------------------------------------------------


def test_a_customer_is_put_on_the_house_list_and_taken_off(admin):
    account = factories.AccountFactory(name="Big Customer")
    saved(
        admin.post("/cms/house-accounts/new/", {"account": account.pk, "whole_group": "on", "reason": "Key"})
    )
    listing = HouseListing.objects.get(account=account)
    assert listing.whole_group
    assert last_event().type == "house_listing.added"
    with_time = timezone.now() + timedelta(seconds=2)
    HouseListing.objects.filter(pk=listing.pk).update(valid_from=with_time - timedelta(days=1))
    admin.post(f"/cms/house-accounts/delete/{listing.pk}/")
    listing.refresh_from_db()
    assert listing.valid_until is not None
    assert last_event().type == "house_listing.ended"


def test_prospects_are_not_in_the_chooser(admin):
    factories.AccountFactory(name="Known Works", lifecycle="account")
    factories.AccountFactory(name="Hidden Prospect", lifecycle="prospect")
    body = admin.get("/cms/customer_chooser/").content.decode()
    assert "Known Works" in body
    assert "Hidden Prospect" not in body


def calendar(**changes) -> dict:
    """Return what is typed for a calendar."""
    return {
        "name": "Amsterdam office",
        "time_zone": "Europe/Amsterdam",
        "working_days": ["0", "1", "2", "3", "4"],
        "opens_at": "08:30",
        "closes_at": "17:00",
        "country": "nl",
        "subdivision": "",
        "extra_closed_on": "2026-12-24\n2026-12-31",
        "extra_open_on": "",
        **changes,
    }


def test_a_calendar_is_kept(admin):
    saved(admin.post("/cms/calendars/new/", calendar()))
    row = BusinessCalendar.objects.get(name="Amsterdam office")
    assert (row.country, row.extra_closed_on) == ("NL", ["2026-12-24", "2026-12-31"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("extra_closed_on", "Christmas"),
        ("closes_at", "07:00"),
        ("time_zone", "Mars/Base"),
        ("working_days", ["9"]),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(admin, field, value):
    assert field in errors_of(admin.post("/cms/calendars/new/", calendar(**{field: value})))


def test_the_default_calendar_is_handed_over(admin):
    before = BusinessCalendar.objects.get(is_default=True)
    saved(admin.post("/cms/calendars/new/", calendar(is_default="on")))
    before.refresh_from_db()
    assert not before.is_default
    assert BusinessCalendar.objects.get(is_default=True).name == "Amsterdam office"


# --- partners -------------------------------------------------------------------------------------------


def test_a_partner_is_made_of_a_new_organisation(admin, programme, places):
    tier = factories.TierFactory(programme=programme)
    saved(
        admin.post(
            "/cms/partners/new/",
            {
                "account": "",
                "name": "Fresh Dealer Co., Ltd.",
                "country": "CN",
                "territory": places.shanghai.pk,
                "type": "dealer",
                "programme": programme.pk,
                "tier": tier.pk,
                "shares_with_parent": "on",
            },
        )
    )
    partner = Partner.objects.get(account__name="Fresh Dealer Co., Ltd.")
    assert tier_at(partner, timezone.now()) == tier
    assert Event.objects.filter(type="partner.created", partner_id=partner.pk).exists()


def test_a_partner_is_one_organisation_not_two(admin, programme):
    account = factories.AccountFactory()
    form = {"type": "dealer", "programme": programme.pk}
    assert "account" in errors_of(admin.post("/cms/partners/new/", form))
    both = {**form, "account": account.pk, "name": "Another"}
    assert "name" in errors_of(admin.post("/cms/partners/new/", both))


def test_a_partner_is_suspended_with_a_reason(admin, own_partner, dealer_sales):
    form = {"type": "dealer", "programme": own_partner.programme_id, "step": "suspend", "reason": ""}
    assert "reason" in errors_of(admin.post(f"/cms/partners/edit/{own_partner.pk}/", form))
    saved(admin.post(f"/cms/partners/edit/{own_partner.pk}/", {**form, "reason": "Unpaid"}))
    own_partner.refresh_from_db()
    assert own_partner.state == "suspended"
    assert not actor_of(dealer_sales).may("registrations.file")


def test_authorisations_are_given_and_ended(admin, own_partner, lines, places):
    form = {
        "partner": own_partner.pk,
        "line": lines.drives.pk,
        "territory": places.east.pk,
        "exclusivity": "exclusive",
    }
    saved(admin.post("/cms/authorisations/new/", form))
    row = Authorisation.objects.get(line=lines.drives)
    assert "territory" in errors_of(admin.post("/cms/authorisations/new/", form))
    admin.post(f"/cms/authorisations/delete/{row.pk}/")
    row.refresh_from_db()
    assert row.valid_until is not None


# --- people ---------------------------------------------------------------------------------------------


def person(**changes) -> dict:
    """Return what is typed for a new person."""
    return {
        "full_name": "Nina New",
        "email": "Nina@Example.com",
        "phone": "",
        "language": "zh-hant",
        "time_zone": "Asia/Taipei",
        **changes,
    }


def test_staff_are_invited_with_a_role(admin, places, lines, run_jobs):
    saved(
        admin.post(
            "/cms/people/new/",
            person(staff_role=role("channel_manager").pk, territory=places.east.pk, lines=[lines.pumps.pk]),
        )
    )
    user = User.objects.get(email="nina@example.com")
    assert user.is_staff
    assert not user.has_usable_password()
    (scope,) = actor_of(user).scopes
    assert (scope.territory_path, scope.line_ids) == (places.east.path, {lines.pumps.pk})
    run_jobs()
    (message,) = [message for message in mail.outbox if message.to == ["nina@example.com"]]
    link = next(word for word in message.body.split() if "/auth/password/reset/key/" in word)
    page = client_for(None).get(link.split("://", 1)[1].split("/", 1)[1].join(["/", ""]), follow=True)
    assert page.status_code == 200
    assert {"user.created", "user.invited", "scope.granted"} <= set(
        Event.objects.about("people.user", user.pk).values_list("type", flat=True)
    )


def test_partners_people_are_invited_into_a_team(admin, own_partner):
    saved(
        admin.post("/cms/people/new/", person(partner=own_partner.pk, partner_role=role("dealer_sales").pk))
    )
    user = User.objects.get(email="nina@example.com")
    assert not user.is_staff
    assert actor_of(user).organisation_id == own_partner.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "staff_role"),
        ({"email": "not an address"}, "email"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_a_person_that_makes_no_sense_is_refused(admin, changes, field):
    assert field in errors_of(admin.post("/cms/people/new/", person(**changes)))
    assert not User.objects.filter(full_name="Nina New").exists()


def test_an_address_in_use_is_said_at_its_field_and_nothing_is_made(admin, dealer_sales):
    response = admin.post(
        "/cms/people/new/", person(email=dealer_sales.email.upper(), staff_role=role("marketing").pk)
    )
    assert "email" in errors_of(response)
    assert not StaffScope.objects.filter(user__full_name="Nina New").exists()


def test_a_disabled_person_is_out_at_once(admin, dealer_sales):
    theirs = client_for(dealer_sales)
    assert theirs.get("/company/").status_code == 200
    form = person(full_name=dealer_sales.full_name, email=dealer_sales.email)
    saved(admin.post(f"/cms/people/edit/{dealer_sales.pk}/", form))  # "may sign in" is not ticked
    dealer_sales.refresh_from_db()
    assert not dealer_sales.is_active
    assert theirs.get("/company/").status_code == 302
    assert last_event().type == "user.disabled"


def test_nobody_disables_themselves(admin, administrator):
    form = person(full_name=administrator.full_name, email=administrator.email)
    assert errors_of(admin.post(f"/cms/people/edit/{administrator.pk}/", form))
    administrator.refresh_from_db()
    assert administrator.is_active


def test_no_secret_of_a_person_is_shown(admin, dealer_sales):
    body = admin.get(f"/cms/people/inspect/{dealer_sales.pk}/").content.decode()
    assert dealer_sales.email in body
    assert dealer_sales.password not in body


def test_roles_of_staff_are_given_and_taken_away(admin, sales_rep, places):
    salt = sales_rep.session_salt
    form = {"user": sales_rep.pk, "role": role("channel_manager").pk, "territory": places.north.pk}
    saved(admin.post("/cms/staff-scopes/new/", form))
    sales_rep.refresh_from_db()
    assert sales_rep.session_salt != salt
    scope = StaffScope.objects.get(user=sales_rep, role__code="channel_manager")
    admin.post(f"/cms/staff-scopes/delete/{scope.pk}/")
    assert "registrations.decide" not in actor_of(sales_rep).permissions
    assert last_event().type == "scope.withdrawn"


def test_partners_people_get_no_staff_role(admin, dealer_sales):
    form = {"user": dealer_sales.pk, "role": role("administrator").pk}
    assert "user" in errors_of(admin.post("/cms/staff-scopes/new/", form))
    form = {"user": dealer_sales.pk, "role": role("dealer_manager").pk}
    assert "role" in errors_of(admin.post("/cms/staff-scopes/new/", form))


def test_a_person_is_taken_out_of_a_team(admin, dealer_sales, own_partner):
    membership = Membership.objects.get(user=dealer_sales)
    saved(admin.post(f"/cms/partner-people/edit/{membership.pk}/", {"role": role("dealer_manager").pk}))
    assert actor_of(dealer_sales).roles == {"dealer_manager"}
    admin.post(f"/cms/partner-people/delete/{membership.pk}/")
    assert actor_of(dealer_sales).organisation_id is None


# --- roles ----------------------------------------------------------------------------------------------


def test_a_role_grants_what_is_ticked_and_sessions_end(admin, sales_rep):
    row, salt = role("sales_rep"), sales_rep.session_salt
    form = {
        "name_en": "Sales representative",
        "name_zh_hans": "厂家销售",
        "name_zh_hant": "廠家銷售",
        "permissions": ["accounts.view", "reports.view"],
    }
    saved(admin.post(f"/cms/roles/edit/{row.pk}/", form))
    assert actor_of(sales_rep).permissions == {"accounts.view", "reports.view"}
    sales_rep.refresh_from_db()
    assert sales_rep.session_salt != salt
    assert last_event().type == "role.changed"


def test_nobody_shuts_themselves_out(admin, administrator):
    row = role("administrator")
    form = {"name_en": "A", "name_zh_hans": "A", "name_zh_hant": "A", "permissions": ["settings.manage"]}
    assert "permissions" in errors_of(admin.post(f"/cms/roles/edit/{row.pk}/", form))
    assert "people.manage" in Role.objects.get(pk=row.pk).permissions


def test_a_made_up_permission_is_refused(admin):
    form = {"code": "x", "side": "staff", "name_en": "X", "name_zh_hans": "X", "name_zh_hant": "X"}
    assert "permissions" in errors_of(admin.post("/cms/roles/new/", {**form, "permissions": ["world.rule"]}))


def test_a_field_is_hidden_from_a_role(admin):
    form = {"role": role("sales_rep").pk, "record_field": "accounts.account:phone", "level": "hidden"}
    saved(admin.post("/cms/field-permissions/new/", form))
    row = FieldPermission.objects.get()
    assert (row.model, row.field, row.level) == ("accounts.account", "phone", "hidden")
    assert "record_field" in errors_of(admin.post("/cms/field-permissions/new/", form))
    assert "record_field" in errors_of(
        admin.post("/cms/field-permissions/new/", {**form, "record_field": "people.user:password"})
    )


# --- jobs -----------------------------------------------------------------------------------------------


def test_a_failed_job_is_seen_and_started_anew(admin):
    job = Job.objects.create(
        kind="people.invite", key="x", payload={"user_id": 0}, state=JobState.FAILED, error="It broke."
    )
    assert "people.invite" in admin.get("/cms/jobs/", {"state": "failed"}).content.decode()
    page = admin.get(f"/cms/jobs/inspect/{job.pk}/").content.decode()
    assert "It broke." in page
    assert admin.get(f"/cms/jobs/retry/{job.pk}/").status_code == 405
    admin.post(f"/cms/jobs/retry/{job.pk}/")
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert last_event().type == "job.retried"


def test_who_does_not_manage_jobs_starts_none(marketing):
    job = Job.objects.create(kind="people.invite", key="x", state=JobState.FAILED)
    client_for(marketing).post(f"/cms/jobs/retry/{job.pk}/")
    job.refresh_from_db()
    assert job.state == JobState.FAILED
