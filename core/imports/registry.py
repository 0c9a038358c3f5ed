"""Which resources can be imported: registered by the apps at start-up, from their ``imports`` package."""

from core.access.actor import Actor
from core.access.guards import allows

_resources: dict[str, type] = {}


def register(resource: type) -> type:
    """Register a resource by its name; usable as a decorator."""
    _resources[resource.name] = resource
    return resource


def resource_class(name: str) -> type:
    """Return the resource registered as ``name``; raises ``LookupError`` for one nobody registered."""
    try:
        return _resources[name]
    except KeyError:
        raise LookupError(f"nobody registered the import of {name!r}") from None


def may_import(actor: Actor, name: str) -> bool:
    """Tell whether ``actor`` may import this kind of thing: imports at all, and what it writes."""
    return allows(actor, "imports.run") and allows(actor, resource_class(name).permission)
