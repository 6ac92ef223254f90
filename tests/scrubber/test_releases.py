"""A new release changes no finding of days of service it does not cover, nor of days before it was published."""

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.claim_json import claim_from_json
from past.patient import PatientPast
from scrubber import scrub
from scrubber.tables import TABLE_NAMES, TableGap, shipped_tables
from scrubber.tables.loading import SHIPPED, load_table, read_manifest
from scrubber.tables.reading import FORMS
from store.table_releases import Wanted, import_table

NAMES = [name for name in TABLE_NAMES if read_manifest(name, SHIPPED / name)["releases"]]
TODAY = date(2027, 6, 4)
CODES = ("62323", "64483", "64493", "99213", "77003", "20552", "27096", "J1030", "80307", "64635")


@cache
def rows_of(table: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns and rows of the newest shipped release."""
    manifest = read_manifest(table, SHIPPED / table)
    newest = max(manifest["releases"], key=lambda r: r["effective"])
    with (SHIPPED / table / newest["file"]).open(encoding="utf-8", newline="") as lines:
        columns, *rows = csv.reader(lines)
    return tuple(columns), tuple(map(tuple, rows))


def changed(table: str, rng: random.Random) -> list[list[str]]:
    """Some of the rows, with cells of other rows of their own column: what a release may change, it does.

    The family of a code stays: it is our own word and has no date.
    """
    columns, rows = rows_of(table)
    keyed = FORMS[table].columns[0]
    kept = [list(row) for row in rows if rng.random() < rng.choice((0.3, 0.9))]
    for row in kept:
        at = rng.randrange(len(columns))
        if columns[at] not in (keyed, "family", "valid_from", "valid_to", "column1", "item", "one_of"):
            row[at] = rng.choice(rows)[at]
    if table in ("ptp", "mue"):  # no pair and no code twice
        kept = [list(row) for row in {row[0]: row for row in kept}.values()]
    return kept


def claim(rng: random.Random, day: date):
    """An invented claim of that day."""
    lines = [
        {
            "number": n,
            "code": rng.choice(CODES),
            "modifiers": rng.choice(([], ["59"], ["50"], ["RT"], ["25"])),
            "units": rng.choice(("1", "2", "4")),
            "charge": "250.00",
            "from": day.isoformat(),
            "diagnosis_pointers": [1],
        }
        for n in range(1, 4)
    ]
    document = {
        "id": "ZZTEST1",
        "place_of_service": rng.choice(("11", "22", "24")),
        "payer": {"id": "ZZ001", "name": rng.choice(("Medicare", "Aetna", "UMR")), "filing_indicator": "MB"},
        "diagnoses": [{"code": rng.choice(("M54.16", "M47.816", "M51.36", "M54.50"))}],
        "lines": lines,
    }
    return claim_from_json({"claim": document})


@pytest.mark.parametrize("table", NAMES)
@given(
    seed=st.integers(0, 10**6),
    effective=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    published=st.integers(-60, 60),
    complete=st.booleans(),
)
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # the seed is the whole example: there is nothing to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_release_changes_no_finding_it_does_not_cover(table, seed, effective, published, complete):
    rng = random.Random(seed)
    new = changed(table, rng)
    if not new:
        return
    out_on = effective + timedelta(published)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        with (home / "new.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([rows_of(table)[0], *new])
        wanted = Wanted("new", effective, out_on, complete)
        done = import_table(home, table, [home / "new.csv"], wanted, today=TODAY)
        after = replace(shipped_tables(), **{table: load_table(table, home)})
    assert done.published == out_on
    before = shipped_tables()
    covered = max(effective, out_on)
    for day, as_of in (
        (effective - timedelta(1), covered + timedelta(200)),
        (effective - timedelta(rng.randrange(1, 400)), covered + timedelta(rng.randrange(0, 200))),
        (effective + timedelta(rng.randrange(0, 90)), out_on - timedelta(1)),
    ):
        if table == "payers" and day >= effective:
            continue  # who a payer is has one clock: the day of service
        for _ in range(3):
            asked = claim(rng, day)
            said = [scrub(asked, tables, PatientPast(), as_of=as_of) for tables in (before, after)]
            assert said[0] == said[1], f"{table}: {day} as of {as_of}, release of {effective}, published {out_on}"
    try:
        assert getattr(after, table).on(covered, covered).name == "new"
    except TableGap:
        pytest.fail("the new release speaks for no day")


def test_a_release_does_change_the_findings_it_covers(tmp_path):
    (tmp_path / "new.csv").write_text("code,units,mai\n64483,1,2\n62323,1,2\n")
    day = date(2026, 8, 3)
    import_table(tmp_path, "mue", [tmp_path / "new.csv"], Wanted("new", date(2026, 7, 1), None, True), today=TODAY)
    after = replace(shipped_tables(), mue=load_table("mue", tmp_path))
    rng = random.Random(1)
    said = []
    for _ in range(40):
        asked = claim(rng, day)
        said.append([scrub(asked, tables, PatientPast(), as_of=day) for tables in (shipped_tables(), after)])
    assert any(old != new for old, new in said)
