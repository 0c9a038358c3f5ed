"""What a question is made of, and what is equal for the same question and for the same customer."""

import hashlib

from core.search.folding import fold
from crm.identity.normal import normalise

from ..models import Registration

# Nothing else is taken from a form or an import.
QUESTION_FIELDS = (
    "customer_account",
    "customer_name",
    "customer_registry_id",
    "customer_country",
    "customer_city",
    "customer_address",
    "customer_website",
    "customer_phone",
    "project_name",
    "tender_number",
    "territory",
)
TEXTS = tuple(name for name in QUESTION_FIELDS if name not in ("customer_account", "territory"))


def question_key(typed: Registration, lines) -> str:
    """Return what is equal for the same question: everything typed, whatever its case, width and spacing."""
    words = [fold(str(getattr(typed, name) or "")) for name in TEXTS]
    ids = [typed.customer_account_id or 0, typed.territory_id, *sorted(line.pk for line in lines)]
    return hashlib.sha256(repr((words, ids)).encode()).hexdigest()


def customer_key(name: str) -> str:
    """Return what is equal for one customer however it is spelt, as near as its name alone tells."""
    return (normalise(name).core or fold(name) or name.casefold())[:300]
