"""Claim JSON: what comes back, what is refused and where, and a schema that says the same."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from claims.claim import (
    Authorization,
    AuthorizedCode,
    BenefitLimit,
    CareSpan,
    ClaimKind,
    Eligibility,
    Evidence,
    PayerType,
    Person,
    PriorService,
    PriorServices,
    Provider,
)
from claims.claim_json import (
    MOST_LEFT_OUT,
    claim_and_faults,
    claim_from_json,
    claim_schema,
    claim_to_json,
    described_schema,
)
from claims.errors import UnreadableClaim
from claims.evidence import ITEMS, ValueKind
from claims.x12 import read_837, write_837
from tests.claims.builders import DAY, ENVELOPE, STREET, claim, claims, line

CHECKER = Draft202012Validator(claim_schema(), format_checker=FormatChecker())


def refusal(document: object) -> UnreadableClaim | None:
    """What is wrong with a document, None when it is read."""
    try:
        claim_from_json(document)
    except UnreadableClaim as error:
        return error
    return None


def is_crossed(error: UnreadableClaim) -> bool:
    """True for what only two places together can say: a line number twice, or none to match."""
    return "a second time" in error.found or "which the claim does not have" in error.found


DOCTOR = Provider("1234567893", "ZZTEST", "DOCTOR", True, "999999999", "EI", "208VP0014X", STREET)
FULL = claim(
    lines=(
        line(service_to=date(2026, 2, 21), rendering=DOCTOR, ordering=DOCTOR, emergency=True, ndc="00093012345"),
        line(number=2, units=Decimal("1.5")),
    ),
    referring=DOCTOR,
    supervising=DOCTOR,
    facility=DOCTOR,
    accident_causes=("AA",),
    accident_state="NY",
    accident_date=date(2026, 1, 5),
    onset_date=date(2026, 1, 4),
    amount_paid=Decimal("12.34"),
    note="invented",
    subscriber=replace(claim().subscriber, relationship="19"),
    patient=Person("ZZTEST-010", "KID", "Q", date(2012, 12, 12), "M", STREET),
    evidence=(
        Evidence("pain_duration", "14", "weeks", None, "epidural", DAY, "note"),
        Evidence("prior_response_percent", "80", line=1),
        Evidence("imaging", "MRI"),
        Evidence("imaging_date", "2025-12-01"),
        Evidence("contrast", "yes", line=2),
        Evidence("side", "left"),
    ),
    authorizations=(
        Authorization(
            "AUTH1", "MEDTEST", "approved", DAY, DAY, DAY, DAY, (AuthorizedCode("64483", Decimal(2), "RT"),), "1", "11"
        ),
    ),
    eligibility=(
        Eligibility(
            DAY,
            "MEDTEST",
            True,
            DAY,
            DAY,
            "PPO",
            ("OTHER",),
            "OTHER",
            "commercial",
            True,
            (CareSpan("hospice", DAY, DAY),),
            (BenefitLimit(("62323",), "epidural", True, Decimal(3), DAY), BenefitLimit()),
        ),
    ),
    prior_services=PriorServices(date(2024, 1, 1), (PriorService("64483", date(2025, 11, 1), ("LT",), Decimal(2)),)),
)


@settings(max_examples=60, deadline=None)
@given(claims())
def test_a_claim_written_as_json_is_read_back_equal_and_fits_the_schema(one):
    document = json.loads(json.dumps(claim_to_json(one)))
    if one.subscriber.relationship == "18" or one.subscriber.person != Person():
        assert claim_from_json(document) == one
    assert list(CHECKER.iter_errors(document)) == []


def test_a_claim_with_all_there_is_beside_it_is_read_back_equal():
    document = json.loads(json.dumps(claim_to_json(FULL)))
    assert claim_from_json(document) == FULL
    assert list(CHECKER.iter_errors(document)) == []


def test_the_same_claim_as_a_file_and_as_json_is_the_same_claim():
    (read,) = read_837(write_837([claim()], ENVELOPE))
    assert claim_from_json(claim_to_json(read)) == read


def test_the_published_schema_is_what_the_codec_does():
    assert claim_schema() == described_schema()
    Draft202012Validator.check_schema(claim_schema())


SMALL = {"claim": {"id": "T-1", "lines": [{"code": "64483", "charge": 500, "units": 1, "from": "2026-02-20"}]}}


def test_what_follows_from_the_rest_may_be_left_out():
    document = copy.deepcopy(SMALL)
    document["claim"]["lines"].append({"code": "64484", "charge": "150.50", "units": "1"})
    document["claim"]["billing"] = {"taxonomy": "261QA1903X"}
    document["claim"]["payer"] = {"filing_indicator": "MB"}
    document["claim"]["patient"] = {"last_name": "ZZTEST-011"}
    read = claim_from_json(document)
    assert [one.number for one in read.lines] == [1, 2]
    assert read.charge == Decimal("650.50")
    assert (read.kind, read.payer.type) == (ClaimKind.ASC_FACILITY, PayerType.MEDICARE)
    assert read.subscriber.person == read.patient
    assert read.lines[1].service_from is None


def test_null_is_the_same_as_absent():
    document = copy.deepcopy(SMALL)
    document["claim"] |= {"note": None, "rendering": None, "payer": None, "diagnoses": None}
    document["evidence"] = None
    assert claim_from_json(document) == claim_from_json(SMALL)
    assert list(CHECKER.iter_errors(document)) == []


def test_members_nobody_knows_yet_are_passed_over():
    document = copy.deepcopy(SMALL)
    document["claim"]["not_known_yet"] = [{"id": "X"}]
    document["meta"] = 1
    assert claim_from_json(document) == claim_from_json(SMALL)
    assert list(CHECKER.iter_errors(document)) == []


@pytest.mark.parametrize(
    ("number", "amount"),
    [(500, "500"), (500.25, "500.25"), (Decimal("0.10"), "0.10"), ("500.00", "500"), (-3, "-3"), (0.1, "0.1")],
)
def test_money_is_read_from_text_and_from_exact_numbers(number, amount):
    document = copy.deepcopy(SMALL)
    document["claim"]["lines"][0]["charge"] = number
    assert claim_from_json(document).lines[0].charge == Decimal(amount)


def changed(pointer: str, value: object) -> object:
    """The full document with one value replaced."""
    document = json.loads(json.dumps(claim_to_json(FULL)))
    if not pointer:
        return value
    *path, last = [int(part) if part.isdigit() else part for part in pointer[1:].split("/")]
    at = document
    for part in path:
        at = at[part]
    at[last] = value
    return document


def pointers(value: object, pointer: str = "") -> list[str]:
    """Every place of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(p for key, item in inner for p in pointers(item, f"{pointer}/{key}"))]


