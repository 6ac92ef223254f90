"""One mid-sized run for everything that only looks, and a small one to compare with."""

from datetime import date

import pytest

from tests.simulator.runs import run


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Two months of a small practice."""
    return run(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def year(tmp_path_factory):
    """A year of a practice of 700 claims a month."""
    return run(tmp_path_factory.mktemp("year"), months=12, claims_per_month=700)


@pytest.fixture(scope="session")
def careful(tmp_path_factory):
    """Eleven months of a practice whose staff never slip, over a turn of the year in which codes change."""
    folder = tmp_path_factory.mktemp("careful")
    return run(folder, months=11, claims_per_month=700, start=date(2025, 9, 1), slips=())
