"""The book of approvals and cover: what serving and replay see of it, whose it is, and what is left of an approval."""

import multiprocessing
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event

from claims.claim import Authorization, AuthorizedCode, Eligibility, Person
from claims.entries import Entry
from claims.records import Whose
from features import rows
from features.replay import Noted, replay
from scrubber import approvals
from scrubber.engine import scrub
from scrubber.registry import Case
from scrubber.tables import shipped_tables
from store.migrate import configuration
from tests.past.builders import SENT, SERVICE, a_claim, a_line, a_service, an_answer
from tests.store.practice_year import END, as_837, open_store

BORN = date(1950, 1, 1)
ZZTEST = Whose(Person("Zztest", "Patient", birth_date=BORN))
EARLY, DAY = date(2025, 12, 1), timedelta(days=1)


@pytest.fixture(scope="module")
def tables():
    return shipped_tables()


def an_approval(number="AUTH-1", status="approved", *, code="64493", units=2, side="", **more):
    codes = (AuthorizedCode(code, None if units is None else Decimal(units), side),) if code else ()
    days = {"valid_from": date(2025, 12, 1), "valid_to": date(2026, 6, 30), "decided_on": EARLY, "payer_id": "MEDI1"}
    return Authorization(number, status=status, codes=codes, **{**days, **more})


def an_entry(held=None, *, on=EARLY, whose=ZZTEST, **more):
    held = held or an_approval()
    return Entry(on, whose, replace(held, recorded_on=on), decision=more.pop("decision", held.status), **more)


def a_visit(i=0, *, units=1, number="AUTH-1", day=None, **more):
    day = day or SERVICE + timedelta(days=7 * i)
    sent = more.pop("sent", day + timedelta(days=4))
    lines = more.pop("lines", None) or (
        a_line(1, day=day, units=units, control="1", modifiers=more.pop("modifiers", ())),
    )
    return a_claim(*lines, id=f"ACC-{i}", sent=sent, n=i, authorization_number=number, **more)


def held(store, as_of=END):
    return {one.ref: one for one in store.authorizations(as_of)}


def the_one(store, as_of=END):
    (one,) = store.authorizations(as_of)
    return one


# --- one path


def test_serving_sees_of_the_book_what_replay_sees(tmp_path, tables):
    claims = [a_visit(i) for i in range(6)]
    cover = Eligibility(EARLY, "MEDI1", active=False)
    with open_store(tmp_path) as store:
        store.record(claims, [an_answer(claims[1], a_service(claims[1].lines[0], "CO-197 500.00"))])
        store.note(
            [
                an_entry(an_approval(status="pending"), request="R-1"),
                an_entry(on=claims[2].origin.known_on, request="R-1"),
                an_entry(an_approval(status="denied"), decision="cancelled", on=claims[4].origin.known_on + DAY),
                an_entry(an_approval("OTHER"), whose=Whose(Person("Zzother", "Patient", birth_date=BORN))),
                Entry(
                    claims[3].origin.known_on, ZZTEST, answers=(replace(cover, checked_on=claims[3].origin.known_on),)
                ),
            ]
        )
        seen = []
        for replayed in replay(store.events(), tables):
            claim, day = replayed.event.claim, replayed.event.known_on
            past = store.patient_past(claim, as_of=day)
            report = scrub(claim, tables, past, as_of=day)
            assert report == replayed.report
            found = rows(claim, report, past, store.payer_past(), tables=tables, as_of=day)
            assert repr(found) == repr(replayed.rows)
            seen.append(({a.status for a in past.authorizations}, bool(past.eligibility)))
        assert sum(isinstance(e, Noted) for e in store.events()) == 5
    assert seen == [
        ({"pending"}, False), ({"pending"}, False), ({"approved"}, False), ({"approved"}, True), ({"approved"}, True),
        ({"denied"}, True),
    ]  # fmt: skip


