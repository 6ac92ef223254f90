"""`checklist` as a biller meets it."""

import json

from tests.cli.conftest import CLAIM


def test_a_code_alone_shows_what_its_record_should_hold(run):
    said = run("checklist", "62323", "--as-of", "2026-03-10")
    assert said.code == 0
    assert "pain duration" in said.out
    assert "at least 4 weeks" in said.out
    assert "0 present, 0 missing, " in said.out


def test_a_claim_says_what_of_it_is_there(run, tmp_path):
    claim = json.loads(CLAIM.read_text(encoding="utf-8"))
    line = claim["claim"]["lines"][0]
    line["code"] = "62323"
    claim["claim"]["payer"] = {"id": "MEDICARE", "type": "medicare"}
    claim["evidence"] = [{"item": "pain_duration", "value": 3, "line": line.get("number", 1)}]
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(claim), encoding="utf-8")
    (record,) = run("checklist", "62323", "--claim", file, "--as-of", "2026-03-10", "--json").records
    states = {want["item"]: want["state"] for want in record["checklist"]}
    assert states["pain_duration"] == "missing"
    assert states["images_saved"] == "unknown"


def test_a_code_nobody_asks_about_and_a_code_that_is_none(run):
    assert "No policy we hold asks for anything" in run("checklist", "99213").out
    said = run("checklist", "NOPE")
    assert said.code == 2
    assert "a code the code table does not hold" in said.err
    assert run("checklist", "64635", "--claim", CLAIM).code == 2
