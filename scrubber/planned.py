"""Planned services whose payer wants an approval, and none that is held covers them.

Whether an approval covers a planned line is asked of the rules themselves (AUT-002, AUT-003, AUT-006): the line is
looked at as if it were billed with the approval's number. A service planned earlier draws before a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from claims.claim import Authorization, Claim, Line, PayerType
from past.patient import PatientPast, services_of
from past.recorded import Recorded
from scrubber import approvals
from scrubber.engine import scrub
from scrubber.registry import RULES, Case
from scrubber.tables import Tables
from scrubber.tables.release import TableGap
from scrubber.tables.rows import AuthorizationRow

ASKED = ("AUT-002", "AUT-003", "AUT-006")  # what they say of a number, they say of an approval
NOTHING_HELD = "no approval is recorded"
LASTING = frozenset({"63650", "63655", "63685", "62350", "62360", "62361", "62362"})  # what a trial goes before


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A planned line without an approval that covers it; `need` None where it is not known whether one is wanted."""

    claim: Claim
    line: Line
    need: AuthorizationRow | None
    why: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """True where this payer is known to want an approval; else it may want one."""
        return self.need is not None and self.need.need == "required" and self.need.verified


@dataclass
class Planner:
    """The planned claims of one patient, looked at in the order of their days."""

    tables: Tables
    as_of: date
    past: PatientPast
    book: Sequence[Recorded]  # what speaks on the day

    def uncovered(self, claims: Iterable[Claim]) -> Iterator[Uncovered]:
        """Each planned line that lacks an approval, with why those that are held do not cover it."""
        for claim in sorted(claims, key=lambda claim: (claim.first_service or date.max, claim.id)):
            for line in claim.lines:
                yield from self._line(claim, line)

    def _line(self, claim: Claim, line: Line) -> Iterator[Uncovered]:
        day = line.service_from
        if day is None:
            yield Uncovered(claim, line, None, ("it has no day",))
            return
        case = Case(claim, self.as_of, self.tables, self.past, self.tables.payer_type(claim))
        try:
            need, unsaid = _need(case, line, day)
        except TableGap as gap:
            need, unsaid = None, str(gap)
        if need is None and not unsaid:
            return
        why = self._why_not(case, line, day)
        if why is not None:
            yield Uncovered(claim, line, need, (unsaid, *why) if unsaid else why)

    def _why_not(self, case: Case, line: Line, day: date) -> tuple[str, ...] | None:
        """Why nothing that is held covers the line; None where something does."""
        why: list[str] = []
        for one in self._speaking(case, line):
            held, status = one.entry.authorization, one.entry.decision
            if held is None:
                continue
            if status == "not_required" and approvals.covers(held, day):
                return None
            name = held.number or one.entry.request or "a request without a number"
            if status not in ("approved", "partial"):
                why.append(f"{name} is {status.replace('_', ' ') or 'recorded without a decision'}")
            elif not held.number:
                why.append("an approval is recorded, but not its number")
            elif said := self._faults(case, line, one, held):
                why += said
            else:
                self._draw(case.claim, line, held)
                return None
        return tuple(dict.fromkeys(why)) or (NOTHING_HELD,)

    def _speaking(self, case: Case, line: Line) -> Iterator[Recorded]:
        """The entries of this payer that name the line's code, and those of the trial that goes before it."""
        payer = case.claim.payer.id
        for one in self.book:
            held = one.entry.authorization
            if held is None or (held.payer_id and held.payer_id != payer):
                continue
            before = (
                one.entry.stage == "trial" and line.code in LASTING and one.entry.decision in ("approved", "partial")
            )
            if approvals.names(held, line.code) or before:
                yield one

    def _faults(self, case: Case, line: Line, one: Recorded, held: Authorization) -> list[str]:
        """What the rules say of the line under this approval's number."""
        lasting = case.told("intent", line) == "permanent"
        if one.entry.stage == "trial" and (lasting or not approvals.names(held, line.code)):
            return [f"{held.number} is for the trial alone"]
        claim = case.claim
        silent = not (claim.billing.npi or (claim.rendering and claim.rendering.npi))
        speaking = (e.entry.authorization for e in self.book)
        alike = [
            replace(other, npi="") if silent else other for other in speaking if other and other.number == held.number
        ]
        billed = replace(line, authorization_number=held.number)
        tried = replace(claim, lines=(billed,), authorizations=tuple(alike), authorization_number="")
        past = replace(self.past, authorizations=())
        rules = [RULES[name] for name in ASKED if name in RULES]
        return [f.message for f in scrub(tried, self.tables, past, as_of=self.as_of, rules=rules).findings]

    def _draw(self, claim: Claim, line: Line, held: Authorization) -> None:
        """A line that is covered uses units up for those planned after it."""
        billed = replace(claim, lines=(replace(line, authorization_number=held.number),))
        ref = f"planned {claim.id} {line.number}"
        drawn = services_of(billed, known_on=self.as_of, submission=ref, content=ref, batch="")
        self.past = replace(self.past, services=(*self.past.services, *drawn))


def _need(case: Case, line: Line, day: date) -> tuple[AuthorizationRow | None, str]:
    """The strictest demand that reaches the line; else what would have to be said to know."""
    if case.payer_type is PayerType.UNKNOWN and case.tables.authorizations.on(day, case.as_of).get(line.code):
        return None, f"some payers want {line.code} approved; what kind of payer this is, is not known"
    rows = list(approvals.demands(case, line, day))
    reaching = [
        row for row in rows if not approvals.missing(row, case.claim, line) and approvals.reaches(row, case.claim, line)
    ]
    if reaching:
        return max(reaching, key=lambda row: (row.need == "required", row.verified, row.valid_from)), ""
    unsaid = sorted({approvals.missing(row, case.claim, line) for row in rows} - {""})
    return None, f"whether {line.code} needs an approval depends on the {' and '.join(unsaid)}" if unsaid else ""
