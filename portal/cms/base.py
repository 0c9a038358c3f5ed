"""What all viewsets here share: rows by the actor's scope, permission by the actor's roles, saving by services.

The ledger is the history of what is kept here; Wagtail's own log stays with its pages.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import BasePermissionPolicy

from core.access.actor import actor_for
from core.access.exceptions import NotAllowed
from core.access.services import RoleError
from core.ledger.reference_data import StillUsed
from core.people.administration import PeopleError
from crm.accounts.exceptions import AccountError
from crm.territories.services import TerritoryError
from partners.exceptions import PartnerError

# What services raise for people to read.
SERVICE_ERRORS = (AccountError, NotAllowed, PartnerError, PeopleError, RoleError, StillUsed, TerritoryError)


class ActorPolicy(BasePermissionPolicy):
    """Asks the actor's roles for one permission, whatever is done; ``actions`` are those there are."""

    def __init__(self, model, permission: str, actions: frozenset[str]):
        super().__init__(model)
        self.permission = permission
        self.actions = actions

    def user_has_permission(self, user, action) -> bool:
        """Tell whether the user may do ``action`` to rows of the model."""
        if action not in self.actions:
            return False
        actor = getattr(user, "_cms_actor", None)
        if actor is None:  # one request, one user object: the roles are asked for once
            actor = user._cms_actor = actor_for(user)
        return actor.may(self.permission)

    def user_has_any_permission(self, user, actions) -> bool:
        """Tell whether the user may do any of ``actions``."""
        return any(self.user_has_permission(user, action) for action in actions)

    def instances_user_has_any_permission_for(self, user, actions):
        """Return the rows the user may do any of ``actions`` to."""
        if not self.user_has_any_permission(user, actions):
            return self.model._default_manager.none()
        return self.model._default_manager.visible_to(user._cms_actor)

    def users_with_any_permission(self, actions):
        """Return nobody: nothing here asks who else might."""
        from core.people.models import User

        return User.objects.none()


class ServiceForm(WagtailAdminModelForm):
    """A form whose ``save_by`` calls a service. ``left_to_service``: fields whose uniqueness the service judges."""

    left_to_service: frozenset[str] = frozenset()

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | self.left_to_service

    def save_by(self, *, actor, at):
        """Save through a service and return the row; raises one of ``SERVICE_ERRORS``."""
        raise NotImplementedError

    def row(self):
        """Return the row with what was typed, not saved."""
        return super().save(commit=False)


class _Scoped:
    """Rows by the actor's scope."""

    def get_base_queryset(self):
        """Return the rows of the list."""
        return self.model._default_manager.visible_to(self.request.actor)

    def get_queryset(self):
        """Return the rows among which one is looked up."""
        return self.model._default_manager.visible_to(self.request.actor)


class _SavesByService(_Scoped):
    """Saves by the form's service; what the service refuses is shown at its field."""

    def save_instance(self):
        """Save through the service."""
        return self.form.save_by(actor=self.request.actor, at=timezone.now())

    def form_valid(self, form):
        """Show what the service refuses as an error of the form."""
        try:
            return super().form_valid(form)
        except SERVICE_ERRORS as error:
            field = getattr(error, "field", "")
            form.add_error(field if field in form.fields else None, str(error.message))
        except ValidationError as error:
            known = {
                name: texts
                for name, texts in getattr(error, "message_dict", {}).items()
                if name in form.fields
            }
            form.add_error(None, known or error.messages)
        self.produced_error_code = "validation_error"
        self.produced_error_message = self.get_error_message()
        return self.form_invalid(form)


class Index(generic.IndexView):
    """The list, by the actor's scope. ``related``: what the columns read of other tables."""

    related: tuple[str, ...] = ()

    def get_base_queryset(self):
        """Return the rows the actor sees."""
        rows = self.model._default_manager.visible_to(self.request.actor)
        return rows.select_related(*self.related) if self.related else rows

    def _get_custom_column(self, field_name, column_class=Column, **kwargs):
        field = next((item for item in self.model._meta.concrete_fields if item.name == field_name), None)
        if column_class is Column and isinstance(field, models.BooleanField):
            column_class = BooleanColumn
        return super()._get_custom_column(field_name, column_class, **kwargs)


class Create(_SavesByService, generic.CreateView):
    """Creates by the service."""

    def get_success_buttons(self):
        """Return none: the row is in the list."""
        return []


class Edit(_SavesByService, generic.EditView):
    """Changes by the service."""


class Delete(_Scoped, generic.DeleteView):
    """Deletes, or ends, by the service ``remove(row, *, actor, at)``."""

    remove = None

    def form_valid(self, form):
        """Delete by the service; say what it refuses."""
        try:
            self.remove(self.object, actor=self.request.actor, at=timezone.now())
        except SERVICE_ERRORS as error:
            messages.error(self.request, str(error.message))
            return HttpResponseRedirect(self.get_success_url())
        messages.success(self.request, self.get_success_message())
        return HttpResponseRedirect(self.get_success_url())


class Inspect(generic.InspectView):
    """Shows one row, by the actor's scope."""

    def get_object(self, queryset=None):
        """Look the row up among those the actor sees."""
        return self.model._default_manager.get_visible(self.request.actor, pk=self.pk)


class ServiceViewSet(ModelViewSet):
    """Rows kept by services. ``permission`` opens it; without ``form`` rows are shown only.

    ``remove``: the service that deletes or ends a row, as a static method; None: rows stay. ``can_change``:
    whether rows are edited.
    """

    permission = "settings.manage"
    form: type[ServiceForm] | None = None
    remove = None
    can_change = True
    related: tuple[str, ...] = ()
    index_view_class = Index
    add_view_class = Create
    edit_view_class = Edit
    delete_view_class = Delete
    inspect_view_class = Inspect
    copy_view_enabled = False
    add_to_reference_index = False
    search_backend_name = None
    list_per_page = 50

    @property
    def permission_policy(self) -> ActorPolicy:
        """Return the policy: the actor's roles decide."""
        actions = {"view"}
        if self.form is not None:
            actions |= {"add", "change"} if self.can_change else {"add"}
        if self.remove is not None:
            actions.add("delete")
        return ActorPolicy(self.model, self.permission, frozenset(actions))

    @property
    def url_namespace(self) -> str:
        """Return a namespace apart from those of the portal's own pages."""
        return f"cms_{self.name.replace('-', '_')}"

    def get_form_class(self, for_update=False):
        """Return the form; a list without one needs none."""
        return self.form

    def get_edit_handler(self):
        """Return None: forms lay out their own fields."""
        return None

    def get_common_view_kwargs(self, **kwargs):
        """Leave out what Wagtail's own log and reference index would answer."""
        ours = {
            "history_url_name": None,
            "usage_url_name": None,
            "related": self.related,
            "remove": self.remove,
        }
        return super().get_common_view_kwargs(**{**ours, **kwargs})

    def register_permissions(self):
        """Register none: roles grant what is done here, not Wagtail's groups."""

    def get_urlpatterns(self):
        """Return only the addresses that lead somewhere."""
        number = self.pk_path_converter
        patterns = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
        if self.form is not None:
            patterns.append(path("new/", self.add_view, name="add"))
            if self.can_change:
                patterns.append(path(f"edit/<{number}:pk>/", self.edit_view, name="edit"))
        if self.remove is not None:
            patterns.append(path(f"delete/<{number}:pk>/", self.delete_view, name="delete"))
        if self.inspect_view_enabled:
            patterns.append(path(f"inspect/<{number}:pk>/", self.inspect_view, name="inspect"))
        return patterns
