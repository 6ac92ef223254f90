"""Which submissions are of one claim: the original, its replacements and its void."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from past.exchange import Link, Received, Sent, claim_key, control_key
from past.patient import REPLACEMENT, VOID


@dataclass(frozen=True, slots=True)
class Place:
    """Where a submission stands among those of one claim: 1 the first.

    `replaced_on` is the day a 7 or 8 took its place; one that a front end rejected takes none.
    """

    number: int
    replaced_on: date | None = None
    first: str = ""  # the ref of the first of the claim's submissions


def places(sent: Iterable[Sent], received: Iterable[Received], links: Iterable[Link]) -> dict[str, Place]:
    """Each submission's place, by ref.

    Submissions are of one claim when claim number, billing provider and first day of service agree; a replacement or a
    void also joins the claim whose payer number it names (REF*F8), else the latest of its claim number.
    """
    answered_by = {entry.remittance: entry.submission for entry in links}
    payer_numbers: dict[str, str] = {}
    for r in sorted(received, key=lambda r: r.order):
        submission, number = answered_by.get(r.ref), control_key(r.remittance.payer_control_number)
        if submission and number:
            payer_numbers.setdefault(number, submission)
    root: dict[str, str] = {}  # submission -> the first of its claim
    visits: dict[tuple[str, str, date | None], str] = {}
    newest: dict[tuple[str, str], str] = {}
    family: dict[str, list[Sent]] = defaultdict(list)
    for s in sorted(sent, key=lambda s: (s.known_on, s.claim.frequency in (REPLACEMENT, VOID), s.ref)):
        account = claim_key(s.claim.id), s.claim.billing.npi
        visit = (*account, s.claim.first_service)
        first = visits.get(visit)
        if s.claim.frequency in (REPLACEMENT, VOID):
            named = payer_numbers.get(control_key(s.claim.original_reference), "")
            first = root.get(named) or first or newest.get(account)
        root[s.ref] = first or s.ref
        visits.setdefault(visit, root[s.ref])
        newest[account] = root[s.ref]
        family[root[s.ref]].append(s)
    return {s.ref: _place(i, members) for members in family.values() for i, s in enumerate(members)}


def _place(i: int, members: Sequence[Sent]) -> Place:
    """The place of one of a claim's submissions, given all of them in order."""
    sequence = members[i].claim.payer.sequence
    changes = (
        later.known_on
        for later in members[i + 1 :]
        if later.claim.frequency in (REPLACEMENT, VOID)
        and later.claim.payer.sequence == sequence
        and later.rejected_on is None
    )
    return Place(i + 1, next(changes, None), members[0].ref)
