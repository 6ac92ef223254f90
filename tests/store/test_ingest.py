"""Files in any order, again and again, good and bad, lead to one state of the store."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from claims.claim import Origin
from claims.reasons import Reason
from store import Store
from tests.past.builders import SENT, a_claim, a_line, a_service, an_answer
from tests.store.practice_year import END, SECOND_ANSWER, as_835, as_837, many_files, open_store, the_files


def state(store):
    """All that others ask the store, in a form that can be compared."""
    events = list(store.events())
    pasts = [store.patient_past(e.claim, as_of=END) for e in events if hasattr(e, "claim")]
    ledgers = [[row.json() for row in store.ledger(day)] for day in (date(2026, 2, 1), date(2026, 3, 1), END)]
    return ledgers, events, pasts, what_it_answers(store.payer_past())


def what_it_answers(past):
    """The payers' past as features see it: what was unlearned leaves no answer."""
    days = [SENT + timedelta(days=i) for i in range(0, 80, 3)]
    codes = ["", "64493", "64494", "62323", "99213", "20610"]
    families = ["", *(f"family of {code[:3]}" for code in codes[1:])]
    return [
        (
            past.lag(payer, before=day),
            [past.decisions(payer, before=day, code=code, reason=r) for code in codes for r in (None, *Reason)],
            [past.decisions(payer, before=day, family=family, days=20) for family in families],
            [past.allowed(payer, before=day, code=code) for code in codes],
        )
        for payer in ("", "MEDI1", "OTHER")
        for day in days
    ]


def outcomes(store, day=END):
    return {(r.claim_id, r.submission, r.line): r.outcome.value for r in store.ledger(day)}


