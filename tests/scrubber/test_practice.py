"""A practice's word on rules: which entry speaks on a day, what people are then shown, and that the report stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from claims.claim import Payer, PayerType
from past.patient import PatientPast
from scrubber import Severity, scrub
from scrubber.engine import case_of
from scrubber.overrides import Action, Override, Overrides, UnreadableOverrides, read_overrides
from scrubber.practice import Practice
from tests.scrubber.own_rules import AS_OF, TABLES, claim, line, read, text

ON = date(2026, 1, 1)
# A visit beside a procedure without modifier 25: MOD-001 speaks for NCC-002 (decision 0010)
VISIT = claim(
    line(1, "62323"), line(2, "99213"), payer=Payer("ZZ01", "MEDICARE PART B", "MB", PayerType.MEDICARE)
)  # fmt: skip


def entry(action: str, rule: str, payer: str = "", **fields: object) -> Override:
    severity = {"severity": Severity.INFO} if action == "rate" else {}
    return Override(Action(action), rule, "because", "A. Example", payer=payer, **{"on": ON, **severity, **fields})


def shown(*entries: Override, own: str = "", a_claim=VISIT, as_of: date = AS_OF):
    practice = Practice(
        TABLES, read(own) if own else read(text('{ field = "line.code", is = "1" }')), Overrides(entries)
    )
    report = scrub(a_claim, TABLES, PatientPast(), as_of=as_of)
    return practice.shown(report, lambda: case_of(a_claim, TABLES, PatientPast(), as_of)), report


def test_without_a_word_of_the_practice_nothing_is_looked_at():
    report = scrub(VISIT, TABLES, PatientPast(), as_of=AS_OF)
    said = Practice(TABLES).shown(report, lambda: pytest.fail("asked"))
    assert said.findings is report.findings
    assert said.unchecked is report.unchecked
    assert said.off == ()


def test_an_own_rule_stands_among_the_findings_in_their_order():
    own = text('{ field = "line.code", is = "99213" }', severity="reject")
    said, report = shown(own=own)
    assert [f.rule_id for f in said.findings if f.rule_id != "OWN-001"] == [f.rule_id for f in report.findings]
    assert [f.severity for f in said.findings] == sorted((f.severity for f in said.findings), reverse=True)
    assert "OWN-001" in {f.rule_id for f in said.findings}
    assert "OWN-001" not in {f.rule_id for f in report.findings}


def test_a_rule_switched_off_is_counted_and_its_gaps_go():
    gap = next(u.rule_id for u in shown()[1].unchecked)
    said, report = shown(entry("off", "MOD-001"), entry("off", gap))
    assert "MOD-001" not in {f.rule_id for f in said.findings}
    assert [(off.rule_id, off.line, off.word.by, off.word.why) for off in said.off] == [
        ("MOD-001", 2, "A. Example", "because")
    ]
    assert gap not in {u.rule_id for u in said.unchecked}
    assert len(said.unchecked) < len(report.unchecked)


def test_a_finding_re_rated_says_what_it_was_and_by_whom():
    said, report = shown(entry("rate", "MOD-001", severity=Severity.REJECT))
    was = next(f for f in report.findings if f.rule_id == "MOD-001")
    is_now = next(f for f in said.findings if f.rule_id == "MOD-001")
    assert is_now.severity == Severity.REJECT
    assert [f.severity for f in said.findings] == sorted((f.severity for f in said.findings), reverse=True)
    assert is_now.overridden == (was.severity, "A. Example", ON, "because")
    assert was.overridden is None


def test_what_a_rule_spoke_for_speaks_once_it_is_silent_or_says_less():
    report = shown()[1]
    assert next(f for f in report.findings if f.rule_id == "MOD-001").also
    assert "NCC-002" not in {f.rule_id for f in report.findings}
    off, _ = shown(entry("off", "MOD-001"))
    assert "NCC-002" in {f.rule_id for f in off.findings}
    rated, _ = shown(entry("rate", "MOD-001"))
    assert "NCC-002" in {f.rule_id for f in rated.findings}
    assert "NCC-002" not in next(f for f in rated.findings if f.rule_id == "MOD-001").also
    louder, _ = shown(entry("rate", "MOD-001", severity=Severity.REJECT))
    assert "NCC-002" not in {f.rule_id for f in louder.findings}
    both, _ = shown(entry("off", "MOD-001"), entry("off", "NCC-002"))
    assert not {"MOD-001", "NCC-002"} & {f.rule_id for f in both.findings}
    assert [off.rule_id for off in both.off] == ["MOD-001"]  # one cause, counted once


def test_the_report_the_model_reads_stays_as_it_is():
    _, report = shown(entry("off", "MOD-001"), entry("rate", "NCC-002"), own=text('{ field = "line.units", is = 1 }'))
    assert report == scrub(VISIT, TABLES, PatientPast(), as_of=AS_OF)


def test_an_override_of_tomorrow_does_not_bind_today():
    late = entry("off", "MOD-001", on=AS_OF + timedelta(1))
    assert not shown(late)[0].off
    assert shown(late, as_of=AS_OF + timedelta(1))[0].off
    ended = entry("off", "MOD-001", until=AS_OF - timedelta(1))
    assert not shown(ended)[0].off


@pytest.mark.parametrize(
    ("entries", "off"),
    [
        ((entry("off", "MOD-001", "ZZ01"),), True),
        ((entry("off", "MOD-001", "zz01"),), True),
        ((entry("off", "MOD-001", "medicare_part_b"),), True),
        ((entry("off", "MOD-001", "aetna"),), False),
        ((entry("off", "MOD-001"), entry("on", "MOD-001")), False),
        ((entry("off", "MOD-001"), entry("on", "MOD-001", "ZZ01")), False),
        ((entry("on", "MOD-001", "ZZ01"), entry("off", "MOD-001")), False),
        ((entry("off", "MOD-001", "ZZ01"), entry("on", "MOD-001")), True),
        ((entry("on", "MOD-001"), entry("off", "MOD-001")), True),
        ((entry("rate", "MOD-001"), entry("off", "MOD-001", until=ON)), False),
    ],
)
def test_what_was_said_last_speaks_and_of_a_payer_before_all(entries, off):
    assert bool(shown(*entries)[0].off) is off


def test_what_was_ended_stays_in_the_history():
    said = Overrides((entry("off", "MOD-001"), entry("rate", "EM-001", "ZZ01"), entry("on", "MOD-001", on=AS_OF)))
    assert [e.rule for e in said.in_force(AS_OF - timedelta(1))] == ["EM-001", "MOD-001"]
    assert [e.rule for e in said.in_force(AS_OF)] == ["EM-001"]
    assert len(said.entries) == 3


def test_an_entry_read_again_is_the_entry_written():
    entries = (entry("off", "MOD-001", "ZZ01", until=AS_OF), entry("rate", "EM-001"), entry("on", "MOD-001"))
    assert read_overrides("".join(e.text() + "\n" for e in entries), "overrides.jsonl").entries == entries


GOOD = entry("off", "MOD-001").text() + "\n"


@pytest.mark.parametrize(
    ("content", "where", "found"),
    [
        (GOOD + "{", "line 2", "without its end"),
        (GOOD + "{\n", "line 2", "broken JSON"),
        (GOOD + "[]\n", "line 2", "other members"),
        (GOOD.replace('"why"', '"reason"'), "line 1", "other members"),
        (GOOD.replace('"off"', '"gone"'), "line 1, action", "'gone'"),
        (GOOD.replace('"off"', '"rate"'), "line 1, severity", "nothing"),
        (GOOD.replace('"because"', '""'), "line 1, why", "''"),
        (GOOD.replace("2026-01-01", "soon"), "line 1, on", "'soon'"),
        (GOOD.replace('"until": null', '"until": "2025-01-01"'), "line 1, until", "2025-01-01"),
    ],
)
def test_a_broken_history_is_refused_with_its_line(content, where, found):
    with pytest.raises(UnreadableOverrides) as raised:
        read_overrides(content, "overrides.jsonl")
    assert raised.value.where == f"overrides.jsonl, {where}"
    assert found in raised.value.found


def test_a_rule_that_is_gone_changes_nothing():
    said, report = shown(entry("off", "OWN-999"))
    assert said.findings == report.findings
    assert replace(report) == report
