"""What a registration is found by."""


def search_texts(registration) -> list[str]:
    """Return the texts that the search index keeps of ``registration``: as typed by its dealer."""
    return [
        registration.ref,
        registration.customer_name,
        registration.customer_registry_id,
        registration.project_name,
        registration.tender_number,
        registration.own_reference,
        registration.customer_city,
        registration.purchasing_name,
        registration.specifying_name,
        registration.partner.account.name,
    ]
