"""NUCC's taxonomy: codes, levels and days are kept, its text is not, and a wrong file is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from scrubber.tables import load_tables
from tests.scrubber.deliveries import as_csv, delivered, now, refused, sheet, take

FILE = "nucc_taxonomy_261.csv"
DAY = date(2026, 10, 1)
HEADER = ("Code", "Grouping", "Classification", "Specialization", "Definition", "Notes", "Display Name", "Section")
WORDS = "SOMEBODY ELSE'S WORDS, at length"
CODES = ("207L00000X", "207LP2900X", "208100000X", "208VP0000X", "208VP0014X", "363L00000X")


def text(*more, header=HEADER, codes=CODES):
    """Some codes in the NUCC's columns."""
    ours = [(code, WORDS, WORDS, "", WORDS, WORDS, WORDS, "Individual") for code in codes]
    ours.append(("261QP3300X", WORDS, WORDS, "", WORDS, "", WORDS, "Non-Individual"))
    return "\ufeff" + as_csv([header, *ours, *more])


def test_codes_are_kept_and_text_is_not(tmp_path):
    done = take(tmp_path, "taxonomies", FILE, text(), effective=DAY)
    assert (done.release, done.complete, done.rows) == ("26.1", True, 7)
    assert now(tmp_path, "taxonomies").on(DAY, DAY).get("208VP0014X").verified
    content = next((tmp_path / "tables" / "taxonomies").glob("*.csv")).read_text()
    assert "261QP3300X,organization," in content
    assert "SOMEBODY" not in content


def test_the_older_layout_has_days():
    header = (*HEADER[:5], "Effective Date", "Deactivation Date", "Last Modified Date", "Notes")
    rows = [header, ("207L00000X", "x", "x", "", "x", "20020101", "6/30/2010", "", "")]
    _, found = delivered("taxonomies", [sheet(FILE, rows)], effective=DAY)
    assert [(r["valid_from"], r["valid_to"], r["level"]) for r in found] == [("2002-01-01", "2010-06-30", "")]


def test_none_ships_and_none_is_needed():
    assert load_tables().taxonomies.releases == ()


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param(as_csv([("NPI", "Healthcare Provider Taxonomy Code_1"), ("1234567893", "207L00000X")]), FILE,
                     "provider taxonomy", id="another's file"),
        pytest.param(text(header=("Code", "Group", *HEADER[2:])), "row 1", "Grouping", id="a column missing"),
        pytest.param(text(("207L0000", "x", "x", "", "", "", "", "")), "row 9", "nine letters", id="no code"),
        pytest.param(text(("207L00000X", "x", "x", "", "", "", "", "")), "row 9", "once", id="a code twice"),
        pytest.param(text(("207LA0401X", "x", "x", "", "", "", "", "Both")), "section", "Individual", id="no level"),
        pytest.param(text()[: text().index("208VP0014X") + 5], "", "", id="cut within a row"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "taxonomies", FILE, content, effective=DAY)
    assert where in error.where
    assert expected in error.expected


def test_the_day_is_asked_for(tmp_path):
    assert "--effective" in refused(tmp_path, "taxonomies", FILE, text()).advice


def test_a_file_cut_after_a_row_and_an_older_one_are_refused(tmp_path):
    take(tmp_path, "taxonomies", FILE, text(), effective=DAY)
    refused(tmp_path, "taxonomies", FILE, text(codes=CODES[:1]), effective=date(2027, 4, 1))
    refused(tmp_path, "taxonomies", FILE, text(), effective=date(2026, 4, 1))