EVERY_PLACE = pointers(json.loads(json.dumps(claim_to_json(FULL))))
WRONG = [None, True, 3, 2.5, -1, "", "x", "2026-02-03", "2026-02-30", "12.50", [], {}, [1], {"code": 1}]


@pytest.mark.parametrize("pointer", EVERY_PLACE)
def test_schema_and_codec_refuse_the_same_values_everywhere(pointer):
    for value in WRONG:
        document = changed(pointer, value)
        fits = not list(CHECKER.iter_errors(document))
        error = refusal(document)
        if error is not None and is_crossed(error):
            continue
        assert fits == (error is None), f"{pointer} = {value!r}: {error}"
        assert error is None or (error.pointer + "/").startswith(pointer + "/")


def test_there_is_a_wrong_value_for_every_place():
    for pointer in EVERY_PLACE:
        assert any(refusal(changed(pointer, value)) for value in WRONG), pointer


@pytest.mark.parametrize(
    ("document", "pointer", "found", "expected"),
    [
        ([], "", "an empty list", "an object with the member 'claim'"),
        ({}, "/claim", "nothing", "an object"),
        ({"claim": 3}, "/claim", "a number", "an object"),
        (changed("/claim/lines", []), "/claim/lines", "an empty list", "a list that is not empty"),
        (changed("/claim/lines/1/charge", "12,50"), "/claim/lines/1/charge", "the text '12,50'", "an amount such as"),
        (changed("/claim/lines/1/charge", 10**16), "/claim/lines/1/charge", "a number", "amount"),
        (changed("/claim/lines/0/units", float("nan")), "/claim/lines/0/units", "the number 'nan'", "a quantity"),
        (changed("/claim/lines/0/from", "02/20/2026"), "/claim/lines/0/from", "the text '02/20/2026'", "a day as YYYY"),
        (changed("/claim/lines/0/from", "0001-01-01"), "/claim/lines/0/from", "the text '0001-01-01'", "a day as YYYY"),
        (changed("/claim/lines/1/number", 1), "/claim/lines/1/number", "1 a second time", "a number of its own"),
        (changed("/claim/payer/type", "HMO"), "/claim/payer/type", "the text 'HMO'", "medicare_advantage"),
        (changed("/evidence/0/item", "pain_duratoin"), "/evidence/0/item", "a value of 13 characters", "pain_"),
        (changed("/evidence/0/value", "months"), "/evidence/0/value", "a value of 6 characters", "a quantity"),
        (changed("/evidence/1/line", 9), "/evidence/1/line", "line 9, which the claim does not have", "a line of"),
        (changed("/authorizations/0/status", "ok"), "/authorizations/0/status", "the text 'ok'", "approved, pending"),
        (changed("/claim/id", None), "/claim/id", "null", "text that is not empty"),
    ],
)
def test_an_error_points_at_the_place_and_says_what_was_expected(document, pointer, found, expected):
    with pytest.raises(UnreadableClaim) as error:
        claim_from_json(document)
    assert error.value.pointer == pointer
    assert error.value.found == found
    assert expected in error.value.expected


