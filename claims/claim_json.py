"""Claim JSON in and out: the shape of the public contract, published as `claim.schema.json`.

Members we do not know are passed over, so that the contract can grow; a wrong type, a missing required member or an
unknown word of a closed list raises UnreadableClaim with its JSON pointer. Money is written as a string and read from a
string or an exact number; days are YYYY-MM-DD; null is the same as absent.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from importlib.resources import files
from typing import Any, cast

from claims.claim import (
    ZERO,
    Address,
    Adjustment,
    Attachment,
    Authorization,
    AuthorizedCode,
    BenefitLimit,
    CareSpan,
    Carried,
    Claim,
    ClaimKind,
    DatedEvent,
    Diagnosis,
    Eligibility,
    Evidence,
    Line,
    LineAdjudication,
    Note,
    OtherPayer,
    Payer,
    PayerType,
    Person,
    PriorService,
    PriorServices,
    Provider,
    Subscriber,
)
from claims.errors import UnreadableClaim
from claims.evidence import ITEMS, NOT_RECORDED, Item, ValueKind
from claims.json_shapes import Amount, Day, Flag, Kind, ListOf, Member, Object, OneOf, Text, Whole, unreadable
from claims.kinds import kind_of_claim, type_of_payer

_TEXT, _MONEY, _QUANTITY, _DAY = Text(), Amount(), Amount(money=False), Day()
_CLAIM_ID = Text(may_be_empty=False)
MOST_LEFT_OUT = 20  # items of evidence that may be left out of one claim


def _texts(names: str) -> tuple[Member, ...]:
    return tuple(Member(name, _TEXT) for name in names.split())


_ADDRESS = Object(Address, _texts("street street2 city state postal_code country"))
_PROVIDER = Object(
    Provider,
    (
        *_texts("npi name first_name tax_id tax_id_kind taxonomy"),
        Member("is_person", Flag()),
        Member("address", _ADDRESS),
    ),
)
_PERSON_MEMBERS = (
    *_texts("last_name first_name middle_name sex"),
    Member("birth_date", Day(private=True)),
    Member("address", _ADDRESS),
)
_PERSON = Object(Person, _PERSON_MEMBERS)


_COVER = Object(Subscriber, _texts("member_id group_number relationship"))


class _SubscriberShape:
    """The subscriber: cover and person in one object; the person may be left out when it is the patient."""

    def read(self, value: Any, pointer: str) -> Subscriber:
        return Subscriber(person=_PERSON.read(value, pointer), **_COVER.read_members(value, pointer))

    def write(self, value: Subscriber) -> dict[str, Any]:
        return {**_COVER.write(value), **_PERSON.write(value.person)}

    def schema(self) -> dict[str, Any]:
        properties = {**_COVER.schema()["properties"], **_PERSON.schema()["properties"]}
        return {"type": "object", "properties": properties}


_FACT = Object(
    Evidence,
    (
        Member("item", OneOf(tuple(ITEMS)), required=True),
        *_texts("unit family source"),
        Member("line", Whole()),
        Member("recorded_on", _DAY),
    ),
)


class _EvidenceShape:
    """An item of the closed list, with a value of its kind."""

    def read(self, value: Any, pointer: str) -> Evidence:
        members = _FACT.read_members(value, pointer)
        kind = _kind_of_value(ITEMS[members["item"]])
        if "value" not in value:
            raise _absent(f"{pointer}/value", "the value of the item")
        if value["value"] == NOT_RECORDED:
            return Evidence(value=NOT_RECORDED, **members)
        held = kind.read(value["value"], f"{pointer}/value")
        return Evidence(value=str(kind.write(held)), **members)

    def write(self, value: Evidence) -> dict[str, Any]:
        return {**_FACT.write(value), "value": value.value}

    def schema(self) -> dict[str, Any]:
        """Which value goes with which item, as an if and then for each kind of value."""
        shape = _FACT.schema()
        shape["properties"]["value"] = {"type": ["string", "number", "boolean"]}
        shape["required"] = [*shape["required"], "value"]
        by_schema: dict[str, tuple[dict[str, Any], list[str]]] = {}
        for name, item in ITEMS.items():
            described = _kind_of_value(item).schema()
            by_schema.setdefault(json.dumps(described), (described, []))[1].append(name)
        shape["allOf"] = [
            {
                "if": {"properties": {"item": {"enum": names}}},
                "then": {"properties": {"value": {"anyOf": [described, {"const": NOT_RECORDED}]}}},
            }
            for described, names in by_schema.values()
        ]
        return shape


_FACT_AND_VALUE = _EvidenceShape()


class _YesNo:
    """Yes or no: as a word, or true or false."""

    def read(self, value: Any, pointer: str) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return cast(str, OneOf(("yes", "no")).read(value, pointer))

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": ["yes", "no", True, False]}


def _kind_of_value(item: Item) -> Kind:
    if item.kind is ValueKind.CHOICE:
        return OneOf(item.choices)
    kinds: dict[ValueKind, Kind] = {
        ValueKind.NUMBER: _QUANTITY,
        ValueKind.TEXT: Text(may_be_empty=False),
        ValueKind.YES_NO: _YesNo(),
        ValueKind.DAY: _DAY,
    }
    return kinds[item.kind]


_CARRIED = Object(
    Carried,
    (
        Member("loop", _TEXT, required=True),
        Member("elements", ListOf(_TEXT, may_be_empty=False), required=True),
        Member("owner", _TEXT),
        Member("partial", Flag()),
    ),
)
_EXTRA = Member("extra", ListOf(_CARRIED))
_ADJUSTMENTS = Member(
    "adjustments",
    ListOf(
        Object(
            Adjustment,
            (
                Member("group", _TEXT, required=True),
                Member("carc", _TEXT, required=True),
                Member("amount", _MONEY, required=True),
                Member("quantity", _QUANTITY),
            ),
        )
    ),
)
_DATES = Member(
    "dates",
    ListOf(
        Object(
            DatedEvent,
            (
                Member("qualifier", _TEXT, required=True),
                Member("from", _DAY, "start", required=True),
                Member("to", _DAY, "end"),
            ),
        )
    ),
)
_ATTACHMENTS = Member(
    "attachments",
    ListOf(Object(Attachment, (Member("kind", _TEXT, required=True), *_texts("transmission control_number")))),
)
_NOTES = Member(
    "notes", ListOf(Object(Note, (Member("kind", _TEXT, required=True), Member("text", _TEXT, required=True))))
)
_LINE_ADJUDICATION = Object(
    LineAdjudication,
    (
        Member("payer_id", _TEXT, required=True),
        Member("paid", _MONEY, required=True),
        Member("code", _TEXT, required=True),
        Member("units", _QUANTITY),
        Member("modifiers", ListOf(_TEXT)),
        Member("bundled_line", Whole()),
        _ADJUSTMENTS,
        Member("adjudicated_on", _DAY),
        Member("patient_liability", _MONEY),
        *_texts("qualifier description"),
        _EXTRA,
    ),
)
_OTHER_PAYER = Object(
    OtherPayer,
    (
        Member("sequence", _TEXT),
        Member("id", _TEXT, "payer_id"),
        *_texts("name relationship group_number plan_name insurance_type filing_indicator"),
        _ADJUSTMENTS,
        Member("paid", _MONEY),
        Member("non_covered", _MONEY),
        Member("patient_liability", _MONEY),
        *_texts("benefits_assigned patient_signature release_of_information"),
        Member("remarks", ListOf(_TEXT)),
        Member("insured", _PERSON),
        Member("member_id", _TEXT),
        Member("adjudicated_on", _DAY),
        *_texts("claim_control_number authorization_number referral_number"),
        _EXTRA,
    ),
)
_LINE = Object(
    Line,
    (
        Member("number", Whole()),
        Member("code", Text(may_be_empty=False), required=True),
        Member("modifiers", ListOf(_TEXT)),
        Member("charge", _MONEY, required=True),
        Member("units", _QUANTITY, required=True),
        Member("from", _DAY, "service_from"),
        Member("to", _DAY, "service_to"),
        Member("diagnosis_pointers", ListOf(Whole())),
        *_texts("unit place control_number authorization_number referral_number ndc description clia qualifier"),
        Member("emergency", Flag()),
        Member("rendering", _PROVIDER),
        Member("ordering", _PROVIDER),
        Member("referring", _PROVIDER),
        Member("supervising", _PROVIDER),
        Member("facility", _PROVIDER),
        Member("purchased_from", _PROVIDER),
        Member("drug_quantity", _QUANTITY),
        *_texts("drug_unit prescription_number"),
        _DATES,
        _NOTES,
        _ATTACHMENTS,
        Member("adjudications", ListOf(_LINE_ADJUDICATION)),
        _EXTRA,
    ),
)
_PAYER = Object(
    Payer,
    (
        *_texts("id name filing_indicator sequence"),
        Member("type", OneOf(tuple(PayerType), PayerType), always=True),
    ),
)
_CLAIM = Object(
    Claim,
    (
        Member("id", _CLAIM_ID, required=True),
        *_texts("frequency place_of_service"),
        Member("kind", OneOf(tuple(ClaimKind), ClaimKind), always=True),
        Member("charge", _MONEY, always=True),
        Member("submitted_on", _DAY),
        Member("payer", _PAYER),
        Member("billing", _PROVIDER),
        Member("rendering", _PROVIDER),
        Member("referring", _PROVIDER),
        Member("supervising", _PROVIDER),
        Member("facility", _PROVIDER),
        Member("subscriber", _SubscriberShape()),
        Member("patient", _PERSON),
        Member("diagnoses", ListOf(Object(Diagnosis, (Member("code", Text(may_be_empty=False), required=True),)))),
        *_texts("authorization_number referral_number original_reference medical_record_number clia"),
        Member("accident_causes", ListOf(_TEXT)),
        Member("accident_state", _TEXT),
        Member("accident_date", _DAY),
        Member("onset_date", _DAY),
        *_texts("provider_signature assignment benefits_assigned release_of_information delay_reason note"),
        *_texts("note_kind accident_country patient_signature special_program participation"),
        Member("amount_paid", _MONEY),
        _DATES,
        _ATTACHMENTS,
        Member("other_payers", ListOf(_OTHER_PAYER)),
        _EXTRA,
        Member("lines", ListOf(_LINE, may_be_empty=False), required=True),
    ),
)
_AUTHORIZATION = Object(
    Authorization,
    (
        Member("number", _TEXT, required=True),
        Member("payer_id", _TEXT),
        Member("status", OneOf(("approved", "pending", "denied", "not_required", ""))),
        Member("decided_on", _DAY),
        Member("recorded_on", _DAY),
        Member("from", _DAY, "valid_from"),
        Member("to", _DAY, "valid_to"),
        Member(
            "codes",
            ListOf(
                Object(
                    AuthorizedCode,
                    (Member("code", _TEXT, required=True), Member("units", _QUANTITY), Member("side", _TEXT)),
                )
            ),
        ),
        *_texts("npi place"),
    ),
)
_CARE_SPAN = Object(
    CareSpan,
    (
        Member("kind", OneOf(("medicare_advantage", "hospice", "home_health")), required=True),
        Member("from", _DAY, "valid_from"),
        Member("to", _DAY, "valid_to"),
    ),
)
_BENEFIT_LIMIT = Object(
    BenefitLimit,
    (
        Member("codes", ListOf(_TEXT)),
        Member("family", _TEXT),
        Member("excluded", Flag()),
        Member("remaining", _QUANTITY),
        Member("covered_from", _DAY),
    ),
)
_ELIGIBILITY = Object(
    Eligibility,
    (
        Member("checked_on", _DAY, required=True),
        *_texts("payer_id plan_type primary_payer"),
        Member("active", Flag()),
        Member("from", _DAY, "valid_from"),
        Member("to", _DAY, "valid_to"),
        Member("other_payers", ListOf(_TEXT)),
        Member("payer_type", OneOf((*PayerType, ""))),
        Member("referral_required", Flag()),
        Member("spans", ListOf(_CARE_SPAN)),
        Member("limits", ListOf(_BENEFIT_LIMIT)),
    ),
)
_PRIOR_SERVICE = Object(
    PriorService,
    (
        Member("code", Text(may_be_empty=False), required=True),
        Member("service_date", _DAY, required=True),
        Member("modifiers", ListOf(_TEXT)),
        Member("units", _QUANTITY),
    ),
)
_PRIOR_SERVICES = Object(PriorServices, (Member("complete_since", _DAY), Member("items", ListOf(_PRIOR_SERVICE))))

# What the practice knows beside the claim
_BESIDE = (
    Member("evidence", ListOf(_FACT_AND_VALUE)),
    Member("authorizations", ListOf(_AUTHORIZATION)),
    Member("eligibility", ListOf(_ELIGIBILITY)),
    Member("prior_services", _PRIOR_SERVICES),
)
_KNOWN_BESIDE = Object(Claim, _BESIDE)
_RECORDED_BESIDE = Object(Claim, _BESIDE[1:])  # the evidence is read item by item
_DOCUMENT = Object(Claim, (Member("claim", _CLAIM, required=True), *_BESIDE))


def claim_from_json(obj: object) -> Claim:
    """The claim of a parsed JSON document; raises UnreadableClaim with the pointer of what cannot be read."""
    claim, left_out = claim_and_faults(obj)
    if left_out:
        raise left_out[0]
    return claim


def claim_id_of(obj: object) -> str:
    """The id a document gives its claim, "" where it gives none: what tells the sender which claim was refused."""
    sent = obj.get("claim") if isinstance(obj, dict) else None
    try:
        return _CLAIM_ID.read(sent.get("id"), "") if isinstance(sent, dict) else ""
    except UnreadableClaim:
        return ""


def claim_and_faults(obj: object) -> tuple[Claim, list[UnreadableClaim]]:
    """The claim of a parsed JSON document without the items of evidence that cannot be read, and what is wrong there.

    A rule that misses an item of evidence says so, and takes nothing for absent: so a bad one need not cost its claim.
    Everything else that cannot be read raises UnreadableClaim: without one line, authorization or earlier service the
    answer would be about another claim or another past.

    What follows from the rest may be left out: the claim's charge (the sum of its lines), line numbers (their order),
    the kind (from the billing taxonomy), the payer's type (from its filing indicator), and the subscriber's person when
    the subscriber is the patient.
    """
    if not isinstance(obj, dict):
        raise unreadable("", obj, "an object with the member 'claim'")
    beside = _RECORDED_BESIDE.read_members(obj, "")
    sent = obj.get("claim")
    if not isinstance(sent, dict):
        raise unreadable("/claim", sent, "an object") if "claim" in obj else _absent("/claim", "an object")
    members = _CLAIM.read_members({**sent, "lines": _numbered(sent.get("lines"))}, "/claim")
    numbers = _numbers_of(members["lines"])
    evidence, left_out = _facts(obj.get("evidence"), numbers)
    if evidence:
        beside["evidence"] = evidence
    payer: Payer = members.pop("payer", Payer())
    if "type" not in (sent.get("payer") or {}):
        payer = replace(payer, type=type_of_payer(payer.filing_indicator))
    billing: Provider = members.pop("billing", Provider())
    subscriber, patient = _who(members.pop("subscriber", Subscriber()), members.pop("patient", Person()))
    members.setdefault("kind", kind_of_claim(billing.taxonomy))
    members.setdefault("charge", sum((line.charge for line in members["lines"]), ZERO))
    members.setdefault("diagnoses", ())
    claim = Claim(**members, **beside, payer=payer, billing=billing, subscriber=subscriber, patient=patient)
    return claim, left_out


def claim_to_json(claim: Claim) -> dict[str, object]:
    """The claim as a JSON document; `claim_from_json` gives an equal claim back. Its origin is not part of it."""
    sent = _CLAIM.write(claim)
    if claim.subscriber.relationship == "18" and claim.subscriber.person == claim.patient:
        sent["subscriber"] = _COVER.write(claim.subscriber)
    return {"claim": sent, **_KNOWN_BESIDE.write(claim)}


def claim_schema() -> dict[str, object]:
    """The published JSON Schema (2020-12) of a claim document."""
    text = files("claims").joinpath("claim.schema.json").read_text(encoding="utf-8")
    return cast(dict[str, object], json.loads(text))


def described_schema() -> dict[str, object]:
    """The schema as the codec's own table describes it; what is published must equal it (a test sees to that)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cleanclaim claim",
        "description": (
            "A professional claim with what the practice knows beside it. Members not named here are passed over; "
            "null is the same as absent. Money is a string (an exact number is accepted), days are YYYY-MM-DD."
        ),
        **_DOCUMENT.schema(),
    }