def test_a_record_of_the_day_speaks_and_one_of_the_day_after_does_not(tmp_path):
    claim = a_visit()
    day = claim.origin.known_on
    for on, seen in ((day - DAY, 1), (day, 1), (day + DAY, 0)):
        with open_store(tmp_path / str(on)) as store:
            store.note([an_entry(on=on)])
            assert len(store.patient_past(claim, as_of=day).authorizations) == seen


def test_the_rules_take_the_record_as_if_the_claim_had_brought_it(tmp_path, tables):
    claim, approval = a_visit(units=3), replace(an_approval(), recorded_on=EARLY)
    day = claim.origin.known_on
    with open_store(tmp_path) as store:
        without = scrub(claim, tables, store.patient_past(claim, as_of=day), as_of=day)
        store.note([an_entry(approval)])
        past = store.patient_past(claim, as_of=day)
    kept = scrub(claim, tables, past, as_of=day)
    brought = replace(claim, authorizations=(approval,))
    assert kept.findings == scrub(brought, tables, replace(past, authorizations=()), as_of=day).findings
    assert "AUT-003" in {f.rule_id for f in kept.findings} - {f.rule_id for f in without.findings}


def test_a_practice_without_records_is_asked_once_and_one_with_them_one_query_a_claim(tmp_path):
    claims, said = [a_visit(i) for i in range(4)], []
    with open_store(tmp_path) as store:
        store.record(claims)
        event.listen(store._engine, "before_cursor_execute", lambda c, cur, statement, *rest: said.append(statement))
        for claim in claims:
            store.pasts(claim, as_of=END)
        assert sum("FROM records" in s for s in said) == 1
        said.clear()
        for claim in claims:
            store.pasts(claim, as_of=END)
        without = len(said)
        assert not any("FROM records" in s for s in said)
        store.note([an_entry()])
        store.pasts(claims[0], as_of=END)
        said.clear()
        for claim in claims:
            assert store.pasts(claim, as_of=END)[0].authorizations
        assert (len(said), sum("FROM records" in s for s in said)) == (without + len(claims), len(claims))


def test_another_process_sees_a_record_with_its_next_answer(tmp_path):
    claim = a_visit()
    with open_store(tmp_path) as one, open_store(tmp_path) as other:
        one.record([claim])
        assert other.pasts(claim, as_of=END)[0].authorizations == ()
        one.note([an_entry()])
        assert len(other.pasts(claim, as_of=END)[0].authorizations) == 1


# --- words on one authorization


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_later_word_takes_the_place_of_an_earlier_one_in_whatever_order_they_come(tmp_path, order):
    words = [
        an_entry(an_approval("", "pending", units=None, valid_from=None, valid_to=None), request="R-1"),
        an_entry(request="R-1", on=EARLY + 5 * DAY),
        an_entry(an_approval(status="denied", code=""), decision="cancelled", on=EARLY + 9 * DAY),
    ]
    with open_store(tmp_path) as store:
        for i in order:
            store.note([words[i]])
        told = [the_one(store, EARLY + n * DAY).recorded.entry.decision for n in (0, 5, 9)]
        assert len(the_one(store).book) == 3
        assert list(store.authorizations(EARLY - DAY)) == []
    assert told == ["pending", "approved", "cancelled"]


def test_a_renewal_another_code_and_another_side_stand_beside_the_first(tmp_path):
    words = [
        an_entry(an_approval(side="left")),
        an_entry(an_approval(side="right"), on=EARLY + DAY),
        an_entry(an_approval(code="62323"), on=EARLY + DAY),
        an_entry(an_approval(valid_from=date(2026, 7, 1), valid_to=date(2026, 12, 31), side="left"), on=EARLY + DAY),
    ]
    with open_store(tmp_path) as store:
        store.note(words)
        assert len(list(store.authorizations(END))) == 4
        store.note([an_entry(an_approval(side="left", units=5), on=EARLY + 2 * DAY)])
        units = [one.balances[0].allowed for one in store.authorizations(END)]
    assert sorted(units) == [2, 2, 2, 5]


