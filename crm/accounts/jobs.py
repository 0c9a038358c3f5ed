"""Jobs of accounts: transfers, the search for duplicates, and what came to a merged account too late."""

from django.utils.translation import gettext_lazy as _

from core import clock
from core.jobs import handler


@handler("accounts.transfer", label=_("Transfer accounts"), lease_seconds=120)
def transfer(job) -> None:
    """Carry out a transfer, or go on with one whose worker died."""
    from .services.transfer import run

    run(job)


@handler("accounts.find_duplicates", label=_("Find duplicate accounts"), lease_seconds=300, max_attempts=50)
def find_duplicates(job) -> None:
    """Search all accounts, from where an earlier worker stopped."""
    from .services.duplicates import search

    search(job)


@handler("accounts.gather_stragglers", label=_("Move what came to a merged account"))
def gather_stragglers(job) -> None:
    """Move what was attached to an account while it was merged."""
    from .services.merging import gather_stragglers as gather

    gather(job.payload["merge"], at=clock.now())


@handler("accounts.rebuild_index", label=_("Rebuild the match index"), lease_seconds=300, max_attempts=50)
def rebuild_index(job) -> None:
    """Write the match index anew, from where an earlier worker stopped."""
    from .services.match_index import rebuild_by_job

    rebuild_by_job(job)
