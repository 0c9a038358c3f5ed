"""The cast stands where its docstring says, and the strictness of every test is real."""

import pytest
from django.template import engines
from django.test import RequestFactory

from tests import factories
from tests.cast import CAST, DEALERS, STAFF, actor_of
from tests.strict import StrictClient, UndefinedVariable, refuse_writes

pytestmark = pytest.mark.django_db


def test_dealers_act_for_their_partner_and_staff_for_none(cast):
    for name in DEALERS:
        assert actor_of(getattr(cast, name)).is_dealer, name
    for name in STAFF:
        actor = actor_of(getattr(cast, name))
        assert actor.is_staff and not actor.is_dealer, name
        assert actor.scopes, name


def test_distributor_sees_its_sub_dealer_and_not_the_other_way(cast, own_partner, sub_partner):
    assert actor_of(cast.dealer_sales).organisation_ids == {own_partner.pk, sub_partner.pk}
    assert actor_of(cast.sub_dealer).organisation_ids == {sub_partner.pk}


def test_everybody_has_an_account_to_sign_in_with(cast):
    assert all(getattr(cast, name).check_password(factories.core.PASSWORD) for name in CAST)


def test_every_factory_makes_a_row(places, lines, calendar):
    parameters = {"StoredFileFactory": {"obj": lines.pumps}}
    for name in factories.__all__:
        made = getattr(factories, name)(**parameters.get(name, {}))
        assert type(made).objects.filter(pk=made.pk).exists(), name


def test_undefined_variable_in_a_template_of_ours_fails(tmp_path, monkeypatch):
    from tests import strict

    (tmp_path / "page.html").write_text("{{ nobody_gave_this }}")
    (tmp_path / "defaulted.html").write_text("{{ missing|default:'x' }}{% if missing %}{% endif %}")
    monkeypatch.setattr(strict, "TEMPLATES", str(tmp_path))
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "dirs", [str(tmp_path)])
    monkeypatch.setattr(engine.template_loaders[0], "get_dirs", lambda: [str(tmp_path)], raising=False)
    for loader in engine.template_loaders:
        getattr(loader, "reset", lambda: None)()
        for inner in getattr(loader, "loaders", []):
            monkeypatch.setattr(inner, "get_dirs", lambda: [str(tmp_path)], raising=False)
    from django.template import Context

    assert engine.get_template("defaulted.html").render(Context()) == "x"
    with pytest.raises(UndefinedVariable):
        engine.get_template("page.html").render(Context())


def test_get_that_writes_is_refused():
    with pytest.raises(AssertionError, match="a GET wrote to people_user"):
        refuse_writes(lambda *args: None, 'UPDATE "people_user" SET x = 1', (), False, {})
    refuse_writes(lambda *args: None, 'SELECT 1 FROM "people_user"', (), False, {})
    refuse_writes(lambda *args: None, 'INSERT INTO "django_session" VALUES (1)', (), False, {})


def test_client_is_strict(client):
    assert isinstance(client, StrictClient)
    assert RequestFactory().get("/").method == "GET"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_transactional_tests_end_where_they_began(turn):
    from core.access.models import Role
    from core.people.models import User

    assert not User.objects.exists()
    assert Role.objects.exists()
    factories.UserFactory()


def test_registrations_of_the_cast_are_filed_and_decided_through_the_services(approved, rival_registration):
    assert approved.state == "approved" and approved.opportunity_id
    assert rival_registration.state == "in_review"
    assert rival_registration.partner_id != approved.partner_id
