"""`rules performance` as a manager, a script and a practice without claims meet it."""

import csv
from datetime import date
from shutil import copytree

import pytest

from scrubber.tables import shipped_tables
from simulator import simulate
from store import Store
from tests.cli.conftest import REMITTANCES, SENT

AS_OF = date(2025, 4, 30)


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """The home of a pretend practice."""
    folder, tables = tmp_path_factory.mktemp("practice"), shipped_tables()
    simulate(2, 160, 11, folder, start=date(2025, 1, 6), answers_until=AS_OF)
    home = folder / "home"
    with Store.open(home / "store.db", home=home, family_of=tables.family) as store:
        assert store.ingest([folder / "837", folder / "835"]).ok
    return home


@pytest.fixture
def filled(run, practice, home):
    copytree(practice, home)
    return run


def test_a_store_without_claims_of_the_period_says_so_and_is_no_error(run):
    run("ingest", SENT, REMITTANCES)
    said = run("rules", "performance", "--until", "1999-01-01")
    assert said.code == 0
    assert said.out.startswith("No claims were sent up to 1999-01-01: there is nothing to measure yet.")
    assert run("rules", "performance", "--until", "1999-01-01", "--json").records[0]["lines"]["fired"] == 0


def test_without_a_store_it_says_what_to_run_first(run):
    said = run("rules", "performance")
    assert said.code == 2
    assert "Run `cleanclaim ingest PATH...` first" in said.err


def test_a_manager_reads_what_was_foreseen_and_how_often_a_mark_was_right(filled):
    said = filled("rules", "performance", "--as-of", AS_OF)
    everyone = filled("rules", "performance", "--as-of", AS_OF, "--json").records[0]
    denials, deny = everyone["denials"], everyone["levels"]["deny"]
    assert f"Of {denials['denied']:,} denied lines (${float(denials['denied_amount']):,.2f}), rules foresaw" in said.out
    assert f"Of the {deny['judged']:,} decided lines that rules marked deny, {deny['precision']:.0%} [" in said.out
    assert "No front end's rejection (277CA, 999) of these claims is in the store" in said.out
    assert "Denials no rule saw" in said.out


def test_one_payer_alone_has_the_figures_it_has_among_all(filled):
    of_all = filled("rules", "performance", "--as-of", AS_OF, "--json").records
    payer = next(r["payer"] for r in of_all if r["record"] == "summary" and r["scope"] == "payer")
    alone = filled("rules", "performance", "--as-of", AS_OF, "--payer", payer.lower(), "--json").records
    names = "rules_that_never_spoke"
    kept = [{**r, names: None} if names in r else r for r in alone]
    assert kept == [r for r in of_all if (r["scope"], r["payer"]) == ("payer", payer)]


def test_a_payer_no_claim_went_to_is_refused_with_those_there_are(filled):
    said = filled("rules", "performance", "--as-of", AS_OF, "--payer", "NOBODY")
    assert said.code == 2
    assert "found 'NOBODY', expected a payer claims were sent to, such as ZZ" in said.err


def test_the_csv_holds_every_rule_payer_and_severity_of_the_json(filled, tmp_path):
    out = tmp_path / "rules.csv"
    records = filled("rules", "performance", "--as-of", AS_OF, "--csv", out, "--json").records
    with out.open(newline="", encoding="utf-8") as file:
        rows = {(r["rule_id"], r["scope"], r["payer"], r["unit"], r["severity"]): r for r in csv.DictReader(file)}
    rules = [r for r in records if r["record"] == "rule"]
    assert len(rows) == sum(1 + len(r["severities"]) for r in rules)
    for r in rules:
        key = r["rule_id"], r["scope"], r["payer"], r["unit"]
        assert int(rows[*key, "all"]["fired"]) == r["fired"]
        for word, level in r["severities"].items():
            row = rows[*key, word]
            assert (row["denied_amount"], row["suggestion"]) == (level["denied_amount"], level["suggestion"] or "")
            low = row["precision_low"]
            assert (float(low) if low else None) == (level["precision_interval"] or [None])[0]


