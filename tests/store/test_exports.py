"""History from a billing system's export: the same store, the same labels as from 837 and 835."""

import math
from collections import Counter
from datetime import date
from random import Random

import pytest

from claims.exports import parse_export_map
from claims.x12 import read_835, read_837
from features.registry import FEATURES
from features.replay import Submitted, replay
from features.untold import RESTS_ON
from scrubber.tables import shipped_tables
from simulator import simulate
from tests.store.exporting import HEADER, MAP, as_csv, rows_of, write_export
from tests.store.practice_year import END, open_store, the_files

KEPT = ("outcome", "denial_carcs", "denied_amount", "allowed", "first_remittance_date", "overturned", "reason", "flags")


def labels(store, day=END):
    """What the ledger says of each line, by what an export can tell apart."""
    return {
        (r.claim_id, r.submitted_on, r.frequency, r.payer_id, r.line): {k: r.json()[k] for k in KEPT}
        for r in store.ledger(day)
    }


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretend")
    simulate(3, 80, 777, folder / "in")
    claims = [c for f in sorted((folder / "in" / "837").iterdir()) for c in read_837(f.read_bytes())]
    answers = [r for f in sorted((folder / "in" / "835").iterdir()) for r in read_835(f.read_bytes())]
    export = write_export(folder / "out", claims, answers)
    with open_store(folder / "wire") as store:
        store.ingest([folder / "in" / "837", folder / "in" / "835"])
        wire = labels(store)
    return folder, export, claims, answers, wire


def test_labels_from_an_export_are_those_from_the_wire(simulated, tmp_path):
    _, export, claims, answers, wire = simulated
    with open_store(tmp_path) as store:
        report = store.ingest_exports([export], parse_export_map(MAP))
        assert (report.refusals, report.rejected_files) == ([], [])
        assert report.claims == len(claims)
        assert report.lines_unmatched == 0
        told = labels(store)
    # an answer without services, or with claim-level adjustments, has no row of its own in an export by line
    whole = {r.claim_id for r in answers if not r.lines or r.adjustments}
    both = [key for key in wire if key[0] not in whole]
    assert set(told) == set(wire)
    assert len(both) > 0.95 * len(wire)
    different = {key: (wire[key], told[key]) for key in both if wire[key] != told[key]}
    assert different == {}
    outcomes = Counter(told[key]["outcome"] for key in both)
    assert outcomes["denied"] > 20
    assert outcomes["paid"] > 100
    assert any(told[key]["overturned"] for key in both)


def test_reading_an_export_twice_or_a_longer_one_changes_nothing_that_is_known(simulated, tmp_path):
    _, export, claims, answers, _ = simulated
    with open_store(tmp_path) as store:
        m = parse_export_map(MAP)
        first = store.ingest_exports([export], m)
        events = store.last_event()
        again = store.ingest_exports([export], m)
        assert (again.claims, again.remittances) == (0, 0)
        assert again.duplicates == first.claims + first.remittances
        longer = tmp_path / "longer.csv"
        longer.write_bytes(as_csv(rows_of(claims, answers)) + b"\r\n")
        third = store.ingest_exports([longer], m)
        assert (third.claims, third.remittances) == (0, 0)
        assert store.last_event() == events


def test_the_rows_of_a_claim_may_stand_anywhere_and_in_any_order(simulated, tmp_path):
    _, export, claims, answers, _ = simulated
    rows = list(rows_of(claims, answers))
    Random(7).shuffle(rows)
    turned = tmp_path / "turned.csv"
    turned.write_bytes(as_csv(rows))
    with open_store(tmp_path / "a") as one, open_store(tmp_path / "b") as other:
        one.ingest_exports([export], parse_export_map(MAP))
        other.ingest_exports([turned], parse_export_map(MAP))
        assert labels(one) == labels(other)


def test_claims_the_store_has_from_their_837_are_left_to_it(simulated, tmp_path):
    folder, export, claims, _, wire = simulated
    with open_store(tmp_path) as store:
        store.ingest([folder / "in" / "837", folder / "in" / "835"])
        report = store.ingest_exports([export], parse_export_map(MAP))
        assert (report.claims, report.remittances, report.left_to_wire) == (0, 0, len(claims))
        assert labels(store) == wire


def test_an_export_with_replacements_reversals_and_corrections_tells_the_same(tmp_path):
    files = the_files(tmp_path / "in")
    claims = [c for f in (files.sent, files.replaced) for c in read_837(f.read_bytes())]
    answers = [r for f in (files.answered, files.corrected) for r in read_835(f.read_bytes())]
    with open_store(tmp_path / "wire") as store:
        store.ingest([tmp_path / "in"])
        wire = labels(store)
    with open_store(tmp_path / "export") as store:
        report = store.ingest_exports([write_export(tmp_path / "out", claims, answers)], parse_export_map(MAP))
        assert report.refusals == []
        assert labels(store) == wire


def test_no_claim_of_an_export_is_a_test(simulated, tmp_path):
    with open_store(tmp_path) as store:
        store.ingest_exports([simulated[1]], parse_export_map(MAP))
        assert store.payer_past().decisions(before=date.max).total > 0
        assert store.test_past().decisions(before=date.max).total == 0
        assert all(not e.claim.origin.test for e in store.events() if isinstance(e, Submitted))


def test_findings_of_an_exported_claim_are_never_learned_as_if_checked(simulated, tmp_path):
    with open_store(tmp_path) as store:
        store.ingest_exports([simulated[1]], parse_export_map(MAP))
        some = [r for _, r in zip(range(60), replay(store.events(), shipped_tables()), strict=False)]
    for replayed in some:
        assert replayed.report.findings == ()
        assert replayed.report.unchecked
    rows = [row for r in some for row in r.rows]
    for row in rows:
        unknown = ("has_authorization_number", "has_referral_number", "has_accident", "is_drug_without_ndc")
        assert all(math.isnan(row[name]) for name in unknown)
        assert row["place_of_service"] == ""
        assert not math.isnan(row["modifier_count"]), "what is told is known"
    worst = [name for name in FEATURES if name.startswith("worst_")]
    known = {row[name] for row in rows for name in worst if not math.isnan(row[name])}
    assert known <= {0.0}, "no rule of the Reason asks about the line, or its answer is unknown"
    assert any(math.isnan(row[name]) for row in rows for name in worst)


def test_every_untold_fact_names_features_that_exist():
    assert {name for names in RESTS_ON.values() for name in names} <= FEATURES.keys()


def test_a_bad_row_costs_its_claim_alone_and_is_said(simulated, tmp_path):
    _, _, claims, answers, wire = simulated
    rows = [list(row) for row in rows_of(claims, answers)]
    spoiled = rows[5][0]
    rows[5][HEADER.index("Charge")] = "12.OO"
    (tmp_path / "bad.csv").write_bytes(as_csv(rows))
    with open_store(tmp_path / "s") as store:
        report = store.ingest_exports([tmp_path / "bad.csv"], parse_export_map(MAP))
        told = labels(store)
    (refusal,) = report.refusals
    assert refusal.fields["row"] == 7
    assert refusal.fields["column"] == "Charge"
    assert str(refusal).endswith("row 7, column 'Charge': found '12.OO', expected an amount such as 125.00")
    assert {key[0] for key in wire} - {key[0] for key in told} == {spoiled}
    assert refusal.claims_lost == len({key[1] for key in wire if key[0] == spoiled})
