"""The tables' files: a practice's own releases, and what is said of a file that is not what it should be."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from datetime import date
from hashlib import sha256

import pytest

from scrubber.tables import TABLE_NAMES as NAMES
from scrubber.tables import UnreadableTable, load_tables
from scrubber.tables.loading import SHIPPED, load_table

DAY = date(2026, 3, 10)


@pytest.fixture
def home(tmp_path):
    """A home with the practice's own unit limits: one code, from 2025."""
    folder = tmp_path / "tables" / "mue"
    folder.mkdir(parents=True)
    write_release(folder, "code,units,mai\n64493,2,3\n")
    return tmp_path


def write_release(folder, content: str, *, name: str = "own", effective: date = date(2025, 1, 1), **more) -> None:
    (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    manifest = tomllib.loads((SHIPPED / folder.name / "manifest.toml").read_text(encoding="utf-8"))
    said = {
        "rows": content.count("\n") - 1,
        "sha256": sha256(content.encode()).hexdigest(),
        "coverage": "subset",
        **more,
    }
    lines = [f'{k} = "{manifest[k]}"' for k in ("title", "publisher", "url", "licence", "grain")]
    lines += ['key = ["code"]', "quarterly = false", "[columns]", *(f'{c} = "x."' for c in manifest["columns"])]
    lines += ["[[releases]]", f'name = "{name}"', f'file = "{name}.csv"', f"effective = {effective}"]
    lines += [f"published = {effective}", f'coverage = "{said["coverage"]}"', f"rows = {said['rows']}"]
    lines += [f'sha256 = "{said["sha256"]}"']
    (folder / "manifest.toml").write_text("\n".join(lines), encoding="utf-8")


def test_a_practices_release_speaks_from_its_day_and_a_subset_drops_nothing(home):
    mue = load_tables(home).mue
    assert mue.on(date(2024, 12, 31), DAY).get("64493").units == 1
    own = mue.on(date(2025, 1, 1), DAY)
    assert own.name == "own"
    assert own.get("64493").units == 2
    assert own.get("27096").units == 1, "what a subset does not hold stays in force"
    assert mue.quarterly


def test_a_complete_release_drops_what_it_does_not_hold(home):
    write_release(home / "tables" / "mue", "code,units,mai\n64493,2,3\n", coverage="complete")
    assert load_tables(home).mue.on(date(2025, 1, 1), DAY).get("27096") is None


def test_a_practices_release_of_the_same_name_takes_the_place_of_ours(home):
    write_release(home / "tables" / "mue", "code,units,mai\n64493,3,3\n", name="2024q3", effective=date(2024, 7, 1))
    mue = load_tables(home).mue
    assert [r.name for r in mue.releases] == ["2024q3"]
    assert mue.on(DAY, DAY).get("64493").units == 3


def test_a_practice_may_add_one_payers_demand(tmp_path):
    folder = tmp_path / "tables" / "authorizations"
    folder.mkdir(parents=True)
    header = "codes,payer_types,valid_from,valid_to,places,states,need,verified,citation,url\n"
    write_release(folder, header + "62323,umr,2025-01-01,,,,required,yes,UMR list,https://payer.example/list\n")
    demands = load_tables(tmp_path).authorizations.on(DAY, DAY).get("62323")
    assert [d.need for d in demands if d.payer_type == "umr"] == ["required"]
    assert [d.need for d in demands if d.payer_type == "commercial"] == ["required"], "the general rows stay"


def test_a_pair_in_a_practices_subset_leaves_the_others(tmp_path):
    folder = tmp_path / "tables" / "ptp"
    folder.mkdir(parents=True)
    write_release(folder, "column2,indicator,column1\n99213,0,62323\n")
    edits = load_tables(tmp_path).ptp.on(DAY, DAY).get("99213")
    assert edits["62323"].indicator == "0"
    assert edits["62323"].effective == date(2025, 1, 1)
    assert edits["62321"].indicator == "1"


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        ("code,units,mai\n64493,two,3\n", {}, "own.csv, line 2, column units: found 'two', expected a whole number"),
        ("code,units,mai\n64493,1,4\n", {}, "line 2, column mai: found '4', expected 1, 2, 3"),
        ("code,units,mai\n64493,1,3\n64493,1,3\n", {}, "line 3, column code: found '64493', expected each only once"),
        ("code,units,mai\n64493,1\n", {}, "table mue, own.csv, line 2: found 2 values, expected 3 values"),
        ("code,units\n64493,1\n", {}, "table mue, own.csv, line 1: found code, units, expected code, units, mai"),
        ("code,units,mai\n64493,1,3\n", {"rows": 2}, "found 1 rows, expected 2 rows, as the manifest says"),
        ("code,units,mai\n64493,1,3\n", {"sha256": "0" * 64}, "expected 000000000000.... The file has changed since"),
        ("code,units,mai\n64493,1,3\n", {"coverage": "some"}, "coverage: found 'some', expected subset or complete"),
    ],
)  # fmt: skip
def test_a_release_that_is_not_what_it_should_be_says_where_and_what(home, content, more, says):
    write_release(home / "tables" / "mue", content, **more)
    with pytest.raises(UnreadableTable) as error:
        load_tables(home)
    assert says in str(error.value)


