"""What can be done with pre-checks: one function per use case, split by noun.

``asking``: a dealer asks · ``answering``: a person answers what waits · ``pausing``: probing noticed, a pause lifted ·
``carrying``: a question becomes a draft.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "ask": "asking",
        "answer": "answering",
        "leave_unanswered": "answering",
        "lift": "pausing",
        "begin_registration": "carrying",
    },
)
