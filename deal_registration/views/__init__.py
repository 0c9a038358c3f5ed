"""Pages of deal registration, split by who looks at them.

``lists``: tables · ``dealer``: one registration as its partner sees it · ``drafting``: typing and filing ·
``endings``: withdrawing, won, lost · ``review``: the reviewer's pages · ``deciding``: what a reviewer does ·
``extending``: more time · ``amending``: changing what was filed, filing again · ``correcting``: revoking, taking a
mistake back · ``many``: several of the queue at once ·
``receipts``: the signed receipt as JSON and PDF.
"""
