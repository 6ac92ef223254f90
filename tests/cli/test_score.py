"""`score` and `scrub` as a biller meets them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, BATCH, CLAIM


def test_every_claim_of_a_batch_comes_back_scored(run):
    said = run("score", BATCH, "--as-of", AS_OF, "--json")
    assert said.code == 0
    assert len(said.records) == BATCH.read_bytes().count(b"CLM*")
    for claim in said.records:
        assert 0 < claim["risk"] < 1
        assert claim["risk"] >= max(line["risk"] for line in claim["lines"]) - 1e-9
        assert claim["model"]["simulated"] is True
        assert claim["abstained"] is True


def test_base_and_reasons_add_up_to_the_log_odds_of_the_risk(run):
    import math

    for claim in run("score", BATCH, "--as-of", AS_OF, "--json").records:
        for line in claim["lines"]:
            total = line["base_log_odds"] + sum(r["log_odds"] for r in line["reasons"])
            assert 1 / (1 + math.exp(-total)) == pytest.approx(line["risk"], abs=1e-6)


def test_the_list_is_sorted_by_attention_then_by_dollars(run):
    said = run("score", BATCH, "--as-of", AS_OF)
    assert said.code == 0
    assert said.out.startswith("SIMULATED MODEL")
    rows = [line.split() for line in said.out.splitlines() if line.startswith("ZZ0")]
    firsts = list(dict.fromkeys((r[0], r[2], float(r[3].strip("$").replace(",", ""))) for r in rows))
    order = ["reject", "deny", "risk"]
    assert firsts == sorted(firsts, key=lambda f: (order.index(f[1]), -f[2]))
    assert len(firsts) == BATCH.read_bytes().count(b"CLM*")


def test_a_piped_list_is_plain_and_uncut(run):
    out = run("score", BATCH, "--as-of", AS_OF, "--why").out
    assert "\x1b" not in out
    assert "…" not in out


def test_top_shows_only_so_many_claims_and_says_so(run):
    out = run("score", BATCH, "--as-of", AS_OF, "--top", "3").out
    assert len({line.split()[0] for line in out.splitlines() if line.startswith("ZZ0")}) == 3
    assert "(3 shown)" in out


def test_claim_json_is_scored_like_the_837_it_came_from(run):
    from_json = run("score", CLAIM, "--as-of", AS_OF, "--json").records[0]
    from_x12 = next(
        c for c in run("score", BATCH, "--as-of", AS_OF, "--json").records if c["claim_id"] == from_json["claim_id"]
    )
    assert from_json["lines"] == from_x12["lines"]


def test_scrub_gives_findings_without_a_model(run):
    said = run("scrub", BATCH, "--as-of", AS_OF, "--json")
    assert said.code == 0
    found = [f for claim in said.records for f in claim["findings"]]
    assert found, "the demo batch has slips the rules know"
    for f in found:
        published = f["rule_id"] != "AUT-001" or f["severity"] != "warn"  # what payers commonly ask is on no page
        assert f["citation"]["text"]
        assert f["citation"]["url"].startswith("https://") or not published
        assert f["location"]["anchor_segment_number"] > 0
        assert f["cms1500_box"]
    assert all("risk" not in claim for claim in said.records)


def test_findings_do_not_change_the_exit_code(run):
    assert any(c["findings"] for c in run("scrub", BATCH, "--as-of", AS_OF, "--json").records)
    assert run("scrub", BATCH, "--as-of", AS_OF).code == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.837", b"", "empty"),
        ("note.txt", b"Dear biller, please find attached", "X12"),
        ("photo.837", bytes(range(256)) * 16, "X12"),
        ("cut.837", b"ISA*00*          *00*          *ZZ*ZZTEST", "ISA"),
        ("broken.json", b'{"claim": ', "JSON"),
    ],
)
def test_what_cannot_be_read_at_all_is_said_with_its_place_and_exits_2(run, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    said = run("score", path)
    assert said.code == 2
    assert str(path) in said.err
    assert words.lower() in said.err.lower()
    assert "expected" in said.err


def test_a_remittance_given_to_score_is_named_and_sent_to_ingest(run):
    from tests.cli.conftest import REMITTANCES

    said = run("score", REMITTANCES)
    assert said.code == 2
    assert "835" in said.err
    assert "ingest" in said.err


def test_a_file_cut_in_the_middle_gives_what_came_before_and_states_the_loss(run, tmp_path):
    wire = BATCH.read_bytes()
    cut = wire[: wire.index(b"CLM*", len(wire) // 2) + 30]
    path = tmp_path / "cut.837"
    path.write_bytes(cut)
    said = run("score", path, "--as-of", AS_OF, "--json")
    assert said.code == 1
    assert len(said.records) == cut.count(b"CLM*") - 1
    assert f"{len(said.records)} claims read, 1 refused" in said.err


def test_one_bad_claim_does_not_lose_its_neighbours(run, tmp_path):
    wire = BATCH.read_bytes()
    first = wire.index(b"SV1*HC:")
    path = tmp_path / "bad.837"
    amount = wire.index(b"*", first + 4) + 1
    path.write_bytes(wire[:amount] + b"1OO" + wire[wire.index(b"*", amount) :])
    said = run("score", path, "--as-of", AS_OF, "--json")
    assert said.code == 1
    assert len(said.records) == wire.count(b"CLM*") - 1
    assert "SV102" in said.err
    assert "'1OO'" in said.err


def test_a_good_file_beside_a_bad_one_is_scored(run, tmp_path):
    junk = tmp_path / "junk.bin"
    junk.write_bytes(b"\x00\x01")
    said = run("score", junk, BATCH, "--as-of", AS_OF, "--json")
    assert said.code == 1
    assert len(said.records) == BATCH.read_bytes().count(b"CLM*")


def test_a_missing_file_is_a_sentence(run):
    said = run("score", "no-such.837")
    assert said.code == 2
    assert "no-such.837: found no such file" in said.err


def test_a_claim_json_with_a_wrong_type_is_located_by_pointer(run, tmp_path):
    claim = json.loads(CLAIM.read_text())
    claim["claim"]["lines"][0]["units"] = {"many": 1}
    path = tmp_path / "claim.json"
    path.write_text(json.dumps([claim, json.loads(CLAIM.read_text())]))
    said = run("score", path, "--as-of", AS_OF, "--json")
    assert said.code == 1
    assert len(said.records) == 1
    assert "/0/claim/lines/0/units" in said.err


def test_no_message_holds_the_patient(run, tmp_path):
    claim = json.loads(CLAIM.read_text())
    claim["claim"]["patient"] |= {"last_name": "ZZCANARY", "birth_date": "19XX-CANARY"}
    claim["claim"]["subscriber"]["member_id"] = "CANARY77"
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(claim))
    said = run("score", path, "--as-of", AS_OF)
    assert said.code == 2
    assert "birth_date" in said.err
    assert "CANARY" not in said.err + said.out


def test_a_wrong_day_is_a_usage_error(run):
    said = run("score", BATCH, "--as-of", "tomorrow")
    assert said.code == 2
    assert "--as-of" in said.err


@pytest.mark.parametrize("day", ["1989-12-31", "2101-01-01", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("command", ["score", "scrub"])
def test_a_day_no_table_speaks_for_is_a_usage_error(run, command, day):
    said = run(command, BATCH, "--as-of", day)
    assert said.code == 2
    assert "1990-01-01 to 2100-12-31" in " ".join(said.err.split())


def test_the_days_of_both_doors_are_the_same():
    from cli import options
    from serving import intake

    assert (options.FIRST_DAY, options.LAST_DAY) == (intake.FIRST_DAY, intake.LAST_DAY)


def test_a_claim_of_a_thousand_lines_is_refused_and_the_next_one_scored(run, tmp_path):
    short = json.loads(CLAIM.read_text())
    long = json.loads(CLAIM.read_text())
    line = long["claim"]["lines"][0]
    long["claim"]["lines"] = [{**line, "number": i + 1} for i in range(1000)]
    path = tmp_path / "claims.json"
    path.write_text(json.dumps([long, short]))
    said = run("score", path, "--as-of", AS_OF, "--json")
    assert said.code == 1
    assert len(said.records) == 1
    assert "/0/claim/lines/999: found 1,000 service lines, expected at most 999" in said.err


@pytest.mark.parametrize("name", ["837_every_loop.edi", "837_every_loop_other_separators.edi"])
def test_claims_that_use_every_loop_are_scored_and_ingested(run, name):
    wire = Path(__file__).resolve().parents[1] / "samples" / "x12" / name
    said = run("score", wire, "--as-of", AS_OF, "--json")
    assert said.code in (0, 1)
    assert said.records
    assert run("ingest", wire).code in (0, 1)


@pytest.mark.parametrize("name", ["835_every_loop.edi", "835_every_loop_other_separators.edi"])
def test_remittances_that_use_every_loop_are_ingested(run, name):
    said = run("ingest", Path(__file__).resolve().parents[1] / "samples" / "x12" / name, "--json")
    assert said.code in (0, 1)
    assert said.records[0]["remittances"] > 0


def test_similar_past_lines_are_asked_for_and_the_bundled_model_says_it_has_none(run):
    said = run("score", BATCH, "--as-of", AS_OF, "--json", "--similar", 2)
    assert said.code == 0
    for claim in said.records:
        for line in claim["lines"]:
            assert (line["similar"]["denied"], line["similar"]["paid"]) == (None, None)
            assert "cleanclaim train" in line["similar"]["why"]
    assert {
        line["similar"] for c in run("score", BATCH, "--as-of", AS_OF, "--json").records for line in c["lines"]
    } == {None}
    assert "similar past lines: this model came without" in run("score", BATCH, "--as-of", AS_OF, "--similar", 2).out


def test_more_similar_lines_than_can_be_shown_are_refused(run):
    said = run("score", BATCH, "--similar", 21)
    assert said.code == 2
    assert "--similar" in said.err


@pytest.mark.parametrize("command", ["score", "scrub"])
def test_a_claim_that_stands_twice_word_for_word_is_said(run, tmp_path, command):
    sets = BATCH.read_text().replace("\n", "").split("~")
    start = [i for i, s in enumerate(sets) if s.startswith("HL*") and s.split("*")[3] == "22"]
    end = next(i for i, s in enumerate(sets) if s.startswith("SE*"))
    path = tmp_path / "twice.837"
    path.write_text("~".join(sets[:end] + sets[max(i for i in start if i < end) : end] + sets[end:]))
    number = next(s.split("*")[1] for s in reversed(sets[:end]) if s.startswith("CLM*"))
    assert f"{number} to " in (said := run(command, path, "--as-of", AS_OF).out)
    assert "stands 2 times in what you gave, and each is counted. If it is the same claim, send it once" in said
    assert "in what you gave" not in run(command, BATCH, "--as-of", AS_OF).out


def test_the_readme_shows_what_the_command_says(run):
    readme = (BATCH.parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.split("claim       payer  attention", 1)[1].split("```", 1)[0]
    said = run("score", BATCH, "--as-of", AS_OF, "--why", "--top", "2")
    rows = [line.split() for line in said.out.splitlines() if line.startswith("ZZ00000456 ")]
    number, payer, attention, stake = rows[0][:4]
    claim = next(line for line in shown.splitlines() if line.startswith("ZZ"))
    assert claim.split() == [number, payer, attention, stake, *rows[0][4:7]]
    others = [line.split() for line in shown.splitlines() if line.startswith("    ") and line.strip()[:1].isdigit()]
    assert others == [row[4:7] for row in rows[1:]]
    reasons = [part.strip() for part in shown.split("line 1: ", 1)[1].replace(" log-odds", "").split(",")]
    assert all(f"    {reason} log-odds" in said.out for reason in reasons)