def test_a_missing_file_and_a_manifest_of_other_columns_are_named(home, tmp_path):
    (home / "tables" / "mue" / "own.csv").unlink()
    with pytest.raises(UnreadableTable, match=r"table mue, own\.csv: found no file"):
        load_tables(home)
    manifest = home / "tables" / "mue" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("units =", "most ="))
    with pytest.raises(UnreadableTable, match=r"\[columns\]: found code, most, mai, expected code, units, mai"):
        load_tables(home)
    manifest.unlink()
    with pytest.raises(UnreadableTable, match="found no file, expected a manifest in mue/"):
        load_tables(home)


@pytest.mark.parametrize(
    ("name", "column", "value", "says"),
    [
        ("codes", "valid_to", "2020-13-01", "expected a day such as 2024-07-01"),
        ("codes", "allowed_facility", "cheap", "expected an amount such as 125.00"),
        ("codes", "is_addon", "maybe", "expected yes, no"),
        ("codes", "family", "", "expected a value"),
        ("icd10", "side", "up", "expected none, left, right, bilateral, unspecified"),
        ("payers", "type", "bank", "expected medicare, medicare_advantage"),
        ("payers", "name_patterns", "(", "expected regular expressions parted by ;"),
        ("authorizations", "valid_from", "", "expected a day such as 2024-07-01"),
        ("ptp", "indicator", "5", "expected 0, 1, 9"),
    ],
)
def test_a_bad_value_is_named_by_line_and_column(tmp_path, name, column, value, says):
    folder = tmp_path / "tables" / name
    shutil.copytree(SHIPPED / name, folder)
    manifest = (folder / "manifest.toml").read_text(encoding="utf-8")
    file = next(folder.glob("*.csv"))
    header, first, *rest = file.read_text(encoding="utf-8").split("\n")
    cells = next(csv.reader([first]))
    cells[header.split(",").index(column)] = value
    text = "\n".join([header, ",".join(f'"{c}"' for c in cells), *rest])
    file.write_text(text, encoding="utf-8")
    digest = re.search(r'sha256 = "(\w+)"', manifest)[1]
    (folder / "manifest.toml").write_text(manifest.replace(digest, sha256(text.encode()).hexdigest()), encoding="utf-8")
    with pytest.raises(UnreadableTable) as error:
        load_table(name, tmp_path)
    assert f"line 2, column {column}: found {value!r}, {says}" in str(error.value)


def test_a_bundle_sees_when_a_table_has_changed(home):
    mine = load_tables(home).versions()
    ours = load_tables().versions()
    assert mine["mue"].startswith("own ")
    assert {name for name in NAMES if mine[name] != ours[name]} == {"mue"}


def test_a_cell_may_be_as_long_as_its_file() -> None:
    from scrubber.tables.loading import _cells
    from scrubber.tables.reading import FORMS

    long = " ".join(f"M{n:05d}" for n in range(40_000))
    (cells,) = _cells("ptp.csv", f"column2,indicator,column1\n64483,1,{long}\n", FORMS["ptp"])
    assert len(cells.text("column1")) > 200_000
