"""Finding the known organisations a candidate may be: one look-up of all keys, a short list, comparison, groups.

Three queries whatever is kept: keys, records, groups. Every key brings at most so many organisations (``CAP``), so
that a common word or a megabyte of text costs no more than any other name. The same on every database.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from django.db import connection

from .candidates import CONFLICT, POSSIBLE, RELATED, Candidate, Match, profile_of
from .comparison import Evidence
from .keys import ID_BITS, WEIGHTS, Key, asked_keys, hashed
from .levels import level_of
from .models import MatchKey, MatchRecord
from .profiles import Profile, unpack
from .scoring import Option, Scored, best_of, chance, options_of, rivals, weights

CAP = 60
SHORT_LIST = 40
WORTH_A_LOOK = 0.15  # of the most that any was hit; costs two right ones in a thousand, halves the work
MOST_IN_GROUP = 50
CONTACTS = ("domain", "phone")
HOUSE = ("part", "kin")
RANKS = {(RELATED, "L5"): 2, (POSSIBLE, "L2"): 2} | {
    (CONFLICT, level): 0 for level in ("L1", "L2", "L3", "L4")
}
CERTAIN = ("id", "domain", "phone", "label")
NONE = 0  # no organisation's id: the same queries are made whether anything is found or not, so that time tells little


def find_matches(
    candidate: Candidate, *, limit: int = 10, exclude: Collection[int] = frozenset()
) -> list[Match]:
    """Return the known organisations, prospects included, that ``candidate`` may be; best first.

    Several may be equally right. Members of the group of an L1 or L3 match follow as L5 while there is room.
    ``exclude``: ids not to return, e.g. of the organisation that asks for its own twins.
    """
    ours = profile_of(candidate)
    examined = list(examine(ours, exclude))
    matches = []
    for one, options in zip(examined, rivals(one.options for one in examined), strict=True):
        match = _judged(best_of(options), one)
        if match is not None:
            matches.append(match)
    matches = _ambiguous_apart(ours, matches, {one.organisation_id: one.profile for one in examined})
    matches.sort(key=_order)
    return (matches + _group_members(matches, exclude))[:limit]


@dataclass(frozen=True, slots=True)
class Examined:
    """An organisation of the short list, and how it compares with the candidate by each pair of names."""

    organisation_id: int
    group_id: int
    is_known: bool
    profile: Profile
    options: list[Option]


def examine(ours: Profile, exclude: Collection[int] = frozenset()) -> Iterator[Examined]:
    """Yield the organisations worth comparing with a candidate's profile, the likeliest first; two queries."""
    hits = _look_up(asked_keys(ours))
    chosen = [pk for pk in shortlist(hits) if pk not in exclude]
    records = _records(chosen)
    shared = {value: _others(found, exclude) for (kind, value), found in hits.items() if kind in CONTACTS}
    common = _common(hits)
    for pk in chosen:
        if pk in records:
            group_id, is_known, line = records[pk]
            theirs = unpack(line)
            options = options_of(ours, theirs, shared=shared, common=common.get(pk, 0))
            yield Examined(pk, group_id, bool(is_known), theirs, options)


def judge(ours: Profile, theirs: Profile) -> Match | None:
    """Return what the comparison of two profiles says by itself; None where it says nothing worth a look."""
    options = options_of(ours, theirs)
    return _judged(best_of(options), Examined(0, 0, False, theirs, options))


def _judged(scored: Scored, one: Examined) -> Match | None:
    """Return the match that a comparison makes; None where it is not worth a look.

    By one of its names one organisation may be a part or kin of the other, whatever the likest pair of names says.
    """
    level, verdict = level_of(scored, weights())
    evidence = scored.evidence(one.profile)
    house = next((code for code in HOUSE if any(getattr(option.names, code) for option in one.options)), "")
    if house and (not level or (level, verdict) == ("L4", POSSIBLE)):
        level, verdict, evidence = "L5", RELATED, (*evidence, Evidence(house))
    if not level:
        return None
    likely = scored.total if verdict != RELATED else min(scored.total, 0.0)
    return Match(one.organisation_id, level, chance(likely), evidence, one.group_id, one.is_known, verdict)


def _order(match: Match) -> tuple:
    """Sort key: what holds first, then the house and whom the same domain names, then by chance, lowest id last."""
    rank = RANKS.get((match.verdict, match.level), 3.0)
    if match.verdict == RELATED and any(
        one.code == "branch" and one.ours and one.theirs for one in match.evidence
    ):
        rank = 2.5  # another branch of the same house comes after its head office
    return (match.level != "L1", rank, -match.score, match.organisation_id)


