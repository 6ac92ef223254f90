"""Two processes at one store, a process killed in the middle, rights of the files, and the secret."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from store import Store, UnusableStore
from tests.past.builders import a_claim, a_service, an_answer
from tests.store.practice_year import END, many_files, open_store, the_files
from tests.store.test_ingest import state, what_it_answers

ROOT = Path(__file__).resolve().parents[2]

INGEST = """
import os, signal, sys
from pathlib import Path
from tests.store.practice_year import open_store
from claims.reasons import is_denial

asked, die_at = 0, int(sys.argv[3])

def dying(group, carc):
    global asked
    asked += 1
    if asked == die_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return is_denial(group, carc)

with open_store(Path(sys.argv[1]), is_denial=dying) as store:
    print(store.ingest([Path(sys.argv[2])]).ok)
"""


def ingest_in_another_process(home, folder, die_at=0):
    return subprocess.run(
        [sys.executable, "-c", INGEST, str(home), str(folder), str(die_at)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_process_sees_what_another_one_ingested(tmp_path):
    the_files(tmp_path / "in")
    with open_store(tmp_path / "home") as store:
        assert what_it_answers(store.payer_past()) == what_it_answers(store.payer_past())
        handed_out = store.payer_past()
        assert ingest_in_another_process(tmp_path / "home", tmp_path / "in").stdout == "True\n"
        assert store.payer_past().decisions(before=END).total == store.decisions_count() == 7
        assert handed_out.decisions(before=END).total == 0, "a past in use does not change under its reader"
        with open_store(tmp_path / "home") as fresh:
            assert state(fresh) == state(store)


def test_a_past_catches_up_by_what_was_decided_and_undecided(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as reader, open_store(tmp_path) as writer:
        writer.ingest([files.sent, files.replaced, files.corrected])
        assert reader.payer_past().decisions(before=END, code="62323") == (1, 1)  # denied, as far as is known
        last, handed_out = reader.last_event(), reader.payer_past()
        writer.ingest([files.answered])
        assert reader.last_event() > last
        assert reader.payer_past().decisions(before=END, code="62323") == (0, 1)  # the first answer paid
        assert handed_out.decisions(before=END, code="62323") == (1, 1), "a past in use does not change"


def test_a_reader_goes_on_while_a_writer_writes(tmp_path):
    paths = many_files(tmp_path / "in", days=4, claims_a_day=20)
    with open_store(tmp_path / "home") as store:
        store.ingest(paths[:2])
        events = store.events()
        first = next(events)
        writer = threading.Thread(target=lambda: store.ingest(paths[2:]))
        writer.start()
        rest = list(events)
        writer.join()
        assert len([first, *rest]) == 40, "a stream of events shows the moment it began"
        assert len(list(store.events())) == 160


@pytest.mark.parametrize("die_at", [1, 5, 11])
def test_a_killed_ingest_leaves_whole_files_and_the_next_one_ends_it(tmp_path, die_at):
    paths = many_files(tmp_path / "in", days=4, claims_a_day=10)
    died = ingest_in_another_process(tmp_path / "killed", tmp_path / "in", die_at)
    assert died.returncode == -signal.SIGKILL
    with open_store(tmp_path / "killed") as store, open_store(tmp_path / "whole") as whole:
        half = list(store.events())
        assert len(half) % 10 == 0, "a file is there whole or not at all"
        assert len(half) < 80
        report = store.ingest([tmp_path / "in"])
        assert report.ok
        assert report.claims + report.remittances + report.duplicates == 80
        whole.ingest(paths)
        assert state(store) == state(whole)


def test_what_holds_patients_is_readable_by_its_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        with Store.open(tmp_path / "home" / "store.db") as store:
            store.record([a_claim()])
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
    finally:
        os.umask(old)
    assert set(files) == {"store.db", "store.db-wal", "store.db-shm", "default.secret"}
    assert set(files.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_the_secret_is_made_once_and_is_not_in_the_database(tmp_path):
    with Store.open(tmp_path) as store:
        secret = store.secret
        store.record([a_claim()])
    with Store.open(tmp_path) as again:
        assert again.secret == secret
    assert len(secret) == 32
    assert all(secret not in path.read_bytes() for path in tmp_path.glob("store.db*"))


def test_processes_that_open_a_new_store_at_once_agree(tmp_path):
    code = "import sys; from store import Store; print(Store.open(sys.argv[1]).secret.hex())"
    runs = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path / "s.db"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * 4
    assert len(set(said)) == 1


def test_a_store_without_its_secret_or_with_another_is_not_opened(tmp_path):
    Store.open(tmp_path).close()
    (tmp_path / "default.secret").write_bytes(bytes(32))
    with pytest.raises(UnusableStore, match="found another secret") as other:
        Store.open(tmp_path)
    (tmp_path / "default.secret").unlink()
    with pytest.raises(UnusableStore, match="found no file, expected the secret this store was begun with") as missing:
        Store.open(tmp_path)
    assert other.value.advice == missing.value.advice == "Restore it from a backup."
    assert not (tmp_path / "default.secret").exists()


@pytest.mark.parametrize(
    ("url", "practice", "found"),
    [
        ("sqlite://", "default", "a database in memory"),
        ("no scheme://at all", "default", "no URL"),
        ("postgresql://user:hidden@server/db", "default", "a database server without a home folder"),
        ("store.db", "../other", "'../other'"),
        ("store.db", "", "''"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why(tmp_path, monkeypatch, url, practice, found):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableStore) as error:
        Store.open(url, practice)
    assert error.value.found == found
    assert "hidden" not in str(error.value)


def test_a_file_that_is_no_store_is_left_alone(tmp_path):
    (tmp_path / "store.db").write_text("Dear colleague, these are my notes.\n" * 100)
    with pytest.raises(UnusableStore, match="no database"):
        Store.open(tmp_path)
    assert (tmp_path / "store.db").read_text().startswith("Dear colleague")


def test_two_practices_in_one_database_know_nothing_of_each_other(tmp_path):
    claim = a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"))
    with Store.open(tmp_path, "north") as north, Store.open(tmp_path, "south") as south:
        north.record([claim], [answer])
        assert south.record([], [answer]).lines_unmatched == 1
        assert (list(south.events()), list(south.ledger(END)), south.last_event()) == ([], [], 0)
        assert south.patient_past(claim, as_of=END) == Store.open(tmp_path / "empty").patient_past(claim, as_of=END)
        assert south.payer_past().decisions(before=END).total == south.decisions_count() == 0
        assert north.secret != south.secret
        assert north.patient_key(claim) != south.patient_key(claim)
        assert south.record([claim]).claims == 1
        assert [e.submission for e in north.events()] != [e.submission for e in south.events()]


def test_a_database_of_something_else_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute("create table songs (title text)")
    with pytest.raises(UnusableStore, match="tables of something else"):
        Store.open(tmp_path)
