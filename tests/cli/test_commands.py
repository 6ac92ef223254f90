"""Help, the catalogue, the tables, and what holds for every command."""

import pytest
import typer

from cli.app import app

COMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "tables"])
def test_every_command_shows_an_example(run, command):
    said = run(command, "--help")
    assert said.code == 0
    assert f"cleanclaim {command}" in said.out


def test_the_design_names_these_commands():
    promised = {
        "score",
        "scrub",
        "ingest",
        "labels",
        "simulate",
        "train",
        "evaluate",
        "promote",
        "serve",
        "rules",
        "tables",
    }
    assert promised <= set(COMMANDS)


def test_help_does_not_load_the_model_library():
    import subprocess
    import sys

    code = (
        "import sys, cli.app; sys.exit(any(m in sys.modules for m in ('lightgbm', 'pandas', 'fastapi', 'sqlalchemy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_catalogue_lists_every_rule_and_shows_one(run):
    promised = {"STR-002", "STR-004", "COD-001", "COD-002", "MOD-001", "NCC-001", "NCC-002", "NCC-008", "NCC-009"}
    promised |= {"NCC-004", "FRQ-001", "AUT-001", "DUP-001"}
    assert promised <= {rule["id"] for rule in run("rules", "--json").records}
    page = run("rules", "ncc-008").out
    assert "MUE" in page
    assert "https://" in page


def test_an_unknown_rule_is_a_sentence(run):
    said = run("rules", "XXX-999")
    assert said.code == 2
    assert "cleanclaim rules" in said.err


def test_tables_say_release_coverage_and_age(run):
    tables = {t["name"]: t for t in run("tables", "list", "--as-of", "2026-03-01", "--json").records}
    assert tables["mue"]["coverage"] == "subset"
    assert tables["mue"]["stale"] is True
    assert tables["codes"]["stale"] is False


def test_no_command_at_all_shows_the_help(run, monkeypatch, capfd):
    import sys

    from cli.app import main

    monkeypatch.setattr(sys, "argv", ["cleanclaim"])
    with pytest.raises(SystemExit):
        main()
    said = capfd.readouterr()
    assert "score" in said.out + said.err


def test_an_address_others_can_reach_is_refused(run):
    said = run("serve", "--host", "0.0.0.0")
    assert said.code == 2
    assert "ALLOW_REMOTE" in said.err
