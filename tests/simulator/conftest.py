"""One mid-sized run for everything that only looks, and a small one to compare with."""

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
