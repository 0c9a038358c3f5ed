"""Forms of deal registration: what a dealer types, what a reviewer decides.

A form says only whether something is well formed. What a filing needs, and who may do what, the services say.
"""

from .amend import AmendForm
from .answer import AnswerForm
from .contacts import ContactFormSet
from .documents import FilesForm
from .endings import LostForm, WithdrawForm, WonForm
from .life import DeclineExtensionForm, ExtendForm, GrantExtensionForm, RevertForm, RevokeForm
from .registration import RegistrationForm
from .review import ApproveForm, AskForm, MatchForm, NoteForm, RejectForm, RejectManyForm

__all__ = [
    "AmendForm",
    "AnswerForm",
    "ApproveForm",
    "AskForm",
    "ContactFormSet",
    "DeclineExtensionForm",
    "ExtendForm",
    "FilesForm",
    "GrantExtensionForm",
    "LostForm",
    "MatchForm",
    "NoteForm",
    "RegistrationForm",
    "RejectForm",
    "RejectManyForm",
    "RevertForm",
    "RevokeForm",
    "WithdrawForm",
    "WonForm",
]