def test_decisions_of_one_answer_stand_side_by_side(tmp_path):
    both = [
        an_entry(an_approval(code="64493"), decision="partial", answer="segment 3"),
        an_entry(an_approval(status="denied", code=""), answer="segment 3"),
    ]
    with open_store(tmp_path) as store:
        store.note(both)
        assert [one.recorded.entry.decision for one in store.authorizations(END)] == ["partial", "denied"]


def test_the_same_word_again_adds_nothing_however_it_comes(tmp_path):
    undated = an_entry(dated=False)
    with open_store(tmp_path) as store:
        first = store.note([an_entry(), replace(an_entry(), source="csv", recorded_by="ZZ", place="line 2"), undated])
        again = store.note([an_entry(), an_entry(on=EARLY + DAY, dated=False)])
    assert (first.authorizations, first.duplicates) == (2, 1)
    assert (again.authorizations, again.duplicates) == (0, 2)


# --- whose it is


@pytest.mark.parametrize(
    "whose",
    [
        Whose(Person("ZZTEST", "patient", birth_date=BORN, sex="F")),
        Whose(Person(" Zz-Test ", "PATIENT", birth_date=BORN)),
        Whose(Person(birth_date=BORN), member_id="ZZ-1"),
        Whose(Person("ZZTEST", "PATIENT"), member_id="zz1"),
    ],
    ids=["names, day and sex", "names written otherwise", "member and birth date", "member and names"],
)
@pytest.mark.parametrize("record_number", ["", "MRN-7"], ids=["no number of ours", "a number of ours"])
def test_a_claim_finds_its_patients_record_before_the_patient_was_ever_billed(tmp_path, whose, record_number):
    claim = a_visit(medical_record_number=record_number)
    with open_store(tmp_path) as store:
        assert store.note([an_entry(whose=whose)]).unlinked == []
        assert len(store.patient_past(claim, as_of=END).authorizations) == 1


def test_a_strangers_record_is_never_seen(tmp_path):
    claim = a_visit(medical_record_number="MRN-7")
    strangers = [
        Whose(Person("ZZTEST", "PATIENT", birth_date=date(1950, 1, 2))),
        Whose(Person("ZZTEST", "PATIENT", birth_date=BORN), record_number="MRN-8"),
        Whose(Person("ZZTEST", "OTHER"), member_id="ZZ1"),
        Whose(Person("ZZTEST", "TWIN", birth_date=BORN), member_id="ZZ1"),
        Whose(Person(first_name="TWIN", birth_date=BORN), member_id="ZZ1"),
        Whose(Person(first_name="TWIN"), member_id="ZZ1"),
        Whose(Person(first_name="PATIENT", birth_date=date(1950, 1, 2)), member_id="ZZ1"),
        Whose(Person(birth_date=date(1950, 1, 2)), member_id="ZZ1"),
        Whose(Person(), member_id="ZZ2"),
    ]
    with open_store(tmp_path) as store:
        store.record([claim])
        store.note([an_entry(an_approval(f"A-{i}"), whose=whose) for i, whose in enumerate(strangers)])
        assert store.patient_past(claim, as_of=END).authorizations == ()
        with open_store(tmp_path / "other", practice="other") as other:
            other.note([an_entry()])
        assert store.patient_past(claim, as_of=END).authorizations == ()