def test_a_csv_that_cannot_be_written_is_refused_in_words(filled, tmp_path):
    said = filled("rules", "performance", "--as-of", AS_OF, "--csv", tmp_path / "no" / "such.csv")
    assert said.code == 2
    assert "Check the path" in said.err


def test_a_rule_surely_below_the_floor_is_suggested_to_warn_and_nothing_else_changes(filled):
    bars = ("--floor", "1.0", "--least", "1")
    strict = filled("rules", "performance", "--as-of", AS_OF, *bars, "--json").records
    usual = filled("rules", "performance", "--as-of", AS_OF, "--json").records
    suggested = {
        (r["rule_id"], word, level["suggestion"])
        for r in strict
        if r["record"] == "rule"
        for word, level in r["severities"].items()
        if word in ("deny", "reject") and level["judged"] and level["precision_interval"][1] < 1
    }
    assert suggested
    assert {advice for *_, advice in suggested} == {"warn"}
    figures = ("rule_id", "scope", "payer", "unit", "fired", "denied", "precision", "base", "lift")
    assert [[r.get(f) for f in figures] for r in strict] == [[r.get(f) for f in figures] for r in usual]
    assert "suggest: warn" in filled("rules", "performance", "--as-of", AS_OF, *bars).out


def test_claims_of_before_are_known_and_not_counted(filled):
    since = "2025-02-10"
    late = filled("rules", "performance", "--as-of", AS_OF, "--since", since, "--json").records[0]
    early = filled("rules", "performance", "--as-of", AS_OF, "--until", "2025-02-09", "--json").records[0]
    both = filled("rules", "performance", "--as-of", AS_OF, "--json").records[0]
    for name in ("fired", "decided", "denied", "pending"):
        assert early["lines"][name] + late["lines"][name] == both["lines"][name]
        for severity, level in both["levels"].items():
            halves = early["levels"][severity][name] + late["levels"][severity][name]
            assert halves == level[name], "a claim's past is the same, whichever claims are counted"


def test_a_period_of_no_day_is_refused(filled):
    said = filled("rules", "performance", "--since", "2025-03-01", "--until", "2025-02-01")
    assert said.code == 2
    assert "expected a day up to 2025-02-01" in said.err


def test_overrides_are_told_beside_the_figures(filled):
    filled("rules", "off", "DUP-001", "--why", "seen to by hand", "--by", "A. Example", "--from", "2025-01-01")
    filled("rules", "rate", "DUP-001", "info", "--payer", "ZZMED", "--why", "a trial", "--by", "A. Example")
    said = filled("rules", "performance", "--as-of", AS_OF)
    (row,) = [r for r in said.out.splitlines() if r.startswith("DUP-001  deny")]
    assert row.rstrip().endswith("overrides: 1")
    records = filled("rules", "performance", "--as-of", AS_OF, "--json").records
    of = {r["payer"]: r["overrides"] for r in records if r.get("rule_id") == "DUP-001" and r["scope"] == "payer"}
    assert ["rated info" in entry for entry in of["ZZMED"]] == [True]
    assert of["ZZMCD"] == []


@pytest.mark.parametrize("by", ["payer", "payer_type"])
@pytest.mark.parametrize("sort", ["fired", "precision", "dollars"])
def test_the_table_has_a_row_for_every_rule_and_payer(filled, by, sort):
    words = ("rules", "performance", "--as-of", AS_OF)
    records = filled(*words, "--json").records
    rows = sum(len(r["severities"]) for r in records if r["record"] == "rule" and r["scope"] == by)
    out = filled(*words, "--by", by, "--sort", sort, "--top", "0").out
    assert out.split("\n\n")[0].count("\n") + 1 == rows + 1  # and the head
    assert f"and {rows - 3} more" in filled(*words, "--by", by, "--sort", sort, "--top", "3").out
