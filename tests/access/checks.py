"""How the tests of access say what is wrong: one line each."""

import pytest


def nothing(wrong: list) -> None:
    """Fail with one line for each thing that is wrong."""
    if wrong:
        pytest.fail("\n".join(str(line) for line in wrong[:60]), pytrace=False)
