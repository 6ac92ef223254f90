"""What a careful practice bills, and how: the claims nobody slipped on are right by what payers publish."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from claims.claim import PayerType
from scrubber.tables import shipped_tables
from simulator.coding import sides
from simulator.memory import Memory
from simulator.payers import load_payers
from simulator.reference import read_toml, services
from simulator.schedule import kinds

MEDICARE_KINDS = ("MB", "16")
FACILITIES = ("22", "24")


def lines_of(run, *codes):
    return [(c, x) for c in run.claims for x in c.lines if not codes or x.code in codes]


def first_claims(run):
    return [c for c in run.claims if c.frequency == "1" and c.payer.sequence == "P"]


def test_the_practice_does_what_a_pain_practice_does(careful):
    billed = {x.code for _, x in lines_of(careful)}
    assert billed == set(services()) - {"J1030", "J1040", "77003"}  # ended, ended, and always part of the procedure


def test_no_diagnoses_stand_together_that_exclude_each_other(year):
    excluded = [("M54.1", "M50.1"), ("M54.1", "M51.1"), ("M54.1", "M47.2"), ("M79.1", "M62"), ("G89.2", "G89.4")]
    for entry in read_toml("conditions.toml").values():
        for codes in (*entry.get("diagnoses", ()), *entry.get("diagnoses_by_side", {}).values()):
            assert not [pair for pair in excluded if all(any(c.startswith(p) for c in codes) for p in pair)]
    for claim in (c for c in year.claims if not careless(year, c)):
        codes = [d.dotted for d in claim.diagnoses]
        assert not [pair for pair in excluded if all(any(c.startswith(p) for c in codes) for p in pair)], codes


def careless(run, claim):
    if not hasattr(run, "slipped"):
        run.slipped = {row["claim_id"] for row in run.rows if row["slips"]}
    return claim.id in run.slipped


def test_a_diagnosis_is_listed_once_and_pointed_to(careful):
    for claim in careful.claims:
        assert len(set(claim.diagnoses)) == len(claim.diagnoses) <= 12
        assert all(1 <= p <= len(claim.diagnoses) for x in claim.lines for p in x.diagnosis_pointers)


def test_drugs_carry_ndc_quantity_and_unit_for_payers_that_want_them(careful):
    wanting = {p.payer.id for p in load_payers() if p.wants_ndc}
    drugs = [(c, x) for c, x in lines_of(careful) if services()[x.code].measure]
    told = [(c, x) for c, x in drugs if c.payer.id in wanting]
    assert len(wanting) == 2
    assert len(told) > 100
    for _, line in told:
        assert len(line.ndc) == 11
        assert line.ndc.startswith("99999")  # a labeler nobody is
        assert line.drug_quantity == services()[line.code].quantity * line.units
        assert line.drug_unit == services()[line.code].measure
    assert not [x for c, x in drugs if c.payer.id not in wanting and x.ndc]


def test_the_medicare_plans_hear_what_became_of_a_single_dose_vial(careful):
    for claim in (c for c in careful.claims if c.payer.sequence == "P"):
        by_code = defaultdict(list)
        for line in claim.lines:
            if services()[line.code].single_dose:
                by_code[line.code].append(line)
        for lines in by_code.values():
            said = [{"JZ", "JW"} & set(x.modifiers) for x in lines]
            if claim.payer.filing_indicator in MEDICARE_KINDS:
                assert said in ([{"JZ"}], [set(), {"JW"}])
            else:
                assert said == [set()]


def test_a_vial_of_toxin_is_billed_whole(careful):
    sums = Counter()
    for claim, line in lines_of(careful, "J0585"):
        sums[claim.id, claim.frequency] += line.units
    assert set(sums.values()) == {200}


def test_imaging_in_a_facility_is_billed_as_its_reading(careful):
    seen = Counter()
    for claim, line in lines_of(careful, "77002", "72295"):
        if line.code == "77002" and "20610" not in {x.code for x in claim.lines}:
            continue
        seen[claim.place_of_service] += 1
        assert ("26" in line.modifiers) == (claim.place_of_service in FACILITIES)
    assert min(seen["11"], seen["22"], seen["24"]) > 5


def test_visits_by_video_are_marked_as_their_payer_reads_them(careful):
    remote = [c for c in first_claims(careful) if c.place_of_service in ("02", "10")]
    assert len(remote) > 50
    for claim in remote:
        assert claim.facility is None
        assert {services()[x.code].family for x in claim.lines} <= {"visit", "visit_extra"}
        marked = ["95" in x.modifiers for x in claim.lines]
        assert all(marked) if claim.payer.filing_indicator not in MEDICARE_KINDS else not any(marked)


def test_extra_time_goes_with_the_highest_visit_in_the_payers_own_code(careful):
    extra = [(c, x) for c, x in lines_of(careful, "99417", "G2212") if c.payer.sequence == "P"]
    assert len(extra) > 20
    for claim, line in extra:
        assert {"99205", "99215"} & {x.code for x in claim.lines}
        assert (line.code == "G2212") == (claim.payer.filing_indicator in MEDICARE_KINDS)


def test_a_visit_two_share_is_in_the_hospital_and_marked_for_the_medicare_plans(careful):
    visits = [(c, x) for c, x in lines_of(careful) if x.code in ("99213", "99214") and "25" not in x.modifiers]
    marked = [(c, x) for c, x in visits if c.payer.sequence == "P" and "FS" in x.modifiers]
    assert len(marked) > 20
    assert all(c.place_of_service == "22" and c.payer.filing_indicator in MEDICARE_KINDS for c, _ in marked)


def test_the_relationship_extra_never_stands_beside_modifier_25(careful):
    for claim, _ in lines_of(careful, "G2211"):
        assert not any("25" in x.modifiers for x in claim.lines)


def test_no_level_more_than_the_medicare_plans_cover(careful):
    for claim, line in lines_of(careful, "64495", "64634", "64636"):
        if claim.payer.filing_indicator in MEDICARE_KINDS:
            assert line.code != "64495"
            assert line.units == 1


def test_the_medicare_plans_get_one_kind_of_block_a_session(careful):
    beside = [c for c, x in lines_of(careful, "20552") if {"59", "XS"} & set(x.modifiers)]
    assert len(beside) > 10
    assert not [c for c in beside if c.payer.filing_indicator in MEDICARE_KINDS]


def test_what_prices_a_line_is_its_first_modifier(careful):
    for _, line in lines_of(careful):
        assert "50" not in line.modifiers[1:]
        assert "51" not in line.modifiers[1:]


def test_what_the_fee_schedule_knows_no_50_for_is_two_lines_at_every_payer(careful):
    sided = [line for kind in read_toml("visits.toml").values() for line in kind["lines"] if line.get("side")]
    apart = {code: line.get("each_side", False) for line in sided for code in line.get("any", {line.get("code"): 1})}
    known = shipped_tables().codes.releases[-1].rows
    assert apart == {code: known[code].bilateral != "1" for code in apart}
    assert not [x for _, x in lines_of(careful) if "50" in x.modifiers and apart[x.code]]


@pytest.mark.parametrize("apart", [True, False])
def test_both_sides_are_two_lines_where_a_service_is_billed_so_or_one_line_where_the_payer_wants_50(apart):
    by_50 = next(p for p in load_payers() if p.both_sides == "50")
    assert list(sides("B", by_50, apart=apart)) == ([("RT",), ("LT",)] if apart else [("50",)])


def test_51_marks_further_procedures_where_the_payer_wants_it(careful):
    wanting = {p.payer.id for p in load_payers() if p.wants_51}
    marked = [(c, x) for c, x in lines_of(careful) if "51" in x.modifiers]
    assert len(marked) > 15
    for claim, line in marked:
        assert claim.payer.id in wanting
        assert services()[line.code].surgical
        assert any(services()[x.code].surgical and x.number < line.number for x in claim.lines)


def test_a_service_without_a_code_of_its_own_is_described(careful):
    assert all(x.description for _, x in lines_of(careful, "64999"))
    assert not [x for _, x in lines_of(careful) if x.description and x.code != "64999"]


def test_a_code_is_billed_in_its_time_only(careful):
    assert max(x.service_from for _, x in lines_of(careful, "0275T")) <= date(2025, 12, 31)
    assert min(x.service_from for _, x in lines_of(careful, "62330")) >= date(2026, 1, 1)


def test_what_medicare_covers_in_a_study_says_which(careful):
    studied = [(c, x) for c, x in lines_of(careful, "0275T", "62330") if c.payer.filing_indicator in MEDICARE_KINDS]
    assert len(studied) > 10
    for claim, line in studied:
        assert "Q0" in line.modifiers
        assert "Z00.6" in [d.dotted for d in claim.diagnoses_of(line)]
        assert ("REF", "P4", "99999999") in [kept.elements for kept in claim.extra]


def test_aftercare_of_a_fracture_is_coded_as_aftercare(careful):
    coded = defaultdict(set)
    for claim in first_claims(careful):
        for code in (d.dotted for d in claim.diagnoses if d.code.startswith("M8008")):
            kind = "treated" if services()[claim.lines[-1].code].family in ("augmentation", "sedation") else "seen"
            coded[kind].add(code)
    assert coded["treated"] == {"M80.08XA"}
    assert coded["seen"] == {"M80.08XA", "M80.08XD"}


def test_referred_patients_of_the_military_and_of_veterans_bring_the_number(careful):
    for kind in (PayerType.TRICARE, PayerType.VA):
        visits = [
            c for c in first_claims(careful) if c.payer.type is kind and services()[c.lines[0].code].family == "visit"
        ]
        assert len(visits) > 20
        assert all(c.referral_number for c in visits)


def test_medicares_review_model_gets_its_number_from_its_first_day(careful):
    covered = [(c, x) for c, x in lines_of(careful, "62323", "22514") if c.payer.filing_indicator == "MB"]
    covered = [(c, x) for c, x in covered if c.payer.sequence == "P"]
    assert {bool(c.authorization_number) for c, x in covered if x.service_from >= date(2026, 1, 15)} == {True}
    assert {bool(c.authorization_number) for c, x in covered if x.service_from < date(2026, 1, 15)} == {False}


def test_a_claim_to_a_second_payer_carries_what_the_first_decided(careful):
    second = [c for c in careful.claims if c.payer.sequence == "S"]
    assert len(second) > 30
    firsts = {r.payer_control_number: r for r in careful.remittances}
    for claim in second:
        (first,) = claim.other_payers
        assert first.sequence == "P"
        assert first.payer_id != claim.payer.id
        answer = firsts[first.claim_control_number]
        assert first.paid == answer.paid
        assert answer.known_on < claim.submitted_on
        for line in claim.lines:
            (decided,) = line.adjudications
            assert decided.paid + sum(a.amount for a in decided.adjustments) == line.charge
            assert decided.patient_liability > 0


def test_a_second_payer_pays_at_most_what_the_first_left(careful):
    answers = {r.claim_id: r for r in careful.remittances if not r.is_reversal}
    paid = []
    for claim in (c for c in careful.claims if c.payer.sequence == "S" and c.id in answers):
        for line, answer in zip(claim.lines, answers[claim.id].lines, strict=True):
            left = line.adjudications[0].patient_liability
            prior = sum((a.amount for a in answer.adjustments if (a.group, a.carc) == ("OA", "23")), Decimal(0))
            assert prior == line.charge - left
            assert answer.paid <= left
            paid.append(answer.paid)
    assert any(paid)


def test_nobody_asks_a_second_payer_twice_what_it_was_not_told(year):
    slipped = [r for r in year.rows if r["slips"] == "missing_first_payment"]
    assert slipped
    assert {r["mechanism"] for r in slipped} <= {"missing_first_payment", "lapsed_cover", "", "late"}
    claims = {c.id: c for c in year.claims if c.frequency == "1" and c.payer.sequence == "S"}
    assert not [claims[r["claim_id"]] for r in slipped if claims[r["claim_id"]].other_payers]


def most_trigger_days(run):
    days = defaultdict(set)
    for claim, line in lines_of(run, "20552", "20553"):
        days[claim.patient.last_name].add(line.service_from)
    return max(len(found) for found in days.values())


def test_a_careful_practice_counts_its_sessions_and_another_does_not(careful, year):
    assert most_trigger_days(careful) == 3
    assert most_trigger_days(year) > 3


def test_a_drug_without_its_ndc_is_denied_by_a_payer_that_wants_it(year):
    slipped = [r for r in year.rows if r["slips"] == "missing_ndc" and r["family"] == "drug"]
    assert len(slipped) > 3
    assert "missing_ndc" in {r["mechanism"] for r in slipped}


@pytest.mark.parametrize(
    ("visit", "earlier", "day", "allowed"),
    [
        ("trigger", [date(2025, 3, 1)], date(2025, 3, 29), False),  # 28 days
        ("trigger", [date(2025, 3, 1)], date(2025, 3, 30), True),
        ("trigger", [date(2024, 7, 1), date(2024, 9, 1), date(2025, 3, 1)], date(2025, 7, 1), False),  # the 365th day
        ("trigger", [date(2024, 7, 1), date(2024, 9, 1), date(2025, 3, 1)], date(2025, 7, 2), True),
        ("joint_hip", [date(2025, 1, 1)], date(2025, 4, 3), False),  # 92 days
        ("joint_hip", [date(2025, 1, 1)], date(2025, 4, 4), True),
    ],
)
def test_a_kind_of_treatment_has_its_gap_and_its_count(visit, earlier, day, allowed):
    assert kinds()[visit].allows(earlier, day) is allowed


def test_every_counted_visit_is_one_the_practice_has():
    assert set(kinds()) <= set(read_toml("visits.toml"))


@pytest.mark.parametrize(("code", "days"), [("64635", 10), ("62330", 90)])
def test_a_procedure_pays_for_the_days_after_it(code, days):
    memory = Memory()
    memory.remember(1, code, (), date(2026, 1, 1))
    assert not memory.in_global(1, date(2026, 1, 1))
    assert memory.in_global(1, date(2026, 1, 2))
    assert memory.in_global(1, date.fromordinal(date(2026, 1, 1).toordinal() + days))
    assert not memory.in_global(1, date.fromordinal(date(2026, 1, 1).toordinal() + days + 1))
