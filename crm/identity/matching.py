"""Finding the known organisations a candidate may be: one look-up of all keys, a short list, the rules, the groups.

At most five queries whatever is kept; every key brings at most so many organisations (``CAPS``), so that a common
word or a megabyte of text costs no more than any other name. The same on every database.
"""

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from .candidates import Candidate, Match, profile_of
from .gazetteer import Place
from .keys import DECIDING, WEIGHTS, Key, asked_keys
from .models import Alias, MatchKey, MatchRecord
from .normal import NormalName, normalise
from .registry_ids import NUMBER, RegistryId
from .rules import L1, L3, L4, L5, STRENGTH, Comparison, Evidence, Profile, compare

CAPS = defaultdict(lambda: 60, {"part": 40})
SHORT_LIST = 60
MOST_KEYS = 80
SHARED_BY = 6  # a domain or phone of more groups than this says nothing
MOST_IN_GROUP = 50


def find_matches(
    candidate: Candidate, *, limit: int = 10, exclude: Collection[int] = frozenset()
) -> list[Match]:
    """Return the known organisations, prospects included, that ``candidate`` may be; best first.

    Several may be equally right. Members of the group of an L1 or L3 match follow as L5 while there is room.
    ``exclude``: ids not to return, e.g. of the organisation that asks for its own twins.
    """
    ours = profile_of(candidate)
    asked = asked_keys(ours)[:MOST_KEYS]
    hits = _look_up(asked)
    shortlist = [pk for pk in _shortlist(hits) if pk not in exclude]
    if not shortlist:
        return []
    records = MatchRecord.objects.in_bulk(shortlist)
    profiles = _profiles(records)
    ours = _without_shared(ours, hits, records)
    found: list[tuple[MatchRecord, Comparison]] = []
    for organisation_id, record in sorted(records.items()):
        comparison = compare(ours, profiles[organisation_id])
        if comparison.level:
            found.append((record, comparison))
    if not ours.whole_place:
        found = _ambiguous_apart(found, profiles)
    matches = [
        Match(record.pk, result.level, result.score, result.evidence, record.group_id, record.is_known)
        for record, result in found
    ]
    matches.sort(key=lambda match: (STRENGTH.index(match.level), -match.score, match.organisation_id))
    return (matches + _group_members(candidate, matches, records, exclude))[:limit]


def _look_up(keys: list[Key]) -> dict[Key, list[int]]:
    """Return the organisations under each key, lowest ids first, at most one more than the key's cap; one query."""
    if not keys:
        return {}
    table = connection.ops.quote_name(MatchKey._meta.db_table)
    parts, parameters = [], []
    for number, (kind, value) in enumerate(keys):
        parts.append(
            f"SELECT * FROM (SELECT {number} AS n, organisation_id FROM {table} WHERE kind = %s AND value = %s"
            f" ORDER BY organisation_id LIMIT {CAPS[kind] + 1}) AS k{number}"
        )
        parameters += [kind, value]
    hits: dict[Key, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        for number, organisation_id in cursor.fetchall():
            hits[keys[number]].append(organisation_id)
    return hits


def _shortlist(hits: dict[Key, list[int]]) -> list[int]:
    """Return the organisations hit by the weightiest keys; a key that hit its cap counts half."""
    weights: dict[int, float] = defaultdict(float)
    for (kind, _value), organisations in hits.items():
        weight = WEIGHTS[kind] * (0.5 if len(organisations) > CAPS[kind] else 1.0)
        for organisation_id in organisations[: CAPS[kind]]:
            weights[organisation_id] += weight
    return sorted(weights, key=lambda pk: (-weights[pk], pk))[:SHORT_LIST]


def _profiles(records: dict[int, MatchRecord]) -> dict[int, Profile]:
    """Return what is compared of the kept organisations: from their records, keys and aliases; two queries."""
    kept: dict[int, dict[str, list[str]]] = {pk: defaultdict(list) for pk in records}
    # Asked by organisation alone: with the kind beside it, SQLite would walk all keys of these kinds.
    rows = MatchKey.objects.filter(organisation_id__in=list(records))
    for organisation_id, kind, value in rows.values_list("organisation_id", "kind", "value"):
        if kind in DECIDING:
            kept[organisation_id][kind].append(value)
    aliases = {
        (organisation_id, normal_name): name
        for organisation_id, normal_name, name in Alias.objects.filter(organisation_id__in=list(records))
        .order_by("pk")
        .values_list("organisation_id", "normal_name", "name")
    }
    profiles = {}
    for organisation_id, record in records.items():
        keys = kept[organisation_id]
        names, raw = [normalise(record.name)], [record.name]
        for key in sorted(keys["name"]):
            if key != names[0].key[:160]:
                core, _bar, branch = key.partition("|")
                names.append(NormalName(core, Place(), branch))
                raw.append(aliases.get((organisation_id, key), core))
        ids = [value.split(":", 2) for value in sorted(keys["id"])]
        profiles[organisation_id] = Profile(
            names=tuple(names),
            raw_names=tuple(raw),
            ids=tuple(RegistryId(*parts) for parts in ids if parts[0] != NUMBER),
            numbers=frozenset(":".join(parts) for parts in ids if parts[0] == NUMBER),
            domains=frozenset(keys["domain"]),
            phones=frozenset(keys["phone"]),
            place=Place.read(record.place),
        )
    return profiles


def _without_shared(ours: Profile, hits: dict[Key, list[int]], records: dict[int, MatchRecord]) -> Profile:
    """Return the candidate without domains and phones that organisations of many groups have."""

    def telling(kind: str, values: frozenset[str]) -> frozenset[str]:
        return frozenset(
            value
            for value in values
            if len({records[pk].group_id if pk in records else pk for pk in hits.get((kind, value), ())})
            <= SHARED_BY
        )

    return Profile(
        ours.names,
        ours.raw_names,
        ours.ids,
        ours.numbers,
        telling("domain", ours.domains),
        telling("phone", ours.phones),
        ours.place,
    )


def _ambiguous_apart(
    found: list[tuple[MatchRecord, Comparison]], profiles: dict[int, Profile]
) -> list[tuple[MatchRecord, Comparison]]:
    """Make equal names in different places doubtful, where the candidate names no place: which one is meant?"""
    equal = [record.pk for record, result in found if result.level == L3]
    places = [profiles[pk].whole_place for pk in equal]
    if not any(one.contradicts(other) for one in places for other in places):
        return found
    return [
        (
            record,
            Comparison(L4, 90.0, (*result.evidence, Evidence("name.ambiguous")))
            if record.pk in equal
            else result,
        )
        for record, result in found
    ]


def _group_members(
    candidate: Candidate, matches: list[Match], records: dict[int, MatchRecord], exclude: Collection[int]
) -> list[Match]:
    """Return the other members of the groups of sure matches, as L5."""
    sure = {match.group_id: match for match in reversed(matches) if match.level in (L1, L3)}
    if not sure:
        return []
    seen = {match.organisation_id for match in matches} | set(exclude)
    members = MatchRecord.objects.filter(group_id__in=list(sure)).order_by("pk")[: MOST_IN_GROUP + len(seen)]
    return [
        Match(
            member.pk,
            L5,
            40.0,
            (Evidence("group.same", records[sure[member.group_id].organisation_id].name, member.name),),
            member.group_id,
            member.is_known,
        )
        for member in members
        if member.pk not in seen
    ]
