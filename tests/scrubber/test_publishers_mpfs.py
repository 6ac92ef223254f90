"""The fee schedule's relative value file: what it changes in the code table, and what is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from scrubber.tables import load_tables
from tests.scrubber.deliveries import as_csv, delivered, held, now, refused, sheet, shipped, take, zipped

FILE = "PPRRVU2026_Oct_nonQPP.csv"
DAY = date(2026, 10, 1)
ABOVE = (
    ("", "", "", "", "NOT USED FOR", "", "", "NON-FAC", "", "FACILITY", "", "", "", "", "", "", "", ""),
    ("", "", "", "STATUS", "MEDICARE", "WORK", "NON-FAC", "NA", "FACILITY", "NA", "MP", "NON-FACILITY", "FACILITY",
     "PCTC", "GLOB", "MULT", "BILAT", "CONV"),
)  # fmt: skip
HEADER = (
    "HCPCS", "MOD", "DESCRIPTION", "CODE", "PAYMENT", "RVU", "PE RVU", "INDICATOR", "PE RVU", "INDICATOR", "RVU",
    "TOTAL", "TOTAL", "IND", "DAYS", "PROC", "SURG", "FACTOR",
)  # fmt: skip
TITLE = "2026 National Physician Fee Schedule Relative Value File October Release"
WORDS = "SOMEBODY ELSE'S WORDS, with a comma"


def value(code, total="2.00", facility="1.00", *, mod="", status="A", na="", pctc="0", days="XXX", bilat="0"):
    """One row of the file."""
    return (
        code,
        mod,
        WORDS,
        status,
        "",
        "0.50",
        "1",
        na,
        "1",
        "",
        "0.1",
        total,
        facility,
        pctc,
        days,
        "0",
        bilat,
        "33.4009",
    )


def text(*more, header=HEADER, drop=()):
    """The codes we ship with a price of the fee schedule in CMS's layout, and some rows of our own."""
    ours = [
        value(r["code"], status=r["status"], pctc=r["pctc"], days=r["global_days"], bilat=r["bilateral"])
        for r in shipped("codes", "2026-07")
        if r["allowed_basis"] == "mpfs" and r["code"] not in drop
    ]
    copyright = "CPT codes and descriptions only are copyright 2025 American Medical Association"
    wide = [(*row, *[""] * (18 - len(row))) for row in [("", "", TITLE), ("", "", copyright), ("",)]]
    return as_csv([*wide, *ABOVE, header, *ours, *more])


NEW = value("99281", "0.35", "0.33", days="YYY", bilat="3")


def test_what_we_say_of_a_code_stays_and_what_cms_says_is_taken_over(tmp_path):
    before = now(tmp_path, "codes").on(DAY, DAY).get("64493")
    done = take(tmp_path, "mpfs", FILE, text())
    assert (done.release, done.effective, done.complete) == ("2026-10", DAY, False)
    release = now(tmp_path, "codes").on(DAY, DAY)
    row = release.get("64493")
    assert (row.label, row.family, row.region) == (before.label, before.family, before.region)
    assert (row.included_guidance, row.side_expected) == (before.included_guidance, before.side_expected)
    assert (str(row.allowed_nonfacility), str(row.allowed_facility)) == ("66.80", "33.40")
    assert (row.allowed_basis, row.allowed_year) == ("mpfs", 2026)
    assert not release.complete, "drugs and laboratory tests are not in it"
    assert release.verified_to == date(2026, 12, 31)


def test_a_code_we_do_not_classify_has_no_family_and_no_words_of_others(tmp_path):
    take(tmp_path, "mpfs", FILE, text(NEW))
    tables = load_tables(tmp_path)
    row = tables.codes.on(DAY, DAY).get("99281")
    assert (row.family, row.region, row.side_expected, row.global_days) == ("", "na", "none", "YYY")
    assert tables.family("99281") == "", "to rules and features it is of no known family"
    assert all("SOMEBODY" not in path.read_text() for path in (tmp_path / "tables" / "codes").iterdir())


def test_a_code_that_left_the_fee_schedule_is_taken_as_ended_but_not_as_certain(tmp_path):
    take(tmp_path, "mpfs", FILE, text(drop=("64493",)))
    row = now(tmp_path, "codes").on(DAY, DAY).get("64493")
    assert (row.valid_to, row.verified) == (date(2026, 9, 30), False)
    drug = now(tmp_path, "codes").on(DAY, DAY).get("J1030")
    assert drug == now(tmp_path / "none", "codes").on(DAY, DAY).get("J1030"), (
        "what was never priced there is left alone"
    )


