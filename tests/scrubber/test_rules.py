"""Every rule on its own cases, and the promises every rule keeps."""

import csv
import importlib.util
import inspect
import itertools
import re
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from docs.build_rules import stale
from past.patient import PatientPast
from scrubber import RULES, rules, scrub
from scrubber.cases import CASE_KEYS, RuleCase, as_a_case_tells, cases_of, read_cases
from scrubber.catalogue import catalogue, index, page
from scrubber.engine import Report
from scrubber.registry import RemedyKind, Rule, Severity
from scrubber.remedies import UnfitChange, apply
from scrubber.report_queries import REPORT_QUERIES

# Ids are never reused or renumbered: a new rule adds a line here, and no line ever changes.
with (Path(__file__).parent / "rule_ids.csv").open(encoding="utf-8", newline="") as _ids:
    IDS = {row["id"]: row["name"] for row in csv.DictReader(_ids)}
FAMILIES = {
    "AUT": "authorization",
    "COB": "coordination",
    "COD": "coding",
    "DOC": "documentation",
    "DRG": "drugs",
    "DUP": "duplicates",
    "DX-": "diagnoses",
    "ELG": "eligibility",
    "EM-": "visits",
    "FIN": "finance",
    "FRQ": "frequency",
    "IMG": "imaging",
    "MOD": "modifiers",
    "NCC": "ncci",
    "POS": "place",
    "PRV": "providers",
    "STR": "structure",
    "TFL": "timely_filing",
    "UDT": "drug_tests",
}

EVERY_RULE = [pytest.param(rule, id=rule_id) for rule_id, rule in sorted(RULES.items())]
EVERY_CASE = [
    pytest.param(rule, case, id=f"{rule_id} {case.name}")
    for rule_id, rule in sorted(RULES.items())
    for case in cases_of(rule)
]


def run(rule: Rule, case: RuleCase) -> Report:
    return scrub(case.claim, case.tables, case.past, as_of=case.as_of, rules=[rule])


@pytest.mark.parametrize(("rule", "case"), EVERY_CASE)
def test_a_rule_says_what_its_cases_expect(rule: Rule, case: RuleCase) -> None:
    report = run(rule, case)
    assert [f.message for f in report.findings] == [wanted["message"] for wanted in case.findings]
    for finding, wanted in zip(report.findings, case.findings, strict=True):
        said = as_a_case_tells(finding)
        assert {key: said[key] for key in wanted} == dict(wanted)
    assert sorted(u.missing for u in report.unchecked) == sorted(case.unchecked)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_has_a_case_that_fires_one_that_passes_and_one_that_cannot_look(rule: Rule) -> None:
    cases = cases_of(rule)
    assert any(case.findings for case in cases)
    assert any(not case.findings and not case.unchecked for case in cases)
    assert any(case.unchecked for case in cases) == _looks_up(rule)
    assert len({case.name for case in cases}) == len(cases)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_that_dates_bound_has_cases_a_day_apart_that_differ(rule: Rule) -> None:
    """Two cases of the same codes, one day apart in some date they carry, one firing and the other not."""
    if not _depends_on_the_day(rule):
        return  # its boundaries are not days
    firing = [_days(case) for case in cases_of(rule) if case.findings]
    silent = [_days(case) for case in cases_of(rule) if not case.findings]
    day = timedelta(days=1)
    assert any({d + day for d in one} & two or {d - day for d in one} & two for one in firing for two in silent)


def _looks_up(rule: Rule) -> bool:
    """True when the rule needs more than the claim: a table, the past, a day of service."""
    source = Path(inspect.getfile(rule.check)).read_text(encoding="utf-8")
    words = (
        "Gap(",
        "case.day(",
        "text_on(case.as_of",
        "case.evidence(",
        "case.number(",
        "case.yes(",
        "ncci.",
        "look_back.",
        "NotSaid(",
        "service_places.",
        "timely_filing.limit(",
        "wanted_records.",
        "session_limits.",
        "approvals.NO_RECORD",
        "eligibility_answers.NOT_ASKED",
        "enrolments.",
    )
    return any(word in source for word in words)


