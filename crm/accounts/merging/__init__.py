"""Making two accounts one: what points at an account, how it moves, and the journal by which it comes back.

The rooms above tell what they know in their ``merging.py``: locks to take first, reasons against a merge, relations
that need more than a new number, and what follows. The services are ``crm.accounts.services.merging``.
"""

from . import own  # noqa: F401  what accounts themselves declare
