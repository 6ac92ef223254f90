"""`ingest` and `labels` with the files people really have."""

import json
import shutil

from simulator import switches
from tests.cli.conftest import AS_OF, BATCH, CLAIM, REMITTANCES, SENT


def ingested(run, *paths):
    said = run("ingest", *paths, "--json")
    return said, json.loads(said.out)


def test_what_was_sent_and_answered_is_matched_line_by_line(run):
    said, report = ingested(run, SENT, REMITTANCES)
    assert said.code == 0
    assert report["claims"] == SENT.read_bytes().count(b"CLM*")
    assert report["remittances"] == REMITTANCES.read_bytes().count(b"CLP*")
    assert report["lines_matched"] > 0
    assert report["lines_unmatched"] == 0


def test_the_same_files_twice_change_nothing(run):
    ingested(run, SENT, REMITTANCES)
    before = run("labels", "--as-of", AS_OF, "--json").out
    said, report = ingested(run, SENT, REMITTANCES)
    assert said.code == 0
    assert (report["claims"], report["remittances"]) == (0, 0)
    assert report["duplicates"] > 0
    assert run("labels", "--as-of", AS_OF, "--json").out == before


def test_a_remittance_before_its_claim_finds_it_later(run, tmp_path):
    _, first = ingested(run, REMITTANCES)
    assert first["lines_matched"] == 0
    assert first["lines_unmatched"] > 0
    _, second = ingested(run, SENT)
    assert second["lines_matched"] == first["lines_unmatched"]
    late = run("labels", "--as-of", AS_OF, "--json").out
    other = run("--home", tmp_path / "other", "ingest", SENT, REMITTANCES)
    assert other.code == 0
    other = run("--home", tmp_path / "other", "labels", "--as-of", AS_OF, "--json")

    def known(text):
        kept = ("claim_id", "line", "outcome", "denial_carcs", "denied_amount", "first_remittance_date", "why")
        return [{key: row[key] for key in kept} for row in map(json.loads, text.splitlines())]

    assert known(late) == known(other.out)


def test_remittances_of_claims_never_seen_are_listed_with_the_reason(run):
    said = run("ingest", REMITTANCES)
    assert said.code == 0
    assert "no line for claim" in said.err
    assert "did not" in said.out


def test_a_payment_that_does_not_add_up_is_named_with_its_place(run, tmp_path):
    first = REMITTANCES.read_bytes().index(b"BPR*I*") + len(b"BPR*I*")
    (tmp_path / "short.835").write_bytes(REMITTANCES.read_bytes()[:first] + b"9" + REMITTANCES.read_bytes()[first:])
    said, report = ingested(run, SENT, tmp_path / "short.835")
    (payment,) = report["unbalanced_payments"]
    assert said.code == 0, "nothing was refused"
    assert f"short.835: segment 4: payment {payment['trace']}: the payment does not add up" in said.err
    assert ingested(run, REMITTANCES)[1]["unbalanced_payments"] == []


def test_a_folder_with_junk_gives_what_is_good_and_names_the_rest(run, tmp_path):
    folder = tmp_path / "mixed" / "deep"
    folder.mkdir(parents=True)
    shutil.copy(SENT, folder / "a.837")
    shutil.copy(REMITTANCES, tmp_path / "mixed" / "b.835")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" * 200)
    (folder / "empty.835").write_bytes(b"")
    said, report = ingested(run, tmp_path / "mixed")
    assert said.code == 1
    assert report["claims"] == SENT.read_bytes().count(b"CLM*")
    assert {r["file"].rsplit("/", 1)[-1] for r in report["rejected_files"]} == {"photo.jpg", "empty.835"}
    assert "photo.jpg" in said.err


def test_only_junk_exits_2(run, tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"\x00" * 50)
    assert run("ingest", path).code == 2


def test_an_empty_file_is_named_once(run, tmp_path):
    (tmp_path / "empty.837").write_bytes(b"")
    said = run("ingest", tmp_path / "empty.837")
    assert said.err.count("empty.837") == 1


def test_a_folder_without_a_file_is_said(run, tmp_path):
    (tmp_path / "nothing").mkdir()
    said = run("ingest", tmp_path / "nothing")
    assert said.code == 0
    assert "No file to read is in there. Expected 837P, 835" in said.err


def test_what_costs_no_claim_is_not_counted_as_refused(run, tmp_path):
    path = tmp_path / "a.837"
    path.write_bytes(BATCH.read_bytes().replace(b"HI*ABK:M5412~", b"HI*ABK:~", 1).replace(b"IEA*1*", b"IEA*7*", 1))
    said = run("ingest", path)
    assert said.code == 1
    assert said.out.startswith("1 file: 20 claims")
    assert "0 files and 1 record refused; 1 place of a file to look at, with nothing lost." in said.out
    assert "a.837: claim ZZ00000449 not read: segment " in said.err


def test_labels_without_a_store_say_what_to_do(run):
    said = run("labels")
    assert said.code == 2
    assert "cleanclaim ingest" in said.err


