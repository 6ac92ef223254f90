"""What must hold of every feature, today's and tomorrow's."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from claims.claim import Address, Authorization, Eligibility, Evidence, PayerType, Person, Provider
from claims.reasons import Reason
from features import FEATURES, Direction, fingerprint, rows
from features.habits import CAUSES
from features.registry import feature
from past.patient import PatientPast
from past.payer import PayerPast
from scrubber.registry import Severity
from scrubber.report import Report
from scrubber.tables import TABLE_NAMES, Tables, shipped_tables
from tests.features.builders import (
    MONDAY,
    SERVICE,
    a_claim,
    a_decision,
    a_finding,
    a_gap,
    a_line,
    a_look,
    learned,
    patient_services,
    small_tables,
    value,
)

ROOT = Path(__file__).resolve().parents[2]
EVERY = pytest.mark.parametrize("f", FEATURES.values(), ids=FEATURES)


def a_row(claim=None, report=None, patient=None, payer=None, tables=None, as_of=MONDAY):
    return rows(
        claim or a_claim(), report or Report(), patient or PatientPast(), payer or PayerPast(),
        tables=tables or small_tables(), as_of=as_of,
    )[0]  # fmt: skip


def no_tables() -> Tables:
    empty = small_tables()
    return replace(empty, **{name: replace(getattr(empty, name), releases=()) for name in TABLE_NAMES})


@EVERY
def test_every_feature_says_what_it_is_and_in_what_unit(f) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", f.name)
    assert f.summary[0].isupper()
    assert f.summary.endswith(".")
    assert len(f.summary) < 160
    assert f.unit


@EVERY
def test_every_feature_has_a_reason_and_a_direction(f) -> None:
    assert isinstance(f.reason, Reason)
    assert f.reason is not Reason.OTHER, "an explanation that says 'other' explains nothing"
    assert isinstance(f.risk, Direction)
    assert f.risk is Direction.EITHER or not f.categorical


@EVERY
def test_every_feature_is_a_finite_number_a_word_or_unknown(f) -> None:
    for look in (a_look(), a_look(tables=no_tables()), a_look(a_claim(a_line("99999", day=None)))):
        found = f.compute(look)
        if f.categorical:
            assert found is None or isinstance(found, str)
        else:
            assert found is None or math.isfinite(found)


def test_at_least_45_features_are_declared() -> None:
    assert len(FEATURES) >= 45


def test_every_reason_a_payer_denies_for_has_a_finding_and_a_rate() -> None:
    for cause in CAUSES:
        assert FEATURES[f"worst_{cause.value}_finding"].reason is cause
        assert FEATURES[f"payer_code_{cause.value}_denial_rate"].reason is cause


# Unknown is not zero.


def test_history_is_unknown_on_an_empty_past() -> None:
    row = a_row()
    of_past = [name for name in FEATURES if "denial" in name or "sessions" in name or "since" in name]
    assert len(of_past) > 30
    assert [name for name in of_past if not math.isnan(row[name])] == []
    assert row["payer_code_decisions"] == 0, "that nothing was decided is known"


def test_what_no_table_holds_is_unknown() -> None:
    row = a_row(tables=no_tables())
    assert row["code_family"] == ""
    for name in (
        "is_addon",
        "unspecified_diagnoses",
        "units_to_limit",
        "filing_limit_used",
        "is_visit_beside_procedure",
    ):
        assert math.isnan(row[name]), name


def test_a_line_without_a_day_of_service_has_no_time_and_no_neighbours() -> None:
    row = a_row(a_claim(a_line(day=None), a_line("99213", 2)), payer=learned(a_decision(SERVICE)))
    for name in (
        "days_to_submission",
        "filing_limit_used",
        "other_codes_that_day",
        "family_sessions_365d",
    ):
        assert math.isnan(row[name]), name


def test_unchecked_is_unknown_and_passed_is_zero() -> None:
    report = Report((a_finding(Reason.MODIFIER),), (a_gap(Reason.MODIFIER), a_gap(Reason.FREQUENCY, None)))
    row = a_row(report=report)
    assert row["worst_modifier_finding"] == Severity.DENY
    assert math.isnan(row["worst_frequency_finding"])
    assert row["worst_bundling_finding"] == 0


def test_a_finding_on_another_line_is_not_this_line_s() -> None:
    report = Report((a_finding(Reason.MODIFIER, line=2), a_finding(Reason.CODING, Severity.WARN, None)))
    row = a_row(a_claim(a_line(), a_line(number=2)), report)
    assert row["worst_modifier_finding"] == 0
    assert row["worst_coding_finding"] == Severity.WARN


def test_the_worst_of_several_findings_counts() -> None:
    found = (a_finding(Reason.CODING, Severity.INFO), a_finding(Reason.CODING, Severity.REJECT, None))
    for findings in (found, found[::-1]):
        assert a_row(report=Report(findings, (a_gap(Reason.CODING),)))["worst_coding_finding"] == Severity.REJECT


# Who it is does not matter.


def test_identifiers_and_persons_are_no_inputs() -> None:
    """Patient, provider and claim identifiers, age, sex, address and language of a name change no row."""
    claim = a_claim(a_line(), a_line("99213", 2))
    other = Person(
        "PATIENT-002", "ZZOTHER", birth_date=date(1931, 2, 3), sex="M", address=Address("1 Elsewhere", state="AK")
    )
    stranger = replace(
        claim,
        id="ANOTHER-7",
        patient=other,
        subscriber=replace(claim.subscriber, person=other, member_id="MEMBER-2", group_number="G7", relationship="19"),
        billing=Provider("1992999999", "ZZOTHER", tax_id="99", address=Address(state="AK")),
        rendering=Provider("1000000004", "ZZOTHER", is_person=True),
        medical_record_number="MRN-9",
        lines=tuple(replace(line, control_number=f"X{line.number}") for line in claim.lines),
    )
    arguments = {"patient": PatientPast(patient_services(a_claim(a_line(day=SERVICE - timedelta(40)), id="EARLIER")))}
    assert repr(a_row(stranger, **arguments)) == repr(a_row(claim, **arguments))


def test_what_was_known_of_the_record_later_changes_nothing() -> None:
    """Blocks of the claim JSON are for rules; rows are of what an 837 says, which is what training sees."""
    told = a_claim(
        evidence=(Evidence("pain_weeks", "12", recorded_on=MONDAY),),
        authorizations=(Authorization("A1", status="approved"),),
        eligibility=(Eligibility(MONDAY, active=True),),
    )
    assert repr(a_row(told)) == repr(a_row(a_claim()))


# Columns and their fingerprint.


def test_rows_have_every_column_in_the_order_of_declaration() -> None:
    claim = a_claim(a_line(), a_line("99213", 2), a_line("77003", 3))
    found = rows(claim, Report(), PatientPast(), PayerPast(), tables=small_tables(), as_of=MONDAY)
    assert [list(row) for row in found] == [list(FEATURES)] * 3
    assert [row["procedure_code"] for row in found] == ["64493", "99213", "77003"]


def test_the_order_of_columns_does_not_depend_on_who_imports_first() -> None:
    program = "import features.definitions.timing, features; print(*features.FEATURES)"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == list(FEATURES)


def _with(monkeypatch, features) -> str:
    monkeypatch.setattr("features.registry.FEATURES", features)
    changed = fingerprint()
    monkeypatch.undo()
    return changed


def test_the_fingerprint_tells_every_change_a_model_must_know(monkeypatch) -> None:
    first, *others = FEATURES.values()
    names = dict(FEATURES)
    last = others[-1]
    changes = {
        "added": {**names, "new": replace(last, name="new")},
        "dropped": {f.name: f for f in others},
        "renamed": {**names, last.name: replace(last, name="other")},
        "reordered": {f.name: f for f in (*others, first)},
        "redirected": {**names, last.name: replace(last, risk=Direction(-last.risk or 1))},
        "a category": {**names, last.name: replace(last, categorical=not last.categorical)},
        "another reason": {**names, last.name: replace(last, reason=Reason.DUPLICATE)},
    }
    found = {what: _with(monkeypatch, changed) for what, changed in changes.items()}
    assert fingerprint() not in found.values()
    assert len(set(found.values())) == len(found)


def test_the_fingerprint_does_not_mind_better_words(monkeypatch) -> None:
    reworded = {name: replace(f, summary="Said better.", unit="?") for name, f in FEATURES.items()}
    assert _with(monkeypatch, reworded) == fingerprint()


def test_a_feature_is_refused_when_it_is_declared_badly() -> None:
    def undescribed(look):
        return 1.0

    def twice(look):
        """A name that is taken."""

    with pytest.raises(ValueError, match="'undescribed' has no docstring: say what quantity it is"):
        feature(reason=Reason.CODING)(undescribed)
    with pytest.raises(ValueError, match="'units' is declared twice"):
        feature(reason=Reason.CODING, name="units")(twice)
    with pytest.raises(ValueError, match="'worded' is a category: it has no direction"):
        feature(reason=Reason.CODING, name="worded", categorical=True, risk=Direction.RAISES)(twice)


# The shipped tables.


def test_the_shipped_tables_know_what_the_features_ask_them() -> None:
    day = date(2025, 5, 26)
    claim = a_claim(a_line("64493", day=day, units=Decimal(2)), a_line("99213", 2, day), a_line("77003", 3, day))
    facet, visit, guidance = rows(
        claim, Report(), PatientPast(), PayerPast(), tables=shipped_tables(), as_of=day + timedelta(7)
    )
    assert facet["code_family"] == "facet_injection"
    assert facet["units_to_limit"] == 2
    assert facet["is_addon"] == 0
    assert facet["unspecified_diagnoses"] == 0
    assert visit["is_visit_beside_procedure"] == 1
    assert guidance["is_guidance_beside_procedure"] == 1
    assert value("modifier_denial_rate_without_side", a_look(claim, tables=shipped_tables())) is None


def test_the_payer_table_gives_the_filing_limit() -> None:
    """Medicare: 365 days (42 CFR 424.44); a payer the table does not know has none."""
    claim = a_claim()
    medicare = replace(claim.payer, name="MEDICARE PART B", filing_indicator="MB", type=PayerType.MEDICARE)
    found = a_row(replace(claim, payer=medicare), tables=shipped_tables())["filing_limit_used"]
    assert found == pytest.approx((MONDAY - SERVICE).days / 365)
    assert math.isnan(a_row(a_claim(payer="NOBODY"), tables=shipped_tables())["filing_limit_used"])
