"""Changing partners: one function per use case, each in one transaction with its event."""

from .organisations import (
    activate,
    change_partner,
    create_partner,
    reinstate,
    set_parent,
    suspend,
    terminate,
)
from .people import add_membership, change_membership_role, end_membership
from .programmes import publish_version, save_agreement_template, save_programme, save_tier
from .rights import (
    accept_agreement,
    authorise,
    end_agreement,
    end_authorisation,
    record_certificate,
    set_tier,
)

__all__ = [
    "accept_agreement",
    "activate",
    "add_membership",
    "authorise",
    "change_membership_role",
    "change_partner",
    "create_partner",
    "end_agreement",
    "end_authorisation",
    "end_membership",
    "publish_version",
    "record_certificate",
    "reinstate",
    "save_agreement_template",
    "save_programme",
    "save_tier",
    "set_parent",
    "set_tier",
    "suspend",
    "terminate",
]
