"""Somebody who works for several partners says which one they act for now."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.actors import SESSION_KEY, memberships_of


@require_POST
def switch_partner(request):
    """Act for the partner whose reference is posted; one the person does not work for is unknown to them."""
    reference = request.POST.get("partner", "")
    membership = (
        memberships_of(request.user).select_related("partner__account").filter(partner__ref=reference).first()
    )
    if membership is None or request.actor.is_staff:
        raise Http404
    request.session[SESSION_KEY] = membership.partner_id
    messages.success(request, _("You now act for %(partner)s.") % {"partner": membership.partner})
    return redirect("portal:dashboard")
