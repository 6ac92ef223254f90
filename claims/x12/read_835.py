"""835 (005010X221A1) to remittances: a state machine over its loops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from claims.claim import ZERO
from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.remittance import Adjudication, Adjustment, Payment, ProviderAdjustment, Remittance
from claims.x12.body import Body, Handler, Place
from claims.x12.composites import code_and_modifiers
from claims.x12.elements import BadElement, Elements, amount, at, day, optional_amount, required
from claims.x12.envelope import MakeBody, read
from claims.x12.transactions import REMITTANCE, Heading

_CLAIM_DATES = {"232": "service_from", "233": "service_to", "050": "received_on"}
_LINE_DATES = {"472": "service_from", "150": "service_from", "151": "service_to"}
_PADDING = [""] * 10  # CLP09 is the furthest element read by its place
_MEMBERS = ("QC", "IL")  # NM101 of the member id, the first that has one
_REMARKS = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}  # claim remark codes (RARC)

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
    """A remittance or service while its segments still come in."""

    __slots__ = ("adjustments", "fault", "fields", "place", "remarks", "segments")

    def __init__(self, segment: str, place: Place) -> None:
        self.place = place
        self.fields: dict[str, Any] = {}
        self.adjustments: list[Adjustment] = []
        self.remarks: list[str] = []
        self.segments = {segment: place[0]}
        self.fault: UnreadableSegment | None = None


class _Remittances(Body[Remittance | Paid]):
    """The loops of one 835 transaction set. A remittance is complete at the next CLP, LX, PLB or SE."""

    record_segment = "CLP"

    def __init__(self, heading: Heading, out: list[Remittance | Paid | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._payment_fields: dict[str, Any] = {}
        self._payment: Payment | None = None  # once built
        self._party = ""  # PR or PE: whom REF speaks of in the header
        self._claim: _Draft | None = None
        self._line: _Draft | None = None
        self._lines: list[Adjudication] = []
        self._members: dict[str, str] = {}
        self._strayed = False

    def table(self) -> dict[str, Handler]:
        return {
            "BPR": self._bpr, "TRN": self._trn, "N1": self._n1, "LX": self._lx, "CLP": self._clp, "CAS": self._cas,
            "NM1": self._nm1, "MOA": self._remark_codes, "MIA": self._remark_codes, "REF": self._ref, "DTM": self._dtm,
            "AMT": self._amt, "SVC": self._svc, "LQ": self._lq, "PLB": self._plb,
        }  # fmt: skip

    # Header

    def _bpr(self, e: Elements) -> None:
        fields = self._payment_fields
        fields["method"] = at(e, 4)
        fields["amount"] = amount(e, 2)
        fields["paid_on"] = day(e, 16) if at(e, 16) else None

    def _trn(self, e: Elements) -> None:
        if self._claim is None:
            self._payment_fields |= {"trace": at(e, 2), "payer_tax_id": at(e, 3)}

    def _n1(self, e: Elements) -> None:
        self._party = at(e, 1)
        fields, identified = self._payment_fields, at(e, 4)
        if self._party == "PR":
            fields |= {"payer_name": at(e, 2), "payer_id": identified}
        elif self._party == "PE":
            fields["payee_name"] = at(e, 2)
            fields["payee_npi" if at(e, 3) == "XX" else "payee_tax_id"] = identified

    def _header_reference(self, e: Elements) -> None:
        fields, qualifier = self._payment_fields, at(e, 1)
        if self._party == "PR" and qualifier == "2U":
            fields["payer_id"] = fields.get("payer_id") or at(e, 2)
        elif self._party == "PE" and qualifier == "TJ":
            fields["payee_tax_id"] = at(e, 2)

    def _lx(self, _e: Elements) -> None:
        self.close()

    # Remittance

    def _clp(self, e: Elements) -> None:
        e += _PADDING
        draft = self._open_remittance(e[1])
        required(e, 1, "the claim number the provider gave (CLM01)")
        draft.fields |= {
            "status": required(e, 2, "a claim status code"),
            "charge": amount(e, 3),
            "paid": amount(e, 4),
            "patient_responsibility": optional_amount(e, 5) or ZERO,
            "filing_indicator": e[6],
            "payer_control_number": e[7],
            "facility_code": e[8],
            "frequency": e[9],
        }

    def _open_remittance(self, claim_id: str) -> _Draft:
        self.close()
        self.ordinal += 1
        self._claim = draft = _Draft("CLP", (self.number, self.offset))
        self._lines, self._members = [], {}
        draft.fields["claim_id"] = claim_id
        return draft

    def open_unreadable(self) -> None:
        self._open_remittance("")

    def _cas(self, e: Elements) -> None:
        draft = self._line or self._claim
        if draft is None:
            self._out_of_place("CAS")
            return
        for i in range(2, len(e), 3):
            if not any(e[i : i + 3]):
                continue
            carc = required(e, i, "an adjustment reason code (CARC)")
            value, quantity = amount(e, i + 1), optional_amount(e, i + 2)
            draft.adjustments.append(Adjustment(at(e, 1), carc, value, quantity))

    def _nm1(self, e: Elements) -> None:
        if self._claim is None:
            return
        if self._line is not None:
            self._out_of_place("NM1")
        role, identified = at(e, 1), at(e, 9)
        self._claim.segments[f"NM1*{role}"] = self.number
        if role in _MEMBERS:
            self._members[role] = identified
        elif role == "82" and at(e, 8) in ("XX", ""):
            self._claim.fields["rendering_npi"] = identified

    def _remark_codes(self, e: Elements) -> None:
        if self._claim is not None:
            self._claim.remarks += [code for i in _REMARKS[e[0]] if (code := at(e, i))]

    def _ref(self, e: Elements) -> None:
        qualifier = at(e, 1)
        if self._line is not None:
            if qualifier == "6R":
                self._line.fields["control_number"] = at(e, 2)
        elif self._claim is not None:
            if qualifier == "F8":
                self._claim.fields["original_reference"] = at(e, 2)
        else:
            self._header_reference(e)

    def _dtm(self, e: Elements) -> None:
        qualifier = at(e, 1)
        if self._line is not None:
            if qualifier in _LINE_DATES:
                self._line.fields[_LINE_DATES[qualifier]] = day(e, 2)
        elif self._claim is not None:
            if qualifier in _CLAIM_DATES:
                self._claim.fields[_CLAIM_DATES[qualifier]] = day(e, 2)
        elif qualifier == "405":
            self._payment_fields["produced_on"] = day(e, 2)

    def _amt(self, e: Elements) -> None:
        if self._line is not None and at(e, 1) == "B6":
            self._line.fields["allowed"] = amount(e, 2)

    # Service

    def _svc(self, e: Elements) -> None:
        if self._claim is None:
            self._out_of_place("SVC")
            return
        self._finish_line()
        self._line = line = _Draft("SVC", (self.number, self.offset))
        e += _PADDING
        code, modifiers = code_and_modifiers(e[1], self.component)
        submitted_code, submitted_modifiers = code_and_modifiers(e[6], self.component)
        if not code:
            raise BadElement("SVC01-2", found="nothing", expected="a procedure code")
        line.fields |= {
            "code": code,
            "modifiers": modifiers,
            "charge": amount(e, 2),
            "paid": amount(e, 3),
            "units_paid": optional_amount(e, 5),
            "submitted_code": submitted_code,
            "submitted_modifiers": submitted_modifiers,
            "submitted_units": optional_amount(e, 7),
        }

    def _lq(self, e: Elements) -> None:
        if self._line is not None and at(e, 1) == "HE" and at(e, 2):
            self._line.remarks.append(e[2])

    def _finish_line(self) -> None:
        line, self._line = self._line, None
        if line is None or self._claim is None or self._claim.fault is not None:
            return
        self._lines.append(
            Adjudication(
                **line.fields,
                adjustments=tuple(line.adjustments),
                remarks=tuple(line.remarks),
                segments=line.segments,
            )
        )

    # Footer

    def _plb(self, e: Elements) -> None:
        self.close()
        payment = self._paid()
        for i in range(3, len(e), 2):
            if any(e[i : i + 2]):
                reason, _, reference = e[i].partition(self.component)
                adjustment = ProviderAdjustment(at(e, 1), reason, reference, amount(e, i + 1))
                self.out.append((payment, adjustment))

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        else:
            self.state(error)

    def cut(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self.blame(error)

    def _out_of_place(self, segment: str) -> None:
        """A segment whose CLP is missing or damaged: the open remittance may be two; without one it is said once."""
        bad = BadElement("", found=f"{segment} out of place", expected="a CLP segment before it")
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
        self._claim, self._strayed = None, False
        if claim.fault is not None:
            self.out.append(Refusal(claim.fault, claims_lost=1, claim_id=claim.fields["claim_id"]))
        else:
            self.out.append(self._built(claim))

    def _built(self, draft: _Draft) -> Remittance:
        payment, known_on = self._paid(), self._known_on()
        return Remittance(
            **draft.fields,
            lines=tuple(self._lines),
            payment=payment,
            known_on=known_on,
            member_id=next((self._members[role] for role in _MEMBERS if self._members.get(role)), ""),
            adjustments=tuple(draft.adjustments),
            remarks=tuple(draft.remarks),
            origin=self.origin(known_on),
            segments=draft.segments,
        )

    def _paid(self) -> Payment:
        if self._payment is None:
            self._payment = Payment(**self._payment_fields)
        return self._payment

    def _known_on(self) -> date | None:
        """The later of GS04 and DTM*405: nobody can have read the answer before both."""
        produced = self._paid().produced_on
        group_day = self.heading.group_day
        return max(produced, group_day) if produced and group_day else produced or group_day
