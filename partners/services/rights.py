"""What a partner holds for a time: authorisations, agreements, certificates, a tier."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import allows, require
from core.ledger import record
from core.workflow import lock
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from crm.territories.scopes import covers

from ..enums import Exclusivity
from ..exceptions import PartnerError
from ..models import Agreement, AgreementTemplate, Authorisation, Certificate, Partner, PartnerTier, Tier
from ..policy import paths_overlap


def authorise(
    partner_pk: int,
    *,
    line: ProductLine,
    territory: Territory,
    exclusivity: str = Exclusivity.OPEN,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Authorisation:
    """Authorise a partner to sell a line in a territory from ``valid_from`` (default: now) on.

    Under the lock of the product line. Raises ``NotAllowed`` outside the actor's scope, ``PartnerError`` if the
    period is empty, the partner holds the same already, or another holds common ground exclusively.
    """
    begin = valid_from or at
    if valid_until is not None and valid_until <= begin:
        raise PartnerError(_("The end must be later than the beginning."), field="valid_until")
    with transaction.atomic():
        lock(ProductLine.objects.all(), pk=line.pk)
        partner = lock(Partner.objects.select_related("account__territory"), pk=partner_pk)
        _check_scope(actor, territory, line)
        _refuse_overlaps(partner, line, territory, exclusivity, begin, valid_until)
        authorisation = Authorisation.objects.create(
            partner=partner,
            line=line,
            territory=territory,
            exclusivity=exclusivity,
            valid_from=begin,
            valid_until=valid_until,
        )
        record(
            "partner.authorised",
            partner,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts=_authorisation_facts(authorisation),
        )
    return authorisation


def _refuse_overlaps(partner, line, territory, exclusivity, begin, end) -> None:
    """Raise ``PartnerError`` where another authorisation of the line stands in the way of a new one."""
    others = Authorisation.objects.filter(line=line).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=begin)
    )
    if end is not None:
        others = others.filter(valid_from__lt=end)
    for other in others.select_related("partner__account", "territory").order_by("pk"):
        if other.partner_id == partner.pk:
            if other.territory_id == territory.pk:
                raise PartnerError(
                    _("The partner holds this line in this territory already in that time."),
                    field="territory",
                )
            continue
        both = {exclusivity, other.exclusivity}
        if both == {Exclusivity.EXCLUSIVE} and paths_overlap(other.territory.path, territory.path):
            raise PartnerError(
                _("%(partner)s holds this line exclusively in %(territory)s in that time.")
                % {"partner": other.partner.account.name, "territory": other.territory.name},
                field="exclusivity",
            )


def end_authorisation(authorisation_pk: int, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """End an authorisation now; one that has not begun is taken back. What has ended already stays ended."""
    with transaction.atomic():
        authorisation = lock(
            Authorisation.objects.select_related("partner__account", "line", "territory"), pk=authorisation_pk
        )
        _check_scope(actor, authorisation.territory, authorisation.line)
        if authorisation.valid_until is not None and authorisation.valid_until <= at:
            return
        facts = _authorisation_facts(authorisation) | {"valid_until": at.isoformat(), "reason": reason}
        record(
            "partner.authorisation_ended",
            authorisation.partner,
            actor=actor,
            at=at,
            partner_id=authorisation.partner_id,
            facts=facts,
        )
        if authorisation.valid_from >= at:
            authorisation.delete()
        else:
            authorisation.valid_until = at
            authorisation.save(update_fields=["valid_until"])


def accept_agreement(
    partner_pk: int,
    *,
    template: AgreementTemplate,
    actor: Actor,
    at: datetime,
    valid_until: datetime | None = None,
    accepted_from: str | None = None,
) -> Agreement:
    """Accept an agreement for a partner: its own manager does, or staff record that it was signed.

    The one in force before ends. Raises ``NotAllowed``, or ``PartnerError`` for the text of another partner type.
    """
    with transaction.atomic():
        partner = lock(Partner.objects.select_related("account__territory"), pk=partner_pk)
        if not allows(actor, "team.manage", partner):
            require(actor, "partners.manage", partner)
        if template.type != partner.type:
            raise PartnerError(_("This agreement is for another type of partner."), field="template")
        if valid_until is not None and valid_until <= at:
            raise PartnerError(_("The end must be later than the beginning."), field="valid_until")
        for earlier in Agreement.objects.filter(partner=partner).in_force(at):
            _end_row(earlier, at)
        agreement = Agreement.objects.create(
            partner=partner,
            template=template,
            accepted_by_id=actor.user_id,
            accepted_at=at,
            accepted_from=accepted_from,
            valid_from=at,
            valid_until=valid_until,
        )
        record(
            "partner.agreement_accepted",
            partner,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts={
                "agreement": template.title,
                "version": template.version,
                "valid_until": valid_until.isoformat() if valid_until else None,
            },
        )
    return agreement


def end_agreement(agreement_pk: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """End an agreement now: the partner can file no registrations. What has ended already stays ended."""
    with transaction.atomic():
        agreement = lock(
            Agreement.objects.select_related("partner__account__territory", "template"), pk=agreement_pk
        )
        require(actor, "partners.manage", agreement.partner)
        if agreement.valid_until is not None and agreement.valid_until <= at:
            return
        record(
            "partner.agreement_ended",
            agreement.partner,
            actor=actor,
            at=at,
            partner_id=agreement.partner_id,
            facts={"agreement": agreement.template.title, "reason": reason},
        )
        _end_row(agreement, at)


def record_certificate(
    partner_pk: int,
    *,
    code: str,
    valid_until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Certificate:
    """Record that a partner holds a certificate from now on."""
    with transaction.atomic():
        partner = lock(Partner.objects.select_related("account__territory"), pk=partner_pk)
        require(actor, "partners.manage", partner)
        if valid_until is not None and valid_until <= at:
            raise PartnerError(_("The end must be later than the beginning."), field="valid_until")
        certificate = Certificate.objects.create(
            partner=partner, code=code, valid_from=at, valid_until=valid_until
        )
        record(
            "partner.certified",
            partner,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts={"certificate": code, "valid_until": valid_until.isoformat() if valid_until else None},
        )
    return certificate


def set_tier(partner_pk: int, *, tier: Tier, reason: str = "", actor: Actor, at: datetime) -> PartnerTier:
    """Give a partner a tier of its programme from now on; the tier before ends."""
    with transaction.atomic():
        partner = lock(Partner.objects.select_related("account__territory"), pk=partner_pk)
        require(actor, "partners.manage", partner)
        return place_tier(partner, tier, reason=reason, actor=actor, at=at)


def place_tier(partner: Partner, tier: Tier, *, actor: Actor, at: datetime, reason: str = "") -> PartnerTier:
    """Close the open tier of a locked partner and open another. Raises ``PartnerError`` for a foreign tier."""
    if tier.programme_id != partner.programme_id:
        raise PartnerError(_("This tier belongs to another programme."), field="tier")
    held = PartnerTier.objects.filter(partner=partner, valid_until__isnull=True).first()
    if held is not None and held.tier_id == tier.pk:
        return held
    if held is not None:
        _end_row(held, at)
    placed = PartnerTier.objects.create(partner=partner, tier=tier, valid_from=at)
    record(
        "partner.tier_set",
        partner,
        actor=actor,
        at=at,
        partner_id=partner.pk,
        facts={"tier": tier.code, "reason": reason},
    )
    return placed


def _check_scope(actor: Actor, territory: Territory, line: ProductLine) -> None:
    """Raise ``NotAllowed`` unless the actor manages partners in this territory on this line."""
    require(actor, "partners.manage")
    if not actor.system and not covers(
        actor, "partners.manage", territory_path=territory.path, line_id=line.pk
    ):
        raise NotAllowed


def _authorisation_facts(authorisation: Authorisation) -> dict:
    """Return what an event keeps of an authorisation."""
    end = authorisation.valid_until
    return {
        "line": authorisation.line.code,
        "territory": authorisation.territory.code,
        "exclusivity": str(authorisation.exclusivity),
        "valid_from": authorisation.valid_from.isoformat(),
        "valid_until": end.isoformat() if end else None,
    }


def _end_row(row, at: datetime) -> None:
    """End an effective-dated row at ``at``; one that began at that very instant lasts the shortest while."""
    row.valid_until = max(at, row.valid_from + timedelta(microseconds=1))
    row.save(update_fields=["valid_until"])
