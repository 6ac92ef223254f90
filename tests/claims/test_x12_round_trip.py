"""What we write, we read back; and others accept it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import oxedi
import pytest
import pyx12.params
import pyx12.x12n_document
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.claim import Address, Diagnosis, Person, Provider, Subscriber
from claims.remittance import Adjustment, ProviderAdjustment
from claims.x12 import Delimiters, read_835, read_837, read_provider_adjustments, write_835, write_837
from tests.claims.builders import (
    DAY,
    ENVELOPE,
    PAYMENT,
    STREET,
    claim,
    claims,
    line,
    payments,
    remittance,
    remittances,
)

SEPARATORS = [Delimiters(), Delimiters("|", ">", "!", "'"), Delimiters("*", ":", "^", "\n")]


@settings(max_examples=60, deadline=None)
@given(batch=st.lists(claims(), min_size=1, max_size=4), delimiters=st.sampled_from(SEPARATORS))
def test_a_written_claim_is_read_back_equal(batch, delimiters):
    envelope = replace(ENVELOPE, delimiters=delimiters)
    assert list(read_837(write_837(batch, envelope))) == batch


@settings(max_examples=60, deadline=None)
@given(data=st.data(), delimiters=st.sampled_from(SEPARATORS))
def test_a_written_remittance_is_read_back_equal(data, delimiters):
    payment = data.draw(payments())
    answers = data.draw(st.lists(remittances(payment), min_size=1, max_size=4))
    envelope = replace(ENVELOPE, delimiters=delimiters)
    assert list(read_835(write_835(payment, answers, envelope))) == answers


def test_claims_of_one_provider_share_their_levels():
    one = claim()
    child = claim(
        id="T-1002",
        patient=Person("ZZTEST-008", "KID", "", date(2010, 1, 2), "M", STREET),
        subscriber=replace(one.subscriber, relationship="19"),
    )
    written = write_837([one, claim(id="T-1003"), child], ENVELOPE)
    assert written.count(b"~HL*") == 4  # the provider, the subscriber twice (self, then with the child), the child
    assert [c.id for c in read_837(written)] == ["T-1001", "T-1003", "T-1002"]


def test_a_written_claim_knows_where_it_stood():
    second = list(read_837(write_837([claim(), claim(id="T-1002")], ENVELOPE)))[1]
    origin = second.origin
    assert (origin.sender, origin.receiver, origin.interchange) == ("PRACTICE", "PAYERHUB", "000000007")
    assert (origin.group, origin.transaction, origin.ordinal, origin.known_on) == ("7", "0001", 2, DAY)
    assert origin.test
    assert origin.purpose == "CH"


def test_provider_adjustments_come_with_their_payment():
    moved = [
        ProviderAdjustment("1234567893", "WO", "ICN0", Decimal("12.5"), date(2026, 12, 31)),
        ProviderAdjustment("1", "L6", "", Decimal(-3), date(2026, 6, 30)),
    ]
    written = write_835(PAYMENT, [remittance()], ENVELOPE, moved)
    assert list(read_provider_adjustments(written)) == [(PAYMENT, m) for m in moved]
    assert list(read_835(written)) == [remittance()]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (claim(note="a*b"), "NTE02 holds a delimiter"),
        (claim(note="a\nb"), "NTE02 holds a delimiter or a line break"),
        (claim(lines=(line(modifiers=("RT", "59", "XS", "76", "GZ")),)), "room for 4 modifiers, not 5"),
    ],
)
def test_what_x12_cannot_say_is_not_written(bad, said):
    with pytest.raises(ValueError, match=said):
        write_837([bad], ENVELOPE)


# Others' judgement. Names, numbers and codes must be real in form, so these are not generated freely.


def verdict(document: bytes) -> list[str]:
    """pyx12's errors, [] when it accepts."""
    param = pyx12.params.ParamsBase()
    found = io.StringIO()
    accepted = pyx12.x12n_document.x12n_document(
        param, io.StringIO(document.decode()), fd_997=None, fd_html=None, fd_json=found
    )
    report = found.getvalue()
    return [] if accepted else [report or "refused"]


FULL = claim(
    diagnoses=tuple(Diagnosis(code) for code in ("M5416", "M5126", "G894")),
    referring=Provider("1234567893", "ZZTEST", "REFERRER", True),
    supervising=Provider("1234567893", "ZZTEST", "SUPER", True),
    facility=Provider("1234567893", "INVENTED SURGERY CENTER", "", False, address=STREET),
    authorization_number="AUTH1",
    referral_number="REF1",
    original_reference="ICN0",
    frequency="7",
    medical_record_number="MRN1",
    clia="33D0000000",
    accident_causes=("AA",),
    accident_state="NY",
    accident_date=date(2026, 1, 5),
    onset_date=date(2026, 1, 4),
    delay_reason="1",
    amount_paid=Decimal("12.34"),
    note="INVENTED NOTE",
    lines=(
        line(
            service_to=date(2026, 2, 21),
            ndc="00093012345",
            drug_quantity=Decimal("2.5"),
            drug_unit="ML",
            place="24",
            description="INVENTED",
            emergency=True,
            authorization_number="AUTH2",
            rendering=Provider("1234567893", "ZZTEST", "OTHER", True, taxonomy="208VP0014X"),
            ordering=Provider("1234567893", "ZZTEST", "ORDERER", True, address=STREET),
            clia="33D0000000",
        ),
        line(number=2, control_number="L2", unit="MJ", units=Decimal("15.5")),
    ),
)
DEPENDENT = claim(
    id="T-1002",
    subscriber=Subscriber(Person("ZZTEST-009", "PARENT"), "1ZZ9ZZ9ZZ99", "GROUP1", "19"),
    patient=Person(
        "ZZTEST-010",
        "KID",
        "Q",
        date(2012, 12, 12),
        "M",
        Address("2 INVENTED STREET", "APT 1", "ANYTOWN", "NY", "10001"),
    ),
)


def test_a_strict_validator_accepts_the_claims_we_write():
    written = write_837([claim(), claim(id="T-1003"), FULL, DEPENDENT], ENVELOPE)
    assert verdict(written) == []
    assert list(read_837(written)) == [claim(), claim(id="T-1003"), FULL, DEPENDENT]


def test_the_strict_validator_would_have_said_no():
    assert verdict(write_837([claim()], ENVELOPE).replace(b"~N3*", b"~N9*", 1)) != []


ANSWERS = [
    remittance(),
    remittance(
        claim_id="T-1002",
        paid=Decimal(0),
        patient_responsibility=Decimal(0),
        charge=Decimal(70),
        lines=(),
        adjustments=(Adjustment("CO", "16", Decimal(70)),),
        remarks=("MA130", "N382"),
        original_reference="ICN0",
        service_from=date(2026, 2, 20),
        service_to=date(2026, 2, 21),
        received_on=DAY,
    ),
]


def test_a_strict_validator_accepts_the_remittances_we_write():
    assert verdict(write_835(PAYMENT, ANSWERS, ENVELOPE)) == []


def test_a_second_reader_finds_the_same_in_the_remittances_we_write():
    result = oxedi.parse(write_835(PAYMENT, ANSWERS, ENVELOPE))
    assert [str(d) for d in result.diagnostics] == []


def test_the_second_reader_would_have_seen_what_does_not_balance():
    unbalanced = write_835(replace(PAYMENT, amount=Decimal(79)), ANSWERS, ENVELOPE)
    assert oxedi.parse(unbalanced).diagnostics
