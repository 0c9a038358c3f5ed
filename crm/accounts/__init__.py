"""Organisations (prospects, customers, partners), contacts, house listings."""
