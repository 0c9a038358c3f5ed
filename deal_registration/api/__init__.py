"""Deal registration for programs: the same services, scopes and disclosure as the pages, as JSON."""
