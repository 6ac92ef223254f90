"""What was decided of one item of a ClaimResponse, and what the item of the Claim asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from claims.deciding import side_of
from claims.fhir.nodes import Node
from claims.fhir.resources import codings, concept_in, extension, first_code, procedure_code, service_type, value_in
from claims.records import ServiceDecision

_UNITS = frozenset({"", "1", "UN", "{unit}"})
_SIDE_CODES = {  # SNOMED CT, of a body site
    "7771000": "LT", "24028007": "RT", "51440002": "50", "LT": "LT", "RT": "RT",
}  # fmt: skip


@dataclass(slots=True)
class Review:
    """A review action: what was decided, why and under which number."""

    action: str = ""
    number: str = ""
    reasons: tuple[str, ...] = ()


def asked_for(item: Node) -> ServiceDecision:
    """What an item of the Claim asks for, or one that was added says."""
    concept = item.child("productOrService")
    quantity, unit = _quantity(item.child("quantity"))
    modifiers = tuple(code for m in item.items("modifier") if (code := first_code(m)))
    site = [_SIDE_CODES.get(code, "") for _, code in codings(item.child("bodySite"))]
    return ServiceDecision(
        code=procedure_code(concept),
        last_code=procedure_code(concept_in(extension(item, "productOrServiceCodeEnd"))),
        modifiers=modifiers,
        units=quantity if unit in _UNITS else None,
        quantity=None if unit in _UNITS else quantity,
        quantity_unit="" if unit in _UNITS else unit,
        side=side_of([*modifiers, *site]),
        place=first_code(item.child("locationCodeableConcept")),
        service_type=service_type(concept) or service_type(item.child("category")),
    )


def review_of(node: Node) -> Review:
    """The review action of a resource or item: on itself, else on one of its adjudications."""
    for holder in (node, *node.items("adjudication")):
        found = extension(holder, "reviewAction")
        if found is None:
            continue
        code = concept_in(extension(found, "reviewActionCode") or extension(found, "code"))
        reasons = concept_in(extension(found, "reasonCode"))
        number = value_in(found, "number") or value_in(found, "reviewNumber")
        return Review(first_code(code), number, tuple(code for _, code in codings(reasons)))
    return Review()


def authorized(decision: ServiceDecision, detail: Node | None) -> ServiceDecision:
    """The service as it was authorized, where that is not as it was asked for."""
    if detail is None:
        return decision
    concept = concept_in(extension(detail, "productOrServiceCode"))
    code, kind = procedure_code(concept), service_type(concept)
    if code:
        end = procedure_code(concept_in(extension(detail, "productOrServiceCodeEnd")))
        decision = replace(decision, code=code, last_code=end)
    if kind:
        decision = replace(decision, service_type=kind)
    modifiers = tuple(m for part in _all(detail, "modifier") if (m := first_code(concept_in(part))))
    if modifiers:
        decision = replace(decision, modifiers=modifiers, side=side_of(modifiers) or decision.side)
    held = extension(detail, "quantity")
    quantity, unit = _quantity(held.child("valueQuantity") if held is not None else None)
    if quantity is None:
        return decision
    if unit in _UNITS:
        return replace(decision, units=quantity, quantity=None, quantity_unit="")
    return replace(decision, units=None, quantity=quantity, quantity_unit=unit)


def _all(node: Node, name: str) -> Iterator[Node]:
    return (e for e in node.items("extension") if e.text("url") == name)


def _quantity(node: Node | None) -> tuple[Decimal | None, str]:
    """How many, and of what."""
    return (None, "") if node is None else (node.number("value"), node.text("code") or node.text("unit"))


def day_in(node: Node, name: str) -> date | None:
    """The day an extension of that name holds."""
    found = extension(node, name)
    return found.day("valueDate") or found.day("valueDateTime") if found is not None else None


def trace_in(node: Node | None) -> str:
    """The number an extension holds."""
    return node.text("valueIdentifier", "value") if node is not None else ""


def provider_in(node: Node) -> Node | None:
    """The reference in an extension, also where it stands one deeper."""
    inner = extension(node, "provider")
    return node.child("valueReference") or (inner.child("valueReference") if inner is not None else None)