def test_claims_and_remittances_meet(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as store:
        report = store.ingest([tmp_path / "in"])
        assert outcomes(store) == {
            ("ACC-A", 1, 1): "denied", ("ACC-A", 1, 2): "denied", ("ACC-A", 2, 1): "paid", ("ACC-A", 2, 2): "paid",
            ("ACC-B", 1, 1): "paid", ("ACC-C", 1, 1): "patient_responsibility", ("ACC-C", 2, 1): "denied",
            ("ACC-D", 1, 1): "unanswered",
        }  # fmt: skip
        overturned = [r.claim_id for r in store.ledger(END) if r.overturned]
        assert store.decisions_count() == 7
    assert overturned == ["ACC-B"]
    said = report.json()
    assert len(files.all) == said["files"]
    assert {k: said[k] for k in ("claims", "remittances", "lines_matched", "lines_unmatched", "duplicates", "ok")} == {
        "claims": 6, "remittances": 8, "lines_matched": 9, "lines_unmatched": 1, "duplicates": 0, "ok": True,
    }  # fmt: skip
    (lost,) = said["unmatched"]
    assert (lost["claim_id"], lost["procedure"]) == ("NEVER-SENT", "20553")
    assert lost["reason"] == "no submission of this claim number is in the store"


def test_every_order_of_files_leads_to_the_same_state(tmp_path):
    files = the_files(tmp_path / "in")
    states = []
    for i, order in enumerate(permutations(files.all)):
        with open_store(tmp_path / str(i)) as store:
            for path in order:
                assert store.ingest([path]).ok
                store.payer_past()  # learned step by step, and unlearned where a later file says so
            states.append(state(store))
            with open_store(tmp_path / str(i)) as fresh:
                assert state(fresh) == states[-1], "a new process sees what the old one learned"
    assert len(states) == 24
    assert all(other == states[0] for other in states)


@pytest.mark.parametrize("answered_as", ["ACC-1", "ACC-2"])
def test_a_replacement_under_a_new_claim_number_is_one_claim_with_its_original_in_every_order(tmp_path, answered_as):
    original = a_claim(id="ACC-1")
    replacement = a_claim(id="ACC-2", sent=date(2026, 2, 3), frequency="7", original_reference="ICN-1", n=2)
    denied = an_answer(original, a_service(original.lines[0], "CO-197 500.00"), icn="ICN-1")
    paid = an_answer(
        replacement, a_service(replacement.lines[0], paid="500.00"),
        icn="ICN-2", known=SECOND_ANSWER, claim_id=answered_as, original_reference="ICN-1",
    )  # fmt: skip
    steps = [([original], []), ([replacement], []), ([], [denied]), ([], [paid])]
    states = []
    for i, order in enumerate(permutations(steps)):
        with open_store(tmp_path / str(i)) as store:
            for claims, answers in order:
                store.record(claims, answers)
            states.append(state(store))
            assert outcomes(store) == {("ACC-1", 1, 1): "denied", ("ACC-2", 2, 1): "paid"}
    assert all(other == states[0] for other in states)


def test_one_call_with_all_files_leads_there_too(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path / "a") as one, open_store(tmp_path / "b") as other:
        one.ingest(files.all)
        other.ingest(reversed(files.all))
        assert state(one) == state(other)


def test_remittances_read_before_their_claims_are_counted_once_when_they_match(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path / "together") as store:
        report = store.ingest([files.answered, files.sent])
        assert (report.lines_matched, report.lines_unmatched) == (4, 0)
    with open_store(tmp_path / "apart") as store:
        first = store.ingest([files.answered])
        second = store.ingest([files.sent])
    assert (first.lines_matched, first.lines_unmatched) == (0, 4)
    assert (second.lines_matched, second.lines_unmatched) == (4, 0)


def test_the_same_file_again_adds_nothing(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as store:
        store.ingest(files.all)
        before, last = state(store), store.last_event()
        report = store.ingest(files.all)
        assert (state(store), store.last_event()) == (before, last)
    assert (report.files, report.claims, report.remittances, report.duplicates) == (4, 0, 0, 14)
    assert (report.lines_matched, report.lines_unmatched, report.ok) == (0, 0, True)


def test_the_same_records_in_another_file_add_nothing(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as store:
        store.ingest(files.all)
        before = state(store)
        for path in files.all:
            path.write_bytes(path.read_bytes() + b"\r\n")
        report = store.ingest(files.all)
        assert state(store) == before
    assert (report.claims, report.remittances, report.duplicates) == (0, 0, 14)


def test_a_sender_that_numbers_every_file_alike_loses_no_claim(tmp_path):
    one = a_claim(id="ACC-1", patient="ZZA")
    other = replace(a_claim(id="ACC-2", patient="ZZB"), origin=one.origin)
    with open_store(tmp_path / "a") as store:
        report = store.record([one, other])
        again = store.record([other, one])
        refs = [e.submission for e in store.events()]
        assert store.patient_past(other, as_of=END).services == ()
    assert (report.claims, again.claims, again.duplicates) == (2, 0, 2)
    assert len(set(refs)) == 2


def test_a_claim_sent_again_in_another_file_is_another_submission(tmp_path):
    first = a_claim(a_line(control="L1"))
    second = replace(first, origin=replace(first.origin, interchange="000000099"))
    with open_store(tmp_path) as store:
        assert store.record([first, second]).claims == 2
        assert [row.submission for row in store.ledger(SENT)] == [1, 2]


def test_a_claim_number_used_for_thousands_does_not_stop_an_ingest(tmp_path):
    claims = [
        a_claim(a_line(day=SENT - timedelta(days=i), charge=100 + i), id="1", patient=f"ZZ{i}", n=i) for i in range(600)
    ]
    answers = [an_answer(c, a_service(c.lines[0], paid=c.charge), icn=f"ICN{i:04}", n=i) for i, c in enumerate(claims)]
    with open_store(tmp_path) as store:
        report = store.record(claims, answers)
        assert (report.lines_matched, report.lines_unmatched) == (600, 0)


JUNK = {
    "empty.837": (b"", "an empty file"),
    ".DS_Store": (b"\x00\x00\x00\x01Bud1\x00\x00\x10\x00", "no X12 interchange"),
    "noise.835": (bytes(range(256)) * 16, "no X12 interchange"),
    "notes.txt": (b"Dear colleague, the claims are attached.", "no X12 interchange"),
    "status.277": (
        b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260109*1200*^*00501*000000001*0*P*:~"
        b"GS*HN*SENDER*RECEIVER*20260109*1200*1*X*005010X212~ST*277*0001*005010X212~SE*2*0001~GE*1*1~"
        b"IEA*1*000000001~",
        "another X12 transaction",
    ),
}  # fmt: skip


def test_files_that_are_no_claims_are_named_and_cost_no_other(tmp_path):
    files = the_files(tmp_path / "in")
    for name, (content, _) in JUNK.items():
        (tmp_path / "in" / name).write_bytes(content)
    with open_store(tmp_path) as store:
        report = store.ingest([tmp_path / "in", tmp_path / "missing.837"])
        assert len(outcomes(store)) == 8
    found = {entry.file.rsplit("/", 1)[1]: entry for entry in report.rejected_files}
    assert {name: entry.found for name, entry in found.items()} == {
        **{name: says for name, (_, says) in JUNK.items()},
        "missing.837": "no such file",
    }
    assert all(entry.expected == "an 837P, 835, 277CA, 999, 278 or 271 file" for entry in found.values())
    assert (report.files, report.ok, report.json()["ok"]) == (len(files.all), False, False)


def test_a_bad_claim_costs_no_other_and_is_said_again_when_the_file_is_given_again(tmp_path):
    good, bad = a_claim(id="ACC-1", patient="ZZA", n=1), a_claim(id="ACC-2", patient="ZZB", n=1)
    path = tmp_path / "part.837"
    path.write_bytes(as_837([good, bad], day=SENT, interchange=1).replace(b"CLM*ACC-2*500*", b"CLM*ACC-2*FIVE*"))
    with open_store(tmp_path / "home") as store:
        first, second = store.ingest([path]), store.ingest([path])
        assert [row.claim_id for row in store.ledger(END)] == ["ACC-1"]
    for report in (first, second):
        (refusal,) = report.refusals
        assert (refusal.claim_id, refusal.claims_lost, report.ok) == ("ACC-2", 1, False)
        assert refusal.json()["segment_number"] > 10
        assert "ZZB" not in str(refusal)
    assert (first.claims, second.claims, second.duplicates) == (1, 0, 1)


def test_a_record_without_a_day_or_with_an_absurd_amount_is_refused_alone(tmp_path):
    undated = replace(a_claim(id="ACC-1", n=1), submitted_on=None, origin=Origin("S", "1", "1", "1", 1))
    absurd = a_claim(a_line(charge="1e15"), id="ACC-2", n=2)
    with open_store(tmp_path) as store:
        report = store.record([undated, absurd, a_claim(id="ACC-3", n=3)])
        assert (report.claims, [r.claim_id for r in report.refusals]) == (1, ["ACC-1", "ACC-2"])
        lost = replace(an_answer(a_claim(id="ACC-3", n=3)), known_on=None)
        assert [r.text for r in store.record([], [lost]).refusals] == [
            "the remittance: found no day, expected GS04 or DTM*405"
        ]


def test_a_file_in_two_folders_counts_once_and_progress_is_told(tmp_path):
    paths = many_files(tmp_path / "in", days=2, claims_a_day=3)
    (tmp_path / "in" / "sub").mkdir()
    (tmp_path / "in" / "sub" / "copy.837").write_bytes(paths[0].read_bytes())
    told = []
    with open_store(tmp_path / "home") as store:
        report = store.ingest([tmp_path / "in"], lambda done, of, path: told.append((done, of, path.name)))
    assert (report.claims, report.duplicates) == (6, 3)
    assert told == [
        (1, 5, "000.835"), (2, 5, "000.837"), (3, 5, "001.835"), (4, 5, "001.837"), (5, 5, "copy.837"),
    ]  # fmt: skip


def test_a_changed_reading_of_denials_is_told_as_events(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as store:
        store.ingest(files.all)
        before = store.payer_past().decisions(before=END)
    with open_store(tmp_path, is_denial=lambda group, carc: carc == "197") as store:
        store.payer_past()
        store.relabel()
        after = store.payer_past().decisions(before=END)
    assert (before.denied, after.denied) == (3, 1)


def test_the_ledger_of_a_day_stays_what_it_was(tmp_path):
    files = the_files(tmp_path / "in")
    day = SECOND_ANSWER - timedelta(days=1)
    with open_store(tmp_path) as store:
        store.ingest([files.sent, files.answered, files.replaced])
        before = [row.json() for row in store.ledger(day)]
        store.ingest([files.corrected])
        assert [row.json() for row in store.ledger(day)] == before
        assert {row.outcome.value for row in store.ledger(day) if row.submission == 2} == {"pending"}


def test_the_ledger_says_money_and_days_as_the_contract_does(tmp_path):
    files = the_files(tmp_path / "in")
    with open_store(tmp_path) as store:
        store.ingest(files.all)
        row = next(row.json() for row in store.ledger(END) if row.claim_id == "ACC-A" and row.submission == 1)
    assert {name: value for name, value in row.items() if name not in ("ref", "remittance", "why")} == {
        "claim_id": "ACC-A", "line": 1, "procedure": "64493", "outcome": "denied", "denial_carcs": ["CO-197"],
        "denied_amount": "500.00", "first_remittance_date": "2026-01-30", "overturned": False,
        "overturned_on": None, "flags": [], "payer_id": "MEDI1",
        "submission": 1, "frequency": "1", "payer_sequence": "P", "submitted_on": "2026-01-09", "charge": "500.00",
        "allowed": None, "reason": "authorization",
    }  # fmt: skip


@pytest.mark.parametrize("decisions", [19, 20])
def test_a_payers_own_lag_speaks_once_enough_is_known(tmp_path, decisions):
    claims = [a_claim(a_line(control="1"), id=f"ACC-{i}", n=i) for i in range(decisions)]
    answers = [an_answer(c, a_service(c.lines[0], paid="500"), icn=f"ICN{i:03}", n=i) for i, c in enumerate(claims)]
    waiting = a_claim(id="WAITING", n=900)
    with open_store(tmp_path) as store:
        store.record([*claims, waiting], answers)
        found = {row.claim_id: row for row in store.ledger(SENT + timedelta(days=60))}
    assert found["WAITING"].outcome.value == ("pending" if decisions < 20 else "unanswered")


def test_what_is_refused_never_shows_a_patient(tmp_path):
    claims = [a_claim(id="ACC-1", patient="ZZHIDDEN"), a_claim(a_line(charge="1e13"), id="ACC-2", patient="ZZHIDDEN")]
    answer = an_answer(claims[0], a_service(a_line(code="99999")), member_id="ZZMEMBER")
    (tmp_path / "a.837").write_bytes(as_837(claims, day=SENT, interchange=1).replace(b"SV1*", b"SVX*"))
    (tmp_path / "b.835").write_bytes(as_835([answer], day=SENT, interchange=1))
    with open_store(tmp_path / "home") as store:
        text = str(store.record(claims, [answer]).json())
        text += str(store.ingest([tmp_path / "a.837", tmp_path / "b.835"]).json())
        text += str([row.json() for row in store.ledger(END)])
    assert "ZZHIDDEN" not in text
    assert "ZZMEMBER" not in text


def test_a_store_is_opened_by_folder_path_or_url(tmp_path):
    with Store.open(tmp_path) as by_folder:
        by_folder.record([a_claim()])
    with Store.open(f"sqlite:///{tmp_path}/store.db") as by_url, Store.open(tmp_path / "store.db") as by_path:
        assert by_url.last_event() == by_path.last_event() == 1
