"""What can be done with registrations: one function per use case, split by noun.

``drafts``: typing and attaching · ``filing``: submit and answer · ``screening``: the automatic check ·
``deciding``: what reviewers do · ``closing``: withdraw, won, lost · ``extending``: more time ·
``amending``: what its dealer changes after filing · ``correcting``: revoke, take back a mistake ·
``clocks``: reminders, expiry, promises.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "save_draft": "drafts",
        "delete_draft": "drafts",
        "attach": "drafts",
        "detach": "drafts",
        "missing_fields": "preparing",
        "submit": "filing",
        "answer_request": "filing",
        "screen_line": "screening",
        "rescreen_held": "screening",
        "rescreen_waiting": "screening",
        "approve": "deciding",
        "reject": "deciding",
        "request_information": "deciding",
        "decide_match": "deciding",
        "add_note": "deciding",
        "withdraw": "closing",
        "mark_won": "closing",
        "mark_lost": "closing",
        "ask_extension": "extending",
        "grant_extension": "extending",
        "decline_extension": "extending",
        "amend": "amending",
        "file_again": "amending",
        "revoke": "correcting",
        "revert": "correcting",
        "run_clocks": "clocks",
    },
)
