"""What the segments of one claim demand of each other: sums, pointers, dates, identifiers (SNIP 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from claims.wording import shown
from claims.x12.delimiters import Delimiters
from claims.x12.elements import Elements, at, date_of
from claims.x12.validate.finding import Finding, Place, error
from claims.x12.validate.values import amount_of, bad_npi

_DIAGNOSES = ("ABK", "ABF", "BK", "BF")
_CORRECTS = {"7": "a replacement", "8": "a void"}


class ClaimRules:
    """Follows the claims of one 837P set."""

    def __init__(self, delimiters: Delimiters) -> None:
        self._delimiters = delimiters
        self._submitted: date | None = None
        self._claim: _Claim | None = None

    def feed(self, e: Elements, place: Place) -> Iterator[Finding]:
        """What the next segment shows to be wrong, with itself or with the claim it ends."""
        if e[0] in ("CLM", "HL"):
            yield from self.end()
        if e[0] == "BHT":
            self._submitted = date_of(at(e, 4))
        elif e[0] == "CLM":
            self._claim = _Claim(e, place, self._delimiters, self._submitted)
        elif e[0] == "NM1" and at(e, 8) == "XX":
            yield from bad_npi(place, 9, at(e, 9))
        elif self._claim is not None:
            yield from self._claim.feed(e, place)

    def end(self) -> Iterator[Finding]:
        """The set, or the claim, is over."""
        if self._claim is not None:
            yield from self._claim.end()
        self._claim = None


class _Claim:
    """One claim while it is open."""

    def __init__(self, e: Elements, place: Place, delimiters: Delimiters, submitted: date | None) -> None:
        self._place, self._component, self._submitted = place, delimiters.component, submitted
        self._charge = amount_of(at(e, 2))
        self._lines: list[Decimal | None] = []
        parts = at(e, 5).split(self._component)
        self._frequency = parts[2] if len(parts) > 2 else ""
        self._names_original = False
        self._diagnoses = 0
        self._in_line = self._in_other_payer = False

    def feed(self, e: Elements, place: Place) -> Iterator[Finding]:
        name = e[0]
        if name == "SBR":
            self._in_other_payer = True
        elif name == "LX":
            self._in_line, self._in_other_payer = True, False
        elif name == "HI" and not self._in_line:
            codes = (part.split(self._component) for part in e[1:])
            self._diagnoses += sum(1 for c in codes if c[0] in _DIAGNOSES and len(c) > 1 and c[1])
        elif name == "REF" and at(e, 1) == "F8" and at(e, 2) and not self._in_line and not self._in_other_payer:
            self._names_original = True
        elif name == "SV1":
            self._lines.append(amount_of(at(e, 2)))
            yield from self._pointers(e, place)
        elif name == "DTP" and at(e, 1) == "472" and self._in_line:
            yield from self._service(e, place)

    def _pointers(self, e: Elements, place: Place) -> Iterator[Finding]:
        most = self._diagnoses
        expected = f"1 to {most}, the diagnoses of the claim" if most else "none: the claim has no diagnosis (HI)"
        for i, pointer in enumerate(at(e, 7).split(self._component), start=1):
            if pointer.isascii() and pointer.isdigit() and not 1 <= int(pointer[:4]) <= most:
                yield error(
                    "diagnosis-pointer", place, shown(pointer), expected,
                    "Point to a diagnosis in HI, or add the one that is meant.", element=7, component=i, loop="2400",
                    snip=4,
                )  # fmt: skip

    def _service(self, e: Elements, place: Place) -> Iterator[Finding]:
        first, _, last = at(e, 3).partition("-")
        start, end = date_of(first), date_of(last) if last else None
        if start and end and end < start:
            yield error("date-order", place, shown(at(e, 3)), "the first day before the last", element=3,
                        loop="2400", snip=4)  # fmt: skip
        if start and self._submitted and start > self._submitted:
            yield error(
                "date-order", place, shown(first), f"no later than {self._submitted:%Y%m%d}, the day of submission",
                "Check the year of service; a service is billed after it was rendered.", element=3, loop="2400", snip=4,
            )  # fmt: skip

    def end(self) -> Iterator[Finding]:
        lines = [line for line in self._lines if line is not None]
        if self._charge is not None and lines and len(lines) == len(self._lines) and sum(lines) != self._charge:
            yield error(
                "claim-balance", self._place, str(self._charge), f"{sum(lines)}, the sum of SV102 of its lines",
                "A line is missing or a charge is wrong.", element=2, loop="2300", snip=3,
            )  # fmt: skip
        if self._frequency in _CORRECTS and not self._names_original:
            yield error(
                "original-reference", self._place,
                f"{_CORRECTS[self._frequency]} (frequency {self._frequency}) without REF*F8",
                "REF*F8 with the payer's number of the claim it corrects",
                "It is CLP07 of the payer's 835.", element=5, component=3, loop="2300", snip=4,
            )  # fmt: skip
