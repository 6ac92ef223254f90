"""Remittances to an 835 (005010X221A1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from claims.claim import COMPONENT, Carried
from claims.remittance import Adjudication, Payment, ProviderAdjustment, Remittance
from claims.x12.carrying import REMARK_PLACES
from claims.x12.composites import services
from claims.x12.loops import Kept, Loop
from claims.x12.payment_header import write_header
from claims.x12.transactions import MANDATED, REMITTANCE
from claims.x12.write_cas import write_adjustments
from claims.x12.writing import Envelope, Value, Writer, at_most

_ADJUSTMENTS_PER_PLB = 6
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
    if write_header(w, payment, envelope):
        Loop(w, "0000", payment.extra).close()
    _remittances(w, remittances)
    _moved(w, provider_adjustments, date(envelope.day.year, 12, 31))
    w.close_set()
    return w.finish()


def _remittances(w: Writer, remittances: Iterable[Remittance]) -> None:
    """CLP after CLP, with an LX where a new group begins."""
    group: tuple[object, ...] | None = None
    for remittance in remittances:
        kept = Kept(remittance.extra)
        opening = kept.take("2000")
        number, known = remittance.segments.get("LX", 0), bool(remittance.segments)
        if (opening, number) != group:
            group = opening, number
            loop = Loop(w, "2000", opening)
            if not any(k.elements[0] == "LX" for k in opening) and (number or not known):
                w.add("LX", "1")
            loop.close()
        _remittance(w, remittance, kept)
    if group is None:
        w.add("LX", "1")


def _moved(w: Writer, adjustments: Iterable[ProviderAdjustment], end_of_year: date) -> None:
    """PLB: those that came in one segment go in one."""
    for _, members in groupby(enumerate(adjustments), key=lambda a: a[1].segment or -a[0] - 1):
        of_segment = [moved for _, moved in members]
        for start in range(0, len(of_segment), _ADJUSTMENTS_PER_PLB):
            some = of_segment[start : start + _ADJUSTMENTS_PER_PLB]
            values: list[Value] = []
            for moved in some:
                values += [(moved.reason, moved.reference), moved.amount]
            w.add("PLB", some[0].provider, some[0].period_end or end_of_year, *values)


def _remittance(w: Writer, r: Remittance, kept: Kept) -> None:
    loop = Loop(w, "2100", kept.take("2100"), r.segments)
    loop.add(
        "CLP", r.claim_id, r.status, r.charge, r.paid, r.patient_responsibility, r.filing_indicator,
        r.payer_control_number, r.facility_code, r.frequency, owned=range(1, 10),
    )  # fmt: skip
    write_adjustments(loop, r.adjustments)
    patient = r.patient
    if "NM1*QC" in r.segments or not r.segments:
        names = (patient.last_name, patient.first_name, patient.middle_name)
        insured = any(k.elements[:2] == ("NM1", "IL") for k in r.extra)
        owned = (3, 4, 5) if insured else (3, 4, 5, 9)
        kind = "MI" if r.member_id else ""
        loop.add("NM1", "QC", "1", *names, "", "", kind, r.member_id, owned=owned, key="NM1*QC")
    if r.rendering_npi:
        loop.add("NM1", "82", "1", *[""] * 5, "XX", r.rendering_npi, owned=(9,), key="NM1*82")
    if not loop.verbatim(("MIA", "MOA"), _remarks_said, r.remarks) and r.remarks:
        loop.add("MOA", "", "", *at_most(r.remarks, _REMARKS, "claim remark codes"))
    loop.reference("F8", r.original_reference)
    for qualifier, day in (("232", r.service_from), ("233", r.service_to), ("050", r.received_on)):
        if day:
            loop.add("DTM", qualifier, day, owned=(2,), key=f"DTM*{qualifier}")
    loop.close()
    for line in r.lines:
        _service(w, line)


def _remarks_said(segments: list[Carried]) -> tuple[str, ...]:
    return tuple(
        code for k in segments for i in REMARK_PLACES[k.elements[0]] if i < len(k.elements) and (code := k.elements[i])
    )


def _service(w: Writer, line: Adjudication) -> None:
    loop = Loop(w, "2110", Kept(line.extra).take("2110"), line.segments)
    submitted = ("HC", line.submitted_code, *line.submitted_modifiers) if line.submitted_code else ""
    procedure = (line.qualifier, line.code, *at_most(line.modifiers, 4, "modifiers"))
    loop.add(
        "SVC", procedure, line.charge, line.paid, "", line.units_paid, submitted, line.submitted_units,
        owned=(2, 3, 5, 7, *_services_changed(line)),
    )  # fmt: skip
    first = "150" if line.service_to or "DTM*150" in line.segments else "472"
    first = "472" if "DTM*472" in line.segments else first
    for qualifier, day in ((first, line.service_from), ("151", line.service_to)):
        if day:
            loop.add("DTM", qualifier, day, owned=(2,), key=f"DTM*{qualifier}")
    write_adjustments(loop, line.adjustments)
    loop.reference("6R", line.control_number)
    if line.allowed is not None:
        loop.add("AMT", "B6", line.allowed, owned=(2,), key="AMT*B6")
    for remark in line.remarks:
        loop.add("LQ", "HE", remark, key=f"LQ*{remark}")
    loop.close()


def _services_changed(line: Adjudication) -> tuple[int, ...]:
    """SVC01 and SVC06, as far as the kept segment does not say the same."""
    kept = next((k.elements for k in line.extra if k.partial and k.elements[0] == "SVC"), ())
    held = {1: (line.code, line.modifiers), 6: (line.submitted_code, line.submitted_modifiers)}
    return tuple(
        i for i, (code, modifiers) in held.items()
        if services(COMPONENT)[kept[i] if i < len(kept) else ""][1:3] != (code, modifiers)
    )  # fmt: skip
