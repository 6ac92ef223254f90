"""What the simulator writes is what a clearinghouse and a payer would accept."""

import io
import json
import logging
from collections import defaultdict
from datetime import date
from decimal import Decimal

import oxedi
import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from claims.reading import Refusal
from claims.x12 import read_835, read_837, read_provider_adjustments
from tests.simulator.runs import files_of, run


def accepted(path):
    errors = io.StringIO()
    valid = x12n_document(ParamsBase(), io.StringIO(path.read_text("ascii")), None, None, None, errors)
    return valid, errors.getvalue()


def test_the_same_seed_gives_the_same_bytes(small, tmp_path):
    run(tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(small.folder)


def test_another_seed_gives_other_claims(small, tmp_path):
    other = run(tmp_path, seed=5)
    assert [c.lines for c in other.claims] != [c.lines for c in small.claims]


def test_pyx12_accepts_every_batch(small):
    logging.disable(logging.CRITICAL)
    for path in sorted((small.folder / "837").iterdir()):
        valid, errors = accepted(path)
        assert valid, errors
    logging.disable(logging.NOTSET)


def test_pyx12_accepts_the_remittances(small):
    for path in sorted((small.folder / "835").iterdir())[::6]:
        valid, errors = accepted(path)
        assert valid, errors


def test_oxedi_finds_every_remittance_of_a_year_balanced(year):
    for path in sorted((year.folder / "835").iterdir()):
        assert [str(d) for d in oxedi.parse(path.read_bytes()).diagnostics] == []


def cas(adjustments):
    return sum((a.amount for a in adjustments), Decimal(0))


def test_lines_claims_and_payments_balance(year):
    carried = 0
    for path in sorted((year.folder / "835").iterdir()):
        remittances = list(read_835(path.read_bytes()))
        for r in remittances:
            assert all(line.charge - cas(line.adjustments) == line.paid for line in r.lines)
            assert r.charge - sum((cas(x.adjustments) for x in r.lines), cas(r.adjustments)) == r.paid
            owed = sum((a.amount for x in r.lines for a in x.adjustments if a.group == "PR"), Decimal(0))
            assert r.patient_responsibility == owed
        moved = sum((moved.amount for _, moved in read_provider_adjustments(path.read_bytes())), Decimal(0))
        carried += moved != 0
        assert sum((r.paid for r in remittances), Decimal(0)) - moved == remittances[0].payment.amount >= 0
    assert carried  # a day on which more was taken back than paid is in the year


def test_what_is_read_back_is_all_that_was_sent_and_answered(year):
    assert not [c for c in year.claims if isinstance(c, Refusal)]
    assert not [r for r in year.remittances if isinstance(r, Refusal)]
    assert len(year.claims) == year.counts["claims"]
    assert sum(len(c.lines) for c in year.claims) == year.counts["lines"] == len(year.rows)
    assert len(year.remittances) == year.counts["remittances"]


def test_files_say_the_day_they_are_named_for(year):
    for path in (year.folder / "837").iterdir():
        claims = list(read_837(path.read_bytes()))
        assert {c.origin.known_on for c in claims} == {date.fromisoformat(path.stem)}
        assert len(claims) > 1
    for path in (year.folder / "835").iterdir():
        assert {r.known_on for r in read_835(path.read_bytes())} == {date.fromisoformat(path.stem.split("_")[1])}


def test_some_batches_hold_two_transaction_sets(year):
    sets = defaultdict(set)
    for claim in year.claims:
        sets[claim.origin.known_on].add((claim.origin.interchange, claim.origin.transaction))
    assert {len(s) for s in sets.values()} == {1, 2}


def test_nobody_is_answered_before_the_claim_was_sent(year):
    sent = {c.lines[0].control_number: c.submitted_on for c in reversed(year.claims)}  # the first submission
    echoed = [(r, x) for r in year.remittances for x in r.lines if x.control_number in sent]
    assert len(echoed) > 5000
    assert all(r.known_on > sent[x.control_number] for r, x in echoed)


def test_answers_stop_on_the_day_they_are_cut_off(tmp_path):
    cut = run(tmp_path, months=3, answers_until=date(2024, 12, 1))
    assert max(r.known_on for r in cut.remittances) <= date(2024, 12, 1)
    assert max(c.submitted_on for c in cut.claims) > date(2024, 12, 1)


def test_the_manifest_says_that_all_is_simulated(small):
    manifest = json.loads((small.folder / "MANIFEST.json").read_text())
    assert manifest["simulated"] is True
    assert manifest["seed"] == 20241001
    assert manifest["counts"] == small.counts


def test_a_handful_of_claims_is_enough_for_a_demo(tmp_path):
    demo = run(tmp_path, months=1, claims_per_month=25)
    assert 15 <= demo.counts["claims"] <= 40


@pytest.mark.parametrize(("months", "per_month"), [(0, 10), (1, 0)])
def test_a_run_of_nothing_is_refused(tmp_path, months, per_month):
    with pytest.raises(ValueError, match="start at 1"):
        run(tmp_path, months=months, claims_per_month=per_month)