def _depends_on_the_day(rule: Rule) -> bool:
    """True when a date bounds the rule: its own, those of a table or parameter, or a look-back."""
    source = Path(inspect.getfile(rule.check)).read_text(encoding="utf-8")
    return bool(rule.effective or rule.until) or any(
        w in source for w in (".on(", "case.day(", "ncci.", "look_back.", "session_limits.", "wanted_records.")
    )


def _days(case: RuleCase) -> set:
    services = (*case.past.services, *case.past.same_batch)
    days = {line.service_from for line in case.claim.lines} | {s.service_date for s in services}
    return days - {None}


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_cites_a_published_source_and_says_what_to_do(rule: Rule) -> None:
    assert rule.citation.url.startswith("https://")
    assert rule.citation.text
    assert rule.remedy.endswith(".")
    assert rule.carcs or rule.severity is Severity.INFO  # what no payer answers, a hint may still tell
    assert not rule.requires.endswith(".")


@pytest.mark.parametrize(("rule", "case"), EVERY_CASE)
def test_only_a_demand_nobody_published_is_cited_without_an_address(rule: Rule, case: RuleCase) -> None:
    for finding in run(rule, case).findings:
        assert finding.citation.text
        if not finding.citation.url:
            assert rule.id == "AUT-001"
            assert finding.severity <= Severity.WARN
            assert " needs " not in finding.message
        else:
            assert finding.citation.url.startswith("https://")


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_says_in_full_sentences_what_it_objects_to_and_why(rule: Rule) -> None:
    first, _, rest = (rule.check.__doc__ or "").partition("\n")
    assert first.endswith(".")
    assert first[0].isupper()
    assert len(rest.split()) > 10


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_every_message_is_a_sentence_and_holds_no_patient(rule: Rule) -> None:
    for case in cases_of(rule):
        for finding in run(rule, case).findings:
            assert finding.message.endswith(".")
            assert "PATIENT-007" not in finding.message
            assert "TEST-1" not in finding.message


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_lies_in_its_family_under_its_name(rule: Rule) -> None:
    assert rule.check.__module__ == f"scrubber.rules.{FAMILIES[rule.id[:3]]}.{rule.name}"


def test_ids_and_names_are_those_of_the_catalogue() -> None:
    assert {rule_id: rule.name for rule_id, rule in RULES.items()} == IDS
    assert [entry["id"] for entry in catalogue()] == sorted(IDS)


def test_no_file_of_cases_is_left_without_its_rule() -> None:
    home = Path(rules.__file__).parent
    assert sorted(p.stem for p in home.glob("*/*.toml")) == sorted(IDS.values())


@pytest.mark.parametrize(("rule", "case"), EVERY_CASE)
def test_the_order_of_the_lines_changes_nothing(rule: Rule, case: RuleCase) -> None:
    report = run(rule, case)
    for lines in itertools.islice(itertools.permutations(case.claim.lines), 6):
        assert run(rule, replace(case, claim=replace(case.claim, lines=lines))) == report


@pytest.mark.parametrize(("rule", "case"), EVERY_CASE)
def test_the_order_of_the_past_changes_nothing(rule: Rule, case: RuleCase) -> None:
    backwards = PatientPast(case.past.services[::-1], case.past.same_batch[::-1], case.past.known_since)
    assert run(rule, replace(case, past=backwards)) == run(rule, case)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_is_silent_for_payers_it_does_not_bind(rule: Rule) -> None:
    for case in cases_of(rule):
        for kind in set(type(case.claim.payer.type)) - rule.payer_types:
            claim = replace(case.claim, payer=replace(case.claim.payer, type=kind))
            assert run(rule, replace(case, claim=claim)) == Report()


