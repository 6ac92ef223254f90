"""The biller's outbox: drafts become claims, and the claims of a week become one 837P file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from claims.claim import Carried, Claim, ClaimKind, Diagnosis, Line, Origin, Provider, Subscriber
from simulator.adjudication import money
from simulator.coding import Draft, DraftLine
from simulator.practice import Practice
from simulator.reference import services
from simulator.second_payer import SECOND

REFERRED_VISITS = frozenset({"99203", "99204", "99205"})
REFERRED = frozenset({"imaging", "lab"})
STUDY = Carried("2300", ("REF", "P4", "99999999"))  # the number of a study that does not exist
LABELER = "99999"  # of an NDC nobody holds


def to_claim(draft: Draft, practice: Practice, origin: Origin) -> Claim:
    """The claim as it goes out."""
    patient = draft.patient
    lines = tuple(_line(draft, n, line) for n, line in enumerate(draft.lines, 1))
    doctor = practice.clinicians[draft.clinician].provider
    rendering = doctor if draft.rendering_npi == doctor.npi else _with_npi(draft, practice)
    referred = draft.referral or any(
        line.code in REFERRED_VISITS or services()[line.code].family in REFERRED for line in draft.lines
    )
    second = draft.first_payer is not None or "missing_first_payment" in draft.slips
    return Claim(
        id=draft.claim_id,
        charge=sum((line.charge for line in lines), Decimal(0)),
        payer=replace(draft.payer.payer, sequence=SECOND) if second else draft.payer.payer,
        billing=practice.group,
        subscriber=Subscriber(patient.person, draft.member_id, draft.group_number),
        patient=patient.person,
        diagnoses=tuple(Diagnosis(code.replace(".", "")) for code in draft.diagnoses),
        lines=lines,
        frequency=draft.frequency,
        place_of_service=draft.place,
        kind=ClaimKind.PROFESSIONAL,
        submitted_on=origin.known_on,
        rendering=rendering,
        referring=practice.referrers[patient.referrer] if referred else None,
        facility=practice.sites.get(draft.place),
        authorization_number=draft.authorization,
        referral_number=draft.referral,
        original_reference=draft.original_reference,
        medical_record_number=f"ZZ{practice.mark}{patient.number:06d}",
        clia=draft.clia,
        accident_causes=("EM",) if draft.accident else (),
        accident_date=draft.accident,
        other_payers=(draft.first_payer,) if draft.first_payer else (),
        extra=(STUDY,) if draft.in_a_study else (),
        origin=origin,
    )


def _with_npi(draft: Draft, practice: Practice) -> Provider:
    doctor = practice.clinicians[draft.clinician].provider
    return replace(doctor, npi=draft.rendering_npi)


def _line(draft: Draft, number: int, line: DraftLine) -> Line:
    sides = 2 if "50" in line.modifiers else 1
    service = services()[line.code]
    cents = max(500, round(service.charge * line.units * sides / 100) * 100)
    ndc = f"{LABELER}{line.code[1:]}01" if service.measure and draft.payer.wants_ndc and line.with_ndc else ""
    return Line(
        number=number,
        code=line.code,
        charge=money(cents),
        units=Decimal(line.units),
        service_from=draft.day,
        modifiers=line.modifiers[:4],
        diagnosis_pointers=line.pointers,
        control_number=f"{draft.claim_id}L{number}",
        ndc=ndc,
        drug_quantity=service.quantity * line.units if ndc else None,
        drug_unit=service.measure if ndc else "",
        description=line.description,
        adjudications=(line.first,) if line.first else (),
    )
