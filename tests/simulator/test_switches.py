"""Every mechanism can be left out by its name, alone, and nothing else goes with it."""

import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from simulator import UnknownSwitch, adjudication, switches
from simulator.policies import hazards_of
from simulator.practice import NO_HABITS, load_practice
from simulator.switches import PAYER_CHANGES, practice_without
from tests.simulator.runs import run

ONLY = {  # switch -> what no line can be denied for without it
    "quirks": {"quirk"},
    "documentation_quality": {"chart_documentation", "chart_necessity"},
    "enrolment_gaps": {"not_enrolled"},
    "policy_changes": {"silent_authorization"},
    "new_codes": {"new_code_refused"},
    "label_noise": {"misposted"},
    "payer_mistakes": {"payer_mistake"},
    "session_limits": {"too_many", "too_soon"},
    "lapsed_cover": {"lapsed_cover"},
    "other_payer_first": {"other_payer_first"},
    "authorization_mismatch": {"authorization_mismatch"},
    "noise": {"noise"},
}
ALL_OF_THEM = set.union(*ONLY.values())
RARE = {"too_many"}  # nobody is treated that often in half a year of a small practice
REVERSING = {"reversals", "appeals", "rework", "payer_mistakes", "label_noise"}


def some_months(folder, **arguments):
    """Half a year in which a code is new, a payer changes its list, and another stops knowing a clinician."""
    arguments = {"months": 6, "claims_per_month": 130, "start": date(2025, 1, 15), **arguments}
    return run(folder, **arguments)


def can_strike(hazard):
    if hazard.unknown is None:
        return hazard.chances[0] > 0
    return any(share * chance for share, chance in zip(hazard.unknown.shares, hazard.chances, strict=True))


@pytest.fixture
def possible(monkeypatch, tmp_path):
    """Runs some months and says for what any of their lines could have been denied."""

    def asked(**arguments):
        seen = set()

        def watched(case):
            hazards = hazards_of(case)
            seen.update(h.mechanism.name for of_line in hazards for h in of_line if can_strike(h))
            return hazards

        monkeypatch.setattr(adjudication, "hazards_of", watched)
        some_months(tmp_path / str(len(list(tmp_path.iterdir()))), **arguments)
        return seen & ALL_OF_THEM

    return asked


@pytest.mark.parametrize("switch", [None, *ONLY])
def test_what_is_left_out_can_deny_nothing_and_all_else_still_can(switch, possible):
    found, gone = possible(without=[switch] if switch else []), ONLY.get(switch, set())
    assert not gone & found
    assert found | RARE == ALL_OF_THEM - gone | RARE


def test_without_second_payers_every_claim_goes_to_the_first(small, tmp_path):
    assert "S" in {c.payer.sequence for c in small.claims}
    assert {c.payer.sequence for c in run(tmp_path, without=["second_payers"]).claims} == {"P"}


@pytest.mark.parametrize("left", [None, "appeals", "reversals", "rework"])
def test_each_way_to_a_reversal_is_one_by_itself(left, tmp_path):
    counts = some_months(tmp_path, without=REVERSING - {left}).counts
    assert (counts["reversals"] > 0) == (left is not None)
    assert (counts["reworked_claims"] > 0) == (left == "rework")


def test_without_unanswered_claims_every_claim_has_its_answer(tmp_path, year):
    assert year.counts["unanswered_claims"] > 0
    assert some_months(tmp_path, without=["unanswered"]).counts["unanswered_claims"] == 0


def deductibles(of):
    asked = defaultdict(Decimal)
    for r in of.remittances:
        for line in () if r.is_reversal else r.lines:
            asked[r.service_from.month] += sum(a.amount for a in line.adjustments if (a.group, a.carc) == ("PR", "1"))
    return asked


def test_deductibles_fall_due_at_the_start_of_the_year_or_not_at_all(year, tmp_path):
    asked, claims = deductibles(year), Counter(c.first_service.month for c in year.claims)
    a_claim = {month: float(asked[month]) / claims[month] for month in range(1, 13)}
    assert a_claim[1] > 2 * a_claim[6] > 0
    assert not any(deductibles(some_months(tmp_path, without=["deductibles"])).values())


def share_of_higher_visits(of):
    billed = defaultdict(Counter)
    for claim in of.claims:
        for line in claim.lines:
            if line.code in ("99213", "99214"):
                billed[claim.rendering.name][line.code] += 1
    return {name: codes["99214"] / codes.total() for name, codes in billed.items()}


def test_a_clinician_codes_as_is_their_habit(year, tmp_path):
    share = share_of_higher_visits(year)
    assert max(share, key=share.get) == "ZZDOCTOR-C"
    assert share["ZZDOCTOR-C"] > share["ZZDOCTOR-A"] + 0.1
    alike = share_of_higher_visits(some_months(tmp_path, claims_per_month=250, without=["provider_habits"]))
    assert abs(alike["ZZDOCTOR-C"] - alike["ZZDOCTOR-A"]) < 0.1


def test_without_habits_of_their_own_all_clinicians_are_the_average_one():
    practice = load_practice()
    alike = practice_without(practice, {"provider_habits"})
    assert practice_without(practice, {"quirks"}) is practice
    assert all(c.habits == NO_HABITS for c in alike.clinicians)
    (chart,) = {c.chart for c in alike.clinicians}
    assert sum(chart) == pytest.approx(1)
    assert chart[2] == pytest.approx(sum(c.chart[2] * c.load for c in practice.clinicians))


def test_without_slips_nobody_slips(tmp_path):
    assert {row["slips"] for row in some_months(tmp_path, without=["staff_slips"]).rows} == {""}


def encounters(of):
    return {(c.patient.last_name, c.first_service) for c in of.claims if c.payer.sequence == "P"}


@pytest.mark.parametrize("switch", sorted(set(PAYER_CHANGES) - {"second_payers"}))
def test_what_a_payer_does_changes_no_encounter(switch, small, tmp_path):
    assert encounters(run(tmp_path, without=[switch])) == encounters(small)


def test_every_switch_does_something_and_every_mechanism_of_a_payer_has_one():
    tested = set(ONLY) | REVERSING | {"second_payers", "unanswered", "deductibles", "provider_habits", "staff_slips"}
    assert tested == set(switches())
    assert set(PAYER_CHANGES) <= set(switches())


def test_an_unknown_name_is_refused_with_the_list_and_nothing_is_written(tmp_path):
    with pytest.raises(UnknownSwitch, match=r"found moods, expected some of: quirks, .*staff_slips"):
        run(tmp_path / "new", without=["quirks", "moods"])
    assert not (tmp_path / "new").exists()


def test_the_manifest_says_what_was_left_out(tmp_path):
    run(tmp_path, without=["quirks", "noise"], practice=2)
    manifest = json.loads((tmp_path / "MANIFEST.json").read_text())
    assert manifest["without"] == ["noise", "quirks"]
    assert manifest["practice"] == 2