def _look_up(keys: list[Key]) -> dict[Key, list[int]]:
    """Return the organisations under each key, lowest ids first, at most one more than the cap; one query."""
    hits: dict[Key, list[int]] = {key: [] for key in keys}
    if not keys:
        return hits
    table = connection.ops.quote_name(MatchKey._meta.db_table)
    width = 1 << ID_BITS
    by_start = {hashed(key): key for key in keys}
    starts = list(by_start)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT found.entry FROM unnest(%s::bigint[]) AS asked(start) CROSS JOIN LATERAL"
                f" (SELECT entry FROM {table} WHERE entry > asked.start AND entry < asked.start + {width}"
                f" ORDER BY entry LIMIT {CAP + 1}) AS found",
                [starts],
            )
        else:
            one = f"SELECT * FROM (SELECT entry FROM {table} WHERE entry > %s AND entry < %s LIMIT {CAP + 1})"
            cursor.execute(
                " UNION ALL ".join([one] * len(starts)),
                [bound for start in starts for bound in (start, start + width)],
            )
        mask = width - 1
        for (entry,) in cursor.fetchall():
            hits[by_start[entry & ~mask]].append(entry & mask)
    return hits


def shortlist(hits: dict[Key, list[int]]) -> list[int]:
    """Return the organisations hit by the weightiest keys; a key that hit its cap counts half.

    Whom only a faint key reached is left out where others were hit by weighty ones.
    """
    reached: dict[int, float] = defaultdict(float)
    for (family, _value), organisations in hits.items():
        weight = WEIGHTS[family] * (0.5 if len(organisations) > CAP else 1.0)
        for organisation_id in organisations[:CAP]:
            reached[organisation_id] += weight
    enough = WORTH_A_LOOK * max(reached.values(), default=0.0)
    worth = [pk for pk, weight in reached.items() if weight >= enough]
    return sorted(worth, key=lambda pk: (-reached[pk], pk))[:SHORT_LIST]


def _records(organisation_ids: Iterable[int]) -> dict[int, tuple[int, bool, str]]:
    """Return (group, whether known, line) of organisations; one query, for none too."""
    rows = MatchRecord.objects.filter(pk__in=list(organisation_ids) or [NONE]).order_by()
    return {
        pk: (group_id, is_known, line)
        for pk, group_id, is_known, line in rows.values_list("pk", "group_id", "is_known", "line")
    }


def _others(organisations: list[int], exclude: Collection[int]) -> int:
    """Return how many organisations there are besides those excluded."""
    return sum(1 for one in organisations if one not in exclude)


def _common(hits: dict[Key, list[int]]) -> dict[int, int]:
    """Return for each organisation how many share the rarest of its names' keys that were asked for."""
    found: dict[int, int] = {}
    for (family, _value), organisations in hits.items():
        if family in CERTAIN:
            continue
        count = len(organisations)
        for pk in organisations:
            if count < found.get(pk, count + 1):
                found[pk] = count
    return found


def _ambiguous_apart(ours: Profile, matches: list[Match], theirs: dict[int, Profile]) -> list[Match]:
    """Make equal names in different places doubtful, where the candidate names no place: which one is meant?"""
    equal = [match for match in matches if match.level == "L3"]
    if len(equal) < 2 or ours.place or any(name.place for name in ours.names):
        return matches
    profiles = [theirs[match.organisation_id] for match in equal]
    places = [profile.place_of(profile.names[0]) for profile in profiles if profile.names]
    if not any(one.contradicts(other) for one in places for other in places):
        return matches
    return [
        replace(match, level="L4", evidence=(*match.evidence, Evidence("name.ambiguous")))
        if match in equal
        else match
        for match in matches
    ]


def _group_members(matches: list[Match], exclude: Collection[int]) -> list[Match]:
    """Return the other members of the groups of sure matches, as L5; one query, where there is no sure match too."""
    sure = {match.group_id for match in matches if match.level in ("L1", "L3")} or {NONE}
    seen = {match.organisation_id for match in matches} | set(exclude)
    members = MatchRecord.objects.filter(group_id__in=list(sure)).order_by("pk")[: MOST_IN_GROUP + len(seen)]
    return [
        Match(member.pk, "L5", 0.0, (Evidence("group.same"),), member.group_id, member.is_known, RELATED)
        for member in members
        if member.pk not in seen
    ]
