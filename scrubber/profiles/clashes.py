"""Where a profile speaks twice: two entries for the same days, or two profiles for the same payer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from scrubber.profiles.grammar import Problems, UnreadableProfile
from scrubber.tables.profiles import Adoption, Demand, Entry, OwnPolicy, Profile, SessionLimit, matcher, plain

_ADVICE = "End one with `to` before the other begins."


def within(profile: Profile, problems: Problems) -> None:
    """Note entries of one profile that say something about the same days twice."""
    sections: dict[str, Sequence[Entry]] = {
        "timely_filing": profile.filing,
        "wants": profile.wishes,
        "authorization": profile.demands,
        "frequency": profile.limits,
        "adopts": profile.adoptions,
        "values": profile.values,
    }
    for section, entries in sections.items():
        for (_, one), (number, other) in combinations(enumerate(entries, 1), 2):
            what = _both_speak_of(one, other) if one.said.overlaps(other.said) else None
            if what is not None:
                problems.add(
                    section, number, "from", found=f"a second entry{what} for days that line {one.line} speaks for",
                    expected="one entry a day", advice=_ADVICE,
                )  # fmt: skip


def _both_speak_of(one: Entry, other: Entry) -> str | None:
    """What two entries have in common, in words; None where they speak of different things."""
    if isinstance(one, Demand) and isinstance(other, Demand):
        shared = one.codes & other.codes | one.families & other.families
        return f" of {min(shared)}" if shared and _meet(one.places, other.places, one.states, other.states) else None
    if isinstance(one, SessionLimit) and isinstance(other, SessionLimit):
        shared, windows = one.families & other.families, (one.within, one.unit) == (other.within, other.unit)
        twice = (windows and one.most and other.most) or (one.days_between and other.days_between)
        return f" of {min(shared)}" if shared and twice else None
    if isinstance(one, Adoption) and isinstance(other, Adoption):
        shared = one.rules & other.rules
        return f" of {min(shared)}" if shared else None
    if isinstance(one, OwnPolicy) and isinstance(other, OwnPolicy):
        return f" of {one.parameter}" if one.parameter == other.parameter else None
    return ""


def _meet(*pairs: frozenset[str]) -> bool:
    """True where each two sets have something in common; an empty one holds everything."""
    return all(not a or not b or a & b for a, b in zip(pairs[::2], pairs[1::2], strict=True))


def with_others(profile: Profile, read: Sequence[Profile]) -> list[UnreadableProfile]:
    """What makes a payer match this profile and one that was read before it."""
    return [problem for other in read for problem in _with_other(profile, other)]


def _with_other(profile: Profile, other: Profile) -> Iterator[UnreadableProfile]:
    def at(key: str, found: str, expected: str) -> UnreadableProfile:
        return UnreadableProfile(
            profile.file, 0, key, section="[match]", found=found, expected=expected,
            advice=f"Take it out of this file or of payers/{other.file}, or make the names tell the two apart.",
        )  # fmt: skip

    theirs = {payer_id.upper() for payer_id in other.ids}
    for payer_id in profile.ids:
        if payer_id.upper() in theirs:
            yield at("ids", f"{payer_id!r}, an id of payers/{other.file} too", "an id of one payer")
    fits_other, fits_this = matcher(other.names, other.name_patterns), matcher(profile.names, profile.name_patterns)
    for name in dict.fromkeys((*profile.names, profile.name)):
        if fits_other(plain(name)) and fits_this(plain(name)):
            yield at("names", f"{name!r}, which payers/{other.file} matches too", "a name of one payer")
            return
    for name in dict.fromkeys((*other.names, other.name)):
        if fits_this(plain(name)) and fits_other(plain(name)):
            yield at("names", f"names that match {name!r} of payers/{other.file} too", "names of one payer")
            return
