"""The diagnoses of a claim and of each line, dotted, and the region of the body they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from claims.claim import Line
from scrubber.registry import Case
from scrubber.tables import Release
from scrubber.tables.rows import DiagnosisRow

# What is coded beside a condition and names neither it nor its place: pain as such, and circumstances (chapter XXI).
PLACELESS = ("G89", "R52", "Z")
# Complex regional pain syndrome: type I, and type II (causalgia) of the upper and the lower limb.
REGIONAL_PAIN = ("G90.5", "G56.4", "G57.7")


def of_claim(case: Case) -> Sequence[str]:
    """Every diagnosis of the claim, in its order."""
    return case.once_of(_of_claim)


def pointed(case: Case, line: Line) -> tuple[str, ...]:
    """The diagnoses the line points to, in the order it points; a pointer past the list is left out."""
    found = case.once_of(_pointed)
    pointers = line.diagnosis_pointers
    known = found.get(pointers)
    if known is None:
        codes = of_claim(case)
        known = found[pointers] = tuple([codes[p - 1] for p in pointers if 0 < p <= len(codes)])
    return known


def placed(case: Case, line: Line) -> Sequence[str]:
    """The diagnoses the line points to that name a condition or its place."""
    found = case.once_of(_placed)
    pointers = line.diagnosis_pointers
    known = found.get(pointers)
    if known is None:
        known = found[pointers] = [code for code in pointed(case, line) if not code.startswith(PLACELESS)]
    return known


def regions(case: Case, day: date, code: str) -> frozenset[str]:
    """The regions of the body a diagnosis names, as the longest row that fits it says; empty where it names none."""
    release = case.tables.regions.on(day, case.as_of)
    return case.tables.once(("regions", id(release), code), lambda: _regions(release, code))


def _of_claim(case: Case) -> tuple[str, ...]:
    return tuple([d.dotted for d in case.claim.diagnoses])


def _pointed(_case: Case) -> dict[tuple[int, ...], tuple[str, ...]]:
    """What lines that point alike point to; filled as they ask."""
    return {}


def _placed(_case: Case) -> dict[tuple[int, ...], list[str]]:
    """Of what lines that point alike point to, the diagnoses with a place; filled as they ask."""
    return {}


def notes(case: Case, code: str, release: Release[tuple[str, ...]]) -> Sequence[tuple[str, tuple[str, ...]]]:
    """The Excludes1 notes at the code or its beginnings, the shortest first, each with what it excludes."""
    return case.tables.once(("notes", id(release), code), lambda: _notes(code, release))


def wants_seventh(case: Case, code: str, release: Release[DiagnosisRow]) -> DiagnosisRow | None:
    """The heading that is whole only with a seventh character: the code itself, or what it begins with.

    None for a code the table holds as whole, and where no such heading is known.
    """
    return case.tables.once(("seventh", id(release), code), lambda: _wants_seventh(code, release))


def _notes(code: str, release: Release[tuple[str, ...]]) -> Sequence[tuple[str, tuple[str, ...]]]:
    found = ((code[:length], release.get(code[:length])) for length in range(3, len(code) + 1))
    return [(at, excluded) for at, excluded in found if excluded is not None]


def _wants_seventh(code: str, release: Release[DiagnosisRow]) -> DiagnosisRow | None:
    for length in range(len(code), 3, -1):
        row = release.get(code[:length])
        if row is not None:
            return row if row.seventh_character and not row.billable else None
    return None


def listed(codes: Iterable[str]) -> str:
    """Codes as a message names them.

    >>> listed(["M54.16"]), listed(["M54.16", "M54.17", "M96.1"])
    ('M54.16', 'M54.16, M54.17 and M96.1')
    """
    *most, last = dict.fromkeys(codes)
    return f"{', '.join(most)} and {last}" if most else last


def _regions(release: Release[frozenset[str]], code: str) -> frozenset[str]:
    for length in range(len(code), 2, -1):
        found = release.get(code[:length])
        if found is not None:
            return found
    return frozenset()
