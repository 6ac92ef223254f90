"""Claims to an 837P (005010X222A1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from claims.claim import Claim, Line, Person, Provider
from claims.x12.transactions import MANDATED, PROFESSIONAL_CLAIM
from claims.x12.writing import Envelope, Writer, at_most, number

_CLAIMS_PER_SET = 5000  # the most the guide recommends (005010X222A1, CLM notes)
_DIAGNOSES_PER_HI = 12


def write_837(claims: Iterable[Claim], envelope: Envelope) -> bytes:
    """One interchange with the claims in their order; reading it gives equal claims.

    What is not on the wire is not written: evidence, authorizations, eligibility, prior services. The day of submission
    is the envelope's; payer type and kind are derived by the reader. Raises ValueError for what X12 cannot say (a
    delimiter in a value, a fifth modifier).
    """
    writer = Writer(envelope, group_code="HC", set_code="837", version=MANDATED[PROFESSIONAL_CLAIM])
    remaining = iter(claims)
    while batch := list(islice(remaining, _CLAIMS_PER_SET)):
        writer.open_set()
        _set(writer, batch, envelope)
        writer.close_set()
    return writer.finish()


def _set(w: Writer, claims: Sequence[Claim], envelope: Envelope) -> None:
    w.add("BHT", "0019", "00", f"{envelope.interchange:09d}{w.set_number}", envelope.day, "1200", "CH")
    w.add("NM1", "41", "2", envelope.sender, "", "", "", "", "46", envelope.sender)
    w.add("PER", "IC", envelope.contact, "TE", envelope.phone)
    w.add("NM1", "40", "2", envelope.receiver, "", "", "", "", "46", envelope.receiver)
    hierarchy = 0
    billing_level = subscriber_level = 0
    last: Claim | None = None
    for claim in claims:
        if last is None or claim.billing != last.billing:
            billing_level = hierarchy = hierarchy + 1
            _billing(w, claim.billing, billing_level)
            last = None
        dependent = _is_dependent(claim)
        if last is None or _cover(claim) != _cover(last):
            subscriber_level = hierarchy = hierarchy + 1
            w.add("HL", subscriber_level, billing_level, "22", "1" if dependent else "0")
            _subscriber(w, claim, dependent)
            last = None
        if dependent and (last is None or claim.patient != last.patient):
            hierarchy += 1
            w.add("HL", hierarchy, subscriber_level, "23", "0")
            w.add("PAT", claim.subscriber.relationship)
            _person(w, "QC", claim.patient, "", "")
        _claim(w, claim)
        last = claim


def _is_dependent(claim: Claim) -> bool:
    """True when the patient needs a level of their own (2000C)."""
    subscriber = claim.subscriber
    return subscriber.relationship not in ("18", "") or claim.patient not in (subscriber.person, Person())


def _cover(claim: Claim) -> tuple[object, ...]:
    return claim.subscriber, claim.payer, _is_dependent(claim)


def _billing(w: Writer, billing: Provider, level: int) -> None:
    w.add("HL", level, "", "20", "1")
    if billing.taxonomy:
        w.add("PRV", "BI", "PXC", billing.taxonomy)
    _provider(w, "85", billing)
    w.address(billing.address)
    w.reference(billing.tax_id_kind or "EI", billing.tax_id)


def _subscriber(w: Writer, claim: Claim, dependent: bool) -> None:
    subscriber, payer = claim.subscriber, claim.payer
    relationship = "" if dependent else subscriber.relationship
    w.add("SBR", payer.sequence, relationship, subscriber.group_number, *[""] * 5, payer.filing_indicator)
    _person(w, "IL", subscriber.person, "MI" if subscriber.member_id else "", subscriber.member_id)
    w.add("NM1", "PR", "2", payer.name, "", "", "", "", "PI" if payer.id else "", payer.id)


def _person(w: Writer, role: str, person: Person, id_kind: str, identified: str) -> None:
    name = (person.last_name, person.first_name, person.middle_name)
    w.add("NM1", role, "1", *name, "", "", id_kind, identified)
    w.address(person.address)
    if person.birth_date or person.sex:
        w.add("DMG", "D8" if person.birth_date else "", person.birth_date, person.sex)


def _provider(w: Writer, role: str, provider: Provider) -> None:
    kind, id_kind = "1" if provider.is_person else "2", "XX" if provider.npi else ""
    w.add("NM1", role, kind, provider.name, provider.first_name, "", "", "", id_kind, provider.npi)


def _claim(w: Writer, claim: Claim) -> None:
    causes = at_most(claim.accident_causes, 3, "causes of accident")
    w.add(
        "CLM", claim.id, claim.charge, "", "", (claim.place_of_service, "B", claim.frequency),
        claim.provider_signature, claim.assignment, claim.benefits_assigned, claim.release_of_information, "",
        (*causes, claim.accident_state), *[""] * 8, claim.delay_reason,
    )  # fmt: skip
    for qualifier, day in (("431", claim.onset_date), ("439", claim.accident_date)):
        if day:
            w.add("DTP", qualifier, "D8", day)
    if claim.amount_paid is not None:
        w.add("AMT", "F5", claim.amount_paid)
    w.reference("9F", claim.referral_number)
    w.reference("G1", claim.authorization_number)
    w.reference("F8", claim.original_reference)
    w.reference("X4", claim.clia)
    w.reference("EA", claim.medical_record_number)
    if claim.note:
        w.add("NTE", "ADD", claim.note)
    codes = [("ABF" if i else "ABK", diagnosis.code) for i, diagnosis in enumerate(claim.diagnoses)]
    for start in range(0, len(codes), _DIAGNOSES_PER_HI):
        w.add("HI", *codes[start : start + _DIAGNOSES_PER_HI])
    _claim_providers(w, claim)
    for line in claim.lines:
        _line(w, line)


def _claim_providers(w: Writer, claim: Claim) -> None:
    if claim.referring:
        _provider(w, "DN", claim.referring)
    if claim.rendering:
        _rendering(w, claim.rendering)
    if claim.facility:
        _provider(w, "77", claim.facility)
        w.address(claim.facility.address)
    if claim.supervising:
        _provider(w, "DQ", claim.supervising)


def _rendering(w: Writer, rendering: Provider) -> None:
    _provider(w, "82", rendering)
    if rendering.taxonomy:
        w.add("PRV", "PE", "PXC", rendering.taxonomy)


def _line(w: Writer, line: Line) -> None:
    w.add("LX", line.number)
    procedure = (line.qualifier, line.code, *at_most(line.modifiers, 4, "modifiers"), line.description)
    pointers = at_most([str(p) for p in line.diagnosis_pointers], 4, "diagnosis pointers")
    emergency = "Y" if line.emergency else ""
    w.add("SV1", procedure, line.charge, line.unit, line.units, line.place, "", pointers, "", emergency)
    if line.service_from and line.service_to:
        w.add("DTP", "472", "RD8", f"{line.service_from:%Y%m%d}-{line.service_to:%Y%m%d}")
    elif line.service_from:
        w.add("DTP", "472", "D8", line.service_from)
    w.reference("9F", line.referral_number)
    w.reference("G1", line.authorization_number)
    w.reference("6R", line.control_number)
    w.reference("X4", line.clia)
    if line.ndc:
        w.add("LIN", "", "N4", line.ndc)
        w.add("CTP", "", "", "", number(line.units), ["UN"])
    if line.rendering:
        _rendering(w, line.rendering)
    if line.ordering:
        _provider(w, "DK", line.ordering)
        w.address(line.ordering.address)
