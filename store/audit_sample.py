"""The month's audit sample (DOC-015): claims of every clinician and kind, drawn so that the draw can be done again.

What is drawn rests on the seed, the month and each claim's own ref, never on the order of reading: the same claims,
month, size and seed draw the same sample on any machine. Every stratum (clinician and kind of claim) gives one claim
before any gives two, and the rest is shared out by size (Webster's method). Where the strata are more than the sample,
clinicians take turns, the larger ones the likelier to come early.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import zip_longest
from typing import NamedTuple

from claims.claim import Claim
from past.patient import VOID
from scrubber.audit_points import ClaimSort, sort_of
from scrubber.tables import Tables
from store.codec import load
from store.schema import services, submissions
from store.scope import Scope


class Stratum(NamedTuple):
    """Whose claims of which kind."""

    rendering_npi: str
    sort: ClaimSort


@dataclass(frozen=True, slots=True)
class Drawn:
    """One claim of the sample."""

    stratum: Stratum
    ref: str
    known_on: date
    claim: Claim


@dataclass(frozen=True, slots=True)
class AuditSample:
    """The claims drawn, how many each stratum has and gave, and how many of the month could not be put into one."""

    drawn: tuple[Drawn, ...]
    sizes: Mapping[Stratum, int]
    given: Mapping[Stratum, int]
    without_services: int = 0  # claims without a dated service line

    @property
    def claims(self) -> int:
        """How many claims were drawn from."""
        return sum(self.sizes.values())


def audit_sample(scope: Scope, tables: Tables, first: date, last: date, size: int, seed: int) -> AuditSample:
    """Draw from the submissions that became known from `first` to `last`.

    Left out: what takes a claim back (frequency 8), and a claim that another had replaced by the last day.
    """
    of_month = (
        submissions.c.known_on >= first,
        submissions.c.known_on <= last,
        submissions.c.frequency != VOID,
        submissions.c.replaced_on.is_(None) | (submissions.c.replaced_on > last),
    )
    strata: dict[Stratum, list[str]] = defaultdict(list)
    without = 0
    for ref, told in _services(scope, of_month):
        if told:
            strata[Stratum(told[0][2], sort_of(told, tables))].append(ref)
        else:
            without += 1
    sizes = {stratum: len(refs) for stratum, refs in strata.items()}
    draw = f"{first}/{seed}"
    given = shares(sizes, size, draw)
    refs = {
        ref: stratum
        for stratum in sorted(sizes)
        for ref in sorted(strata[stratum], key=lambda ref: _lot(draw, ref))[: given[stratum]]
    }
    columns = (submissions.c.ref, submissions.c.known_on, submissions.c.claim)
    rows = scope.where_in(scope.select(submissions, *columns), submissions.c.ref, list(refs))
    drawn = [Drawn(refs[row.ref], row.ref, row.known_on, load(Claim, row.claim)) for row in rows]
    drawn.sort(key=lambda each: (each.stratum, _lot(draw, each.ref)))
    return AuditSample(tuple(drawn), sizes, given, without)


def _services(scope: Scope, of_month: Sequence[object]) -> Iterator[tuple[str, list[tuple[str, date, str]]]]:
    """Code, day and clinician of each submission's services, by its ref."""
    columns = (submissions.c.ref, services.c.code, services.c.service_date, services.c.rendering_npi)
    query = (
        scope.select(submissions, *columns)
        .outerjoin(services, services.c.submission_id == submissions.c.id)
        .where(*of_month)  # type: ignore[arg-type]
        .order_by(submissions.c.id, services.c.position)
    )
    told: dict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for ref, code, day, npi in scope.stream(query):
        of_claim = told[ref]
        if code is not None:
            of_claim.append((code, day, npi))
    yield from told.items()


def shares(sizes: Mapping[Stratum, int], size: int, draw: str) -> dict[Stratum, int]:
    """How many claims each stratum gives to a sample.

    >>> a, b = Stratum("1", ClaimSort.VISIT), Stratum("2", ClaimSort.VISIT)
    >>> shares({a: 90, b: 10}, 10, "1") == {a: 9, b: 1}, shares({a: 3, b: 1}, 10, "1") == {a: 3, b: 1}
    (True, True)
    """
    turns = list(_turns(sizes, draw))
    given = {stratum: int(turn < size) for turn, stratum in enumerate(turns)}
    for _ in range(min(size, sum(sizes.values())) - sum(given.values())):
        room = [stratum for stratum in turns if given[stratum] < sizes[stratum]]
        most = max(room, key=lambda s: sizes[s] / (2 * given[s] + 1))
        given[most] += 1
    return given


def _turns(sizes: Mapping[Stratum, int], draw: str) -> Iterator[Stratum]:
    """The strata in the order in which they give their first claim: one of every clinician, then their next ..."""
    by_clinician: dict[str, list[Stratum]] = defaultdict(list)
    for stratum in sorted(sizes, key=lambda s: _wait(draw, sizes[s], s.rendering_npi, s.sort)):
        by_clinician[stratum.rendering_npi].append(stratum)
    claims = {npi: sum(sizes[stratum] for stratum in own) for npi, own in by_clinician.items()}
    clinicians = sorted(claims, key=lambda npi: _wait(draw, claims[npi], npi))
    for of_turn in zip_longest(*(by_clinician[npi] for npi in clinicians)):
        yield from (stratum for stratum in of_turn if stratum is not None)


def _wait(draw: str, size: int, *words: str) -> float:
    """How long something waits for its turn: by lot, the shorter the more claims it has (an exponential race)."""
    chance = (int.from_bytes(_lot(draw, *words)[:8], "big") + 1) / 2**64
    return -math.log(chance) / size


def _lot(draw: str, *words: str) -> bytes:
    """A place in the draw that nothing but the draw's name and the words decides."""
    return sha256("/".join((draw, *words)).encode()).digest()
