"""What a practice writes is shown on every surface, moves no risk, and is taken up while the service runs."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import serving.desk
from scrubber import Severity
from scrubber.overrides import Action, Override, UnreadableOverrides
from serving.app import create_app
from serving.assess import Assessor, assessment_json
from serving.desk import Desk
from serving.examples import X12_EXAMPLE
from serving.pasts import SnapshotPasts
from serving.practice_files import FOLDER, OVERRIDES, add_override, load_overrides, load_own_rules, load_practice
from serving.schemas import AssessmentShape, ReadyShape
from serving.scoring import Circumstances
from serving.settings import Settings
from serving.start import build_assessor
from tests.scrubber.own_rules import text
from tests.serving.samples import JSON, TODAY, claim_json, example_claim

ROOT = Path(__file__).resolve().parents[2]
EVERY_LINE = text('{ field = "line.units", at_least = 0 }', severity="reject", message="{code} is looked at.")


def entry(action, rule, **fields):
    severity = {"severity": Severity.INFO} if action == "rate" else {}
    return Override(Action(action), rule, "they never ask", "A. Example", **{"on": TODAY, **severity, **fields})


def write(home, content=EVERY_LINE, name="own.toml"):
    (home / FOLDER).mkdir(parents=True, exist_ok=True)
    (home / FOLDER / name).write_text(content, encoding="utf-8")


@pytest.fixture
def home(tmp_path):
    write(tmp_path)
    add_override(tmp_path, entry("off", "AUT-005"))
    add_override(tmp_path, entry("rate", "MOD-001"))
    return tmp_path


@pytest.fixture
def plain(tables, real_model):
    return Assessor(tables, real_model, SnapshotPasts())


@pytest.fixture
def with_practice(plain, home):
    return replace(plain, practice=load_practice(home, plain.tables))


def test_no_risk_row_or_dollar_moves(plain, with_practice, monkeypatch):
    rows = []
    explained = Circumstances.explained

    def noting(at, claim):
        found = explained(at, claim)
        rows.append(found[0].rows)
        return found

    monkeypatch.setattr(Circumstances, "explained", noting)
    one, other = (by.assess(example_claim(), TODAY) for by in (plain, with_practice))
    assert one.findings != other.findings
    assert str(rows[0]) == str(rows[1])
    assert (one.risk, one.expected_loss) == (other.risk, other.expected_loss)
    assert [replace(line, remedies=()) for line in one.lines] == [replace(line, remedies=()) for line in other.lines]


def test_the_answer_says_what_was_added_re_rated_and_switched_off(with_practice):
    said = assessment_json(with_practice.assess(example_claim(), TODAY))
    AssessmentShape.model_validate(said)
    findings = {(f["rule_id"], f["line"]): f for f in said["findings"]}
    assert findings["OWN-001", 2]["message"] == "64483 is looked at."
    assert said["attention"] == "reject"
    word = {"from": "deny", "by": "A. Example", "on": TODAY.isoformat(), "why": "they never ask"}
    assert findings["MOD-001", 1]["severity"] == "info"
    assert findings["MOD-001", 1]["overridden"] == word
    assert findings["OWN-001", 2]["overridden"] is None
    assert said["overridden_off"] == [
        {"rule_id": "AUT-005", "line": 2, **word, "from": "warn"},
        {"rule_id": "AUT-005", "line": 3, **word, "from": "warn"},
    ]
    assert not [f for f in said["findings"] if f["rule_id"] == "AUT-005"]
    assert not [r for line in said["lines"] for r in line["remedies"] if r["rule_id"] == "AUT-005"]


def test_a_remedy_of_an_own_rule_has_words_and_no_figures(with_practice):
    a = with_practice.assess(example_claim(), TODAY)
    own = [r for r in a.all_remedies if r.rule_id == "OWN-001"]
    assert own
    assert {(r.text, r.rescored.value, r.risk_after, r.dollars_saved) for r in own} == {
        ("Read the note.", "", None, None)
    }


def test_rules_alone_show_it_too(with_practice):
    a = replace(with_practice, model=None, degraded="none").assess(example_claim(), TODAY)
    assert {"OWN-001"} <= {f.rule_id for f in a.findings}
    assert a.switched_off


def test_an_override_of_tomorrow_does_not_bind_the_day_before(plain, tmp_path):
    add_override(tmp_path, entry("off", "MOD-001", on=TODAY + timedelta(1)))
    assessor = replace(plain, practice=load_practice(tmp_path, plain.tables))
    assert not assessor.assess(example_claim(), TODAY).switched_off
    assert assessor.assess(example_claim(), TODAY + timedelta(1)).switched_off


def test_the_page_tells_it(with_practice, home):
    app = create_app(with_practice, Settings(home=home), today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        page = client.post("/", files={"text": (None, X12_EXAMPLE)}).text
    assert "OWN-001" in page
    assert "was deny: A. Example" in page
    assert "Findings of rules you switched off" in page


def served(home, settings=None):
    settings = settings or Settings(home=home)
    return TestClient(create_app(build_assessor(settings), settings, today=lambda: TODAY), base_url="http://127.0.0.1")


def test_readyz_and_the_catalogue_know_of_it(home):
    write(home, EVERY_LINE.replace("reject", "fatal"), "bad.toml")
    with served(home) as client:
        said = ReadyShape.model_validate(client.get("/readyz").json()).own_rules
        assert (said.rules, said.overrides, said.reload_failed) == (1, 2, None)
        assert {(f.file, f.rule, f.key) for f in said.faults} == {("bad.toml", "OWN-001", "severity")}
        assert client.get("/v1/rules").json()[-1]["rule_id"] == "OWN-001"
        findings = client.post("/v1/assessments", json=claim_json(), headers=JSON).json()["assessments"][0]["findings"]
        assert "OWN-001" in {f["rule_id"] for f in findings}


def test_a_changed_file_is_taken_up_and_a_broken_history_leaves_what_was(home, monkeypatch):
    settings = Settings(home=home)
    desk = Desk(build_assessor(settings), settings, lambda: TODAY)
    monkeypatch.setattr(serving.desk, "LOOK_SECONDS", 0.0)
    before = desk.assessor()
    assert desk.assessor() is before
    write(home, text('{ field = "line.units", is = 1 }', id="OWN-007"), "more.toml")
    assert [own.rule.id for own in desk.assessor().practice.own.rules] == ["OWN-007", "OWN-001"]
    write(home, text('{ field = "line.units", is = 1 }', id="OWN-008"), "more.toml")
    assert desk.assessor().practice.own.rules[0].rule.id == "OWN-008"
    add_override(home, entry("on", "AUT-005"))
    assert not desk.assessor().assess(example_claim(), TODAY).switched_off
    history = home / FOLDER / OVERRIDES
    whole = history.read_text()
    history.write_text(whole + "{")
    assert desk.assessor().practice.own.rules[0].rule.id == "OWN-008"
    assert "line 4" in desk.rules_failed
    history.write_text(whole)
    assert desk.assessor()
    assert desk.rules_failed == ""
    os.remove(home / FOLDER / "more.toml")
    assert [own.rule.id for own in desk.assessor().practice.own.rules] == ["OWN-001"]


def test_the_folder_is_not_looked_at_for_every_answer(home, monkeypatch):
    settings = Settings(home=home)
    desk = Desk(build_assessor(settings), settings, lambda: TODAY)
    monkeypatch.setattr(serving.desk, "practice_stamp", lambda _: pytest.fail("looked"))
    desk.assessor()


def test_a_service_does_not_start_on_a_broken_history(home):
    (home / FOLDER / OVERRIDES).write_text("{}\n")
    with pytest.raises(UnreadableOverrides, match="line 1"):
        build_assessor(Settings(home=home))


def test_nothing_is_added_to_a_broken_history(home):
    history = home / FOLDER / OVERRIDES
    history.write_text(history.read_text() + "{")
    before = history.read_bytes()
    with pytest.raises(UnreadableOverrides):
        add_override(home, entry("off", "EM-001"))
    assert history.read_bytes() == before


def test_two_processes_lose_no_entry(tmp_path):
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from serving.practice_files import add_override; from scrubber.overrides import Action, Override\n"
        "day = date(2026, 1, 1)\n"
        "for n in range(40):\n"
        "    add_override(Path(sys.argv[1]), Override(Action.OFF, f'OWN-{n:03}', 'w' * 300, sys.argv[2], day))"
    )
    who = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=ROOT) for name in ("A", "B")]
    assert [process.wait(timeout=60) for process in who] == [0, 0]
    entries = load_overrides(tmp_path).entries
    assert sorted((e.by, e.rule) for e in entries) == [(by, f"OWN-{n:03}") for by in "AB" for n in range(40)]


def test_a_file_that_cannot_be_read_costs_no_other(home):
    write(home, "[[rules", "a.toml")
    (home / FOLDER / "b.toml").mkdir()
    found = load_own_rules(home)
    assert [own.rule.id for own in found.rules] == ["OWN-001"]
    assert [fault.file for fault in found.faults] == ["a.toml", "b.toml"]


def test_a_home_without_rules_has_none(tmp_path):
    practice = load_practice(tmp_path, None)
    assert practice.own.rules == ()
    assert practice.overrides.in_force(date.max) == []
