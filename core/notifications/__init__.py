"""Notices in the portal and by mail, read from the ledger."""
