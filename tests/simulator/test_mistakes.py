"""Payers err: remittances that say the wrong thing, and denials that are taken back unasked."""

from collections import Counter
from datetime import date

from simulator.answers import TAKEN_BACK
from simulator.payers import load_payers
from simulator.practice import load_practice
from simulator.reference import read_toml, services
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


def test_a_new_code_is_refused_in_its_first_months_and_no_longer(year):
    days = {c.id: c.first_service for c in year.claims}
    refuses = {payer.payer.id: payer.new_code_days for payer in load_payers()}
    billed = [row for row in year.rows if row["procedure"] == "64473"]
    began = services()["64473"].began
    assert began == date(2025, 1, 1) == min(days[row["claim_id"]] for row in billed).replace(day=1)
    refused = [row for row in year.rows if row["mechanism"] == "new_code_refused"]
    assert {row["procedure"] for row in refused} == {"64473"}
    assert len(refused) > 4
    assert all(0 <= (days[row["claim_id"]] - began).days < refuses[row["payer_id"]] for row in refused)
    assert [row for row in billed if (days[row["claim_id"]] - began).days >= refuses[row["payer_id"]]]


def test_the_payers_files_name_clinicians_of_the_practice():
    names = {c.provider.name for c in load_practice().clinicians}
    gaps = [gap for payer in load_payers() for gap in payer.unenrolled]
    assert len(gaps) == 2
    assert {gap.clinician for gap in gaps} <= names
