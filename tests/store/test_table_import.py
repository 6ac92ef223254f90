"""PTP edits as CMS gives them: taken whole, or refused with a place and nothing changed."""

import csv
import io
import os
import signal
import sys
import time
import zipfile
from datetime import date
from hashlib import sha256

import pytest

from scrubber.tables import UnreadableTable, load_tables
from scrubber.tables.loading import SHIPPED, STAMP, load_table
from scrubber.tables.publishers import WrongDelivery
from store.errors import ImportUnderWay
from store.table_files import Limits, opened_sheets
from store.table_manifests import entries, only_one
from store.table_releases import rollback_table
from tests.store.ptp_files import HEADING, PARTS, TODAY, archive, name_of, quarter, take, text_of, workbook

DAY = date(2026, 8, 3)


def files_in(home):
    """Every file of the practice's tables with its content's digest, but for the lock and the stamp."""
    return {
        str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest()
        for path in sorted((home / "tables").rglob("*"))
        if path.is_file() and path.name not in (".lock", STAMP)
    }


def in_force(home):
    return load_table("ptp", home).on(DAY, TODAY)


# Taken


def test_the_four_parts_are_the_whole_table_and_each_pair_has_its_own_days(tmp_path):
    done = take(tmp_path, quarter(tmp_path / "in"))
    assert (done.release, done.complete, done.rows, done.before) == ("2026q3", True, 6, "2024q3")
    release = in_force(tmp_path)
    assert (release.name, release.effective, release.published) == ("2026q3", date(2026, 7, 1), date(2026, 7, 1))
    assert release.get("62323")["00104"].indicator == "0"
    edit = release.get("99213")["62321"]
    assert [edit.on(day) and edit.on(day).indicator for day in (date(2016, 12, 31), date(2017, 1, 1))] == [None, "1"]
    assert [edit.on(day) and edit.on(day).indicator for day in (date(2024, 1, 15), date(2024, 4, 1))] == [None, "0"]
    assert release.get("77003")["64493"].on(date(2010, 12, 31)).indicator == "1", "a last day is inclusive"
    assert release.get("77003")["64493"].on(date(2011, 1, 1)) is None
    assert release.get("62322") is None, "what the whole table does not hold is not there"


def test_an_earlier_day_of_service_is_answered_by_the_pairs_own_days_once_the_release_was_published(tmp_path):
    take(tmp_path, quarter(tmp_path / "in"))
    ptp = load_table("ptp", tmp_path)
    served = date(2020, 5, 5)
    assert ptp.on(served, date(2026, 7, 1)).get("99213")["62321"].on(served).indicator == "1"
    with pytest.raises(LookupError, match="no ptp release covers 2020-05-05"):
        ptp.on(served, date(2026, 6, 30))
    with pytest.raises(LookupError, match="earliest we hold starts 1996-01-01"):
        ptp.on(date(1995, 12, 31), TODAY)


def test_parts_alone_are_a_subset_over_what_was_held(tmp_path):
    files = quarter(tmp_path / "in", {2: PARTS[2]})
    done = take(tmp_path, files)
    assert not done.complete
    assert any("f2 of 4" in note for note in done.notes)
    release = in_force(tmp_path)
    assert release.get("77003")["64483"].indicator == "0"
    shipped = load_table("ptp").releases[-1]
    assert dict(release.get("62322")) == shipped.get("62322"), "pairs of the other parts stay as they were"
    assert load_table("ptp", tmp_path).on(date(2026, 6, 30), TODAY).name == "2024q3", "it speaks for its own quarter on"


def test_a_workbook_says_the_same_as_the_text_beside_it(tmp_path):
    rows = [(*line.split("\t"),) for line in HEADING]
    rows += [
        (int(one) if one.isdigit() else one, two, star, int(first), int(last) if last != "*" else last, int(indicator))
        for one, two, star, first, last, indicator in PARTS[1]
    ]
    (tmp_path / f"{name_of(1)}.xlsx").write_bytes(workbook(rows))
    take(tmp_path / "book", [tmp_path / f"{name_of(1)}.xlsx"])
    take(tmp_path / "text", quarter(tmp_path / "in", {1: PARTS[1]}))
    book, text = (load_table("ptp", tmp_path / which).releases[-1] for which in ("book", "text"))
    assert book.sha256 == text.sha256
    assert book.get("62323")["00104"].indicator == "0", "a code that the workbook took for the number 104"


