"""The transitions of an import. What a person asks for and what a job finishes are transitions alike."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, move

from .enums import ImportState as S

PERMISSION = "imports.run"

IMPORT = Workflow.of(
    "import",
    S,
    (
        Transition("read", frozenset({S.READING}), (S.COLUMNS,), None, "import.read", _("Read the file")),
        Transition(
            "refuse", frozenset({S.READING, S.CHECKING}), (S.UNREADABLE,), None, "import.refused", _("Refuse")
        ),
        Transition(
            "read_again",
            frozenset({S.COLUMNS, S.UNREADABLE, S.PREVIEW}),
            (S.READING,),
            PERMISSION,
            "import.read_again",
            _("Read it in another way"),
        ),
        Transition(
            "check",
            frozenset({S.COLUMNS, S.PREVIEW}),
            (S.CHECKING,),
            PERMISSION,
            "import.mapped",
            _("Check every row"),
        ),
        Transition(
            "present", frozenset({S.CHECKING}), (S.PREVIEW,), None, "import.checked", _("Show the preview")
        ),
        Transition(
            "confirm", frozenset({S.PREVIEW}), (S.WRITING,), PERMISSION, "import.confirmed", _("Import now")
        ),
        Transition("finish", frozenset({S.WRITING}), (S.WRITTEN,), None, "import.written", _("Finish")),
        Transition("undo", frozenset({S.WRITTEN}), (S.UNDOING,), PERMISSION, "import.undo_asked", _("Undo")),
        Transition(
            "finish_undo", frozenset({S.UNDOING}), (S.UNDONE,), None, "import.undone", _("Finish the undoing")
        ),
        Transition(
            "cancel",
            frozenset({S.COLUMNS, S.UNREADABLE, S.PREVIEW}),
            (S.CANCELLED,),
            PERMISSION,
            "import.cancelled",
            _("Discard"),
        ),
    ),
    initial=S.READING,
)


def move_import(source, name: str, **options):
    """Pass a locked import through a transition; its event concerns the organisation it was started for."""
    return move(IMPORT, source, name, partner_id=source.organisation_id, **options)
