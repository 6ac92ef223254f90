"""A claim and a service line of an 837 while their segments still come in.

The record itself is filled, still open (`claims.freezing`). Methods that take a segment say how much of it they took;
the rest is the reader's to keep.
"""

from __future__ import annotations

from typing import Any, TypeVar

from claims.claim import Attachment, Carried, Claim, DatedEvent, Line, Note
from claims.errors import UnreadableSegment
from claims.freezing import maker, opener
from claims.x12.body import Place
from claims.x12.composites import Composites
from claims.x12.elements import BadElement, Elements, amount, at, date_of, day, days, required
from claims.x12.parties import NOTHING, PART, WHOLE, Party

Record = TypeVar("Record")
Known = dict[str, tuple[str, str]]  # qualifier: the field it fills, and the key of its segment

CLAIM_REFERENCES: Known = {
    "G1": ("authorization_number", "REF*G1"), "9F": ("referral_number", "REF*9F"),
    "F8": ("original_reference", "REF*F8"), "EA": ("medical_record_number", "REF*EA"), "X4": ("clia", "REF*X4"),
}  # fmt: skip
LINE_REFERENCES: Known = {
    "6R": ("control_number", "REF*6R"), "G1": ("authorization_number", "REF*G1"), "9F": ("referral_number", "REF*9F"),
    "X4": ("clia", "REF*X4"),
}  # fmt: skip
CLAIM_PARTIES: Known = {
    "82": ("rendering", "NM1*82"), "DN": ("referring", "NM1*DN"), "77": ("facility", "NM1*77"),
    "DQ": ("supervising", "NM1*DQ"),
}  # fmt: skip
LINE_PARTIES: Known = CLAIM_PARTIES | {"QB": ("purchased_from", "NM1*QB"), "DK": ("ordering", "NM1*DK")}
_CLAIM_DATES: Known = {"439": ("accident_date", "DTP*439"), "431": ("onset_date", "DTP*431")}
_PADDING = [""] * 20  # CLM20 is the furthest element we read
_DIAGNOSES_PER_HI = 12

_open_claim, _open_line, _dated = opener(Claim), opener(Line), maker(DatedEvent)


class Draft:
    """What a claim and a line have in common."""

    __slots__ = ("extra", "fault", "lists", "parties", "place", "record", "segments")

    def __init__(self, record: Any, place: Place, segments: dict[str, int]) -> None:
        self.record = record
        self.place = place
        self.parties: dict[str, Party] = {}
        self.segments = record.segments = segments
        self.fault: UnreadableSegment | None = None
        self.extra: list[Carried] = []
        self.lists: dict[str, list[Any]] = {}  # fields that come in parts

    def ref(self, known: Known, e: Elements, number: int) -> int:
        """REF as a field; one with REF04 is another payer's."""
        length = len(e)
        name, key = known.get(e[1], ("", "")) if length > 2 else ("", "")
        if not name or not e[2] or (length > 4 and e[4]) or getattr(self.record, name):
            return NOTHING
        setattr(self.record, name, e[2])
        self.segments[key] = number
        return WHOLE if length == 3 else PART

    def dtp(self, e: Elements, number: int) -> int:
        """A date without a field of its own, when it is a day or days without an hour."""
        if len(e) != 4:
            return NOTHING
        first, dash, last = e[3].partition("-")
        start, end = date_of(first), date_of(last)
        if not start or not (end if dash else not last) or e[2] != ("RD8" if dash else "D8"):
            return NOTHING
        return self._part("dates", _dated(e[1], start, end), f"DTP*{e[1]}", number)

    def pwk(self, e: Elements, number: int) -> int:
        """Paper that goes with it."""
        if not at(e, 1) or any(e[3:5]) or len(e) > 7 or at(e, 5) != ("AC" if at(e, 6) else ""):
            return NOTHING
        return self._part("attachments", Attachment(e[1], at(e, 2), at(e, 6)), "PWK", number)

    def _part(self, name: str, value: Any, key: str, number: int) -> int:
        """One more of a field that comes in parts."""
        self.lists.setdefault(name, []).append(value)
        self.segments.setdefault(key, number)
        return WHOLE

    def finished(self, cls: type[Record]) -> Record:
        """The record, complete and frozen."""
        record = self.record
        if self.lists:
            for name, values in self.lists.items():
                setattr(record, name, tuple(values))
        if self.parties:
            for name, party in self.parties.items():
                setattr(record, name, party.provider())
        if self.extra:
            record.extra = tuple(self.extra)
        record.__class__ = cls
        done: Record = record
        return done


