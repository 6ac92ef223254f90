"""What a claim would be after a remedy."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claims.claim import Claim, Diagnosis, Line, Payer, Person, Provider, Subscriber
from scrubber import RULES, scrub
from scrubber.cases import cases_of
from scrubber.registry import Change
from scrubber.remedies import UnfitChange, apply

DAY = date(2026, 3, 10)
CLAIM = Claim(
    id="ZZTEST-1",
    charge=Decimal("500.00"),
    payer=Payer("ZZ01"),
    billing=Provider("1234567893"),
    subscriber=Subscriber(),
    patient=Person("PATIENT-007"),
    diagnoses=(Diagnosis("M545"), Diagnosis("M5416")),
    lines=(
        Line(1, "99213", Decimal("100.00"), Decimal(1), DAY),
        Line(2, "J3301", Decimal("400.00"), Decimal(8), DAY, date(2026, 3, 12), ("RT",)),
    ),
)


def test_a_modifier_goes_behind_those_there_are() -> None:
    assert apply(CLAIM, Change("add_modifier", 2, "XS")).lines[1].modifiers == ("RT", "XS")


def test_a_modifier_that_is_there_is_not_added_twice() -> None:
    assert apply(CLAIM, Change("add_modifier", 2, "RT")) == CLAIM


def test_a_number_goes_to_the_line_or_to_the_claim() -> None:
    assert apply(CLAIM, Change("set_authorization", 1, "A1")).lines[0].authorization_number == "A1"
    assert apply(CLAIM, Change("set_authorization", None, "A1")).authorization_number == "A1"


def test_a_dropped_line_takes_its_charge_along_and_the_others_keep_their_numbers() -> None:
    dropped = apply(CLAIM, Change("drop_line", 1, ""))
    assert [line.number for line in dropped.lines] == [2]
    assert dropped.charge == Decimal("400.00")


def test_other_units_change_the_charge_in_proportion() -> None:
    changed = apply(CLAIM, Change("set_units", 2, "4"))
    assert (changed.lines[1].units, changed.lines[1].charge, changed.charge) == (
        4,
        Decimal("200.00"),
        Decimal("300.00"),
    )


def test_a_charge_in_proportion_is_rounded_to_the_cent() -> None:
    line = replace(CLAIM.lines[1], units=Decimal(3), charge=Decimal("100.00"))
    claim = replace(CLAIM, lines=(CLAIM.lines[0], line), charge=Decimal("200.00"))
    assert apply(claim, Change("set_units", 2, "2")).charge == Decimal("166.67")


def test_units_of_a_line_that_had_none_leave_the_charge() -> None:
    line = replace(CLAIM.lines[1], units=Decimal(0))
    claim = replace(CLAIM, lines=(CLAIM.lines[0], line))
    assert apply(claim, Change("set_units", 2, "4")).charge == Decimal("500.00")


def test_a_code_and_a_diagnosis_are_replaced() -> None:
    assert apply(CLAIM, Change("set_code", 1, "99214")).lines[0].code == "99214"
    changed = apply(CLAIM, Change("set_diagnosis", None, "M54.5>M54.50"))
    assert [d.dotted for d in changed.diagnoses] == ["M54.50", "M54.16"]


@pytest.mark.parametrize("role", ["billing", "rendering", "referring", "supervising", "facility"])
def test_an_npi_goes_to_its_role_on_the_claim(role: str) -> None:
    assert getattr(apply(CLAIM, Change("set_npi", None, f"{role}:1987654328")), role).npi == "1987654328"


@pytest.mark.parametrize("role", ["rendering", "ordering"])
def test_an_npi_goes_to_its_role_on_the_line(role: str) -> None:
    assert getattr(apply(CLAIM, Change("set_npi", 2, f"{role}:1987654328")).lines[1], role).npi == "1987654328"


def test_a_corrected_npi_leaves_the_rest_of_the_provider() -> None:
    claim = replace(CLAIM, billing=Provider("1", "ZZ PAIN CLINIC", taxonomy="208VP0014X"))
    assert apply(claim, Change("set_npi", None, "billing:2")).billing == replace(claim.billing, npi="2")


def test_a_held_claim_is_sent_no_earlier() -> None:
    assert apply(CLAIM, Change("hold_until", None, "2026-04-01")).submitted_on == date(2026, 4, 1)
    late = replace(CLAIM, submitted_on=date(2026, 5, 1))
    assert apply(late, Change("hold_until", None, "2026-04-01")) == late


def test_a_held_service_takes_place_that_day_and_lasts_as_long() -> None:
    before = DAY - timedelta(days=1)
    line = apply(CLAIM, Change("hold_until", 2, "2026-04-01"), as_of=before).lines[1]
    assert (line.service_from, line.service_to) == (date(2026, 4, 1), date(2026, 4, 3))
    assert apply(CLAIM, Change("hold_until", 1, "2026-04-01"), as_of=before).lines[0].service_to is None
    assert apply(CLAIM, Change("hold_until", 1, "2026-03-10"), as_of=before) == CLAIM


@pytest.mark.parametrize("as_of", [DAY, DAY + timedelta(days=9), None])
def test_a_service_that_was_done_never_gets_another_date(as_of: date | None) -> None:
    with pytest.raises(UnfitChange, match=r"its date never changes|the day the claim would be sent"):
        apply(CLAIM, Change("hold_until", 1, "2026-04-01"), as_of=as_of)


def test_a_service_without_a_date_gets_none() -> None:
    undated = replace(CLAIM, lines=(replace(CLAIM.lines[0], service_from=None), CLAIM.lines[1]))
    with pytest.raises(UnfitChange, match="its date never changes"):
        apply(undated, Change("hold_until", 1, "2026-04-01"), as_of=DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("set_price", 1, "9"), "cannot set_price '9' on line 1: the changes there are: add_modifier, drop_line"),
        (Change("drop_line", 9, ""), "cannot drop_line '' on line 9: the claim has no such line"),
        (Change("add_modifier", None, "25"), "cannot add_modifier '25' on line none: the claim has no such line"),
        (Change("add_modifier", 1, ""), "it names no modifier"),
        (Change("set_authorization", 1, ""), "it names no authorization number"),
        (Change("set_units", 1, "two"), "the units are not a number"),
        (Change("set_units", 1, "NaN"), "the units must be above zero"),
        (Change("set_units", 1, "0"), "the units must be above zero"),
        (Change("set_code", 1, ""), "it names no code"),
        (Change("set_diagnosis", None, "M54.50"), "expected OLD>NEW with a diagnosis of the claim before the arrow"),
        (Change("set_diagnosis", None, "G89.4>M54.50"), "expected OLD>NEW with a diagnosis of the claim"),
        (Change("set_npi", None, "1987654328"), "expected ROLE:NPI"),
        (Change("set_npi", None, "ordering:1987654328"), "a claim has billing, rendering, referring, supervising and"),
        (Change("set_npi", 1, "billing:1987654328"), "a line has a rendering and an ordering provider"),
        (Change("hold_until", None, "soon"), "expected a day such as 2026-03-31"),
    ],
)
def test_a_change_that_does_not_fit_says_why(change: Change, text: str) -> None:
    with pytest.raises(UnfitChange) as caught:
        apply(CLAIM, change)
    assert text in str(caught.value)
    assert caught.value.change is change


def test_a_fifth_modifier_finds_no_room() -> None:
    full = replace(CLAIM.lines[0], modifiers=("25", "95", "GC", "KX"))
    with pytest.raises(UnfitChange, match="already has 4 modifiers"):
        apply(replace(CLAIM, lines=(full,)), Change("add_modifier", 1, "57"))


def test_the_last_line_is_not_dropped() -> None:
    with pytest.raises(UnfitChange, match="only line"):
        apply(replace(CLAIM, lines=CLAIM.lines[:1]), Change("drop_line", 1, ""))


def test_a_change_leaves_the_claim_it_was_given() -> None:
    before = repr(CLAIM)
    for change in (Change("drop_line", 1, ""), Change("set_units", 2, "1"), Change("add_modifier", 1, "25")):
        apply(CLAIM, change)
    assert repr(CLAIM) == before


PROPOSED = [
    pytest.param(rule, case, finding, id=f"{rule.id} {case.name} {finding.line}")
    for rule in RULES.values()
    for case in cases_of(rule)
    for finding in scrub(case.claim, case.tables, case.past, as_of=case.as_of, rules=[rule]).findings
    if finding.change and (finding.change.what != "drop_line" or len(case.claim.lines) > 1)
]


@pytest.mark.parametrize(("rule", "case", "finding"), PROPOSED)
def test_a_rules_own_change_answers_its_finding(rule, case, finding) -> None:
    """Whatever a finding proposes, the rule no longer objects to that line once it is done."""
    mended = apply(case.claim, finding.change, as_of=case.as_of)
    held = finding.change.what == "hold_until" and finding.change.line is None
    sent = mended.submitted_on if held else case.as_of
    after = scrub(mended, case.tables, case.past, as_of=sent, rules=[rule])
    assert finding.line not in {f.line for f in after.findings}
