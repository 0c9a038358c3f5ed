"""Files drafts, screens and expires until it is killed; says what it acknowledged. Run by ``test_kill``."""

import json
import sys
import time


def main() -> None:
    """Read [[draft, user, organisation], …] from a file; print each draft once it is acknowledged."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from core.access.actor import Actor
    from core.jobs import run_due
    from deal_registration import services, tasks

    too_early = sys.argv[2] == "too_early"
    with open(sys.argv[1]) as file:
        work = json.load(file)
    print("ready", flush=True)
    for draft, user, organisation in work:
        actor = Actor(
            user_id=user,
            permissions=frozenset({"registrations.file"}),
            organisation_id=organisation,
            organisation_ids=frozenset({organisation}),
        )
        if too_early:  # positive control: acknowledged before it is stored
            with transaction.atomic():
                services.submit(draft, actor=actor, at=timezone.now())
                print(draft, flush=True)
                time.sleep(0.3)
        else:
            services.submit(draft, actor=actor, at=timezone.now())
            print(draft, flush=True)
            run_due(limit=2)
            tasks.run_clocks()


if __name__ == "__main__":
    main()