class ClaimDraft(Draft):
    """Loop 2300 and what stands beneath it."""

    __slots__ = ("codes", "lines", "numbers", "odd_codes")

    def __init__(self, claim_id: str, place: Place, segments: dict[str, int]) -> None:
        Draft.__init__(self, _open_claim(), place, segments)
        segments["CLM"] = place[0]
        self.record.id = claim_id
        self.record.diagnoses = ()
        self.lines: list[Line] = []
        self.numbers: set[int] = set()  # LX01 so far
        self.codes: list[tuple[Elements, int]] = []  # the HI segments that hold diagnoses
        self.odd_codes = False  # not as we would write them

    def clm(self, e: Elements, composites: Composites) -> int:
        """CLM but for its amount and number, whose faults are told last (`charge`)."""
        record, length = self.record, len(e)
        e += _PADDING
        record.place_of_service, record.frequency, whole = composites.places[e[5]]
        record.provider_signature, record.assignment = e[6], e[7]
        record.benefits_assigned, record.release_of_information = e[8], e[9]
        if length > 10:
            record.patient_signature, record.special_program, record.participation = e[10], e[12], e[16]
            record.delay_reason = e[20]
            causes = e[11].split(composites.component) if e[11] else []
            record.accident_causes = tuple(cause for cause in causes[:3] if cause)
            record.accident_state, record.accident_country = at(causes, 3), at(causes, 4)
            whole = whole and not (len(causes) > 5 or any(e[13:16]) or any(e[17:20]))
        return WHOLE if whole and not (e[3] or e[4]) else PART

    def charge(self, e: Elements) -> None:
        """CLM01 and CLM02; raises BadElement when they cannot be read."""
        required(e, 1, "the claim's own number")
        self.record.charge = amount(e, 2)

    def hi(self, e: Elements, number: int, composites: Composites) -> int:
        """Diagnoses; raises BadElement for an empty one."""
        found = self.lists.setdefault("diagnoses", [])
        before = len(found)
        for i in range(1, len(e)):
            try:
                diagnosis = composites.diagnoses[e[i]]
            except BadElement as bad:
                bad.element = f"HI{i:02d}-2"
                raise
            if diagnosis is not None:
                if diagnosis[1] != ("ABF" if found else "ABK"):
                    self.odd_codes = True
                found.append(diagnosis[0])
        taken = len(found) - before
        if not taken:
            return NOTHING
        self.segments.setdefault("HI", number)
        if taken != len(e) - 1 or before % _DIAGNOSES_PER_HI:
            self.odd_codes = True
        self.codes.append((e, number))
        return WHOLE

    def dtp(self, e: Elements, number: int) -> int:
        """Accident, onset, and the others; raises BadElement when one of the first two is no day."""
        name, key = _CLAIM_DATES.get(at(e, 1), ("", ""))
        if not name:
            return super().dtp(e, number)
        if getattr(self.record, name) is not None:
            return NOTHING
        setattr(self.record, name, day(e, 3) if len(e) > 3 and len(e[3]) != 12 else days(e, 3)[0])
        self.segments[key] = number
        return WHOLE if len(e) == 4 and e[2] == "D8" else PART

    def amt(self, e: Elements, number: int) -> int:
        """AMT*F5; raises BadElement when it is no amount."""
        record, paid = self.record, amount(e, 2)
        if record.amount_paid is not None:
            return NOTHING
        record.amount_paid = paid
        self.segments["AMT*F5"] = number
        return WHOLE if len(e) == 3 else PART

    def nte(self, e: Elements, number: int) -> int:
        """The first note."""
        record = self.record
        if record.note or not at(e, 2):
            return NOTHING
        record.note_kind, record.note = e[1], e[2]
        self.segments["NTE"] = number
        return WHOLE if len(e) == 3 else PART


class LineDraft(Draft):
    """Loop 2400 and what stands beneath it."""

    __slots__ = ()

    def __init__(self, place: Place) -> None:
        Draft.__init__(self, _open_line(), place, {"LX": place[0]})
        self.record.service_from = None

    def sv1(self, e: Elements, number: int, composites: Composites) -> int:
        """The service; raises BadElement when it cannot be read."""
        record, length = self.record, len(e)
        self.segments["SV1"] = number
        e += _PADDING
        record.qualifier, record.code, record.modifiers, record.description, plain = composites.procedures[e[1]]
        record.charge = amount(e, 2)
        record.unit = e[3]
        record.units = amount(e, 4)
        record.place = e[5]
        record.diagnosis_pointers = composites.pointers[e[7]]
        record.emergency = e[9] == "Y"
        if not plain or e[6] or e[8] or (length > 9 and (e[9] not in ("", "Y") or any(e[10:length]))):
            return PART
        return WHOLE

    def service_day(self, e: Elements, number: int) -> int:
        """DTP*472; raises BadElement when it is no day."""
        record = self.record
        if record.service_from is not None:
            return self.dtp(e, number)
        self.segments["DTP*472"] = number
        record.service_from, record.service_to = _, end = days(e, 3)
        if len(e) == 4 and len(e[3]) == (17 if end else 8) and e[2] == ("RD8" if end else "D8"):
            return WHOLE
        return PART

    def nte(self, e: Elements, number: int) -> int:
        """A note of the line."""
        return self._part("notes", Note(e[1], e[2]), "NTE", number) if len(e) == 3 and e[1] else NOTHING

    def lin(self, e: Elements, number: int) -> int:
        """The drug."""
        record = self.record
        if at(e, 2) != "N4" or not at(e, 3) or record.ndc:
            return NOTHING
        record.ndc = e[3]
        self.segments["LIN"] = number
        return PART if e[1] or len(e) > 4 else WHOLE

    def ctp(self, e: Elements, number: int, component: str) -> int:
        """How much of the drug; raises BadElement when it is no amount."""
        record = self.record
        if record.drug_quantity is not None or not record.ndc:
            return NOTHING
        quantity = amount(e, 4)
        unit = at(e, 5).split(component)
        record.drug_quantity, record.drug_unit = quantity, unit[0]
        self.segments["CTP"] = number
        return PART if any(e[1:4]) or len(unit) > 1 or len(e) > 6 else WHOLE

    def prescription(self, e: Elements, number: int) -> int:
        """REF*XZ of the drug."""
        if len(e) != 3 or not e[2]:
            return NOTHING
        self.record.prescription_number = e[2]
        self.segments["REF*XZ"] = number
        return WHOLE
