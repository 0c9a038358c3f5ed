"""What a browser sends for the form of a registration."""

from datetime import date, timedelta


def typed(places, lines, **changes) -> dict:
    """Return a complete form as posted: pumps for a waterworks in Shanghai, one contact."""
    return {
        "one_time_key": "key-of-this-form",
        "customer_name": "Huadong Water Works Co., Ltd.",
        "customer_country": "CN",
        "customer_city": "Shanghai",
        "opportunity_type": "new",
        "territory": places.shanghai.code,
        "line_ids": [str(lines.pumps.pk)],
        "value_0": "250,000.00",
        "value_1": "CNY",
        "expected_close_on": (date.today() + timedelta(days=60)).isoformat(),
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
        "contacts-MIN_NUM_FORMS": "0",
        "contacts-MAX_NUM_FORMS": "20",
        "contacts-0-name": "Chen Wei",
        "contacts-0-email": "chen.wei@example.com",
        **changes,
    }