def test_the_same_rows_in_two_forms_are_read_once(tmp_path):
    both = {
        f"{name_of(1)}.TXT": text_of(PARTS[1]),
        f"{name_of(1)}.xlsx": workbook([("no", "heading")]),
        "readme.pdf": "x",
    }
    assert take(tmp_path, [archive(tmp_path / "a.zip", both)]).rows == 2


def test_an_archive_within_an_archive_and_a_folder_of_them_are_read(tmp_path):
    inner = [path.read_bytes() for path in quarter(tmp_path / "in")]
    outer = tmp_path / "whole"
    outer.mkdir()
    archive(outer / "2026q3.zip", {f"part{i}.zip": content for i, content in enumerate(inner)})
    (outer / "notes.docx").write_bytes(b"not ours")
    assert take(tmp_path, [outer]).complete


def test_a_release_given_twice_changes_nothing(tmp_path):
    take(tmp_path, quarter(tmp_path / "in"))
    before = files_in(tmp_path)
    assert not take(tmp_path, quarter(tmp_path / "in")).changed
    assert files_in(tmp_path) == before


def test_a_corrected_release_of_the_same_quarter_takes_the_place_of_the_first(tmp_path):
    take(tmp_path, quarter(tmp_path / "in"))
    corrected = {**PARTS, 3: [("99213", "36415", "*", "19960101", "20260630", "1")]}
    assert take(tmp_path, quarter(tmp_path / "again", corrected)).changed
    assert in_force(tmp_path).get("36415")["99213"].on(DAY) is None
    assert [r.name for r in load_table("ptp", tmp_path).releases] == ["2024q3", "2026q3"]


def test_far_fewer_rows_than_before_are_told(tmp_path):
    many = {**PARTS, 2: [(f"{n:05d}", "77003", "", "20110101", "*", "0") for n in range(20000, 20050)]}
    take(tmp_path, quarter(tmp_path / "in", many))
    done = take(tmp_path, quarter(tmp_path / "next", version="323r0"))
    assert any("Only 6 rows; release 2026q3 has 54." in note for note in done.notes)


# Refused


def cut(folder):
    path = quarter(folder, {1: PARTS[1]})[0]
    path.write_bytes(path.read_bytes()[:-40])
    return [path]


def damaged(folder):
    path = quarter(folder, {1: PARTS[1] * 50})[0]
    content = bytearray(path.read_bytes())
    content[120:124] = bytes(4)
    path.write_bytes(content)
    return [path]


def rows(*changed, heading=HEADING, name=None):
    def make(folder):
        folder.mkdir(parents=True)
        lines = "\r\n".join((*heading, *("\t".join(row) for row in changed)))
        (folder / (name or f"{name_of(1)}.txt")).write_text(lines, newline="")
        return [folder]

    return make


def two_quarters(folder):
    return [*quarter(folder, {1: PARTS[1]}), *quarter(folder, {2: PARTS[2]}, version="321r0")]


def page(folder):
    folder.mkdir(parents=True)
    (folder / f"{name_of(1)}.txt").write_text("<!DOCTYPE html>\n<html><body>License</body></html>")
    return [folder]


def in_three_archives(folder):
    inner = quarter(folder, {1: PARTS[1]})[0]
    for depth in range(3):
        inner = archive(folder / f"outer{depth}.zip", {"inner.zip": inner.read_bytes()})
    return [inner]


def broken_book(folder):
    folder.mkdir(parents=True)
    (folder / f"{name_of(1)}.xlsx").write_bytes(workbook([("Column 1", "Column 2")])[:700])
    return [folder]


