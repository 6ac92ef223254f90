"""ICD-10-CM's order file and file of codes: what is told of a code, since when, and what is refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scrubber.deliveries import delivered, held, now, refused, sheet, shipped, take, zipped

FILE = "icd10cm_order_2027.txt"
FIRST = date(2026, 10, 1)
PAIN = (
    ("M25", 0, "Other joint disorder"),
    ("M25.5", 0, "Pain in joint"),
    ("M25.55", 0, "Pain in hip"),
    ("M25.551", 1, "Pain in right hip"),
    ("M25.552", 1, "Pain in left hip"),
    ("M25.559", 1, "Pain in unspecified hip"),
    ("M51.3", 0, "Other thoracic and lumbar disc degeneration"),
    ("M51.36", 0, "Lumbar disc degeneration"),
    ("M51.360", 1, "Lumbar disc degeneration with back pain only"),
    ("M51.369", 1, "Lumbar disc degeneration without mention of pain"),
    ("M54.5", 0, "Low back pain"),
    ("M54.50", 1, "Low back pain, unspecified"),
    ("M54.51", 1, "Vertebrogenic low back pain"),
    ("S32.1", 0, "Invented fracture"),
    ("S32.11XA", 1, "Invented fracture, initial encounter"),
    ("S32.11XS", 1, "Invented fracture, sequela"),
    ("S32.11", 0, "Invented fracture of the first kind"),
    ("Z98.89", 1, "Invented state after a procedure on both sides, left and right"),
)


def order_file(codes=PAIN) -> str:
    """The codes in the order file's fixed columns."""
    lines = (
        f"{n:05} {code.replace('.', ''):<8}{flag} {words[:60]:<60} {words}"
        for n, (code, flag, words) in enumerate(sorted(codes), 1)
    )
    return "\r\n".join(lines) + "\r\n"


def whole(*more, drop=()):
    """Every code that ships and is in force, and some of our own, so that the file is no part of the table."""
    ours = {
        r["code"]: (r["code"], int(r["billable"] == "yes" and not r["valid_to"]), "Some disorder")
        for r in shipped("icd10", "2026-04")
        if r["code"] not in drop
    }
    return order_file([*{**ours, "Z98.89": ("Z98.89", 1, "Some state"), **{c[0]: c for c in more}}.values()])


def rows_of(content: str, *before, name=FILE):
    cells = [(line,) for line in content.split("\r\n")]
    _, rows = delivered("icd10", [sheet(name, cells)], *before)
    return {row["code"]: row for row in rows}


def test_the_year_is_whole_and_holds_to_its_last_day(tmp_path):
    done = take(tmp_path, "icd10", FILE, whole(("M54.52", 1, "Invented pain"), drop=("M79.7",)))
    assert (done.release, done.effective, done.complete) == ("fy2027", FIRST, True)
    release = now(tmp_path, "icd10").on(FIRST, FIRST)
    assert release.verified_to == date(2027, 9, 30)
    assert release.get("M54.16").billable_on(FIRST)
    assert not release.get("M54").billable
    gone = release.get("M79.7")
    assert (gone.valid_to, gone.billable_on(FIRST)) == (date(2026, 9, 30), False)


def test_an_archive_holds_the_codes_file_and_addenda_too(tmp_path):
    archive = zipped({FILE: whole(), "icd10cm_codes_2027.txt": "A000    X", "icd10cm_order_addenda_2027.txt": "Add: x"})
    assert take(tmp_path, "icd10", "2027-code-descriptions-tabular-order.zip", archive).complete


def test_the_side_is_that_of_the_description_where_there_is_another():
    rows = rows_of(order_file())
    sides = {code: rows[code]["side"] for code in ("M25.551", "M25.552", "M25.559", "M25.55", "Z98.89", "M54.50")}
    assert sides == {
        "M25.551": "right", "M25.552": "left", "M25.559": "unspecified", "M25.55": "none", "Z98.89": "none",
        "M54.50": "none",
    }  # fmt: skip
    assert [code for code, row in rows.items() if row["unspecified"] == "yes"] == ["M25.559", "M54.50"]


def test_a_left_without_a_right_is_no_side():
    rows = rows_of(order_file((("I50.1", 1, "Left ventricular failure"), ("Z00", 1, "x"))))
    assert rows["I50.1"]["side"] == "none"


def test_a_heading_that_lacks_its_seventh_character_names_the_whole_codes():
    rows = rows_of(order_file())
    assert rows["S32.11"]["seventh_character"] == "yes"
    assert rows["S32.11"]["replacement"] == "S32.11XA S32.11XS"
    assert rows["S32.11XA"]["seventh_character"] == "yes"
    assert rows["S32.1"]["seventh_character"] == "no"


