"""What is refused about views, in words."""


class ViewRefused(Exception):
    """The view cannot be kept like this. ``message`` is for people; ``field`` names the form's field."""

    def __init__(self, message, *, field: str = ""):
        self.message, self.field = message, field
        super().__init__(str(message))
