"""What front ends say, in the store: rejections by day, what was not matched and why, and the upgrade of old stores."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

from alembic import command
from sqlalchemy import create_engine

from features.replay import Rejected
from past.acknowledging import NO_CLAIM, NO_SET
from store.migrate import configuration
from tests.past.acknowledgments import a_999, a_patient, wire_277ca, wire_999
from tests.past.builders import SENT, SERVICE, a_claim, a_line, a_service, an_answer, money
from tests.store.practice_year import END, as_835, as_837, open_store, the_files
from tests.store.test_ingest import state

REJECTED_ON, AGAIN, ANSWER = date(2026, 1, 12), date(2026, 1, 20), date(2026, 1, 30)


def files(folder, **documents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (folder / name).write_bytes(document)
    return [folder / name for name in documents]


def rejected_claim():
    return wire_277ca(a_patient("ACC-1", "A7:562:85", "U", "500", day="20260105"), day=REJECTED_ON)


def outcomes(store, day):
    return [row.outcome.value for row in store.ledger(day)]


def test_a_rejection_is_an_outcome_and_an_event_from_its_day_on(tmp_path):
    paths = files(tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), back=rejected_claim())
    with open_store(tmp_path) as store:
        report = store.ingest(paths)
        assert (report.ok, report.acknowledgments, report.claims_rejected) == (True, 1, 1)
        assert outcomes(store, REJECTED_ON - timedelta(days=1)) == ["pending"]
        assert outcomes(store, REJECTED_ON) == ["rejected"]
        (row,) = store.ledger(END)
        assert row.why == (
            "A front end rejected the claim (277CA A7:562:85, information is not valid) on 2026-01-12: "
            "no payer judged it."
        )
        assert row.first_remittance_date is None
        submitted, refused = store.events()
        assert refused == Rejected(REJECTED_ON, submitted.submission, submitted.patient)
        assert list(store.events(REJECTED_ON - timedelta(days=1))) == [submitted]
        assert store.decisions_count() == 0, "nothing a model could learn from"


def test_a_rejected_claim_is_no_part_of_the_past_once_that_is_known(tmp_path):
    paths = files(tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), back=rejected_claim())
    with open_store(tmp_path) as store:
        store.ingest(paths)
        again = a_claim(sent=AGAIN, n=9)
        assert len(store.patient_past(again, as_of=REJECTED_ON).services) == 1
        assert store.patient_past(again, as_of=REJECTED_ON + timedelta(days=1)).services == ()


def test_an_answer_of_the_payer_outweighs_a_rejection(tmp_path):
    claim = a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"))
    paths = files(
        tmp_path / "in", sent=as_837([claim], day=SENT, interchange=1), back=rejected_claim(),
        paid=as_835([answer], day=ANSWER, interchange=11),
    )  # fmt: skip
    with open_store(tmp_path) as store:
        store.ingest(paths)
        assert outcomes(store, END) == ["denied"]
        assert [e for e in store.events() if isinstance(e, Rejected)] == []
        assert len(store.patient_past(a_claim(sent=END, n=9), as_of=END).services) == 1


def test_a_rejection_taken_back_leaves_no_trace(tmp_path):
    accepted = wire_277ca(a_patient("ACC-1", "A2:20", "WQ", "500"), day=REJECTED_ON + timedelta(days=2), interchange=42)
    paths = files(
        tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), back=rejected_claim(), on=accepted
    )
    for i, order in enumerate((paths, paths[::-1])):
        with open_store(tmp_path / str(i)) as store:
            for path in order:
                store.ingest([path])
            assert outcomes(store, REJECTED_ON + timedelta(days=1)) == ["rejected"]
            assert outcomes(store, REJECTED_ON + timedelta(days=2)) == ["pending"]
            assert [e for e in store.events() if isinstance(e, Rejected)] == []


def test_the_resubmission_changes_neither_the_day_nor_the_words_of_the_rejection(tmp_path):
    paths = files(
        tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), back=rejected_claim(),
        again=as_837([a_claim(sent=AGAIN)], day=AGAIN, interchange=2),
    )  # fmt: skip
    with open_store(tmp_path) as store:
        store.ingest(paths[:2])
        before = [row.json() for row in store.ledger(END)]
        store.ingest(paths[2:])
        assert next(row.json() for row in store.ledger(END)) == before[0]
        assert [(row.submission, row.outcome.value) for row in store.ledger(AGAIN)] == [(1, "rejected"), (2, "pending")]


def test_a_rejected_replacement_takes_no_place(tmp_path):
    again = a_claim(sent=REJECTED_ON, frequency="7", original_reference="24A0017")
    paths = files(
        tmp_path / "in",
        sent=as_837([a_claim()], day=SENT, interchange=1),
        again=as_837([again], day=REJECTED_ON, interchange=2),
        back=wire_277ca(a_patient("ACC-1", "A7:562", "U", "500"), received=REJECTED_ON),
    )
    with open_store(tmp_path) as store:
        store.ingest(paths)
        assert outcomes(store, END) == ["unanswered", "rejected"]
        after = REJECTED_ON + timedelta(days=1)
        (service,) = store.patient_past(a_claim(sent=after, n=9), as_of=after).services
        assert service.known_on == SENT


def test_the_same_acknowledgments_again_add_nothing(tmp_path):
    paths = files(
        tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), back=rejected_claim(),
        set=wire_999(a_999("0001", "A"), verdict="A", group=1),
    )  # fmt: skip
    with open_store(tmp_path) as store:
        store.ingest(paths)
        before, last = state(store), store.last_event()
        for path in paths[1:]:
            path.write_bytes(path.read_bytes() + b"\r\n")
        report = store.ingest(paths)
        assert (report.acknowledgments, report.duplicates, report.claims_rejected) == (0, 3, 0)
        assert (state(store), store.last_event()) == (before, last)


def test_what_speaks_of_no_claim_of_ours_is_listed_with_the_nearest(tmp_path):
    elsewhere = wire_277ca(a_patient("ACC-1", "A7:21", "U", "500", day="20250601"), interchange=42)
    stranger = wire_277ca(a_patient("NEVER-SENT", "A2:20", "WQ", "500"), interchange=43)
    paths = files(
        tmp_path / "in", sent=as_837([a_claim()], day=SENT, interchange=1), one=elsewhere, two=stranger,
        set=wire_999(a_999("0009", "R"), verdict="R", group=77),
    )  # fmt: skip
    with open_store(tmp_path) as store:
        report = store.ingest(paths)
        assert outcomes(store, END) == ["unanswered"]
    assert report.ok
    one, two, of_set = report.unmatched_acknowledgments
    (candidate,) = one.candidates
    assert candidate.claim_id == "ACC-1"
    assert candidate.differed == ("no submission of this claim number has a service on these days",)
    assert (two.reason, two.candidates, two.rejects) == (NO_CLAIM, (), False)
    assert (of_set.reason, of_set.kind, of_set.claim_id) == (NO_SET, "999", "")
    assert str(of_set) == f"no submission for a 999's rejection of a whole file: {NO_SET}"
    assert report.json()["unmatched_acknowledgments"][0]["candidates"][0]["submitted_on"] == "2026-01-09"


def test_an_answer_without_a_submission_names_the_nearest_and_what_differed(tmp_path):
    mistyped = a_claim(id="ACC-I")
    answer = an_answer(mistyped, a_service(a_line(charge="450.00"), paid="450.00"), member_id="ZZOTHER")
    with open_store(tmp_path) as store:
        report = store.record([a_claim(), a_claim(a_line(code="20610"), id="ACC-2", n=2)], [answer])
    (lost,) = report.unmatched
    (candidate,) = lost.candidates
    assert candidate.differed == (
        "another claim number", "charge 500.00, the answer's is 450.00", "another member id",
    )  # fmt: skip
    assert str(lost) == (
        "no line for claim ACC-I, 64493: no submission of this claim number is in the store; nearest is claim ACC-1, "
        "sent on 2026-01-09: another claim number; charge 500.00, the answer's is 450.00; another member id"
    )
    assert "ZZOTHER" not in str(report.json())


def test_what_differs_is_said_in_codes_days_and_parties(tmp_path):
    other_day = a_claim(a_line(day=SERVICE + timedelta(days=3)))
    with open_store(tmp_path) as store:
        report = store.record(
            [a_claim(frequency="7", sent=END)], [an_answer(other_day, a_service(a_line(code="20610")))]
        )
    (lost,) = report.unmatched
    assert lost.candidates[0].differed[:2] == (
        "it was sent after the answer's day",
        "codes 64493, the answer's are 20610",
    )


def test_a_service_left_over_names_the_claim_its_remittance_went_to(tmp_path):
    claim = a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], paid="500"), a_service(a_line(2, "99213", "80"), paid="80"))
    with open_store(tmp_path) as store:
        (lost,) = store.record([claim], [answer]).unmatched
    assert (lost.service, lost.procedure) == (2, "99213")
    assert [(c.claim_id, c.differed) for c in lost.candidates] == [("ACC-1", ("no line of the claim has code 99213",))]


def test_an_answer_out_of_balance_is_stated_kept_and_no_label(tmp_path):
    claim = a_claim()
    answer = replace(an_answer(claim, a_service(claim.lines[0], "CO-197 500.00")), paid=money(20))
    with open_store(tmp_path) as store:
        report = store.record([claim], [answer])
        assert outcomes(store, END) == ["excluded"]
        assert store.decisions_count() == 0
        assert store.record([claim], [answer]).unbalanced == [], "said once"
    (unbalanced,) = report.unbalanced
    assert report.ok
    assert str(unbalanced) == (
        "claim ACC-1: the claim does not add up: 500.00 charged less 500.00 adjusted is 0.00, but 20.00 was paid; "
        "none of its lines is a label"
    )


def test_a_store_of_the_first_version_is_brought_up_with_all_it_holds(tmp_path):
    paths = the_files(tmp_path / "in")
    with open_store(tmp_path / "old") as store:
        store.ingest(paths.all)
        before = state(store)
    with create_engine(f"sqlite:///{tmp_path}/old/store.db").connect() as connection, connection.begin():
        command.downgrade(configuration(connection), "0001")
    with sqlite3.connect(tmp_path / "old" / "store.db") as raw:
        tables = {name for (name,) in raw.execute("select name from sqlite_master where type = 'table'")}
        assert "acknowledgments" not in tables
        raw.execute("delete from decisions where denied")  # as if an older version had labelled otherwise
    files(tmp_path / "in", five=wire_999(a_999("0001", "R"), verdict="R", group=1, day=date(2026, 2, 5)))
    with open_store(tmp_path / "old") as store:
        report = store.ingest(paths.all)
        assert (report.claims, report.remittances, report.duplicates) == (0, 0, 14)
        copy = files(tmp_path / "in", copy=paths.answered.read_bytes().replace(b"*20260130*1200", b"*20260301*1200"))
        again = store.ingest(copy)
        assert (again.remittances, again.duplicates) == (0, 3), (
            "an 835 of the old store is known by its control numbers"
        )
        assert state(store) == before, "labelled anew by the first ingest"
        assert store.ingest([tmp_path / "in" / "five"]).unmatched_acknowledgments == [], "its sets are found"
