"""Staff slips: each happens, each can be switched off, and none changes who came to the clinic."""

import pytest

from simulator import slip_names
from tests.simulator.runs import run

# what a denial for it would be called, where only this slip can cause it
ONLY_BY = {
    "forgotten_25": "visit_with_procedure", "missing_authorization": "missing_authorization",
    "missing_referral": "missing_referral", "retired_diagnosis": "retired_diagnosis",
    "vague_diagnosis": "vague_diagnosis", "duplicate_billing": "duplicate", "dropped_base": "missing_base",
    "wrong_units": "units_over", "missing_side": "missing_side", "conflicting_sides": "conflicting_sides",
    "late_submission": "late", "member_id_typo": "member_mismatch", "bad_npi": "bad_identifier",
    "guidance_billed": "guidance_included", "forgotten_59": "same_day_pair", "new_for_known": "new_patient_again",
    "visit_in_global": "visit_in_global", "missing_clia": "missing_clia", "retired_code": "retired_code",
    "missing_drug_modifier": "missing_drug_modifier", "missing_accident": "missing_accident",
    "missing_ndc": "missing_ndc", "missing_first_payment": "missing_first_payment",
}  # fmt: skip


def test_every_slip_happens_in_a_year(year):
    happened = {name for row in year.rows for name in row["slips"].split()}
    assert happened == set(slip_names()) - {
        "booked_too_soon",
        "sessions_not_counted",
    }  # these book a visit, not a claim


def test_careful_staff_makes_none(careful):
    assert {row["slips"] for row in careful.rows} == {""}


def test_careful_staff_is_denied_for_none_of_them(careful):
    happened = {row["mechanism"] for row in careful.rows}
    # a claim sent again after a denial can still be taken for a duplicate
    assert not (set(ONLY_BY.values()) - {"duplicate"}) & happened


def test_careful_staff_is_denied_less_and_not_never(careful, year):
    assert 0.04 < careful.counts["denial_rate"] < year.counts["denial_rate"] - 0.02


@pytest.mark.parametrize("name", ["guidance_billed", "missing_side", "forgotten_25", "missing_authorization"])
def test_a_slip_alone_brings_its_own_denials_and_no_others(tmp_path, name):
    alone = run(tmp_path, months=3, claims_per_month=500, slips={name})
    slipped = [row for row in alone.rows if row["slips"]]
    assert {row["slips"] for row in slipped} == {name}
    happened = {row["mechanism"] for row in alone.rows}
    assert ONLY_BY[name] in happened
    assert not {ONLY_BY[other] for other in ONLY_BY if other not in (name, "duplicate_billing")} & happened


def test_switching_a_slip_off_leaves_the_patients_as_they_were(tmp_path, small):
    without = run(tmp_path, slips=set(slip_names()) - {"forgotten_25", "missing_side"})
    patients = [c.patient for c in small.claims]
    assert [c.patient for c in without.claims][:40] == patients[:40]


def test_an_unknown_slip_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="no such slip: forgotten_26; there are forgotten_25, "):
        run(tmp_path, slips={"forgotten_26"})


def test_claim_numbers_are_unique_unless_the_practice_reuses_account_numbers(tmp_path, small):
    first = [c.id for c in small.claims if c.frequency == "1"]
    assert len(set(first)) > 0.98 * len(first)
    reused = run(tmp_path, reuse_account_numbers=True)
    accounts = {(c.id, c.patient.last_name) for c in reused.claims}
    assert len(accounts) == len({c.patient.last_name for c in reused.claims}) < len(reused.claims)
