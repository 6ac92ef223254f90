"""Which submission, whose patient, the same content: opaque, stable, and never by a name in the clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.claim import Diagnosis, Evidence, Origin, Person, Subscriber
from claims.claim_json import claim_from_json, claim_to_json
from claims.identity import batch_key, content_hash, patient_key, remittance_ref, submission_ref
from claims.x12 import read_837, write_837
from tests.claims.builders import DAY, ENVELOPE, PAYMENT, claim, line, remittance

SECRET = b"a practice's own secret"


def read_back(*claims):
    return list(read_837(write_837(claims, ENVELOPE)))


def test_the_content_hash_is_the_same_in_every_version():
    assert content_hash(claim()) == "d6d378b39ecbaa9dd240bc93a60de616"


def test_content_is_the_same_whatever_it_came_as():
    (read,) = read_back(claim())
    assert content_hash(read) == content_hash(claim()) == content_hash(claim_from_json(claim_to_json(read)))


@pytest.mark.parametrize(
    "same",
    [
        claim(charge=Decimal("650")),
        claim(diagnoses=(Diagnosis("m54.16"), Diagnosis("M51.26"))),
        claim(evidence=(Evidence("imaging", "MRI"),)),
        claim(origin=Origin("SOMEONE", "1")),
        claim(lines=(line(service_to=date(2026, 2, 20)), claim().lines[1])),
    ],
)
def test_what_is_not_said_to_the_payer_does_not_change_the_content(same):
    assert content_hash(same) == content_hash(claim())


@pytest.mark.parametrize(
    "other",
    [
        claim(charge=Decimal("650.01")),
        claim(submitted_on=date(2026, 3, 3)),
        claim(frequency="7"),
        claim(lines=(line(modifiers=()), claim().lines[1])),
        claim(lines=claim().lines[:1]),
        claim(authorization_number="AUTH1"),
        claim(patient=replace(claim().patient, birth_date=None)),
    ],
)
def test_what_is_said_to_the_payer_changes_the_content(other):
    assert content_hash(other) != content_hash(claim())


def test_a_submission_is_known_by_its_place_on_the_wire():
    first, second = read_back(claim(), claim())
    again = read_back(claim(charge=Decimal(1)), claim())
    assert submission_ref("default", first) != submission_ref("default", second)
    assert submission_ref("default", first) == submission_ref("default", again[0])
    assert submission_ref("default", first) != submission_ref("other", first)
    assert len(submission_ref("default", first)) == 16


def test_a_control_number_used_again_on_another_day_is_another_submission():
    (monday,) = read_837(write_837([claim()], ENVELOPE))
    (tuesday,) = read_837(write_837([claim()], replace(ENVELOPE, day=date(2026, 3, 3))))
    assert submission_ref("default", monday) != submission_ref("default", tuesday)
    assert batch_key(monday) != batch_key(tuesday)


def test_a_claim_without_a_file_is_known_by_its_content():
    assert submission_ref("default", claim()) == submission_ref("default", claim())
    assert submission_ref("default", claim()) != submission_ref("default", claim(id="T-2"))
    assert batch_key(claim()) == ""


def test_the_claims_of_one_file_share_their_batch():
    first, second = read_back(claim(), claim(id="T-2"))
    assert batch_key(first) == batch_key(second) != ""


@pytest.mark.parametrize(
    ("last", "first"),
    [("ZZTEST-007", "PAT"), ("zztest 007", "pat"), ("ZZTÉST-007", "Pát"), (" Zz.Test 007 ", "PAT")],
)
def test_a_patient_is_one_however_the_name_is_typed(last, first):
    other = claim(patient=replace(claim().patient, last_name=last, first_name=first))
    assert patient_key(SECRET, other) == patient_key(SECRET, claim())


@pytest.mark.parametrize(
    "change", [{"birth_date": date(1960, 5, 18)}, {"first_name": "PET"}, {"last_name": "ZZTEST-008"}, {"sex": "M"}]
)
def test_other_patients_are_others(change):
    other = claim(patient=replace(claim().patient, **change))
    assert patient_key(SECRET, other) != patient_key(SECRET, claim())


def test_the_patient_counts_not_the_subscriber():
    kid = Person("ZZTEST-010", "KID", "", date(2012, 12, 12), "M")
    parents = claim(subscriber=replace(claim().subscriber, relationship="19"), patient=kid)
    assert patient_key(SECRET, parents) != patient_key(SECRET, claim())
    assert patient_key(SECRET, parents) == patient_key(SECRET, claim(patient=kid, subscriber=Subscriber()))


def test_the_practices_own_record_number_comes_before_the_name():
    one = claim(medical_record_number="MRN-1")
    renamed = claim(medical_record_number="mrn 1", patient=replace(claim().patient, last_name="ZZTEST-MARRIED"))
    assert patient_key(SECRET, one) == patient_key(SECRET, renamed) != patient_key(SECRET, claim())


def test_a_patient_nobody_can_tell_apart_shares_a_past_with_no_one():
    def nobody(**changes):
        return claim(patient=Person(), subscriber=Subscriber(), **changes)

    assert patient_key(SECRET, nobody()) != patient_key(SECRET, nobody(id="T-2"))
    member = claim(patient=Person("ZZTEST"), subscriber=Subscriber(member_id="1ZZ"))
    assert patient_key(SECRET, member) == patient_key(SECRET, replace(member, id="T-3"))


def test_a_patient_key_is_worth_nothing_without_the_secret():
    assert patient_key(SECRET, claim()) != patient_key(b"another practice", claim())


def test_no_identity_shows_a_name():
    for text in (content_hash(claim()), submission_ref("p", claim()), patient_key(SECRET, claim())):
        assert set(text) <= set("0123456789abcdef")


def test_an_answer_is_known_by_its_place_its_trace_and_its_amount():
    one = remittance(origin=Origin("PAYER", "1", "1", "0001", 1, DAY))
    assert remittance_ref("default", one) == remittance_ref("default", one)
    for other in (
        replace(one, origin=replace(one.origin, ordinal=2)),
        replace(one, payment=replace(PAYMENT, trace="TRACE2")),
        replace(one, payment=replace(PAYMENT, amount=Decimal(1))),
        remittance(),
    ):
        assert remittance_ref("default", other) != remittance_ref("default", one)
    assert remittance_ref("default", remittance()) != remittance_ref("other", remittance())
