"""What accounts themselves, and the mechanisms below them, have pointing at an account."""

from django.db.models import Q

from core.documents.models import StoredFile
from core.notifications.models import Notification
from core.notifications.registry import kinds

from ..models import AccountShare, DuplicatePair
from . import registry
from .journal import Journal


def _shares(journal: Journal, before: int, after: int) -> None:
    """Move shares; who had both keeps one, with the wider right and the later day."""
    for share in AccountShare.objects.filter(account_id=before).order_by("pk"):
        there = AccountShare.objects.filter(account_id=after, user_id=share.user_id).first()
        if there is None:
            journal.move(AccountShare, "account_id", AccountShare.objects.filter(pk=share.pk), after)
            continue
        journal.set(
            there,
            can_write=there.can_write or share.can_write,
            ends_on=max(there.ends_on, share.ends_on),
        )
        journal.remove(share)


def _pairs(journal: Journal, before: int, after: int) -> None:
    """Move the other pairs of the merged account; one that is there already stays as it was judged."""
    for pair in DuplicatePair.objects.filter(Q(low_id=before) | Q(high_id=before)).order_by("pk"):
        was_low = pair.low_id == before
        other = pair.high_id if was_low else pair.low_id
        if other == after:
            continue  # the very two that are merged
        low, high = sorted((other, after))
        if DuplicatePair.objects.filter(low_id=low, high_id=high).exists():
            journal.remove(pair)
            continue
        turned = was_low != (low == after)
        evidence = [[code, two, one, *rest] for code, one, two, *rest in pair.evidence]
        evidence = evidence if turned else pair.evidence
        journal.set(pair, low_id=low, high_id=high, evidence=evidence)


def _files(label: str):
    """Return the files that hang on objects of a model."""
    return StoredFile.objects.filter(object_type=label)


def _notices(label: str):
    """Return the notices about objects of a model."""
    codes = [kind.code for kind in kinds().values() if kind.about == label]
    return Notification.objects.filter(kind__in=codes) if codes else None


registry.moves_by("accounts.AccountShare.account", _shares)
registry.moves_by("accounts.DuplicatePair.low", _pairs)
registry.stays("accounts.DuplicatePair.high", "moved together with the lower one")
registry.stays("accounts.Account.parent", "the two trees are joined by crm.accounts.merging.groups")
registry.stays("accounts.Account.group_root", "the two trees are joined by crm.accounts.merging.groups")
registry.stays("accounts.Account.merged_into", "merges in a row are followed from one to the next")
registry.stays("accounts.Merge.survivor", "says what was merged into what")
registry.stays("accounts.Merge.loser", "says what was merged into what")

registry.refers("documents.StoredFile.object_id", rows=_files)
registry.refers("notifications.Notification.object_id", rows=_notices)
_IN_STEP = "kept in step by the services that merge and take back"
registry.refers_but_stays("search.SearchTerm.object_id", _IN_STEP)
registry.refers_but_stays("identity.MatchRecord.organisation_id", _IN_STEP)
registry.refers_but_stays("identity.MatchRecord.group_id", _IN_STEP)
registry.refers_but_stays("identity.MatchKey.entry", _IN_STEP)
registry.refers_but_stays("identity.Alias.organisation_id", _IN_STEP)
_HISTORY = "history stays with the row it happened to; the story of the account that stays shows both"
registry.refers_but_stays("ledger.Event.object_id", _HISTORY)
registry.refers_but_stays("imports.ImportRow.target_id", "which row an import made or changed is history")
registry.refers_but_stays("jobs.JobOutcome.object_id", "what became of a row in a job is history")
registry.refers_but_stays("ledger.Event.partner_id", "partner organisations are not merged")
