"""No statement of an ingest finds its rows by reading all there are: a file must not take longer as the store grows.

SQLite keeps no statistics unless told to; without them it takes every index that begins with the practice for a good
one, though all rows are of one practice.
"""

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.past.acknowledgments import a_patient, wire_277ca
from tests.store.practice_year import open_store, the_files

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


def test_what_a_file_brings_is_found_without_reading_the_practice(tmp_path, statements):
    with open_store(tmp_path) as store:
        files = the_files(tmp_path / "in")
        store.ingest([files.sent])  # the first brings the labels up, once
        statements.clear()
        refused = wire_277ca(a_patient("ACC-D", "A7:562:85", "U", "90", day="20260105"), day=date(2026, 1, 12))
        (tmp_path / "in" / "5.277").write_bytes(refused)
        report = store.ingest([tmp_path / "in"])
        assert report.claims_rejected == 1
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
    assert len(asked) > 15
    assert not scans
