"""An import is done by whoever started it, and by nobody else."""

from core.access.guards import add_rule

from .workflow import PERMISSION


def is_own(actor, source) -> bool:
    """Tell whether ``actor`` started this import."""
    return actor.user_id is not None and source.started_by_id == actor.user_id


add_rule(PERMISSION, is_own)
