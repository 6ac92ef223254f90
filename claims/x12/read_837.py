"""837P (005010X222A1) to claims: a state machine over its loops.

Longer than a file should be, because it is one machine: what a segment means depends on all that came before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from claims.claim import Claim, Line, Payer, Subscriber
from claims.errors import UnreadableSegment
from claims.kinds import kind_of_claim, type_of_payer
from claims.reading import Refusal
from claims.wording import shown
from claims.x12.body import Body, Handler, Place
from claims.x12.composites import diagnosis_of, pointers_of, procedure_of
from claims.x12.elements import (
    BadElement,
    Elements,
    amount,
    at,
    date_of,
    day,
    days,
    required,
    whole_number,
)
from claims.x12.envelope import read
from claims.x12.parties import Party
from claims.x12.transactions import PROFESSIONAL_CLAIM, Heading

BILLING, SUBSCRIBER, PATIENT = "20", "22", "23"  # HL03
_ABOVE = {BILLING: "", SUBSCRIBER: BILLING, PATIENT: SUBSCRIBER}
_PADDING = [""] * 20  # CLM20 is the furthest element we read
_CLAIM_REFERENCES = {
    "G1": "authorization_number", "9F": "referral_number", "F8": "original_reference", "EA": "medical_record_number",
    "X4": "clia",
}  # fmt: skip
_LINE_REFERENCES = {
    "6R": "control_number", "G1": "authorization_number", "9F": "referral_number", "X4": "clia",
}  # fmt: skip
_CLAIM_PARTIES = {"82": "rendering", "DN": "referring", "77": "facility", "DQ": "supervising"}
_LINE_PARTIES = {"82": "rendering", "DK": "ordering"}
_CLAIM_DATES = {"439": "accident_date", "431": "onset_date"}


def read_837(source: bytes | BinaryIO) -> Iterator[Claim | Refusal]:
    """The professional claims of an X12 file, in order, and what could not be read of it.

    Streams: memory does not grow with the file. A claim with anything unreadable in it is one Refusal and its
    neighbours still come; faults that cost no claim (counts, control numbers) are Refusals with `claims_lost` 0. Guide
    numbers 005010X222 and 005010X222A2 are read like 005010X222A1, and stated. Raises UnreadableFile on the first step
    when the source holds no professional claims at all.
    """
    return read(source, PROFESSIONAL_CLAIM, _Claims)


class _Level:
    """A hierarchical level (HL): who stands in it, where, and what was wrong with it."""

    __slots__ = ("fault", "number", "parties", "segments")

    def __init__(self, number: str) -> None:
        self.number = number  # HL01
        self.parties: dict[str, Party] = {}
        self.segments: dict[str, int] = {}
        self.fault: UnreadableSegment | None = None


class _Draft:
    """A claim or service line while its segments still come in."""

    __slots__ = ("fault", "fields", "parties", "place", "segments")

    def __init__(self, place: Place, segments: dict[str, int]) -> None:
        self.place = place
        self.fields: dict[str, Any] = {}
        self.parties: dict[str, Party] = {}
        self.segments = segments
        self.fault: UnreadableSegment | None = None


class _Claims(Body[Claim]):
    """The loops of one 837P transaction set.

    A claim is complete at the next CLM, HL or SE. What is wrong above it (subscriber, billing provider) is wrong with
    every claim beneath it.
    """

    record_segment = "CLM"

    def __init__(self, heading: Heading, out: list[Claim | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._day, self._purpose = heading.group_day, ""
        self._levels: dict[str, _Level] = {}  # by HL03
        self._level = ""  # HL03 of the latest HL; "" before the first
        self._claim: _Draft | None = None
        self._line: _Draft | None = None
        self._lines: list[Line] = []
        self._numbers: set[int] = set()  # LX01 of the claim so far
        self._in_other_payer = False  # 2320, 2330: another payer's view of the claim, none of which is ours
        self._owner: Party | None = None  # whom N3, N4, PRV, DMG and REF speak of
        self._strayed = False
        self._sbr: Elements = []
        self._relationship = ""
        self._context: dict[str, Any] | None = None  # what all claims of the level share, once built

    def table(self) -> dict[str, Handler]:
        return {
            "BHT": self._bht, "HL": self._hl, "SBR": self._read_sbr, "PAT": self._pat, "NM1": self._nm1, "N3": self._n3,
            "N4": self._n4, "PRV": self._prv, "DMG": self._dmg, "REF": self._ref, "CLM": self._clm, "HI": self._hi,
            "DTP": self._dtp, "AMT": self._amt, "NTE": self._nte, "LX": self._lx, "SV1": self._sv1, "LIN": self._lin,
        }  # fmt: skip

    # Header and hierarchy

    def _bht(self, e: Elements) -> None:
        self._purpose = at(e, 6)
        if date_of(at(e, 4)):
            self._day = date_of(at(e, 4))
        else:
            expected = "the day the file was made, as CCYYMMDD"
            raise BadElement("BHT04", found=shown(at(e, 4)), expected=expected, advice="GS04 was taken instead.")

    def _hl(self, e: Elements) -> None:
        self.close()
        self._strayed, self._context, self._owner = False, None, None
        self._level, number, parent = at(e, 3), at(e, 1), at(e, 2)
        if self._level not in _ABOVE:
            self._levels = {}
            expected = "20 (billing provider), 22 (subscriber) or 23 (patient)"
            raise BadElement("HL03", found=shown(self._level), expected=expected)
        levels = self._levels
        used = any(level.number == number for level in levels.values())
        if self._level == BILLING:
            levels.clear()
        elif self._level == SUBSCRIBER:
            levels.pop(PATIENT, None)
        levels[self._level] = _Level(number)
        self._relationship = ""
        if self._level != PATIENT:
            self._sbr = []
        above = _ABOVE[self._level]
        holder = levels.get(above)
        if used or (parent != holder.number if holder else above):
            self._state_hierarchy(above, holder, number, parent, used)

    def _state_hierarchy(self, above: str, holder: _Level | None, number: str, parent: str, used: bool) -> None:
        advice = "The level was placed by its order in the file."
        if used:
            self._state_hl(
                "HL01", found=f"{shown(number)} a second time", expected="a number of its own", advice=advice
            )
        if holder is None and above:
            self._state_hl("HL02", found=shown(parent), expected=f"a level {above} before a level {self._level}")
        elif holder is not None and parent != holder.number:
            expected = f"{shown(holder.number)}, the level {above} it stands under"
            self._state_hl("HL02", found=shown(parent), expected=expected, advice=advice)

    def _state_hl(self, element: str, *, found: str, expected: str, advice: str = "") -> None:
        self.state(self.located("HL", BadElement(element, found=found, expected=expected, advice=advice)))

    def _read_sbr(self, e: Elements) -> None:
        if self._claim is not None:
            self._finish_line()
            self._in_other_payer, self._owner = True, None
        elif self._level == SUBSCRIBER:
            self._sbr = e
            self._levels[SUBSCRIBER].segments["SBR"] = self.number

    def _pat(self, e: Elements) -> None:
        if self._level == PATIENT and self._claim is None:
            self._relationship = at(e, 1)

    # Parties

    def _nm1(self, e: Elements) -> None:
        self._owner = None
        if self._in_other_payer:
            return
        role = at(e, 1)
        if self._line is not None:
            self._own(self._line, _LINE_PARTIES, role, e)
        elif self._claim is not None:
            self._own(self._claim, _CLAIM_PARTIES, role, e)
        elif level := self._levels.get(self._level):
            self._owner = level.parties[role] = Party(e)
            level.segments[f"NM1*{role}"] = self.number

    def _own(self, draft: _Draft, roles: dict[str, str], role: str, e: Elements) -> None:
        if role in roles:
            self._owner = draft.parties[roles[role]] = Party(e)
            draft.segments[f"NM1*{role}"] = self.number

    def _n3(self, e: Elements) -> None:
        if self._owner is not None:
            self._owner.n3(e)

    def _n4(self, e: Elements) -> None:
        if self._owner is not None:
            self._owner.n4(e)

    def _prv(self, e: Elements) -> None:
        if self._owner is not None:
            self._owner.prv(e)
        elif self._level == BILLING and self._claim is None:  # 2000A: before the NM1 it speaks of
            level = self._levels[BILLING]
            level.parties["PRV"] = party = Party()
            party.prv(e)

    def _dmg(self, e: Elements) -> None:
        if self._owner is not None:
            self._owner.dmg(e)

    def _ref(self, e: Elements) -> None:
        qualifier = at(e, 1)
        if self._line is not None:
            self._keep_reference(self._line, _LINE_REFERENCES, qualifier, e)
        elif self._claim is not None:
            if not self._in_other_payer:
                self._keep_reference(self._claim, _CLAIM_REFERENCES, qualifier, e)
        elif self._owner is not None and self._level == BILLING and qualifier in ("EI", "SY"):
            self._owner.tax(e)

    def _keep_reference(self, draft: _Draft, wanted: dict[str, str], qualifier: str, e: Elements) -> None:
        """Keep a reference; one with REF04 is another payer's."""
        if qualifier in wanted and not at(e, 4):
            draft.fields[wanted[qualifier]] = at(e, 2)
            draft.segments[f"REF*{qualifier}"] = self.number

    # Claim

    def _clm(self, e: Elements) -> None:
        e += _PADDING
        draft = self._open_claim(e[1])
        place = self.composite(e, 5)
        causes = self.composite(e, 11)
        draft.fields |= {
            "place_of_service": at(place, 0),
            "frequency": at(place, 2),
            "provider_signature": e[6],
            "assignment": e[7],
            "benefits_assigned": e[8],
            "release_of_information": e[9],
            "accident_causes": tuple(cause for cause in causes[:3] if cause),
            "accident_state": at(causes, 3),
            "delay_reason": e[20],
        }
        required(e, 1, "the claim's own number")
        draft.fields["charge"] = amount(e, 2)

    def _open_claim(self, claim_id: str) -> _Draft:
        self.close()
        self.ordinal += 1
        segments: dict[str, int] = {}
        for level in self._levels.values():
            segments |= level.segments
        self._claim = draft = _Draft((self.number, self.offset), segments)
        self._in_other_payer, self._owner = False, None
        self._lines, self._numbers = [], set()
        draft.segments["CLM"] = self.number
        draft.fields["id"] = claim_id
        draft.fault = next((level.fault for level in self._levels.values() if level.fault), None)
        if SUBSCRIBER not in self._levels or BILLING not in self._levels:
            expected = "a claim under a billing provider (HL 20) and a subscriber (HL 22)"
            self.blame(self.located("CLM", BadElement("", found="a CLM without them", expected=expected)))
        return draft

    def open_unreadable(self) -> None:
        self._open_claim("")

    def _hi(self, e: Elements) -> None:
        if self._claim is None or self._line is not None:
            self._out_of_place("HI")
            return
        found = self._claim.fields.setdefault("diagnoses", [])
        for i in range(1, len(e)):
            try:
                diagnosis = diagnosis_of(e[i], self.component)
            except BadElement as bad:
                bad.element = f"HI{i:02d}-2"
                raise
            if diagnosis is not None:
                self._claim.segments.setdefault("HI", self.number)
                found.append(diagnosis)

    def _dtp(self, e: Elements) -> None:
        qualifier = at(e, 1)
        if self._line is not None:
            if qualifier == "472":
                self._line.segments["DTP*472"] = self.number
                fields = self._line.fields
                fields["service_from"], fields["service_to"] = days(e, 3)
        elif self._claim is not None and not self._in_other_payer and qualifier in _CLAIM_DATES:
            self._claim.segments[f"DTP*{qualifier}"] = self.number
            self._claim.fields[_CLAIM_DATES[qualifier]] = day(e, 3)

    def _amt(self, e: Elements) -> None:
        if self._claim is not None and self._line is None and not self._in_other_payer and at(e, 1) == "F5":
            self._claim.fields["amount_paid"] = amount(e, 2)

    def _nte(self, e: Elements) -> None:
        if self._claim is not None and self._line is None and not self._in_other_payer:
            self._claim.fields.setdefault("note", at(e, 2))

    # Service line

    def _lx(self, e: Elements) -> None:
        if self._claim is None:
            self._out_of_place("LX")
            return
        self._finish_line()
        self._in_other_payer, self._owner = False, None
        self._line = _Draft((self.number, self.offset), {"LX": self.number})
        number = whole_number(e, 1)
        self._line.fields["number"] = number
        if number in self._numbers:
            found = f"line {number} a second time"
            advice = "The CLM segment of the next claim may be missing or damaged."
            raise BadElement("LX01", found=found, expected="a number of its own for each line", advice=advice)
        self._numbers.add(number)

    def _sv1(self, e: Elements) -> None:
        line = self._line
        if line is None or "code" in line.fields:
            self._out_of_place("SV1", "one SV1 after each LX")
            return
        line.segments["SV1"] = self.number
        e += _PADDING
        line.fields |= procedure_of(e[1], self.component)
        line.fields |= {
            "charge": amount(e, 2),
            "unit": e[3],
            "units": amount(e, 4),
            "place": e[5],
            "diagnosis_pointers": pointers_of(e[7], self.component),
            "emergency": e[9] == "Y",
        }

    def _lin(self, e: Elements) -> None:
        if self._line is not None and at(e, 2) == "N4":
            self._line.fields["ndc"] = at(e, 3)

    def _finish_line(self) -> None:
        line, self._line = self._line, None
        if line is None or self._claim is None or self._claim.fault is not None:
            return
        if "code" not in line.fields:
            expected = "an SV1 segment in each service line"
            bad = BadElement("", found="a service line without SV1", expected=expected)
            self._claim.fault = self.located("LX", bad, line.place)
            return
        line.fields.setdefault("service_from", None)
        for role, party in line.parties.items():
            line.fields[role] = party.provider()
        self._lines.append(Line(**line.fields, segments=line.segments))

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        elif level := self._levels.get(self._level):
            level.fault = level.fault or error
        else:
            self.state(error)

    def cut(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self.blame(error)

    def _out_of_place(self, segment: str, expected: str = "a CLM segment before it") -> None:
        """A segment whose CLM or LX is missing or damaged: the open claim may be two; without one it is said once."""
        bad = BadElement("", found=f"{segment} out of place", expected=expected)
        if self._claim is not None:
            raise bad
        if not self._strayed:
            self._strayed = True
            self.state(self.located(segment, bad))

    def close(self) -> None:
        claim = self._claim
        if claim is None:
            return
        self._finish_line()
        if claim.fault is None and not self._lines:
            bad = BadElement("", found="a claim without service lines", expected="an LX and SV1 for each service")
            claim.fault = self.located("CLM", bad, claim.place)
        self._claim, self._strayed = None, False
        if claim.fault is not None:
            self.out.append(Refusal(claim.fault, claims_lost=1, claim_id=claim.fields["id"]))
        else:
            self.out.append(self._built(claim))

    def _built(self, draft: _Draft) -> Claim:
        if self._context is None:
            self._context = self._shared()
        fields = draft.fields
        fields["diagnoses"] = tuple(fields.get("diagnoses", ()))
        for role, party in draft.parties.items():
            fields[role] = party.provider()
        return Claim(
            **fields,
            **self._context,
            lines=tuple(self._lines),
            submitted_on=self._day,
            origin=self.origin(self._day, self._purpose),
            segments=draft.segments,
        )

    def _shared(self) -> dict[str, Any]:
        """Billing provider, subscriber, patient and payer: the same for every claim of the level."""
        billing, subscriber = self._levels[BILLING], self._levels[SUBSCRIBER]
        billed_by = billing.parties.get("85") or Party()
        if taxonomy := billing.parties.get("PRV"):
            billed_by.taxonomy = taxonomy.taxonomy
        insured = subscriber.parties.get("IL") or Party()
        person = insured.person()
        patient = self._levels.get(PATIENT)
        sbr = self._sbr
        return {
            "billing": billed_by.provider(),
            "kind": kind_of_claim(billed_by.taxonomy),
            "subscriber": Subscriber(
                person=person,
                member_id=insured.id,
                group_number=at(sbr, 3),
                relationship=self._relationship if patient else at(sbr, 2),
            ),
            "patient": (patient.parties.get("QC") or Party()).person() if patient else person,
            "payer": self._payer(subscriber.parties.get("PR") or Party(), sbr),
        }

    @staticmethod
    def _payer(party: Party, sbr: Elements) -> Payer:
        indicator = at(sbr, 9)
        return Payer(
            id=party.id,
            name=party.last_name,
            filing_indicator=indicator,
            type=type_of_payer(indicator),
            sequence=at(sbr, 1),
        )
