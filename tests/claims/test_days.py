"""How days are reckoned."""

from datetime import date

import pytest

from claims.days import months_later, overlap


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-03-14", 12, "2026-03-14"),
        ("2025-12-31", 1, "2026-01-31"),
        ("2026-03-10", -12, "2025-03-10"),
        ("2026-01-31", -1, "2025-12-31"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_whole_months_keep_the_day_of_the_month(day, months, then):
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(then)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2024-02-29", 12, "2025-02-28"), ("2024-02-29", -12, "2023-02-28"), ("2026-03-31", -13, "2025-02-28")],
)
def test_a_day_its_month_does_not_have_falls_on_the_last_it_has(day, months, then):
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(then)


MAY, JUNE = (date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (MAY, JUNE, False),
        (MAY, (MAY[1], JUNE[1]), True),  # both ends count
        (MAY, (JUNE[0], None), False),
        (MAY, (None, MAY[0]), True),
        ((None, MAY[1]), (JUNE[0], None), False),
        ((None, None), JUNE, True),
    ],
)
def test_spans_meet_where_they_share_a_day_and_an_open_end_goes_on_for_good(one, other, meet):
    assert overlap(one, other) is meet
    assert overlap(other, one) is meet
