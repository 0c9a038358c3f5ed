"""Who may see and do what: the actor, row scopes, roles, field permissions."""
