"""837P (005010X222A1) to claims: a state machine over its loops.

Longer than a file should be, because it is one machine: what a segment means depends on all that came before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from claims.claim import Attachment, Carried, Claim, DatedEvent, Line, Note, Payer, Subscriber
from claims.errors import UnreadableSegment
from claims.kinds import kind_of_claim, type_of_payer
from claims.reading import Refusal
from claims.wording import shown
from claims.x12.body import Body, Handler, Place
from claims.x12.carrying import carried
from claims.x12.composites import diagnosis_of, is_plain_procedure, pointers_of, procedure_of
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
from claims.x12.parties import NOTHING, PART, Party
from claims.x12.read_837_other_payers import LineAdjudicationDraft, OtherPayerDraft
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
_LINE_PARTIES = {
    "82": "rendering", "QB": "purchased_from", "77": "facility", "DQ": "supervising", "DK": "ordering",
    "DN": "referring",
}  # fmt: skip
_LEVEL_LOOPS = {BILLING: "2000A", SUBSCRIBER: "2000B", PATIENT: "2000C"}
_PARTY_LOOPS = {"85": "2010AA", "87": "2010AB", "PE": "2010AC", "IL": "2010BA", "PR": "2010BB", "QC": "2010CA"}
_WITH_ADDRESS = ("85", "IL", "QC")  # the parties of a level whose address is a field of ours
_LOOP_OF_SUBMITTER = {"41": "1000A", "40": "1000B"}
_DIAGNOSES_PER_HI = 12
_CLAIM_DATES = {"439": "accident_date", "431": "onset_date"}
# Every segment id of 005010X222A1 between ST and SE
GUIDE = frozenset(
    (
        "BHT", "NM1", "PER", "HL", "PRV", "CUR", "N2", "N3", "N4", "REF", "SBR", "PAT", "DMG", "CLM", "DTP", "PWK",
        "CN1", "AMT", "K3", "NTE", "CR1", "CR2", "CR3", "CRC", "HI", "HCP", "CAS", "OI", "MOA", "LX", "SV1", "SV5",
        "QTY", "MEA", "PS1", "LIN", "CTP", "SVD", "LQ", "FRM",
    )
)  # fmt: skip


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

    __slots__ = ("extra", "fault", "number", "parties", "segments")

    def __init__(self, number: str) -> None:
        self.extra: list[Carried] = []
        self.number = number  # HL01
        self.parties: dict[str, Party] = {}
        self.segments: dict[str, int] = {}
        self.fault: UnreadableSegment | None = None


class _Draft:
    """A claim or service line while its segments still come in."""

    __slots__ = ("extra", "fault", "fields", "lists", "parties", "place", "segments")

    def __init__(self, place: Place, segments: dict[str, int]) -> None:
        self.place = place
        self.fields: dict[str, Any] = {}
        self.parties: dict[str, Party] = {}
        self.segments = segments
        self.fault: UnreadableSegment | None = None
        self.extra: list[Carried] = []
        self.lists: dict[str, list[Any]] = {}  # fields that come in parts

    def part(self, name: str, value: Any, key: str, number: int) -> None:
        """One more of a field that comes in parts."""
        self.lists.setdefault(name, []).append(value)
        self.segments.setdefault(key, number)

    def finished(self) -> dict[str, Any]:
        """All fields."""
        for name, values in self.lists.items():
            self.fields[name] = tuple(values)
        for role, party in self.parties.items():
            self.fields[role] = party.provider()
        if self.extra:
            self.fields["extra"] = tuple(self.extra)
        return self.fields


class _Claims(Body[Claim]):
    """The loops of one 837P transaction set.

    A claim is complete at the next CLM, HL or SE. What is wrong above it (subscriber, billing provider) is wrong with
    every claim beneath it.
    """

    record_segment = "CLM"
    guide = GUIDE

    def __init__(self, heading: Heading, out: list[Claim | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._day, self._purpose = heading.group_day, ""
        self._levels: dict[str, _Level] = {}  # by HL03
        self._level = ""  # HL03 of the latest HL; "" before the first
        self._claim: _Draft | None = None
        self._line: _Draft | None = None
        self._lines: list[Line] = []
        self._numbers: set[int] = set()  # LX01 of the claim so far
        self._other: OtherPayerDraft | None = None  # 2320, 2330: another payer's view of the claim
        self._decision: LineAdjudicationDraft | None = None  # 2430: what it decided on the line
        self._codes: list[tuple[Elements, int]] = []  # the HI segments that hold diagnoses
        self._odd_codes = False  # not as we would write them
        self._batch = ""
        self._before: list[Carried] = []  # what stands before the first HL
        self._header: tuple[Carried, ...] | None = None
        self._owner: Party | None = None  # whom N3, N4, PRV, DMG and REF speak of
        self._strayed = False
        self._sbr: Elements = []
        self._relationship = ""
        self._context: dict[str, Any] | None = None  # what all claims of the level share, once built
        self._shared_extra: tuple[Carried, ...] = ()
        self._extra, self._loop = self._before, "0000"

    def table(self) -> dict[str, Handler]:
        return {
            "BHT": self._bht, "HL": self._hl, "SBR": self._read_sbr, "PAT": self._pat, "NM1": self._nm1, "N3": self._n3,
            "N4": self._n4, "PRV": self._prv, "DMG": self._dmg, "REF": self._ref, "CLM": self._clm, "HI": self._hi,
            "DTP": self._dtp, "AMT": self._amt, "NTE": self._nte, "LX": self._lx, "SV1": self._sv1, "LIN": self._lin,
            "CTP": self._ctp, "PWK": self._pwk, "CAS": self._cas, "OI": self._oi, "MOA": self._moa, "SVD": self._svd,
            "LQ": self._lq,
        }  # fmt: skip

    # Header and hierarchy

    def _bht(self, e: Elements) -> None:
        self.carry(e)
        self._purpose, self._batch = at(e, 6), at(e, 3)
        if date_of(at(e, 4)):
            self._day = date_of(at(e, 4))
        else:
            expected = "the day the file was made, as CCYYMMDD"
            raise BadElement("BHT04", found=shown(at(e, 4)), expected=expected, advice="GS04 was taken instead.")

    def _hl(self, e: Elements) -> None:
        self.close()
        if self._header is None:
            self._header = tuple(self._before)
        self._strayed, self._context, self._owner = False, None, None
        self._level, number, parent = at(e, 3), at(e, 1), at(e, 2)
        self._extra = None
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
        levels[self._level] = level = _Level(number)
        level.segments[f"HL*{self._level}"] = self.number
        self._extra, self._loop, self._role = level.extra, _LEVEL_LOOPS[self._level], ""
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
            self._finish_other_payer()
            self._other, self._owner = OtherPayerDraft(e, self.number), None
            self._extra, self._loop, self._role = self._other.extra, "2320", ""
            if any(e[6:9]) or len(e) > 10:
                self.carry(e, partial=True)
        elif self._level == SUBSCRIBER and not self._sbr:
            self._sbr = e
            level = self._levels[SUBSCRIBER]
            level.segments["SBR"] = self.number
        else:
            self.carry(e)

    def _pat(self, e: Elements) -> None:
        if self._level == PATIENT and self._claim is None and not self._relationship and at(e, 1):
            self._relationship = at(e, 1)
            self._levels[PATIENT].segments["PAT"] = self.number
            if len(e) > 2:
                self.carry(e, partial=True)
        else:
            self.carry(e)

    # Parties

    def _nm1(self, e: Elements) -> None:
        self._owner = None
        self._role = role = e[1] if len(e) > 1 else ""
        if self._line is not None:
            if self._decision is not None:
                self._finish_decision()
            self._loop = "2420"
            self._own(self._line, _LINE_PARTIES, role, e)
        elif self._other is not None:
            self._loop = "2330"
            self._own_of_other_payer(self._other, role, e)
        elif self._claim is not None:
            self._loop = "2310"
            self._own(self._claim, _CLAIM_PARTIES, role, e)
        elif level := self._levels.get(self._level):
            self._loop = _PARTY_LOOPS.get(role, _LEVEL_LOOPS[self._level].replace("2000", "2010"))
            self._own_of_level(level, role, e)
        else:
            self._loop = _LOOP_OF_SUBMITTER.get(role, "1000")
            self.carry(e)

    def _own(self, draft: _Draft, roles: dict[str, str], role: str, e: Elements) -> None:
        name = roles.get(role)
        if name is None or name in draft.parties:
            self.carry(e)
            return
        self._owner = draft.parties[name] = party = Party(e)
        draft.segments[f"NM1*{role}"] = self.number
        if not party.whole_as_provider:
            self.carry(e, partial=True)

    def _own_of_level(self, level: _Level, role: str, e: Elements) -> None:
        if role in level.parties:
            self.carry(e)
            return
        level.parties[role] = party = Party(e)
        level.segments[f"NM1*{role}"] = self.number
        if role in _WITH_ADDRESS:
            self._owner = party
        if role == "PR":
            whole = party.whole_as_payer
        elif role == "85":
            whole = party.whole_as_provider
        elif role in {"IL", "QC"}:
            whole = party.whole_as_person and (role == "IL" or not party.id)
        else:
            self.carry(e)
            return
        if not whole:
            self.carry(e, partial=True)

    def _own_of_other_payer(self, other: OtherPayerDraft, role: str, e: Elements) -> None:
        if role == "IL" and other.insured is None:
            self._owner = other.insured = party = Party(e)
            whole = party.whole_as_person
        elif role == "PR" and other.payer is None:
            other.payer = party = Party(e)
            whole = party.whole_as_payer
        else:
            self.carry(e)
            return
        other.segments[f"NM1*{role}"] = self.number
        if not whole:
            self.carry(e, partial=True)

    def _rest(self, e: Elements, taken: int) -> None:
        """Carry what was not taken of a segment."""
        if taken == NOTHING:
            self.carry(e)
        elif taken == PART:
            self.carry(e, partial=True)

    def _n3(self, e: Elements) -> None:
        self._rest(e, self._owner.n3(e) if self._owner is not None else NOTHING)

    def _n4(self, e: Elements) -> None:
        self._rest(e, self._owner.n4(e) if self._owner is not None else NOTHING)

    def _prv(self, e: Elements) -> None:
        if self._owner is not None and (self._claim is not None or self._owner.role == "85"):
            self._rest(e, self._owner.prv(e))
        elif self._level == BILLING and self._claim is None and not self._role:  # before the NM1 it speaks of
            level = self._levels[BILLING]
            party = level.parties.setdefault("PRV", Party())
            party.role = "85"
            level.segments.setdefault("PRV", self.number)
            self._rest(e, party.prv(e))
        else:
            self.carry(e)

    def _dmg(self, e: Elements) -> None:
        if self._owner is not None and self._owner.role in ("IL", "QC"):
            self._rest(e, self._owner.dmg(e) if not self._owner.sex else NOTHING)
        else:
            self.carry(e)

    def _ref(self, e: Elements) -> None:
        qualifier = e[1] if len(e) > 1 else ""
        if self._line is not None:
            if self._loop == "2400":
                self._keep_reference(self._line, _LINE_REFERENCES, qualifier, e)
            elif self._loop == "2410" and qualifier == "XZ" and len(e) == 3 and e[2]:
                self._line.fields["prescription_number"] = e[2]
                self._line.segments["REF*XZ"] = self.number
            else:
                self.carry(e)
        elif self._other is not None:
            self._rest(e, self._other.ref(e, self.number) if self._role == "PR" else NOTHING)
        elif self._claim is not None:
            if self._loop == "2300":
                self._keep_reference(self._claim, _CLAIM_REFERENCES, qualifier, e)
            else:
                self.carry(e)
        elif self._owner is not None and self._level == BILLING and qualifier in ("EI", "SY"):
            taken = self._owner.tax(e)
            if taken != NOTHING:
                self._levels[BILLING].segments[f"REF*{qualifier}"] = self.number
            self._rest(e, taken)
        else:
            self.carry(e)

    def _keep_reference(self, draft: _Draft, wanted: dict[str, str], qualifier: str, e: Elements) -> None:
        """Keep a reference; one with REF04 is another payer's."""
        name = wanted.get(qualifier)
        if name is None or len(e) < 3 or not e[2] or at(e, 4) or name in draft.fields:
            self.carry(e)
            return
        draft.fields[name] = e[2]
        draft.segments[f"REF*{qualifier}"] = self.number
        if len(e) > 3:
            self.carry(e, partial=True)

    # Claim

    def _clm(self, e: Elements) -> None:
        length = len(e)
        e += _PADDING
        draft = self._open_claim(e[1])
        place = self.composite(e, 5)
        fields = draft.fields
        fields |= {
            "place_of_service": at(place, 0),
            "frequency": at(place, 2),
            "provider_signature": e[6],
            "assignment": e[7],
            "benefits_assigned": e[8],
            "release_of_information": e[9],
            "delay_reason": e[20],
        }
        causes: list[str] = []
        if e[11]:
            causes = self.composite(e, 11)
            fields["accident_causes"] = tuple(cause for cause in causes[:3] if cause)
            fields["accident_state"], fields["accident_country"] = at(causes, 3), at(causes, 4)
        if length > 10:
            fields["patient_signature"], fields["special_program"], fields["participation"] = e[10], e[12], e[16]
        if len(place) != 3 or place[1] != "B" or e[3] or e[4] or len(causes) > 5 or any(e[13:16]) or any(e[17:20]):
            self.carry(e, partial=True)
        required(e, 1, "the claim's own number")
        fields["charge"] = amount(e, 2)

    def _open_claim(self, claim_id: str) -> _Draft:
        self.close()
        self.ordinal += 1
        segments: dict[str, int] = {}
        for level in self._levels.values():
            segments |= level.segments
        self._claim = draft = _Draft((self.number, self.offset), segments)
        self._other = self._decision = self._owner = None
        self._extra, self._loop, self._role = draft.extra, "2300", ""
        self._lines, self._numbers, self._codes, self._odd_codes = [], set(), [], False
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
        if self._loop != "2300":
            self.carry(e)
            return
        found = self._claim.lists.setdefault("diagnoses", [])
        before = len(found)
        for i in range(1, len(e)):
            try:
                diagnosis = diagnosis_of(e[i], self.component)
            except BadElement as bad:
                bad.element = f"HI{i:02d}-2"
                raise
            if diagnosis is not None:
                if diagnosis[1] != ("ABF" if found else "ABK"):
                    self._odd_codes = True
                found.append(diagnosis[0])
        taken = len(found) - before
        if not taken:
            self.carry(e)
            return
        self._claim.segments.setdefault("HI", self.number)
        if taken != len(e) - 1 or before % _DIAGNOSES_PER_HI:
            self._odd_codes = True
        self._codes.append((e, self.number))

    def _dtp(self, e: Elements) -> None:
        qualifier = e[1] if len(e) > 1 else ""
        line = self._line
        if line is not None:
            if self._decision is not None:
                self._softly(e, self._decision.adjudicated if qualifier == "573" else None)
            elif qualifier == "472" and self._loop == "2400" and "service_from" not in line.fields:
                line.segments["DTP*472"] = self.number
                fields = line.fields
                fields["service_from"], fields["service_to"] = _start, end = days(e, 3)
                if len(e) != 4 or len(e[3]) != (17 if end else 8) or e[2] != ("RD8" if end else "D8"):
                    self.carry(e, partial=True)
            else:
                self._keep_date(line, e, "2400")
        elif self._other is not None:
            self._softly(e, self._other.adjudicated if qualifier == "573" and self._role == "PR" else None)
        elif self._claim is None:
            self.carry(e)
        elif qualifier in _CLAIM_DATES and self._loop == "2300":
            name = _CLAIM_DATES[qualifier]
            if name in self._claim.fields:
                self.carry(e)
                return
            self._claim.segments[f"DTP*{qualifier}"] = self.number
            self._claim.fields[name] = day(e, 3) if len(e[3:]) and len(e[3]) != 12 else days(e, 3)[0]
            if len(e) != 4 or e[2] != "D8":
                self.carry(e, partial=True)
        else:
            self._keep_date(self._claim, e, "2300")

    def _keep_date(self, draft: _Draft, e: Elements, loop: str) -> None:
        """A date without a field of its own; one that is no day, or has an hour, is carried."""
        if self._loop == loop and len(e) == 4:
            first, dash, last = e[3].partition("-")
            start, end = date_of(first), date_of(last)
            if start and (end if dash else not last) and e[2] == ("RD8" if dash else "D8"):
                draft.part("dates", DatedEvent(e[1], start, end), f"DTP*{e[1]}", self.number)
                return
        self.carry(e)

    def _softly(self, e: Elements, take: Callable[[Elements, int], int] | None) -> None:
        """Offer the segment to what another payer decided; what it does not take or cannot read is carried."""
        try:
            taken = take(e, self.number) if take is not None else NOTHING
        except BadElement:
            taken = NOTHING
        self._rest(e, taken)

    def _amt(self, e: Elements) -> None:
        if self._decision is not None:
            self._softly(e, self._decision.amt)
        elif self._line is None and self._other is not None:
            self._softly(e, self._other.amt if self._loop == "2320" else None)
        elif self._claim is not None and self._line is None and at(e, 1) == "F5" and self._loop == "2300":
            if "amount_paid" in self._claim.fields or len(e) > 3:
                self.carry(e, partial="amount_paid" not in self._claim.fields)
            self._claim.fields.setdefault("amount_paid", amount(e, 2))
            self._claim.segments.setdefault("AMT*F5", self.number)
        else:
            self.carry(e)

    def _nte(self, e: Elements) -> None:
        if self._line is not None:
            if self._loop == "2400" and len(e) == 3 and e[1]:
                self._line.part("notes", Note(e[1], e[2]), "NTE", self.number)
                return
        elif self._claim is not None and self._loop == "2300" and "note" not in self._claim.fields and at(e, 2):
            self._claim.fields["note_kind"], self._claim.fields["note"] = e[1], e[2]
            self._claim.segments["NTE"] = self.number
            if len(e) > 3:
                self.carry(e, partial=True)
            return
        self.carry(e)

    def _pwk(self, e: Elements) -> None:
        draft = self._line or self._claim
        here = draft is not None and self._loop in ("2300", "2400")
        if (
            draft is None
            or not here
            or not at(e, 1)
            or any(e[3:5])
            or len(e) > 7
            or at(e, 5) != ("AC" if at(e, 6) else "")
        ):
            self.carry(e)
        else:
            draft.part("attachments", Attachment(e[1], at(e, 2), at(e, 6)), "PWK", self.number)

    # Other payers

    def _cas(self, e: Elements) -> None:
        draft = self._decision or (self._other if self._line is None else None)
        if draft is None or self._loop not in ("2320", "2430"):
            self.carry(e)
            return
        self._softly(e, draft.cas)

    def _oi(self, e: Elements) -> None:
        self._softly(e, self._other.oi if self._other is not None and self._loop == "2320" else None)

    def _moa(self, e: Elements) -> None:
        self._softly(e, self._other.moa if self._other is not None and self._loop == "2320" else None)

    def _finish_other_payer(self) -> None:
        other, self._other = self._other, None
        if other is not None and self._claim is not None:
            built = other.built(self.heading.delimiters)
            self._claim.lists.setdefault("other_payers", []).append(built)

    def _svd(self, e: Elements) -> None:
        self._finish_decision()
        line = self._line
        self._owner, self._role = None, ""
        if line is None:
            self.carry(e)
            return
        self._loop = "2430"
        try:
            self._decision = decision = LineAdjudicationDraft(e, self.component)
        except BadElement:
            self._extra = line.extra
            self.carry(e)
            return
        self._extra = decision.extra
        if not decision.whole:
            self.carry(e, partial=True)

    def _lq(self, e: Elements) -> None:
        self._finish_decision()
        if self._line is not None:
            self._loop, self._owner, self._role = "2440", None, ""
        self.carry(e)

    def _finish_decision(self) -> None:
        decision, self._decision = self._decision, None
        if decision is not None and self._line is not None:
            self._line.lists.setdefault("adjudications", []).append(decision.built(self.heading.delimiters))
            self._extra = self._line.extra

    # Service line

    def _lx(self, e: Elements) -> None:
        if self._claim is None:
            self._out_of_place("LX")
            return
        self._finish_line()
        if self._other is not None:
            self._finish_other_payer()
        self._owner = None
        self._line = line = _Draft((self.number, self.offset), {"LX": self.number})
        self._extra, self._loop, self._role = line.extra, "2400", ""
        if len(e) > 2:
            self.carry(e, partial=True)
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
        length = len(e)
        more = length > 8 and (e[6] or e[8] or (length > 9 and (e[9] not in ("", "Y") or any(e[10:]))))
        more = more or (6 < length <= 8 and e[6])
        if more or not is_plain_procedure(at(e, 1), self.component):
            self.carry(e, partial=True)
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
        line = self._line
        if line is None:
            self.carry(e)
            return
        self._finish_decision()
        self._loop, self._owner, self._role = "2410", None, ""
        if at(e, 2) != "N4" or not at(e, 3) or "ndc" in line.fields:
            self.carry(e)
            return
        line.fields["ndc"] = e[3]
        line.segments["LIN"] = self.number
        if e[1] or len(e) > 4:
            self.carry(e, partial=True)

    def _ctp(self, e: Elements) -> None:
        line = self._line
        if line is None or self._loop != "2410" or "drug_quantity" in line.fields or "ndc" not in line.fields:
            self.carry(e)
            return
        try:
            quantity = amount(e, 4)
        except BadElement:
            self.carry(e)
            return
        unit = self.composite(e, 5)
        line.fields["drug_quantity"], line.fields["drug_unit"] = quantity, unit[0]
        line.segments["CTP"] = self.number
        if any(e[1:4]) or len(unit) > 1 or len(e) > 6:
            self.carry(e, partial=True)

    def _finish_line(self) -> None:
        if self._decision is not None:
            self._finish_decision()
        line, self._line = self._line, None
        if line is None or self._claim is None or self._claim.fault is not None:
            return
        if "code" not in line.fields:
            expected = "an SV1 segment in each service line"
            bad = BadElement("", found="a service line without SV1", expected=expected)
            self._claim.fault = self.located("LX", bad, line.place)
            return
        line.fields.setdefault("service_from", None)
        self._lines.append(Line(**line.finished(), segments=line.segments))

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
        if self._other is not None:
            self._finish_other_payer()
        self._extra = None
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
        if self._odd_codes:
            delimiters = self.heading.delimiters
            draft.extra += [carried("2300", e, "", number, delimiters, partial=True) for e, number in self._codes]
        if self._shared_extra:
            draft.extra[:0] = self._shared_extra
        fields = draft.finished()
        fields.setdefault("diagnoses", ())
        return Claim(
            **fields,
            **self._context,
            lines=tuple(self._lines),
            submitted_on=self._day,
            origin=self.origin(self._day, self._purpose, self._batch, self._header or ()),
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
        extra = [kept for level in self._levels.values() for kept in level.extra]
        if any(sbr[4:9]) or len(sbr) > 10 or (patient and at(sbr, 2)):
            number = subscriber.segments["SBR"]
            extra.append(carried("2000B", sbr, "", number, self.heading.delimiters, partial=True))
        self._shared_extra = tuple(extra)
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
