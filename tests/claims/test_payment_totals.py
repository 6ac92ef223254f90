"""The balance of a whole payment: BPR02 = sum of CLP04 less sum of PLB (X12 005010X221A1 section 1.10.2.1)."""

from decimal import Decimal

import pytest

from claims.errors import UnreadableFile
from claims.x12.payment_totals import payment_totals
from tests.fuzz.bases import ALL_835, ALL_837, ALL_999, interchange

HEAD = "TRN*1*TRACE7*1999999999~N1*PR*INVENTED MEDICARE~N1*PE*INVENTED PAIN GROUP*XX*1234567893~LX*1~"


def payment(bpr, *segments):
    return interchange("HP", "005010X221A1", [f"{bpr}~{HEAD}{''.join(f'{s}~' for s in segments)}"])


def clp(paid, *, number=1, status=1):
    return f"CLP*F-{number}*{status}*{150 if status != 22 else -150}*{paid}**MB*ICN{number}"


BALANCED = {
    "claims alone": payment("BPR*I*130.50*C*ACH", clp(80), clp("50.5", number=2)),
    "taken back (WO)": payment("BPR*I*60*C*ACH", clp(80), "PLB*1234567893*20261231*WO:ICN9*20"),
    "interest added (L6)": payment("BPR*I*81.05*C*ACH", clp(80), "PLB*1234567893*20261231*L6*-1.05"),
    "several in one PLB and in two": payment(
        "BPR*I*48*C*ACH", clp(80), "PLB*1234567893*20261231*WO:ICN9*20*FB*10*L6*-3", "PLB*1999999984*20261231*72*5"
    ),
    "reversal and correction": payment(
        "BPR*I*30*C*ACH", clp(-50, status=22), clp(0, number=1), clp(80, number=2)
    ),
    "nothing paid": payment("BPR*I*0*C*NON", clp(0), clp(0, number=2)),
    "notification only (H), all denied": payment("BPR*H*0*C*NON", clp(0)),
    "notification only (H), the rest carried forward": payment(
        "BPR*H*0*C*NON", clp(-50, status=22), "PLB*1234567893*20261231*FB*-50"
    ),
    "debit to the payer's account (D)": payment("BPR*I*80*D*ACH", clp(80)),
    "no claim at all, money moved": payment("BPR*I*100*C*ACH", "PLB*1234567893*20261231*CT*-100"),
    "in points without zeros": payment("BPR*I*.5*C*ACH", clp("0.50")),
}  # fmt: skip
UNBALANCED = {
    "a claim is missing": (payment("BPR*I*130.50*C*ACH", clp(80)), "80"),
    "a claim came twice": (payment("BPR*I*80*C*ACH", clp(80), clp(80)), "160"),
    "a PLB is missing": (payment("BPR*I*60*C*ACH", clp(80)), "80"),
    "a PLB with its sign turned": (payment("BPR*I*60*C*ACH", clp(80), "PLB*1*20261231*WO*-20"), "100"),
    "a reversal without its minus": (payment("BPR*I*30*C*ACH", clp(50, status=22), clp(80, number=2)), "130"),
    "by a cent": (payment("BPR*I*80.01*C*ACH", clp(80)), "80"),
    "notification only (H) of a payment": (payment("BPR*H*0*C*NON", clp(80)), "80"),
    "an amount and no claim": (payment("BPR*I*80*C*ACH"), "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", BALANCED)
def test_a_payment_adds_up(name):
    (totals,) = payment_totals(BALANCED[name])
    assert (totals.checked, totals.balanced) == (True, True)


@pytest.mark.parametrize("name", UNBALANCED)
def test_a_payment_does_not_add_up(name):
    document, expected = UNBALANCED[name]
    (totals,) = payment_totals(document)
    assert (totals.checked, totals.balanced, totals.expected) == (True, False, Decimal(expected))


@pytest.mark.parametrize(
    ("document", "unread", "claims"),
    [
        (payment("BPR*I*EIGHTY*C*ACH", clp(80)), ("BPR", 4), 1),
        (payment("BPR*I**C*ACH", clp(80)), ("BPR", 4), 1),
        (payment("BPR*I*80*C*ACH", clp("8O"), clp(80)), ("CLP", 9), 2),
        (payment("BPR*I*80*C*ACH", clp(80), "PLB*1*20261231*WO*x"), ("PLB", 10), 1),
        (payment("BPR*I*80*C*ACH", clp(80), "PLB*1*20261231*WO"), ("PLB", 10), 1),
        (payment("BPR*I*80*C*ACH", clp(80).lower()), ("CLP", 9), 1),
        (payment("BPR*I*80*C*ACH", clp(80) + "x" * 70_000), ("CLP", 9), 1),
    ],
)
def test_an_amount_that_cannot_be_read_leaves_the_balance_unknown(document, unread, claims):
    (totals,) = payment_totals(document)
    assert (totals.checked, totals.balanced, totals.unread, totals.claims) == (False, False, unread, claims)


def test_without_a_bpr_nothing_can_be_said():
    (totals,) = payment_totals(payment(clp(80)))
    assert (totals.checked, totals.number, totals.start) == (False, 0, 3)


def test_each_set_of_a_file_is_a_payment_with_its_place():
    totals = list(payment_totals(ALL_835))
    assert [(t.control, t.start, t.number, t.trace, t.claims) for t in totals] == [
        ("0001", 3, 4, "TRACE7", 3), ("0002", 88, 89, "TRACE7", 1),
    ]  # fmt: skip
    assert [(t.stated, t.paid, t.moved) for t in totals] == [(80, 80, -15), (80, 80, 0)]
    assert ALL_835[totals[1].offset :].startswith(b"BPR*")


@pytest.mark.parametrize("marks", [b"|>'", b"!+\n"])
def test_the_separators_of_the_file_are_taken(marks):
    document = BALANCED["several in one PLB and in two"].translate(bytes.maketrans(b"*:~", marks))
    (totals,) = payment_totals(document)
    assert totals.balanced


def test_a_set_that_is_cut_or_never_ends_is_a_payment_too():
    document = BALANCED["claims alone"]
    assert [t.claims for t in payment_totals(document[: document.index(b"SE*")])] == [2]
    assert [t.claims for t in payment_totals(document[: document.index(b"SE*")] + ALL_835)] == [2, 3, 1]


@pytest.mark.parametrize("document", [ALL_837, ALL_999])
def test_other_transactions_are_no_payments(document):
    assert list(payment_totals(document)) == []


def test_what_is_no_interchange_is_refused():
    with pytest.raises(UnreadableFile):
        list(payment_totals(b"BPR*I*80~"))
