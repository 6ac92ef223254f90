"""Which line of a claim each service of its remittance answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from claims.claim import Claim, Line
from claims.remittance import Adjudication, Remittance
from past.exchange import ServiceLink


def match_services(claim: Claim, r: Remittance) -> tuple[ServiceLink, ...]:
    """Which line each service answers.

    By the line control number we sent (REF*6R); else by line number (LX01) where we sent none and the payer used it;
    else by code, modifiers, day and charge, with ever less of them, each line once and in order; else as a further part
    of a line that the payer split, as long as the parts do not exceed the line's charge.
    """
    matcher = _Matcher(claim, r)
    matcher.by_control_number()
    matcher.by_content()
    matcher.by_remaining_charge()
    return tuple(
        service or ServiceLink(None, why=_why_no_line(claim, adjudication))
        for service, adjudication in zip(matcher.links, r.lines, strict=True)
    )


class _Matcher:
    """The steps of `match_services`, from the surest to the least sure."""

    def __init__(self, claim: Claim, r: Remittance) -> None:
        self.claim, self.r = claim, r
        self.links: list[ServiceLink | None] = [None] * len(r.lines)
        self.free = set(range(len(claim.lines)))
        self.left: dict[int, Decimal] = {i: line.charge for i, line in enumerate(claim.lines)}
        self.among: dict[int, set[int]] = {}  # service -> the lines its control number leaves it

    def _take(self, service: int, line: int, how: str) -> None:
        self.links[service] = ServiceLink(line, how)
        self.free.discard(line)
        self.left[line] -= abs(self.r.lines[service].charge)

    def by_control_number(self) -> None:
        sent: dict[str, set[int]] = defaultdict(set)
        unnumbered: dict[str, set[int]] = defaultdict(set)
        for i, line in enumerate(self.claim.lines):
            if number := line.control_number.strip().casefold():
                sent[number].add(i)
            else:
                unnumbered[str(line.number)].add(i)
        for service, adjudication in enumerate(self.r.lines):
            number = adjudication.control_number.strip().casefold()
            how, lines = "line control number", sent.get(number, set()) if number else set()
            if not lines and number:
                how, lines = "line number", self._plausible(unnumbered.get(number.lstrip("0"), set()), adjudication)
            if len(lines) == 1:
                self._take(service, next(iter(lines)), how)
            elif lines:
                self.among[service] = lines

    def _plausible(self, lines: set[int], adjudication: Adjudication) -> set[int]:
        """The lines of that number, unless another line has the service's code: then the number is the payer's own."""
        if any(same_code(line, adjudication) for line in self.claim.lines):
            return {i for i in lines if same_code(self.claim.lines[i], adjudication)}
        return lines

    def by_content(self) -> None:
        for modifiers, day, charge in _LEVELS:
            for service, adjudication in enumerate(self.r.lines):
                if self.links[service] is None:
                    free = self.free & self.among.get(service, self.free)
                    lines = [i for i in free if self._alike(self.claim.lines[i], adjudication, modifiers, day, charge)]
                    if lines:
                        best = max(lines, key=lambda i: (_shared_modifiers(self.claim.lines[i], adjudication), -i))
                        self._take(service, best, _how(modifiers, day, charge))

    def _alike(self, line: Line, adjudication: Adjudication, modifiers: bool, day: bool, charge: bool) -> bool:
        return (
            same_code(line, adjudication)
            and (not modifiers or same_modifiers(line, adjudication))
            and (same_day(line, adjudication, self.r) if day else not _another_day(line, adjudication, self.r))
            and (not charge or line.charge == abs(adjudication.charge))
        )

    def by_remaining_charge(self) -> None:
        for service, adjudication in enumerate(self.r.lines):
            if self.links[service] is None:
                lines = [
                    i
                    for i, line in enumerate(self.claim.lines)
                    if i in self.among.get(service, self.left)
                    and same_code(line, adjudication)
                    and not _another_day(line, adjudication, self.r)
                    and abs(adjudication.charge) <= self.left[i]
                ]
                if lines:
                    best = max(lines, key=lambda i: (_shared_modifiers(self.claim.lines[i], adjudication), -i))
                    self._take(service, best, "part of a split line")


# (modifiers, day, charge) that must agree beside the code, from the surest: payers drop modifiers more often than they
# change a charge; a day not given counts from the fifth on
_LEVELS = (
    (True, True, True),
    (False, True, True),
    (True, True, False),
    (False, True, False),
    (False, False, True),
    (False, False, False),
)


def _how(modifiers: bool, day: bool, charge: bool) -> str:
    said = [word for word, used in (("modifiers", modifiers), ("day", day), ("charge", charge)) if used]
    return ", ".join(["code", *said])


def _submitted(adjudication: Adjudication) -> tuple[str, tuple[str, ...]]:
    """The code and modifiers we sent: SVC06 when the payer changed them, else SVC01."""
    if adjudication.submitted_code:
        return adjudication.submitted_code, adjudication.submitted_modifiers
    return adjudication.code, adjudication.modifiers


def same_code(line: Line, adjudication: Adjudication) -> bool:
    """True when the service answers for the line's code, whatever code the payer put it under."""
    return bool(line.code) and line.code.strip().upper() == _submitted(adjudication)[0].strip().upper()


def same_modifiers(line: Line, adjudication: Adjudication) -> bool:
    """True when the modifiers we sent are those of the line, in any order."""
    return sorted(line.modifiers) == sorted(_submitted(adjudication)[1])


def _shared_modifiers(line: Line, adjudication: Adjudication) -> int:
    return len(set(line.modifiers) & set(_submitted(adjudication)[1]))


def _day_of(adjudication: Adjudication, r: Remittance) -> date | None:
    return adjudication.service_from or r.service_from


def same_day(line: Line, adjudication: Adjudication, r: Remittance) -> bool:
    """True when the service's day, else the remittance's first, is known and within the line's days."""
    day, start, end = _day_of(adjudication, r), line.service_from, line.service_end
    return day is not None and start is not None and end is not None and start <= day <= end


def _another_day(line: Line, adjudication: Adjudication, r: Remittance) -> bool:
    """True when both days are known and differ."""
    return bool(_day_of(adjudication, r) and line.service_from) and not same_day(line, adjudication, r)


def _why_no_line(claim: Claim, adjudication: Adjudication) -> str:
    code = _submitted(adjudication)[0]
    if adjudication.control_number:
        return f"no line of the claim has its line control number, and no line left has code {code} on its day"
    if any(same_code(line, adjudication) for line in claim.lines):
        return f"the claim's lines with code {code} are of another day or already answered by other services"
    return f"no line of the claim has code {code}"
