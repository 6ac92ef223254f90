"""Which transaction a set of segments is: what we read, what we only recognise, and how to say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from claims.x12.delimiters import Delimiters

PROFESSIONAL_CLAIM, REMITTANCE = "837P", "835"
CLAIM_ACKNOWLEDGMENT, IMPLEMENTATION_ACKNOWLEDGMENT = "277CA", "999"
ELIGIBILITY, AUTHORIZATION = "271", "278"

# The versions HIPAA names (45 CFR 162.1102, 162.1202, 162.1302, 162.1602) and, for the two acknowledgments it does not
# name, the guides in use: what we read, and what we write of it
MANDATED: Mapping[str, str] = MappingProxyType(
    {
        PROFESSIONAL_CLAIM: "005010X222A1", REMITTANCE: "005010X221A1",
        CLAIM_ACKNOWLEDGMENT: "005010X214", IMPLEMENTATION_ACKNOWLEDGMENT: "005010X231A1",
        ELIGIBILITY: "005010X279A1", AUTHORIZATION: "005010X217",
    }
)  # fmt: skip

# Read too, and the fault stated: the same guide without its errata, and the number some senders give it
_READABLE: Mapping[str, str] = MappingProxyType(
    {
        "005010X222": PROFESSIONAL_CLAIM, "005010X222A1": PROFESSIONAL_CLAIM, "005010X222A2": PROFESSIONAL_CLAIM,
        "005010X221": REMITTANCE, "005010X221A1": REMITTANCE,
    }
)  # fmt: skip

_GUIDES = {ELIGIBILITY: "005010X279", AUTHORIZATION: "005010X217"}  # of these a reader takes every erratum

_IN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "005010X222": "a professional claim (837P)", "005010X221": "a remittance (835)",
        "005010X223": "an institutional claim (837I)", "005010X224": "a dental claim (837D)",
        "004010X098": "a professional claim of the retired version 4010 (837P)",
        "004010X096": "an institutional claim of the retired version 4010 (837I)",
        "004010X097": "a dental claim of the retired version 4010 (837D)",
        "004010X091": "a remittance of the retired version 4010 (835)",
        "005010X214": "a claim acknowledgment (277CA)", "005010X212": "a claim status request or answer (276/277)",
        "005010X231": "an implementation acknowledgment (999)",
        "005010X279": "an eligibility request or answer (270/271)",
        "005010X217": "an authorization request or answer (278)",
    }
)  # fmt: skip

_READERS: Mapping[str, str] = MappingProxyType(
    {
        PROFESSIONAL_CLAIM: "It holds claims: read it with read_837, or `cleanclaim score` and `cleanclaim ingest`.",
        REMITTANCE: "It holds a payer's answers: read it with read_835, or `cleanclaim ingest`.",
        CLAIM_ACKNOWLEDGMENT: "It says what a front end accepted: read it with read_277ca, or `cleanclaim ingest`.",
        IMPLEMENTATION_ACKNOWLEDGMENT: "It says what a receiver took: read it with read_999, or `cleanclaim ingest`.",
        ELIGIBILITY: "It says who is covered: read it with read_271, or `cleanclaim ingest`.",
        AUTHORIZATION: "It says what a payer approved: read it with read_278, or `cleanclaim ingest`.",
    }
)
_NO_READER = "Give the 837P your system sends to the payer, or the 835 the payer sends back."


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a transaction set: its envelope (ISA, GS) and its ST."""

    kind: str  # what `kind_of` says of it
    version: str = ""  # ST03, else GS08
    sender: str = ""
    receiver: str = ""
    interchange: str = ""
    test: bool = False
    group: str = ""
    group_day: date | None = None
    transaction: str = ""
    delimiters: Delimiters = field(default_factory=Delimiters)


def kind_of(transaction: str, version: str) -> str:
    """The kind of a transaction set by its ST01 and version: "837P", "835", "277CA", "999", "271", "278", else "x12".

    A remittance that names no version at all is taken for one we read: there is only one kind of 835.
    """
    if readable := _READABLE.get(version):
        return readable if readable.startswith(transaction) else "x12"
    if transaction == "835" and not version:
        return REMITTANCE
    if transaction == "277" and version.startswith("005010X214"):
        return "277CA"
    if _GUIDES.get(transaction) == version[:10]:
        return transaction
    return "999" if transaction == "999" else "x12"


def in_words(transaction: str, version: str) -> str:
    """A transaction set by name, for an error."""
    words = _IN_WORDS.get(version[:10])
    if words is None or f"({transaction}" not in words.replace("(276/", "(").replace("(270/", "("):
        words = f"a transaction set {transaction[:3] or 'without a number'}"
    return f"{words}, version {version[:12]}" if version else words


def where_to_read(transaction: str, version: str) -> str:
    """The advice for a transaction set given to the wrong reader."""
    return _READERS.get(kind_of(transaction, version), _NO_READER)
