"""Disputes about decisions on registrations, their ladder of deciders, rulings, and precedents."""
