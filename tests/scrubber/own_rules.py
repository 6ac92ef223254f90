"""Own rules for the tests: a short way to write one, and claims to ask it about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.claim import (
    Claim,
    ClaimKind,
    Diagnosis,
    Evidence,
    Line,
    Payer,
    PayerType,
    Person,
    Provider,
    Subscriber,
)
from past.patient import PatientPast, Service
from scrubber.engine import case_of, run
from scrubber.own_rules import OwnRules, read_rules
from scrubber.plan import Plan
from scrubber.registry import Rule
from scrubber.report import Report
from scrubber.tables import shipped_tables

DAY, AS_OF = date(2026, 3, 10), date(2026, 3, 20)
TABLES = shipped_tables()
NO_PAST = PatientPast()
HEAD = """
[[rules]]
id = "{id}"
title = "A test."
severity = "{severity}"
reason = "documentation"
message = "{message}"
remedy = {{ kind = "document", text = "Read the note." }}
citation = {{ text = "A memo", author = "A. Example", date = 2026-01-05 }}
{more}
when = {when}
"""


def text(when: str, *, id: str = "OWN-001", severity: str = "deny", message: str = "It fires.", more: str = "") -> str:
    return HEAD.format(id=id, severity=severity, message=message, more=more, when=when)


def read(content: str, file: str = "own.toml") -> OwnRules:
    return read_rules(content.encode(), file)


def rule(when: str, **keys: str) -> Rule:
    found = read(text(when, **keys))
    assert not found.faults, [str(fault) for fault in found.faults]
    return found.rules[0].rule


def line(number: int = 1, code: str = "64635", *modifiers: str, **fields: object) -> Line:
    plain = {"charge": Decimal("200.00"), "units": Decimal(1), "service_from": DAY, "diagnosis_pointers": (1,)}
    return Line(number, code, **{**plain, **fields}, modifiers=modifiers)


def claim(*lines: Line, **fields: object) -> Claim:
    plain = {
        "payer": Payer("ZZ01", "ZZTEST PLAN", "CI", PayerType.COMMERCIAL),
        "billing": Provider("1234567893"),
        "rendering": Provider("1987654328"),
        "diagnoses": (Diagnosis("M5416"),),
        "place_of_service": "11",
        "kind": ClaimKind.PROFESSIONAL,
    }
    person = Person("ZZTEST", "PATIENT", birth_date=date(1950, 1, 1))
    return Claim(
        id="ZZ1",
        charge=Decimal(200),
        subscriber=Subscriber(person, member_id="ZZMEMBER1"),
        patient=person,
        lines=lines or (line(),),
        **{**plain, **fields},
    )


def told(item: str, value: str, **fields: object) -> Evidence:
    return Evidence(item, value, **fields)


def earlier(code: str, day: date, number: int = 0) -> Service:
    return Service(
        day,
        day,
        code,
        (),
        Decimal(1),
        Decimal(100),
        "ZZ01",
        "1234567893",
        "1987654328",
        "11",
        (),
        f"E{number}",
        "1",
        1,
        f"submission-{number}",
        f"content-{number}",
        "",
    )


def ask(a_rule: Rule, a_claim: Claim, past: PatientPast = NO_PAST) -> Report:
    return run(Plan((a_rule,), TABLES), case_of(a_claim, TABLES, past, AS_OF))


def says(when: str, a_claim: Claim, past: PatientPast = NO_PAST, **keys: str) -> bool | tuple[str, ...]:
    """True: it fires; False: it passes; else what is missing."""
    report = ask(rule(when, **keys), a_claim, past)
    if report.unchecked:
        return tuple(sorted({name for u in report.unchecked for name in u.missing}))
    return bool(report.findings)
