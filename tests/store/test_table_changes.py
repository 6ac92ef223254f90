"""What a release changes for the practice's own claims: asked without changing anything, and afterwards."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from past.patient import PatientPast
from scrubber.tables import UnreadableTable, load_tables
from store.table_changes import Sent, between, difference, not_before
from store.table_releases import Wanted, rollback_table
from tests.serving.samples import example_claim
from tests.store.ptp_files import PARTS, TODAY, quarter, take

NOTHING = Wanted()


@pytest.fixture
def claim():
    """An epidural and a visit on one day, before the release."""
    found = example_claim()
    visit = replace(found.lines[0], number=2, code="99213", modifiers=("25",), charge=Decimal("150.00"))
    return replace(found, lines=(replace(found.lines[0], number=1, code="62321", modifiers=()), visit))


def asked(claim, release):
    later = not_before(claim, release.effective)
    return Sent("abc", later, PatientPast(), date(2026, 8, 1), later is not claim)


def said(claim, tables):
    found = difference([asked(claim, tables.release)], tables)
    return {(c.rule_id, c.code): c for c in found.by_rule}, found


def test_a_release_not_yet_imported_is_asked_what_it_would_change_and_changes_nothing(tmp_path, claim):
    files = quarter(tmp_path / "in")
    home = tmp_path / "home"
    with between(home, "ptp", files, NOTHING, today=TODAY) as tables:
        by_rule, found = said(claim, tables)
    assert (tables.was, tables.now) == ("2024q3", "2026q3")
    assert (found.claims, found.asked_later, found.touched) == (1, 1, 1)
    come = by_rule["NCC-001", "99213"]  # the pair's indicator is 0 in the new release
    assert (come.come, come.gone, come.changed) == (1, 0, 0)
    assert (come.charges_come, come.charges_gone) == (Decimal("150.00"), Decimal(0))
    assert come.refs == ["abc"]
    assert "62321" in come.example
    assert not home.exists()
    assert load_tables(home).versions() == load_tables().versions()


def test_after_an_import_it_is_asked_against_the_tables_of_before_and_after_a_rollback_too(tmp_path, claim):
    take(tmp_path, quarter(tmp_path / "in"))
    with between(tmp_path, "ptp", [], NOTHING, today=TODAY) as tables:
        assert said(claim, tables)[0]["NCC-001", "99213"].come == 1
    rollback_table(tmp_path, "ptp", today=TODAY)
    with between(tmp_path, "ptp", [], NOTHING, today=TODAY) as tables:
        assert (tables.was, tables.now) == ("2026q3", "2024q3")
        assert said(claim, tables)[0]["NCC-001", "99213"].gone == 1


def test_a_release_that_says_the_same_changes_nothing(tmp_path, claim):
    take(tmp_path, quarter(tmp_path / "in"))
    with between(tmp_path, "ptp", quarter(tmp_path / "next", PARTS, "323r0"), NOTHING, today=TODAY) as tables:
        by_rule, found = said(claim, tables)
    assert not by_rule
    assert found.touched == 0


def test_a_file_that_cannot_be_taken_is_refused_with_its_place(tmp_path):
    with (
        pytest.raises(UnreadableTable, match="found no import of it, and no file"),
        between(tmp_path, "ptp", [], NOTHING, today=TODAY),
    ):
        pass
    with (
        pytest.raises(UnreadableTable, match="no such file"),
        between(tmp_path, "ptp", [tmp_path / "x.zip"], NOTHING, today=TODAY),
    ):
        pass


def test_a_claim_is_moved_on_whole(claim):
    moved = not_before(claim, date(2030, 1, 1))
    assert min(line.service_from for line in moved.lines) == date(2030, 1, 1)
    gaps = {
        moved_line.service_from - line.service_from for moved_line, line in zip(moved.lines, claim.lines, strict=True)
    }
    assert len(gaps) == 1
    assert not_before(claim, date(2000, 1, 1)) is claim
