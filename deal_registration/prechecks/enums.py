"""States of a question, and how freely a partner's questions are answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QuestionState(models.TextChoices):
    """Whether a question has its answer."""

    ANSWERED = "answered", _("Answered")
    WAITING = "waiting", _("A person answers")
    UNANSWERED = "unanswered", _("Not answered")


class Level(models.TextChoices):
    """How a partner's questions are answered: at once, by a person, or not at the moment."""

    NORMAL = "normal", pgettext_lazy("pre-checks", "Answered at once")
    SLOWED = "slowed", pgettext_lazy("pre-checks", "A person answers")
    STOPPED = "stopped", pgettext_lazy("pre-checks", "Paused")
