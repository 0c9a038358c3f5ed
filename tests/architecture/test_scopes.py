"""Every model with rows of someone's says who sees them; what has no scope is named with the reason."""

import pytest

from core.access.actor import ANONYMOUS, Actor, system_actor
from core.access.scopes import PublicQuerySet
from tests import factories

from .house import our_models

# Read by mechanisms only, never by a page, a choice or an export.
UNSCOPED = {
    "accounts.AccountShare": "read by the scopes of accounts themselves",
    "api.KeyUse": "part of an API key, reached through it",
    "deal_messages.MessageRead": "part of a message, reached through it",
    "deal_registration.Claim": "read by the conflict check as the system; reviewers see it by review_facts",
    "deal_registration.ExtensionRequest": "part of a registration line, reached through its registration",
    "deal_registration.InformationRequest": "part of a registration, reached through it",
    "deal_registration.InternalNote": "part of a registration, reached through review_facts by staff alone",
    "deal_registration.LineSequence": "lock and counter of a product line",
    "deal_registration.MatchDecision": "part of a registration, reached through review_facts",
    "deal_registration.RegistrationContact": "part of a registration, reached through it",
    "deal_registration.RegistrationLine": "part of a registration, reached through it",
    "disputes.Award": "part of a ruling, reached through its dispute",
    "disputes.ClaimShare": "part of a ruling, reached through its dispute",
    "disputes.ContestedLine": "part of a dispute, reached through it",
    "disputes.Decider": "part of a dispute, reached through it",
    "disputes.DisputeParty": "part of a dispute; a dealer reads its own through party_for",
    "disputes.Ruling": "part of a dispute, reached through it",
    "disputes.RulingCode": "part of a ruling, reached through its dispute",
    "honour.HonourCase": "read by the job that states the figures",
    "honour.Restating": "a position of a process",
    "identity.Alias": "read by the matching engine as the system",
    "identity.MatchKey": "read by the matching engine as the system",
    "identity.MatchRecord": "read by the matching engine as the system",
    "imports.ImportRow": "part of an import, reached through it",
    "jobs.IdempotencyKey": "read by its owner's own request",
    "jobs.JobOutcome": "part of a job, reached through it",
    "jobs.Lease": "a right of processes, of nobody's",
    "ledger.Era": "a counter",
    "list_views.Arrangement": "read for its own user",
    "ledger.FactSet": "part of an event, reached through timelines",
    "ledger.Reader": "a position of a process",
    "ledger.Seal": "roots and signatures, without any fact",
    "ledger.SealedEvent": "places in trees, without any fact",
    "notifications.Preference": "read for its own user",
    "opportunities.OpportunityLine": "part of an opportunity, reached through it",
    "opportunities.OpportunityShare": "read by the scopes of opportunities themselves",
    "prechecks.PrecheckLine": "part of a question, reached through it",
    "search.SearchTerm": "ids to join with a scoped queryset",
}


def scoped(model) -> bool:
    """Tell whether the model's querysets know ``visible_to``."""
    return callable(getattr(model._default_manager.all(), "visible_to", None))


def own_models():
    """Return the models of this issue that are neither pages nor join tables."""
    from wagtail.models import Page

    return [
        model
        for model in our_models()
        if not model._meta.auto_created
        and not issubclass(model, Page)
        and not model._meta.app_label.startswith("wagtail")
    ]


def labels(models) -> set[str]:
    return {model._meta.label for model in models}


def test_every_model_is_scoped_or_named_as_internal():
    content = {label for label in labels(own_models()) if label.startswith("content.")}
    assert labels(model for model in own_models() if not scoped(model)) - content == set(UNSCOPED)


FACTORIES = {
    getattr(factories, name)._meta.model: getattr(factories, name)
    for name in factories.__all__
    if name != "DraftFactory"
}


@pytest.mark.django_db
def test_every_scoped_model_shows_nothing_to_a_visitor_and_all_to_the_system(lines):
    without_a_factory = set()
    for model in own_models():
        if not scoped(model) or model._meta.label == "ledger.Event":
            continue
        if model not in FACTORIES:
            without_a_factory.add(model._meta.label)
            continue
        FACTORIES[model](**({"obj": lines.pumps} if model.__name__ == "StoredFile" else {}))
        assert model.objects.exists(), model
        assert not model.objects.visible_to(ANONYMOUS).exists(), f"a visitor sees {model._meta.label}"
        if model.__name__ not in ("Notification", "StoredFile"):
            seen = model.objects.visible_to(system_actor("tests")).count()
            assert seen == model.objects.count(), model
    assert without_a_factory == set(), "give each scoped model a factory"


@pytest.mark.django_db
def test_somebody_without_role_or_organisation_sees_reference_data_alone(lines):
    nobody = Actor(user_id=999_999)
    for model, factory in FACTORIES.items():
        if not scoped(model) or isinstance(model._default_manager.all(), PublicQuerySet):
            continue
        factory(**({"obj": lines.pumps} if model.__name__ == "StoredFile" else {}))
        assert not model.objects.visible_to(nobody).exists(), f"anyone signed in sees {model._meta.label}"
