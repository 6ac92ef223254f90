"""What the practice had recorded of a patient's approvals and cover, as it stood on a day.

The book of entries is only ever added to. Which entry speaks on a day is worked out here, for training and serving
alike: the newest known by then, of each authorization.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from claims.claim import Authorization
from claims.days import overlap
from claims.entries import Entry
from past.patient import PatientPast


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as the book holds it.

    `number` is its place in the book; entries of one `authorization` (the number of its first) are words on the same
    one; `own` is the keyed hash of the practice's record number for the patient, "" where the entry says none.
    """

    number: int
    authorization: int
    entry: Entry
    own: str = ""


def standing(book: Iterable[Recorded], as_of: date) -> list[Recorded]:
    """The entries that speak on the day: known by then, and not replaced by then."""
    current: list[Recorded] = []
    known = (one for one in book if one.entry.recorded_on <= as_of)
    for one in sorted(known, key=lambda one: (one.entry.recorded_on, one.number)):
        current = [before for before in current if not _replaces(one, before)]
        current.append(one)
    return current


def of_patient(book: Iterable[Recorded], own: str) -> list[Recorded]:
    """The entries without those that bear another record number: they are of another patient of the same name."""
    return [one for one in book if not own or not one.own or one.own == own]


def with_recorded(past: PatientPast, book: Iterable[Recorded], as_of: date, own: str = "") -> PatientPast:
    """The patient's past with what the book held on the day; `own`: the claim's record number, as a keyed hash.

    Of answers about cover that came on one day the last entered comes first.
    """
    ours = standing(of_patient(book, own), as_of)
    if not ours:
        return past
    answers = chain.from_iterable(one.entry.answers for one in reversed(ours))
    approvals = (one.entry.authorization for one in ours)
    return replace(
        past, authorizations=tuple(held for held in approvals if held is not None), eligibility=tuple(answers)
    )


def _replaces(later: Recorded, before: Recorded) -> bool:
    """True where the later entry is a new word on what the other spoke of.

    Two entries of one answer stand side by side (a payer approves one code and refuses the other), and so do a number's
    entries for other codes, another side, or days that do not meet: a renewal under the old number.
    """
    old, new = before.entry.authorization, later.entry.authorization
    if later.authorization != before.authorization or old is None or new is None:
        return False
    if later.entry.answer and later.entry.answer == before.entry.answer:
        return later.entry.recorded_on == before.entry.recorded_on and old == new
    meet = overlap((old.valid_from, old.valid_to), (new.valid_from, new.valid_to))
    return meet and _same_services(old, new)


def _same_services(one: Authorization, other: Authorization) -> bool:
    if not one.codes or not other.codes:
        return True
    sides = ((a.code == b.code, {a.side, b.side}) for a in one.codes for b in other.codes)
    return any(same and (len(both) == 1 or "" in both) for same, both in sides)
