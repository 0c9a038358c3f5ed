"""Receipts: signed statements of one event that anybody can verify, before and after it is sealed.

``issuing`` makes them, ``reading`` takes hostile input apart, ``checking`` says what is genuine,
``printing`` makes the PDF that carries the JSON.
"""

from .checking import Outcome, Status, check_receipt, facts_in_words, is_known
from .issuing import as_text, receipt_for
from .printing import receipt_pdf
from .reading import Unreadable, read_receipt

__all__ = [
    "Outcome",
    "Status",
    "Unreadable",
    "as_text",
    "check_receipt",
    "facts_in_words",
    "is_known",
    "read_receipt",
    "receipt_for",
    "receipt_pdf",
]
