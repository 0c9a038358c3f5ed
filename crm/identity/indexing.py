"""Keeping the match index in step. Called by the services that save organisations, in their transaction.

The keys of an organisation follow from the line its record keeps, so that replacing them touches what differs only.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from heapq import merge
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, QuerySet

from core.search.bulk import load_rows

from .candidates import Candidate, printable, profile_of
from .keys import ID_BITS, entries
from .models import Alias, MatchKey, MatchRecord
from .normal import names_of, normalise
from .profiles import Profile, unpack

Entry = tuple[int, Candidate, int, bool]
BATCH = 2000
LAST_ID = (1 << ID_BITS) - 1


def kept_profiles(candidates: Mapping[int, Candidate]) -> dict[int, Profile]:
    """Return what is kept of organisations: the profile of their fields, with the names that people confirmed."""
    names = _alias_names(list(candidates))
    return {
        pk: _with_aliases(profile_of(candidate), names.get(pk, [])) for pk, candidate in candidates.items()
    }


def _with_aliases(profile: Profile, names: list[str]) -> Profile:
    """Return a profile known by further names."""
    if not names:
        return profile
    return profile.with_names(tuple(name for text in names for name in names_of(text, profile.place)))


def _alias_names(organisation_ids: list[int]) -> dict[int, list[str]]:
    """Return the confirmed names of organisations, oldest first."""
    found: dict[int, list[str]] = {}
    rows = Alias.objects.filter(organisation_id__in=organisation_ids).order_by("pk")
    for organisation_id, name in rows.values_list("organisation_id", "name"):
        found.setdefault(organisation_id, []).append(name)
    return found


@transaction.atomic
def index(organisation_id: int, candidate: Candidate, *, group_id: int, is_known: bool) -> bool:
    """Write the record and keys of one organisation, replacing those it had; its aliases stay. Returns whether
    anything differed.

    ``group_id`` is the id of its group's root, its own where it has none. ``is_known``: an account, not a prospect.
    The caller holds the organisation's row, so that two of these never meet.
    """
    profile = kept_profiles({organisation_id: candidate})[organisation_id]
    line = profile.packed()
    before = MatchRecord.objects.filter(organisation_id=organisation_id).first()
    if before is not None and before.line == line:
        if (before.group_id, before.is_known) == (group_id, is_known):
            return False
        MatchRecord.objects.filter(pk=organisation_id).update(group_id=group_id, is_known=is_known)
        return True
    had = entries(unpack(before.line), organisation_id) if before is not None else set()
    wanted = entries(profile, organisation_id)
    MatchRecord.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={"group_id": group_id, "is_known": is_known, "line": line},
    )
    if had - wanted:
        MatchKey.objects.filter(entry__in=had - wanted).delete()
    MatchKey.objects.bulk_create([MatchKey(entry=one) for one in sorted(wanted - had)], ignore_conflicts=True)
    return True


@transaction.atomic
def index_many(items: Iterable[Entry], *, batch_size: int = 20_000) -> int:
    """Index many organisations that are not in the index yet and have no aliases; for loads. Returns how many.

    An item is (organisation_id, candidate, group_id, is_known). The keys (80 bytes an organisation in memory) are
    written last and in their own order, which fills the pages of the index and keeps it small.
    """
    count = 0
    stream = iter(items)
    keys: list[array[int]] = []
    while batch := list(islice(stream, batch_size)):
        records, some = prepared_rows(batch)
        load_rows(MatchRecord, ("organisation_id", "group_id", "is_known", "line"), records)
        keys.append(array("q", some))
        count += len(batch)
    load_rows(MatchKey, ("entry",), ((entry,) for entry in merge(*keys)))
    return count


def prepared_rows(items: Iterable[Entry]) -> tuple[list[tuple[int, int, bool, str]], list[int]]:
    """Return the records (as ``index_many`` writes them) and the keys in their order of organisations without aliases.

    For loads that copy the rows themselves, e.g. in several processes.
    """
    records: list[tuple[int, int, bool, str]] = []
    keys: set[int] = set()
    for organisation_id, candidate, group_id, is_known in items:
        profile = profile_of(candidate)
        records.append((organisation_id, group_id, is_known, profile.packed()))
        keys |= entries(profile, organisation_id)
    return records, sorted(keys)


@transaction.atomic
def unindex(organisation_id: int) -> None:
    """Take an organisation out of the index, its aliases too; nothing happens where it is not in it."""
    record = MatchRecord.objects.filter(organisation_id=organisation_id).first()
    if record is not None:
        MatchKey.objects.filter(entry__in=entries(unpack(record.line), organisation_id)).delete()
        record.delete()
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
    record = MatchRecord.objects.filter(organisation_id=organisation_id).first() if created else None
    if record is not None:
        profile = unpack(record.line)
        wider = _with_aliases(profile, [name])
        MatchRecord.objects.filter(pk=organisation_id).update(line=wider.packed())
        MatchKey.objects.bulk_create(
            [
                MatchKey(entry=one)
                for one in sorted(entries(wider, organisation_id) - entries(profile, organisation_id))
            ],
            ignore_conflicts=True,
        )
    return created


def set_group(organisation_ids: Iterable[int], group_id: int) -> None:
    """Move organisations to a group: after the tree of accounts changed."""
    MatchRecord.objects.filter(organisation_id__in=list(organisation_ids)).update(group_id=group_id)


def organisation_of(entry: int) -> int:
    """Return the organisation that a key stands for."""
    return entry & LAST_ID


def surplus_keys(*, above: int = 0, up_to: int = LAST_ID) -> list[int]:
    """Return the keys of organisations above one id and up to another that no record asks for, in their order.

    Reads all keys, and keeps those of these organisations in memory: to be asked for some ten thousand at a time.
    """
    kept = MatchKey.objects.annotate(organisation=F("entry").bitand(LAST_ID))
    kept = kept.filter(organisation__gt=above, organisation__lte=up_to).order_by()
    return _not_asked_for(
        set(kept.values_list("entry", flat=True).iterator()),
        MatchRecord.objects.filter(pk__gt=above, pk__lte=up_to),
    )


def surplus_among(keys: Iterable[int]) -> list[int]:
    """Return those of some keys that are kept although no record asks for them, in their order."""
    asked = list(keys)
    kept = set(MatchKey.objects.filter(entry__in=asked).values_list("entry", flat=True))
    return _not_asked_for(kept, MatchRecord.objects.filter(pk__in={organisation_of(key) for key in asked}))


def _not_asked_for(kept: set[int], records: QuerySet[MatchRecord]) -> list[int]:
    """Return the keys that none of the records asks for."""
    for pk, line in records.order_by("pk").values_list("pk", "line").iterator():
        kept -= entries(unpack(line), pk)
    return sorted(kept)


def missing_keys(organisation_ids: Iterable[int]) -> Iterator[int]:
    """Yield the keys that records of these organisations ask for and the index lacks."""
    records = MatchRecord.objects.filter(pk__in=list(organisation_ids)).order_by("pk")
    wanted: set[int] = set()
    for pk, line in records.values_list("pk", "line"):
        wanted |= entries(unpack(line), pk)
    ordered = sorted(wanted)
    for at in range(0, len(ordered), 500):
        some = ordered[at : at + 500]
        kept = set(MatchKey.objects.filter(entry__in=some).values_list("entry", flat=True))
        yield from (entry for entry in some if entry not in kept)


def analyse() -> None:
    """Tell the database how full the index is, after a load; on PostgreSQL also which pages all may read."""
    with connection.cursor() as cursor:
        for model in (MatchKey, MatchRecord):
            table = connection.ops.quote_name(model._meta.db_table)
            if connection.vendor == "postgresql" and not connection.in_atomic_block:
                cursor.execute(f"VACUUM (ANALYZE) {table}")
            else:
                cursor.execute(f"ANALYZE {table}")
