"""The header of an 835 (BPR, TRN, 1000A, 1000B): to a payment, and from one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from claims.claim import Carried
from claims.remittance import Payment
from claims.x12.elements import BadElement, Elements, amount, at, day
from claims.x12.writing import Envelope, Value, Writer

_ADDRESS = ("1 INVENTED STREET",), ("ANYTOWN", "NY", "10001")
_NOTHING = ("",) * 11  # BPR05 to BPR15
_USUAL = Envelope("PRACTICE", "PAYER", 1, 1, 1, date(2000, 1, 1), test=True)  # never sent
_WRITER = Writer(_USUAL, group_code="HP", set_code="835", version="")  # only says how a segment is written


Segment = tuple[str, *tuple[Value, ...]]  # its id and values


class PaymentHeader:
    """What the header says, while its segments come in."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self._party = ""  # PR or PE: whom REF speaks of

    def feed(self, e: Elements) -> None:
        """Take a segment; raises BadElement for an amount or a day that cannot be read."""
        match e[0]:
            case "BPR":
                self.fields["method"] = at(e, 4)
                self.fields["amount"] = amount(e, 2)
                self.fields["paid_on"] = day(e, 16) if at(e, 16) else None
            case "TRN":
                self.fields |= {"trace": at(e, 2), "payer_tax_id": at(e, 3)}
            case "DTM" if at(e, 1) == "405":
                self.fields["produced_on"] = day(e, 2)
            case "N1":
                self._n1(e)
            case "REF":
                self._ref(e)

    def _n1(self, e: Elements) -> None:
        self._party = at(e, 1)
        fields, identified = self.fields, at(e, 4)
        if self._party == "PR":
            fields |= {"payer_name": at(e, 2), "payer_id": identified}
        elif self._party == "PE":
            fields["payee_name"] = at(e, 2)
            fields["payee_npi" if at(e, 3) == "XX" else "payee_tax_id"] = identified

    def _ref(self, e: Elements) -> None:
        fields, qualifier = self.fields, at(e, 1)
        if self._party == "PR" and qualifier == "2U":
            fields["payer_id"] = fields.get("payer_id") or at(e, 2)
        elif self._party == "PE" and qualifier == "TJ":
            fields["payee_tax_id"] = at(e, 2)


def payment_of(header: PaymentHeader, kept: list[Carried]) -> Payment:
    """The payment, with its whole header kept where we would have written another."""
    payment = Payment(**header.fields)
    return payment if _is_ours(payment, kept) else replace(payment, extra=tuple(kept))


def write_header(w: Writer, payment: Payment, envelope: Envelope) -> bool:
    """As the file it came from said it, when that still says the same; else in our own words. True for the first."""
    if payment.extra and _said(payment.extra) == replace(payment, extra=()):
        return True
    for segment in _segments(payment, envelope.contact, envelope.phone):
        w.add(*segment)
    return False


def _said(kept: Iterable[Carried]) -> Payment:
    header = PaymentHeader()
    for k in kept:
        try:
            header.feed(list(k.elements))
        except BadElement:
            continue
    return Payment(**header.fields)


def _is_ours(payment: Payment, kept: list[Carried]) -> bool:
    """True when the header is what we would write for the payment, with the usual delimiters."""
    segments = _segments(payment, _USUAL.contact, _USUAL.phone)
    if len(segments) != len(kept):
        return False
    try:
        return all(
            k.elements == tuple(_WRITER.joined(_WRITER.elements(*segment)).split(_USUAL.delimiters.element))
            for k, segment in zip(kept, segments, strict=True)
        )
    except ValueError:  # it cannot be said with these delimiters
        return False


def _segments(payment: Payment, contact: str, phone: str) -> list[Segment]:
    """The header in our own words: each segment's id and values."""
    handling = "I" if payment.amount else "H"  # H: notification only
    method = payment.method or ("CHK" if payment.amount else "NON")
    segments: list[Segment] = [
        ("BPR", handling, payment.amount, "C", method, *_NOTHING, payment.paid_on),
        ("TRN", "1", payment.trace, payment.payer_tax_id),
    ]
    if payment.produced_on:
        segments.append(("DTM", "405", payment.produced_on))
    segments += [("N1", "PR", payment.payer_name), ("N3", *_ADDRESS[0]), ("N4", *_ADDRESS[1])]
    if payment.payer_id:
        segments.append(("REF", "2U", payment.payer_id))
    segments.append(("PER", "BL", contact, "TE", phone))
    if payment.payee_npi:
        segments.append(("N1", "PE", payment.payee_name, "XX", payment.payee_npi))
        if payment.payee_tax_id:
            segments.append(("REF", "TJ", payment.payee_tax_id))
    else:
        kind = "FI" if payment.payee_tax_id else ""
        segments.append(("N1", "PE", payment.payee_name, kind, payment.payee_tax_id))
    return segments
