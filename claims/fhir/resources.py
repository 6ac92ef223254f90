"""The resources of a document: found in bundles, reached by reference, and what they say of people and codes."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Person
from claims.errors import UnreadableClaim
from claims.fhir.nodes import Node

NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
_PROCEDURE_SYSTEMS = (
    "http://www.ama-assn.org/go/cpt", "cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "CodeSystem/HCPCS",
    "urn:oid:2.16.840.1.113883.6.12", "urn:oid:2.16.840.1.113883.6.285",
)  # fmt: skip
_SERVICE_TYPES = "1365"  # X12's list of service types, in the address of a code system
_DEEPEST = 3  # bundles in bundles
_SEXES = {"female": "F", "male": "M", "unknown": "U", "other": "U"}


class Resources:
    """Every resource of a document, by the ways a reference may name it."""

    def __init__(self, document: Node) -> None:
        self.found: list[Node] = []
        self.faults: list[UnreadableClaim] = []
        self._by_name: dict[str, Node] = {}
        self._by_kind: dict[str, list[Node]] = {}
        self._collect(document, "", 0)

    def _collect(self, node: Node, address: str, depth: int) -> None:
        """Take a resource, or those in a Bundle or in Parameters; one that cannot be read costs no other."""
        try:
            kind = node.text("resourceType")
            if kind in ("Bundle", "Parameters") and depth < _DEEPEST:
                for entry in node.items("entry" if kind == "Bundle" else "parameter"):
                    self._entry(entry, depth)
                return
            self.found.append(node)
            self._by_kind.setdefault(kind, []).append(node)
            if address:
                self._by_name.setdefault(address, node)
            if name := node.text("id"):
                self._by_name.setdefault(f"{kind}/{name}", node)
        except UnreadableClaim as error:
            self.faults.append(error)

    def _entry(self, entry: Node, depth: int) -> None:
        try:
            resource = entry.child("resource")
            if resource is not None:
                self._collect(resource, entry.text("fullUrl"), depth + 1)
        except UnreadableClaim as error:
            self.faults.append(error)

    def of_kind(self, kind: str) -> list[Node]:
        """The resources of that kind, in the order of the document."""
        return self._by_kind.get(kind, [])

    def target(self, reference: Node | None, within: Node) -> Node | None:
        """The resource a reference names: contained in the one it stands in, or elsewhere in the document."""
        if reference is None:
            return None
        name = reference.text("reference")
        if name.startswith("#"):
            return next((held for held in within.items("contained") if held.text("id") == name[1:]), None)
        if not name:
            return None
        name = name.split("/_history/")[0]
        return self._by_name.get(name) or self._by_name.get("/".join(name.split("/")[-2:]))


def codings(concept: Node | None) -> Iterator[tuple[str, str]]:
    """System and code of each coding of a concept."""
    if concept is not None:
        for coding in concept.items("coding"):
            if code := coding.text("code"):
                yield coding.text("system"), code


def first_code(concept: Node | None) -> str:
    """The first code of a concept."""
    return next((code for _, code in codings(concept)), "")


def procedure_code(concept: Node | None) -> str:
    """The CPT or HCPCS code of a concept, "" where it has none."""
    return next((code.upper() for system, code in codings(concept) if _is_procedure(system, code)), "")


def service_type(concept: Node | None) -> str:
    """The X12 service type of a concept."""
    return next((code for system, code in codings(concept) if _SERVICE_TYPES in system), "")


def _is_procedure(system: str, code: str) -> bool:
    if system:
        return any(known in system for known in _PROCEDURE_SYSTEMS)
    return len(code) == 5 and code[1:4].isdigit() and code.isalnum()


def extensions(node: Node, name: str) -> Iterator[Node]:
    """The extensions of that name, whatever guide's address stands before it."""
    for extension in node.items("extension"):
        if extension.text("url").rpartition("/")[2].removeprefix("extension-") == name:
            yield extension


def extension(node: Node | None, name: str) -> Node | None:
    """The first extension of that name."""
    return next(extensions(node, name), None) if node is not None else None


def concept_in(extended: Node | None) -> Node | None:
    """The concept an extension holds."""
    return extended.child("valueCodeableConcept") if extended is not None else None


def value_in(node: Node, name: str) -> str:
    """The text or identifier an extension of that name holds."""
    found = extension(node, name)
    return found.text("valueString") or found.text("valueIdentifier", "value") if found is not None else ""


def identified(node: Node | None, kind: str) -> str:
    """The identifier of a type (code of HL7 table 0203, such as MB or MR)."""
    if node is not None:
        for identifier in node.items("identifier"):
            if kind in (code for _, code in codings(identifier.child("type"))):
                return identifier.text("value")
    return ""


def npi_of(node: Node | None) -> str:
    """The NPI of a clinician or organisation."""
    if node is not None:
        for identifier in node.items("identifier"):
            if identifier.text("system") == NPI_SYSTEM:
                return identifier.text("value")
    return identified(node, "NPI")


def person_of(patient: Node | None) -> Person:
    """A Patient resource as a person: the official name, else the first."""
    if patient is None:
        return Person()
    names = list(patient.items("name"))
    name = next((n for n in names if n.text("use") == "official"), names[0] if names else None)
    given = [part.text() for part in name.items("given")] if name is not None else []
    return Person(
        last_name=name.text("family") if name is not None else "",
        first_name=given[0] if given else "",
        middle_name=" ".join(given[1:]),
        birth_date=patient.day("birthDate", private=True),
        sex=_SEXES.get(patient.text("gender"), ""),
    )


def group_of(coverage: Node | None) -> str:
    """The number of the group a coverage is of."""
    if coverage is not None:
        for part in coverage.items("class"):
            if first_code(part.child("type")) == "group":
                return part.text("value")
    return ""
