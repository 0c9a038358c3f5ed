"""Every page, as everybody who may open it, on a laptop and on a phone."""

import pytest

from tests.browser.eyes import look
from tests.cast import CAST, client_for
from tests.pages import pages_for, rows_of_every_kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("person", CAST)
def test_every_page_is_whole_at_both_widths(person, making, stage, visit):
    visitor = visit()
    visitor.take_over(getattr(making, person))
    client = client_for(getattr(making, person))
    problems, seen = [], set()
    rows = rows_of_every_kind(making)
    for name, url in pages_for(person, rows):
        answer = client.get(url, follow=True)
        there = answer.redirect_chain[-1][0] if answer.redirect_chain else url
        if answer.status_code != 200 or there in seen or b"</html>" not in answer.content:
            continue  # refused in this state, seen already, or no page
        seen.add(there)
        visitor.page.goto(there)
        problems += look(visitor.page, f"{person} {name.replace(':', ' ')}")
        problems += [f"{there}: {trouble}" for trouble in visitor.watch.take()]
    assert len(seen) >= 2
    assert problems == []
