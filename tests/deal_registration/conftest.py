"""What several modules here need."""

import pytest

from partners.models import ProgrammeVersion


@pytest.fixture
def set_terms():
    """Change the terms of a programme's first version, as if it had been published with them."""

    def change(programme, **terms) -> None:
        version = ProgrammeVersion.objects.get(programme=programme)
        version.settings = {**version.settings, **terms}
        version.save()

    return change
