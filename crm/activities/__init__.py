"""Calls, visits and other activities on accounts and opportunities."""
