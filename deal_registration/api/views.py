"""The endpoints: thin, each calls a service or a selector. A foreign reference is answered like an unknown one."""

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.exceptions import NotAllowed
from core.api import problems
from core.api.problems import FieldsRefused
from core.api.views import KeyView
from core.ledger.receipts import receipt_for
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from partners.models import Authorisation, Partner
from partners.selectors import may_file

from .. import services
from ..enums import State
from ..exceptions import NotComplete, RegistrationError
from ..in_force import with_terms
from ..models import Registration
from ..selectors import registration_detail
from ..views.receipts import filing_event
from . import answers, requests

problems.register(RegistrationError, 409)

VIEW, FILE = "registrations.view", "registrations.file"
FIELD_OF_ERROR = {"customer_account": "customer_name"}
REGISTRATIONS, REFERENCE = ["Registrations"], ["Reference data"]
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="New for every filing; sent again, it brings back the first one's registration.",
)


def _out(rows, actor) -> list[dict]:
    """Return registrations as they are told; the same number of queries however many."""
    rows = with_terms(rows)
    pointed_to = {
        hit["evidence"].get("registration")
        for row in rows
        for line in row.lines.all()
        for hit in (line.verdict or {}).get("hits", ())
    } - {None}
    refs = dict(Registration.objects.visible_to(actor).filter(pk__in=pointed_to).values_list("pk", "ref"))
    return [answers.registration_out(row, actor, refs) for row in rows]


def _one(request: Request, ref: str) -> Response:
    """Answer with one registration, read anew through the caller's scope."""
    return Response(_out([registration_detail(request.actor, ref)], request.actor)[0])