@pytest.mark.parametrize(
    ("whose", "claim_id", "what"), [(Whose(member_id="ZZ1"), "", "member id"), (Whose(), "acc-0", "claim number")]
)
def test_a_record_that_says_little_waits_for_the_claim_that_tells_whose_it_is(tmp_path, whose, claim_id, what):
    claim, later = a_visit(), a_visit(1)
    with open_store(tmp_path) as store:
        (waits,) = store.note([an_entry(whose=whose, claim_id=claim_id)]).unlinked
        assert (waits.kind, waits.reason) == ("authorization", f"no claim in the store has its {what}")
        assert store.patient_past(later, as_of=END).authorizations == ()
        store.record([claim])
        assert store.unlinked() == []
        assert len(store.patient_past(later, as_of=END).authorizations) == 1
        family = replace(a_visit(7, patient="ZZCHILD"), id="ACC-0" if claim_id else "ACC-7")
        store.record([family])
        (again,) = store.unlinked()
        assert again.reason == f"claims of several patients have its {what}"
        assert store.patient_past(later, as_of=END).authorizations == ()


@pytest.mark.parametrize("person", [Person(first_name="Patient"), Person(first_name="Patient", birth_date=BORN)])
def test_a_first_name_beside_the_member_id_tells_one_of_a_family_from_the_others(tmp_path, person):
    with open_store(tmp_path) as store:
        (waits,) = store.note([an_entry(whose=Whose(person, member_id="ZZ1"))]).unlinked
        assert waits.reason == "no claim in the store has its member id"
        store.record([a_visit(), a_twins_visit(1)])
        assert store.unlinked() == []
        assert len(store.patient_past(a_visit(2), as_of=END).authorizations) == 1
        assert store.patient_past(a_twins_visit(3), as_of=END).authorizations == ()


def a_twins_visit(i=0, **more):
    twin = Person("ZZTEST", "TWIN", birth_date=BORN, sex="F")
    claim = a_visit(i, **more)
    return replace(claim, patient=twin, subscriber=replace(claim.subscriber, person=twin))


@pytest.mark.parametrize("first", ["the record", "the claim"])
def test_member_id_and_birth_date_reach_the_one_patient_known_by_them_and_no_twin(tmp_path, first):
    whose = Whose(Person(birth_date=BORN), member_id="ZZ1")
    with open_store(tmp_path) as store:
        if first == "the claim":
            store.record([a_visit()])
        assert store.note([an_entry(whose=whose)]).unlinked == []
        if first == "the record":
            store.record([a_visit()])
        assert len(store.patient_past(a_visit(1), as_of=END).authorizations) == 1
        assert store.patient_past(a_twins_visit(), as_of=END).authorizations == ()
        store.record([a_twins_visit(2)])
        assert [one.reason for one in store.unlinked()] == ["claims of several patients have its member id"]
        for claim in (a_visit(1), a_twins_visit(3)):
            assert store.patient_past(claim, as_of=END).authorizations == ()
        (late,) = store.note([an_entry(an_approval("AUTH-2"), whose=whose, claim_id="ACC-0")]).unlinked
        assert late.reason == "claims of several patients have its member id"


def test_the_practices_record_number_holds_where_twins_share_member_id_and_birth_date(tmp_path):
    whose = Whose(Person(birth_date=BORN), member_id="ZZ1", record_number="MRN-7")
    ours = a_visit(medical_record_number="MRN-7")
    with open_store(tmp_path) as store:
        store.note([an_entry(whose=whose)])
        store.record([ours, a_twins_visit(1)])
        assert store.unlinked() == []
        assert len(store.patient_past(ours, as_of=END).authorizations) == 1
        assert store.patient_past(a_twins_visit(2), as_of=END).authorizations == ()


def test_a_word_that_names_nobody_is_linked_by_its_number_or_kept_and_listed(tmp_path):
    cancelled = an_approval(status="denied", code="", payer_id="")
    with open_store(tmp_path) as store:
        store.note([an_entry()])
        report = store.note([an_entry(cancelled, whose=Whose(), decision="cancelled", on=EARLY + DAY)])
        assert report.unlinked == []
        assert [a.status for a in store.patient_past(a_visit(), as_of=END).authorizations] == ["denied"]
        (lost,) = store.note([an_entry(an_approval("NOBODYS"), whose=Whose(), place="line 4")]).unlinked
        assert (lost.place, lost.reason[:21]) == ("line 4", "it names no patient: ")
        assert len(held(store)) == 2


