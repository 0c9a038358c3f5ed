"""Mechanisms without business: people, access, ledger, workflow, calendars, jobs, search, notifications, documents."""
