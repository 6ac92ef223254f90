"""Payers err: remittances that say the wrong thing, and denials that are taken back unasked."""

from collections import Counter

from simulator.answers import TAKEN_BACK
from simulator.practices import load_practice
from simulator.reference import read_toml
from tests.simulator.runs import run


def denied(of):
    return [row for row in of.rows if row["denied"]]


def test_a_few_denials_are_told_otherwise_than_meant(year, tmp_path):
    share = sum(row["told"] != row["cause"] for row in denied(year)) / len(denied(year))
    assert 0.015 < share < 0.05
    quiet = run(tmp_path, months=6, claims_per_month=200, without=["label_noise"])
    assert all(row["told"] == row["cause"] for row in denied(quiet))


def test_what_was_paid_is_told_nothing(year):
    assert {row["told"] for row in year.rows if not row["denied"]} == {""}


def test_a_payer_takes_its_own_mistakes_back_and_pays(year):
    days = read_toml("mistakes.toml")["taken_back"]
    assert set(days) == set(TAKEN_BACK)
    once = Counter(c.id for c in year.claims)
    by_id = {r.claim_id: [] for r in year.remittances}
    for r in year.remittances:
        by_id[r.claim_id].append(r)
    seen = Counter()
    for row in year.rows:
        if row["mechanism"] in days and row["answered"] and once[row["claim_id"]] == 1:
            first, taken, put_right = sorted(by_id[row["claim_id"]], key=lambda r: (r.known_on, not r.is_reversal))[:3]
            assert taken.is_reversal
            assert not put_right.is_reversal
            line = row["line"] - 1
            assert first.lines[line].paid == 0
            assert put_right.lines[line].allowed > 0  # the patient's deductible may still swallow it
            least, most = days[row["mechanism"]]
            if [r["mechanism"] in days for r in year.rows if r["claim_id"] == row["claim_id"]].count(True) == 1:
                assert least <= (put_right.known_on - first.known_on).days < most + 7  # the next payment day
            seen[row["mechanism"]] += 1
    assert seen["payer_mistake"] > 15
    assert seen["misposted"] > 5


def test_a_new_code_is_refused_in_its_first_months_and_no_longer(year, careful):
    refused = [row for of in (year, careful) for row in of.rows if row["mechanism"] == "new_code_refused"]
    assert {row["procedure"] for row in refused} == {"64473", "62330"} | {
        row["procedure"] for row in refused if row["procedure"] == "62331"
    }
    claims = {c.id: c for of in (year, careful) for c in of.claims}
    assert len(refused) > 8
    for row in refused:
        began = {"64473": "2025-01-01"}.get(row["procedure"], "2026-01-01")
        assert 0 <= (claims[row["claim_id"]].first_service - type(row["submitted_on"]).fromisoformat(began)).days < 240


def test_some_clinicians_are_known_to_the_payers_files_by_name():
    names = {c.provider.name for c in load_practice().clinicians}
    from simulator.payers import load_payers

    assert {gap.clinician for payer in load_payers() for gap in payer.unenrolled} <= names
