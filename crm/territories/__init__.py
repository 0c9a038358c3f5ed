"""The territory tree and the scopes of staff."""
