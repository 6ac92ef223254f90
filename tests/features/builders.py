"""Small hand-made tables, claims, lines and decisions for the tests of features. Everyone in them is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from claims.claim import (
    Authorization,
    AuthorizedCode,
    Claim,
    Diagnosis,
    Eligibility,
    Line,
    Payer,
    PayerType,
    Person,
    Provider,
    Subscriber,
)
from claims.entries import Entry
from claims.identity import RecordKeys
from claims.reasons import Reason
from features import FEATURES, Decided, Look, Submitted
from features.replay import Noted
from past.patient import PatientPast, Service, services_of
from past.payer import Decision, PayerPast
from past.recorded import Recorded
from scrubber.registry import Citation, RemedyKind, Severity
from scrubber.report import Finding, Location, Report, Unchecked
from scrubber.tables import Release, Table, Tables
from scrubber.tables.rows import CodeRow, DiagnosisRow, MueLimit, PayerRow

MONDAY = date(2025, 6, 2)
SERVICE = date(2025, 5, 26)


def a_code(code: str, family: str, region: str = "na", globals_: str = "XXX", side: str = "none", addon: bool = False):
    return CodeRow(
        code=code, label=family, family=family, region=region, status="A", is_addon=addon, bilateral="0",
        global_days=globals_, pctc="0", side_expected=side, valid_from=None, valid_to=None,
        allowed_nonfacility=None, allowed_facility=None, verified=True,
    )  # fmt: skip


def a_release(rows, effective: date = date(2024, 1, 1)) -> Release:
    return Release("a release", effective, effective, complete=False, rows=rows)


CODES = {
    row.code: row
    for row in (
        a_code("99213", "em"),
        a_code("64493", "facet_injection", "lumbar_sacral", "000", "side"),
        a_code("64494", "facet_injection", "lumbar_sacral", "ZZZ", "side", addon=True),
        a_code("64490", "facet_injection", "cervical_thoracic", "000", "side"),
        a_code("62323", "esi_interlaminar", "lumbar_sacral", "000"),
        a_code("77003", "imaging_guidance", "na", "ZZZ", addon=True),
        a_code("J1030", "drug"),
    )
}
DIAGNOSES = {
    "M54.16": DiagnosisRow("M54.16", True, None, None, "none", False, False, "", True),
    "M54.50": DiagnosisRow("M54.50", True, None, None, "none", True, False, "", True),
}


NOT_NEEDED = ("coverage", "records", "excludes1", "regions", "places", "drugs", "enrolments")


def small_tables() -> Tables:
    return Tables(
        codes=Table("codes", (a_release(CODES),)),
        ptp=Table("ptp", ()),
        mue=Table("mue", (a_release({"64493": MueLimit(1, "2"), "J1030": MueLimit(0, "3")}),)),
        addons=Table("addons", ()),
        icd10=Table("icd10", (a_release(DIAGNOSES),)),
        modifiers=Table("modifiers", ()),
        payers=Table(
            "payers",
            (a_release({"alpha": PayerRow("alpha", "Alpha", ("ALPHA",), (), "commercial", 90, True)}),),
        ),
        authorizations=Table("authorizations", ()),
        **{name: Table(name, ()) for name in NOT_NEEDED},
    )


def a_line(code: str = "64493", number: int = 1, day: date | None = SERVICE, **changes) -> Line:
    line = Line(
        number=number, code=code, charge=Decimal(400), units=Decimal(1), service_from=day,
        modifiers=(), diagnosis_pointers=(1,),
    )  # fmt: skip
    return replace(line, **changes)


def a_claim(*lines: Line, payer: str = "ALPHA", **changes) -> Claim:
    lines = lines or (a_line(),)
    person = Person("PATIENT-001", "ZZTEST", birth_date=date(1970, 1, 1), sex="F")
    claim = Claim(
        id="CLAIM-1",
        charge=sum((line.charge for line in lines), Decimal(0)),
        payer=Payer(payer, f"Payer {payer}", "CI", PayerType.COMMERCIAL),
        billing=Provider("1234567893", "ZZTEST PAIN GROUP"),
        subscriber=Subscriber(person, "MEMBER-1"),
        patient=person,
        diagnoses=(Diagnosis("M5416"), Diagnosis("M5450")),
        lines=lines,
        place_of_service="11",
        rendering=Provider("1003000126", "ZZTEST", is_person=True),
    )
    return replace(claim, **changes)


def a_look(claim: Claim | None = None, line: int = 0, **changes) -> Look:
    claim = claim or a_claim()
    tables = changes.get("tables") or small_tables()
    look = Look(
        claim, claim.lines[line], Report(), PatientPast(), PayerPast(), tables, MONDAY,
        tables.family(claim.lines[line].code),
    )  # fmt: skip
    return replace(look, **changes, memo={}, payer_memo={}, line_memo={})


def value(name: str, look: Look):
    """One feature of one line."""
    return FEATURES[name].compute(look)


def a_decision(known_on: date, code: str = "64493", payer: str = "ALPHA", reason: Reason | None = None, **changes):
    """A decision of that day: denied for the Reason, or allowed when there is none."""
    decision = Decision(
        known_on=known_on, payer_id=payer, code=code, family=CODES[code].family if code in CODES else "",
        denied=reason is not None, reason=reason, charge_cents=40000,
        allowed_cents=None if reason else 20000, units=1, lag_days=20,
    )  # fmt: skip
    return replace(decision, **changes)


def learned(*decisions: Decision) -> PayerPast:
    past = PayerPast()
    for decision in decisions:
        past.learn(decision)
    return past


def patient_services(*claims: Claim, after: int = 3) -> tuple[Service, ...]:
    """The claims' lines as the patient's past remembers them, each claim sent `after` days after its first service."""
    found: list[Service] = []
    for n, claim in enumerate(claims):
        day = claim.first_service + timedelta(after)
        found += services_of(claim, known_on=day, submission=f"earlier {n}", content=f"earlier {n}", batch=f"old {n}")
    return tuple(found)


def sent(claim: Claim, known_on: date = MONDAY, submission: str = "s1", patient: str = "p1", batch: str = "b1"):
    content, found_by = f"content of {submission}", RecordKeys((patient,))
    return Submitted(known_on, claim, submission, content, patient, batch, found_by)


def noted(number: int, known_on: date, patient: str, status: str, *, cover: bool | None = None) -> Noted:
    """What the practice wrote down of `AUTH-1`, and, where `cover` is said, an answer about the patient's cover."""
    codes = tuple(AuthorizedCode(code, Decimal(1)) for code in CODES)
    held = Authorization("AUTH-1", "ALPHA", status, known_on, known_on, date(2025, 1, 1), date(2025, 3, 31), codes)
    answers = () if cover is None else (Eligibility(known_on, "ALPHA", active=cover),)
    entry = Entry(known_on, authorization=None if answers else held, answers=answers, decision=status)
    return Noted(known_on, (patient,), Recorded(number, number if answers else 1, entry))


def answered(event: Submitted, after: int, reason: Reason | None = None, line: int = 0) -> Decided:
    code, day = event.claim.lines[line].code, event.known_on + timedelta(after)
    decision = a_decision(day, code, event.claim.payer.id, reason, lag_days=after)
    return Decided(day, event.submission, event.claim.lines[line].number, event.patient, decision)


def a_finding(reason: Reason, severity: Severity = Severity.DENY, line: int | None = 1) -> Finding:
    """A finding of no rule in particular."""
    return Finding(
        rule_id="ZZT-001", rule_version="1", severity=severity, reason=reason, line=line, carcs=(), rarcs=(),
        message="Made up.", remedy="None.", remedy_kind=RemedyKind.CORRECT, requires="", change=None,
        location=Location("2400", "SV1", "SV101-2", None), cms1500_box="24D",
        citation=Citation("A policy", "https://example.org"), effective=None,
    )  # fmt: skip


def a_gap(reason: Reason, line: int | None = 1) -> Unchecked:
    """A rule of no name that could not look."""
    return Unchecked("ZZT-002", reason, line, ("evidence",), "Made up.")
