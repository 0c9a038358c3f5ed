"""States of an import, and what is to happen and what happened to each row."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(models.TextChoices):
    """Where an import stands."""

    READING = "reading", _("Being read")
    UNREADABLE = "unreadable", _("Cannot be read")
    COLUMNS = "columns", _("Columns to be matched")
    CHECKING = "checking", _("Being checked")
    PREVIEW = "preview", _("Waiting for you to confirm")
    WRITING = "writing", _("Being imported")
    WRITTEN = "written", pgettext_lazy("import", "Imported")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    CANCELLED = "cancelled", pgettext_lazy("import", "Discarded")


AT_WORK = frozenset({ImportState.READING, ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING})


class Action(models.TextChoices):
    """What a row would do, found out before anything is written."""

    CREATE = "create", pgettext_lazy("import row", "New")
    UPDATE = "update", pgettext_lazy("import row", "Changes")
    UNCHANGED = "unchanged", pgettext_lazy("import row", "As it is")
    TWIN = "twin", pgettext_lazy("import row", "Looks known")
    ERROR = "error", pgettext_lazy("import row", "Errors")


class Choice(models.TextChoices):
    """What a person said of a row that looks known."""

    SAME = "same", _("It is this one")
    CREATE = "create", _("Create anyway")
    SKIP = "skip", _("Leave out")


class Outcome(models.TextChoices):
    """What came of a row."""

    CREATED = "created", pgettext_lazy("import row", "Created")
    UPDATED = "updated", pgettext_lazy("import row", "Changed")
    UNCHANGED = "unchanged", pgettext_lazy("import row", "As it was")
    SKIPPED = "skipped", pgettext_lazy("import row", "Left out")
    FAILED = "failed", pgettext_lazy("import row", "Not written")


class Undo(models.TextChoices):
    """What taking a row back came to."""

    UNDONE = "undone", pgettext_lazy("import row", "Undone")
    KEPT = "kept", pgettext_lazy("import row", "Not undone")
