"""`cleanclaim tables`: list, files, import, diff, rollback as a shell sees them."""

from tests.cli.conftest import AS_OF, BATCH, SENT
from tests.store.ptp_files import PARTS, quarter, text_of


def test_a_release_is_imported_listed_and_taken_back(run, tmp_path):
    files = quarter(tmp_path / "in")
    done = run("tables", "import", "ptp", *files)
    assert done.code == 0
    assert "ptp: release 2026q3, complete, 6 rows, effective 2026-07-01, published 2026-07-01." in done.err
    listed = {r["name"]: r for r in run("tables", "list", "--as-of", "2026-12-01", "--json").records}
    assert listed["ptp"]["release"] == "2026q3"
    assert listed["ptp"]["origin"] == "imported"
    assert listed["ptp"]["files"] == [f.name for f in files]
    assert len(listed["ptp"]["sha256"]) == 64
    assert not listed["ptp"]["stale"]
    assert listed["ptp"]["speaks_from"] == "1996-01-01"
    assert listed["mue"]["origin"] == "shipped"
    assert listed["mue"]["stale"]
    assert all(r["licence"] for r in listed.values())
    assert run("tables", "rollback", "ptp", "--json").records == [{"table": "ptp", "was": "2026q3", "now": "2024q3"}]
    assert "2026q3 set aside" in run("tables", "list").out
    assert "ptp: release 2026q3 is in force again" in run("tables", "rollback", "ptp").err
    assert "set aside" not in run("tables", "list").out


def test_an_import_as_json_and_a_second_one_that_changes_nothing(run, tmp_path):
    files = quarter(tmp_path / "in", {1: PARTS[1]})
    first, second = (run("tables", "import", "ptp", *files, "--json").records[0] for _ in range(2))
    assert (first["release"], first["complete"], first["rows"], first["changed"]) == ("2026q3", False, 2, True)
    assert not second["changed"]


def test_a_wrong_file_is_one_worded_line_and_exit_code_2(run, tmp_path):
    (tmp_path / "ccipra-v322r0-f1.txt").write_text(text_of([("62321", "99213", "", "20240401", "*", "7")]))
    said = run("tables", "import", "ptp", tmp_path / "ccipra-v322r0-f1.txt")
    assert said.code == 2
    assert said.err.startswith(
        "error: ccipra-v322r0-f1.txt, row 7, column Modifier: found '7', expected 0, 1, 9. Download the file again"
    )
    assert run("tables", "rollback", "ptp").code == 2
    assert run("tables", "import", "nothing", tmp_path).code == 2


def test_the_files_that_can_be_imported_are_told(run):
    told = {r["name"]: r for r in run("tables", "files", "--json").records}
    assert told["ptp"]["table"] == "ptp"
    assert all(r["accepts"].endswith(".") and r["url"].startswith("https://") for r in told.values())
    assert "the four zip files" in run("tables", "files").out.lower()


def test_a_diff_looks_at_the_stores_claims_and_imports_nothing(run, tmp_path):
    files = quarter(tmp_path / "in", {**PARTS, 3: [("80307", "99214", "", "20200101", "*", "0")]})  # codes of the demo
    empty = run("tables", "diff", "ptp", *files, "--as-of", AS_OF)
    assert empty.code == 2
    assert "Run `cleanclaim ingest PATH...` first" in empty.err
    run("ingest", BATCH, SENT)
    nothing = run("tables", "diff", "ptp", tmp_path / "in", "--as-of", "2020-01-01")
    assert nothing.code == 0
    assert "The store holds no claim of these days" in nothing.err
    said = run("tables", "diff", "ptp", tmp_path / "in", "--as-of", AS_OF, "--days", "400", "--json").records[0]
    assert (said["before"], said["after"]) == ("2024q3", "2026q3")
    assert said["claims"] == said["asked_later"] > 0
    come = {(r["rule_id"], r["code"]): r for r in said["by_rule"]}["NCC-001", "99214"]
    assert come["come"] >= 12
    assert come["gone"] == 0
    assert float(come["charges_come"]) > 0
    assert len(come["refs"]) == 3
    words = run("tables", "diff", "ptp", tmp_path / "in", "--as-of", AS_OF, "--days", "400")
    assert "asked about as if done on that day" in words.err
    assert "NCC-001" in words.out
    assert "2026q3" not in run("tables", "list").out
