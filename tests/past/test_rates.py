"""A practice's contract rates: what can be read is read, what cannot says where it stands."""

from datetime import date
from decimal import Decimal

import pytest

from claims.errors import UnreadableFile
from past.rates import read_rates

HEAD = "payer,code,modifier,place_kind,allowed,from,to"


def read(*rows, head=HEAD):
    return read_rates([f"{row}\n" for row in (head, *rows)], "rates.csv")


def test_a_row_says_whom_what_where_how_much_and_when():
    (rate,), faults = read("MEDI1,j1030,,facility,12.50,2026-01-01,2026-12-31")
    assert faults == []
    assert (rate.payer_id, rate.code, rate.modifiers, rate.place_kind) == ("MEDI1", "J1030", (), "facility")
    assert (rate.allowed, rate.valid_from, rate.valid_to) == (Decimal("12.50"), date(2026, 1, 1), date(2026, 12, 31))


def test_modifiers_are_a_set_and_bounds_may_be_open():
    (rate,), _ = read("MEDI1,64493,50 26 50,,300,,")
    assert (rate.modifiers, rate.place_kind, rate.valid_from, rate.valid_to) == (("26", "50"), "", None, None)


BAD = [
    (
        "MEDI1,64493,,,abc,,",
        "rates.csv, line 3, column allowed: found 'abc', expected a number above nothing, such as 125.00",
    ),
    ("MEDI1,64493,,,-5,,", "rates.csv, line 3, column allowed: found '-5', expected a number"),
    ("MEDI1,64493,,,NaN,,", "rates.csv, line 3, column allowed: found 'NaN', expected a number"),
    (",64493,,,5,,", "rates.csv, line 3, column payer: found nothing, expected a value"),
    ("MEDI1,,,,5,,", "rates.csv, line 3, column code: found nothing, expected a value"),
    (
        "MEDI1,64493,,office,5,,",
        "rates.csv, line 3, column place_kind: found a value of 6 characters, expected one of facility",
    ),
    ("MEDI1,64493,,,5,01/31/2026,", "rates.csv, line 3, column from: found '01/31/2026', expected a day such as"),
    ("MEDI1,64493,,,5,2026-02-01,2026-01-01", "rates.csv, line 3, column to: found '2026-01-01', expected a day not"),
    ("MEDI1", "rates.csv, line 3, column code: found nothing, expected a value"),
    ("MEDI1,20610,,,70,2026-06-01,", "rates.csv, line 3: found a second rate for days that rates.csv, line 2 speaks"),
]


@pytest.mark.parametrize(("row", "said"), BAD, ids=[said.split(", ", 2)[-1][:40] for _, said in BAD])
def test_a_bad_row_is_located_and_costs_no_other(row, said):
    rates, faults = read("MEDI1,20610,,,60,2026-01-01,2026-12-31", row, "MEDI1,62323,,,90,,")
    assert [rate.code for rate in rates] == ["20610", "62323"]
    assert len(faults) == 1
    assert str(faults[0]).startswith(said)


def test_rates_that_follow_each_other_are_both_kept():
    rates, faults = read("MEDI1,20610,,,60,,2026-05-31", "MEDI1,20610,,,70,2026-06-01,", "MEDI1,20610,50,,99,,")
    assert (len(rates), faults) == (3, [])


def test_a_column_that_is_none_of_ours_is_told_and_costs_no_row():
    (rate,), (fault,) = read("MEDI1,64493,,,300,,,by fax", head=f"{HEAD},note")
    assert rate.allowed == 300
    assert str(fault).startswith("rates.csv, line 1: found a column 'note'")


@pytest.mark.parametrize("head", ["payer,code,allowed", ""])
def test_a_file_without_the_columns_is_refused(head):
    with pytest.raises(UnreadableFile, match=r"rates.csv: found no column .*modifier"):
        read("MEDI1,64493,5", head=head)


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(UnreadableFile, match="broken text"):
        read_rates([f"{HEAD}\n", '"MEDI1,' + "x" * 200_000], "rates.csv")
