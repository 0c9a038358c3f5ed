"""Pages of deal registration, split by who looks at them.

``lists``: tables · ``dealer``: one registration as its partner sees it · ``drafting``: typing and filing ·
``endings``: withdrawing, won, lost · ``review``: the reviewer's pages · ``deciding``: what a reviewer does ·
``receipts``: the signed receipt as JSON and PDF.
"""
