"""Programmes, their versions, tiers, and the texts of agreements."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.guards import require
from core.ledger import record
from core.ledger.reference_data import save_kept
from core.workflow import lock

from ..exceptions import PartnerError
from ..models import AgreementTemplate, Programme, ProgrammeVersion, Tier, TierBenefits
from ..policy import faults_of
from ..terms import ProgrammeTerms

_SINCE_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def save_programme(programme: Programme, *, actor: Actor, at: datetime) -> Programme:
    """Create or change a programme's name and code. Its terms change by ``publish_version`` only."""
    return save_kept(programme, "programme", actor=actor, at=at)


def save_tier(tier: Tier, *, actor: Actor, at: datetime) -> Tier:
    """Create or change a tier and its benefits; what it gave until now stays known for what was filed until now."""
    require(actor, "settings.manage")
    with transaction.atomic():
        before = lock(Tier.objects.all(), pk=tier.pk).benefits if tier.pk else None
        saved = save_kept(tier, "tier", actor=actor, at=at)
        if before is not None and before != saved.benefits:
            if not saved.benefit_versions.exists():
                TierBenefits.objects.create(tier=saved, valid_from=_SINCE_EVER, benefits=before)
            TierBenefits.objects.update_or_create(
                tier=saved, valid_from=at, defaults={"benefits": saved.benefits}
            )
    return saved


def save_agreement_template(template: AgreementTemplate, *, actor: Actor, at: datetime) -> AgreementTemplate:
    """Create or change the text of an agreement. A text that was accepted is not changed: write a new version."""
    if template.pk and template.agreements.exists():
        raise PartnerError(
            _("This text has been accepted by partners. Write a new version of it."), field="text"
        )
    return save_kept(template, "agreement_template", actor=actor, at=at)


def publish_version(
    programme_pk: int,
    *,
    terms: ProgrammeTerms,
    valid_from: datetime | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> ProgrammeVersion:
    """Publish new terms of a programme, in force from ``valid_from`` (default: now) on.

    What was decided before stays decided by the version in force then: a beginning in the past is refused, but for
    the first version. Raises ``NotAllowed``, or ``PartnerError`` naming the term that makes no sense.
    """
    require(actor, "settings.manage")
    for fault in faults_of(terms, currencies=settings.CURRENCIES):
        raise PartnerError(_fault_message(fault), field=fault.field)
    begin = valid_from or at
    with transaction.atomic():
        programme = lock(Programme.objects.all(), pk=programme_pk)
        last = ProgrammeVersion.objects.filter(programme=programme).order_by("-number").first()
        if last is not None and begin < at:
            raise PartnerError(_("A new version cannot begin in the past."), field="valid_from")
        if ProgrammeVersion.objects.filter(programme=programme, valid_from=begin).exists():
            raise PartnerError(_("Another version begins at this very time."), field="valid_from")
        version = ProgrammeVersion.objects.create(
            programme=programme,
            number=last.number + 1 if last else 1,
            valid_from=begin,
            settings=terms.to_json(),
            note=note,
            created_at=at,
        )
        record(
            "programme.version_published",
            programme,
            actor=actor,
            at=at,
            facts={
                "version": version.number,
                "valid_from": begin.isoformat(),
                "note": note,
                "terms": version.settings,
            },
        )
    return version


_FAULTS = {
    "order": _("The ceiling cannot be shorter than the target."),
    "above_slots": _("The fewest slots cannot be more than the slots a partner begins with."),
    "below_slots": _("The most slots cannot be fewer than the slots a partner begins with."),
    "untold": _(
        "Whoever waits has to know it: with a wait-list, partners must be told that a deal is protected for another."
    ),
}


def _fault_message(fault):
    """Return what is wrong with a term, for people."""
    if fault.code == "range":
        return _("Give a value from %(least)s to %(most)s.") % {"least": fault.least, "most": fault.most}
    return _FAULTS.get(fault.code, _("This is not one of the possible values."))
