"""What can be done with disputes: one function per use case, split by noun.

``opening``: open, withdraw · ``stating``: statements and evidence · ``deliberating``: to the decider, newcomers ·
``ruling``: preview, rule, accept, close · ``appealing``: the one appeal · ``publishing``: precedents, proposals ·
``clocks``: what time does · ``case``: the locks, and what is told to whom.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "open_dispute": "opening",
        "withdraw": "opening",
        "add_statement": "stating",
        "attach": "stating",
        "say_all": "stating",
        "hear_newcomers": "deliberating",
        "rule": "ruling",
        "accept": "ruling",
        "appeal": "appealing",
        "publish_precedent": "publishing",
        "decide_proposal": "publishing",
        "run_clocks": "clocks",
    },
)
