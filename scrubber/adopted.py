"""Rules a payer follows although they bind other kinds of payer, because the practice's profile of it says so.

Such a rule warns and never denies, holds for the days the profile gives, and cites the profile beside its own policy.
A payer whose profile has limits of its own is asked about them by FRQ-015, whatever kind of payer it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from claims.claim import Claim, PayerType
from scrubber.registry import Citation, Rule, Severity
from scrubber.tables import Tables
from scrubber.tables.profiles import Adoption, Entry, Profile, SessionLimit

OWN_LIMITS = "FRQ-015"  # the rule that holds a payer's own limits against a claim

Own = tuple[str, tuple[int, ...]] | None  # a profile, by its key, and which of its entries were known


def own(tables: Tables, claim: Claim, as_of: date) -> Own:
    """The profile of the claim's payer with what it adds to the rules, as known on a day; None where it adds none."""
    profile = tables.profile(claim)
    if profile is None:
        return None
    known = tuple(i for i, entry in enumerate(_adding(profile)) if entry.said.published <= as_of)
    return (profile.key, known) if known else None


def rules_of(profile: Profile, known: Iterable[int], kind: PayerType, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules a profile adds for this payer to those that bind its kind anyway."""
    entries = _adding(profile)
    by_id = {rule.id: rule for rule in rules}
    limited: set[str] = set()
    for entry in (entries[i] for i in known):
        if isinstance(entry, SessionLimit):
            limited |= entry.families
        elif isinstance(entry, Adoption):
            for rule in (by_id[rule_id] for rule_id in sorted(entry.rules & by_id.keys())):
                if kind not in rule.payer_types:
                    yield _as_adopted(rule, profile, entry)
    limits = by_id.get(OWN_LIMITS)
    if limits is not None and limited:
        families = limited - limits.families if kind in limits.payer_types else limited
        if families:
            yield replace(limits, families=frozenset(families))


def of_every_profile(tables: Tables, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules that any profile adds, on whatever day it was known: their days part the days of service."""
    rules = tuple(rules)
    for profile in tables.profiles.read:
        for kind in PayerType:
            yield from rules_of(profile, range(len(_adding(profile))), kind, rules)


def cited(rule: Rule, policy: Citation) -> Citation:
    """The citation of an adopted rule's finding: who adopted it, then the policy itself."""
    return Citation(f"{rule.adopted}; the policy: {policy.text}", policy.url)


def _as_adopted(rule: Rule, profile: Profile, entry: Adoption) -> Rule:
    said = entry.said
    return replace(
        rule,
        severity=min(rule.severity, Severity.WARN),
        effective=max(rule.effective or date.min, said.first),
        until=min(rule.until or date.max, said.last or date.max),
        adopted=f"Adopted by {profile.cites(said)}",
    )


def _adding(profile: Profile) -> tuple[Entry, ...]:
    return (*profile.adoptions, *profile.limits)
