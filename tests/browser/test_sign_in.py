"""Signing in, seen by people."""

import pytest

from tests.browser.eyes import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sign_in_page_is_whole_and_tells_a_wrong_password_at_its_field(visit, dealer_sales):
    visitor = visit()
    visitor.page.goto("/auth/login/")
    assert look(visitor.page, "sign in", dark=True) == []
    visitor.page.fill("input[name=login]", dealer_sales.email)
    visitor.page.fill("input[name=password]", "not the password")
    visitor.page.locator("input[name=password]").press("Enter")
    visitor.page.wait_for_load_state()
    assert visitor.page.input_value("input[name=login]") == dealer_sales.email
    assert look(visitor.page, "sign in refused") == []
    assert visitor.watch.take() == []
