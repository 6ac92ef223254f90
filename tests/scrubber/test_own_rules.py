"""Own rules: what each condition means, what is refused, and that no rule ever fails a claim."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.claim import Authorization, Diagnosis, Payer, PayerType, PriorServices, Provider
from claims.evidence import ITEMS, NOT_RECORDED, ValueKind
from past.patient import PatientPast
from scrubber import RULES, Severity
from scrubber.own_rules import read_rules
from scrubber.own_rules.conditions import DEEPEST, MOST_CONDITIONS
from scrubber.own_rules.fields import FIELDS, Kind
from scrubber.own_rules.honest_words import dishonest
from scrubber.own_rules.operators import OPERATORS
from scrubber.own_rules.proving import prove
from scrubber.own_rules.reading import KEYS, NEEDED
from scrubber.own_rules.template import OF_CLAIM, OF_LINE
from scrubber.registry import RemedyKind
from tests.scrubber.own_rules import AS_OF, DAY, TABLES, ask, claim, earlier, line, read, rule, says, text, told

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "own-rules.md").read_text(encoding="utf-8")
BLOCKS = [block.replace("\n   ", "\n") for block in re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)]
COVERED = PatientPast((earlier("99213", date(2020, 1, 6)),), (), date(2020, 1, 6))
SEEN = PatientPast((earlier("99213", date(2026, 3, 2)),), (), date(2026, 3, 2))

referring = Provider("1111111112")


@pytest.mark.parametrize(
    ("when", "a_claim", "expected"),
    [
        ('{ field = "line.code", is = "64635" }', claim(), True),
        ('{ field = "line.code", is = "64636" }', claim(), False),
        ('{ field = "line.code", is = "j1100" }', claim(line(code="J1100")), True),
        ('{ field = "line.code", in = ["64635", "64636"] }', claim(), True),
        ('{ field = "line.code", not_in = ["64635"] }', claim(), False),
        ('{ field = "line.code", starts_with = "6463" }', claim(), True),
        ('{ field = "line.code", starts_with = ["J", "Q"] }', claim(), False),
        ('{ field = "line.family", is = "facet_rfa" }', claim(), True),
        ('{ field = "line.family", is = "facet_rfa" }', claim(line(code="00000")), ("codes table",)),
        ('{ field = "line.global_days", is = "010" }', claim(), True),
        ('{ field = "line.is_addon", is = true }', claim(line(code="64636")), True),
        ('{ field = "line.modifiers", in = ["LT", "RT"] }', claim(line(1, "64635", "KX", "RT")), True),
        ('{ field = "line.modifiers", in = ["LT", "RT"] }', claim(), False),
        ('{ field = "line.modifiers", not_in = ["LT", "RT"] }', claim(), True),
        ('{ field = "line.modifiers", not_in = ["LT", "RT"] }', claim(line(1, "64635", "KX", "RT")), False),
        ('{ field = "line.modifiers", is = "50" }', claim(line(1, "64635", "50", "KX")), True),
        ('{ field = "line.modifiers", starts_with = "X" }', claim(line(1, "64635", "XS")), True),
        ('{ field = "line.modifiers", missing = true }', claim(), True),
        ('{ field = "line.modifier_count", at_least = 2 }', claim(line(1, "64635", "50", "KX")), True),
        ('{ field = "line.units", at_least = 2, at_most = 4 }', claim(line(units=Decimal(3))), True),
        ('{ field = "line.units", at_least = 2, at_most = 4 }', claim(line(units=Decimal(5))), False),
        ('{ field = "line.charge", at_most = 199.99 }', claim(), False),
        ('{ field = "line.charge", is = 200 }', claim(), True),
        ('{ field = "line.diagnoses", starts_with = "M54.1" }', claim(), True),
        ('{ field = "line.diagnoses", in = ["M54.16"] }', claim(), True),
        ('{ field = "line.first_diagnosis", is = "m5416" }', claim(), True),
        ('{ field = "claim.diagnoses", is = "R52" }', claim(diagnoses=(Diagnosis("M5416"), Diagnosis("R52"))), True),
        ('{ field = "line.date", before = 2026-03-11 }', claim(), True),
        ('{ field = "line.date", after = 2026-03-10 }', claim(), False),
        ('{ field = "line.date", is = 2026-03-10 }', claim(line(service_from=None)), ("date of service",)),
        ('{ field = "line.days_to_sending", at_least = 10 }', claim(), True),
        ('{ field = "line.days_to_sending", at_least = 11 }', claim(), False),
        ('{ field = "line.place_kind", is = "office" }', claim(), True),
        ('{ field = "line.place", is = "24" }', claim(place_of_service=""), ("place of service",)),
        ('{ field = "line.place", missing = true }', claim(place_of_service=""), True),
        ('{ field = "line.authorization_number", present = true }', claim(authorization_number="A1"), True),
        ('{ field = "line.rendering_npi", is = "1987654328" }', claim(), True),
        ('{ field = "claim.referring_npi", missing = true }', claim(), True),
        ('{ field = "claim.referring_npi", missing = true }', claim(referring=referring), False),
        ('{ field = "claim.referring_npi", not_in = ["1234567893"] }', claim(), ("referring NPI",)),
        ('{ field = "claim.referring_npi", present = true, not_in = ["1234567893"] }', claim(), False),
        ('{ field = "line.modifiers", present = true, not_in = ["50"] }', claim(), False),
        ('{ field = "line.modifiers", present = true, not_in = ["50"] }', claim(line(1, "64635", "LT")), True),
        ('{ field = "claim.onset_date", at_most = 30 }', claim(onset_date=DAY - timedelta(30)), True),
        ('{ field = "claim.onset_date", at_most = 29 }', claim(onset_date=DAY - timedelta(30)), False),
        ('{ field = "payer.type", in = ["commercial"] }', claim(), True),
        ('{ field = "payer.key", is = "aetna" }', claim(), ("payer",)),
        ('{ not = { field = "line.code", is = "64635" } }', claim(), False),
        ('{ any = [{ field = "line.code", is = "1" }, { field = "line.units", is = 1 }] }', claim(), True),
        ('{ any_line = { field = "line.code", is = "99213" } }', claim(line(), line(2, "99213")), True),
        ('{ other_line = { field = "line.code", is = "64635" } }', claim(), False),
        ('{ other_line = { field = "line.code", is = "64635" } }', claim(line(), line(2)), True),
    ],
)
def test_a_condition_on_the_claim_means_what_the_manual_says(when, a_claim, expected):
    assert says(when, a_claim) == expected


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        ('{ evidence = "pain_score", at_least = 4 }', [], ("evidence pain_score",)),
        ('{ evidence = "pain_score", at_least = 4 }', [told("pain_score", "4")], True),
        ('{ evidence = "pain_score", at_least = 4 }', [told("pain_score", "3")], False),
        ('{ evidence = "pain_score", at_least = 4 }', [told("pain_score", NOT_RECORDED)], ("evidence pain_score",)),
        ('{ evidence = "pain_score", missing = true }', [], ("evidence pain_score",)),
        ('{ evidence = "pain_score", missing = true }', [told("pain_score", NOT_RECORDED)], True),
        ('{ evidence = "pain_score", missing = true }', [told("pain_score", "5")], False),
        ('{ evidence = "pain_score", present = true }', [told("pain_score", NOT_RECORDED)], False),
        ('{ evidence = "pain_score", present = true }', [], ("evidence pain_score",)),
        ('{ evidence = "pain_duration", at_least = 12 }', [told("pain_duration", "3", unit="months")], True),
        (
            '{ evidence = "pain_duration", at_least = 12 }',
            [told("pain_duration", "3", unit="stone")],
            ("evidence pain_duration",),
        ),
        ('{ evidence = "imaging_date", at_most = 730 }', [told("imaging_date", "2024-03-10")], True),
        ('{ evidence = "imaging_date", at_most = 729 }', [told("imaging_date", "2024-03-10")], False),
        ('{ evidence = "imaging_date", after = 2024-03-10 }', [told("imaging_date", "2024-03-10")], False),
        (
            '{ evidence = "imaging_date", after = 2024-03-10 }',
            [told("imaging_date", "soon")],
            ("evidence imaging_date",),
        ),
        ('{ evidence = "abn", is = false }', [told("abn", "no")], True),
        ('{ evidence = "guidance", in = ["ct", "ultrasound"] }', [told("guidance", "ct")], True),
        ('{ evidence = "guidance", not_in = ["ct", "ultrasound"] }', [told("guidance", "none")], True),
        ('{ evidence = "imaging", starts_with = "mri" }', [told("imaging", "MRI of the lumbar spine")], True),
        (
            '{ evidence = "pain_score", is = 5 }',
            [told("pain_score", "5", recorded_on=AS_OF + timedelta(1))],
            ("evidence pain_score",),
        ),
    ],
)
def test_what_nobody_recorded_is_not_checked(when, facts, expected):
    assert says(when, claim(evidence=tuple(facts))) == expected


def past_of(*days: int, covered: bool, code: str = "64493") -> PatientPast:
    services = tuple(earlier(code, DAY - timedelta(d), n) for n, d in enumerate(days))
    return PatientPast(services, (), date(2015, 1, 1) if covered else DAY - timedelta(20))


_COUNT = '{ services = { codes = ["64493"], days = 90 }, %s }'
_SINCE = '{ days_since = { codes = ["64493"] }, %s }'
_MISSING = "history since 2025-12-10"


@pytest.mark.parametrize(
    ("when", "past", "expected"),
    [
        (_COUNT % "at_least = 2", past_of(10, 90, covered=False), True),
        (_COUNT % "at_least = 2", past_of(10, 91, covered=True), False),
        (_COUNT % "at_least = 2", past_of(10, covered=False), (_MISSING,)),
        (_COUNT % "at_least = 2", past_of(10, covered=True), False),
        (_COUNT % "at_most = 1", past_of(10, 20, covered=False), False),
        (_COUNT % "at_most = 1", past_of(10, covered=True), True),
        (_COUNT % "at_most = 1", PatientPast(), (_MISSING,)),
        (_COUNT % "is = 1", past_of(10, covered=True), True),
        (_COUNT % "is = 1", past_of(10, 12, covered=False), False),
        (_SINCE % "at_most = 90", past_of(90, 300, covered=False), True),
        (_SINCE % "at_most = 90", past_of(91, covered=True), False),
        (_SINCE % "at_most = 90", past_of(91, covered=False), (_MISSING,)),
        (_SINCE % "at_least = 91", past_of(90, covered=False), False),
        (_SINCE % "at_least = 91", past_of(91, covered=True), True),
        (_SINCE % "at_least = 91", COVERED, True),
        (_SINCE % "at_least = 91", PatientPast(), (_MISSING,)),
        (_SINCE % "is = 91", past_of(91, covered=True), True),
        (_SINCE % "is = 91", past_of(92, covered=True), False),
        (
            '{ sessions = { families = ["facet_injection"], days = 90 }, at_least = 2 }',
            past_of(10, 20, covered=False),
            True,
        ),
        ('{ services = { same = "code", days = 90 }, at_least = 1 }', past_of(5, covered=False, code="64635"), True),
        ('{ services = { same = "family", days = 90 }, at_least = 1 }', past_of(5, covered=True, code="64636"), True),
    ],
)
def test_few_is_known_only_where_the_look_back_is_whole(when, past, expected):
    assert says(when, claim(), past) == expected


def test_a_session_is_a_day_and_a_service_is_a_service():
    past = PatientPast((earlier("64493", DAY - timedelta(5), 1), earlier("64494", DAY - timedelta(5), 2)))
    count = '{ %s = { codes = ["64493", "64494"], days = 30 }, at_least = 2 }'
    assert says(count % "services", claim(), past) is True
    assert says(count % "sessions", claim(), past) == ("history since 2026-02-08",)


def test_a_patient_we_know_less_of_than_asked_for_is_warned_of_at_most():
    report = ask(rule(_COUNT % "at_most = 1"), claim(), SEEN)
    assert [(f.severity, f.message) for f in report.findings] == [(Severity.WARN, "It fires.")]
    assert not report.unchecked
    assert [f.severity for f in ask(rule(_COUNT % "at_most = 1"), claim(), COVERED).findings] == [Severity.DENY]


def test_the_contrary_of_what_is_unlikely_is_likely():
    seldom = _COUNT % "at_least = 2"
    assert [f.severity for f in ask(rule(f"{{ not = {seldom} }}"), claim(), SEEN).findings] == [Severity.WARN]
    often = _COUNT % "at_most = 1"
    assert says(f"{{ not = {often} }}", claim(), SEEN) == (_MISSING,)


def test_a_look_back_the_claim_vouches_for_is_whole():
    whole = claim(prior_services=PriorServices(date(2020, 1, 1)))
    assert says(_COUNT % "at_most = 1", whole) is True


_UNKNOWN = '{ evidence = "pain_score", at_least = 4 }'
_TRUE, _FALSE = '{ field = "line.units", is = 1 }', '{ field = "line.units", is = 2 }'


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (f"{{ all = [{_TRUE}, {_UNKNOWN}] }}", ("evidence pain_score",)),
        (f"{{ all = [{_UNKNOWN}, {_FALSE}] }}", False),
        (f"{{ any = [{_UNKNOWN}, {_TRUE}] }}", True),
        (f"{{ any = [{_UNKNOWN}, {_FALSE}] }}", ("evidence pain_score",)),
        (f"{{ not = {_UNKNOWN} }}", ("evidence pain_score",)),
        (f"{{ not = {{ all = [{_UNKNOWN}, {_FALSE}] }} }}", True),
        (f'{{ all = [{_UNKNOWN}, {{ evidence = "abn", is = true }}] }}', ("evidence abn", "evidence pain_score")),
    ],
)
def test_what_cannot_be_told_is_neither_true_nor_false(when, expected):
    assert says(when, claim()) == expected


def test_a_rule_binds_its_payers_kinds_and_days_alone():
    fires = '{ field = "line.units", is = 1 }'
    assert says(fires, claim(), more='payer_types = ["medicare"]') is False
    assert says(fires, claim(), more='payers = ["zz01"]') is True
    assert says(fires, claim(), more='payers = ["aetna"]') is False
    assert says(fires, claim(payer=Payer("", "", "CI", PayerType.COMMERCIAL)), more='payers = ["aetna"]') == ("payer",)
    aetna = claim(payer=Payer("X", "AETNA", "CI", PayerType.COMMERCIAL))
    key = TABLES.payer_row(aetna).key
    assert says(fires, aetna, more=f'payers = ["{key}"]') is True
    assert says(fires, claim(), more="from = 2026-03-11") is False
    assert says(fires, claim(), more="from = 2026-03-10\nuntil = 2026-03-10") is True
    assert says(fires, claim(), more="until = 2026-03-09") is False


def test_a_rule_of_the_claim_is_asked_once():
    when = (
        '{ all = [{ field = "claim.line_count", at_least = 2 }, { any_line = { field = "line.code", is = "64636" } }] }'
    )
    found = ask(rule(when, more='of = "claim"', message="{lines} lines."), claim(line(), line(2, "64636"))).findings
    assert [(f.line, f.message) for f in found] == [(None, "2 lines.")]


def test_a_finding_points_to_the_field_it_is_about():
    absent = '{ all = [{ field = "line.code", is = "64635" }, { field = "claim.referring_npi", missing = true }] }'
    f = ask(rule(absent), claim()).findings[0]
    assert (f.location.loop, f.location.element, f.cms1500_box) == ("2310A", "NM109", "17b")
    f = ask(rule(absent, more='about = "line.modifiers"'), claim()).findings[0]
    assert (f.location.element, f.cms1500_box) == ("SV101-3", "24D")


def test_a_message_says_facts_of_the_claim_and_none_of_the_patient():
    marks = " ".join(f"{{{name}}}" for name in (*OF_LINE, *OF_CLAIM))
    message = ask(rule('{ field = "line.units", is = 1 }', message=marks), claim()).findings[0].message
    assert message == "1 64635 no modifier 1 200.00 2026-03-10 11 facet rfa ZZ01 commercial 2026-03-20 200.00 1"
    for private in ("ZZTEST", "PATIENT", "1950", "ZZMEMBER1"):
        assert private not in message
    patient = ("name", "birth", "sex", "member", "patient", "subscriber", "address")
    assert not [name for name in FIELDS if any(word in name for word in patient)]


BAD = {
    'id = "NCC-001"': ("id", "'NCC-001'", "in the catalogue"),
    'id = "own 1"': ("id", "'own 1'", "OWN-001"),
    'severity = "fatal"': ("severity", "'fatal'", "info, warn, deny, reject"),
    'reason = "payer_habit"': ("reason", "'payer_habit'", "authorization"),
    'payer_types = ["aetna"]': ("payer_types", "'aetna'", "`payers`"),
    "payers = []": ("payers", "[]", "texts in quotes"),
    'carcs = ["CO-16"]': ("carcs", "'CO-16'", "Group codes"),
    'from = "2026-01-01"': ("from", "'2026-01-01'", "without quotes"),
    "from = 2026-02-01\nuntil = 2026-01-01": ("until", "2026-01-01", "2026-02-01"),
    "version = 0": ("version", "0", "from 1"),
    'of = "patient"': ("of", "'patient'", "line, claim"),
    'about = "line.cod"': ("about", "'line.cod'", "line.code"),
    'titel = "x"': ("titel", "an unknown key", "`title`"),
    'message = "{patient}"': ("message", "'{patient}'", "{payer}"),
    'message = "a { b"': ("message", "a brace", "{code}"),
    'message = ""': ("message", "''", "one line of text"),
    'remedy = { kind = "recode", text = "x" }': ("remedy.kind", "'recode'", "ask_clinician"),
    'remedy = { kind = "correct", text = "x", change = "set_code" }': ("remedy.change", "a change", "words only"),
    'remedy = { kind = "correct", text = "Change the code to 64635." }': ("remedy.text", "Change the code", "honest"),
    'citation = { text = "hearsay" }': ("citation", "nobody can look up", "author and date"),
    'citation = { text = "x", url = "javascript:x" }': ("citation.url", "'javascript:x'", "https://"),
    "when = {}": ("when", "nothing", "a condition in braces"),
    'when = { field = "line.cod", is = "1" }': ("when.field", "'line.cod'", "`line.code`"),
    'when = { field = "line.code" }': ("when", "without an operator", "starts_with"),
    'when = { field = "line.code", equals = "1" }': ("when.equals", "an unknown operator", "is"),
    'when = { field = "line.code", at_least = 1 }': ("when.at_least", "for a text", "starts_with"),
    'when = { field = "line.code", is = ["1"] }': ("when.is", "['1']", "`in`"),
    'when = { field = "line.code", in = "1" }': ("when.in", "'1'", "a list"),
    'when = { field = "line.units", is = true }': ("when.is", "true", "a number"),
    'when = { field = "line.date", is = 2026-01-01T00:00:00 }': ("when.is", "2026", "a day"),
    'when = { field = "line.code", missing = false }': ("when.missing", "false", "present = true"),
    'when = { field = "line.code", missing = true, is = "1" }': ("when", "beside another", "alone"),
    'when = { evidence = "pain", present = true }': ("when.evidence", "'pain'", "docs/own-rules.md"),
    'when = { evidence = "guidance", is = "mri" }': ("when.is", "'mri'", "fluoroscopy"),
    'when = { all = [{ field = "line.code", is = 1 }, { any = [] }] }': ("when.all[2].any", "[]", "a list of"),
    "when = { all = [], any = [] }": ("when", "`all`, `any`", "exactly one of"),
    'when = { services = { codes = ["1"] }, at_least = 1 }': ("when.services.days", "nothing", "from 1"),
    "when = { services = { days = 3 }, at_least = 1 }": ("when.services", "no service", "families"),
    'when = { days_since = { codes = ["1"], days = 3 }, at_least = 1 }': (
        "when.days_since.days",
        "an unknown",
        "codes",
    ),
    'when = { services = { codes = ["1"], days = 3 }, before = 2026-01-01 }': ("when.before", "unknown operator", "is"),
    'when = { services = { codes = ["1"], days = 3 }, at_least = 1.5 }': ("when.at_least", "1.5", "a whole number"),
    'when = { any_line = { other_line = { field = "line.code", is = "1" } } }': (
        "when.any_line.other_line",
        "within",
        "",
    ),
    'of = "claim"\nwhen = { field = "line.code", is = "1" }': ("when.field", "`line.code`", "`any_line`"),
    'of = "claim"\nwhen = { other_line = { field = "line.code", is = "1" } }': (
        "when.other_line",
        "of the claim",
        "any_line",
    ),
    "cases = 1": ("cases", "1", "[[rules.cases]]"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_fault_says_where_what_was_found_and_what_to_do(bad):
    names = {part.split(" = ")[0] for part in bad.split("\n")}
    good = text(_TRUE).strip().splitlines()
    content = "\n".join([*(row for row in good if row.split(" = ")[0] not in names), *bad.split("\n")])
    faults = read(content).faults
    key, found, told_of = BAD[bad]
    chosen = [fault for fault in faults if fault.key == key]
    assert chosen, [str(fault) for fault in faults]
    assert found in chosen[0].found
    assert told_of in str(chosen[0])
    assert str(chosen[0]).startswith("own.toml, rule ")
    assert chosen[0].fields()["file"] == "own.toml"


def test_all_that_is_wrong_is_told_at_once_and_costs_no_neighbour():
    bad = text('{ field = "x", is = "1" }', id="OWN-002", severity="bad").replace("title", "titel")
    found = read(text(_TRUE) + bad + text(_TRUE, id="OWN-003"))
    assert [own.rule.id for own in found.rules] == ["OWN-001", "OWN-003"]
    assert {fault.key for fault in found.faults} == {"when.field", "severity", "titel", "title"}
    assert {fault.rule for fault in found.faults} == {"OWN-002"}


def test_a_rule_without_what_it_needs_is_told_each_missing_key():
    assert {fault.key for fault in read("[[rules]]\nversion = 2").faults} == set(NEEDED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[[rules]",
        b"\xff\xfe",
        b"rules = 1",
        b"rules = [1]",
        b"x = " + b"[" * 3000,
        b"x" * 300_000,
        b"a = 1e999999999",
    ],
)
def test_a_file_that_is_none_is_told_and_never_raises(content):
    found = read_rules(content, "own.toml")
    assert not found.rules
    assert found.faults


def test_of_two_rules_with_one_id_the_first_stands():
    both = read(text(_TRUE), "a.toml") + read(text(_FALSE), "b.toml")
    assert [own.file for own in both.rules] == ["a.toml"]
    assert "a.toml has too" in str(both.faults[0])


def test_size_and_depth_are_bounded():
    deep = "{ not = " * DEEPEST + _TRUE + " }" * DEEPEST
    assert "at most" in str(read(text(deep)).faults[0])
    wide = f"{{ all = [{', '.join([_TRUE] * MOST_CONDITIONS)}] }}"
    assert len(read(text(wide)).faults) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Change the code to 64635.",
        "Bill 64635 instead.",
        "Add modifier 59.",
        "Append -25 to the visit.",
        "Use M54.16 as the diagnosis.",
        "Use another diagnosis.",
        "Replace the modifier.",
        "Code it as J1100.",
        "Hold it, because it pays more later.",
        "Document more to get paid.",
    ],
)
def test_another_code_modifier_or_diagnosis_is_never_advised(words):
    assert dishonest(words, RemedyKind.CORRECT, "")
    assert read(text(_TRUE).replace("Read the note.", words)).faults
    assert read(text(_TRUE, message=words)).faults


@pytest.mark.parametrize(
    "words",
    [
        "Ask the front desk for the referral, and put the clinician's NPI on the claim.",
        "Obtain the authorization for 64635 before the claim goes out.",
        "Document the pain score in the note.",
        "Do not bill 64494 beside 64493 to this plan.",
        "Hold the claim until the plan has answered.",
        "Correct the mistyped member number.",
    ],
)
def test_honest_words_pass(words):
    assert dishonest(words, RemedyKind.DOCUMENT, "") == ""


def test_a_question_to_the_clinician_may_name_what_would_be_billed_if_it_says_when():
    words = "Was it a separate site? If so add modifier XS; if not, leave the line out."
    assert dishonest(words, RemedyKind.ASK_CLINICIAN, "the note shows another site") == ""
    assert dishonest(words, RemedyKind.ASK_CLINICIAN, "")
    assert dishonest(words + " It pays more.", RemedyKind.ASK_CLINICIAN, "the note shows another site")


def test_the_whole_example_of_the_manual_holds_on_its_own_cases():
    found = read(BLOCKS[0])
    assert not found.faults, [str(fault) for fault in found.faults]
    proofs, faults = prove(found.rules[0], TABLES)
    assert not faults
    assert [(p.case, p.differences) for p in proofs] == [
        ("an ablation without a referral", ()),
        ("an ablation with a referral", ()),
    ]


def test_the_conditions_of_the_manual_can_be_read():
    assert not read(text("{}").replace("when = {}\n", BLOCKS[1])).faults


def test_a_case_that_does_not_hold_says_how():
    content = (
        text(_TRUE)
        + """