@pytest.mark.parametrize(("rule", "case"), EVERY_CASE)
def test_no_finding_moves_the_date_of_a_service_that_was_done(rule: Rule, case: RuleCase) -> None:
    for as_of in (case.as_of, *(day + timedelta(days=n) for day in _days(case) for n in (-1, 0, 1))):
        done = {line.number for line in case.claim.lines if line.service_from and line.service_from <= as_of}
        for finding in run(rule, replace(case, as_of=as_of)).findings:
            if finding.change and finding.change.line in done:
                assert finding.change.what != "hold_until"
                assert finding.remedy_kind is not RemedyKind.HOLD
            if finding.change:
                with suppress(UnfitChange):  # the only line is not taken off; the words stand by themselves
                    changed = {line.number: line for line in apply(case.claim, finding.change, as_of=as_of).lines}
                    for line in case.claim.lines:
                        if line.number in done & changed.keys():
                            same = changed[line.number]
                            assert (same.service_from, same.service_to) == (line.service_from, line.service_to)


def test_ncci_rules_deny_where_medicare_pays_and_warn_elsewhere() -> None:
    case = next(c for c in cases_of(RULES["NCC-001"]) if c.findings)
    said = {}
    for kind in RULES["NCC-001"].payer_types:
        claim = replace(case.claim, payer=replace(case.claim.payer, type=kind))
        (finding,) = run(RULES["NCC-001"], replace(case, claim=claim)).findings
        said[kind.value] = finding.severity
    assert {kind for kind, severity in said.items() if severity is Severity.DENY} == {"medicare", "medicare_advantage"}
    assert set(said.values()) == {Severity.DENY, Severity.WARN}


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_a_page_shows_the_source_the_dates_and_both_examples(rule_id: str) -> None:
    text = page(rule_id)
    rule = RULES[rule_id]
    assert text.startswith(f"# {rule_id}: {rule.summary}\n")
    for part in (rule.citation.url, "## It fires", "## It passes", "Dates of service", rule.remedy):
        assert part in text
    assert f"[{rule_id}]({rule_id}.md)" in index()


def test_the_pages_in_docs_are_those_the_rules_would_write() -> None:
    assert stale() == [], "run `python docs/build_rules.py`"


def test_the_rule_that_the_manual_adds_works_as_written(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "add-a-rule.md").read_text(encoding="utf-8")
    check, cases = re.search(r"```python\n(.*?)```", manual, re.S), re.search(r"```toml\n(.*?)```", manual, re.S)
    path = tmp_path / "more_lines_than_fit.py"
    path.write_text(check[1], encoding="utf-8")
    path.with_suffix(".toml").write_text(cases[1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("scrubber.rules.structure.more_lines_than_fit", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    shipped = RULES.pop("STR-006", None)
    try:
        spec.loader.exec_module(module)
        rule = RULES.pop("STR-006")
        assert len(cases_of(rule)) == 2
        for case in cases_of(rule):
            test_a_rule_says_what_its_cases_expect(rule, case)
        test_a_rule_cites_a_published_source_and_says_what_to_do(rule)
        test_a_rule_says_in_full_sentences_what_it_objects_to_and_why(rule)
        test_a_rule_lies_in_its_family_under_its_name(rule)
    finally:
        del sys.modules[spec.name]
        if shipped:
            RULES["STR-006"] = shipped


def test_the_manual_names_every_key_a_case_may_have() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "add-a-rule.md").read_text(encoding="utf-8")
    assert {key for key in CASE_KEYS if f"`{key}`" not in manual} == set()


def test_a_case_with_a_mistyped_key_or_without_an_expectation_is_refused(tmp_path: Path) -> None:
    rule = RULES["STR-004"]
    for case, text in (
        ('lines = []\npasses = true\npayertype = "va"', "no such key: payertype"),
        ("lines = []", "expected finding, findings, unchecked or passes = true"),
    ):
        path = tmp_path / "charge_or_units_out_of_range.toml"
        path.write_text(f'rule = "STR-004"\n[[cases]]\nname = "x"\n{case}\n', encoding="utf-8")
        with pytest.raises(ValueError, match=text):
            read_cases(path, rule.id)
    with pytest.raises(ValueError, match="found rule = 'STR-004', expected 'STR-002'"):
        read_cases(path, "STR-002")


def test_a_changed_page_is_found_stale(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(index(), encoding="utf-8")
    (tmp_path / "XXX-001.md").write_text("# left behind\n", encoding="utf-8")
    assert set(stale(tmp_path)) == {"XXX-001.md", *(f"{name}.md" for name in (*RULES, *REPORT_QUERIES))}