def test_one_number_of_two_patients_is_two_authorizations(tmp_path):
    child = Whose(Person("Zzchild", "Patient", birth_date=BORN))
    with open_store(tmp_path) as store:
        store.note([an_entry(an_approval("PENDING")), an_entry(an_approval("PENDING", units=9), whose=child)])
        assert len(held(store)) == 2
        (allowed,) = store.patient_past(a_visit(), as_of=END).authorizations
        assert allowed.codes[0].units == 2
        (lost,) = store.note([an_entry(an_approval("PENDING", "denied"), whose=Whose())]).unlinked
        assert lost.reason == "several authorizations have this number, and it names no patient"


def test_no_patient_stands_in_the_book(tmp_path):
    with open_store(tmp_path) as store:
        store.note([an_entry(whose=replace(ZZTEST, member_id="ZZMEMBER1", record_number="ZZMRN1"))])
    with sqlite3.connect(tmp_path / "store.db") as raw:
        dump = "\n".join(raw.iterdump()).upper()
    assert "AUTH-1" in dump
    assert not [secret for secret in ("ZZTEST", "1950-01-01", "ZZMEMBER1", "ZZMRN1") if secret in dump]


# --- what is left


def left(store, as_of=END):
    return [(b.side, b.left, b.overdrawn) for one in store.authorizations(as_of) for b in one.balances]


def test_claims_draw_units_and_what_goes_beyond_is_said_and_never_negative(tmp_path):
    with open_store(tmp_path) as store:
        store.note([an_entry(an_approval(units=3))])
        assert store.record([a_visit(0)]).overdrawn == []
        assert left(store) == [("", 2, 0)]
        (over,) = store.record([a_visit(1, units=4)]).overdrawn
        assert (str(over), over.units) == (
            "claim ACC-1, line 1: 2 units of 64493 more than authorization A1 had left of its 3", 2
        )  # fmt: skip
        assert left(store) == [("", 0, 2)]
        assert the_one(store).claim_ids == ("ACC-0", "ACC-1")
        assert left(store, a_visit(1).origin.known_on - DAY) == [("", 2, 0)]


def test_a_void_a_replacement_and_a_denial_give_units_back(tmp_path):
    first, second, third = (a_visit(i) for i in range(3))
    later = date(2026, 3, 2)
    void = replace(first, frequency="8", origin=replace(first.origin, known_on=later))
    replaced = a_visit(1, units=2, frequency="7", sent=later, day=second.lines[0].service_from)
    denial = an_answer(third, a_service(third.lines[0], "CO-197 500.00"), known=later)
    with open_store(tmp_path) as store:
        store.note([an_entry(an_approval(units=3))])
        store.record([first, second, third])
        assert left(store) == [("", 0, 0)]
        store.record([void])
        assert left(store) == [("", 1, 0)]
        store.record([replaced])
        assert left(store) == [("", 0, 0)]
        store.record([], [denial])
        assert left(store) == [("", 1, 0)]
        assert left(store, later - DAY) == [("", 0, 0)], "on the day before nothing of this was known"


def test_a_line_draws_on_the_number_it_bears_and_one_without_on_its_payers(tmp_path):
    with open_store(tmp_path) as store:
        store.note([an_entry(an_approval(units=9))])
        store.record([a_visit(0), a_visit(1, number=""), a_visit(2, number="OTHER"), a_visit(3, payer="ELSE")])
        store.record([a_visit(4, day=date(2025, 11, 30)), a_visit(5, day=date(2026, 7, 1))])
        assert the_one(store).claim_ids == ("ACC-0", "ACC-1")


