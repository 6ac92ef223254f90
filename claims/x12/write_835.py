"""Remittances to an 835 (005010X221A1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from claims.remittance import Adjudication, Adjustment, Payment, ProviderAdjustment, Remittance
from claims.x12.transactions import MANDATED, REMITTANCE
from claims.x12.writing import Envelope, Value, Writer, at_most

_ADJUSTMENTS_PER_CAS = 6
_REMARKS = 5


def write_835(
    payment: Payment,
    remittances: Iterable[Remittance],
    envelope: Envelope,
    provider_adjustments: Iterable[ProviderAdjustment] = (),
) -> bytes:
    """One interchange with one payment and its remittances; reading it gives equal remittances.

    The amounts are written as they are: that they balance is the caller's to see to. The payer's address, which the
    guide demands and a `Payment` does not hold, is an invented one. Raises ValueError for what X12 cannot say.
    """
    w = Writer(envelope, group_code="HP", set_code="835", version=MANDATED[REMITTANCE])
    w.open_set()
    _header(w, payment, envelope)
    w.add("LX", "1")
    for remittance in remittances:
        _remittance(w, remittance)
    for moved in provider_adjustments:
        end_of_year = date(envelope.day.year, 12, 31)
        w.add("PLB", moved.provider, end_of_year, (moved.reason, moved.reference), moved.amount)
    w.close_set()
    return w.finish()


def _header(w: Writer, payment: Payment, envelope: Envelope) -> None:
    handling = "I" if payment.amount else "H"  # H: notification only
    method = payment.method or ("CHK" if payment.amount else "NON")
    w.add("BPR", handling, payment.amount, "C", method, *[""] * 11, payment.paid_on)
    w.add("TRN", "1", payment.trace, payment.payer_tax_id)
    if payment.produced_on:
        w.add("DTM", "405", payment.produced_on)
    w.add("N1", "PR", payment.payer_name)
    w.add("N3", "1 INVENTED STREET")
    w.add("N4", "ANYTOWN", "NY", "10001")
    w.reference("2U", payment.payer_id)
    w.add("PER", "BL", envelope.contact, "TE", envelope.phone)
    if payment.payee_npi:
        w.add("N1", "PE", payment.payee_name, "XX", payment.payee_npi)
        w.reference("TJ", payment.payee_tax_id)
    else:
        w.add("N1", "PE", payment.payee_name, "FI" if payment.payee_tax_id else "", payment.payee_tax_id)


def _remittance(w: Writer, r: Remittance) -> None:
    w.add(
        "CLP", r.claim_id, r.status, r.charge, r.paid, r.patient_responsibility, r.filing_indicator,
        r.payer_control_number, r.facility_code, r.frequency,
    )  # fmt: skip
    _adjustments(w, r.adjustments)
    w.add("NM1", "QC", "1", "", "", "", "", "", "MI" if r.member_id else "", r.member_id)
    if r.rendering_npi:
        w.add("NM1", "82", "1", "", "", "", "", "", "XX", r.rendering_npi)
    if r.remarks:
        w.add("MOA", "", "", *at_most(r.remarks, _REMARKS, "claim remark codes"))
    w.reference("F8", r.original_reference)
    for qualifier, day in (("232", r.service_from), ("233", r.service_to), ("050", r.received_on)):
        if day:
            w.add("DTM", qualifier, day)
    for line in r.lines:
        _service(w, line)


def _service(w: Writer, line: Adjudication) -> None:
    submitted = ("HC", line.submitted_code, *line.submitted_modifiers) if line.submitted_code else ""
    procedure = ("HC", line.code, *at_most(line.modifiers, 4, "modifiers"))
    w.add("SVC", procedure, line.charge, line.paid, "", line.units_paid, submitted, line.submitted_units)
    if line.service_to:
        if line.service_from:
            w.add("DTM", "150", line.service_from)
        w.add("DTM", "151", line.service_to)
    elif line.service_from:
        w.add("DTM", "472", line.service_from)
    _adjustments(w, line.adjustments)
    w.reference("6R", line.control_number)
    if line.allowed is not None:
        w.add("AMT", "B6", line.allowed)
    for remark in line.remarks:
        w.add("LQ", "HE", remark)


def _adjustments(w: Writer, adjustments: tuple[Adjustment, ...]) -> None:
    """CAS: up to six adjustments of one group in each."""
    for group, members in groupby(adjustments, key=lambda a: a.group):
        of_group = list(members)
        for start in range(0, len(of_group), _ADJUSTMENTS_PER_CAS):
            values: list[Value] = []
            for adjustment in of_group[start : start + _ADJUSTMENTS_PER_CAS]:
                values += [adjustment.carc, adjustment.amount, adjustment.quantity]
            w.add("CAS", group, *values)