[[rules.cases]]
name = "a"
lines = [{ code = "64635" }]
passes = true
[[rules.cases]]
name = "b"
lines = [{ code = "64635" }]
finding = "Something else."
[[rules.cases]]
name = "c"
lines = [{ code = "64635" }]
unchecked = ["evidence abn"]
finding = "It fires."
[[rules.cases]]
name = "d"
lines = [{ cod = "64635" }]
passes = true
[[rules.cases]]
name = "e"
lines = [{ code = "64635" }]
pased = true
[[rules.cases]]
lines = 7
"""
    )
    proofs, faults = prove(read(content).rules[0], TABLES)
    assert [p.holds for p in proofs] == [False, False, False]
    assert "found 1 finding ('It fires.'), expected 0" in proofs[0].differences[0]
    assert "found 'It fires.', expected 'Something else.'" in proofs[1].differences[0]
    assert "could not look for want of nothing, expected evidence abn" in proofs[2].differences[0]
    assert [fault.key for fault in faults] == ["cases[4]", "cases[5]", "cases[6].name"]


def test_the_reference_of_the_manual_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, "docs/build_own_rules.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in (*KEYS, *FIELDS, *OPERATORS, *ITEMS):
        assert f"| `{name}` |" in MANUAL


def test_no_rule_of_the_catalogue_lies_in_the_space_of_own_ids():
    assert not [rule_id for rule_id in RULES if rule_id.startswith("OWN")]


# Whatever a rule holds: generated ones

_TEXTS = {
    "line.code": ["64635", "64493", "99213", "j1100"],
    "line.family": ["facet_rfa", "em"],
    "line.place": ["11", "24"],
}
_VALUES = {
    Kind.NUMBER: st.integers(0, 4).map(str),
    Kind.DAY: st.sampled_from(["2026-03-10", "2026-01-01"]),
    Kind.YES_NO: st.sampled_from(["true", "false"]),
}


@st.composite
def comparisons(draw: st.DrawFn, kind: Kind, texts: list[str]) -> str:
    fitting = [name for name, operator in OPERATORS.items() if kind in operator.of]
    name = draw(st.sampled_from([*fitting, "present", "missing"]))
    if name in ("present", "missing"):
        return f"{name} = true"
    if kind is Kind.DAY and name in ("at_least", "at_most"):
        return f"{name} = {draw(st.integers(0, 400))}"
    value = st.sampled_from([f'"{t}"' for t in texts]) if kind in (Kind.TEXT, Kind.LIST) else _VALUES[kind]
    many = OPERATORS[name].of[kind][0] == "many"
    return (
        f"{name} = [{', '.join(draw(st.lists(value, min_size=1, max_size=3)))}]" if many else f"{name} = {draw(value)}"
    )


@st.composite
def leaves(draw: st.DrawFn, lines: bool) -> str:
    subject = draw(st.sampled_from(["field", "evidence", "services", "days_since"]))
    if subject == "field":
        name = draw(st.sampled_from([name for name in FIELDS if lines or not FIELDS[name].of_line]))
        texts = _TEXTS.get(name, ["50", "M54.16", "1234567893", "commercial"])
        return f'{{ field = "{name}", {draw(comparisons(FIELDS[name].kind, texts))} }}'
    if subject == "evidence":
        name = draw(st.sampled_from(["pain_score", "abn", "guidance", "imaging_date", "imaging"]))
        kind = {ValueKind.NUMBER: Kind.NUMBER, ValueKind.YES_NO: Kind.YES_NO, ValueKind.DAY: Kind.DAY}
        texts = list(ITEMS[name].choices) or ["mri"]
        return f'{{ evidence = "{name}", {draw(comparisons(kind.get(ITEMS[name].kind, Kind.TEXT), texts))} }}'
    which = draw(st.sampled_from(['codes = ["64493"]', 'families = ["facet_injection"]']))
    days = f", days = {draw(st.integers(1, 400))}" if subject == "services" else ""
    count = draw(st.sampled_from(["at_least = 1", "at_least = 2", "at_most = 0", "at_most = 60", "is = 1"]))
    return f"{{ {subject} = {{ {which}{days} }}, {count} }}"


@st.composite
def conditions(draw: st.DrawFn, lines: bool = True, depth: int = 3) -> str:
    group = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not", "any_line"])) if depth else "leaf"
    if group == "leaf":
        return draw(leaves(lines))
    if group == "not":
        return f"{{ not = {draw(conditions(lines, depth - 1))} }}"
    if group == "any_line":
        head = draw(st.sampled_from(["any_line", "other_line"])) if lines else "any_line"
        return f"{{ {head} = {draw(leaves(True))} }}"
    inner = draw(st.lists(conditions(lines, depth - 1), min_size=1, max_size=3))
    return f"{{ {group} = [{', '.join(inner)}] }}"


_FACTS = st.lists(
    st.sampled_from(
        [
            told("pain_score", "2"),
            told("pain_score", "4", line=1),
            told("pain_score", NOT_RECORDED),
            told("abn", "yes"),
            told("guidance", "ct"),
            told("imaging_date", "2026-01-01"),
            told("imaging_date", "soon"),
            told("imaging", "MRI"),
            told("pain_score", "NaN"),
        ]
    ),
    max_size=4,
    unique=True,
)
_PASTS = st.sampled_from([PatientPast(), SEEN, COVERED, past_of(30, covered=True), past_of(30, 50, covered=False)])


@st.composite
def claims(draw: st.DrawFn):
    lines = [
        line(
            n,
            draw(st.sampled_from(["64635", "64493", "99213", "00000", ""])),
            *draw(st.lists(st.sampled_from(["50", "25", "LT"]), max_size=2)),
            units=Decimal(draw(st.integers(0, 3))),
            service_from=draw(st.sampled_from([DAY, DAY - timedelta(3), None])),
        )
        for n in range(1, draw(st.integers(1, 4)) + 1)
    ]
    place = draw(st.sampled_from(["11", "", "ZZ"]))
    return claim(
        *lines, place_of_service=place, evidence=tuple(draw(_FACTS)), referring=draw(st.none() | st.just(referring))
    )


def said(report):
    findings = {(f.rule_id, f.line, f.severity, f.message) for f in report.findings}
    return findings, {(u.line, u.missing, u.why) for u in report.unchecked}


@settings(max_examples=300, deadline=None)
@given(st.booleans().flatmap(lambda lines: st.tuples(st.just(lines), conditions(lines))), claims(), _PASTS)
def test_no_rule_ever_fails_a_claim_and_the_order_of_lines_says_nothing(kind, a_claim, past):
    lines, when = kind
    a_rule = rule(when, more="" if lines else 'of = "claim"', message="{code}" if lines else "{lines}")
    report = ask(a_rule, a_claim, past)
    assert not [u for u in report.unchecked if u.missing == ("a working rule",)]
    turned = replace(a_claim, lines=a_claim.lines[::-1])
    assert said(ask(a_rule, turned, past)) == said(report)
    assert said(ask(replace(a_rule, codes=frozenset(), families=frozenset()), a_claim, past)) == said(report)


@settings(max_examples=300, deadline=None)
@given(conditions(), claims(), st.integers(0, 7))
def test_what_was_not_known_never_passed(when, a_claim, keep):
    """What is said without some of the facts is still said with all of them, unless it was `not checked`."""
    a_rule = rule(when)
    fewer = replace(a_claim, evidence=tuple(f for n, f in enumerate(a_claim.evidence) if keep >> n & 1))
    if {f.item for f in fewer.evidence} & {f.item for f in set(a_claim.evidence) - set(fewer.evidence)}:
        return  # another fact of the same item is no missing one
    little, whole = ask(a_rule, fewer), ask(a_rule, a_claim)
    open_lines = {u.line for u in little.unchecked}
    for x in a_claim.lines:
        if x.number not in open_lines:
            assert {f.line for f in little.findings} & {x.number} == {f.line for f in whole.findings} & {x.number}


@settings(max_examples=200, deadline=None)
@given(conditions(), claims())
def test_a_shorter_look_back_never_passes_what_a_whole_one_would_not(when, a_claim):
    a_rule = rule(when)
    some, whole = past_of(30, covered=False), past_of(30, 60, 70, covered=True)
    little, full = ask(a_rule, a_claim, some), ask(a_rule, a_claim, whole)
    open_lines = {u.line for u in little.unchecked} | {f.line for f in little.findings if f.severity is Severity.WARN}
    for x in a_claim.lines:
        if x.number not in open_lines:
            assert {f.line for f in little.findings} & {x.number} == {f.line for f in full.findings} & {x.number}


def test_recorded_approvals_reach_own_rules_too():
    past = PatientPast(authorizations=(Authorization("A1"),))
    assert ask(rule(_TRUE), claim(), past).findings
