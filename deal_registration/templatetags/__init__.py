"""Filters for the words of registrations."""
