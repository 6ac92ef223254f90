"""`python -m bench agreement FOLDER`: whatever a file does to the programs that read it, its row is printed."""

import sys

import pytest

from bench import verdicts
from tests.fuzz.bases import ALL_835, ONE_835


@pytest.fixture
def said(tmp_path, capsys):
    def run(**documents):
        for name, document in documents.items():
            (tmp_path / f"{name}.edi").write_bytes(document)
        agreed = verdicts.run(tmp_path)
        return agreed, capsys.readouterr().out

    return run


def test_each_file_has_a_row_and_each_disagreement_its_cause(said):
    wrong_npi = ONE_835.replace(b"*XX*1234567893", b"*XX*1234567890")
    agreed, out = said(good=ONE_835, junk=b"junk", npi=wrong_npi)
    assert agreed
    assert "refused whole: no X12 interchange" in out
    assert "npi.edi: we alone find errors: npi 1: pyx12 does not check the check digit of an NPI" in out
    assert "totals: 835 2, no X12 1" in out
    assert "oxedi: 0 of 8 rows differ" in out


def test_a_row_that_oxedi_reads_otherwise_is_named(said, monkeypatch):
    def misread(document):
        yield from list(verdicts.read_835(document))[:-1]

    monkeypatch.setitem(verdicts.READERS, "835", misread)
    agreed, out = said(all=ALL_835)
    assert not agreed
    assert "all.edi: oxedi: 4 claims, ours 3: cause not known" in out


def test_a_program_that_hangs_or_dies_is_a_verdict(monkeypatch, tmp_path):
    (tmp_path / "file.edi").write_bytes(ONE_835)
    monkeypatch.setattr(verdicts, "SECONDS", 0.01)
    assert verdicts._asked("pyx12", tmp_path / "file.edi")["crash"] == "time"
    monkeypatch.setattr(verdicts, "SECONDS", 60)
    monkeypatch.setattr(sys, "executable", "false")
    assert verdicts._asked("pyx12", tmp_path / "file.edi")["crash"] == "process"
