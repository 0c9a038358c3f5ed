"""A dealer asks whether a customer is free: judged like a filing, told less, spent from the budget, on record."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.jobs.idempotency import fingerprint, once
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import lock
from crm.catalog.models import ProductLine
from partners.models import Partner
from partners.selectors import may_file, terms_at
from partners.terms import Disclosure, ProgrammeTerms

from ...asking import Judged, judge_question
from ...exceptions import NotComplete, PartnerMayNotFile
from ...models import Registration
from ...services.drafts import set_typed
from ..enums import Level, QuestionState
from ..exceptions import BudgetSpent, NotOffered, Paused
from ..keys import QUESTION_FIELDS, TEXTS, customer_key, question_key
from ..models import Precheck, PrecheckLine, Standing
from ..selectors import budget_of, same_question
from ..telling import answer_of
from .pausing import watch

REQUIRED = {
    "customer_name": _("Name the end customer."),
    "customer_country": _("Say in which country the end customer is."),
    "territory": _("Choose the territory of the site."),
}
MOST_LINES = 50


@retry_on_collision
def ask(
    *,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    line_ids: Iterable[int],
    idempotency_key: str | None = None,
) -> Precheck:
    """Ask whether the customer in ``data`` (see ``QUESTION_FIELDS``) is free for product lines; return the question.

    It is answered at once, or waits for a person. The same question of the same company within a day gets the same
    answer and costs nothing; one that waits already is returned. With ``idempotency_key`` a second call with the same
    key returns the first one's question.

    Raises ``NotComplete`` with errors by field, ``PartnerMayNotFile``, ``NotOffered`` where the programme answers
    none, ``Paused``, ``BudgetSpent``, ``KeyReused`` for a key spent on another question.
    """
    require(actor, "registrations.file")
    if actor.organisation_id is None or actor.user_id is None:
        raise NotAllowed
    partner = Partner.objects.select_related("account__territory", "programme", "calendar").get(
        pk=actor.organisation_id
    )
    typed, lines = _typed(partner, data, line_ids, actor)
    key = question_key(typed, lines)
    if may_file(partner, at):
        raise PartnerMayNotFile
    terms = terms_at(partner, at)
    if terms.disclosure == Disclosure.NOTHING or not budget_of(partner, terms, at).is_offered:
        raise NotOffered
    judged = _judge_unless_refused(partner, typed, lines, key, terms, at)

    def create() -> str:
        return str(_store(partner, typed, lines, key, terms, judged, actor=actor, at=at).pk)

    with transaction.atomic():
        if idempotency_key is None:
            return Precheck.objects.get(pk=int(create()))
        result, _is_new = once(
            f"user:{actor.user_id}", idempotency_key, fingerprint(["prechecks.ask", key]), create
        )
        return Precheck.objects.get(pk=int(result))


def _typed(partner: Partner, data, line_ids, actor: Actor) -> tuple[Registration, list[ProductLine]]:
    """Return what was typed as an unsaved registration, and the product lines; raise ``NotComplete``."""
    strangers = set(data) - set(QUESTION_FIELDS)
    if strangers:
        raise ValueError(f"not part of a question: {sorted(strangers)}")
    typed = Registration(partner=partner)
    set_typed(typed, data, actor)
    errors = {
        field: message
        for field, message in REQUIRED.items()
        if not getattr(typed, field)
        or (isinstance(getattr(typed, field), str) and not getattr(typed, field).strip())
    }
    wanted = sorted(set(line_ids))[: MOST_LINES + 1]
    lines = list(
        ProductLine.objects.filter(pk__in=wanted, is_active=True).select_related("family").order_by("pk")
    )
    if not wanted:
        errors["lines"] = _("Choose at least one product line.")
    elif len(lines) < len(wanted):
        errors["lines"] = _("A chosen product line is no longer sold.")
    elif len(wanted) > MOST_LINES:
        errors["lines"] = _("That is too many product lines for one question.")
    if errors:
        raise NotComplete(errors)
    return typed, lines


def _judge_unless_refused(
    partner: Partner, typed: Registration, lines, key: str, terms: ProgrammeTerms, at: datetime
) -> Judged | None:
    """Judge the question before any lock is taken; None where the answer is known already or a person gives it.

    Raises what ``_store`` would: asked first so that a refused question costs no look-up.
    """
    if same_question(partner.pk, key, at) is not None:
        return None
    standing = Standing.objects.filter(partner=partner).first()
    _refuse(standing, partner, terms, at)
    if standing is not None and standing.level != Level.NORMAL:
        return None
    return judge_question(typed, lines, at=at)


def _refuse(standing: Standing | None, partner: Partner, terms: ProgrammeTerms, at: datetime) -> None:
    """Raise ``Paused`` or ``BudgetSpent`` where no further question may be asked."""
    if standing is not None and standing.level == Level.STOPPED:
        raise Paused
    budget = budget_of(partner, terms, at)
    if budget.is_spent:
        raise BudgetSpent(budget)


def lock_standing(partner: Partner) -> Standing:
    """Return the partner's standing, made at its first question, locked until the end of the transaction.

    The budget is counted and spent under it, so that two tabs at once never overspend.
    """
    Standing.objects.bulk_create([Standing(partner=partner)], ignore_conflicts=True)
    return lock(Standing.objects.select_related("partner__account__territory"), partner=partner)


def _store(
    partner, typed, lines, key, terms, judged: Judged | None, *, actor: Actor, at: datetime
) -> Precheck:
    """Write the question under the partner's lock, everything asked again there; return it."""
    standing = lock_standing(partner)
    earlier = same_question(partner.pk, key, at)
    if earlier is None:
        _refuse(standing, partner, terms, at)
        is_queued = standing.level != Level.NORMAL or judged is None
    else:
        is_queued = earlier.state == QuestionState.WAITING
        if is_queued and earlier.asked_by_id == actor.user_id:
            return earlier
    question = Precheck(
        partner=partner,
        asked_by_id=actor.user_id,
        asked_at=at,
        state=QuestionState.WAITING if is_queued else QuestionState.ANSWERED,
        answered_at=None if is_queued else at,
        question_key=key,
        customer_key=customer_key(typed.customer_name),
        is_counted=earlier is None,
        is_own=earlier.is_own if earlier else bool(judged and judged.is_own),
        repeats=earlier,
        **{name: getattr(typed, name) for name in QUESTION_FIELDS},
    )
    question.save(force_insert=True)
    if is_queued:
        rows = [PrecheckLine(precheck=question, line=line) for line in lines]
    elif earlier is not None:
        rows = [
            PrecheckLine(
                precheck=question,
                line_id=row.line_id,
                class_told=row.class_told,
                told=row.told,
                release_at=row.release_at,
                is_taken=row.is_taken,
            )
            for row in earlier.lines.all()
        ]
    else:
        rows = [answered_line(question, row, terms) for row in judged.lines]
    PrecheckLine.objects.bulk_create(rows)
    record(
        "precheck.queued" if is_queued else "precheck.asked",
        question,
        actor=actor,
        at=at,
        partner_id=partner.pk,
        facts=_facts(question, lines, rows, earlier),
    )
    if earlier is None:
        watch(standing, terms, at=at)
    return question


