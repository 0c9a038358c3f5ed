"""Pages of disputes, split by who looks at them.

``lists``: tables · ``party``: opening, one dispute, what a party does · ``deciding``: ruling and publishing ·
``library``: precedents and proposed changes · ``sending``: forms sent once, refusals as words.
"""
