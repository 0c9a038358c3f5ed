"""Contested lines stand still while a dispute about them is undecided (``deal_registration.contested``)."""

from collections.abc import Collection

from deal_registration.contested import register

from .enums import UNDECIDED
from .models import ContestedLine


def contested(line_pks: Collection[int]) -> frozenset[int]:
    """Return which of the registration lines an undecided dispute is about."""
    rows = ContestedLine.objects.filter(
        registration_line_id__in=line_pks, is_void=False, party__dispute__state__in=UNDECIDED
    )
    return frozenset(rows.values_list("registration_line_id", flat=True))


register("disputes", contested)
