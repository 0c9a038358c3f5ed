"""Projects and tenders of a customer."""
