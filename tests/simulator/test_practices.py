"""Other practices: plainly invented, the same under every seed, and at home in one store with the first."""

from collections import Counter
from datetime import date

import pytest

from simulator.payers import load_payers
from simulator.practice import load_practice, valid_npi
from simulator.practices import MOST, payer_seen_from, practice_number
from store import Store
from tests.simulator.runs import files_of, run

START = date(2024, 10, 1)


def practice(number):
    return practice_number(number, START, load_payers())


def people(one):
    sites = [site for site in one.sites.values() if site]
    return [one.group, *sites, *one.referrers, *(c.provider for c in one.clinicians)]


@pytest.fixture(scope="module")
def third(tmp_path_factory):
    return run(tmp_path_factory.mktemp("third"), practice=3)


def test_practice_0_is_the_first():
    assert practice(0) == load_practice()


@pytest.mark.parametrize("number", [1, 2, 3, 42, MOST])
def test_everyone_of_another_practice_is_invented_and_its_own(number):
    mine = people(practice(number))
    npis = {p.npi for p in mine}
    assert all(valid_npi(npi) for npi in npis)
    assert len(npis) == len(mine)
    assert all(p.name.startswith("ZZ") for p in mine)
    for other in (0, number % MOST + 1):
        assert not npis & {p.npi for p in people(practice(other))}
        assert practice(other).sender != practice(number).sender
        assert practice(other).group.tax_id != practice(number).group.tax_id


def test_practices_differ_in_mix_habits_and_gaps():
    first, second = practice(1), practice(2)
    assert first.conditions != second.conditions
    assert first.payers != second.payers
    assert first.slips != second.slips
    assert [c.chart for c in first.clinicians] != [c.chart for c in second.clinicians]
    assert [c.habits for c in first.clinicians] != [c.habits for c in second.clinicians]
    gaps = {payer.key: payer_seen_from(first, payer).unenrolled for payer in load_payers()}
    names = {c.provider.name for c in first.clinicians}
    assert sum(map(len, gaps.values())) == 3
    assert all(gap.clinician in names for of_payer in gaps.values() for gap in of_payer)
    assert any(gap.since <= START <= gap.until for of_payer in gaps.values() for gap in of_payer)


@pytest.mark.parametrize("number", [-1, MOST + 1])
def test_a_practice_without_a_number_is_refused(number):
    with pytest.raises(ValueError, match="numbered 0 to 999"):
        practice(number)


def test_the_same_practice_and_seed_give_the_same_bytes(third, tmp_path):
    run(tmp_path, practice=3)
    assert files_of(tmp_path) == files_of(third.folder)


def test_the_seed_changes_the_patients_and_not_the_practice(third, tmp_path):
    other = run(tmp_path, practice=3, seed=5)
    assert {c.rendering.npi for c in other.claims} & {c.rendering.npi for c in third.claims}
    assert {c.origin.sender for c in other.claims + third.claims} == {practice(3).sender}
    assert [c.lines for c in other.claims] != [c.lines for c in third.claims]


def test_payers_are_the_same_for_everyone_and_patients_are_not(third, small):
    def payers(of):
        return Counter(c.payer.id for c in of.claims)

    assert set(payers(third)) <= {p.payer.id for p in load_payers()}
    assert payers(third) != payers(small)
    for number in ("id", "medical_record_number"):
        assert not {getattr(c, number) for c in third.claims} & {getattr(c, number) for c in small.claims}
    assert not {c.patient.last_name for c in third.claims} & {c.patient.last_name for c in small.claims}
    assert not {r.payer_control_number for r in third.remittances} & {r.payer_control_number for r in small.remittances}
    assert not {r.payment.trace for r in third.remittances} & {r.payment.trace for r in small.remittances}


def test_two_practices_fit_into_one_store(third, small, tmp_path):
    with Store.open(tmp_path / "store.db") as store:
        report = store.ingest([of.folder / kind for of in (small, third) for kind in ("837", "835")])
        outcomes = Counter(row.outcome.value for row in store.ledger(date(2030, 1, 1)))
    assert not report.rejected_files
    assert not report.unmatched
    assert sum(outcomes.values()) == small.counts["lines"] + third.counts["lines"]
    assert report.json()["claims"] == len(small.claims) + len(third.claims)
    answered = [row for of in (small, third) for row in of.rows if row["answered"]]
    assert outcomes["denied"] == sum(row["denied"] for row in answered)
