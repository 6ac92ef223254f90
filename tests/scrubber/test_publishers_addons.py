"""Add-on code edits as CMS gives them: types, contractors' own lists, days, and what is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scrubber.deliveries import as_csv, delivered, now, refused, sheet, shipped, take

FILE = "AOC_V2026Q3-MCR.txt"
HEADER = (
    "Add_On_Code", "AOC_Del_Dt (Julian)", "Primary_Code", "Primary_Code_Del_Dt (Julian)", "AOC_Edit_Eff_Dt (Julian)",
    "AOC_Edit_Del_Dt (Julian)", "AOC_Edit_Type", "Special Instruction/Notes",
)  # fmt: skip


def edit(code, primary, kind="1", *, first="2013001", last="", gone="", primary_gone=""):
    """One row of the file."""
    return (code, gone, primary, primary_gone, first, last, kind, "")


def text(*more, header=HEADER):
    """The edits we ship in CMS's layout, parted by tabs, and some rows of our own."""
    ours = [edit(r["code"], p) for r in shipped("addons", "2024q3") for p in r["primaries"].split()]
    rows = [("Add-on Code Edits, effective 07-01-2026",), header, *ours, *more]
    return "\n".join("\t".join(row) for row in rows) + "\n"


def test_every_edit_in_force_is_read(tmp_path):
    done = take(tmp_path, "addons", FILE, text(edit("0999T", "99991"), edit("0999T", "99992")))
    assert (done.release, done.complete) == ("2026q3", True)
    release = now(tmp_path, "addons").on(date(2026, 7, 1), date(2026, 7, 1))
    assert release.get("0999T").primaries == {"99991", "99992"}
    assert release.get("0215T").primaries == {"0213T", "0214T"}
    assert release.get("0999T").verified
    assert not release.get("0999T").contractor


def rows_of(*edits, name=FILE):
    _, rows = delivered("addons", [sheet(name, [HEADER, *edits])])
    return {row["code"]: row["primaries"] for row in rows}


def test_where_cms_names_no_primaries_the_contractor_decides(tmp_path):
    assert rows_of(edit("0999T", "CCCCC", "2")) == {"0999T": "contractor"}
    take(tmp_path, "addons", FILE, text(edit("0999T", "CCCCC", "2")))
    row = now(tmp_path, "addons").on(date(2026, 7, 1), date(2026, 7, 1)).get("0999T")
    assert (row.primaries, row.contractor) == (frozenset(), True)


def test_a_list_that_is_not_whole_says_that_the_contractor_takes_others_too():
    assert rows_of(edit("0999T", "99991", "3"), edit("0999T", "CCCCC", "3")) == {"0999T": "99991 contractor"}


def test_edits_of_other_days_are_left_out():
    assert rows_of(
        edit("0999T", "99991"),
        edit("0999T", "99992", last="2026181"),  # 30 June
        edit("0999T", "99993", last="2026182"),  # 1 July
        edit("0999T", "99994", first="2026183"),
        edit("0999T", "99995", primary_gone="20251231"),
        edit("0998T", "99991", gone="12/31/2025"),
    ) == {"0999T": "99991 99993"}


def test_a_range_is_every_code_in_it_and_a_spreadsheets_numbers_are_codes():
    assert rows_of(edit("0999T", "00100-00103"), edit("0999T", "104.0")) == {"0999T": "00100 00101 00102 00103 00104"}


def test_the_medicaid_file_beside_it_is_passed_over():
    sheets = [sheet("AOC_V2026Q3-MCR.xlsx", [HEADER, edit("0999T", "99991")])]
    sheets.append(sheet("AOC_V2026Q3-MCD Medicaid.xlsx", [HEADER, edit("0998T", "99991")]))
    _, rows = delivered("addons", sheets)
    assert [row["code"] for row in rows] == ["0999T"]


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param(as_csv([("HCPCS/CPT Code", "Practitioner Services MUE Values"), ("64493", "1")]), FILE,
                     "add-on code edits", id="another publisher's file"),
        pytest.param(text(header=("Add_On_Code", "", "Primary_Code", *HEADER[3:6], "Notes", "")), "row 2",
                     "AOC_Edit_Type", id="a column missing"),
        pytest.param(text(edit("0999T", "99991", "4")), "aoc edit type", "1, 2 or 3", id="no type"),
        pytest.param(text(edit("0999T", "many")), "primary code", "a primary code, a range", id="no primary"),
        pytest.param(text(edit("0999T", "99991", first="2026400")), "aoc edit eff dt", "2024091", id="no day"),
        pytest.param(text(edit("0999T", "00200-00100")), "primary code", "a range that goes up", id="a range down"),
        pytest.param(text(edit("0215T", "99991", "3")), "aoc edit type", "type 1", id="two types of one code"),
        pytest.param(text()[:400].rsplit("\n", 1)[0] + "\n02", "", "", id="cut within a row"),
        pytest.param("\n".join(text().split("\n")[:12]), FILE, "most of them", id="cut after a row"),
        pytest.param(text().replace("07-01-2026", "").replace("2013001", "2030001"), FILE, "", id="none in force"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "addons", FILE, content)
    assert where in error.where
    assert expected in error.expected


def test_a_file_of_another_year_than_asked_is_refused(tmp_path):
    refused(tmp_path, "addons", FILE, text(), effective=date(2025, 7, 1))


def test_an_older_release_is_refused(tmp_path):
    take(tmp_path, "addons", FILE, text())
    refused(tmp_path, "addons", FILE.replace("2026Q3", "2025Q3"), text().replace("07-01-2026", ""))