GOOD = ("62321", "99213", "", "20240401", "*", "0")
REFUSED = {
    "a cut archive": (cut, "a cut or broken archive"),
    "a damaged archive": (damaged, "a cut or broken archive"),
    "a broken workbook": (broken_book, "a broken workbook"),
    "archives in archives in archives": (in_three_archives, "an archive in an archive in an archive"),
    "the licence page": (page, "found a web page, expected the file itself"),
    "two quarters at once": (two_quarters, "parts of several quarters (2026-04-01, 2026-07-01)"),
    "hospital edits": (rows(GOOD, name="ccioph-v322r0-f1.txt"), "found edits for hospitals (ccioph)"),
    "another table": (rows(heading=("HCPCS Code\tMUE\tMAI",)), "found 'HCPCS Code | MUE | MAI', expected a heading"),
    "a heading without the modifier": (
        rows(GOOD, heading=("Column 1\tColumn 2\t*\tEffective\tDeletion",)),
        "row 1: found Column 1, Column 2, *, Effective, Deletion, expected a heading with indicator too",
    ),
    "a heading alone": (rows(), "found a heading and no pairs"),
    "a code that is none": (
        rows(GOOD, ("6232", "99213", "", "20240401", "*", "0"), GOOD),
        "row 8, column Column 1: found '6232'",
    ),
    "another indicator": (
        rows(GOOD, ("62321", "99214", "", "20240401", "*", "2")),
        "row 8, column Modifier: found '2', expected 0, 1, 9",
    ),
    "a day that is none": (
        rows(("62321", "99213", "", "20240431", "*", "0")),
        "row 7, column Effective Date: found '20240431', expected a day such as 20240701",
    ),
    "an end before the beginning": (
        rows(("62321", "99213", "", "20240401", "20240331", "0")),
        "row 7, column Deletion Date: found '20240331', expected a day not before the Effective Date (2024-04-01)",
    ),
    "a row cut off": (rows(("62321", "99213", "", "2024")), "row 7: found 4 cells, expected 6 or more"),
    "a name without a version": (rows(GOOD, name="edits.txt"), "Say it: --effective 2026-07-01."),
    "no such file": (lambda folder: [folder / "nothing.zip"], "nothing.zip: found no such file"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_refused_whole_with_its_place_and_the_old_release_stays(tmp_path, what):
    make, says = REFUSED[what]
    home = tmp_path / "home"
    take(home, quarter(tmp_path / "held", version="320r0"))
    before, stamp = files_in(home), (home / "tables" / STAMP).read_bytes()
    with pytest.raises(WrongDelivery) as error:
        take(home, make(tmp_path / "in"))
    assert says in str(error.value)
    assert files_in(home) == before
    assert (home / "tables" / STAMP).read_bytes() == stamp
    assert in_force(home).name == "2026q1"
    assert load_tables(home).ptp.on(DAY, TODAY).get("99213")["62321"].indicator == "0"


def test_an_older_release_is_taken_only_when_asked_for_and_lies_below_the_newer(tmp_path):
    take(tmp_path, quarter(tmp_path / "in"))
    before, older = files_in(tmp_path), quarter(tmp_path / "older", version="321r0")
    with pytest.raises(WrongDelivery, match=r"found effective 2026-04-01, expected no release older than 2026q3"):
        take(tmp_path, older)
    assert files_in(tmp_path) == before
    take(tmp_path, older, older=True)
    assert in_force(tmp_path).name == "2026q3"
    assert load_table("ptp", tmp_path).on(DAY, date(2026, 5, 1)).name == "2026q2", "nobody had the newer one then"


@pytest.mark.parametrize(
    ("limits", "members", "says"),
    [
        (Limits(small=1000), {"a.txt": "0" * 1_000_000}, "packed more than 200 times"),
        (Limits(bytes=100_000), {"a.txt": os.urandom(60_000), "b.txt": os.urandom(60_000)}, "120,000 bytes unpacked"),
        (Limits(members=2), {f"{n}.txt": "x" for n in range(3)}, "found 3 files"),
    ],
)
def test_an_archive_made_to_fill_a_disk_is_not_unpacked(tmp_path, limits, members, says):
    with pytest.raises(WrongDelivery, match=says), opened_sheets([archive(tmp_path / "a.zip", members)], limits=limits):
        pass


def test_an_archive_that_hides_its_size_in_another_is_not_unpacked(tmp_path):
    inner = archive(tmp_path / "inner.zip", {"a.txt": "0" * 1_000_000}).read_bytes()
    outer = archive(tmp_path / "outer.zip", {"inner.zip": inner})
    says = r"outer\.zip > inner\.zip: .*packed more than 200"
    with pytest.raises(WrongDelivery, match=says), opened_sheets([outer], limits=Limits(small=1000)):
        pass


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path):
    path = archive(tmp_path / f"{name_of(1)}.zip", {f"{name_of(1)}.txt": text_of(PARTS[1] * 2000)})
    with zipfile.ZipFile(path) as packed:
        size = packed.infolist()[0].file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little")))
    with pytest.raises(WrongDelivery, match="a cut or broken archive"):
        take(tmp_path, [path])


def test_a_name_that_is_no_table_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(UnreadableTable, match=r"NAME: found 'ptpp', expected a table or a publisher's file: addons, "):
        take(tmp_path, quarter(tmp_path / "in"), name="ptpp")


# Text as publishers write it


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_is_read_however_it_was_written(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes('code,words\r\n00104,"Müller, Söhne –"\r\n'.encode(encoding))
    with opened_sheets([tmp_path / "a.csv"]) as sheets:
        assert [list(sheet.rows) for sheet in sheets] == [[("code", "words"), ("00104", "Müller, Söhne –")]]
        assert len(list(sheets[0].rows)) == 2, "and again"


def test_a_line_of_fixed_columns_stays_as_it_is(tmp_path):
    (tmp_path / "a.txt").write_text("  00001 M54   0 Back \n\nx\ty \n")
    with opened_sheets([tmp_path / "a.txt"]) as sheets:
        assert list(sheets[0].rows) == [("  00001 M54   0 Back ",), (), ("x", "y")]


def test_the_cells_of_a_workbook_keep_their_row_and_column(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook([(None,), (None, "a", 104, 1.5), (None, None, 20240701)]))
    with opened_sheets([tmp_path / "a.xlsx"]) as sheets:
        found = dict(iter(sheets[0]))
    assert found[2][1:4] == ("a", "104", "1.5")
    assert found[3][2] == "20240701"


def test_reading_tells_how_far_it_is(tmp_path):
    told = []
    files = quarter(tmp_path / "in")
    with opened_sheets(files, progress=lambda done, of: told.append((done, of))) as sheets:
        for sheet in sheets:
            assert list(sheet.rows)
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


# A table a practice writes itself


def test_a_practices_own_rows_are_taken_in_the_tables_columns_and_replace_its_last_ones(tmp_path):
    header = "npi,payer,group_npi,status,network,valid_from,valid_to,taxonomy,specialty\n"
    path = tmp_path / "enrolments.csv"
    path.write_text(f"{header}1093817465,medicare,,enrolled,in,2024-01-01,,,\n1000000004,medicare,,pending,in,,,,\n")
    assert take(tmp_path, [path], name="enrolments").release == "own"
    path.write_text(f"{header}1093817465,medicare,,ended,in,2024-01-01,2026-06-30,,\n")
    take(tmp_path, [path], name="enrolments")
    rows = load_tables(tmp_path).enrolments.on(DAY, TODAY).rows
    assert [row.status for row in rows["1093817465"]] == ["ended"]
    assert "1000000004" not in rows
    path.write_text(f"{header}1093817465,medicare,,gone,in,,,,\n")
    with pytest.raises(UnreadableTable, match="line 2, column status: found 'gone', expected enrolled, pending, ended"):
        take(tmp_path, [path], name="enrolments")
    assert load_tables(tmp_path).enrolments.on(DAY, TODAY).rows == rows


def test_the_next_release_can_look_at_one_with_a_very_long_cell(tmp_path):
    header, *rows = (SHIPPED / "coverage" / "2026-07.csv").read_text(encoding="utf-8").splitlines()
    cells = next(csv.reader(rows))
    column = header.split(",").index("diagnoses")
    cells[column] = " ".join(f"M{n:05d}" for n in range(40_000))
    path = tmp_path / "coverage.csv"
    path.write_text(header + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n", encoding="utf-8")
    take(tmp_path, [path], name="coverage")
    held = entries("coverage", tmp_path)
    own = next(entry for entry in held if entry.by == "own").held("coverage")
    assert own.rows[0][column] == cells[column]


# Back, and at once


def test_a_rollback_goes_back_and_a_second_one_forward(tmp_path):
    with pytest.raises(UnreadableTable, match="found no import of it"):
        rollback_table(tmp_path, "ptp", today=TODAY)
    take(tmp_path, quarter(tmp_path / "in", version="320r0"))
    take(tmp_path, quarter(tmp_path / "next"))
    assert rollback_table(tmp_path, "ptp", today=TODAY).now == "2026q1"
    assert in_force(tmp_path).name == "2026q1"
    assert rollback_table(tmp_path, "ptp", today=TODAY).now == "2026q3"
    assert in_force(tmp_path).name == "2026q3"
    assert rollback_table(tmp_path, "ptp", today=TODAY).now == "2026q1"
    take(tmp_path, quarter(tmp_path / "next"))
    assert in_force(tmp_path).name == "2026q3", "an import after a rollback"


def test_the_first_import_can_be_taken_back(tmp_path):
    take(tmp_path, quarter(tmp_path / "in"))
    assert rollback_table(tmp_path, "ptp", today=TODAY).now == "2024q3"
    assert load_tables(tmp_path).versions() == load_tables().versions()
    rollback_table(tmp_path, "ptp", today=TODAY)
    assert in_force(tmp_path).name == "2026q3"


def test_two_imports_at_once_do_not_mix(tmp_path):
    files = quarter(tmp_path / "in")
    with only_one(tmp_path), pytest.raises(ImportUnderWay, match="another import or rollback of tables is under way"):
        take(tmp_path, files)
    assert take(tmp_path, files).changed


def test_a_disk_that_cannot_be_written_is_said_and_changes_nothing(tmp_path, monkeypatch):
    home, files = tmp_path / "home", quarter(tmp_path / "in")
    take(home, quarter(tmp_path / "held", version="320r0"))
    before = files_in(home)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnreadableTable, match=r"found No space left on device \(disk\), expected room and leave"):
        take(home, files)
    monkeypatch.undo()
    assert files_in(home) == before
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnreadableTable, match="expected room and leave to write there"):
        take(tmp_path / "file", files)


def killed_at(home, files, moment, **wanted):
    """Import in a child that kills itself at its nth touch of the home; True when it came to its end before."""
    child = os.fork()
    if child == 0:
        touched = 0

        def touch(event, args):
            nonlocal touched
            if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir") and str(home) in str(args[0]):
                touched += 1
                if touched == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(touch)
        try:
            take(home, files, **wanted)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("first", [True, False], ids=["the first release", "a release over another"])
def test_an_import_killed_at_any_moment_leaves_the_old_release_or_the_new_one_whole(tmp_path, first):
    home, files = tmp_path / "home", quarter(tmp_path / "in")
    if not first:
        take(home, quarter(tmp_path / "held", version="320r0"))
    old = load_table("ptp", home).releases[-1].name
    outcomes, moment = [], 0
    while True:
        moment += 1
        finished = killed_at(home, files, moment)
        release = load_table("ptp", home).releases[-1]  # every digest is compared
        assert release.name in (old, "2026q3")
        assert len(release.rows) == len(dict(release.rows))
        outcomes.append(release.name)
        if finished:
            break
        if release.name == "2026q3":  # after the one rename: begin again from the old release
            rollback_table(home, "ptp", today=TODAY)
    assert moment > 20
    assert {old, "2026q3"} == set(outcomes[:-1]), "killed before and after the change"
    assert not list((home / "tables").glob(".importing-*"))


def test_an_import_killed_at_a_random_moment_leaves_nothing_behind_for_long(tmp_path):
    home, files = tmp_path / "home", quarter(tmp_path / "in")
    take(home, quarter(tmp_path / "held", version="320r0"))
    for trial in range(20):
        child = os.fork()
        if child == 0:
            try:
                while True:
                    take(home, files)
                    rollback_table(home, "ptp", today=TODAY)
            finally:
                os._exit(1)
        time.sleep(0.002 + 0.003 * trial)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert load_table("ptp", home).releases[-1].name in ("2026q1", "2026q3")
    take(home, quarter(tmp_path / "last", version="323r0"))
    names = {path.name for path in (home / "tables").iterdir()}
    assert names == {".lock", STAMP, "ptp"}
    manifest_names = {p.name for p in (home / "tables" / "ptp").iterdir()}
    assert len([n for n in manifest_names if n.startswith("before-")]) <= 2


def test_the_importer_is_told_of_a_sheet_with_no_rows(tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(WrongDelivery, match=r"empty\.txt: found an empty file"):
        take(tmp_path, [tmp_path / "empty.txt"])


def test_a_workbook_that_is_a_bomb_is_not_opened(tmp_path):
    content = io.BytesIO(workbook([("Column 1",)]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet2.xml", "0" * 1_000_000)
    (tmp_path / "a.xlsx").write_bytes(content.getvalue())
    says = "packed more than 200 times"
    with pytest.raises(WrongDelivery, match=says), opened_sheets([tmp_path / "a.xlsx"], limits=Limits(small=1000)):
        pass
