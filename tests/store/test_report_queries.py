"""Prices and audit samples out of small stores: what is compared with what, and what is drawn."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claims.claim import Claim, Payer, Person, Provider
from claims.remittance import Remittance
from past.standing import NoPrice
from past.underpayment import Unknown, underpayments
from scrubber.audit_points import ClaimSort
from scrubber.tables import shipped_tables
from store.audit_sample import Stratum
from store.codec import dump, load
from store.underpaid import _NOT_OF_CLAIM, _NOT_OF_REMITTANCE
from tests.past.builders import NPI, OTHER_NPI, SENT, SERVICE, a_claim, a_line, a_reversal, a_service, an_answer, money
from tests.store.practice_year import as_835, as_837, open_store

END = date(2026, 12, 31)
TABLES = shipped_tables()
PHYSICIAN = Provider(npi=NPI, is_person=True, taxonomy="208VP0000X")
LAST = SENT + timedelta(days=60)


class Desk:
    """Claims and answers, day after day, until they are stored."""

    def __init__(self, folder):
        self.folder, self.n = folder, 0
        self.store = open_store(folder / "home", family_of=TABLES.family)

    def take(self, claim, *answers):
        self.n += 1
        paths = [self.folder / f"{self.n:03}.837"]
        paths[0].write_bytes(as_837([claim], day=claim.submitted_on, interchange=self.n))
        for i, answer in enumerate(answers):
            paths.append(self.folder / f"{self.n:03}-{i}.835")
            paths[-1].write_bytes(as_835([answer], day=answer.known_on, interchange=1000 * (i + 1) + self.n))
        report = self.store.ingest(paths)
        assert report.ok
        assert report.lines_unmatched == 0

    def claim(self, n, day, code="64493", **more):
        of_line = {name: more.pop(name) for name in ("modifiers", "units", "place", "unit") if name in more}
        line = a_line(1, code, "500.00", day=day - timedelta(days=4), control=f"L{n}", **of_line)
        payer = Payer("MEDI1", "ZZTEST PAYER", more.pop("filing", "CI"), sequence=more.pop("sequence", "P"))
        return replace(a_claim(line, id=f"ACC-{n}", sent=day, patient=f"ZZP{n}", **more), payer=payer)

    def usual(self, n, allowed="200", *, start=0, **more):
        """Claims of one price, answered a day after the other."""
        for i in range(start, start + n):
            claim = self.claim(100 + i, SENT + timedelta(days=i), **more)
            self.take(claim, priced(claim, allowed, SENT + timedelta(days=i + 7)))

    def found(self, as_of=END, **options):
        return underpayments(self.store.priced_lines(as_of, TABLES), **options)


def priced(claim, allowed, day, *others, paid=None, **more):
    (line,) = claim.lines
    contract = line.charge - money(allowed) - sum((money(o.split()[1]) for o in others), Decimal(0))
    paid = money(allowed) if paid is None else money(paid)
    return an_answer(
        claim, a_service(line, f"CO-45 {contract}", *others, paid=paid), known=day, icn=f"ICN{claim.id}", **more
    )


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def one_short(desk, *, allowed="150", day=LAST, **more):
    claim = desk.claim(1, day, **more)
    desk.take(claim, priced(claim, allowed, day + timedelta(days=10)))


def test_a_line_below_what_the_payer_usually_allows_is_found_with_what_that_rests_on(desk):
    desk.usual(10)
    one_short(desk)
    (u,) = desk.found().lines
    assert (u.line.claim_id, u.line.line, u.line.code, u.line.payer_id) == ("ACC-1", 1, "64493", "MEDI1")
    assert (u.allowed, u.expected.amount, u.short) == (money("150"), money("200.00"), money("50.00"))
    assert (u.expected.decisions, u.expected.agreeing) == (10, 10)
    assert u.standing.since == LAST + timedelta(days=10)


def test_fewer_decisions_than_the_least_are_counted_and_not_compared(desk):
    desk.usual(9)
    one_short(desk)
    found = desk.found()
    assert (found.lines, found.left_out) == ([], {Unknown.TOO_FEW_DECISIONS: 10})


def test_a_later_procedure_of_a_session_is_no_underpayment_and_no_usual_price(desk):
    desk.usual(10)
    cut = desk.claim(2, LAST)
    desk.take(cut, priced(cut, "100", LAST + timedelta(days=9), "CO-59 100.00"))
    found = desk.found()
    assert found.lines == []
    assert found.left_out[NoPrice.REDUCED] == 1
    assert found.carcs == {"CO-59": 1}


def test_sequestration_and_the_patients_share_are_no_underpayment(desk):
    desk.usual(10)
    claim = desk.claim(2, LAST)
    (line,) = claim.lines
    said = a_service(line, "CO-45 300.00", "PR-2 40.00", "CO-253 3.20", paid="156.80")
    desk.take(claim, an_answer(claim, said, known=LAST + timedelta(days=9), icn="ICN-S"))
    assert desk.found().lines == []
    assert desk.found().left_out == {Unknown.TOO_FEW_DECISIONS: 10}


def test_a_denied_line_is_counted_as_denied(desk):
    desk.usual(10)
    claim = desk.claim(2, LAST)
    said = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"), known=LAST + timedelta(days=9), icn="ICN-D")
    desk.take(claim, said)
    assert desk.found().left_out[NoPrice.DENIED] == 1
    assert desk.found().lines == []


def test_a_second_payers_answer_is_not_compared_and_teaches_nothing(desk):
    desk.usual(10, sequence="S")
    one_short(desk)
    found = desk.found()
    assert found.lines == []
    assert found.left_out == {NoPrice.ANOTHER_PAYER: 10, Unknown.TOO_FEW_DECISIONS: 1}


def test_a_corrected_payment_is_no_underpayment_any_more_and_was_one_before(desk):
    desk.usual(10)
    claim = desk.claim(1, LAST)
    first, mended = LAST + timedelta(days=10), LAST + timedelta(days=30)
    short = priced(claim, "150", first)
    right = priced(claim, "200", mended, n=8)
    desk.take(claim, short, a_reversal(short, known=mended, n=7), right)
    assert desk.found().lines == []
    assert [u.line.claim_id for u in desk.found(as_of=mended - timedelta(days=1)).lines] == ["ACC-1"]


def test_a_payment_taken_back_leaves_nothing_to_compare(desk):
    desk.usual(10)
    claim = desk.claim(1, LAST)
    short = priced(claim, "150", LAST + timedelta(days=10))
    desk.take(claim, short, a_reversal(short, known=LAST + timedelta(days=30)))
    assert desk.found().lines == []
    assert desk.found().left_out[NoPrice.TAKEN_BACK] == 1


def test_as_of_a_day_nothing_later_is_known(desk):
    desk.usual(10)
    one_short(desk)
    before = LAST + timedelta(days=9)
    assert desk.found(as_of=before).left_out == {Unknown.TOO_FEW_DECISIONS: 10}
    assert desk.found(as_of=before).lines == []


@pytest.mark.parametrize(
    ("one", "other", "comparable"),
    [
        ({"place": "11"}, {"place": "12"}, True),
        ({"place": "11"}, {"place": "24"}, False),
        ({"modifiers": ["LT"]}, {"modifiers": ["RT", "59"]}, True),
        ({"modifiers": []}, {"modifiers": ["50"]}, False),
        ({"modifiers": []}, {"modifiers": ["ZQ"]}, False),  # no table holds it: it may change the price
        ({"rendering": PHYSICIAN}, {"rendering": replace(PHYSICIAN, npi=OTHER_NPI)}, True),
        ({"rendering": PHYSICIAN}, {"rendering": replace(PHYSICIAN, taxonomy="363LF0000X")}, False),
    ],
    ids=["both offices", "office and centre", "sides", "both sides", "unknown modifier", "physicians", "nurse"],
)
def test_lines_are_compared_only_where_nothing_changes_the_price(desk, one, other, comparable):
    desk.usual(10, **one)
    one_short(desk, **other)
    assert len(desk.found().lines) == int(comparable)


@pytest.mark.parametrize(("filing", "comparable"), [("CI", True), ("MB", False)], ids=["commercial", "medicare"])
def test_last_years_medicare_price_says_nothing_of_this_years(desk, filing, comparable):
    desk.usual(10, start=300, filing=filing)
    one_short(desk, day=date(2027, 1, 20), filing=filing)
    assert len(desk.found(as_of=date(2027, 6, 1)).lines) == int(comparable)


@pytest.mark.parametrize(
    ("more", "why"),
    [({"unit": "MJ"}, Unknown.NOT_BY_UNIT), ({"place": "77"}, Unknown.PLACE)],
    ids=["minutes", "place"],
)
def test_what_cannot_be_told_is_counted_by_its_reason(desk, more, why):
    claim = desk.claim(1, SENT, **more)
    desk.take(claim, priced(claim, "150", SENT + timedelta(days=9)))
    assert desk.found().left_out == {why: 1}


def test_an_empty_store_has_nothing_to_compare(desk):
    found = desk.found()
    assert (found.compared, found.left_out.total(), found.lines) == (0, 0, [])


MONTH = date(2026, 1, 1), date(2026, 1, 31)
CLINICIANS = ("1234567893", "1999999984")


def sent_in_january(desk, n=24, *, shuffled=False):
    codes = (["99213"], ["62323"], ["80307"], ["99213", "20610"], ["J1030"])
    claims = []
    for i in range(n):
        lines = [a_line(k + 1, code, "100.00", control=f"A{i}-{k}") for k, code in enumerate(codes[i % 5])]
        clinician = Provider(npi=CLINICIANS[i % 2], is_person=True, taxonomy="208VP0000X")
        day = SENT + timedelta(days=i % 12)
        claims.append(a_claim(*lines, id=f"ACC-{i}", sent=day, patient=f"ZZP{i}", rendering=clinician, n=i + 1))
    desk.store.record(reversed(claims) if shuffled else claims)


def drawn(desk, size=8, seed=1, month=MONTH):
    return desk.store.audit_sample(TABLES, *month, size=size, seed=seed)


def test_the_same_month_size_and_seed_draw_the_same_claims_in_whatever_order_they_were_read(desk, tmp_path):
    sent_in_january(desk)
    (tmp_path / "b").mkdir()
    other = Desk(tmp_path / "b")
    sent_in_january(other, shuffled=True)
    first = [d.claim.id for d in drawn(desk).drawn]
    assert len(first) == 8
    assert first == [d.claim.id for d in drawn(desk).drawn] == [d.claim.id for d in drawn(other).drawn]
    assert any(first != [d.claim.id for d in drawn(desk, seed=seed).drawn] for seed in range(2, 6))


def test_every_clinician_and_kind_gives_a_claim_before_any_gives_two(desk):
    sent_in_january(desk)
    sample = drawn(desk, size=10)
    assert set(sample.sizes) == {Stratum(npi, sort) for npi in CLINICIANS for sort in ClaimSort}
    assert set(sample.given.values()) == {1}
    two = drawn(desk, size=2)
    assert {d.stratum.rendering_npi for d in two.drawn} == set(CLINICIANS)


def test_a_sample_larger_than_the_month_is_the_month(desk):
    sent_in_january(desk, 7)
    sample = drawn(desk, size=50)
    assert (len(sample.drawn), sample.claims) == (7, 7)


def test_claims_of_other_months_and_claims_taken_back_are_not_drawn(desk):
    sent_in_january(desk, 5)
    line = a_line(1, "99213", "100.00", control="V1")
    void = a_claim(line, id="ACC-V", frequency="8", original_reference="ICN-V", n=90)
    february = a_claim(line, id="ACC-F", sent=date(2026, 2, 1), n=91)
    desk.store.record([void, february])
    assert {d.claim.id for d in drawn(desk, size=50).drawn} == {f"ACC-{i}" for i in range(5)}
    assert [d.claim.id for d in drawn(desk, 50, month=(date(2026, 2, 1), date(2026, 2, 28))).drawn] == ["ACC-F"]


@pytest.mark.parametrize(
    ("day", "drawn_of_january"),
    [(date(2026, 1, 20), {"7"}), (date(2026, 2, 3), {"1"})],
    ids=["replaced in the month", "replaced after it"],
)
def test_a_claim_replaced_in_the_month_is_drawn_as_it_was_sent_last(desk, day, drawn_of_january):
    claim = desk.claim(1, SENT)
    again = desk.claim(1, day, frequency="7", original_reference=f"ICN{claim.id}")
    desk.take(claim, priced(claim, "200", date(2026, 1, 15)))
    desk.take(replace(again, lines=claim.lines))
    assert {d.claim.frequency for d in drawn(desk, 50).drawn} == drawn_of_january


def test_a_month_without_claims_draws_none(desk):
    sample = drawn(desk)
    assert (sample.drawn, sample.claims) == ((), 0)


def test_a_visit_and_a_procedure_of_two_days_are_a_procedure(desk):
    lines = (a_line(1, "99213", "100.00"), a_line(2, "62323", "100.00", day=SERVICE + timedelta(days=1)))
    desk.store.record([a_claim(*lines)])
    (one,) = drawn(desk).drawn
    assert one.stratum.sort is ClaimSort.PROCEDURE


def test_what_is_read_for_a_price_brings_no_patient_along():
    claim = load(Claim, dump(a_claim()), _NOT_OF_CLAIM)
    assert (claim.patient, claim.subscriber.person, claim.subscriber.member_id) == (Person(), Person(), "")
    assert claim.lines == a_claim().lines
    answer = priced(a_claim(), "200", LAST, patient=Person("ZZTEST"), member_id="ZZ1")
    read = load(Remittance, dump(answer), _NOT_OF_REMITTANCE)
    assert (read.patient, read.member_id, read.lines) == (Person(), "", answer.lines)