def answered_line(
    question: Precheck, judged, terms: ProgrammeTerms, row: PrecheckLine | None = None
) -> PrecheckLine:
    """Return a line of ``question`` (a new one, or ``row``) with what may be told of a judged one, unsaved."""
    row = row or PrecheckLine(precheck=question, line_id=judged.line.line_id)
    answer = answer_of(judged.verdict, terms)
    row.class_told, row.told = answer.class_, answer.told
    row.release_at, row.is_taken = answer.release_at, answer.is_taken
    return row


def answers_as_facts(rows: Iterable[PrecheckLine], codes: dict[int, str]) -> dict[str, dict]:
    """Return, by code of the product line, the class told and the day of release: what an event keeps."""
    return {
        codes[row.line_id]: {
            "class": row.class_told,
            "release_at": row.release_at.isoformat() if row.release_at else "",
        }
        for row in rows
    }


def _facts(question: Precheck, lines, rows, earlier: Precheck | None) -> dict[str, Any]:
    """Return the facts of the question: what was typed, and what was told."""
    codes = {line.pk: line.code for line in lines}
    typed = {name: getattr(question, name) for name in TEXTS}
    told = {} if question.state == QuestionState.WAITING else {"answers": answers_as_facts(rows, codes)}
    return {
        "reference": question.ref,
        "lines": [line.code for line in lines],
        "territory": question.territory.code,
        "repeats": earlier.ref if earlier else "",
        **typed,
        **told,
    }
