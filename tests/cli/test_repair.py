"""`scrub --repair` as a biller meets it."""

import pytest

from tests.cli.conftest import AS_OF, BATCH, CLAIM


@pytest.fixture
def untidy(tmp_path):
    file = tmp_path / "untidy.837"
    file.write_bytes(BATCH.read_bytes().replace(b"ABK:", b"ABK: ", 3))
    return file


def test_what_would_be_written_differently_is_shown_and_not_made(run, untidy):
    before = untidy.read_bytes()
    said = run("scrub", untidy, "--as-of", AS_OF)
    assert "Repairs of form in untidy.837: " in said.out
    assert "HI01-2" in said.out
    assert "--repair OUT" in said.out
    assert untidy.read_bytes() == before


def test_the_repaired_file_is_a_new_one_with_nothing_left_to_repair(run, untidy, tmp_path):
    out, before = tmp_path / "tidy.837", untidy.read_bytes()
    said = run("scrub", untidy, "--as-of", AS_OF, "--repair", out)
    assert f"{out}: written, " in said.err
    assert untidy.read_bytes() == before
    assert b"ABK: " not in out.read_bytes()
    assert "Repairs of form" not in run("scrub", out, "--as-of", AS_OF).out
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["tidy.837", "untidy.837"]


def test_a_file_that_is_there_is_not_written_over(run, untidy):
    said = run("scrub", untidy, "--as-of", AS_OF, "--repair", untidy)
    assert said.code == 2
    assert "a file that is there already" in said.err


def test_one_file_at_a_time_and_an_837p_is_repaired(run, untidy, tmp_path):
    assert run("scrub", untidy, BATCH, "--repair", tmp_path / "out").code == 2
    assert "expected an 837P file to repair" in run("scrub", CLAIM, "--repair", tmp_path / "out").err


def test_machine_output_holds_assessments_alone(run, untidy):
    assert all("findings" in record for record in run("scrub", untidy, "--as-of", AS_OF, "--json").records)
