"""A FHIR R4 ClaimResponse of a prior authorization to an authorization record.

With the Claim it answers beside it (in one Bundle) its services have codes; alone it names them by their place in that
Claim, unless it says itself what was authorized. The extensions are those of Da Vinci PAS, by the last part of their
address, since other guides took them over. Without them an answer counts as an approval only where it sets a benefit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from claims.claim import Diagnosis
from claims.deciding import UNDECIDED, authorizations_of, status_of
from claims.errors import UnreadableClaim
from claims.fhir.nodes import Node, nothing_to_read, parsed
from claims.fhir.resources import (
    NPI_SYSTEM,
    Resources,
    codings,
    concept_in,
    extension,
    first_code,
    group_of,
    identified,
    npi_of,
    person_of,
    service_type,
    value_in,
)
from claims.fhir.reviews import asked_for, authorized, day_in, provider_in, review_of, trace_in
from claims.reading import Refusal
from claims.records import CANCELLED, AuthorizationRecord, Rejection, ServiceDecision, Trace, Whose

_USE = "preauthorization"
_VOID = frozenset({"cancelled", "entered-in-error"})  # ClaimResponse.status
_IN_PART = "A2"
_RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19", "other": "G8"}
_DIAGNOSES = "icd-10-cm"


def read_claim_response(source: bytes | str | Mapping[str, Any]) -> Iterator[AuthorizationRecord | Refusal]:
    """The decisions of the ClaimResponse resources of a document, and what could not be read of it.

    Raises UnreadableFile on the first step when it is not JSON or holds no answer to a prior authorization.
    """
    document = parsed(source)
    resources = Resources(document)
    answers = resources.of_kind("ClaimResponse")
    if not any(map(_is_ours, answers)):
        raise nothing_to_read(_instead(resources, answers))
    for fault in resources.faults:
        yield Refusal(fault)
    for answer in answers:
        if not _is_ours(answer):
            found = "a ClaimResponse of another use"
            error = UnreadableClaim(f"{answer.pointer}/use", found=found, expected=repr(_USE))
            yield Refusal(error)
            continue
        try:
            yield _Answer(answer, resources).record()
        except UnreadableClaim as error:
            yield Refusal(error, claims_lost=1)


def _is_ours(answer: Node) -> bool:
    return bool(answer.value.get("use", _USE) == _USE)


def _instead(resources: Resources, answers: list[Node]) -> str:
    if answers:
        return "a ClaimResponse of another use, such as a claim's"
    kinds = sorted({kind for node in resources.found if isinstance(kind := node.value.get("resourceType"), str)})
    known = [kind for kind in kinds if kind.isascii() and kind.isalpha() and len(kind) <= 40]
    return f"FHIR resources of other kinds ({', '.join(known[:5])})" if known else "no FHIR resource"


class _Answer:
    """One ClaimResponse with the Claim it answers, if that is in the document."""

    def __init__(self, node: Node, resources: Resources) -> None:
        self._node, self._resources = node, resources
        self._claim = self._answered()
        self._asked = {n: item for item in self._claim_items() if (n := item.whole("sequence")) is not None}
        self._review = review_of(node)
        self._created = node.day("created")
        self._void = node.text("status") in _VOID
        self._outcome = node.text("outcome")

    def _answered(self) -> Node | None:
        claim = self._resources.target(self._node.child("request"), self._node)
        if claim is not None:
            return claim
        claims = self._resources.of_kind("Claim")
        return claims[0] if len(claims) == 1 and len(self._resources.of_kind("ClaimResponse")) == 1 else None

    def _claim_items(self) -> Iterator[Node]:
        return self._claim.items("item") if self._claim is not None else iter(())

    def record(self) -> AuthorizationRecord:
        """The record; raises UnreadableClaim with the place of what cannot be read."""
        node = self._node
        if node.text("status") == "draft":
            raise UnreadableClaim(f"{node.pointer}/status", found="'draft'", expected="'active'")
        rejections = tuple(self._rejections())
        services = (*self._items(), *self._added())
        told = services or (self._whole(),)
        if not rejections and not any(one.action or one.status != UNDECIDED for one in told) and not self._waits:
            expected = "a review action for the whole or for an item"
            raise UnreadableClaim(node.pointer or "/", found="no decision", expected=expected)
        payer = self._resources.target(node.child("insurer"), node)
        asked = next(self._claim_items(), None)
        return AuthorizationRecord(
            authorizations=() if rejections else authorizations_of(told, self._payer_id(payer)),
            whose=self._whose(),
            action=self._action(services),
            reasons=self._review.reasons,
            services=services,
            request_reference=self._request_reference(),
            traces=tuple(self._traces()),
            previous_number=value_in(node, "authorizationNumber"),
            administrative_reference=value_in(node, "administrationReferenceNumber"),
            category=first_code(concept_in(extension(asked, "serviceItemRequestType"))),
            request_kind=first_code(concept_in(extension(self._claim, "certificationType"))),
            service_type=service_type(asked.child("category")) if asked is not None else "",
            diagnoses=tuple(self._diagnoses()),
            payer_name=payer.text("name") if payer is not None else node.text("insurer", "display"),
            requester_npi=self._npi(node.child("requestor")),
            rejections=rejections,
            known_on=self._created,
            place=node.pointer or "/",
        )

    # Decisions

    @property
    def _waits(self) -> bool:
        """True where the payer took the request and says that it has not decided."""
        return self._outcome in ("queued", "partial")

    def _items(self) -> Iterator[ServiceDecision]:
        for item in self._node.items("item"):
            number = item.whole("itemSequence")
            asked = self._asked.get(number) if number is not None else None
            decision = self._decided(item, asked_for(asked) if asked is not None else ServiceDecision())
            yield authorized(decision, extension(item, "itemAuthorizedDetail"))

    def _added(self) -> Iterator[ServiceDecision]:
        for item in self._node.items("addItem"):
            yield self._decided(item, asked_for(item))

    def _whole(self) -> ServiceDecision:
        return self._decided(self._node, ServiceDecision())

    def _decided(self, item: Node, asked: ServiceDecision) -> ServiceDecision:
        """The service with what was decided of it."""
        own = review_of(item)
        follows = not own.action and self._review.action not in ("", _IN_PART)
        told = self._review if follows or item is self._node else own
        action = CANCELLED if self._void else told.action
        status = status_of(action) if action else self._by_benefit(item)
        start, end = self._window(item)
        provider = extension(item, "itemAuthorizedProvider")
        return replace(
            asked,
            npi=self._npi(provider_in(provider)) if provider is not None else "",
            status=status,
            action=action,
            reasons=told.reasons,
            number=told.number or self._review.number or self._node.text("preAuthRef"),
            decided_on=None if status == UNDECIDED else (day_in(item, "itemPreAuthIssueDate") or self._created),
            valid_from=start,
            valid_to=end,
            trace=trace_in(extension(item, "itemTraceNumber")),
        )

    def _by_benefit(self, item: Node) -> str:
        """What an answer without a review action says: an approval where a benefit is set; else nothing is decided."""
        if self._outcome != "complete" or not self._node.text("preAuthRef"):
            return UNDECIDED
        for adjudication in item.items("adjudication"):
            if first_code(adjudication.child("category")) == "benefit":
                amount = adjudication.number("amount", "value")
                if amount is not None and amount > 0:
                    return "approved"
        return UNDECIDED

    def _window(self, item: Node) -> tuple[date | None, date | None]:
        own = extension(item, "itemPreAuthPeriod") or extension(item, "itemAuthorizedDate")
        period = (own.child("valuePeriod") if own is not None else None) or self._node.child("preAuthPeriod")
        return (None, None) if period is None else (period.day("start"), period.day("end"))

    def _action(self, services: tuple[ServiceDecision, ...]) -> str:
        """The action on the whole: its own, else that all services share; approved in part where some were approved."""
        if self._void:
            return CANCELLED
        actions = {service.action for service in services}
        if self._review.action or not services:
            return self._review.action
        if len(actions) == 1:
            return next(iter(actions))
        return _IN_PART if any(service.status == "approved" for service in services) else ""

    def _rejections(self) -> Iterator[Rejection]:
        errors = list(self._node.items("error"))
        for error in errors:
            follow_up = first_code(concept_in(extension(error, "errorFollowupAction")))
            yield Rejection(first_code(error.child("code")), follow_up, "request")
        if self._outcome == "error" and not errors:
            yield Rejection("", level="request")

    # Whose, and who

    def _whose(self) -> Whose:
        node, find = self._node, self._resources.target
        patient = find(node.child("patient"), node)
        coverage, within = self._coverage()
        holder = find(coverage.child("subscriber"), within) if coverage is not None else None
        said = first_code(coverage.child("relationship")) if coverage is not None else "self"
        relationship = _RELATIONSHIPS.get(said, "")
        member = coverage.text("subscriberId") if coverage is not None else ""
        return Whose(
            person=person_of(patient),
            subscriber=person_of(patient if relationship == "18" or holder is None else holder),
            member_id=member or identified(coverage, "MB") or identified(holder, "MB") or identified(patient, "MB"),
            group_number=group_of(coverage),
            record_number=identified(patient, "MR"),
            account_number=identified(patient, "AN"),
            relationship=relationship,
        )

    def _coverage(self) -> tuple[Node | None, Node]:
        """The coverage of the answer or of the Claim, the focal one first, and the resource it is reached from."""
        for node in (self._node, self._claim):
            if node is not None:
                insurances = sorted(node.items("insurance"), key=_comes_later)
                for insurance in insurances:
                    found = self._resources.target(insurance.child("coverage"), node)
                    if found is not None:
                        return found, node
        return None, self._node

    def _payer_id(self, payer: Node | None) -> str:
        if payer is not None:
            for identifier in payer.items("identifier"):
                if identifier.text("system") != NPI_SYSTEM and identifier.text("value"):
                    return identifier.text("value")
        return self._node.text("insurer", "identifier", "value")

    def _npi(self, reference: Node | None) -> str:
        """The NPI of whom a reference names; of a role, that of its clinician, else of its organisation."""
        if reference is None:
            return ""
        if reference.text("identifier", "system") == NPI_SYSTEM:
            return reference.text("identifier", "value")
        found = self._resources.target(reference, self._node)
        if found is not None and found.value.get("resourceType") == "PractitionerRole":
            held = (self._resources.target(found.child(name), found) for name in ("practitioner", "organization"))
            return next((npi for one in held if (npi := npi_of(one))), "")
        return npi_of(found)

    def _request_reference(self) -> str:
        if number := self._node.text("request", "identifier", "value"):
            return number
        identifiers = self._claim.items("identifier") if self._claim is not None else iter(())
        return next((value for i in identifiers if (value := i.text("value"))), "")

    def _traces(self) -> Iterator[Trace]:
        """Their own number for the answer, unless it is ours, echoed."""
        ours = self._request_reference()
        for identifier in self._node.items("identifier"):
            if value := identifier.text("value"):
                yield Trace(value, origin=identifier.text("system"), ours=value == ours)

    def _diagnoses(self) -> Iterator[Diagnosis]:
        if self._claim is None:
            return
        for diagnosis in self._claim.items("diagnosis"):
            for system, code in codings(diagnosis.child("diagnosisCodeableConcept")):
                if _DIAGNOSES in system:
                    yield Diagnosis(code)


def _comes_later(insurance: Node) -> bool:
    focal = insurance.child("focal")
    return focal is None or focal.value is not True
