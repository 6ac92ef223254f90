"""PTP in full: the compiled pairs answer as a dictionary of them would, and are not taken into memory."""

import pickle
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scrubber.tables.pairs
from scrubber.tables import UnreadableTable
from scrubber.tables.pairs import Compiler, Layered, PairTable, number_of
from scrubber.tables.rows import PtpEdit

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODES = st.sampled_from(["00104", "00100", "99213", "J1030", "0213T", "ZZZZZ", "00000"]) | st.text(
    LETTERS, min_size=5, max_size=5
)
DAYS = st.dates(date(1996, 1, 1), date(2027, 1, 1))
ROWS = st.lists(
    st.tuples(CODES, CODES, st.sampled_from("019"), DAYS, st.none() | st.integers(0, 4000)).map(
        lambda row: (
            *row[:3],
            row[3].isoformat(),
            (row[3] + timedelta(row[4])).isoformat() if row[4] is not None else "",
        )
    ),
    max_size=40,
)


def compiled(path: Path, rows) -> PairTable:
    compiler = Compiler()
    compiler.add(rows)
    with path.open("wb") as file:
        compiler.write(file)
    return PairTable(path)


@pytest.fixture
def table(tmp_path):
    rows = [("99213", "62321", "0", "2024-04-01", ""), ("99213", "62321", "1", "2017-01-01", "2023-12-31")]
    return compiled(tmp_path / "a.pairs", [*rows, ("36415", "99213", "1", "1996-01-01", "")])


@given(ROWS, st.lists(st.tuples(CODES, CODES, DAYS), max_size=20))
def test_compiled_pairs_answer_as_a_dictionary_of_them_would(rows, asked):
    held = {}
    for two, one, indicator, first, last in rows:
        period = indicator, date.fromisoformat(first), date.fromisoformat(last) if last else None
        held.setdefault(two, {}).setdefault(one, set()).add(period)
    with TemporaryDirectory() as folder:
        table = compiled(Path(folder) / "a.pairs", rows)
        assert set(table) == set(held)
        assert len(table) == len(held)
        assert table.pairs == sum(len(of) for of in held.values())
        for two, of in held.items():
            assert set(table[two]) == set(of)
            assert len(table[two]) == len(of)
        for two, one, day in [*asked, *((two, one, date.fromisoformat(first)) for two, one, _, first, _ in rows)]:
            periods = held.get(two, {}).get(one, set())
            edit = table[two].get(one) if two in table else None
            assert (edit is None) == (not periods)
            on = [p for p in periods if p[1] <= day and (p[2] is None or day <= p[2])]
            found = edit.on(day) if edit else None
            assert (found is None) == (not on)
            if found:
                assert (found.indicator, found.effective, found.until) in on
                assert found.effective == max(first for _, first, _ in on), "the newest period speaks"


@given(CODES)
def test_a_code_is_its_number(code):
    assert scrubber.tables.pairs._code_of(number_of(code)) == code


@pytest.mark.parametrize("code", ["", "9921", "992133", "j1030", "９９213", "99 13", "-9213", "+1234", "1_234"])
def test_what_is_no_code_is_in_no_pair(table, code):
    assert number_of(code) is None
    assert table.get(code) is None
    assert code not in table
    assert table["99213"].get(code, "nothing") == "nothing"


def test_a_copy_for_another_process_maps_the_same_file(table):
    packed = pickle.dumps(table)
    assert len(packed) < 500
    assert pickle.loads(packed)["99213"]["62321"] == table["99213"]["62321"]


def test_what_is_remembered_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(scrubber.tables.pairs, "_MOST_KEPT", 10)
    rows = [(f"{n:05d}", "99213", "1", "2020-01-01", "") for n in range(50)]
    table = compiled(tmp_path / "a.pairs", rows)
    for _ in range(3):
        for n in range(50):
            assert table[f"{n:05d}"]["99213"].indicator == "1"
            assert "99214" not in table[f"{n:05d}"]
            assert len(table._kept) <= 11


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda content: content[:-1], "expected a compiled file"),
        (lambda content: content + b" ", "bytes, expected"),
        (lambda content: content[:10], "found another kind of file"),
        (lambda content: b"PK" + content[2:], "found another kind of file"),
        (lambda content: content[:8] + content[8:12][::-1] + content[12:], "found byte order 0x4030201"),
    ],
)
def test_a_compiled_file_that_is_not_whole_is_refused(table, tmp_path, change, says):
    (tmp_path / "b.pairs").write_bytes(change(table.path.read_bytes()))
    with pytest.raises(UnreadableTable, match=says.replace("a compiled file", r"\d+ bytes")) as error:
        PairTable(tmp_path / "b.pairs")
    assert "Import the publisher's file again" in str(error.value)


@pytest.mark.parametrize(
    "row",
    [
        ("9921", "62321", "0", "2024-04-01", ""),
        ("99213", "62321", "2", "2024-04-01", ""),
        ("99213", "62321", "0", "2024-04-31", ""),
        ("99213", "62321", "0", "", ""),
        ("99213", "62321", "0", "2024-04-01", "2024-03-31"),
    ],
)
def test_a_pair_that_cannot_be_is_not_compiled(row):
    with pytest.raises(UnreadableTable, match="table ptp, pair 1"):
        Compiler().add([row])


def test_a_release_in_part_lies_over_the_one_before(table):
    older = {"99213": {"62323": PtpEdit("1", date(2020, 1, 1), None)}, "77003": {"62323": PtpEdit("0", date.min, None)}}
    both = Layered(table, older)
    assert set(both) == {"99213", "77003", "36415"}
    assert len(both) == 3
    assert {one: edit.indicator for one, edit in both["99213"].items()} == {"62321": "0", "62323": "1"}
    assert both.get("77003") == older["77003"]
    assert both.get("62323") is None
    assert pickle.loads(pickle.dumps(both))["99213"]["62323"].indicator == "1"
