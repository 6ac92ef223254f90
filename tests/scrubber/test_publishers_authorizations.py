"""Medicare's lists of services that want an approval: what they change in the demands held, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scrubber.deliveries import as_csv, delivered, held, now, refused, sheet, shipped, take

HEADER = ("HCPCS Code", "Service Category", "Effective Date")
DAY = date(2026, 11, 1)
FILES = {"opd": "OPD list 11-01-2026.csv", "wiser": "WISeR list 11-01-2026.csv"}
PROGRAMS = {"opd": "outpatient_department", "wiser": "wiser"}
WORDS = "Invented services, of one kind"


def in_force(name):
    """The codes of the program's demands that ship and have not ended, each with its first day."""
    rows = [r for r in shipped("authorizations", "2026-07") if r["program"] == PROGRAMS[name]]
    live = [r for r in rows if not r["valid_to"] or r["valid_to"] > "2026-11-01"]
    return {code: r["valid_from"] for r in live for code in r["codes"].split()}


def text(name, *more, header=HEADER, drop=()):
    """The codes of the program in a list's layout, and some of our own."""
    ours = [(code, WORDS, "") for code in in_force(name) if code not in drop]
    return as_csv([("Prior authorization, final list", "", ""), header, (" ", "", ""), *ours, *more])


@pytest.mark.parametrize("name", FILES)
def test_a_new_code_is_demanded_where_the_programs_others_are(tmp_path, name):
    done = take(tmp_path, name, FILES[name], text(name, ("64999", WORDS, "11/1/2026")))
    assert (done.effective, done.complete) == (DAY, False)
    release = now(tmp_path, "authorizations").on(DAY, DAY)
    new = [row for row in release.get("64999") if row.program]
    assert {row.program for row in new} == {PROGRAMS[name]}
    assert {row.valid_from for row in new} == {DAY}
    assert all(row.need == "sometimes" and row.verified and row.url for row in new)
    known = next(iter(in_force(name)))
    where = {(row.places, row.states) for row in release.get(known) if row.program == PROGRAMS[name]}
    assert {(row.places, row.states) for row in new} == where
    assert {row.payer_type for row in new} == {"medicare"}


def test_the_outpatient_list_says_nothing_of_the_other_program(tmp_path):
    take(tmp_path, "opd", FILES["opd"], text("opd"))
    before = now(tmp_path / "none", "authorizations").on(DAY, DAY)
    release = now(tmp_path, "authorizations").on(DAY, DAY)
    assert [r for r in release.get("62321") if r.program == "wiser"] == [
        r for r in before.get("62321") if r.program == "wiser"
    ]
    take(tmp_path, "wiser", FILES["wiser"], text("wiser"))
    assert any(r.program == "wiser" for r in now(tmp_path, "authorizations").on(DAY, DAY).get("62321"))
    assert any(r.program == "outpatient_department" for r in now(tmp_path, "authorizations").on(DAY, DAY).get("63650"))


def test_a_code_off_the_list_ended_the_day_before(tmp_path):
    take(tmp_path, "opd", FILES["opd"], text("opd", drop=("63650",)))
    rows = now(tmp_path, "authorizations").on(DAY, DAY).get("63650")
    assert [row.valid_to for row in rows if row.program == "outpatient_department"] == [date(2026, 10, 31)]


def test_a_first_day_that_is_known_stays_and_one_the_list_gives_is_taken(tmp_path):
    take(tmp_path, "opd", FILES["opd"], text("opd", ("63650", WORDS, "7/1/2021"), drop=("63650",)))
    release = now(tmp_path, "authorizations").on(DAY, DAY)
    assert [r.valid_from for r in release.get("63650") if r.program] == [date(2021, 7, 1)]
    assert {r.valid_from for r in release.get("64490") if r.program == "outpatient_department"} == {date(2023, 7, 1)}


def test_a_code_new_to_us_has_the_day_the_list_gives_it_however_early(tmp_path):
    take(tmp_path, "opd", FILES["opd"], text("opd", ("15820", WORDS, "7/1/2020")))
    assert [r.valid_from for r in now(tmp_path, "authorizations").on(DAY, DAY).get("15820")] == [date(2020, 7, 1)]


def test_several_codes_in_a_cell_and_a_spreadsheets_day_are_read():
    row = {"codes": "63650", "payer_types": "medicare", "valid_from": "2021-07-01", "places": "19 22", "states": ""}
    row |= {"need": "sometimes", "verified": "yes", "citation": "x", "url": "y", "program": "outpatient_department"}
    rows = [("Group", "CPT Codes", "Begin Date"), ("Kind one", "63650, 64490; 64491", "46327"), ("Kind two", "", "")]
    _, found = delivered(
        "opd", [sheet("list.xlsx", rows)], held("authorizations", date(2022, 1, 1), [row]), effective=DAY
    )
    assert [(r["codes"], r["valid_from"], r["places"]) for r in found] == [("63650 64490 64491", "2026-11-01", "19 22")]


def test_a_program_that_is_not_held_gives_no_places(tmp_path):
    other = {"codes": "63650", "program": "wiser"}
    with pytest.raises(Exception, match="no demand of the program outpatient_department"):
        delivered("opd", [sheet(FILES["opd"], [HEADER, ("63650", WORDS, "")])], held("authorizations", DAY, [other]))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("change", "where", "expected"),
    [
        pytest.param(lambda t: as_csv([("Column 1", "Column 2"), ("1", "2")]), "", "list of", id="another's file"),
        pytest.param(lambda t: t.replace("Service Category", "Remark"), "row 2", "Service category", id="no category"),
        pytest.param(lambda t: t + "6449,x,\r\nMANY,x,\r\n", "hcpcs code", "five characters", id="no code"),
        pytest.param(lambda t: t + "64999,x,soon\r\n", "effective date", "a day", id="no day"),
        pytest.param(lambda t: t + "64999,x,1/1/2026\r\n64999,y,2/1/2026\r\n", "hcpcs code", "one day", id="two days"),
        pytest.param(lambda t: t[:90] + '"', "", "", id="cut"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_whole(tmp_path, name, change, where, expected):
    error = refused(tmp_path, name, FILES[name], change(text(name)))
    assert where in error.where
    assert expected in error.expected


@pytest.mark.parametrize("name", FILES)
def test_another_year_than_asked_and_an_older_list_are_refused(tmp_path, name):
    refused(tmp_path, name, FILES[name], text(name), effective=date(2025, 11, 1))
    take(tmp_path, name, FILES[name], text(name))
    refused(tmp_path, name, FILES[name].replace("11-01", "10-01"), text(name))
