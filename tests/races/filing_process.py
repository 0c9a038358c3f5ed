"""One process of the SQLite race: files the drafts given and screens them. Run by ``test_exactly_one_sqlite``."""

import json
import sys


def main() -> None:
    """Read [[draft, user, organisation], …] from standard input; print what was raised, as JSON."""
    import django

    django.setup()
    from django.utils import timezone

    from core.access.actor import Actor
    from core.jobs import run_due
    from deal_registration import services

    errors = []
    for draft, user, organisation in json.load(sys.stdin):
        actor = Actor(
            user_id=user,
            permissions=frozenset({"registrations.file"}),
            organisation_id=organisation,
            organisation_ids=frozenset({organisation}),
        )
        try:
            services.submit(draft, actor=actor, at=timezone.now())
            run_due(limit=3)
        except Exception as error:
            errors.append(repr(error))
    json.dump(errors, sys.stdout)


if __name__ == "__main__":
    main()
