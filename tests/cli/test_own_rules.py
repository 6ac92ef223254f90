"""`rules test`, `off`, `rate`, `on`, `overrides`, and what `scrub` and `score` then show."""

import pytest
from rich.table import Table

from cli.own_rules import _add_row
from serving.dry_run import Trial
from tests.cli.conftest import AS_OF, BATCH, REMITTANCES, SENT
from tests.scrubber.own_rules import text

VISITS = (
    text('{ field = "line.family", is = "em" }', message="{code} is looked at.")
    + """
[[rules.cases]]
name = "a visit"
lines = [{ code = "99213" }]
finding = "99213 is looked at."
"""
)
WHO = ("--why", "they never ask", "--by", "A. Example")


@pytest.fixture
def own(home):
    (home / "rules").mkdir(parents=True)
    path = home / "rules" / "own.toml"
    path.write_text(VISITS, encoding="utf-8")
    return path


def test_a_test_of_rules_without_a_store_runs_the_cases_and_says_so(run, own, home):
    said = run("rules", "test", own)
    assert said.code == 0
    assert "1 of 1 cases as expected" in said.out
    assert "The store holds no claims to try the rules on" in said.out
    assert not (home / "store.db").exists()


def test_a_test_of_rules_tells_what_the_payers_did(run, own):
    assert run("ingest", SENT, REMITTANCES).code == 0
    said = run("rules", "test", own, "--json").records[0]
    assert said["submissions"] > 0
    total, *payers = said["trials"]
    assert total["payer_id"] is None
    assert total["flagged"] == sum(t["flagged"] for t in payers) > 0
    assert total["flagged"] == total["denied"] + total["paid"] + total["unanswered"]
    assert "nothing is changed" in run("rules", "test", own).out
    late = run("rules", "test", own, "--since", "2030-01-01")
    assert late.code == 0
    assert "no claims sent since 2030-01-01" in late.out


def test_the_dry_run_counts_the_visits_of_the_ledger(run, own):
    """Counted again from `labels`: every line of a visit code, and those the payer denied."""
    own.write_text(text('{ field = "line.code", starts_with = "992" }'))
    run("ingest", SENT, REMITTANCES)
    total = run("rules", "test", own, "--json").records[0]["trials"][0]
    visits = [r for r in run("labels", "--as-of", "2030-01-01", "--json").records if r["procedure"].startswith("992")]
    visits = [r for r in visits if r["frequency"] != "8"]
    assert total["flagged"] == len(visits)
    assert total["denied"] == sum(r["outcome"] == "denied" for r in visits)


def test_a_case_that_fails_and_a_rule_that_is_refused_end_with_1(run, own):
    own.write_text(VISITS.replace('finding = "99213 is', 'finding = "99214 is'))
    said = run("rules", "test", own)
    assert said.code == 1
    assert "expected '99214 is looked at.'" in said.out
    own.write_text(VISITS + text("{}", id="OWN-002"))
    said = run("rules", "test", own)
    assert said.code == 1
    assert "own.toml, rule OWN-002, when: found nothing" in said.err


def test_no_rule_at_all_ends_with_2(run, own, home):
    own.write_text("rules = 7")
    assert run("rules", "test", own).code == 2
    said = run("rules", "test", home / "nowhere.toml")
    assert said.code == 2
    assert "no such file" in said.err


def test_own_rules_stand_among_the_findings_of_scrub_and_in_the_list(run, own):
    found = [f for r in run("scrub", BATCH, "--as-of", AS_OF, "--json").records for f in r["findings"]]
    assert "OWN-001" in {f["rule_id"] for f in found}
    entry = run("rules", "--json").records[-1]
    assert (entry["id"], entry["file"], entry["overrides"]) == ("OWN-001", "own.toml", [])
    assert "A rule of your own, in `own.toml`" in run("rules", "own-001").out


def test_a_rule_that_cannot_be_read_is_said_and_costs_nothing(run, own):
    own.write_text(VISITS + text("{}", id="OWN-002"))
    said = run("scrub", BATCH, "--as-of", AS_OF, "--json")
    assert said.code == 0
    assert "own rule left out: own.toml, rule OWN-002" in said.err
    assert "OWN-001" in said.out
    assert run("rules").code == 1


def test_a_rule_is_switched_off_rated_and_on_again(run, own):
    days = ("--from", "2026-01-01")
    assert run("rules", "off", "own-001", *WHO, *days).code == 0
    said = run("scrub", BATCH, "--as-of", AS_OF)
    assert "OWN-001  " not in said.out
    assert "of rules you switched off not shown: OWN-001" in said.out
    assert run("rules", "rate", "OWN-001", "INFO", *WHO, *days).code == 0
    assert "(was deny: A. Example, 2026-01-01, they never ask)" in run("scrub", BATCH, "--as-of", AS_OF).out
    assert run("rules", "on", "OWN-001", *WHO, *days).code == 0
    assert "was deny" not in run("scrub", BATCH, "--as-of", AS_OF).out
    assert "No rule is switched off" in run("rules", "overrides").out
    history = run("rules", "overrides", "--history", "--json").records
    assert [e["action"] for e in history] == ["off", "rate", "on"]
    assert {(e["by"], e["why"], e["in_force"]) for e in history} == {("A. Example", "they never ask", False)}


def test_the_list_and_the_page_say_what_was_changed(run):
    assert run("rules", "rate", "NCC-008", "info", "--payer", "medicare_part_b", *WHO, "--from", "2026-01-01").code == 0
    row = next(row for row in run("rules").out.splitlines() if row.startswith("NCC-008"))
    assert "info for medicare_part_b" in row
    assert "## What you said of it" in run("rules", "NCC-008").out
    told = run("rules", "overrides", "--json").records
    assert [(e["rule"], e["payer"], e["severity"], e["in_force"]) for e in told] == [
        ("NCC-008", "medicare_part_b", "info", True)
    ]
    assert run("rules", "overrides", "--as-of", "2025-12-31", "--json").records == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("off", "XXX-999", *WHO), "`cleanclaim rules` lists them"),
        (("rate", "NCC-008", "fatal", *WHO), "one of info, warn, deny, reject"),
        (("off", "NCC-008", "--why", " ", "--by", "A"), "rules off, why"),
        (("off", "NCC-008", *WHO, "--from", "2026-02-01", "--until", "2026-01-01"), "a day not before 2026-02-01"),
    ],
)
def test_what_cannot_be_noted_is_refused_and_nothing_is_written(run, home, words, said):
    found = run("rules", *words)
    assert found.code == 2
    assert said in found.err
    assert not (home / "rules").exists()


def test_a_payer_nobody_knows_is_said(run):
    said = run("rules", "off", "NCC-008", "--payer", "medcare", *WHO)
    assert said.code == 0
    assert "'medcare' is no key of the table of payers" in said.err


def test_a_payer_of_a_profile_is_known(run):
    assert run("payers", "new", "mypayer").code == 0
    said = run("rules", "off", "NCC-008", "--payer", "mypayer", *WHO)
    assert said.code == 0
    assert said.err == ""


def test_a_broken_history_is_refused_by_every_command(run, own, home):
    (home / "rules" / "overrides.jsonl").write_text("{")
    for words in (("rules",), ("rules", "overrides"), ("rules", "off", "NCC-008", *WHO), ("scrub", BATCH)):
        said = run(*words)
        assert said.code == 2
        assert "overrides.jsonl, line 1" in said.err


def test_a_rule_that_flags_nothing_says_so_with_a_number():
    table = Table(*"abcdefghij")
    _add_row(table, Trial("OWN-001", ""))
    assert list(table.columns[2].cells) == ["0"]
