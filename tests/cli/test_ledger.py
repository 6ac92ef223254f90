"""`labels --explain`, `labels --relabel`, `train --exclude` and `ingest --map` as a shell sees them."""

import json
from datetime import date

import pytest

from claims.x12 import read_835, read_837
from tests.cli.conftest import AS_OF, REMITTANCES, SENT
from tests.store.exporting import write_export


@pytest.fixture
def filled(run):
    assert run("ingest", SENT, REMITTANCES).code == 0
    return run


def rows(run):
    return run("labels", "--as-of", AS_OF, "--json").records


def test_a_denied_line_is_explained_to_a_person_and_to_a_program(filled):
    row = next(r for r in rows(filled) if r["outcome"] == "denied")
    said = filled("labels", "--explain", row["ref"], "--line", row["line"], "--as-of", AS_OF)
    assert said.code == 0
    assert f"Claim {row['claim_id']}, line {row['line']}: {row['procedure']}" in said.out
    assert row["why"] in said.out
    assert ": denies" in said.out
    assert "linked by claim number" in said.out
    (story,) = filled("labels", "--explain", row["ref"], "--line", row["line"], "--as-of", AS_OF, "--json").records
    assert {key: story[key] for key in row} == row
    assert story["answers"][0]["adjustments"]
    assert story["training"]["enters"] in (True, False)


def test_a_claim_number_explains_every_line(filled):
    row = next(r for r in rows(filled) if r["outcome"] == "denied")
    lines = [r for r in rows(filled) if r["claim_id"] == row["claim_id"]]
    assert len(filled("labels", "--explain", row["claim_id"], "--as-of", AS_OF, "--json").records) == len(lines)


def test_what_the_ledger_does_not_hold_ends_with_what_to_do(filled):
    said = filled("labels", "--explain", "nobody")
    assert said.code == 2
    assert "found neither a ref nor a claim number of this store" in said.err
    assert "labels --json" in said.err
    assert filled("labels", "--line", "2").code == 2


def test_settings_that_are_wrong_stop_everything_that_reads_answers(filled, home):
    (home / "labels.toml").write_text("[ripeness]\nlag = 3\n")
    said = filled("labels")
    assert said.code == 2
    assert "labels.toml, [ripeness]: found 'lag', expected one of lag_share" in said.err


def test_relabelling_says_how_many_decisions_changed(filled, home):
    (home / "labels.toml").write_text('[adjustments]\n"CO-50" = "neither"\n')
    (changed,) = filled("labels", "--relabel", "--json").records
    assert changed["told"] > 0 or changed["taken_back"] > 0
    assert changed["labels_words"] != "shipped"
    assert "0 decisions were taken back" in filled("labels", "--relabel").out


def test_flags_the_ledger_does_not_know_are_refused(filled):
    said = filled("train", "--exclude", "duplicate,mistakes")
    assert said.code == 2
    assert "found 'mistakes'" in said.err
    assert "payer_mistake" in said.err


@pytest.fixture
def export(tmp_path):
    claims, answers = list(read_837(SENT.read_bytes())), list(read_835(REMITTANCES.read_bytes()))
    return write_export(tmp_path / "out", claims, answers)


def test_a_dry_run_says_what_would_be_read_and_writes_nothing(run, export, home):
    said = run("ingest", "--map", export.parent / "map.toml", export, "--dry-run")
    assert said.code == 0
    assert "Columns the map does not name: Comment" in said.out
    assert "Nothing was written" in said.out
    assert not (home / "store.db").exists()
    (told,) = run("ingest", "--map", export.parent / "map.toml", export, "--dry-run", "--json").records
    assert told["claims"] == SENT.read_bytes().count(b"CLM*")
    assert told["refusals"] == []
    assert "authorization" in told["untold"]


def test_an_export_is_read_and_its_labels_are_there(run, export):
    said = run("ingest", "--map", export.parent / "map.toml", export)
    assert said.code == 0, said.err
    outcomes = {r["outcome"] for r in rows(run)}
    assert {"paid", "denied"} <= outcomes
    again = json.loads(run("ingest", "--map", export.parent / "map.toml", export, "--json").out)
    assert (again["claims"], again["remittances"]) == (0, 0)


def test_a_bad_row_ends_in_exit_code_one_with_its_place(run, export):
    lines = export.read_text().splitlines()
    lines[3] = lines[3].replace("$", "USD ", 1)
    export.write_text("\n".join(lines))
    said = run("ingest", "--map", export.parent / "map.toml", export)
    assert said.code == 1
    assert "row 4, column 'Charge': found 'USD " in said.err
    assert rows(run)


def test_the_example_of_a_map_is_printed(run, tmp_path):
    said = run("ingest", "--map-example")
    assert said.code == 0
    (tmp_path / "map.toml").write_text(said.out)
    (tmp_path / "empty.csv").write_text("a,b\n1,2\n")
    refused = run("ingest", "--map", tmp_path / "map.toml", tmp_path / "empty.csv")
    assert refused.code == 2
    assert "found no column 'Claim No'" in refused.err


def test_arguments_that_do_not_go_together_are_refused(run, export):
    assert run("ingest").code == 2
    assert run("ingest", export, "--dry-run").code == 2
    assert run("ingest", "--map", "nowhere.toml", export).code == 2
    assert run("ingest", "--map", export.parent / "map.toml", export.parent).code == 2
    assert date.fromisoformat(AS_OF)