OURS = {"code": "64493", "label": "x", "family": "facet_injection", "region": "lumbar_sacral", "is_addon": "no"}
OURS |= {"side_expected": "side", "allowed_basis": "mpfs", "verified": "yes", "bilateral": "1"}


def rows_of(*values, before=(OURS,), **more):
    grid = [("", "", TITLE), *ABOVE, HEADER, *values]
    release = held("codes", date(2026, 7, 1), before, **more)
    return {row["code"]: row for row in delivered("mpfs", [sheet(FILE, grid)], release)[1]}


def test_parts_of_a_service_are_passed_over():
    rows = rows_of(value("64493"), value("72275"), value("72275", "1.00", mod="26"), value("72275", "1.00", mod="TC"))
    assert rows["72275"]["allowed_nonfacility"] == "66.80"


def test_a_code_without_a_price_outside_facilities_has_none():
    row = rows_of(value("64493", na="NA"))["64493"]
    assert (row["allowed_nonfacility"], row["allowed_facility"]) == ("", "33.40")


def test_a_price_that_is_gone_is_gone_and_one_of_another_schedule_stays():
    drug = {**OURS, "code": "J0585", "allowed_basis": "asp_estimate", "allowed_nonfacility": "6.00"}
    rows = rows_of(
        value("64493", "0.00", "0.00", status="C"), value("J0585", "0.00", "0.00", status="E"), before=(OURS, drug)
    )
    assert (rows["64493"]["allowed_nonfacility"], rows["64493"]["allowed_basis"]) == ("", "")
    assert (rows["J0585"]["allowed_nonfacility"], rows["J0585"]["allowed_basis"]) == ("6.00", "asp_estimate")


def test_a_code_taken_as_ended_that_the_fee_schedule_still_has_is_in_force_but_not_certain():
    row = rows_of(value("64493"), before=({**OURS, "valid_to": "2026-06-30"},))["64493"]
    assert (row["valid_to"], row["verified"]) == ("", "no")


def test_a_spreadsheets_numbers_are_codes_and_periods_again():
    row = rows_of(value("64493"), value("104.0", days="10", bilat="1.0", pctc="0.0"))["00104"]
    assert (row["global_days"], row["bilateral"], row["pctc"]) == ("010", "1", "0")


def test_a_code_is_new_only_beside_a_whole_file_of_before():
    assert rows_of(value("64493"), value("99281"))["99281"]["valid_from"] == ""
    many = tuple({**OURS, "code": f"{code:05}", "allowed_basis": ""} for code in range(70000, 75001))
    assert rows_of(value("99281"), before=many)["99281"]["valid_from"] == "2026-10-01"


def test_of_the_two_files_of_2026_the_one_most_clinicians_are_paid_by_is_read(tmp_path):
    archive = zipped({FILE: text(), "PPRRVU2026_Oct_QPP.csv": text().replace("33.4009", "33.5675")})
    take(tmp_path, "mpfs", "rvu26d.zip", archive)
    assert str(now(tmp_path, "codes").on(DAY, DAY).get("64493").allowed_facility) == "33.40"


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param(as_csv([("HCPCS", "MOD", "LOCALITY"), ("64493", "", "00")]), "row 1", "PPRRVU",
                     id="the file of localities"),
        pytest.param(text(header=(*HEADER[:17], "NOTE")), "row 6", "PPRRVU", id="a column missing"),
        pytest.param(text(value("99281", "a lot")), "total", "a number", id="no number"),
        pytest.param(text(value("99281", days="030")), "glob days", "one of 000", id="no global period"),
        pytest.param(text(value("9928")), "hcpcs", "five characters", id="no code"),
        pytest.param(text(value("64493")), "hcpcs", "once", id="a code twice"),
        pytest.param(text()[: text().index("64493,") + 40], "", "", id="cut within a row"),
        pytest.param("\r\n".join(text().split("\r\n")[:60]), FILE, "most of them", id="cut after a row"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "mpfs", FILE, content)
    assert where in error.where
    assert expected in error.expected


def test_a_file_of_another_year_than_asked_is_refused(tmp_path):
    refused(tmp_path, "mpfs", FILE, text(), effective=date(2025, 10, 1))


def test_an_older_release_is_refused(tmp_path):
    take(tmp_path, "mpfs", FILE, text())
    refused(tmp_path, "mpfs", FILE.replace("Oct", "Jul"), text().replace("October", "July"))