def _valid(serializer_class, request: Request):
    """Return the serializer of a well-formed body; raises a validation error."""
    serializer = serializer_class(data=request.data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return serializer


def _refused(refusal: NotComplete) -> FieldsRefused:
    """Return what is missing as errors at the fields."""
    return FieldsRefused({FIELD_OF_ERROR.get(name, name): text for name, text in refusal.errors.items()})


class NewestFirst(CursorPagination):
    """Pages that stay right while new rows come in; the cursor tells no serial number."""

    page_size, page_size_query_param, max_page_size = 50, "per_page", 200
    ordering = ("-created_at", "-ref")


class Registrations(KeyView):
    """List, and create."""

    needs = {"GET": VIEW, "POST": FILE}

    @extend_schema(
        operation_id="registrations_list",
        tags=REGISTRATIONS,
        responses=answers.PageOut,
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.STR, description="From `next` of the page before."),
            OpenApiParameter("per_page", OpenApiTypes.INT, description="At most 200; else 50."),
            OpenApiParameter(
                "state", OpenApiTypes.STR, enum=State.values, description="Only in this status."
            ),
            OpenApiParameter(
                "line", OpenApiTypes.STR, description="Only with this product line, by its code."
            ),
            OpenApiParameter(
                "own_reference", OpenApiTypes.STR, description="Only with this reference of yours."
            ),
            OpenApiParameter(
                "received_after", OpenApiTypes.DATETIME, description="Only received at or after."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """List registrations, the newest first."""
        rows = (
            Registration.objects.visible_to(request.actor)
            .select_related("partner", "territory")
            .prefetch_related("lines__line", "contacts", "information_requests")
            .filter(**_filters(request))
            .distinct()
        )
        pages = NewestFirst()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(_out(found, request.actor))

    @extend_schema(
        operation_id="registrations_create",
        tags=REGISTRATIONS,
        request=requests.Filing,
        responses={201: answers.RegistrationOut},
        parameters=[KEY_HEADER],
    )
    def post(self, request: Request) -> Response:
        """File a registration, or keep it as a draft.

        What is refused is not kept: mend the fields pointed at and send it again, with the same key.
        """
        form, actor = _valid(requests.Filing, request), request.actor
        data = form.validated_data

        def create() -> str:
            draft = services.save_draft(
                actor=actor,
                at=timezone.now(),
                data=form.typed(),
                contacts=form.contacts_for_service(),
                line_ids=[line.pk for line in data.get("lines", ())],
            )
            if not data["draft"]:
                services.submit(draft.pk, actor=actor, at=timezone.now())
            return draft.ref

        try:
            ref, is_new = self.once(request, "registrations.create", create)
        except NotComplete as refusal:
            raise _refused(refusal) from refusal
        answer = _one(request, ref)
        answer.status_code = 201
        answer["Location"] = request.build_absolute_uri(reverse("api:registration", args=[ref]))
        if not is_new:
            answer["Idempotency-Replayed"] = "true"
        return answer


def _filters(request: Request) -> dict:
    """Return the lookups asked for; raises a validation error for values that mean nothing."""
    asked, lookups = request.query_params, {}
    if state := asked.get("state"):
        if state not in State.values:
            raise FieldsRefused({"state": "There is no such status."})
        lookups["state"] = state
    if line := asked.get("line"):
        lookups["lines__line__code"] = line.replace("\x00", "")
    if own := asked.get("own_reference"):
        lookups["own_reference"] = own.replace("\x00", "")
    if after := asked.get("received_after"):
        lookups["received_at__gte"] = requests.instant_of(after)
    return lookups


class OneRegistration(KeyView):
    """Read one."""

    needs = {"GET": VIEW}

    @extend_schema(operation_id="registrations_read", tags=REGISTRATIONS, responses=answers.RegistrationOut)
    def get(self, request: Request, ref: str) -> Response:
        """Read one registration: status, lines, what is told of the check, protection."""
        return _one(request, ref)


class Act(KeyView):
    """Something done to one registration of the own organisation."""

    needs = {"POST": FILE}

    def own(self, request: Request, ref: str) -> Registration:
        """Return the registration; raises ``Http404`` where there is none, ``NotAllowed`` for a sub-dealer's."""
        registration = registration_detail(request.actor, ref)
        if registration.partner_id != request.actor.organisation_id:
            raise NotAllowed
        return registration

    def done(self, request: Request, ref: str, act, **given) -> Response:
        """Call a service and answer with the registration as it is then."""
        registration = self.own(request, ref)
        try:
            act(registration.pk, actor=request.actor, at=timezone.now(), **given)
        except NotComplete as refusal:
            raise _refused(refusal) from refusal
        except ObjectDoesNotExist as error:
            raise Http404 from error
        return _one(request, ref)


class FileDraft(Act):
    """File a draft."""

    @extend_schema(
        operation_id="registrations_file",
        tags=REGISTRATIONS,
        request=None,
        responses=answers.RegistrationOut,
    )
    def post(self, request: Request, ref: str) -> Response:
        """File a draft. The time that counts is that of this request."""
        return self.done(request, ref, services.submit)


class AnswerQuestion(Act):
    """Answer a request for information."""

    @extend_schema(
        operation_id="registrations_answer",
        tags=REGISTRATIONS,
        request=requests.Answer,
        responses=answers.RegistrationOut,
    )
    def post(self, request: Request, ref: str) -> Response:
        """Answer what was asked, with the fields that were asked for and no others."""
        self.own(request, ref)
        form = _valid(requests.Answer, request)
        contacts = form.contacts_for_service() if "contacts" in form.validated_data else None
        return self.done(request, ref, services.answer_request, data=form.typed(), contacts=contacts)


class Withdraw(Act):
    """Withdraw."""

    @extend_schema(
        operation_id="registrations_withdraw",
        tags=REGISTRATIONS,
        request=requests.Withdrawal,
        responses=answers.RegistrationOut,
    )
    def post(self, request: Request, ref: str) -> Response:
        """Withdraw some lines or all. What is withdrawn loses its place."""
        self.own(request, ref)
        form = _valid(requests.Withdrawal, request)
        reason = form.validated_data.get("reason", "")
        return self.done(request, ref, services.withdraw, line_ids=form.line_ids(), reason=reason)


class MarkWon(Act):
    """Won."""

    @extend_schema(
        operation_id="registrations_won",
        tags=REGISTRATIONS,
        request=requests.Won,
        responses=answers.RegistrationOut,
    )
    def post(self, request: Request, ref: str) -> Response:
        """Report some protected lines or all as won."""
        self.own(request, ref)
        form = _valid(requests.Won, request)
        number = form.validated_data.get("order_number", "")
        return self.done(request, ref, services.mark_won, line_ids=form.line_ids(), order_number=number)


class MarkLost(Act):
    """Lost."""

    @extend_schema(
        operation_id="registrations_lost",
        tags=REGISTRATIONS,
        request=requests.Lost,
        responses=answers.RegistrationOut,
    )
    def post(self, request: Request, ref: str) -> Response:
        """Report some protected lines or all as lost."""
        self.own(request, ref)
        form = _valid(requests.Lost, request)
        data = form.validated_data
        text = data.get("explanation", "")
        return self.done(
            request, ref, services.mark_lost, line_ids=form.line_ids(), reason=data["reason"], text=text
        )


class Receipt(KeyView):
    """The signed receipt."""

    needs = {"GET": VIEW}

    @extend_schema(
        operation_id="registrations_receipt", tags=REGISTRATIONS, responses={200: OpenApiTypes.OBJECT}
    )
    def get(self, request: Request, ref: str) -> Response:
        """Read the signed receipt of the filing; within seconds it also holds the proof of its place."""
        return Response(receipt_for(filing_event(registration_detail(request.actor, ref))))


class ProductLines(KeyView):
    """Product lines."""

    needs = {"GET": VIEW}

    @extend_schema(
        operation_id="product_lines_list", tags=REFERENCE, responses=answers.ProductLineOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """List the product lines that are sold."""
        actor = request.actor
        authorised = set(
            Authorisation.objects.visible_to(actor)
            .filter(partner_id=actor.organisation_id)
            .in_force(timezone.now())
            .values_list("line_id", flat=True)
        )
        rows = ProductLine.objects.visible_to(actor).filter(is_active=True).select_related("family")
        return Response(
            [
                {
                    "code": row.code,
                    "name": row.name,
                    "family": row.family.name,
                    "authorised": row.pk in authorised,
                }
                for row in rows
            ]
        )


class Territories(KeyView):
    """Territories."""

    needs = {"GET": VIEW}

    @extend_schema(operation_id="territories_list", tags=REFERENCE, responses=answers.TerritoryOut(many=True))
    def get(self, request: Request) -> Response:
        """List the territories, each with the one above it."""
        rows = list(Territory.objects.visible_to(request.actor).filter(is_active=True))
        codes = {row.path: row.code for row in rows}
        return Response(
            [
                {
                    "code": row.code,
                    "name": row.name,
                    "country": row.country,
                    "parent": codes.get(row.path[: -Territory.steplen]),
                }
                for row in rows
            ]
        )


class Me(KeyView):
    """Who calls."""

    @extend_schema(operation_id="me_read", tags=REFERENCE, responses=answers.MeOut)
    def get(self, request: Request) -> Response:
        """Say for whom the key acts, and what it may do."""
        actor = request.actor
        partner = Partner.objects.visible_to(actor).get(pk=actor.organisation_id)
        offered = [name for name in (VIEW, FILE) if actor.may(name)]
        return Response(
            {
                "partner": partner.ref,
                "permissions": offered,
                "may_file": FILE in offered and not may_file(partner, timezone.now()),
                "requests_per_minute": settings.API_REQUESTS_PER_MINUTE,
            }
        )
