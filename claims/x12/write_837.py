"""Claims to an 837P (005010X222A1).

Longer than a file should be, because it says the guide's loops in their order, each once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from claims.claim import (
    COMPONENT,
    Attachment,
    Carried,
    Claim,
    DatedEvent,
    Diagnosis,
    Line,
    LineAdjudication,
    Note,
    OtherPayer,
    Person,
    Provider,
)
from claims.x12.composites import diagnoses
from claims.x12.elements import BadElement
from claims.x12.loops import Kept, Loop
from claims.x12.parties import PRV_CODES
from claims.x12.transactions import MANDATED, PROFESSIONAL_CLAIM
from claims.x12.write_cas import write_adjustments
from claims.x12.writing import Envelope, Writer, at_most, day_or_days

_CLAIMS_PER_SET = 5000  # the most the guide recommends (005010X222A1, CLM notes)
_DIAGNOSES_PER_HI = 12


def write_837(claims: Iterable[Claim], envelope: Envelope) -> bytes:
    """One interchange with the claims in their order; reading it gives equal claims.

    A claim that came from a file is given back segment by segment, in the order it had there, but for what
    `claims.x12.NOT_KEPT` names. What is not on the wire is not written: evidence, authorizations, eligibility, prior
    services. The day of submission is the envelope's; payer type and kind are derived by the reader. Raises ValueError
    for what X12 cannot say (a delimiter in a value, a fifth modifier).
    """
    writer = Writer(envelope, group_code="HC", set_code="837", version=MANDATED[PROFESSIONAL_CLAIM])
    remaining = iter(claims)
    while batch := list(islice(remaining, _CLAIMS_PER_SET)):
        writer.open_set()
        _set(writer, batch, envelope)
        writer.close_set()
    return writer.finish()


def _set(w: Writer, claims: Sequence[Claim], envelope: Envelope) -> None:
    if envelope.header:
        header = Loop(w, "0000", envelope.header)
        header.close()
    else:
        w.add("BHT", "0019", "00", f"{envelope.interchange:09d}{w.set_number}", envelope.day, "1200", "CH")
        w.add("NM1", "41", "2", envelope.sender, "", "", "", "", "46", envelope.sender)
        w.add("PER", "IC", envelope.contact, "TE", envelope.phone)
        w.add("NM1", "40", "2", envelope.receiver, "", "", "", "", "46", envelope.receiver)
    levels = [_levels(claim, before) for claim, before in zip(claims, [None, *claims], strict=False)]
    hierarchy = billing_level = subscriber_level = 0
    for i, claim in enumerate(claims):
        new_billing, new_subscriber, new_patient = levels[i]
        kept = Kept(claim.extra)
        if new_billing:
            billing_level = hierarchy = hierarchy + 1
            _billing(w, claim, kept, billing_level)
        if new_subscriber:
            subscriber_level = hierarchy = hierarchy + 1
            _subscriber(w, claim, kept, subscriber_level, billing_level, _has_patients(claims, levels, i))
        if new_patient:
            hierarchy += 1
            _patient(w, claim, kept, hierarchy, subscriber_level)
        _claim(w, claim, kept)


# Levels

New = tuple[bool, bool, bool]  # which levels open before a claim: billing provider, subscriber, patient


def _levels(claim: Claim, before: Claim | None) -> New:
    dependent = _is_dependent(claim)
    if before is None or _moved(claim, before, "20") or claim.billing != before.billing:
        return True, True, dependent
    if _moved(claim, before, "22") or _cover(claim) != _cover(before):
        return False, True, dependent
    known = _known(claim, before, "22")
    if not known and (_kept_above(claim) != _kept_above(before) or dependent != _is_dependent(before)):
        return False, True, dependent
    if not known and claim.subscriber.relationship != before.subscriber.relationship:
        return False, True, dependent
    new_patient = dependent and (
        not _is_dependent(before)
        or _moved(claim, before, "23")
        or claim.patient != before.patient
        or claim.subscriber.relationship != before.subscriber.relationship
    )
    if known and not dependent and _is_dependent(before):  # a claim of the subscriber's own after a dependent's
        return False, True, False
    return False, False, new_patient


def _has_patients(claims: Sequence[Claim], levels: Sequence[New], first: int) -> bool:
    """True when a patient level follows under the subscriber level that begins with that claim."""
    for i in range(first, len(claims)):
        if i > first and levels[i][1]:
            return False
        if levels[i][2]:
            return True
    return False


def _known(claim: Claim, before: Claim, level: str) -> bool:
    """True when both came from one set of a file, so that it tells whether they shared the level."""
    key = f"HL*{level}"
    return key in claim.segments and key in before.segments and _set_of(claim) == _set_of(before)


def _moved(claim: Claim, before: Claim, level: str) -> bool:
    key = f"HL*{level}"
    return _known(claim, before, level) and claim.segments[key] != before.segments[key]


def _set_of(claim: Claim) -> tuple[str, ...]:
    o = claim.origin
    return (o.sender, o.interchange, o.group, o.transaction) if o else ()


def _is_dependent(claim: Claim) -> bool:
    """True when the patient needs a level of their own (2000C)."""
    if "HL*23" in claim.segments:
        return True
    subscriber = claim.subscriber
    return (subscriber.relationship not in ("18", "") and "HL*22" not in claim.segments) or (
        claim.patient not in (subscriber.person, Person())
    )


def _cover(claim: Claim) -> tuple[object, ...]:
    return replace(claim.subscriber, relationship=""), claim.payer


def _kept_above(claim: Claim) -> list[Carried]:
    return [kept for kept in claim.extra if kept.loop[:3] in ("200", "201")]


def _sent(claim: Claim, key: str, held: object, nothing: object) -> bool:
    """False when the file the claim came from had no such segment, and there is nothing to say in it."""
    return key in claim.segments or not claim.segments or held != nothing


def _billing(w: Writer, claim: Claim, kept: Kept, level: int) -> None:
    billing, numbers = claim.billing, claim.segments
    loop = Loop(w, "2000A", kept.take("2000A"), numbers)
    loop.add("HL", level, "", "20", "1", owned=(1, 2, 3, 4), key="HL*20")
    if billing.taxonomy:
        loop.add("PRV", "BI", "PXC", billing.taxonomy, owned=(3,))
    loop.close()
    if _sent(claim, "NM1*85", billing, Provider(taxonomy=billing.taxonomy)):
        loop = _provider(w, "2010AA", "85", billing, kept, claim.segments)
        loop.reference(billing.tax_id_kind or "EI", billing.tax_id)
        loop.close()
    _rest(w, kept, "2010AA", "2010AB", "2010AC", "2010A")


def _subscriber(w: Writer, claim: Claim, kept: Kept, level: int, above: int, has_patients: bool) -> None:
    subscriber, payer, numbers = claim.subscriber, claim.payer, claim.segments
    dependent = _is_dependent(claim)
    loop = Loop(w, "2000B", kept.take("2000B"), numbers)
    loop.add("HL", level, above, "22", "1" if has_patients else "0", owned=(1, 2, 3, 4), key="HL*22")
    if _sent(claim, "SBR", (payer.filing_indicator, subscriber.group_number), ("", "")):
        relationship = "" if dependent else subscriber.relationship
        owned = (1, 3, 9) if dependent else (1, 2, 3, 9)
        values = (payer.sequence, relationship, subscriber.group_number, *[""] * 5, payer.filing_indicator)
        loop.add("SBR", *values, owned=owned)
    loop.close()
    if _sent(claim, "NM1*IL", (subscriber.person, subscriber.member_id), (Person(), "")):
        _person(w, "2010BA", "IL", subscriber.person, subscriber.member_id, kept, numbers)
    if _sent(claim, "NM1*PR", (payer.name, payer.id), ("", "")):
        loop = Loop(w, "2010BB", kept.take("2010BB", "PR"), numbers)
        _payer_name(loop, payer.name, payer.id)
        loop.close()
    _rest(w, kept, "2010BA", "2010BB", "2010B")


def _patient(w: Writer, claim: Claim, kept: Kept, level: int, above: int) -> None:
    loop = Loop(w, "2000C", kept.take("2000C"), claim.segments)
    loop.add("HL", level, above, "23", "0", owned=(1, 2, 3, 4), key="HL*23")
    if _sent(claim, "PAT", claim.subscriber.relationship, ""):
        loop.add("PAT", claim.subscriber.relationship, owned=(1,))
    loop.close()
    if _sent(claim, "NM1*QC", claim.patient, Person()):
        _person(w, "2010CA", "QC", claim.patient, "", kept, claim.segments)
    _rest(w, kept, "2010CA", "2010C")


# Parties


def _person(
    w: Writer, name: str, role: str, person: Person, member_id: str, kept: Kept, numbers: Mapping[str, int]
) -> None:
    loop = Loop(w, name, kept.take(name, role), numbers)
    names = (person.last_name, person.first_name, person.middle_name)
    owned = (3, 4, 5, 9) if role == "IL" else (3, 4, 5)
    kind = "MI" if member_id else ""
    loop.add("NM1", role, "1", *names, "", "", kind, member_id, owned=owned, key=f"NM1*{role}")
    loop.address(person.address)
    if person.birth_date or person.sex:
        loop.add("DMG", "D8" if person.birth_date else "", person.birth_date, person.sex, owned=(2, 3))
    loop.close()


def _payer_name(loop: Loop, name: str, payer_id: str) -> None:
    kind = "PI" if payer_id else ""
    loop.add("NM1", "PR", "2", name, "", "", "", "", kind, payer_id, owned=(3, 9), key="NM1*PR")


def _provider(w: Writer, name: str, role: str, provider: Provider, kept: Kept, numbers: Mapping[str, int]) -> Loop:
    """The loop of a provider, open for more."""
    loop = Loop(w, name, kept.take(name, role), numbers)
    kind, id_kind = "1" if provider.is_person else "2", "XX" if provider.npi else ""
    owned = (3, 4, 9) if provider.npi else (3, 4)
    names = (provider.name, provider.first_name)
    loop.add("NM1", role, kind, *names, "", "", "", id_kind, provider.npi, owned=owned, key=f"NM1*{role}")
    loop.address(provider.address)
    if provider.taxonomy and role != "85":
        loop.add("PRV", PRV_CODES.get(role, "PE"), "PXC", provider.taxonomy, owned=(3,), key="PRV*")
    return loop


def _providers(
    w: Writer, name: str, kept: Kept, numbers: Mapping[str, int], parties: Iterable[tuple[str, Provider | None]]
) -> None:
    """The providers of a claim or line, ours and those carried, in their order."""
    loops = [_provider(w, name, role, provider, kept, numbers) for role, provider in parties if provider]
    loops += [Loop(w, name, segments) for _, segments in kept.rest(name)]
    _close_in_order(loops)


def _close_in_order(loops: list[Loop]) -> None:
    """Close loops in the order of the file they came from; one of no file follows the one before it."""
    last = 0
    placed = []
    for loop in loops:
        last = loop.number or last
        placed.append((last, loop))
    for _, loop in sorted(placed, key=lambda item: item[0]):
        loop.close()


def _rest(w: Writer, kept: Kept, *names: str) -> None:
    for name in names:
        _close_in_order([Loop(w, name, segments) for _, segments in kept.rest(name)])


# Claim


def _claim(w: Writer, claim: Claim, kept: Kept) -> None:
    loop = Loop(w, "2300", kept.take("2300"), claim.segments)
    causes = at_most(claim.accident_causes, 3, "causes of accident")
    loop.add(
        "CLM", claim.id, claim.charge, "", "", (claim.place_of_service, "B", claim.frequency),
        claim.provider_signature, claim.assignment, claim.benefits_assigned, claim.release_of_information,
        claim.patient_signature, (*causes, claim.accident_state, claim.accident_country), claim.special_program,
        "", "", "", claim.participation, "", "", "", claim.delay_reason,
        owned=(1, 2, (5, 0), (5, 2), 6, 7, 8, 9, 10, (11, 0), (11, 1), (11, 2), (11, 3), (11, 4), 12, 16, 20),
    )  # fmt: skip
    for qualifier, day in (("431", claim.onset_date), ("439", claim.accident_date)):
        if day:
            loop.add("DTP", qualifier, "D8", day, owned=(3,), key=f"DTP*{qualifier}")
    _dates(loop, claim.dates)
    _attachments(loop, claim.attachments)
    if claim.amount_paid is not None:
        loop.add("AMT", "F5", claim.amount_paid, owned=(2,), key="AMT*F5")
    loop.reference("9F", claim.referral_number)
    loop.reference("G1", claim.authorization_number)
    loop.reference("F8", claim.original_reference)
    loop.reference("X4", claim.clia)
    loop.reference("EA", claim.medical_record_number)
    if claim.note:
        loop.add("NTE", claim.note_kind, claim.note, owned=(1, 2))
    if not loop.verbatim("HI", _diagnoses_said, claim.diagnoses):
        codes = [("ABF" if i else "ABK", diagnosis.code) for i, diagnosis in enumerate(claim.diagnoses)]
        for start in range(0, len(codes), _DIAGNOSES_PER_HI):
            loop.add("HI", *codes[start : start + _DIAGNOSES_PER_HI])
    loop.close()
    _providers(
        w, "2310", kept, claim.segments,
        (("DN", claim.referring), ("82", claim.rendering), ("77", claim.facility), ("DQ", claim.supervising)),
    )  # fmt: skip
    for payer in claim.other_payers:
        _other_payer(w, payer)
    for line in claim.lines:
        _line(w, line)


def _diagnoses_said(segments: list[Carried]) -> tuple[Diagnosis, ...] | None:
    try:
        found = [diagnoses(COMPONENT)[e] for segment in segments for e in segment.elements[1:]]
    except BadElement:
        return None
    return tuple(diagnosis[0] for diagnosis in found if diagnosis)


def _dates(loop: Loop, dates: Iterable[DatedEvent]) -> None:
    for event in dates:
        loop.add("DTP", event.qualifier, *day_or_days(event.start, event.end), key=f"DTP*{event.qualifier}")


def _attachments(loop: Loop, attachments: Iterable[Attachment]) -> None:
    for paper in attachments:
        kind = "AC" if paper.control_number else ""
        loop.add("PWK", paper.kind, paper.transmission, "", "", kind, paper.control_number)


def _other_payer(w: Writer, payer: OtherPayer) -> None:
    kept, numbers = Kept(payer.extra), payer.segments
    loop = Loop(w, "2320", kept.take("2320"), numbers)
    loop.add(
        "SBR", payer.sequence, payer.relationship, payer.group_number, payer.plan_name, payer.insurance_type,
        "", "", "", payer.filing_indicator, owned=(1, 2, 3, 4, 5, 9),
    )  # fmt: skip
    write_adjustments(loop, payer.adjustments)
    for qualifier, amount in (("D", payer.paid), ("A8", payer.non_covered), ("EAF", payer.patient_liability)):
        if amount is not None:
            loop.add("AMT", qualifier, amount, owned=(2,), key=f"AMT*{qualifier}")
    if payer.benefits_assigned or payer.patient_signature or payer.release_of_information or "OI" in numbers:
        values = ("", "", payer.benefits_assigned, payer.patient_signature, "", payer.release_of_information)
        loop.add("OI", *values, owned=(3, 4, 6))
    if payer.remarks:
        loop.add("MOA", "", "", *at_most(payer.remarks, 5, "claim remark codes"), owned=_remark_places(payer))
    loop.close()
    loops = []
    if payer.insured != Person() or payer.member_id or "NM1*IL" in numbers:
        _person(w, "2330", "IL", payer.insured, payer.member_id, kept, numbers)
    references = payer.referral_number or payer.authorization_number or payer.claim_control_number
    if payer.name or payer.payer_id or payer.adjudicated_on or references or "NM1*PR" in numbers:
        loop = Loop(w, "2330", kept.take("2330", "PR"), numbers)
        _payer_name(loop, payer.name, payer.payer_id)
        if payer.adjudicated_on:
            loop.add("DTP", "573", "D8", payer.adjudicated_on, key="DTP*573")
        loop.reference("9F", payer.referral_number)
        loop.reference("G1", payer.authorization_number)
        loop.reference("F8", payer.claim_control_number)
        loops.append(loop)
    loops += [Loop(w, "2330", segments) for _, segments in kept.rest("2330")]
    _close_in_order(loops)


def _remark_places(payer: OtherPayer) -> tuple[int, ...]:
    """MOA03 to MOA07, unless the kept segment has the same codes in other places."""
    kept = next((k.elements for k in payer.extra if k.partial and k.elements[0] == "MOA"), ())
    return () if tuple(filter(None, kept[3:8])) == payer.remarks else (3, 4, 5, 6, 7)


# Service line


def _line(w: Writer, line: Line) -> None:
    kept, numbers = Kept(line.extra), line.segments
    loop = Loop(w, "2400", kept.take("2400"), numbers)
    loop.add("LX", line.number, owned=(1,))
    procedure = (line.qualifier, line.code, *at_most(line.modifiers, 4, "modifiers"), line.description)
    pointers = at_most([str(p) for p in line.diagnosis_pointers], 4, "diagnosis pointers")
    loop.add(
        "SV1", procedure, line.charge, line.unit, line.units, line.place, "", pointers, "",
        "Y" if line.emergency else "",
        owned=(*((1, i) for i in range(7)), 2, 3, 4, 5, 7, *((9,) if line.emergency else ())),
    )  # fmt: skip
    if line.service_from:
        values = day_or_days(line.service_from, line.service_to)
        loop.add("DTP", "472", *values, owned=(3,), key="DTP*472")
    _dates(loop, line.dates)
    _attachments(loop, line.attachments)
    loop.reference("9F", line.referral_number)
    loop.reference("G1", line.authorization_number)
    loop.reference("6R", line.control_number)
    loop.reference("X4", line.clia)
    _notes(loop, line.notes)
    loop.close()
    loop = Loop(w, "2410", kept.take("2410"), numbers)
    _drug(loop, line)
    loop.close()
    _providers(
        w, "2420", kept, numbers,
        (
            ("82", line.rendering), ("QB", line.purchased_from), ("77", line.facility), ("DQ", line.supervising),
            ("DK", line.ordering), ("DN", line.referring),
        ),
    )  # fmt: skip
    for decision in line.adjudications:
        _decision(w, decision)
    _rest(w, kept, "2430", "2440")


def _notes(loop: Loop, notes: Iterable[Note]) -> None:
    for note in notes:
        loop.add("NTE", note.kind, note.text)


def _drug(loop: Loop, line: Line) -> None:
    if line.ndc:
        loop.add("LIN", "", "N4", line.ndc, owned=(3,))
    if line.drug_quantity is not None or line.drug_unit:
        loop.add("CTP", "", "", "", line.drug_quantity, [line.drug_unit], owned=(4, (5, 0)))
    loop.reference("XZ", line.prescription_number)


def _decision(w: Writer, decision: LineAdjudication) -> None:
    kept = Kept(decision.extra)
    loop = Loop(w, "2430", kept.take("2430"))
    procedure = (decision.qualifier, decision.code, *at_most(decision.modifiers, 4, "modifiers"), decision.description)
    loop.add(
        "SVD", decision.payer_id, decision.paid, procedure, "", decision.units, decision.bundled_line,
        owned=(1, 2, *((3, i) for i in range(7)), 5, 6),
    )  # fmt: skip
    write_adjustments(loop, decision.adjustments)
    if decision.adjudicated_on:
        loop.add("DTP", "573", "D8", decision.adjudicated_on)
    if decision.patient_liability is not None:
        loop.add("AMT", "EAF", decision.patient_liability)
    loop.close()
