"""Numbers are grouped by thousands in every language."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation

from core.ui.wording import amount_text


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_amounts_are_grouped_by_thousands(language):
    with translation.override(language):
        assert amount_text(Decimal("1250000.5")) == "1,250,000.50"
        assert amount_text(Decimal("860000.00")) == "860,000"
