"""No statement of an ingest finds its rows by reading all there are: a file must not take longer as the store grows.

SQLite keeps no statistics unless told to; without them it takes every index that begins with the practice for a good
one, though all rows are of one practice.
"""

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from claims.claim import Person
from claims.records import Whose
from tests.past.acknowledgments import a_patient, wire_277ca
from tests.store.practice_year import open_store, the_files
from tests.store.test_records import BORN, an_entry

MAY_SCAN = ("LIMIT",)  # asks for the first row alone


@pytest.fixture
def statements():
    """Every statement that runs meanwhile, with its parameters."""
    found = defaultdict(list)

    def hear(connection, cursor, statement, parameters, context, executemany):
        found[statement].append(parameters[0] if executemany else parameters)

    event.listen(Engine, "before_cursor_execute", hear)
    yield found
    event.remove(Engine, "before_cursor_execute", hear)


def plan(store, statement, parameters):
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    return [row[3] for row in rows]


def reads_all(step):
    """True for a scan, and for a search by nothing but the practice."""
    return step.startswith("SCAN ") or step.endswith("(practice_id=?)")


def found_by_reading_all(store, statements):
    """The statements that look for rows of the practice, and the step of each that reads all of them."""
    asked = {
        text: given[0]
        for text, given in statements.items()
        if text.startswith(("SELECT", "UPDATE", "DELETE")) and "practice_id" in text
    }
    scans = {
        text: step
        for text, given in asked.items()
        for step in plan(store, text, given)
        if reads_all(step) and not any(word in text for word in MAY_SCAN)
    }
    return asked, scans


def test_what_a_file_brings_is_found_without_reading_the_practice(tmp_path, statements):
    with open_store(tmp_path) as store:
        files = the_files(tmp_path / "in")
        store.ingest([files.sent])  # the first brings the labels up, once
        statements.clear()
        refused = wire_277ca(a_patient("ACC-D", "A7:562:85", "U", "90", day="20260105"), day=date(2026, 1, 12))
        (tmp_path / "in" / "5.277").write_bytes(refused)
        report = store.ingest([tmp_path / "in"])
        assert report.claims_rejected == 1
        asked, scans = found_by_reading_all(store, statements)
    assert len(asked) > 15
    assert not scans


def test_whose_records_a_files_claims_are_is_found_without_reading_the_practice(tmp_path, statements):
    with open_store(tmp_path) as store:
        files = the_files(tmp_path / "in")
        store.ingest([files.sent])
        store.note([an_entry(whose=Whose(Person("ZZA", "Patient", birth_date=BORN)))])
        statements.clear()
        store.ingest([files.replaced])
        asked, scans = found_by_reading_all(store, statements)
    assert any("FROM patient_keys" in text for text in asked)
    assert not scans
