"""The cases of matching 837 to 835 as they come in practice, each as files, and each in every order of reading."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from claims.claim import Provider
from past.likeness import NO_CLAIM, NOT_SENT_TO, OTHER_DAYS, OTHER_PAYEE, OTHER_SERVICES
from tests.past.acknowledgments import a_999, a_patient, wire_277ca, wire_999
from tests.past.builders import OTHER_NPI, SENT, SERVICE, a_claim, a_line, a_reversal, a_service, an_answer, cas, money
from tests.store.practice_year import as_835, as_837, open_store

AGAIN, ANSWER, LATER = date(2026, 1, 20), date(2026, 1, 30), date(2026, 2, 27)
AT_THE_END = date(2026, 12, 31)


def sent(*claims, n=1, day=SENT):
    return as_837(claims, day=day, interchange=n)


def answered(*answers, n=11, day=ANSWER):
    return as_835(answers, day=day, interchange=n)


def paid(claim, **more):
    return an_answer(claim, *(a_service(line, "CO-45 1.00", paid=line.charge - 1) for line in claim.lines), **more)


def denied(claim, **more):
    return an_answer(claim, *(a_service(line, f"CO-197 {line.charge}") for line in claim.lines), **more)


@dataclass(frozen=True)
class Case:
    """Files, and what the ledger says once all are read: outcome by claim number, submission and line."""

    files: Callable[[], list[bytes]]
    outcomes: dict[tuple[str, int, int], str]
    overturned: set[tuple[str, int, int]] = field(default_factory=set)
    unmatched: tuple[str, ...] = ()
    why: dict[tuple[str, int, int], str] = field(default_factory=dict)


def account_of_two_visits():
    first, second = a_claim(a_line(1)), a_claim(a_line(2, day=SERVICE + timedelta(days=2)))
    return [sent(first, second), answered(paid(second, icn="24A0001"), denied(first, icn="24A0002"))]


def two_providers_with_one_number():
    ours, theirs = a_claim(a_line(1)), a_claim(a_line(2), billing=Provider(npi=OTHER_NPI, tax_id="990000002"))
    return [sent(ours), sent(theirs, n=2), answered(paid(theirs)), answered(denied(ours, icn="24A0099"), n=12)]


def number_cut_at_twenty():
    claim = a_claim(id="Account-0000000001-Visit-3")
    return [sent(claim), answered(paid(claim, claim_id="ACCOUNT-0000000001-V"))]


def number_announced_by_a_front_end():
    first, second = a_claim(n=1), a_claim(sent=AGAIN, n=2)
    return [
        sent(first),
        sent(second, n=2, day=AGAIN),
        wire_277ca(a_patient("ACC-1", "A2:20", "WQ", "500", number="24A0017"), day=AGAIN, received=AGAIN),
        answered(denied(first, icn="24A0017")),
    ]


def line_split_in_three():
    claim = a_claim(a_line(charge="300.00", units=3, control="L1"))
    (line,) = claim.lines
    third = {"charge": money(100), "units_paid": Decimal(1)}
    parts = [a_service(line, "CO-45 40.00", paid=60, **third) for _ in range(2)]
    return [sent(claim), answered(an_answer(claim, *parts, a_service(line, "CO-151 100.00", **third)))]


def line_unbundled():
    claim = a_claim(a_line(control="L1"), a_line(2, "99213", "150.00", control="L2"))
    first, second = claim.lines
    return [
        sent(claim),
        answered(
            an_answer(
                claim,
                a_service(first, "CO-45 180.00", paid="320.00", code="0213T", submitted_code="64493"),
                a_service(first, charge=money(0), code="0214T", submitted_code="64493"),
                a_service(second, "CO-97 150.00"),
            )
        ),
    ]


def lines_bundled():
    claim = a_claim(a_line(1, "80305", "100.00", control="L1"), a_line(2, "80306", "100.00", control="L2"))
    first, second = claim.lines
    return [
        sent(claim),
        answered(
            an_answer(
                claim,
                a_service(first, "CO-94 -50.00", paid="150.00", code="80307", submitted_code="80305"),
                a_service(second, "CO-97 100.00", code="80307", submitted_code="80306"),
            )
        ),
    ]


def lines_without_control_numbers():
    claim = a_claim(a_line(1, modifiers=["RT"]), a_line(2, modifiers=["LT"]), a_line(3, "99213", "150.00"))
    rt, lt, visit = claim.lines
    services = (a_service(visit, "CO-97 150.00"), a_service(lt, "CO-50 500.00"), a_service(rt, paid="500.00"))
    return [sent(claim), answered(an_answer(claim, *services))]


def replacement(new_number, answered_as):
    def files():
        original = a_claim()
        again = a_claim(id=new_number, sent=AGAIN, frequency="7", original_reference="24A0017")
        return [
            sent(original),
            sent(again, n=2, day=AGAIN),
            answered(denied(original, known=date(2026, 1, 18)), day=date(2026, 1, 18)),
            answered(
                paid(again, known=LATER, icn="24B0001", claim_id=answered_as, original_reference="24A0017"),
                n=12, day=LATER,
            ),
        ]  # fmt: skip

    return files


def void():
    original, gone = a_claim(), a_claim(sent=LATER, frequency="8", original_reference="24A0017")
    first = paid(original)
    back = a_reversal(first, known=LATER + timedelta(days=9))
    return [
        sent(original),
        sent(gone, n=2, day=LATER),
        answered(first),
        answered(back, n=12, day=LATER + timedelta(days=9)),
    ]


def reversal(*, same_file, number="24A0017"):
    def files():
        claim = a_claim()
        first = paid(claim, icn=number)
        back, anew = a_reversal(first, known=LATER), denied(claim, known=LATER, icn=number)
        if same_file:
            return [sent(claim), answered(first), answered(back, anew, n=12, day=LATER)]
        after = LATER + timedelta(days=3)
        return [
            sent(claim),
            answered(first),
            answered(back, n=12, day=LATER),
            answered(denied(claim, known=after, icn=number), n=13, day=after),
        ]

    return files


def reversal_of_the_first_of_two_answers():
    """Both submissions were answered under no number at all; the amounts say which answer is taken back."""
    first, second = a_claim(a_line(modifiers=["RT"])), a_claim(a_line(modifiers=["RT"]), sent=AGAIN)
    one = paid(first, icn="", received_on=SENT)
    two = an_answer(second, a_service(second.lines[0], "CO-18 500.00"), icn="", received_on=AGAIN)
    back = a_reversal(replace(one, received_on=None), known=LATER)
    return [sent(first), sent(second, n=2, day=AGAIN), answered(one, two), answered(back, n=12, day=LATER)]


def status(code, *adjustments, paid_amount="0"):
    def files():
        claim = a_claim()
        service = a_service(claim.lines[0], *adjustments, paid=paid_amount)
        return [sent(claim), answered(an_answer(claim, service, status=code))]

    return files


def claim_level_denial():
    claim = a_claim(a_line(), a_line(2, "64494", "300.00"))
    services = [a_service(line) for line in claim.lines]
    return [sent(claim), answered(an_answer(claim, *services, adjustments=cas("CO-29 800.00")))]


def claim_split_by_lines():
    claim = a_claim(a_line(control="L1"), a_line(2, "64494", "300.00", control="L2"))
    first, second = claim.lines
    return [
        sent(claim),
        sent(a_claim(*claim.lines, sent=AGAIN), n=2, day=AGAIN),
        answered(
            an_answer(claim, a_service(first, "CO-197 500.00"), icn="24A0001"),
            an_answer(claim, a_service(second, paid="300.00"), icn="24A0002", ordinal=2),
        ),
    ]


def claim_split_inside_a_line():
    claim = a_claim(a_line(charge="300.00", units=3, control="L1"))
    (line,) = claim.lines
    one = an_answer(claim, a_service(line, paid="100.00", charge=money(100)), icn="24A0001")
    two = an_answer(claim, a_service(line, "CO-151 200.00", charge=money(200)), icn="24A0002", ordinal=2)
    return [sent(claim), answered(one, two)]


def primary_and_secondary():
    primary = a_claim()
    secondary = a_claim(payer="MEDIGAP", sequence="S", sent=LATER)
    after = LATER + timedelta(days=14)
    return [
        sent(primary),
        sent(secondary, n=2, day=LATER),
        answered(an_answer(primary, a_service(primary.lines[0], "PR-2 100.00", paid="400.00"))),
        answered(
            an_answer(
                secondary, a_service(secondary.lines[0], "CO-197 100.00", "OA-23 400.00"), status="2", known=after,
                icn="GAP0001",
            ),
            n=12, day=after,
        ),
    ]  # fmt: skip


def crossover_without_a_claim_of_ours():
    claim = a_claim()
    forwarded = an_answer(claim, a_service(claim.lines[0], "PR-2 100.00", paid="400.00"), status="19")
    secondary = an_answer(
        claim, a_service(claim.lines[0], "OA-23 400.00", paid="100.00"), status="2", payer="MEDIGAP", known=LATER,
        icn="GAP0001",
    )  # fmt: skip
    return [sent(claim), answered(forwarded), answered(secondary, n=12, day=LATER)]


def money_moved_outside_any_claim():
    claim = a_claim()
    document = answered(denied(claim))
    count = int(re.search(rb"SE\*(\d+)\*", document)[1])
    plb = b"PLB*1234567893*20261231*WO:24A0017*500.00~"
    return [sent(claim), document.replace(b"SE*%d*" % count, plb + b"SE*%d*" % (count + 1))]


def rejected_and_sent_again():
    first, again = a_claim(), a_claim(sent=AGAIN)
    return [
        sent(first),
        wire_277ca(a_patient("ACC-1", "A7:562:85", "U", "500", day="20260105")),
        sent(again, n=2, day=AGAIN),
        answered(paid(again)),
    ]


def whole_set_rejected():
    return [
        sent(a_claim(), a_claim(id="ACC-2")),
        wire_999(a_999("0001", "R"), verdict="R", group=1, day=SENT),
        sent(a_claim(sent=AGAIN), n=2, day=AGAIN),
        wire_999(a_999("0001", "A"), verdict="A", group=1, day=AGAIN, interchange=32),
    ]


def never_answered():
    return [
        sent(a_claim(a_line(), a_line(2, "64494", "300.00"))),
        sent(a_claim(id="ACC-2", sent=LATER), n=2, day=LATER),
    ]


def line_out_of_balance():
    claim = a_claim(a_line(), a_line(2, "64494", "300.00"))
    first, second = claim.lines
    services = a_service(first, "CO-45 100.00", paid="300.00"), a_service(second, "CO-197 300.00")
    return [sent(claim), answered(an_answer(claim, *services, paid=money(300)))]


def claim_out_of_balance():
    claim = a_claim()
    return [sent(claim), answered(replace(paid(claim), paid=money(0)))]


def delivered_twice():
    claim, again = a_claim(), a_claim(sent=AGAIN)
    document = answered(denied(claim, known=date(2026, 1, 18)), day=date(2026, 1, 18))
    copy = document.replace(b"*20260118*1200", b"*20260225*0900")
    assert copy != document
    return [sent(claim), sent(again, n=2, day=AGAIN), document, copy]


def answers_to_strangers():
    known = a_claim(a_line())
    elsewhere = a_claim(a_line(day=SERVICE + timedelta(days=200)))
    other_service = a_claim(a_line(code="20610"), id="ACC-1")
    payee = paid(a_claim(billing=Provider(npi=OTHER_NPI, tax_id="990000002")), icn="24A0003")
    return [
        sent(known),
        answered(paid(elsewhere, icn="24A0001"), n=11),
        answered(paid(other_service, icn="24A0002"), n=12),
        answered(payee, n=13),
        answered(paid(a_claim(id="UNKNOWN-1"), icn="24A0004"), n=14),
    ]


A, A2, A3 = ("ACC-1", 1, 1), ("ACC-1", 1, 2), ("ACC-1", 1, 3)
B = ("ACC-1", 2, 1)
CASES = {
    "1: one number, two visits": Case(account_of_two_visits, {A: "denied", A2: "paid"}),
    "1: one number, two providers": Case(two_providers_with_one_number, {A: "denied", A2: "paid"}),
    "1: the number comes back cut and in capitals": Case(
        number_cut_at_twenty, {("Account-0000000001-Visit-3", 1, 1): "paid"}
    ),
    "2: the payer's number was announced": Case(number_announced_by_a_front_end, {A: "unanswered", B: "denied"}),
    "3: a line split in parts": Case(line_split_in_three, {A: "reduced"}),
    "3: a line unbundled": Case(line_unbundled, {A: "paid", A2: "denied"}),
    "3: lines bundled": Case(lines_bundled, {A: "paid", A2: "denied"}),
    "3: no line control numbers": Case(lines_without_control_numbers, {A: "paid", A2: "denied", A3: "denied"}),
    "4: replaced under its number": Case(replacement("ACC-1", "ACC-1"), {A: "denied", B: "paid"}),
    "4: replaced under a new number": Case(
        replacement("ACC-9", "ACC-9"), {A: "denied", ("ACC-9", 2, 1): "paid"}
    ),
    "4: replaced under a new number, answered under the old": Case(
        replacement("ACC-9", "ACC-1"), {A: "denied", ("ACC-9", 2, 1): "paid"}
    ),
    "4: voided": Case(void, {A: "paid", B: "void"}),
    "5: reversed and corrected in one file": Case(reversal(same_file=True), {A: "paid"}, overturned={A}),
    "5: reversed and corrected in two files": Case(reversal(same_file=False), {A: "paid"}, overturned={A}),
    "5: reversed without a payer's number": Case(reversal(same_file=True, number=""), {A: "paid"}, overturned={A}),
    "5: the amounts say what is reversed": Case(
        reversal_of_the_first_of_two_answers, {A: "paid", B: "denied"}, overturned={A}
    ),
    "6: processed as primary, and denied": Case(status("1", "CO-197 500.00"), {A: "denied"}),
    "6: status 4, and yet paid": Case(status("4", "CO-45 100.00", paid_amount="400.00"), {A: "paid"}),
    "6: the patient's share is no denial": Case(status("1", "PR-1 500.00"), {A: "patient_responsibility"}),
    "6: a predetermination decides nothing": Case(status("25", "CO-45 100.00", paid_amount="400.00"), {A: "excluded"}),
    "6: not its claim, passed on": Case(
        status("23", "OA-109 500.00"), {A: "unanswered"}, why={A: "passed the claim on as not its own (CLP02 23)"}
    ),
    "6: denied at claim level": Case(claim_level_denial, {A: "denied", A2: "denied"}),
    "7: a claim split by lines": Case(
        claim_split_by_lines, {A: "denied", A2: "paid", B: "unanswered", ("ACC-1", 2, 2): "unanswered"}
    ),
    "7: a claim split inside a line": Case(claim_split_inside_a_line, {A: "reduced"}),
    "8: two payers": Case(primary_and_secondary, {A: "paid", B: "denied"}),
    "8: passed on to a payer we sent nothing": Case(
        crossover_without_a_claim_of_ours, {A: "paid"}, unmatched=(NOT_SENT_TO,)
    ),
    "9: money outside any claim is no label": Case(money_moved_outside_any_claim, {A: "denied"}),
    "10: rejected, and sent again": Case(
        rejected_and_sent_again, {A: "rejected", B: "paid"},
        why={A: "A front end rejected the claim (277CA A7:562:85, information is not valid) on 2026-01-12"},
    ),
    "10: the whole set rejected": Case(
        whole_set_rejected, {A: "rejected", ("ACC-2", 1, 1): "rejected", B: "unanswered"},
        why={A: "The receiver rejected transaction set 0001 of group 1 with every claim in it (999 R) on 2026-01-09"},
    ),
    "10: never answered": Case(never_answered, {A: "unanswered", A2: "unanswered", ("ACC-2", 1, 1): "unanswered"}),
    "11: a line does not add up": Case(
        line_out_of_balance, {A: "excluded", A2: "excluded"}, why={A: "500.00 charged less 100.00 adjusted is 400.00"}
    ),
    "11: a claim does not add up": Case(claim_out_of_balance, {A: "excluded"}),
    "11: the same 835 twice": Case(delivered_twice, {A: "denied", B: "unanswered"}),
    "11: answers to strangers": Case(
        answers_to_strangers, {A: "unanswered"}, unmatched=(OTHER_DAYS, OTHER_SERVICES, OTHER_PAYEE, NO_CLAIM)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A store with its tables made, to be copied: making them takes longer than a case."""
    folder = tmp_path_factory.mktemp("empty")
    open_store(folder).close()
    return folder


