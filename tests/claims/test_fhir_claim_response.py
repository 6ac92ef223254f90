"""FHIR: the answer to a prior authorization is read into the same record, and what cannot be read is said and where."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from claims.claim import Authorization, AuthorizedCode, Diagnosis, Person
from claims.errors import UnreadableFile
from claims.fhir import nodes, read_claim_response
from claims.reading import Refusal
from claims.records import AuthorizationRecord, Rejection, Trace

SAMPLE = Path(__file__).parents[1] / "samples" / "fhir" / "prior_authorization.json"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CPT = "http://www.ama-assn.org/go/cpt"
PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-"


def bundle() -> dict:
    return json.loads(SAMPLE.read_text())


def review(action: str, **more: object) -> dict:
    code = {"url": f"{PAS}reviewActionCode", "valueCodeableConcept": {"coding": [{"code": action}]}}
    return {"url": f"{PAS}reviewAction", "extension": [code], **more}


def response(**members: object) -> dict:
    base = {
        "resourceType": "ClaimResponse", "use": "preauthorization", "status": "active", "outcome": "complete",
        "created": "2026-03-01", "preAuthRef": "AUTH7",
    }  # fmt: skip
    return {name: value for name, value in (base | members).items() if value is not None}


def added(*actions: str, code: str = "64483") -> list[dict]:
    concept = {"coding": [{"system": CPT, "code": code}]}
    return [{"productOrService": concept, "adjudication": [{"extension": [review(a)]}]} for a in actions]


def only(document: object) -> AuthorizationRecord:
    (record,) = read_claim_response(document)
    assert isinstance(record, AuthorizationRecord)
    return record


def refusal(document: object) -> Refusal:
    (said,) = read_claim_response(document)
    assert isinstance(said, Refusal)
    assert said.claims_lost == 1
    return said


# What is read


def test_each_item_keeps_its_own_decision():
    record = only(SAMPLE.read_bytes())
    approved, denied, modified = record.authorizations
    assert approved == Authorization(
        number="AUTH7-1", payer_id="PLANTEST", status="approved", decided_on=date(2026, 2, 28),
        valid_from=date(2026, 3, 1), valid_to=date(2026, 5, 31), codes=(AuthorizedCode("64483", Decimal(2), "right"),),
        npi="1234567893", place="24",
    )  # fmt: skip
    assert (denied.status, denied.number, denied.codes) == (
        "denied", "AUTH7", (AuthorizedCode("64493", Decimal(1), "both"),),
    )  # fmt: skip
    assert (modified.status, modified.valid_to) == ("approved", date(2026, 6, 30))
    assert [(c.code, c.units, c.side) for c in modified.codes] == [
        ("64490", None, "left"), ("64491", None, "left"), ("64492", None, "left"),
    ]  # fmt: skip
    assert [(s.action, s.reasons, s.trace, s.units, s.quantity) for s in record.services] == [
        ("A1", (), "LINE1", 2, None), ("A3", ("0V",), "", 1, None), ("A6", (), "", 3, None),
    ]  # fmt: skip


def test_the_whole_answer_is_told_beside_its_items():
    record = only(SAMPLE.read_bytes())
    assert (record.action, record.request_reference, record.payer_name) == ("A2", "REQ-77", "INVENTED PLAN")
    assert record.traces == (Trace("THEIRS7", "urn:trnorg:9888888888", ours=False),)
    assert (record.previous_number, record.administrative_reference) == ("OLD7", "ADM7")
    assert (record.category, record.request_kind, record.service_type) == ("HS", "I", "2")
    assert record.diagnoses == (Diagnosis("M54.16"),)
    assert (record.known_on, record.requester_npi) == (date(2026, 3, 1), "1234567893")
    assert (record.place, record.origin) == ("/entry/0/resource", None)


def test_a_record_says_whose_it_is_and_never_shows_it():
    record = only(SAMPLE.read_bytes())
    whose = record.whose
    assert whose.person == Person("ZZTEST-009", "CHILD", "Q", date(2015, 5, 17), "M")
    assert whose.subscriber == Person("ZZTEST-008", "HOLDER"), "a year alone is no birth date"
    assert (whose.member_id, whose.group_number, whose.relationship) == ("1ZZ9ZZ9ZZ99", "GRP-7", "19")
    assert (whose.record_number, whose.account_number) == ("MRN-7", "ACCT-7")
    for private in ("ZZTEST", "CHILD", "1ZZ9", "2015", "GRP", "MRN", "ACCT", "M54"):
        assert private not in repr(record) + repr(whose)


def test_text_bytes_and_values_say_the_same():
    text = SAMPLE.read_text()
    assert only(text) == only(text.encode()) == only("\ufeff".encode() + text.encode()) == only(json.loads(text))


def test_references_are_followed_whole_relative_contained_and_in_parameters():
    document = bundle()
    document["entry"][2]["fullUrl"] = "https://example.org/fhir/Patient/pat"
    document["entry"][0]["resource"]["patient"] = {"reference": "https://example.org/fhir/Patient/pat/_history/2"}
    assert only(document).whose.person.last_name == "ZZTEST-009"
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": document}]}
    assert only(wrapped).place == "/parameter/0/resource/entry/0/resource"
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "ZZTEST-1"}]}
    alone = response(addItem=added("A1"), contained=[patient], patient={"reference": "#p"})
    assert only(alone).whose.person.last_name == "ZZTEST-1"
    assert only(alone | {"patient": {"reference": "#q"}}).whose.person == Person()


def test_an_answer_without_its_claim_says_what_it_can():
    item = {"itemSequence": 1, "adjudication": [{"extension": [review("A1")]}]}
    (held,) = only(response(item=[item], preAuthPeriod={"start": "2026-03-01"})).authorizations
    assert (held.number, held.status, held.codes, held.valid_from, held.valid_to) == (
        "AUTH7", "approved", (), date(2026, 3, 1), None,
    )  # fmt: skip
    denied = {"itemSequence": 2, "adjudication": [{"extension": [review("A3")]}]}
    record = only(response(item=[item, denied]))
    assert record.authorizations == (), "which codes were approved is not said, so none are"
    assert (record.action, [s.status for s in record.services]) == ("A2", ["approved", "denied"])


def test_another_guides_address_before_an_extension_is_the_same_extension():
    document = SAMPLE.read_text().replace("/us/davinci-pas/", "/us/davinci-hrex/")
    assert only(document) == only(SAMPLE.read_text())


@pytest.mark.parametrize(
    ("members", "action", "status"),
    [
        ({"addItem": added("A1")}, "A1", "approved"), ({"addItem": added("A4")}, "A4", "pending"),
        ({"addItem": added("CT")}, "CT", "pending"), ({"addItem": added("NA")}, "NA", "not_required"),
        ({"addItem": added("ZZ")}, "ZZ", "pending"), ({"extension": [review("A3")]}, "A3", "denied"),
        ({"adjudication": [{"extension": [review("A1")]}]}, "A1", "approved"),
        ({"extension": [review("A1")], "item": [{"itemSequence": 1}]}, "A1", "approved"),
        ({"outcome": "queued"}, "", "pending"), ({"outcome": "partial"}, "", "pending"),
        ({"addItem": added("A1"), "status": "cancelled"}, "C", "denied"),
        ({"addItem": added("A1"), "status": "entered-in-error"}, "C", "denied"),
    ],
)  # fmt: skip
def test_what_was_decided_is_told_by_a_review_action_or_by_what_stands_for_it(members, action, status):
    record = only(response(**members))
    assert (record.action, [a.status for a in record.authorizations]) == (action, [status])


def test_without_a_review_action_a_benefit_is_an_approval_and_nothing_else_is():
    benefit = {"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 240.5}}
    item = {"productOrService": {"coding": [{"system": CPT, "code": "64483"}]}, "adjudication": [benefit]}
    assert [a.status for a in only(response(addItem=[item])).authorizations] == ["approved"]
    none = copy.deepcopy(item)
    none["adjudication"][0]["amount"]["value"] = 0
    assert [s.status for s in only(response(addItem=[item, none])).services] == ["approved", "pending"]
    assert "found no decision" in str(refusal(response(addItem=[none])).error)
    assert "found no decision" in str(refusal(response(addItem=[item], preAuthRef=None)).error)


def test_an_error_is_a_rejection_and_no_decision():
    error = {"code": {"coding": [{"code": "33"}]}, "extension": [
        {"url": f"{PAS}errorFollowupAction", "valueCodeableConcept": {"coding": [{"code": "C"}]}}]}  # fmt: skip
    record = only(response(outcome="error", error=[error]))
    assert (record.authorizations, record.rejections) == ((), (Rejection("33", "C", "request"),))
    assert only(response(outcome="error")).rejections == (Rejection("", level="request"),)


@pytest.mark.parametrize(
    ("concept", "code", "service_type"),
    [
        ({"coding": [{"system": HCPCS, "code": "j3301"}]}, "J3301", ""),
        ({"coding": [{"system": "https://codesystem.x12.org/005010/1365", "code": "3"}]}, "", "3"),
        ({"coding": [{"system": "urn:teeth", "code": "1101"}, {"system": CPT, "code": "64483"}]}, "64483", ""),
        ({"coding": [{"code": "64483"}]}, "64483", ""), ({"coding": [{"code": "1101"}]}, "", ""),
        ({"text": "words"}, "", ""),
    ],
)  # fmt: skip
def test_a_code_is_taken_from_the_lists_we_know(concept, code, service_type):
    item = {"productOrService": concept, "adjudication": [{"extension": [review("A1")]}]}
    (service,) = only(response(addItem=[item])).services
    assert (service.code, service.service_type) == (code, service_type)


# What cannot be read


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (b"", "an empty file"), (b"  ", "an empty file"), (b"{", "text that is not JSON"), (b"[]", "a list"),
        (b"7", "a single value"), (b"\xff\xfe{", "bytes that are not UTF-8"), (b'{"a": NaN}', "text that is not JSON"),
        (b"[" * 100_000, "text that is not JSON"), (b"{}", "no FHIR resource"),
        (b'{"resourceType": 7}', "no FHIR resource"),
        (b'{"resourceType": "Patient"}', "FHIR resources of other kinds (Patient)"),
        (b'{"resourceType": "Bundle"}', "no FHIR resource"),
        (b'{"resourceType": "ClaimResponse", "use": "claim"}', "a ClaimResponse of another use"),
    ],
)  # fmt: skip
def test_a_document_that_holds_no_answer_says_what_it_is(source, found):
    with pytest.raises(UnreadableFile) as caught:
        list(read_claim_response(source))
    assert caught.value.found.startswith(found)
    assert "Save the answer again" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "pointer", "expected"),
    [
        (("created",), "2026-02-30", "/entry/0/resource/created", "a day as YYYY-MM-DD"),
        (("item", 0, "itemSequence"), "1", "/entry/0/resource/item/0/itemSequence", "a whole number"),
        (("item", 1), "x", "/entry/0/resource/item/1", "an object"),
        (("preAuthRef",), 7, "/entry/0/resource/preAuthRef", "text"),
        (("preAuthPeriod", "end"), 2026, "/entry/0/resource/preAuthPeriod/end", "a day as YYYY-MM-DD"),
        (("patient",), "pat", "/entry/0/resource/patient", "an object"),
        (("status",), "draft", "/entry/0/resource/status", "'active'"),
    ],
)
def test_a_value_of_the_wrong_kind_costs_its_record_and_says_where(path, value, pointer, expected):
    document = bundle()
    document["entry"].append({"resource": response(addItem=added("A1"), preAuthRef="NEXT")})
    target = document["entry"][0]["resource"]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    said = list(read_claim_response(document))
    lost = next(s for s in said if isinstance(s, Refusal))
    assert (lost.claims_lost, lost.error.pointer, lost.error.expected) == (1, pointer, expected)
    assert [s.authorizations[0].number for s in said if not isinstance(s, Refusal)] == ["NEXT"], "the neighbour is read"


def test_a_birth_date_that_cannot_be_read_is_not_shown():
    document = bundle()
    document["entry"][2]["resource"]["birthDate"] = "19600230"
    error = refusal(document).error
    assert (error.pointer, "1960" in str(error)) == ("/entry/2/resource/birthDate", False)


def test_entries_that_cannot_be_read_and_answers_of_another_use_are_said():
    document = bundle()
    document["entry"] += [7, {"resource": [1]}, {"resource": response(use="claim")}, {"fullUrl": "urn:uuid:none"}]
    said = list(read_claim_response(document))
    assert [(s.claims_lost, s.error.pointer) for s in said if isinstance(s, Refusal)] == [
        (0, "/entry/7"), (0, "/entry/8/resource"), (0, "/entry/9/resource/use"),
    ]  # fmt: skip
    assert len(said) == 4


def test_a_list_made_to_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(nodes, "MOST_PARTS", 3)
    error = refusal(response(addItem=added(*["A1"] * 4))).error
    assert (error.pointer, error.found) == ("/addItem", "a list of 4")


VALUES = (None, "", "x", 7, -1, 1.5, True, [], [None], {}, {"reference": "#x"}, "2026-13-01", "\x00", "\ud800", [[{}]],
          {"coding": 7}, {"coding": [{"code": []}]}, 10**30)  # fmt: skip


def _places(value: object) -> list[tuple[object, object]]:
    found, waiting = [], [value]
    while waiting:
        held = waiting.pop()
        keys = list(held) if isinstance(held, dict) else range(len(held))
        found += [(held, key) for key in keys]
        waiting += [held[key] for key in keys if isinstance(held[key], dict | list)]
    return found


@pytest.mark.parametrize("seed", range(10))
def test_no_accident_to_a_document_is_more_than_a_refusal(seed):
    whole = bundle()
    for n in range(100):
        random = Random(f"{seed}:{n}")
        document = copy.deepcopy(whole)
        for _ in range(random.choice((1, 1, 2, 6))):
            holder, key = random.choice(_places(document))
            holder[key] = copy.deepcopy(random.choice(VALUES))
        try:
            said = list(read_claim_response(document))
        except UnreadableFile:
            continue
        assert sum(1 if not isinstance(s, Refusal) else s.claims_lost for s in said) == 1
        assert not any("ZZTEST" in str(s) or "1ZZ9" in str(s) for s in said)
