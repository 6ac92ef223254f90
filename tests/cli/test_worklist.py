"""The list a biller reads: each line's fault and the way out of that fault."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from claims.reasons import Reason
from cli.worklist import _fix, _why, show, show_unchecked
from models.past_lines import PastLine, Similar
from scrubber.registry import Citation, RemedyKind, Severity
from scrubber.report import Finding, Location, Unchecked
from serving.assessment import AllowedBasis, Assessment, Attention, LineAssessment, Remedy
from tests.serving.samples import example_claim

DAY = date(2026, 3, 9)


def finding(rule_id, line, severity=Severity.DENY, remedy="Do what {} says."):
    return Finding(
        rule_id, "1", severity, Reason.CODING, line, ("16",), (), f"{rule_id} objects.", remedy.format(rule_id),
        RemedyKind.CORRECT, "", None, Location("2400", "SV1", "SV101-2", None), "24D",
        Citation("made up", "https://example.org"), None,
    )  # fmt: skip


def remedy(rule_id, line, saved=None, after=None):
    return Remedy(
        RemedyKind.CORRECT, f"Do what {rule_id or 'the model'} says.", "", None, line, Reason.CODING, rule_id,
        risk_after=after, dollars_saved=None if saved is None else Decimal(saved),
    )  # fmt: skip


def line(number, *remedies):
    return LineAssessment(
        number, "64483", 0.4, 0.0, (), (), remedies, expected_allowed=Decimal(100), allowed_basis=AllowedBasis.CHARGE
    )


def assessment(findings, lines, remedies=()):
    return Assessment(
        "r", "ZZ1", "PAYER", DAY, Attention.DENY, 0.4, Decimal(40), (), None, None, "", (), tuple(findings), (), (),
        tuple(lines), tuple(remedies),
    )  # fmt: skip


def test_the_remedy_shown_is_that_of_the_finding_shown():
    dear = remedy("ZZ-002", 1, saved=90, after=0.1)
    a = assessment([finding("ZZ-001", 1), finding("ZZ-002", 1)], [line(1, dear, remedy("ZZ-001", 1))])
    assert _why(a, a.lines[0]).startswith("ZZ-001")
    assert _fix(a, a.lines[0]) == "Do what ZZ-001 says."
    assert a.first_remedy.text == "Do what ZZ-001 says."


def test_a_finding_of_the_whole_claim_shows_its_remedy_on_the_first_line():
    whole = remedy("ZZ-003", None, after=0.25)
    a = assessment(
        [finding("ZZ-003", None, Severity.REJECT), finding("ZZ-001", 1)],
        [line(1, remedy("ZZ-001", 1, saved=50)), line(2)],
        [whole],
    )
    assert _fix(a, a.lines[0]) == "Do what ZZ-003 says. (then 25%)"
    assert _fix(a, a.lines[1]) == ""


def test_a_finding_whose_remedy_was_not_among_the_few_still_says_its_own():
    a = assessment([finding("ZZ-001", 1)], [line(1, remedy("ZZ-002", 1, saved=90))])
    assert _fix(a, a.lines[0]) == "Do what ZZ-001 says."


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_rule_on_another_line_is_another_finding(number):
    said = [replace(remedy("ZZ-001", n), text=f"Mend line {n}.") for n in (1, 2)]
    a = assessment([finding("ZZ-001", 1), finding("ZZ-001", 2)], [line(n, said[n - 1]) for n in (1, 2)])
    assert _fix(a, a.lines[number - 1]) == f"Mend line {number}."


def test_a_line_without_a_finding_shows_what_helps_it_most():
    a = assessment([], [line(1, remedy("", 1, after=0.3))])
    assert _fix(a, a.lines[0]) == "Do what the model says. (then 30%)"


def test_what_is_not_checked_is_grouped_by_the_missing_thing_most_awaited_first():
    console = Console(file=StringIO(), width=120)
    gaps = [
        Unchecked("DOC-001", Reason.DOCUMENTATION, 1, ("evidence pain_duration",), "why"),
        Unchecked("AUT-002", Reason.AUTHORIZATION, 1, ("authorization record",), "why"),
        Unchecked("AUT-003", Reason.AUTHORIZATION, 2, ("authorization record",), "why"),
        Unchecked("FRQ-001", Reason.FREQUENCY, 1, ("history since 2025-03-01",), "why"),
        Unchecked("FRQ-006", Reason.FREQUENCY, 1, ("history since 2025-01-01",), "why"),
        Unchecked("FRQ-006", Reason.FREQUENCY, 2, ("history since 2025-01-01",), "why"),
    ]
    show_unchecked(console, gaps)
    assert [line.strip() for line in console.file.getvalue().splitlines() if line] == [
        "Not checked:",
        "add the authorization record: 2 rules wait for it (AUT-002, AUT-003)",
        "add the patient's history since 2025-01-01: 2 rules wait for it (FRQ-001, FRQ-006)",
        "add pain duration (from the record): 1 rule waits for it (DOC-001)",
        "What a record should hold: `cleanclaim checklist CODE`.",
    ]


def test_many_items_of_the_record_are_one_entry():
    console = Console(file=StringIO(), width=200)
    items = ("dose", "side", "levels", "drug", "muscles")
    show_unchecked(console, [Unchecked("DOC-006", Reason.DOCUMENTATION, 1, (f"evidence {i}",), "why") for i in items])
    assert console.file.getvalue().splitlines()[-2].strip() == (
        "add 5 items of the record (dose, drug, levels, muscles ...): 1 rule waits for it (DOC-006)"
    )


def test_a_missing_table_says_what_brings_it():
    console = Console(file=StringIO(), width=200)
    missing = ("payers table", "mue table")
    show_unchecked(console, [Unchecked("TFL-001", Reason.TIMELY_FILING, 1, (m,), "why") for m in missing])
    said = console.file.getvalue()
    assert "add a profile of the payer (`cleanclaim payers new KEY --id ID`): 1 rule waits for it" in said
    assert "add a release of the mue table that holds these codes and days (`cleanclaim tables import`): " in said


def test_nothing_unchecked_is_no_list():
    console = Console(file=StringIO(), width=120)
    show_unchecked(console, [])
    assert console.file.getvalue() == ""


def shown(*lines, why=True):
    said = Console(file=StringIO(), width=200)
    show(said, [(example_claim(), assessment([], lines))], why=why)
    return said.file.getvalue()


def test_a_line_tells_between_which_chances_its_risk_lies_and_what_it_is_not_to_be_relied_on_for():
    why = "4 decisions from this payer on the family epidural; 30 are needed."
    text = shown(replace(line(1), band=(0.351, 0.449), abstentions=(why,)), line(2))
    assert "40%, between 35% and 45%" in text
    assert f"not to be relied on yet: {why}" in text
    assert "Not to be relied on for 1 of 2 lines" in text
    plain = shown(line(1), line(2))
    assert "between" not in plain
    assert "relied" not in plain


def test_without_the_details_the_list_still_says_that_lines_are_in_doubt():
    text = shown(replace(line(1), abstentions=("too few",)), why=False)
    assert "Not to be relied on for 1 of 1 lines, of which too little was seen or decided: --why says what." in text


def test_similar_past_lines_are_told_with_what_became_of_them():
    past = PastLine("5ccf7a2e", 2, "ZZMED", "64493", DAY, DAY, "denied", ("197",), 0.874)
    text = shown(replace(line(1), similar=Similar((past,), ())))
    assert "similar past lines denied:" in text
    assert "87% alike: 64493 to ZZMED, sent 2026-03-09, denied 197 (5ccf7a2e line 2)" in text
    assert "similar past lines not denied: none known by this day" in text


def test_where_there_are_no_past_lines_the_list_says_why():
    assert "similar past lines: train first" in shown(replace(line(1), similar=Similar(why="train first")))