def orders(paths):
    """All orders of up to three files; of more, each file first and each file last, forwards and backwards."""
    if len(paths) <= 3:
        return list(permutations(paths))
    turned = [paths[i:] + paths[:i] for i in range(len(paths))]
    return [order for each in turned for order in (each, each[::-1])]


@pytest.mark.parametrize("name", CASES)
def test_each_case_ends_as_it_should_in_every_order_of_files(name, empty, tmp_path):
    case, said = CASES[name], []
    paths = [tmp_path / f"{i}.x12" for i, _ in enumerate(case.files())]
    for path, document in zip(paths, case.files(), strict=True):
        path.write_bytes(document)
    for i, order in enumerate(orders(paths)):
        shutil.copytree(empty, tmp_path / f"home{i}")
        with open_store(tmp_path / f"home{i}") as store:
            for path in order:
                assert store.ingest([path]).ok
            rows = list(store.ledger(AT_THE_END))
            report = store.ingest(paths)
            assert (report.claims, report.remittances, report.acknowledgments) == (0, 0, 0), "all is there already"
            assert [row.json() for row in store.ledger(AT_THE_END)] == [row.json() for row in rows]
            said.append(([row.json() for row in rows], list(store.events())))
    by_line = {(row.claim_id, row.submission, row.line): row for row in rows}
    assert {key: row.outcome.value for key, row in by_line.items()} == case.outcomes
    assert {key for key, row in by_line.items() if row.overturned} == case.overturned
    for key, words in case.why.items():
        assert words in by_line[key].why
    for outcome in said:
        assert outcome[0] == said[0][0]
        assert outcome[1] == said[0][1]
    shutil.copytree(empty, tmp_path / "at once")
    with open_store(tmp_path / "at once") as store:
        assert sorted(entry.reason for entry in store.ingest(paths).unmatched) == sorted(case.unmatched)
