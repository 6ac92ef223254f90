"""`validate` as a biller meets it."""

import json
import re

import pytest

from tests.cli.conftest import BATCH, CLAIM, REMITTANCES


@pytest.fixture
def broken(tmp_path):
    file = tmp_path / "broken.837"
    late = BATCH.read_bytes().replace(b"*472*D8*2025", b"*472*D8*2099")
    file.write_bytes(re.sub(rb"([~\n])SE\*", rb"\1SE*9", late, count=1))
    return file


@pytest.mark.parametrize("file", [BATCH, REMITTANCES])
def test_a_good_file_ends_with_0_and_one_line(run, file):
    said = run("validate", file)
    assert said.code == 0
    assert said.out.startswith(f"{file}: 0 errors, 0 warnings in ")


def test_a_bad_file_ends_with_1_and_a_table_of_what_is_wrong(run, broken):
    said = run("validate", broken, "--limit", "3")
    assert said.code == 1
    rows = said.out.splitlines()
    assert rows[0].split() == ["segment", "at", "loop", "claim", "severity", "finding"]
    assert sum("no later than" in row for row in rows) == 3
    assert any(row.startswith("and ") and row.endswith(" more: date-order at DTP03") for row in rows)
    assert any("SE01" in row and "the number of segments from ST to SE" in row for row in rows)
    assert "\x1b" not in said.out


def test_json_is_one_finding_a_line_and_a_summary(run, broken):
    said = run("validate", broken, "--json")
    *findings, summary = said.records
    assert said.code == 1
    assert summary["summary"] is True
    assert summary["errors"] == len(findings) + sum(left["count"] for left in summary["not_shown"])
    late = next(f for f in findings if f["check"] == "date-order")
    assert broken.read_bytes()[late["offset"] :].startswith(b"DTP*472")
    assert {"file", "severity", "segment_number", "loop", "element", "found", "expected", "message"} <= set(late)


def test_what_is_no_x12_ends_with_2_and_the_other_files_are_checked(run):
    said = run("validate", CLAIM, BATCH)
    assert said.code == 2
    assert "expected an X12 interchange" in said.err
    assert said.out.startswith(f"{BATCH}: 0 errors")


def test_a_file_that_is_not_there_ends_with_2(run, tmp_path):
    said = run("validate", tmp_path / "nowhere.837", tmp_path)
    assert said.code == 2
    assert "no such file" in said.err
    assert "a folder" in said.err


def test_the_acknowledgment_is_written_and_is_valid_itself(run, broken, tmp_path):
    ack = tmp_path / "answer.999"
    assert run("validate", broken, "--ack", ack).code == 1
    assert b"IK5*R*4~" in ack.read_bytes()
    assert run("validate", ack).code == 0


def test_one_acknowledgment_answers_one_file(run, tmp_path):
    said = run("validate", BATCH, REMITTANCES, "--ack", tmp_path / "answer.999")
    assert said.code == 2
    assert "A 999 answers one file" in said.err


def test_standard_input_is_read(run, monkeypatch):
    import io
    import sys

    class Stdin:
        buffer = io.BytesIO(BATCH.read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin)
    said = run("validate", "-", "--json")
    assert said.code == 0
    assert json.loads(said.out.splitlines()[-1])["records"] == BATCH.read_bytes().count(b"CLM*")


def test_an_acknowledgment_never_takes_the_place_of_a_file(run, tmp_path):
    there = tmp_path / "remittances.835"
    there.write_bytes(b"ISA")
    said = run("validate", BATCH, "--ack", there)
    assert said.code == 2
    assert "a file that is there already" in said.err
    assert there.read_bytes() == b"ISA"
