"""Registrations, claims and the conflict check."""
