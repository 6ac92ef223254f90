"""A front end's word goes to the submission it speaks of, and its last word decides."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from claims.acknowledgment import ClaimAcknowledgment, SetAcknowledgment, Status, StatusCode
from claims.claim import Origin
from past.acknowledging import (
    NO_BATCH,
    NO_REFERENCE,
    NO_SET,
    NOT_YET,
    OTHER_DAYS,
    OTHER_PROVIDER,
    TOO_LATE,
    TWO_FILES,
    OnWire,
    join_batch,
    join_claim,
    join_set,
    rejection,
)
from past.exchange import Told
from past.linking import link
from tests.past.builders import (
    NPI,
    OTHER_NPI,
    SENT,
    SERVICE,
    a_claim,
    a_line,
    a_service,
    an_answer,
    money,
    received,
    sent,
)

DAY = SENT + timedelta(days=3)
NO, YES = (Status((StatusCode("A7", "562"),), action="U"),), (Status((StatusCode("A2", "20"),), action="WQ"),)


def told(ref="a", day=DAY, statuses=NO, **more):
    return Told(ref, day, ClaimAcknowledgment("ACC-1", statuses, **more))


def a_set(ref="s", day=DAY, code="R", transaction="0001", group="1"):
    origin = Origin("RECEIVER", "000000031", receiver="SENDER")
    return Told(ref, day, SetAcknowledgment(group, transaction, code, known_on=day, origin=origin))


def on_wire(ref, day=SENT, interchange="1", transaction="0001", batch="B1", npi=NPI, receiver="RECEIVER"):
    return OnWire(
        ref, day, Origin("SENDER", interchange, "1", transaction, 1, day, receiver=receiver, batch=batch), npi
    )


def of_claim(said, *claims):
    return join_claim(said, [sent(claim, f"s{i}") for i, claim in enumerate(claims, 1)])


def test_the_newest_submission_by_the_day_is_meant_and_none_of_later():
    claims = a_claim(), a_claim(sent=SENT + timedelta(days=2), n=2), a_claim(sent=DAY + timedelta(days=1), n=3)
    assert of_claim(told(), *claims).submissions == ("s2",)
    assert of_claim(told(received_on=SENT), *claims).submissions == ("s1",)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (told(provider_npi=OTHER_NPI), OTHER_PROVIDER),
        (told(provider_tax_id="990000002"), OTHER_PROVIDER),
        (told(service_from=SERVICE + timedelta(days=1)), OTHER_DAYS),
        (told(service_from=SERVICE - timedelta(days=1), service_to=SERVICE), ""),
        (told(day=SENT - timedelta(days=1)), NOT_YET),
        (told(day=SENT + timedelta(days=46)), TOO_LATE),
    ],
)
def test_another_provider_day_or_time_is_another_claim(said, why):
    joined = of_claim(said, a_claim())
    assert joined.why == why
    assert joined.submissions == (() if why else ("s1",))
    assert [c.differed for c in joined.candidates] == ([(why,)] if why else [])


def test_batch_payer_and_charge_tell_submissions_of_one_day_apart():
    primary, secondary = a_claim(), a_claim(payer="MEDIGAP", sequence="S", n=2)
    assert of_claim(told(source_kind="PR", source_id="MEDIGAP"), primary, secondary).submissions == ("s2",)
    assert of_claim(told(source_kind="PR", source_id="MEDI1"), primary, secondary).submissions == ("s1",)
    cheap = a_claim(a_line(charge="90.00"), n=3)
    amount = (Status((StatusCode("A7"),), action="U", amount=money(90)),)
    assert of_claim(told(statuses=amount), primary, cheap).submissions == ("s2",)
    named = replace(primary, origin=replace(primary.origin, batch="B7"))
    assert of_claim(
        told(batch_reference="B7", source_kind="PR", source_id="MEDIGAP"), named, secondary
    ).submissions == ("s1",)


def test_a_999_names_a_set_of_the_newest_file_by_its_day():
    sets = [
        on_wire("old", day=SENT - timedelta(days=7)), on_wire("one"), on_wire("two", transaction="0002"),
        on_wire("later", day=DAY + timedelta(days=1)),
    ]  # fmt: skip
    assert join_set(a_set(), sets).submissions == ("one",)
    assert join_set(a_set(transaction=""), sets).submissions == ("one", "two")
    assert join_set(a_set(group="001", transaction="1"), sets).submissions == ("one",), "numbers, zeros or not"
    assert join_set(a_set(group="2"), sets).why == NO_SET
    assert join_set(a_set(day=SENT - timedelta(days=8)), sets).why == NOT_YET
    assert join_set(a_set(day=SENT + timedelta(days=20)), sets[:3]).why == TOO_LATE


def test_of_two_files_numbered_alike_that_day_none_is_taken_unless_the_receiver_tells():
    assert join_set(a_set(), [on_wire("one"), on_wire("two", interchange="2")]).why == TWO_FILES
    other = on_wire("two", interchange="2", receiver="ANOTHER")
    assert join_set(a_set(), [on_wire("one"), other]).submissions == ("one",)


def test_a_batch_is_known_by_its_reference():
    sets = [on_wire("one"), on_wire("two", npi=OTHER_NPI), on_wire("other", batch="B2")]
    assert join_batch(told(level="batch", batch_reference="B1"), sets).submissions == ("one", "two")
    assert join_batch(told(level="provider", batch_reference="B1", provider_npi=NPI), sets).submissions == ("one",)
    assert join_batch(told(level="batch", batch_reference="B9"), sets).why == NO_BATCH
    assert join_batch(told(level="batch"), sets).why == NO_REFERENCE


def test_the_last_word_decides_and_only_a_later_front_end_takes_a_rejection_back():
    no, yes = told("no"), told("yes", statuses=YES)
    later = replace(yes, known_on=DAY + timedelta(days=1))
    again = replace(no, ref="again", known_on=DAY + timedelta(days=2))
    syntax = a_set("999", day=DAY + timedelta(days=1), code="A")
    refused = a_set("999", day=SENT)
    for words, day in (
        ([no], DAY), ([yes], None), ([no, yes], DAY), ([no, later], None), ([no, later, again], again.known_on),
        ([no, again], DAY), ([no, syntax], DAY), ([refused, later], None), ([], None),
    ):  # fmt: skip
        for order in permutations(words):
            last = rejection(order)
            assert (last.known_on if last else None) == day


def test_an_answer_goes_to_the_submission_no_front_end_had_rejected():
    first, second = a_claim(), a_claim(sent=DAY, n=2)
    answer = received(an_answer(first, a_service(first.lines[0], paid="500.00")), "r")
    both = [sent(first, "s1"), sent(second, "s2")]
    assert link(both, [answer])[0].submission == "s1", "without a rejection the one that waited longest"
    assert link([replace(both[0], rejected_on=DAY), both[1]], [answer])[0].submission == "s2"
    late = date(2026, 12, 1)
    assert link([replace(both[0], rejected_on=late), both[1]], [answer])[0].submission == "s1", "not yet by then"
    assert link([both[0], replace(both[1], announced=("24A0017",))], [answer])[0].submission == "s2"
