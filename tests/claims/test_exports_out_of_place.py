"""Rows of an export that look whole and are not: none of them becomes a service, a payer or a birth that never was."""

import io
from datetime import date

import pytest

from claims.claim import Claim
from claims.exports import open_export, parse_export_map
from claims.reading import Refusal
from tests.claims.test_exports import ROW, as_csv, fault, records, toml

WITHOUT_LINES = {k: v for k, v in ROW.items() if k != "Line"}
NO_LINE = toml(without=("line",))
PAID_LATER = {**WITHOUT_LINES, "Posted": "2026-03-02"}
TAKEN_BACK = {**PAID_LATER, "Charge": "-500.00", "Paid": "-320.00", "Adj": "CO-45:-180.00"}


@pytest.mark.parametrize("second", [WITHOUT_LINES, PAID_LATER, {**PAID_LATER, "Paid": "0", "Adj": "CO-197:500.00"}])
def test_without_line_numbers_a_row_of_the_same_service_is_no_second_line(second):
    said = fault(NO_LINE, WITHOUT_LINES, second)
    assert "row 3" in said
    assert "the service of row 2 again, and no line number" in said
    assert "line under [columns]" in said


def test_without_line_numbers_a_reversal_is_no_line():
    assert "a reversal, and no line number" in fault(NO_LINE, WITHOUT_LINES, TAKEN_BACK)
    assert "a reversal, and no line number" in fault(NO_LINE, TAKEN_BACK)


def test_without_line_numbers_lines_that_differ_are_read():
    other = {**WITHOUT_LINES, "CPT": "99214", "Charge": "150.00", "Paid": "150.00", "Adj": ""}
    claim, _ = records(NO_LINE, WITHOUT_LINES, other)
    assert [line.code for line in claim.lines] == ["64493", "99214"]


def test_a_row_with_more_cells_than_the_header_costs_its_claim_and_no_other():
    # a payer's name with a comma and without its quotes: what follows stands one column too far to the right
    text = as_csv({**ROW, "Note": "seen"}, {**ROW, "No": "A2", "Note": "seen"}).replace(b"ZZMED", b"ZZ, MED", 1)
    m = parse_export_map(toml(adjustments='fixed = { "CO-45" = "Charge" }'))
    refusal, *rest = open_export(io.BytesIO(text), m, "x.csv").records()
    assert isinstance(refusal, Refusal)
    assert refusal.claim_id == "A1"
    assert str(refusal.error).startswith("row 2, column ")
    assert "13 cells under 12 columns" in str(refusal.error)
    assert [claim.id for claim in rest if isinstance(claim, Claim)] == ["A2"]


def test_empty_cells_beyond_the_header_are_nothing():
    text = as_csv(ROW).replace(b"CO-45:180.00", b"CO-45:180.00,,")
    assert isinstance(next(open_export(io.BytesIO(text), parse_export_map(toml()), "x.csv").records()), Claim)


def test_a_character_of_no_text_costs_its_claim():
    assert "NUL" in fault(toml(), {**ROW, "CPT": "6449\0"})


@pytest.mark.parametrize(("said", "born"), [("3/2/50", date(1950, 3, 2)), ("3/2/19", date(2019, 3, 2)),
                                            ("2/29/28", date(1928, 2, 29)), ("1/9/26", date(2026, 1, 9))])  # fmt: skip
def test_nobody_is_born_after_the_claim_for_want_of_two_digits(said, born):
    days = {"DOS": "1/5/26", "Billed": "1/9/26", "Posted": "1/30/26"}
    m = toml(file='dates = ["%m/%d/%y"]', birth_date="Born", last_name="Last", first_name="First")
    claim, _ = records(m, {**ROW, **days, "Born": said, "Last": "ZZTEST", "First": "ANN"})
    assert claim.patient.birth_date == born


def test_a_birth_year_of_four_digits_is_believed():
    m = toml(birth_date="Born", last_name="Last", first_name="First")
    claim, _ = records(m, {**ROW, "Born": "2027-03-02", "Last": "ZZTEST", "First": "ANN"})
    assert claim.patient.birth_date == date(2027, 3, 2)
