"""`labels` holds the denial codes payers sent against X12's list, where the practice has brought it."""

from __future__ import annotations

import csv

from scrubber.tables.loading import SHIPPED
from tests.cli.conftest import AS_OF, REMITTANCES, SENT


def bring_list(run, tmp_path, *, without):
    """X12's list as the practice brought it, and one code left out."""
    with (SHIPPED / "carc" / "2026-07.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines) if row["code"] != without]
    rows = ["Code,Description,Start Date,Last Modified,Stop Date", *(f"{code},x,01/01/1995,,," for code in codes)]
    path = tmp_path / "CARC 2025-01-01.csv"
    path.write_text("\r\n".join(rows) + "\r\n")
    assert run("tables", "import", "carc", path, "--effective", "2025-01-01").code == 0


def test_a_denial_code_that_is_not_on_the_list_is_named(run, tmp_path):
    run("ingest", SENT, REMITTANCES)
    denied = [row for row in run("labels", "--as-of", AS_OF, "--json").records if row["outcome"] == "denied"]
    sent = denied[0]["denial_carcs"][0]
    assert "list" not in run("labels", "--as-of", AS_OF).out
    bring_list(run, tmp_path, without=sent.rpartition("-")[2])
    said = [line for line in run("labels", "--as-of", AS_OF).out.splitlines() if "list" in line]
    assert len(said) == 1
    assert said[0].startswith(f"{sent} of ")
    assert "is not on the list" in said[0]
