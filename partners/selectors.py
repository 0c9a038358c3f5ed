"""Reading partners: terms, tier, agreement and authorisations in force at an instant, holders of a territory."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.calendars.models import BusinessCalendar
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from crm.territories.selectors import calendar_for as calendar_of_territory

from .enums import Exclusivity
from .models import (
    Agreement,
    AgreementTemplate,
    Authorisation,
    Certificate,
    Partner,
    PartnerTier,
    ProgrammeVersion,
    Tier,
    TierBenefits,
)
from .policy import Bar, Standing, bars_to_filing, steps
from .terms import Benefits, ProgrammeTerms

# What a partner is told about why it may not file.
BAR_MESSAGES = {
    Bar.ONBOARDING: _("Your company is not active yet."),
    Bar.SUSPENDED: _("Your company is suspended: registrations can be read, not filed."),
    Bar.TERMINATED: _("The partnership has ended."),
    Bar.NO_AGREEMENT: _("No agreement is in force. Accept the current one on the page of your company."),
    Bar.NO_AUTHORISATION: _("Your company is not authorised for any product line now."),
}


def version_at(partner: Partner, at: datetime) -> ProgrammeVersion | None:
    """Return the version of the partner's programme in force at ``at``."""
    return (
        ProgrammeVersion.objects.filter(programme_id=partner.programme_id, valid_from__lte=at)
        .order_by("-valid_from")
        .first()
    )


def terms_at(partner: Partner, at: datetime) -> ProgrammeTerms:
    """Return the terms in force for ``partner`` at ``at``; the defaults while the programme has no version."""
    return terms_of_programme(partner.programme_id, at)


def terms_of_programme(programme_id: int, at: datetime) -> ProgrammeTerms:
    """Return the terms of a programme in force at ``at``; the defaults while it has no version."""
    settings = (
        ProgrammeVersion.objects.filter(programme_id=programme_id, valid_from__lte=at)
        .order_by("-valid_from")
        .values_list("settings", flat=True)
        .first()
    )
    return ProgrammeTerms.from_json(settings) if settings is not None else ProgrammeTerms()


def tier_at(partner: Partner, at: datetime) -> Tier | None:
    """Return the tier ``partner`` holds at ``at``."""
    held = (
        PartnerTier.objects.filter(partner_id=partner.pk)
        .in_force(at)
        .select_related("tier")
        .order_by("-valid_from")
        .first()
    )
    return held.tier if held else None


def benefits_at(partner: Partner, at: datetime) -> Benefits:
    """Return the benefits in force at ``at`` of the tier held then; without a tier, none."""
    tier = tier_at(partner, at)
    if tier is None:
        return Benefits()
    given = (
        TierBenefits.objects.filter(tier=tier, valid_from__lte=at)
        .order_by("-valid_from")
        .values_list("benefits", flat=True)
        .first()
    )
    return Benefits.from_json(tier.benefits if given is None else given)


def agreement_in_force(partner: Partner, at: datetime) -> Agreement | None:
    """Return the agreement in force at ``at``, the latest of several."""
    return (
        Agreement.objects.filter(partner_id=partner.pk)
        .in_force(at)
        .select_related("template", "accepted_by")
        .order_by("-valid_from", "-pk")
        .first()
    )


def template_for(partner: Partner, language: str) -> AgreementTemplate | None:
    """Return the newest agreement text for the partner's type: in ``language``, else in English, else any."""
    order = {language: 0, "en": 1}
    templates = AgreementTemplate.objects.filter(type=partner.type)
    return min(templates, key=lambda row: (order.get(row.language, 2), -row.version), default=None)


def certificates_at(partner: Partner, at: datetime) -> frozenset[str]:
    """Return the codes of the certificates held at ``at``."""
    rows = Certificate.objects.filter(partner_id=partner.pk).in_force(at)
    return frozenset(rows.values_list("code", flat=True))


def authorisations_at(partner: Partner, line: ProductLine | None, at: datetime):
    """Return the authorisations of ``partner`` at ``at``, for one line or (None) for all."""
    rows = Authorisation.objects.filter(partner_id=partner.pk).in_force(at)
    if line is not None:
        rows = rows.filter(line_id=line.pk)
    return rows.select_related("line", "territory")


def authorised_line_ids(partner: Partner, at: datetime) -> frozenset[int]:
    """Return the ids of the lines ``partner`` may sell somewhere at ``at``."""
    rows = Authorisation.objects.filter(partner_id=partner.pk).in_force(at)
    return frozenset(rows.values_list("line_id", flat=True))


def who_holds(territory: Territory, line: ProductLine, at: datetime):
    """Return the exclusive authorisations at ``at`` for ``line`` whose territory contains ``territory`` or lies in it.

    A registration for the territory is blocked by those above (``covers_territory``); one below holds a part only.
    """
    return (
        Authorisation.objects.in_force(at)
        .filter(line_id=line.pk, exclusivity=Exclusivity.EXCLUSIVE)
        .filter(_above(territory) | Q(territory__path__startswith=territory.path))
        .select_related("partner__account", "territory")
        .order_by("territory__path", "pk")
    )


def covers_territory(authorisation: Authorisation, territory: Territory) -> bool:
    """Tell whether the authorisation's territory is ``territory`` or lies above it."""
    return territory.path.startswith(authorisation.territory.path)


def _above(territory: Territory) -> Q:
    """Return the filter for authorisations of ``territory`` and of those above it."""
    return Q(territory__path__in=steps(territory.path, Territory.steplen))


def may_file(partner: Partner, at: datetime) -> tuple[Bar, ...]:
    """Return what keeps ``partner`` from filing at ``at``; empty: it may. Words are in ``BAR_MESSAGES``."""
    return bars_to_filing(
        standing_of(Partner.objects.filter(pk=partner.pk).annotate(**standing_columns("", at)).get())
    )


def standing_columns(prefix: str, at: datetime) -> dict[str, Any]:
    """Return annotations from which ``standing_of`` reads what decides whether a partner may file at ``at``.

    ``prefix`` leads from the annotated rows to the partner, e.g. ``registration__partner``; "" for partners.
    """
    partner = f"{prefix}__" if prefix else ""
    return {
        "standing_state": F(f"{partner}state"),
        "has_agreement": Exists(Agreement.objects.filter(partner=OuterRef(prefix or "pk")).in_force(at)),
        "has_authorisation": Exists(
            Authorisation.objects.filter(partner=OuterRef(prefix or "pk")).in_force(at)
        ),
    }


def standing_of(row) -> Standing:
    """Return the standing of the partner that a row annotated with ``standing_columns`` belongs to."""
    return Standing(row.standing_state, row.has_agreement, row.has_authorisation)


def calendar_for(partner: Partner) -> BusinessCalendar:
    """Return the calendar ``partner`` works by: its own, else that of its territory, else the default."""
    if partner.calendar_id:
        return partner.calendar
    return calendar_of_territory(partner.account.territory)


def tree_of(partner: Partner, visible):
    """Return the partners of the tree that ``partner`` is in, of those in ``visible``, parents first."""
    top = partner.path.split("/", 1)[0]
    return visible.filter(path__startswith=f"{top}/").select_related("account").order_by("path")
