"""An export is read by its map: every cell as it is meant, every fault with its place, and none that is guessed."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.claim import Claim
from claims.errors import UnreadableFile, UnreadableInput
from claims.exports import EXAMPLE, open_export, parse_export_map, read_export_map
from claims.exports.cells import amount, day, packed
from claims.exports.export_map import COLUMNS
from claims.reading import Refusal
from claims.remittance import Remittance

NEEDED = {
    "claim_id": "No", "code": "CPT", "charge": "Charge", "units": "Units", "service_from": "DOS",
    "submitted_on": "Billed", "decided_on": "Posted", "paid": "Paid", "payer_name": "Payer",
}  # fmt: skip
ROW = {
    "No": "A1", "Line": "1", "CPT": "64493", "Charge": "500.00", "Units": "1", "DOS": "2026-01-05",
    "Billed": "2026-01-09", "Posted": "2026-01-30", "Paid": "320.00", "Payer": "ZZMED", "Adj": "CO-45:180.00",
}  # fmt: skip


def toml(*, more="", file="", adjustments='packed = ["Adj"]', without=(), **columns):
    named = {k: v for k, v in {**NEEDED, "line": "Line", **columns}.items() if k not in without}
    lines = "\n".join(
        f"{ours} = {theirs if theirs.startswith('[') else repr(theirs)}" for ours, theirs in named.items()
    )
    return f"source = 'pretend'\n[file]\n{file}\n[columns]\n{lines}\n[adjustments]\n{adjustments}\n{more}"


def as_csv(*rows, delimiter=",", encoding="utf-8"):
    header = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def records(m, *rows, **form):
    return list(open_export(io.BytesIO(as_csv(*rows, **form)), parse_export_map(m), "x.csv").records())


def fault(m, *rows):
    (refusal,) = (r for r in records(m, *rows) if isinstance(r, Refusal))
    return str(refusal.error)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12", "12"), ("12.50", "12.50"), ("$1,234.50", "1234.50"), ("-3.20", "-3.20"), ("(3.20)", "-3.20"),
        ("($1,000.00)", "-1000.00"), ("-$5", "-5"), ("$-5", "-5"), ("7.00-", "-7.00"), (".50", "0.50"), ("0.00", "0"),
        ("5.", "5"), ("-0.00", "0"),
    ],
)  # fmt: skip
def test_money_is_read_as_people_write_it(text, meant):
    assert amount(text) == Decimal(meant)


@pytest.mark.parametrize(
    "text",
    [
        "12.OO",
        "1,23.00",
        "1.234,50",
        "12 000",
        "(5",
        "5)",
        "--5",
        "(-5)",
        "$",
        ".",
        "-",
        "()",
        "1e5",
        "NaN",
        "٣",
        "1" * 40,
    ],
)
def test_what_is_no_money_is_not_guessed(text):
    with pytest.raises(ValueError):  # noqa: PT011
        amount(text)


@given(st.decimals(min_value=-999999, max_value=999999, places=2), st.sampled_from([".", ","]))
def test_every_amount_comes_back_from_every_way_to_write_it(value, decimal):
    plain = f"{abs(value):,.2f}"
    said = plain if decimal == "." else plain.translate(str.maketrans(".,", ",."))
    ways = [said, f"${said}"] if value >= 0 else [f"({said})", f"-{said}", f"(${said})", f"{said}-"]
    assert all(amount(way, decimal) == value for way in ways)


@given(st.text(max_size=30))
def test_no_text_is_read_as_money_without_a_digit_or_breaks_the_reader(text):
    try:
        found = amount(text)
    except ValueError:
        return
    assert (found is None) == (not text.strip())
    assert found is None or any(c.isdigit() for c in text)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_days_come_back_in_each_form(value):
    for form in ("%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"):
        assert day(value.strftime(form), (form,)) == value


ADJUSTMENTS = st.lists(
    st.tuples(
        st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "1", "197", "B15"]),
        st.decimals(min_value=-5000, max_value=5000, places=2),
    ), max_size=5,
)  # fmt: skip


@given(ADJUSTMENTS, st.sampled_from([";", "|", " ; "]), st.sampled_from(["-", "", " "]), st.sampled_from([":", "="]))
def test_packed_adjustments_come_back(told, between, dash, sign):
    text = between.join(f"{group}{dash}{carc}{sign}{value}" for group, carc, value in told)
    assert [(a.group, a.carc, a.amount) for a in packed(text, ".")] == told


CELLS = st.text(max_size=12) | st.sampled_from(list(ROW.values()))


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROW, CELLS)), max_size=4))
def test_whatever_a_file_holds_each_claim_is_read_or_refused_with_its_place(rows):
    m = toml()
    try:
        found = records(m, ROW | {"No": "GOOD"}, *[row | {"No": f"Z{row['No']}"} for row in rows])
    except UnreadableFile:  # a quote or a carriage return may make it no CSV at all
        return
    assert any(isinstance(r, Claim) and r.id == "GOOD" for r in found), "bad rows cost no good claim"
    assert all(isinstance(r, Claim | Remittance) or "row" in r.error.fields() for r in found)


WHATEVER = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
PLACES = (
    "source", "columns.code", "file.dates", "file.encoding", "file.header_row", "adjustments.packed", "words.reversal",
    "payers.X", "nonsense", "columns.nonsense", "file.nonsense",
)  # fmt: skip


@given(WHATEVER, st.sampled_from(PLACES))
def test_no_map_breaks_the_reader_and_none_that_is_wrong_is_taken(value, key):
    said = {"source": {"source": "'p'"}, "file": {}, "adjustments": {"packed": '["Adj"]'}, "words": {}, "payers": {}}
    said["columns"] = {ours: repr(theirs) for ours, theirs in NEEDED.items()}
    section, _, name = key.rpartition(".")
    said.setdefault(section or "source", {})[name] = json.dumps(value, ensure_ascii=True)
    text = "\n".join(f"{k} = {v}" for k, v in said.pop("source").items())
    text += "".join(f"\n[{part}]\n" + "\n".join(f"{k} = {v}" for k, v in of.items()) for part, of in said.items())
    try:
        found = parse_export_map(text)
    except UnreadableInput as error:
        said = str(error)
        assert ", expected " in said
    else:
        assert "nonsense" not in key
        assert found.columns["claim_id"] == ("No",)


def test_the_example_is_a_map_that_works_and_names_every_column_there_is():
    assert read_export_map(EXAMPLE).source == "our billing system"
    text = EXAMPLE.read_text(encoding="utf-8")
    unnamed = {"service_to", *COLUMNS} - {name for name in COLUMNS if f"{name} =" in text}
    assert unnamed <= {"last_name", "first_name", "birth_date", "sex", "member_id"}, "those stand in a comment"
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line or "[adj" in line else line for line in text.splitlines()
    )
    assert parse_export_map(uncommented[uncommented.index("source =") :]).adjustment_columns


MAPS = [
    (toml(without=["paid"]), "[columns]: found no paid, expected the columns every export must tell"),
    (toml(without=["payer_name"]), "[columns]: found neither payer_id nor payer_name, expected one of them"),
    (toml(procedure="CPT"), "[columns]: found 'procedure', expected one of claim_id, code"),
    (toml(file='rows = "row"'), "[file], rows: found 'row', expected one of 'line', 'adjustment'"),
    (toml(file='rows = "adjustment"', without=["line"]), "[columns]: found no line, expected line, which rows"),
    (toml(file='dates = ["%m/%d"]'), "[file], dates: found '%m/%d', expected a form with year, month and day"),
    (toml(file='encoding = "klingon"'), "[file], encoding: found 'klingon', expected one of 'utf-8'"),
    (toml(adjustments=""), "[adjustments]: found nothing, expected packed, columns or fixed"),
    (toml(adjustments='fixed = { "45" = "Adj" }'), "[adjustments.fixed]: found '45', expected group and CARC"),
    (toml(adjustments='columns = [{ group = "G" }]'), "[[adjustments.columns]] 1: found group, expected amount with"),
    (toml(code="[]"), "[columns], code: found nothing, expected a text"),
    ("source = ", "found broken TOML"),
]


@pytest.mark.parametrize(("text", "says"), MAPS)
def test_a_wrong_map_is_refused_with_its_place(text, says):
    with pytest.raises(UnreadableInput) as caught:
        parse_export_map(text, "map.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("map.toml")


def test_one_row_is_a_claim_and_its_answer():
    claim, answer = records(toml(), ROW)
    assert (claim.id, claim.charge, claim.submitted_on, claim.payer.id) == ("A1", 500, date(2026, 1, 9), "ZZMED")
    (line,), (service,) = claim.lines, answer.lines
    assert (line.number, line.code, line.service_from) == (1, "64493", date(2026, 1, 5))
    assert (answer.known_on, answer.paid, service.control_number) == (date(2026, 1, 30), 320, line.control_number)
    assert [(a.group, a.carc, a.amount) for a in service.adjustments] == [("CO", "45", 180)]
    assert not claim.origin.test
    assert "authorization" in claim.origin.untold


def test_a_row_without_a_day_of_answer_is_a_claim_that_waits():
    (claim,) = records(toml(), ROW | {"Posted": "", "Paid": "", "Adj": ""})
    assert isinstance(claim, Claim)
    said = fault(toml(), ROW | {"Posted": ""})
    assert said == "row 2, column 'Posted': found nothing, expected the day of what was paid or adjusted"


def test_adjustments_may_stand_in_columns_in_pairs_or_in_columns_of_their_own():
    m = toml(
        adjustments="""
        columns = [{ group = "G1", carc = "C1", amount = "A1" }, { code = "K2", amount = "A2" }]
        fixed = { "PR-1" = "Deductible" }"""
    )
    _, answer = records(
        m, ROW | {"G1": "CO", "C1": "45", "A1": "100", "K2": "CO151", "A2": "50.00", "Deductible": "$30"}
    )
    said = [(a.group, a.carc, a.amount) for a in answer.lines[0].adjustments]
    assert said == [("CO", "45", 100), ("CO", "151", 50), ("PR", "1", 30)]
    row = ROW | {"G1": "XX", "C1": "45", "A1": "1", "K2": "", "A2": "", "Deductible": ""}
    assert fault(m, row) == "row 2, column 'C1': found '45', expected group and CARC, such as CO-45"


def test_one_row_an_adjustment_is_one_answer():
    m = toml(file='rows = "adjustment"', adjustments='columns = [{ code = "Adj", amount = "Amount" }]')
    rows = [ROW | {"Adj": "CO-45", "Amount": "100"}, ROW | {"Adj": "PR-2", "Amount": "80"}]
    claim, answer = records(m, *rows)
    assert [(a.carc, a.amount) for a in answer.lines[0].adjustments] == [("45", 100), ("2", 80)]
    assert len(claim.lines) == 1
    said = fault(m, rows[0], rows[1] | {"Paid": "1.00"})
    assert said == "row 3, column 'Paid': found another amount, expected what row 2 says"


def test_a_line_answered_twice_of_a_day_in_an_export_by_line_is_not_added_up():
    said = fault(toml(), ROW, ROW)
    assert "row 3, column 'Line': found line 1 of claim and day again, as in row 2" in said


def test_rows_that_say_different_things_of_one_line_cost_the_claim():
    said = fault(toml(), ROW, ROW | {"CPT": "64494", "Posted": "2026-02-20"})
    assert "row 3, column 'CPT': found something else of the same line, expected what row 2 says" in said


def test_a_reversal_is_told_by_a_word_or_a_negative_charge_and_comes_before_what_follows():
    back = ROW | {"Posted": "2026-02-20", "Charge": "-500.00", "Paid": "-320.00", "Adj": "CO-45:-180.00"}
    new = ROW | {"Posted": "2026-02-20", "Paid": "0", "Adj": "CO-50:500.00"}
    _, first, reversal, correction = records(toml(), ROW, new, back)
    assert [x.is_reversal for x in (first, reversal, correction)] == [False, True, False]
    assert reversal.charge == -500
    m = toml(reversal="Type", more="[words]\nreversal = ['Takeback']")
    _, first, reversal = records(m, ROW | {"Type": ""}, back | {"Charge": "500.00", "Type": "TAKEBACK"})
    assert reversal.is_reversal
    assert reversal.charge == -500


def test_a_bad_birth_date_is_named_and_not_shown():
    said = fault(toml(birth_date="Born"), ROW | {"Born": "13/32/1950"})
    assert said == "row 2, column 'Born': found something else, expected a day written %Y-%m-%d"


def test_encodings_delimiters_decimals_and_lines_above_the_header():
    m = toml(file='encoding = "windows-1252"\ndelimiter = ";"\ndecimal = ","\nheader_row = 3\ndates = ["%d.%m.%Y"]')
    row = ROW | {
        "Payer": "Kräuter", "Charge": "1.500,00", "Paid": "1.320,00", "Adj": "CO-45:180,00", "DOS": "05.01.2026",
        "Billed": "09.01.2026", "Posted": "30.01.2026",
    }  # fmt: skip
    data = b"Report of\nsomething\n" + as_csv(row, delimiter=";", encoding="cp1252")
    claim, answer = open_export(io.BytesIO(data), parse_export_map(m), "x.csv").records()
    assert (claim.payer.name, claim.charge, answer.paid) == ("Kräuter", 1500, 1320)
    with pytest.raises(UnreadableFile, match="found text that is not utf-8"):
        open_export(
            io.BytesIO(as_csv(ROW | {"Payer": "Kräuter"}, encoding="cp1252")), parse_export_map(toml()), "x.csv"
        )


def test_a_mapped_column_that_is_not_there_refuses_the_file_and_others_are_listed():
    with pytest.raises(UnreadableFile) as caught:
        records(toml(place="POS"), ROW)
    assert str(caught.value).startswith("x.csv, row 1: found no column 'POS' among 11, expected every column")
    export = open_export(io.BytesIO(as_csv(ROW | {"Comment": "x", "Room": ""})), parse_export_map(toml()), "x.csv")
    assert export.unknown_columns == ("Comment", "Room")


def test_a_row_without_a_claim_number_costs_itself_alone():
    found = records(toml(), ROW, ROW | {"No": " "})
    assert [type(r).__name__ for r in found] == ["Refusal", "Claim", "Remittance"]
    assert str(found[0].error) == "row 3, column 'No': found nothing, expected a claim number"


def test_a_payer_is_known_by_the_id_the_map_gives_its_name():
    claim, _ = records(toml(more='[payers]\n"zzmed" = "04412"'), ROW)
    assert (claim.payer.id, claim.payer.name) == ("04412", "ZZMED")


def test_the_same_claim_sent_again_later_is_another_submission():
    later = {"Billed": "2026-02-09", "Posted": "2026-03-01"}
    found = records(toml(), ROW, ROW | later)
    claims = [r for r in found if isinstance(r, Claim)]
    assert [c.submitted_on for c in claims] == [date(2026, 1, 9), date(2026, 1, 9) + timedelta(days=31)]
