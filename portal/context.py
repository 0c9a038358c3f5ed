"""What the shell around every page needs."""


def shell(request) -> dict:
    """Return the context of the shell: the actor; navigation is added by ``portal.navigation``."""
    return {"actor": getattr(request, "actor", None)}
