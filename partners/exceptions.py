"""Errors about partners that a person can read."""


class PartnerError(Exception):
    """What was asked for would break a rule about partners. ``message`` is for people, ``field`` where it belongs."""

    def __init__(self, message, *, field: str = ""):
        self.message = message
        self.field = field
        super().__init__(str(message))
