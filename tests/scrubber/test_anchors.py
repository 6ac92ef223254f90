"""The codes, diagnoses and faults on which scrubbers of this field have been seen to fail, tried on the shipped tables.

Published scrubbers were seen to know fewer than half of these procedure codes, to refuse diagnoses that bill, to accept
headings that do not, to let the faults below pass, and to call a correct claim of several units wrong. Each is a fact
about pain claims, not about those programs, so each is a test here. Dates are fixed: 2026-03-10, as known that day.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.claim import Address, Claim, ClaimKind, Diagnosis, Line, Payer, PayerType, Person, Provider, Subscriber
from past.patient import PatientPast
from scrubber import RULES, Severity, scrub
from scrubber.tables import shipped_tables

TODAY, SERVED = date(2026, 3, 10), date(2026, 3, 5)
AFFECTS_PAYMENT = (Severity.WARN, Severity.DENY, Severity.REJECT)

PROCEDURES = (
    "99204 99214 20552 20553 20610 20611 22514 27096 62320 62321 62322 62323 62362 62370 63650 63685 64405 64450 64451 "
    "64454 64479 64480 64483 64484 64490 64491 64492 64493 64494 64495 64624 64625 64628 64633 64634 64635 64636 0213T "
    "76942 77002 77003 80307 G0260 G0480"
)
DIAGNOSES = (
    "M54.50 M54.12 M54.16 M54.17 M54.81 M47.812 M47.816 M47.817 M48.061 M48.062 M50.122 M51.16 M51.360 M53.3 M46.1 "
    "M79.18 M96.1 G89.29 G89.4 G90.521 G57.71 M17.11 M25.561 M80.08XA Z79.891"
)
HEADINGS = ("M54.5", "M48.06", "M79.1", "M51.36", "M54.1")  # of finer codes: none of them bills

PATIENT = Person("ZZPATIENT", "TEST", birth_date=date(1951, 2, 3), sex="F", address=Address("1 EXAMPLE STREET"))
GROUP = Provider(
    npi="1999900107", name="ZZTEST PAIN CLINIC", tax_id="990000001", tax_id_kind="EI", taxonomy="208VP0000X",
    address=Address("100 EXAMPLE PARKWAY", city="TESTVILLE", state="OH", postal_code="430990001"),
)  # fmt: skip
DOCTOR = Provider(npi="1999910114", name="ZZDOCTOR", first_name="TEST", is_person=True, taxonomy="208VP0014X")
CENTRE = replace(GROUP, npi="1999900206", name="ZZTEST SURGERY CENTER", tax_id="", tax_id_kind="", taxonomy="")
MEDICARE = Payer("ZZMED", "ZZTEST MEDICARE PART B", "MB", PayerType.MEDICARE)
COMMERCIAL = Payer("ZZCOM", "ZZTEST KEYSTONE HEALTH", "CI", PayerType.COMMERCIAL)


def line(code, *modifiers, number=1, units=1, pointers=(1,), charge="300.00"):
    return Line(number, code, Decimal(charge), Decimal(units), SERVED, modifiers=modifiers, diagnosis_pointers=pointers)


def claim(*lines, diagnoses=("M54.16",), payer=MEDICARE, **fields):
    numbered = tuple(replace(x, number=n) for n, x in enumerate(lines, 1))
    patient = replace(PATIENT, address=Address("1 EXAMPLE STREET", "", "TESTVILLE", "OH", "43099"))
    return Claim(
        **{
            "id": "ZZ00000001",
            "charge": sum((x.charge for x in numbered), Decimal(0)),
            "payer": payer,
            "billing": GROUP,
            "subscriber": Subscriber(patient, "1T23T45TT67" if payer is MEDICARE else "ZZK12345678", "ZZG1000"),
            "patient": patient,
            "diagnoses": tuple(Diagnosis(code) for code in diagnoses),
            "lines": numbered,
            "place_of_service": "11",
            "kind": ClaimKind.PROFESSIONAL,
            "submitted_on": TODAY,
            "rendering": DOCTOR,
            "authorization_number": "ZZ00000001",
            **fields,
        }
    )


def report(subject, *rule_ids):
    past = PatientPast(known_since=date(2020, 1, 1))
    chosen = [RULES[rule_id] for rule_id in rule_ids] if rule_ids else None
    return scrub(subject, shipped_tables(), past, as_of=TODAY, **({"rules": chosen} if chosen else {}))


def fired(subject):
    """rule id -> the worst severity it spoke with."""
    worst = {}
    for finding in report(subject).findings:
        worst[finding.rule_id] = max(finding.severity, worst.get(finding.rule_id, Severity.INFO))
    return worst


def test_there_are_44_procedures_and_25_diagnoses():
    assert len(set(PROCEDURES.split())) == 44
    assert len(set(DIAGNOSES.split())) == 25


@pytest.mark.parametrize("code", PROCEDURES.split())
def test_a_procedure_of_pain_medicine_is_known(code):
    kind = ClaimKind.ASC_FACILITY if code == "G0260" else ClaimKind.PROFESSIONAL
    told = report(claim(line(code), kind=kind), "COD-001")
    assert told.findings == ()
    assert told.unchecked == ()
    assert shipped_tables().family(code)


@pytest.mark.parametrize(("ended", "replacement"), [("J1030", "J1010"), ("0275T", "62330")])
def test_a_procedure_that_ended_is_caught_and_its_replacement_is_not(ended, replacement):
    (finding,) = report(claim(line(ended)), "COD-001").findings
    assert finding.severity in AFFECTS_PAYMENT
    assert f"{ended} ended on" in finding.message
    assert report(claim(line(replacement)), "COD-001").findings == ()


@pytest.mark.parametrize("code", DIAGNOSES.split())
def test_a_diagnosis_that_bills_passes(code):
    told = report(claim(line("99214"), diagnoses=(code,)), "COD-002")
    assert told.findings == ()
    assert told.unchecked == ()


@pytest.mark.parametrize("code", HEADINGS)
def test_a_heading_of_finer_diagnoses_is_refused(code):
    (finding,) = report(claim(line("99214"), diagnoses=(code,)), "COD-002").findings
    assert finding.severity is Severity.REJECT
    assert code in finding.message


VISIT_AND_BLOCK = (line("99214", "25", pointers=(2,), charge="390.00"), line("64483", "RT", charge="744.00"))
CLEAN = claim(*VISIT_AND_BLOCK, diagnoses=("M54.16", "G89.4"))


def test_the_claim_the_faults_are_planted_in_is_clean():
    assert not {rule_id: s for rule_id, s in fired(CLEAN).items() if s in AFFECTS_PAYMENT}


def test_a_visit_beside_a_procedure_without_25_is_caught():
    visit, block = VISIT_AND_BLOCK
    assert fired(claim(replace(visit, modifiers=()), block, diagnoses=("M54.16", "G89.4")))["MOD-001"] is Severity.DENY


def test_a_diagnosis_no_policy_covers_is_caught():
    assert fired(claim(line("64483", "RT"), diagnoses=("J06.9",)))["DX-001"] in AFFECTS_PAYMENT


@pytest.mark.parametrize(
    ("payer", "place", "rule_id"), [(COMMERCIAL, "24", "AUT-001"), (MEDICARE, "22", "AUT-004")], ids=["plan", "OPD"]
)
def test_a_stimulator_lead_without_authorization_is_caught(payer, place, rule_id):
    lead = line("63650", units=2)
    bare = claim(
        lead, diagnoses=("G89.4",), payer=payer, place_of_service=place, facility=CENTRE, authorization_number=""
    )
    assert fired(bare)[rule_id] in AFFECTS_PAYMENT
    assert rule_id not in fired(replace(bare, authorization_number="ZZ00000001"))


def test_six_units_of_a_first_level_are_caught():
    six = claim(line("64483", "RT", units=6))
    (unlikely,) = report(six, "NCC-008").findings
    assert (unlikely.severity, unlikely.change.value) == (Severity.DENY, "1")
    (policy,) = [f for f in report(six).findings if f.rule_id == "FRQ-003"]  # more exact, it speaks for both
    assert (policy.severity, policy.also) == (Severity.DENY, ("NCC-008",))
    assert fired(replace(six, payer=COMMERCIAL))["NCC-008"] is Severity.WARN


def test_fluoroscopy_the_block_already_holds_is_caught():
    found = fired(claim(line("64483", "RT"), line("77003")))
    assert found["NCC-004"] is Severity.DENY
    assert "COD-001" not in found  # for what it is, not because the code is unknown


def test_an_npi_with_a_wrong_digit_is_a_finding_and_no_crash():
    assert fired(replace(CLEAN, rendering=replace(DOCTOR, npi="1999910115")))["STR-002"] is Severity.REJECT


def test_a_service_of_tomorrow_is_a_finding_and_no_crash():
    future = replace(CLEAN, lines=tuple(replace(x, service_from=date(2026, 3, 11)) for x in CLEAN.lines))
    assert fired(future)["STR-003"] is Severity.REJECT


def test_a_service_of_today_is_not():
    today = replace(CLEAN, lines=tuple(replace(x, service_from=TODAY) for x in CLEAN.lines))
    assert "STR-003" not in fired(today)


def test_a_line_charge_is_the_whole_line_whatever_its_units():
    several = claim(
        line("64493", "KX", "50", charge="540.00"),
        line("J3301", units=4, charge="20.00"),
        line("64636", "RT", units=2, charge="1400.00"),
        payer=COMMERCIAL,
        diagnoses=("M47.816",),
    )
    assert several.charge == Decimal("1960.00")
    assert not {"STR-004", "NCC-008"} & set(fired(several))
    assert "STR-004" in fired(replace(several, charge=Decimal("3420.00")))  # each line's charge times its units
