"""Numbers in Chinese: thousands separated, as on invoices; Django leaves them ungrouped."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
