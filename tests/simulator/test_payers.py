"""What the payers do with a claim, and what they pay."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from claims.reasons import is_denial
from simulator.hazards import Hazard, Unknown, first_struck, p_denied, p_shown, strike
from simulator.memory import Memory
from simulator.payers import load_payers
from simulator.reference import mechanisms


def hazard(name, *chances, unknown=None):
    return Hazard(mechanisms()[name], chances, unknown)


def test_the_two_chances_are_worked_out_exactly():
    chart = Unknown((0.8, 0.2), state=1)
    hazards = [hazard("noise", 0.1), hazard("chart_documentation", 0.0, 0.5, unknown=chart)]
    hazards.append(hazard("chart_necessity", 0.0, 0.4, unknown=chart))
    assert p_denied(hazards) == pytest.approx(1 - 0.9 * 0.5 * 0.6)
    assert p_shown(hazards) == pytest.approx(1 - 0.9 * (0.8 * 1 + 0.2 * 0.5 * 0.6))


def test_what_is_shown_is_what_happens_over_all_that_is_not():
    rng, struck = Random(4), 0
    for _ in range(20_000):
        chart = Unknown.drawn((0.7, 0.2, 0.1), rng)
        hazards = [hazard("chart_documentation", 0.0, 0.3, 0.9, unknown=chart), hazard("quirk", 0.2)]
        strike(hazards, rng)
        struck += first_struck(hazards) is not None
    assert struck / 20_000 == pytest.approx(p_shown(hazards), abs=0.01)


def test_of_two_causes_the_payer_names_the_one_it_looks_for_first():
    hazards = [hazard("noise", 1.0), hazard("lapsed_cover", 1.0)]
    strike(hazards, Random(1))
    assert first_struck(hazards).mechanism.name == "lapsed_cover"


def test_sessions_are_counted_in_the_days_before():
    memory = Memory()
    for day in (date(2025, 1, 1), date(2025, 3, 1), date(2025, 3, 1), date(2025, 6, 1)):
        memory.remember(7, "62323", (), day)
    epidurals = frozenset({"epidural"})
    assert memory.sessions(7, epidurals, date(2025, 6, 1), 365) == 2
    assert memory.sessions(7, epidurals, date(2025, 6, 1), 92) == 1
    assert memory.sessions(8, epidurals, date(2025, 6, 1), 365) == 0
    assert memory.days_since(7, "62323", date(2025, 6, 11)) == 10


def test_medicare_takes_its_sequestration_and_the_patients_share(year):
    paid = [x for r in year.remittances if r.filing_indicator == "MB" and not r.is_reversal for x in r.lines if x.paid]
    assert len(paid) > 1000
    for line in paid:
        carcs = {a.carc: a.amount for a in line.adjustments}
        before = line.paid + carcs.get("253", 0)
        assert carcs.get("253", Decimal(0)) == pytest.approx(before * Decimal("0.02"), abs=Decimal("0.011"))
        assert carcs["45"] > 0


def test_deductibles_are_met_once_a_year(year):
    limits = {p.payer.id: p.money.deductible for p in load_payers()}
    asked = defaultdict(Decimal)
    payer_of = {c.id: c for c in year.claims}
    for r in year.remittances:
        for x in r.lines:
            claim = payer_of[r.claim_id]
            key = claim.medical_record_number, claim.payer.id, claim.first_service.year
            asked[key] += sum((a.amount for a in x.adjustments if (a.group, a.carc) == ("PR", "1")), Decimal(0))
    assert max(asked.values()) > 500
    assert all(amount <= limits[key[1]] for key, amount in asked.items())


def test_a_second_procedure_is_cut_and_still_paid(year):
    cut = [x for r in year.remittances if not r.is_reversal for x in r.lines for a in x.adjustments if a.carc == "59"]
    assert len(cut) > 20
    assert not any(is_denial(a.group, a.carc) for x in cut for a in x.adjustments)


def test_reversals_take_back_an_answer_to_the_cent_and_are_followed_by_another(year):
    answers = {r.payer_control_number: r for r in year.remittances if not r.is_reversal}
    reversals = [r for r in year.remittances if r.is_reversal]
    assert len(reversals) > 50
    for r in reversals:
        before = answers[r.payer_control_number]
        assert (r.charge, r.paid) == (-before.charge, -before.paid)
        assert r.known_on >= before.known_on
    corrected = {r.original_reference for r in answers.values()}
    replaced = {c.original_reference for c in year.claims if c.frequency == "7"}
    assert all(r.payer_control_number in corrected | replaced for r in reversals)


def test_replacements_name_the_answer_they_replace(year):
    answers = {r.payer_control_number: r for r in year.remittances if not r.is_reversal}
    replacements = [c for c in year.claims if c.frequency == "7"]
    assert len(replacements) > 40
    for claim in replacements:
        assert answers[claim.original_reference].claim_id == claim.id
        assert answers[claim.original_reference].known_on < claim.submitted_on
        assert claim.payer.filing_indicator != "MB"  # Medicare Part B takes none


def test_denials_take_longer(year):
    sent = {(c.id, c.frequency): c.submitted_on for c in year.claims}
    days = {True: [], False: []}
    for r in year.remittances:
        if not r.is_reversal and not r.original_reference:
            denied = any(is_denial(a.group, a.carc) for x in r.lines for a in x.adjustments if not x.paid)
            days[denied].append((r.known_on - sent[r.claim_id, r.frequency]).days)
    assert sum(days[True]) / len(days[True]) > sum(days[False]) / len(days[False]) + 3


def test_a_silent_change_of_policy_shows_in_the_denials(year):
    changes = [(p, s) for p in load_payers() for s in p.silent]
    assert len(changes) >= 2
    before = after = 0
    for row in year.rows:
        for payer, silent in changes:
            if row["payer_id"] == payer.payer.id and row["mechanism"] == "silent_authorization":
                before += row["submitted_on"] < silent.since
                after += silent.since <= row["submitted_on"]
    assert before == 0
    assert after > 15


def test_an_add_on_falls_with_its_base(year):
    lines = defaultdict(dict)
    for row in year.rows:
        lines[row["interchange"], row["ordinal"]][row["line"]] = row
    pairs = [
        (base, extra)
        for of_claim in lines.values()
        for base in of_claim.values()
        for extra in of_claim.values()
        if (base["procedure"], extra["procedure"]) in (("64483", "64484"), ("64635", "64636")) and len(of_claim) == 2
    ]
    assert len(pairs) > 150
    assert all(extra["denied"] for base, extra in pairs if base["denied"])
    assert all(extra["p_shown"] >= base["p_shown"] - 1e-9 for base, extra in pairs)
