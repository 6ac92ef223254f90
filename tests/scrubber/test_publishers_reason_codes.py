"""X12's lists of CARCs and RARCs: codes and days are kept, wording is not, and a wrong list is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from models.versions import differences, recorded_versions
from scrubber.tables import Release, Table, load_tables
from scrubber.tables.listed import off_the_list
from scrubber.tables.rows import ListedCode
from tests.scrubber.deliveries import as_csv, delivered, now, refused, sheet, shipped, take

HEADER = ("Code", "Description", "Start Date", "Last Modified", "Stop Date", "Notes")
WORDS = 'SOMEBODY ELSE\'S WORDS, "quoted"'
FILES = {"carc": "CARC list 07-01-2026.csv", "rarc": "RARC list 07-01-2026.csv"}
CODES = {"carc": "P99", "rarc": "N9999"}
DAY = date(2026, 7, 1)


def text(name, *more, header=HEADER):
    """The codes we ship in X12's columns, and some rows of our own."""
    ours = [(r["code"], WORDS, "01/01/1995", "", r["valid_to"], "") for r in shipped(name, "2026-07")]
    return "\ufeff" + as_csv([("External Code Lists",), header, *ours, *more])


@pytest.mark.parametrize("name", FILES)
def test_the_list_is_whole_and_keeps_no_wording(tmp_path, name):
    done = take(tmp_path, name, FILES[name], text(name, (CODES[name], WORDS, "3/1/2020", "", "11/30/2025", "")))
    assert (done.effective, done.complete) == (DAY, True)
    row = now(tmp_path, name).on(DAY, DAY).get(CODES[name])
    assert (row.valid_from, row.valid_to, row.verified) == (date(2020, 3, 1), date(2025, 11, 30), True)
    assert row.ended_by(date(2025, 12, 1))
    assert not row.ended_by(date(2025, 11, 30))
    assert all("SOMEBODY" not in path.read_text() for path in (tmp_path / "tables" / name).iterdir())


def test_a_spreadsheets_numbers_are_codes_without_zeros_before_them():
    rows = [("CARC", "Wording", "Effective Date", "Deactivation Date"), ("50.0", WORDS, "34700", "NA")]
    _, found = delivered("carc", [sheet("list.xlsx", rows)], effective=DAY)
    assert [(r["code"], r["valid_from"], r["valid_to"]) for r in found] == [("50", "1995-01-01", "")]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("change", "where", "expected"),
    [
        pytest.param(lambda t, n: as_csv([HEADER, ("MA01" if n == "carc" else "50", WORDS, "01/01/1995", "", "", "")]),
                     "code", "codes", id="the other list"),
        pytest.param(lambda t, n: t.replace("Stop Date", "Remark"), "row 2", "Stop Date", id="a column missing"),
        pytest.param(lambda t, n: t + f"{CODES[n]},x,soon,,,\r\n", "start date", "a day", id="no day"),
        pytest.param(lambda t, n: t + f"{CODES[n]},x,1/1/2020,,1/1/2019,\r\n", "stop date", "not before", id="turned"),
        pytest.param(lambda t, n: t + t.rsplit("\r\n", 2)[-2] + "\r\n", "code", "once", id="a code twice"),
        pytest.param(lambda t, n: t[: len(t) // 2] + '"', "", "", id="cut within a row"),
        pytest.param(lambda t, n: "\r\n".join(t.split("\r\n")[:20]), "", "most of them", id="cut after a row"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_whole(tmp_path, name, change, where, expected):
    error = refused(tmp_path, name, FILES[name], change(text(name), name))
    assert where in error.where
    assert expected in error.expected


@pytest.mark.parametrize("name", FILES)
def test_another_year_than_asked_and_an_older_list_are_refused(tmp_path, name):
    refused(tmp_path, name, FILES[name], text(name), effective=date(2025, 7, 1))
    take(tmp_path, name, FILES[name], text(name))
    refused(tmp_path, name, FILES[name].replace("2026", "2025"), text(name))


def listed(*, complete=True):
    rows = {
        "50": ListedCode("50", date(1995, 1, 1), None, True),
        "15": ListedCode("15", None, date(2018, 5, 1), True),
        "303": ListedCode("303", date(2023, 3, 1), None, True),
    }
    return Table("carc", (Release("2026-07-01", date(2022, 1, 1), date(2022, 1, 1), complete, rows),))


@pytest.mark.parametrize(
    ("code", "day", "said"),
    [
        ("50", date(2026, 3, 1), ""),
        ("15", date(2018, 5, 1), ""),
        ("15", date(2026, 3, 1), "had left the list of CARCs on 2018-05-01"),
        ("303", date(2022, 12, 1), "came onto the list of CARCs only on 2023-03-01"),
        ("999", date(2026, 3, 1), "is not on the list 2026-07-01 of CARCs"),
    ],
)
def test_a_code_a_payer_sent_is_held_against_the_list_of_its_day(code, day, said):
    days = Release("r", date(2018, 1, 1), date(2018, 1, 1), True, listed().releases[0].rows)
    table = Table("carc", (days, *listed().releases))
    assert off_the_list(table, code, day, date(2026, 10, 1)) == said


def test_a_list_in_part_or_none_proves_nothing_of_a_code_it_does_not_hold():
    assert off_the_list(listed(complete=False), "999", DAY, DAY) == ""
    assert off_the_list(Table("carc", ()), "999", DAY, DAY) == ""


@pytest.mark.parametrize("name", FILES)
def test_a_list_of_remittance_codes_says_nothing_of_the_model_or_of_a_claim(tmp_path, name):
    take(tmp_path, name, FILES[name], text(name))
    tables, ours = load_tables(tmp_path), load_tables()
    assert differences(recorded_versions(ours), recorded_versions(tables)) == ()
    assert tables.versions()[name] != ours.versions()[name], "while the release itself is recorded"
    assert name not in {status.name for status in tables.status(DAY, DAY)}
    assert name in {status.name for status in tables.status(DAY, DAY, every=True)}
