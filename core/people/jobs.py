"""Mails about accounts, sent by job rows."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.jobs import handler

from .models import User


@handler("people.invite", label=gettext_lazy("Invitation by mail"))
def send_invitation(job) -> None:
    """Send the link to set a password; to nobody who is gone or disabled meanwhile."""
    user = User.objects.filter(pk=job.payload["user_id"], is_active=True).first()
    if user is None:
        return
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    with translation.override(user.language):
        context = {
            "user": user,
            "link": f"{settings.PORTAL_ORIGIN}{path}",
            "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        }
        EmailMessage(
            subject=_("Your access to the partner portal"),
            body=render_to_string("people/invitation.txt", context),
            to=[user.email],
        ).send()