def _numbered(lines: Any) -> Any:
    """The lines with a number where they have none: their place in the list."""
    if not isinstance(lines, list):
        return lines
    return [
        {**line, "number": i} if isinstance(line, dict) and line.get("number") is None else line
        for i, line in enumerate(lines, 1)
    ]


def _numbers_of(lines: tuple[Line, ...]) -> set[int]:
    """Line numbers are what findings, labels and evidence speak of, so each must name one line."""
    seen: set[int] = set()
    for i, line in enumerate(lines):
        if line.number in seen:
            expected = "a number of its own for each line"
            raise UnreadableClaim(f"/claim/lines/{i}/number", found=f"{line.number} a second time", expected=expected)
        seen.add(line.number)
    return seen


def _facts(said: Any, numbers: Collection[int]) -> tuple[tuple[Evidence, ...], list[UnreadableClaim]]:
    """The items of evidence that can be read and are of a line of the claim, and what is wrong with the others.

    Where more than a few are wrong, whoever wrote them speaks another language: that is the claim's fault again.
    """
    facts: list[Evidence] = []
    left_out: list[UnreadableClaim] = []
    if said is None:
        return (), left_out
    if not isinstance(said, list):
        return (), [unreadable("/evidence", said, "a list")]
    for i, item in enumerate(said):
        try:
            fact = _FACT_AND_VALUE.read(item, f"/evidence/{i}")
            if fact.line is not None and fact.line not in numbers:
                found = f"line {fact.line}, which the claim does not have"
                raise UnreadableClaim(f"/evidence/{i}/line", found=found, expected="the number of a line of the claim")
        except UnreadableClaim as error:
            left_out.append(error)
            if len(left_out) > MOST_LEFT_OUT:
                raise left_out[0] from None
        else:
            facts.append(fact)
    return tuple(facts), left_out


def _who(subscriber: Subscriber, patient: Person) -> tuple[Subscriber, Person]:
    """Subscriber and patient, each standing in for the other when they are the same person and only one was given."""
    if subscriber.relationship != "18":
        return subscriber, patient
    if subscriber.person == Person():
        return replace(subscriber, person=patient), patient
    return subscriber, patient if patient != Person() else subscriber.person


def _absent(pointer: str, expected: str) -> UnreadableClaim:
    return UnreadableClaim(pointer, found="nothing", expected=expected)