def test_the_ledger_says_of_every_line_why(run):
    ingested(run, SENT, REMITTANCES)
    rows = run("labels", "--as-of", AS_OF, "--json").records
    sent_lines = SENT.read_bytes().count(b"~SV1*")
    assert len(rows) == sent_lines
    assert all(row["why"] for row in rows)
    denied = [row for row in rows if row["outcome"] == "denied"]
    assert denied
    assert all(row["denial_carcs"] and float(row["denied_amount"]) > 0 for row in denied)


def test_the_summary_counts_what_the_ledger_lists(run):
    ingested(run, SENT, REMITTANCES)
    rows = run("labels", "--as-of", AS_OF, "--json").records
    text = run("labels", "--as-of", AS_OF).out
    payer = rows[0]["payer_id"]
    denied = sum(1 for r in rows if r["payer_id"] == payer and r["outcome"] == "denied")
    header, line = text.splitlines()[0].split(), next(x for x in text.splitlines() if x.startswith(payer))
    assert line.split()[header.index("denied")] == str(denied)


def test_scoring_a_file_that_was_ingested_does_not_call_it_its_own_duplicate(run):
    before = run("scrub", BATCH, "--as-of", AS_OF, "--json").records
    ingested(run, BATCH)
    after = run("scrub", BATCH, "--as-of", AS_OF, "--json").records
    dup = lambda rows: [(r["claim_id"], f["line"]) for r in rows for f in r["findings"] if f["rule_id"] == "DUP-001"]  # noqa: E731
    assert dup(after) == dup(before)


def test_a_demonstration_is_no_record_of_the_practices_own(run):
    ingested(run, SENT, REMITTANCES)
    claims = run("score", BATCH, "--as-of", AS_OF, "--json").records
    assert all(claim["abstained"] for claim in claims)
    assert {claim["own_record"]["decisions"] for claim in claims} == {0}
    assert claims[0]["own_record"]["test_decisions"] > 200
    assert "decisions of test interchanges (ISA15 = T) do not count" in " ".join(
        run("score", BATCH, "--as-of", AS_OF).out.split()
    )


def test_training_without_claims_says_what_is_missing(run):
    said = run("train")
    assert said.code == 2
    assert "ingest" in said.err


def test_too_few_claims_to_train_on_is_a_sentence(run):
    ingested(run, BATCH)
    said = run("train")
    assert said.code == 2
    assert "error:" in said.err


def test_simulate_refuses_a_folder_that_holds_something(run, tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    said = run("simulate", "--out", tmp_path)
    assert said.code == 2
    assert "not empty" in said.err
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_simulate_names_what_can_be_left_out(run):
    help_text = "".join(run("simulate", "--help").out.split())
    assert all(name in help_text for name in switches())
    assert {r["name"]: r["words"] for r in run("simulate", "--list-mechanisms", "--json").records} == dict(switches())
    listed = run("simulate", "--list-mechanisms").out
    assert all(name in listed for name in switches())


def test_simulate_refuses_what_it_does_not_know_and_wants_a_folder(run, tmp_path):
    said = run("simulate", "--out", tmp_path / "new", "--without", "quirks,moods")
    assert said.code == 2
    assert "moods" in said.err
    assert "staff_slips" in said.err
    assert not (tmp_path / "new").exists()
    assert run("simulate").code == 2


def test_simulate_says_how_hard_its_denials_are_to_foresee(run, tmp_path):
    arguments = ("--months", 1, "--claims-per-month", 40, "--practice", 2, "--without", "noise, quirks")
    said = run("simulate", *arguments, "--out", tmp_path / "a")
    assert "nothing of it is real" in said.out
    assert "no public policy states" in " ".join(said.out.split())
    counts = run("simulate", *arguments, "--out", tmp_path / "b", "--json").records[0]
    assert {"denial_rate", "denials_unpublished", "denials_visible"} <= counts.keys()


def test_promoting_an_unknown_version_is_a_sentence(run, home):
    said = run("promote", "99")
    assert said.code == 2
    assert "99" in said.err
    assert not home.exists()


def test_a_claim_json_cannot_be_ingested_and_is_told_so(run):
    said = run("ingest", CLAIM)
    assert said.code == 2
    assert "claim.json" in said.err


def test_going_back_without_an_earlier_champion_is_a_sentence(run):
    said = run("rollback")
    assert said.code == 2
    assert "no champion before it" in said.err


def test_an_interval_that_does_not_hold_its_figure_is_explained(capsys):
    from cli.learn import show_metrics

    show_metrics({"ece": 0.0104, "ece_low": 0.0141, "ece_high": 0.0382}, simulated=False)
    assert "its interval lies high" in capsys.readouterr().out
    show_metrics({"ece": 0.02, "ece_low": 0.0141, "ece_high": 0.0382}, simulated=False)
    assert "its interval lies high" not in capsys.readouterr().out