def test_sides_draw_apart(tmp_path):
    codes = tuple(AuthorizedCode("64493", Decimal(1), side) for side in ("LT", "right"))
    with open_store(tmp_path) as store:
        store.note([an_entry(replace(an_approval(), codes=codes))])
        store.record([a_visit(0, modifiers=("RT",))])
        assert left(store) == [("left", 1, 0), ("right", 0, 0)]
        store.record([a_visit(1, modifiers=("RT",))])
        assert left(store) == [("left", 1, 0), ("right", 0, 1)]
        store.record([a_visit(2, modifiers=("50",))])
        assert left(store) == [("left", 0, 0), ("right", 0, 1)]


VISITS = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from(["AUTH-1", "", "OTHER"]), st.sampled_from(["", "denied", "void", "again"])
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VISITS, st.integers(1, 8))
def test_the_tracker_counts_what_the_rule_counts(tmp_path_factory, tables, visits, units):
    """AUT-002 asks `units_used` of the next claim; the tracker's draws, overdrawn ones with them, are the same sum."""
    with open_store(tmp_path_factory.mktemp("agree")) as store:
        store.note([an_entry(an_approval(units=units))])
        for i, (billed, number, fate) in enumerate(visits):
            claim = a_visit(i, units=billed, number=number)
            answer = an_answer(
                claim, a_service(claim.lines[0], "CO-197 500.00"), known=claim.origin.known_on + DAY, n=i
            )
            store.record([claim], [answer] if fate == "denied" else [])
            if fate in ("void", "again"):
                origin = replace(claim.origin, known_on=claim.origin.known_on + 2 * DAY)
                store.record([replace(claim, frequency="8" if fate == "void" else "7", origin=origin)])
        following = a_visit(20)
        day = following.origin.known_on
        case = Case(following, day, tables, store.patient_past(following, as_of=day), tables.payer_type(following))
        used = approvals.units_used(case, following.lines[0], EARLY, following.lines[0].service_from)
        (balance,) = the_one(store, day - DAY).balances
    assert balance.left >= 0
    assert balance.drawn + balance.left == units
    assert balance.drawn + balance.overdrawn == used


def _draw(folder, first, count, start):
    start.wait()
    with open_store(folder) as store:
        for i in range(first, first + count):
            claim = a_visit(i, day=SERVICE + timedelta(days=i))
            store.record([claim])
            (balance,) = the_one(store).balances
            assert balance.left >= 0
            assert balance.drawn + balance.left == balance.allowed


@settings(max_examples=4, deadline=None)
@given(st.integers(3, 9), st.integers(3, 9), st.integers(1, 12))
def test_two_processes_draw_every_unit_once_and_none_below_zero(tmp_path_factory, ours, theirs, units):
    folder, spawn = tmp_path_factory.mktemp("race"), multiprocessing.get_context("spawn")
    with open_store(folder) as store:
        store.note([an_entry(an_approval(units=units))])
    start = spawn.Barrier(2)
    both = [spawn.Process(target=_draw, args=(folder, *of, start)) for of in ((0, ours), (100, theirs))]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    with open_store(folder) as store:
        (balance,) = the_one(store).balances
    billed = ours + theirs
    assert (balance.left, balance.drawn, balance.overdrawn) == (
        max(0, units - billed), min(units, billed), max(0, billed - units),
    )  # fmt: skip


# --- the upgrade


def test_an_old_store_learns_the_authorization_of_its_lines(tmp_path):
    path = tmp_path / "in.837"
    path.write_bytes(as_837([a_visit(0), a_visit(1, number="")], day=SENT, interchange=1))
    with open_store(tmp_path) as store:
        store.ingest([path])
        before = store.patient_past(a_visit(9), as_of=END).services
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0002")
        connection.commit()
    engine.dispose()
    with open_store(tmp_path) as store:
        after = store.patient_past(a_visit(9), as_of=END).services
    assert sorted(s.authorization for s in after) == ["", "AUTH-1"]
    assert after == before
