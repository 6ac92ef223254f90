"""What is worked out once for many claims says the same as a look at each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claims.claim import (
    Address,
    Claim,
    Diagnosis,
    Evidence,
    Line,
    Payer,
    PayerType,
    Person,
    PriorService,
    PriorServices,
    Provider,
    Subscriber,
)
from claims.reasons import Reason
from past.patient import PatientPast
from scrubber import RULES, coverage, engine, scrub, wanted_records
from scrubber.alike import HIDDEN
from scrubber.cases import cases_of
from scrubber.registry import Case, NotSaid
from scrubber.tables import shipped_tables

AS_OF = date(2027, 1, 1)
TABLES = shipped_tables()
RECORDS = TABLES.records.releases[-1]
POLICIES = TABLES.coverage.releases[-1]


def case(code: str, day: date, kind: PayerType = PayerType.MEDICARE, state: str = "FL", **fields: object) -> Case:
    line = Line(1, code, Decimal(200), Decimal(1), day)
    billing = Provider("1234567893", address=Address(state=state))
    nobody, payer = Person(), Payer("ZZ01", type=kind)
    plain = Claim("ZZTEST-1", line.charge, payer, billing, Subscriber(nobody), nobody, (), (line,))
    return Case(replace(plain, **fields), AS_OF, TABLES, PatientPast(), kind)


def around(*days: date | None) -> Iterator[date]:
    """Each day, and the days before and after it."""
    for day in {day for day in days if day}:
        yield from (day - timedelta(days=1), day, day + timedelta(days=1))


@pytest.mark.parametrize("family", sorted(RECORDS.rows))
@pytest.mark.parametrize("kind", [PayerType.MEDICARE, PayerType.COMMERCIAL, PayerType.MEDICAID])
def test_a_claim_without_evidence_is_told_what_one_is_that_tells_of_something_else(
    family: str, kind: PayerType
) -> None:
    code = next(code for code, row in TABLES.codes.releases[-1].rows.items() if row.family == family)
    beside = (Evidence("signature", "yes"),)
    for rule_id, rows in RECORDS.rows[family].items():
        for day in around(*(row.valid_from for row in rows), *(row.valid_to for row in rows)):
            before = PriorServices(None, (PriorService(code, day - timedelta(days=60)),))
            for prior in (None, before):
                said = []
                for evidence in ((), beside):
                    TABLES.kept.clear()
                    one = case(code, day, kind, evidence=evidence, prior_services=prior)
                    said += [_answers(one, rule_id), _answers(one, rule_id)]  # worked out, and looked up
                assert said.count(said[0]) == 4


def _answers(one: Case, rule_id: str) -> list[object]:
    try:
        return list(wanted_records.check(one, one.claim.lines[0], rule_id))
    except LookupError as gap:  # a day before the first release
        return [str(gap)]


@pytest.mark.parametrize("state", ["FL", "NY", "TX", "OH"])
def test_policies_on_a_code_are_those_that_hold_on_the_day_in_the_state(state: str) -> None:
    for code, rows in POLICIES.rows.items():
        for day in around(*(row.valid_from for row in rows), *(row.valid_to for row in rows)):
            if day < POLICIES.effective:
                continue
            here = case(code, day, state=state)
            line = here.claim.lines[0]
            held = [
                row
                for row in rows
                if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
            ]
            assert list(coverage.policies(here, line)) == held
            assert list(coverage.policies_here(here, line)) == [
                row for row in held if not row.states or state in row.states
            ]


def test_policies_that_differ_by_state_ask_for_the_state() -> None:
    code, rows = next((code, rows) for code, rows in POLICIES.rows.items() if any(row.states for row in rows))
    day = max(row.valid_from or POLICIES.effective for row in rows)
    nowhere = case(code, day, state="")
    with pytest.raises(NotSaid, match="differ by state"):
        coverage.policies_here(nowhere, nowhere.claim.lines[0])


def test_what_is_kept_of_the_tables_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.tables._MOST_KEPT", 1)
    tables = replace(TABLES)
    assert [tables.once(key, lambda key=key: key) for key in ("a", "b", "b")] == ["a", "b", "b"]
    assert tables.kept == {"a": "a"}


def test_a_kind_of_payer_and_a_reason_are_found_by_their_words() -> None:
    assert "medicare" in {PayerType.MEDICARE}
    assert {Reason.CODING: 1}["coding"] == 1


def test_lines_alike_are_told_what_each_is_told_alone() -> None:
    cases = [
        case for rule in RULES.values() for case in cases_of(rule)[:: 1 if rule.settled or rule.by_diagnoses else 9]
    ]
    alone = []
    for one in cases:
        engine.forget()
        alone.append(scrub(one.claim, one.tables, one.past, as_of=one.as_of))
    engine.forget()
    for _ in range(4):  # met, met often enough, worked out, looked up
        for one, report in zip(cases, alone, strict=True):
            assert scrub(one.claim, one.tables, one.past, as_of=one.as_of) == report


def test_lines_alike_are_told_otherwise_once_a_code_or_modifier_begins_or_ends() -> None:
    rows = [row for row in TABLES.codes.releases[-1].rows.values() if row.valid_from or row.valid_to][::4]
    rows_of_modifiers = [row for row in TABLES.modifiers.releases[-1].rows.values() if row.valid_from or row.valid_to]
    lines = [(row.code, (), day) for row in rows for day in around(row.valid_from, row.valid_to)]
    lines += [
        ("99214", (row.modifier,), day) for row in rows_of_modifiers for day in around(row.valid_from, row.valid_to)
    ]
    claims = []
    for code, modifiers, day in lines:
        plain = case(code, day).claim
        claims.append(replace(plain, lines=(replace(plain.lines[0], modifiers=modifiers),)))
    told = []
    for one in claims:
        engine.forget()
        told.append(scrub(one, TABLES, PatientPast(), as_of=AS_OF))
    engine.forget()
    for _ in range(4):
        for one, report in zip(claims, told, strict=True):
            assert scrub(one, TABLES, PatientPast(), as_of=AS_OF) == report
    assert len({len(report.findings) for report in told}) > 1


def test_claims_alike_are_told_otherwise_once_a_diagnosis_begins_or_ends() -> None:
    rows = [row for row in TABLES.icd10.releases[-1].rows.values() if row.valid_from or row.valid_to]
    claims = [
        case("64493", day, diagnoses=(Diagnosis(row.code),)).claim
        for row in rows
        for day in around(row.valid_from, row.valid_to, TABLES.icd10.releases[-1].verified_to)
    ]
    claims = [replace(c, lines=(replace(c.lines[0], diagnosis_pointers=(1,)),)) for c in claims]
    told = []
    for one in claims:
        engine.forget()
        told.append(scrub(one, TABLES, PatientPast(), as_of=AS_OF))
    engine.forget()
    for _ in range(4):
        assert [scrub(one, TABLES, PatientPast(), as_of=AS_OF) for one in claims] == told
    assert len({report.findings[0].message for report in told if report.findings}) > 1


def test_claims_alike_are_told_otherwise_once_a_table_is_published() -> None:
    published = {r.published for t in (TABLES.codes, TABLES.icd10, TABLES.coverage, TABLES.ptp) for r in t.releases}
    one = case("64493", date(2025, 12, 15), diagnoses=(Diagnosis("M47.816"), Diagnosis("M54.5"))).claim
    one = replace(one, lines=(replace(one.lines[0], diagnosis_pointers=(1, 2)),))
    days = sorted(around(*published, date(2026, 1, 20)))
    told = []
    for day in days:
        engine.forget()
        told.append(scrub(one, TABLES, PatientPast(), as_of=day))
    engine.forget()
    for _ in range(4):
        assert [scrub(one, TABLES, PatientPast(), as_of=day) for day in days] == told
    assert len(set(map(repr, told))) > 1


def test_no_rule_is_kept_both_ways() -> None:
    assert not [rule.id for rule in RULES.values() if rule.settled and rule.by_diagnoses]


def test_what_is_kept_of_kinds_of_line_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.plan._MOST_KEPT", 2)
    told = (Diagnosis("M47.816"),)
    days = (date(2026, 3, 2), date(2026, 3, 3))
    codes = ("64493", "99214", "20610", "80307")
    claims = [case(code, day, diagnoses=told).claim for code in codes for day in days]
    engine.forget()
    first = [scrub(one, TABLES, PatientPast(), as_of=AS_OF) for one in claims]
    for _ in range(3):
        assert [scrub(one, TABLES, PatientPast(), as_of=AS_OF) for one in claims] == first
    plan = engine._plan
    assert plan is not None
    kept = (plan._of_line, plan._of_kind, plan._of_code, plan._of_claim, plan._of_diagnoses, plan._of_all_diagnoses)
    assert [len(each) for each in kept if len(each) > 2] == []


def test_modifiers_that_are_hidden_cannot_be_read() -> None:
    for read in (bool, len, list, lambda m: "59" in m, lambda m: m == (), lambda m: frozenset("59").isdisjoint(m)):
        with pytest.raises(TypeError):
            read(HIDDEN)


def test_a_number_of_one_line_alone_is_not_overlooked() -> None:
    usual = case("64493", date(2026, 3, 2)).claim
    numbered = replace(usual, lines=(replace(usual.lines[0], authorization_number="ZZ-1"),))
    engine.forget()
    for _ in range(4):
        scrub(usual, TABLES, PatientPast(), as_of=AS_OF)
    unchecked = {u.rule_id for u in scrub(numbered, TABLES, PatientPast(), as_of=AS_OF).unchecked}
    assert {"AUT-002", "AUT-003", "AUT-007"} <= unchecked


@pytest.mark.parametrize(
    ("of_line", "of_claim", "rule_id"),
    [
        ({"place": "02"}, {}, "POS-006"),
        ({"modifiers": ("ZZ", "RT", "LT")}, {}, "MOD-008"),
        ({}, {"evidence": (Evidence("levels", "C5-C6"),)}, "COD-004"),
        ({"diagnosis_pointers": (2,)}, {}, "DX-002"),
    ],
)
def test_a_line_that_differs_is_not_taken_for_those_met_before(
    of_line: dict[str, object], of_claim: dict[str, object], rule_id: str
) -> None:
    told = (Diagnosis("M47.816"), Diagnosis("M47.812"))
    usual = case("64493", date(2026, 3, 2), place_of_service="11", diagnoses=told).claim
    usual = replace(usual, lines=(replace(usual.lines[0], diagnosis_pointers=(1,)),))
    other = replace(usual, lines=(replace(usual.lines[0], **of_line),), **of_claim)
    engine.forget()
    for _ in range(4):
        scrub(usual, TABLES, PatientPast(), as_of=AS_OF)
    assert rule_id in {f.rule_id for f in scrub(other, TABLES, PatientPast(), as_of=AS_OF).findings}
