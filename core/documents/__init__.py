"""Uploaded files behind an access check, and PDFs."""
