"""MUE as CMS gives it: what is read, and what is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scrubber.deliveries import as_csv, delivered, now, refused, sheet, shipped, take, zipped

FILE = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
HEADER = ("HCPCS/\nCPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale")
WORDS = {"1": "1 Line Edit", "2": "2 Date of Service Edit: Policy", "3": "3 Date of Service Edit: Clinical"}
TITLE = "CPT codes and descriptions only are copyright 2025 American Medical Association, all rights reserved"


def table(*more, header=HEADER, drop=()):
    """The limits we ship in CMS's layout, and some rows of our own."""
    ours = [
        (r["code"], r["units"], WORDS[r["mai"]], "Clinical: Data")
        for r in shipped("mue", "2024q3")
        if r["code"] not in drop
    ]
    return as_csv([(TITLE, "", "", ""), header, *ours, *more])


GOOD = table(("0001M", "2", WORDS["3"], "Nature of service, and more"), drop=("64493",))


def test_every_limit_is_read_and_the_release_is_whole(tmp_path):
    done = take(tmp_path, "mue", FILE, GOOD)
    assert (done.release, done.effective, done.complete) == ("2026q3", date(2026, 7, 1), True)
    release = now(tmp_path, "mue").on(date(2026, 7, 1), date(2026, 7, 1))
    assert (release.get("0001M").units, release.get("0001M").mai) == (2, "3")
    assert release.get("64493") is None, "what a whole table has not is not there"
    assert now(tmp_path, "mue").on(date(2026, 6, 30), date(2026, 7, 1)).get("64493").units == 1


def test_an_archive_with_the_csv_and_a_readme_is_read(tmp_path):
    archive = zipped({FILE: "\ufeff" + GOOD, "readme.txt": "Medically Unlikely Edits\nfor practitioners\n"})
    assert take(tmp_path, "mue", "mue-2026-q3.zip", archive).rows == 264


def test_a_workbooks_numbers_get_their_zeros_back():
    rows = [(TITLE,), HEADER, ("104", "1.0", "2", ""), ("", "", "", ""), ("99213.0", "4", WORDS["1"], "x")]
    _, found = delivered("mue", [sheet("mue.xlsx, sheet 1", rows)], effective=date(2026, 7, 1))
    assert [(r["code"], r["units"], r["mai"]) for r in found] == [("00104", "1", "2"), ("99213", "4", "1")]


def test_a_page_of_the_western_alphabet_is_read(tmp_path):
    content = GOOD.replace("all rights reserved", "all rights reserved \u2013 \u00a9").encode("cp1252")
    assert take(tmp_path, "mue", FILE, content).rows == 264


def test_the_day_may_be_told_where_the_file_says_none(tmp_path):
    assert take(tmp_path, "mue", "mue.csv", GOOD, effective=date(2026, 7, 1)).release == "2026q3"
    assert "--effective" in refused(tmp_path, "mue", "mue.csv", GOOD).advice


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param(
            table(header=(HEADER[0], "Outpatient Hospital Services MUE Values", *HEADER[2:])),
            "row 2", "practitioner services MUE table", id="the hospital's file",
        ),
        pytest.param(
            as_csv([("Column 1", "Column 2", "Effective Date"), ("64493", "20552", "20240101")]),
            FILE, "practitioner services MUE table", id="another publisher's file",
        ),
        pytest.param(table(header=(*HEADER[:2], "Notes", HEADER[3])), "row 2", "Adjudication", id="a column missing"),
        pytest.param(table(("0001M", "two", WORDS["3"], "")), "row 267", "a whole number", id="no number of units"),
        pytest.param(table(("0001M", "2", "4 Other", "")), "row 267", "begins with 1, 2 or 3", id="no indicator"),
        pytest.param(table(("64493", "2", "2", "")), "row 267", "each code only once", id="a code twice"),
        pytest.param(GOOD[: GOOD.index("64483,") + 9], "", "", id="cut within a row"),
        pytest.param("\r\n".join(GOOD.split("\r\n")[:40]), FILE, "most of them", id="cut after a row"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "mue", FILE, content)
    assert where in error.where
    assert expected in error.expected


def test_a_file_of_another_year_than_asked_is_refused(tmp_path):
    error = refused(tmp_path, "mue", FILE, GOOD, effective=date(2025, 7, 1))
    assert "2026" in error.found


def test_an_older_release_is_refused(tmp_path):
    take(tmp_path, "mue", FILE, GOOD)
    refused(tmp_path, "mue", FILE.replace("07-01-2026", "04-01-2026"), GOOD)
