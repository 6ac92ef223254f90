"""835 (005010X221A1) to remittances: a state machine over its loops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from claims.claim import ZERO, Carried, Person
from claims.errors import UnreadableSegment
from claims.freezing import maker, opener
from claims.reading import Refusal
from claims.remittance import Adjudication, Payment, ProviderAdjustment, Remittance
from claims.x12.body import Body, Handler, Place
from claims.x12.carrying import REMARK_PLACES, Adjustments, carried
from claims.x12.composites import services
from claims.x12.elements import BadElement, Elements, amount, at, date_of, day, optional_amount, required
from claims.x12.envelope import MakeBody, read
from claims.x12.payment_header import PaymentHeader, payment_of
from claims.x12.transactions import REMITTANCE, Heading

_CLAIM_DATES = {
    "232": ("service_from", "DTM*232"), "233": ("service_to", "DTM*233"), "050": ("received_on", "DTM*050"),
}  # fmt: skip
_LINE_DATES = {
    "472": ("service_from", "DTM*472"), "150": ("service_from", "DTM*150"), "151": ("service_to", "DTM*151"),
}  # fmt: skip
_PADDING = [""] * 10  # CLP09 is the furthest element read by its place
_NO_DATE = ("", "")
_NO_REMITTANCE = "a CLP segment before it"
_MEMBERS = ("QC", "IL")  # NM101 of the member id, the first that has one

# Every segment id of 005010X221A1 between ST and SE
GUIDE = frozenset(
    (
        "BPR", "TRN", "CUR", "REF", "DTM", "N1", "N3", "N4", "PER", "RDM", "LX", "TS3", "TS2", "CLP", "CAS", "NM1",
        "MIA", "MOA", "AMT", "QTY", "SVC", "LQ", "PLB",
    )
)  # fmt: skip

_new_remittance, _new_adjudication, _person = opener(Remittance), opener(Adjudication), maker(Person)

Paid = tuple[Payment, ProviderAdjustment]


def read_835(source: bytes | BinaryIO) -> Iterator[Remittance | Refusal]:
    """The remittances (CLP) of an X12 file, in order, and what could not be read of it.

    Streams: memory does not grow with the file. A remittance with anything unreadable in it is one Refusal and its
    neighbours still come; faults that cost none are Refusals with `claims_lost` 0. Raises UnreadableFile on the first
    step when the source holds no remittances at all.
    """
    for record in _records(source):
        if not isinstance(record, tuple):
            yield record


def read_provider_adjustments(source: bytes | BinaryIO) -> Iterator[Paid]:
    """The money an 835 moves outside any claim (PLB), each with the payment it changes; refusals come by `read_835`."""
    for record in _records(source):
        if isinstance(record, tuple):
            yield record


def _records(source: bytes | BinaryIO) -> Iterator[Remittance | Paid | Refusal]:
    make: MakeBody[Remittance | Paid] = _Remittances
    return read(source, REMITTANCE, make)


class _Draft:
    """A remittance or service while its segments still come in; the record itself is filled, still open."""

    __slots__ = ("adjustments", "extra", "fault", "place", "record", "remarks", "segments")

    def __init__(self, record: Any, segment: str, place: Place) -> None:
        self.record = record
        self.place = place
        self.adjustments = Adjustments()
        self.remarks: list[str] = []
        self.extra: list[Carried] = []
        self.segments = record.segments = {segment: place[0]}
        self.fault: UnreadableSegment | None = None

    def settle(self) -> None:
        """Put what came in parts into the record."""
        record = self.record
        if self.adjustments.read:
            record.adjustments = tuple(self.adjustments.read)
        if self.remarks:
            record.remarks = tuple(self.remarks)
        if self.extra:
            record.extra = tuple(self.extra)


class _Remittances(Body[Remittance | Paid]):
    """The loops of one 835 transaction set. A remittance is complete at the next CLP, LX, PLB or SE."""

    record_segment = "CLP"
    guide = GUIDE

    def __init__(self, heading: Heading, out: list[Remittance | Paid | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._services = services(self.component)
        self._header = PaymentHeader()
        self._before: list[Carried] = []  # what stands before the first LX or CLP
        self._extra, self._loop = self._before, "0000"
        self._group: list[Carried] = []  # LX, TS3 and TS2, where they say more than that it is the first
        self._group_number = 0
        self._payment: tuple[Payment, date | None] | None = None  # once built
        self._claim: _Draft | None = None
        self._line: _Draft | None = None
        self._lines: list[Adjudication] = []
        self._members: dict[str, str] = {}
        self._names: tuple[Elements, int] | None = None  # NM1*QC
        self._codes: list[tuple[Elements, int]] = []  # MIA and MOA
        self._odd_codes = False

    def table(self) -> dict[str, Handler]:
        return {
            "BPR": self._heading_segment, "TRN": self._heading_segment, "N1": self._heading_segment, "LX": self._lx,
            "CLP": self._clp, "CAS": self._cas, "NM1": self._nm1, "MOA": self._remark_codes,
            "MIA": self._remark_codes, "REF": self._ref, "DTM": self._dtm, "AMT": self._amt, "SVC": self._svc,
            "LQ": self._lq, "PLB": self._plb,
        }  # fmt: skip

    # Header

    def _heading_segment(self, e: Elements) -> None:
        self.carry(e)
        if self._extra is self._before:
            self._header.feed(e)

    def _lx(self, e: Elements) -> None:
        self.close()
        self._group, self._group_number = [], self.number
        self._extra, self._loop = self._group, "2000"
        if e != ["LX", "1"]:
            self.carry(e)

    # Remittance

    def _clp(self, e: Elements) -> None:
        length = len(e)
        e += _PADDING
        draft = self._open_remittance(e[1])
        if length > 10 or not e[5]:
            self.carry(e, partial=True)
        required(e, 1, "the claim number the provider gave (CLM01)")
        record = draft.record
        record.status = required(e, 2, "a claim status code")
        record.charge = amount(e, 3)
        record.paid = amount(e, 4)
        record.patient_responsibility = optional_amount(e, 5) or ZERO
        record.filing_indicator, record.payer_control_number = e[6], e[7]
        record.facility_code, record.frequency = e[8], e[9]

    def _open_remittance(self, claim_id: str) -> _Draft:
        self.close()
        self.ordinal += 1
        self._claim = draft = _Draft(_new_remittance(), "CLP", (self.number, self.offset))
        self._lines, self._members, self._names, self._codes, self._odd_codes = [], {}, None, [], False
        self._extra, self._loop = draft.extra, "2100"
        if self._group_number:
            draft.segments["LX"] = self._group_number
        draft.record.claim_id = claim_id
        return draft

    def open_unreadable(self) -> None:
        self._open_remittance("")

    def _cas(self, e: Elements) -> None:
        draft = self._line or self._claim
        if draft is None:
            self.out_of_place("CAS", _NO_REMITTANCE)
            return
        draft.adjustments.add(e, self.number)
        draft.segments.setdefault("CAS", self.number)

    def _nm1(self, e: Elements) -> None:
        if self._claim is None:
            self.carry(e)
            return
        if self._line is not None:
            self.out_of_place("NM1", _NO_REMITTANCE)
        draft, role, identified = self._claim, at(e, 1), at(e, 9)
        key = f"NM1*{role}"
        taken = key in draft.segments
        if role == "QC" and not taken:
            self._names = e, self.number
        elif role == "82" and not taken and at(e, 8) in ("XX", "") and identified:
            draft.record.rendering_npi = identified
            if e[2] != "1" or any(e[3:8]) or e[8] != "XX" or len(e) > 10:
                self.carry(e, partial=True)
        else:
            self.carry(e)
        draft.segments[key] = self.number
        if role in _MEMBERS and not taken:
            self._members[role] = identified

    def _remark_codes(self, e: Elements) -> None:
        if self._claim is None or self._line is not None:
            self.carry(e)
            return
        codes = [code for i in REMARK_PLACES[e[0]] if (code := at(e, i))]
        if e[0] == "MIA" or self._codes or not codes or len(e) != 3 + len(codes) or e[1] or e[2]:
            self._odd_codes = True
        self._codes.append((e, self.number))
        self._claim.segments.setdefault("MOA", self.number)
        self._claim.remarks += codes

    def _ref(self, e: Elements) -> None:
        qualifier = e[1] if len(e) > 1 else ""
        if self._line is not None:
            self._take(self._line, "control_number" if qualifier == "6R" else "", e)
        elif self._claim is not None:
            self._take(self._claim, "original_reference" if qualifier == "F8" else "", e)
        else:
            self._heading_segment(e)

    def _take(self, draft: _Draft, name: str, e: Elements) -> None:
        """Keep a reference as a field, else as it stands."""
        if not name or len(e) < 3 or not e[2] or getattr(draft.record, name):
            self.carry(e)
            return
        setattr(draft.record, name, e[2])
        draft.segments[f"REF*{e[1]}"] = self.number
        if len(e) > 3:
            self.carry(e, partial=True)

    def _dtm(self, e: Elements) -> None:
        line = self._line
        draft, dates = (line, _LINE_DATES) if line is not None else (self._claim, _CLAIM_DATES)
        if draft is None:
            self._heading_segment(e)
            return
        name, key = dates.get(e[1] if len(e) > 1 else "", _NO_DATE)
        if not name or getattr(draft.record, name) is not None:
            self.carry(e)
            return
        setattr(draft.record, name, day(e, 2))
        draft.segments[key] = self.number
        if len(e) > 3:
            self.carry(e, partial=True)

    def _amt(self, e: Elements) -> None:
        line = self._line
        if line is None or len(e) < 2 or e[1] != "B6" or line.record.allowed is not None:
            self.carry(e)
            return
        line.record.allowed = amount(e, 2)
        line.segments["AMT*B6"] = self.number
        if len(e) > 3:
            self.carry(e, partial=True)

    # Service

    def _svc(self, e: Elements) -> None:
        if self._claim is None:
            self.out_of_place("SVC", _NO_REMITTANCE)
            return
        self._finish_line()
        self._line = line = _Draft(_new_adjudication(), "SVC", (self.number, self.offset))
        self._extra, self._loop = line.extra, "2110"
        length = len(e)
        e += _PADDING
        qualifier, code, modifiers, whole = self._services[e[1]]
        theirs, submitted_code, submitted_modifiers, too = self._services[e[6]]
        if not (whole and too) or e[4] or length > 8 or theirs not in ("", "HC"):
            self.carry(e, partial=True)
        if not code:
            raise BadElement("SVC01-2", found="nothing", expected="a procedure code")
        record = line.record
        record.qualifier, record.code, record.modifiers = qualifier, code, modifiers
        record.charge, record.paid, record.units_paid = amount(e, 2), amount(e, 3), optional_amount(e, 5)
        record.submitted_code, record.submitted_modifiers = submitted_code, submitted_modifiers
        record.submitted_units = optional_amount(e, 7)

    def _lq(self, e: Elements) -> None:
        if self._line is not None and at(e, 1) == "HE" and len(e) == 3 and e[2]:
            self._line.remarks.append(e[2])
            self._line.segments.setdefault(f"LQ*{e[2]}", self.number)
        else:
            self.carry(e)

    def _finish_line(self) -> None:
        line, self._line = self._line, None
        if line is None or self._claim is None or self._claim.fault is not None:
            return
        if line.adjustments.odd:
            line.extra += line.adjustments.kept("2110", "", self.heading.delimiters)
        line.settle()
        line.record.__class__ = Adjudication  # complete: frozen from now on
        self._lines.append(line.record)

    # Footer

    def _plb(self, e: Elements) -> None:
        self.close()
        self._extra = None
        payment, _ = self._paid()
        period = date_of(at(e, 2))
        for i in range(3, len(e), 2):
            if any(e[i : i + 2]):
                reason, _, reference = e[i].partition(self.component)
                adjustment = ProviderAdjustment(
                    at(e, 1), reason, reference, amount(e, i + 1), period_end=period, segment=self.number
                )
                self.out.append((payment, adjustment))

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        else:
            self.state(error)

    def close(self) -> None:
        claim = self._claim
        if claim is None:
            return
        self._finish_line()
        self._claim, self._strayed = None, False
        if claim.fault is not None:
            self.out.append(Refusal(claim.fault, claims_lost=1, claim_id=claim.record.claim_id))
        else:
            self.out.append(self._built(claim))

    def _built(self, draft: _Draft) -> Remittance:
        self._keep_rest(draft)
        if self._group:
            draft.extra[:0] = self._group
        draft.settle()
        record, members = draft.record, self._members
        record.lines = tuple(self._lines)
        record.payment, record.known_on = self._paid()
        if members:
            record.member_id = members.get("QC") or members.get("IL") or ""
        record.origin = self.origin(record.known_on)
        record.__class__ = Remittance  # complete: frozen from now on
        done: Remittance = record
        return done

    def _keep_rest(self, draft: _Draft) -> None:
        """What can only be told at the end: the patient's names, and segments we would have written otherwise."""
        delimiters = self.heading.delimiters
        if draft.adjustments.odd:
            draft.extra += draft.adjustments.kept("2100", "", delimiters)
        if self._odd_codes:
            draft.extra += [carried("2100", e, "", n, delimiters, partial=True) for e, n in self._codes]
        if self._names is not None:
            e, number = self._names
            length = len(e)
            if length < 10:
                e = e + _PADDING
            if length > 3:
                draft.record.patient = _person(e[3], e[4], e[5])
            kind = "MI" if e[9] else ""
            if e[2] != "1" or e[6] or e[7] or e[8] != kind or length > 10 or self._members.get("IL"):
                draft.extra.append(carried("2100", e, "", number, delimiters, partial=True))

    def _paid(self) -> tuple[Payment, date | None]:
        """The payment, and the later of GS04 and DTM*405: nobody can have read the answer before both."""
        if self._payment is None:
            payment, group_day = payment_of(self._header, self._before), self.heading.group_day
            produced = payment.produced_on
            known_on = max(produced, group_day) if produced and group_day else produced or group_day
            self._payment = payment, known_on
        return self._payment
