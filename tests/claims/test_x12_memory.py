"""What elements were read as is remembered, within bounds, and never instead of reading them right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from claims.x12.composites import pointers, procedures
from claims.x12.elements import BadElement, Memory, amount, days, whole_number


def test_a_text_is_read_once():
    read: list[str] = []
    memory = Memory(lambda text: read.append(text) or len(text), most=10, longest=5)
    assert [memory["abc"], memory["abc"], memory["ab"]] == [3, 3, 2]
    assert read == ["abc", "ab"]


def test_long_texts_are_read_and_not_kept():
    memory = Memory(len, most=10, longest=5)
    assert memory["123456"] == 6
    assert "123456" not in memory
    assert memory["12345"] == 5
    assert "12345" in memory


def test_it_never_holds_more_than_it_may():
    memory = Memory(int, most=10, longest=5)
    assert [memory[str(n)] for n in range(100)] == list(range(100))
    assert len(memory) <= 10


def test_what_cannot_be_read_is_refused_every_time():
    for _ in range(2):
        with pytest.raises(BadElement):
            amount(["SV1", "", "12x"], 2)
        with pytest.raises(BadElement):
            whole_number(["LX", "0"], 1)
        with pytest.raises(BadElement):
            days(["DTP", "472", "D8", "20260230"], 3)
        with pytest.raises(BadElement):
            pointers(":")["1:x"]


def test_each_separator_has_a_memory_of_its_own():
    assert procedures(":")["HC:99213>25"].code == "99213>25"
    assert procedures(">")["HC:99213>25"].code == "25"


def test_a_value_met_before_is_the_value_it_was():
    for _ in range(2):
        assert amount(["SV1", "", "120.50"], 2) == Decimal("120.50")
        assert days(["DTP", "472", "RD8", "20260220-20260221"], 3) == (date(2026, 2, 20), date(2026, 2, 21))
        assert days(["DTP", "472", "D8", "20260220"], 3) == (date(2026, 2, 20), None)