def test_the_file_of_codes_gives_its_headings_by_itself():
    plain = "\r\n".join(f"{code.replace('.', ''):<8}{words}" for code, flag, words in sorted(PAIN) if flag)
    rows = rows_of(plain, name="icd10cm-codes-2027.txt")
    assert rows["M25.55"]["billable"] == "no"
    assert rows["M25.551"]["side"] == "right"
    assert rows["S32.11"]["replacement"] == "S32.11XA S32.11XS"


def before(year=2025, *, complete=True, **changes):
    """The year before as it was held: M51.36 still billable, M54.9 there, M54.51 not yet."""
    plain = {"side": "none", "unspecified": "no", "seventh_character": "no", "verified": "yes", "valid_from": ""}
    codes = {code: "yes" if flag else "no" for code, flag, _ in PAIN if code not in ("M54.51", "M51.360", "M51.369")}
    codes |= {"M51.36": "yes", "M54.9": "yes"}
    rows = [{**plain, "code": c, "billable": b, **changes.get(c, {})} for c, b in codes.items()]
    return held("icd10", date(year, 10, 1), rows, complete=complete)


def test_first_and_last_days_come_from_the_year_before():
    rows = rows_of(order_file(), before())
    parent = rows["M51.36"]
    assert (parent["billable"], parent["valid_to"], parent["replacement"]) == ("yes", "2026-09-30", "M51.360 M51.369")
    assert rows["M51.360"]["valid_from"] == "2026-10-01"
    assert rows["M54.51"]["valid_from"] == "2026-10-01"
    assert (rows["M54.9"]["valid_to"], rows["M54.9"]["verified"]) == ("2026-09-30", "yes")
    assert rows["M25.551"]["valid_from"] == ""


def test_beside_a_subset_nobody_knows_since_when_an_unknown_code_is_there():
    rows = rows_of(order_file(), before(complete=False))
    assert rows["M54.51"]["valid_from"] == ""
    assert rows["M51.36"]["valid_to"] == "2026-09-30", "what was held and is gone ended all the same"


def test_with_a_year_missing_between_days_are_not_certain():
    rows = rows_of(order_file(), before(2023))
    assert (rows["M54.51"]["verified"], rows["M54.9"]["verified"], rows["M51.36"]["verified"]) == ("no", "no", "no")
    assert rows["M25.551"]["verified"] == "yes"


def test_what_is_held_of_a_code_stays():
    rows = rows_of(order_file(), before(**{"M25.551": {"valid_from": "2015-10-01", "unspecified": "yes"}}))
    assert (rows["M25.551"]["valid_from"], rows["M25.551"]["unspecified"]) == ("2015-10-01", "yes")


GOOD = whole()


@pytest.mark.parametrize(
    ("content", "where", "expected"),
    [
        pytest.param("001 0 Some procedure\r\n0016070 Bypass\r\n", FILE, "ICD-10-CM order file", id="another's file"),
        pytest.param("code,description\r\nM54.16,x\r\n", FILE, "ICD-10-CM order file", id="no fixed columns"),
        pytest.param(GOOD.replace(" M5416   1 ", " M5416   7 "), "row ", "0 or 1", id="a flag of neither kind"),
        pytest.param(GOOD.replace("00020 ", "00021 "), "row 20", "00020", id="a line missing"),
        pytest.param(GOOD[:2000], "", "", id="cut within a row"),
        pytest.param("\r\n".join(GOOD.split("\r\n")[:100]), FILE, "chapter Z", id="cut after a row"),
        pytest.param(order_file(), FILE, "most of them", id="a part of the table"),
    ],
)
def test_a_wrong_file_is_refused_whole(tmp_path, content, where, expected):
    error = refused(tmp_path, "icd10", FILE, content)
    assert where in error.where
    assert expected in error.expected


def test_a_file_of_another_year_than_asked_is_refused(tmp_path):
    refused(tmp_path, "icd10", FILE, GOOD, effective=date(2024, 10, 1))


def test_an_older_year_is_refused(tmp_path):
    take(tmp_path, "icd10", FILE, GOOD)
    refused(tmp_path, "icd10", "icd10cm_order_2026.txt", GOOD)


def test_a_file_of_no_known_year_asks_for_it(tmp_path):
    assert "--effective" in refused(tmp_path, "icd10", "download.txt", GOOD).advice
