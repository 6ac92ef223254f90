"""How long a cell of a CSV file may be, while somebody asks for long ones and afterwards."""

import csv

import pytest

from scrubber.tables.long_cells import long_cells

LONG = "x" * 200_000


def test_a_long_cell_can_be_read_and_afterwards_the_limit_is_what_it_was():
    usual = csv.field_size_limit()
    with long_cells(len(LONG)):
        assert list(csv.reader([f"a,{LONG}"])) == [["a", LONG]]
    assert csv.field_size_limit() == usual
    with pytest.raises(csv.Error):
        list(csv.reader([f"a,{LONG}"]))


def test_the_limit_is_given_back_where_reading_fails():
    usual = csv.field_size_limit()
    with pytest.raises(LookupError), long_cells(len(LONG)):
        raise LookupError
    assert csv.field_size_limit() == usual


def test_two_that_read_at_once_neither_cut_each_others_cells_nor_leave_the_limit_raised():
    usual = csv.field_size_limit()
    first, second = long_cells(len(LONG)), long_cells(2 * len(LONG))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)  # done before the one that came after it
    assert list(csv.reader([LONG + LONG])) == [[LONG + LONG]]
    second.__exit__(None, None, None)
    assert csv.field_size_limit() == usual


def test_who_asks_for_short_cells_does_not_cut_what_others_may_read():
    usual = csv.field_size_limit()
    with long_cells(len(LONG)), long_cells(1):
        assert csv.field_size_limit() == len(LONG)
    with long_cells(1):
        assert csv.field_size_limit() == usual