def test_a_slip_of_the_keyboard_in_a_closed_list_is_answered_with_the_word_meant():
    with pytest.raises(UnreadableClaim) as error:
        claim_from_json(changed("/evidence/0/item", "pain_duratoin"))
    assert error.value.advice == "Did you mean 'pain_duration'?"


@pytest.mark.parametrize(
    "pointer", ["/claim/patient/birth_date", "/claim/patient/last_name", "/claim/subscriber/member_id", "/claim/note"]
)
@pytest.mark.parametrize("value", [["ZZSECRET-77"], {"is": "ZZSECRET-77"}, 1977, "1977-13-01"])
def test_no_error_holds_what_may_be_a_patients(pointer, value):
    error = refusal(changed(pointer, value))
    said = f"{error}{error.fields()}" if error else ""
    assert "SECRET" not in said
    assert "1977" not in said


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_of_evidence_takes_a_value_of_its_kind(name):
    item = ITEMS[name]
    good = {
        ValueKind.NUMBER: "12.5",
        ValueKind.TEXT: "invented",
        ValueKind.YES_NO: "no",
        ValueKind.DAY: "2026-01-02",
        ValueKind.CHOICE: item.choices[0] if item.choices else "",
    }
    document = {**SMALL, "evidence": [{"item": name, "value": good[item.kind]}]}
    assert claim_from_json(document).evidence == (Evidence(name, good[item.kind]),)
    assert list(CHECKER.iter_errors(document)) == []
    for kind, value in good.items():
        if kind is not item.kind and item.kind is not ValueKind.TEXT and value != "":
            with pytest.raises(UnreadableClaim):
                claim_from_json({**SMALL, "evidence": [{"item": name, "value": value}]})


def test_evidence_that_cannot_be_read_is_left_out_and_said_and_costs_neither_the_rest_nor_the_claim():
    good = {"item": "pain_duration", "value": 14}
    bad = [{"item": "pain_duration", "value": "long"}, "text", {"item": "side", "value": "left", "line": 9}]
    claim, left_out = claim_and_faults({**SMALL, "evidence": [bad[0], good, *bad[1:]]})
    assert claim == claim_from_json({**SMALL, "evidence": [good]})
    assert [fault.pointer for fault in left_out] == ["/evidence/0/value", "/evidence/2", "/evidence/3/line"]
    claim, (fault,) = claim_and_faults({**SMALL, "evidence": {"item": "side"}})
    assert claim == claim_from_json(SMALL)
    assert (fault.pointer, fault.found) == ("/evidence", "an object")


def test_evidence_that_is_wrong_throughout_refuses_the_claim():
    document = {**SMALL, "evidence": [{"item": "none"}] * MOST_LEFT_OUT}
    assert len(claim_and_faults(document)[1]) == MOST_LEFT_OUT
    document["evidence"].append({"item": "none"})
    with pytest.raises(UnreadableClaim) as error:
        claim_and_faults(document)
    assert error.value.pointer == "/evidence/0/item"


@pytest.mark.parametrize("member", ["authorizations", "eligibility", "prior_services"])
def test_a_record_that_cannot_be_read_still_refuses_its_claim(member):
    with pytest.raises(UnreadableClaim):
        claim_and_faults({**SMALL, member: ["none"]})


def test_yes_and_no_may_be_true_and_false():
    document = {**SMALL, "evidence": [{"item": "contrast", "value": True}, {"item": "signature", "value": False}]}
    assert [fact.value for fact in claim_from_json(document).evidence] == ["yes", "no"]


def test_every_item_is_explained():
    for name, item in ITEMS.items():
        assert name.isidentifier()
        assert name.islower()
        assert item.meaning.endswith(".")
        assert bool(item.choices) == (item.kind is ValueKind.CHOICE)
        assert bool(item.unit) == (item.kind is ValueKind.NUMBER)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["claim", "lines", "id", "code"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_JSON, st.sampled_from(EVERY_PLACE))
def test_any_json_anywhere_ends_in_our_own_errors_only(value, pointer):
    error = refusal(changed(pointer, value))
    assert error is None or is_crossed(error) or (error.pointer + "/").startswith(pointer + "/")


@pytest.mark.parametrize("text", ["\ud800", "1\u0000"])
def test_text_no_file_could_hold_is_refused_with_its_place(text):
    with pytest.raises(UnreadableClaim) as error:
        claim_from_json(changed("/claim/id", text))
    assert error.value.pointer == "/claim/id"
    assert text not in str(error.value)


def test_a_name_in_the_wrong_place_is_not_repeated():
    with pytest.raises(UnreadableClaim) as error:
        claim_from_json(changed("/claim/lines/0/from", "ZZTEST 19500101"))
    assert "ZZTEST" not in str(error.value)
    assert "1950" not in str(error.value)
