"""Tables of transitions as data, and the one gate: lock, check, save and write the event in one place."""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "Transition": "table",
        "Workflow": "table",
        "workflows": "table",
        "TransitionRefused": "gate",
        "lock": "gate",
        "lock_all": "gate",
        "move": "gate",
        "move_all": "gate",
    },
)
