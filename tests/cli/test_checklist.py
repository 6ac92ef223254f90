"""`checklist` as a biller meets it."""

import json

from tests.cli.conftest import AS_OF, CLAIM


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


def medicare_claim(folder):
    claim = json.loads(CLAIM.read_text(encoding="utf-8"))
    claim["claim"]["payer"] = {"id": "MEDICARE", "type": "medicare"}
    claim["evidence"] = [{"item": "pain_duration", "value": 3}, {"item": "side", "value": "bilateral"}]
    file = folder / "claim.json"
    file.write_text(json.dumps(claim), encoding="utf-8")
    return file


def test_score_why_says_in_short_what_the_record_should_hold(run, tmp_path):
    said = run("score", medicare_claim(tmp_path), "--as-of", AS_OF, "--why").out
    assert "  the record of 64493, 64494 (lines 1, 2, 3, 4): 1 present, 1 missing, " in said
    assert "    missing: pain duration [DOC-001: at least 12 weeks]" in said
    assert "    present: side [" in said


def test_the_command_and_the_assessment_say_the_same(run, tmp_path):
    claim = medicare_claim(tmp_path)
    (record,) = run("score", claim, "--as-of", AS_OF, "--json").records
    (of_lines,) = record["checklist"]
    told = [(w["item"], w["state"], w["found"] or "", w["rule_ids"]) for w in of_lines["wants"]]
    for code in of_lines["procedures"]:
        said = run("checklist", code, "--claim", claim, "--as-of", AS_OF, "--json").records
        assert len(said) == 2
        for of_line in said:
            assert [(w["item"], w["state"], w["told"], w["rule_ids"]) for w in of_line["checklist"]] == told
