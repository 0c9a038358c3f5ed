"""Which colour and icon a state gets, by its name. Apps with states of their own register them at start-up."""

from typing import NamedTuple


class Look(NamedTuple):
    """Tone (``neutral``, ``info``, ``success``, ``warning``, ``danger``, ``accent``) and icon of a state."""

    tone: str
    icon: str


NEUTRAL = Look("neutral", "circle-dot")

_looks: dict[str, Look] = {
    "draft": Look("neutral", "pencil"),
    "screening": Look("info", "loader-2"),
    "in_review": Look("info", "eye"),
    "action_required": Look("accent", "message-circle"),
    "conflict_hold": Look("warning", "player-pause"),
    "approved": Look("success", "shield-check"),
    "won": Look("success", "trophy"),
    "lost": Look("neutral", "circle-x"),
    "expired": Look("neutral", "hourglass"),
    "rejected": Look("danger", "x"),
    "withdrawn": Look("neutral", "arrow-back-up"),
    "revoked": Look("danger", "shield-x"),
    "superseded": Look("neutral", "replace"),
    "active": Look("success", "circle-check"),
    "onboarding": Look("info", "progress"),
    "suspended": Look("warning", "player-pause"),
    "terminated": Look("danger", "ban"),
    "open": Look("info", "circle-dot"),
    "pending": Look("info", "clock"),
    "ended": Look("neutral", "circle-minus"),
    "done": Look("success", "check"),
    "running": Look("info", "loader-2"),
    "queued": Look("neutral", "clock"),
    "failed": Look("danger", "alert-triangle"),
    "prospect": Look("neutral", "circle-dashed"),
    "known": Look("success", "circle-check"),
    "clear": Look("success", "check"),
    "notice": Look("info", "info-circle"),
    "review": Look("info", "eye"),
    "ask": Look("accent", "message-circle"),
    "hold": Look("warning", "player-pause"),
    "block": Look("danger", "ban"),
}


def register(**looks: Look | tuple[str, str]) -> None:
    """Say how states look: ``register(offered=("info", "send"))``. A name known already is replaced."""
    _looks.update({name: Look(*look) for name, look in looks.items()})


def look_of(state: str) -> Look:
    """Return the look of ``state``; an unknown one is neutral."""
    return _looks.get(str(state), NEUTRAL)
