"""Keeping the match index in step. Called by the services that save organisations, in their transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core.search.bulk import insert_new

from .candidates import Candidate, printable, profile_of
from .keys import Key, keys_of, name_keys
from .models import Alias, MatchKey, MatchRecord
from .normal import normalise
from .rules import Profile

Entry = tuple[int, Candidate, int, bool]


def _record(organisation_id: int, candidate: Candidate, profile: Profile, group_id: int, is_known: bool):
    """Return the unsaved match record of an organisation."""
    return MatchRecord(
        organisation_id=organisation_id,
        group_id=group_id,
        name=printable(candidate.name),
        normal_name=profile.names[0].key[:300] if profile.names else "",
        place=profile.place.stored(),
        country=printable(candidate.country).upper()[:2],
        is_known=is_known,
    )


@transaction.atomic
def index(organisation_id: int, candidate: Candidate, *, group_id: int, is_known: bool) -> None:
    """Write the record and keys of one organisation, replacing those it had; its aliases stay.

    ``group_id`` is the id of its group's root, its own where it has none. ``is_known``: an account, not a prospect.
    """
    profile = profile_of(candidate)
    record = _record(organisation_id, candidate, profile, group_id, is_known)
    fields = ("group_id", "name", "normal_name", "place", "country", "is_known")
    MatchRecord.objects.update_or_create(
        organisation_id=organisation_id, defaults={field: getattr(record, field) for field in fields}
    )
    wanted: set[Key] = set(keys_of(profile))
    for alias in Alias.objects.filter(organisation_id=organisation_id).order_by("pk"):
        wanted.update(name_keys(normalise(alias.name)))
    _set_keys(organisation_id, wanted)


def _set_keys(organisation_id: int, wanted: set[Key]) -> None:
    """Make the keys of an organisation those wanted, touching only what differs."""
    kept: set[Key] = set()
    gone: list[int] = []
    rows = MatchKey.objects.filter(organisation_id=organisation_id).values_list("pk", "kind", "value")
    for pk, kind, value in rows.order_by("pk"):
        if (kind, value) in wanted:
            kept.add((kind, value))
        else:
            gone.append(pk)
    if gone:
        MatchKey.objects.filter(pk__in=gone).delete()
    MatchKey.objects.bulk_create(
        [
            MatchKey(kind=kind, value=value, organisation_id=organisation_id)
            for kind, value in sorted(wanted - kept)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def index_many(entries: Iterable[Entry], *, batch_size: int = 1000) -> int:
    """Index many organisations that are not in the index yet; for loads. Returns how many.

    An entry is (organisation_id, candidate, group_id, is_known).
    """
    count = 0
    records: list[MatchRecord] = []
    keys: list[tuple[str, str, int]] = []

    def flush() -> None:
        MatchRecord.objects.bulk_create(records, batch_size=500)
        insert_new(MatchKey, ("kind", "value", "organisation_id"), keys)
        records.clear()
        keys.clear()

    for organisation_id, candidate, group_id, is_known in entries:
        profile = profile_of(candidate)
        records.append(_record(organisation_id, candidate, profile, group_id, is_known))
        keys.extend((kind, value, organisation_id) for kind, value in keys_of(profile))
        count += 1
        if len(records) >= batch_size:
            flush()
    flush()
    return count


@transaction.atomic
def unindex(organisation_id: int) -> None:
    """Take an organisation out of the index, its aliases too; nothing happens where it is not in it."""
    MatchKey.objects.filter(organisation_id=organisation_id).delete()
    MatchRecord.objects.filter(organisation_id=organisation_id).delete()
    Alias.objects.filter(organisation_id=organisation_id).delete()


@transaction.atomic
def add_alias(organisation_id: int, name: str, *, source: str, at: datetime) -> bool:
    """Remember another name of an organisation; return whether it was new.

    ``source`` says who vouches for it, e.g. ``decision`` or ``former name``. A name of which nothing is left after
    normalising is not kept.
    """
    normal = normalise(name)
    if not normal:
        return False
    _alias, created = Alias.objects.get_or_create(
        organisation_id=organisation_id,
        normal_name=normal.key[:300],
        defaults={"name": printable(name), "source": source[:60], "created_at": at},
    )
    if created:
        MatchKey.objects.bulk_create(
            [
                MatchKey(kind=kind, value=value, organisation_id=organisation_id)
                for kind, value in dict.fromkeys((kind, value[:160]) for kind, value in name_keys(normal))
            ],
            ignore_conflicts=True,
        )
    return created


def set_group(organisation_ids: Iterable[int], group_id: int) -> None:
    """Move organisations to a group: after the tree of accounts changed."""
    MatchRecord.objects.filter(organisation_id__in=list(organisation_ids)).update(group_id=group_id)
