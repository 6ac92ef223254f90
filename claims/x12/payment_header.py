"""The header of an 835 (BPR, TRN, 1000A, 1000B): to a payment, and from one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from claims.claim import Carried
from claims.remittance import Payment
from claims.x12.elements import BadElement, Elements, amount, at, day
from claims.x12.writing import Envelope, Writer

_SOME_DAY = date(2000, 1, 1)  # of an envelope that is never sent
_ADDRESS = ("1 INVENTED STREET",), ("ANYTOWN", "NY", "10001")


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
    return payment if [k.elements for k in kept] == _ours(payment) else replace(payment, extra=tuple(kept))


def write_header(w: Writer, payment: Payment, envelope: Envelope) -> bool:
    """As the file it came from said it, when that still says the same; else in our own words. True for the first."""
    if payment.extra and _said(payment.extra) == replace(payment, extra=()):
        return True
    _write(w, payment, envelope.contact, envelope.phone)
    return False


def _said(kept: Iterable[Carried]) -> Payment:
    header = PaymentHeader()
    for k in kept:
        try:
            header.feed(list(k.elements))
        except BadElement:
            continue
    return Payment(**header.fields)


def _ours(payment: Payment) -> list[tuple[str, ...]] | None:
    """The segments we would write for it, None when they cannot be said with the usual delimiters."""
    envelope = Envelope("PRACTICE", "PAYER", 1, 1, 1, payment.paid_on or _SOME_DAY, test=True)
    w = Writer(envelope, group_code="HP", set_code="835", version="")
    before = len(w.written)
    try:
        _write(w, payment, envelope.contact, envelope.phone)
    except ValueError:
        return None
    return [tuple(segment.split("*")) for segment in w.written[before:]]


def _write(w: Writer, payment: Payment, contact: str, phone: str) -> None:
    handling = "I" if payment.amount else "H"  # H: notification only
    method = payment.method or ("CHK" if payment.amount else "NON")
    w.add("BPR", handling, payment.amount, "C", method, *[""] * 11, payment.paid_on)
    w.add("TRN", "1", payment.trace, payment.payer_tax_id)
    if payment.produced_on:
        w.add("DTM", "405", payment.produced_on)
    w.add("N1", "PR", payment.payer_name)
    w.add("N3", *_ADDRESS[0])
    w.add("N4", *_ADDRESS[1])
    w.reference("2U", payment.payer_id)
    w.add("PER", "BL", contact, "TE", phone)
    if payment.payee_npi:
        w.add("N1", "PE", payment.payee_name, "XX", payment.payee_npi)
        w.reference("TJ", payment.payee_tax_id)
    else:
        w.add("N1", "PE", payment.payee_name, "FI" if payment.payee_tax_id else "", payment.payee_tax_id)
