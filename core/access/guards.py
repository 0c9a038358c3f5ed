"""May this actor do this, here? The role's grant, the read-only flag, and the rule of the object."""

from collections.abc import Callable
from typing import Any

import rules

from .actor import Actor
from .exceptions import NotAllowed, ReadOnlyActor

_rules = rules.RuleSet()


def add_rule(permission: str, predicate: Callable[[Actor, Any], bool]) -> None:
    """Register the predicate of (actor, object) that ``permission`` needs beside the role's grant."""
    _rules.add_rule(
        permission, predicate if isinstance(predicate, rules.Predicate) else rules.predicate(predicate)
    )


def allows(actor: Actor, permission: str, obj: Any = None) -> bool:
    """Tell whether ``actor`` may do ``permission`` (to ``obj``): grant, rule, and not read only."""
    if actor.sees_everything:
        return True
    if actor.read_only and not permission.endswith(".view"):
        return False
    if not actor.may(permission):
        return False
    if obj is None or not _rules.rule_exists(permission):
        return True
    return _rules.test_rule(permission, actor, obj)


def require(actor: Actor, permission: str, obj: Any = None) -> None:
    """Raise ``NotAllowed`` (or ``ReadOnlyActor``) unless ``allows`` says yes. Asked by services, not by views only."""
    if actor.read_only and not permission.endswith(".view"):
        raise ReadOnlyActor(ReadOnlyActor.message)
    if not allows(actor, permission, obj):
        raise NotAllowed
