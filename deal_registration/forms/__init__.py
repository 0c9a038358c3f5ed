"""Forms of deal registration: what a dealer types, what a reviewer decides.

A form says only whether something is well formed. What a filing needs, and who may do what, the services say.
"""

from .answer import AnswerForm
from .contacts import ContactFormSet
from .documents import FilesForm
from .endings import LostForm, WithdrawForm, WonForm
from .registration import RegistrationForm
from .review import ApproveForm, AskForm, MatchForm, NoteForm, RejectForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "AskForm",
    "ContactFormSet",
    "FilesForm",
    "LostForm",
    "MatchForm",
    "NoteForm",
    "RegistrationForm",
    "RejectForm",
    "WithdrawForm",
    "WonForm",
]
