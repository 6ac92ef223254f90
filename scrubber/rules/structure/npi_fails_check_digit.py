"""STR-002: an NPI with a typing slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from claims.claim import Line, Provider
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.places import Place
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "STR-002",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("207",),
    citation=Citation(
        "45 CFR 162.406: the NPI is ten digits, the last of them a check digit (CMS: Luhn, with the prefix 80840)",
        "https://www.ecfr.gov/current/title-45/section-162.406",
    ),
    place=places.BILLING_NPI,
    remedy="Look the provider up in the NPPES registry and correct the digits.",
    remedy_kind=RemedyKind.CORRECT,
    effective="2007-05-23",
)
def npi_fails_check_digit(case: Case) -> Iterable[Hit]:
    """An NPI on the claim is not ten digits ending in the right check digit.

    A clearinghouse or the payer's front end returns such a claim before anyone reads it: a number that fails its own
    check digit belongs to nobody. A missing NPI is another matter, and not this rule's.
    """
    prefix, claim = parameter("npi_check_prefix").text_on(case.as_of, case.as_of), case.claim
    for provider in (claim.billing, claim.rendering, claim.referring, claim.supervising, claim.facility):
        if provider and provider.npi and _fault(prefix, provider.npi):
            return _told(case, prefix)
    for line in claim.lines:
        for provider in (line.rendering, line.ordering):
            if provider and provider.npi and _fault(prefix, provider.npi):
                return _told(case, prefix)
    return ()


def _told(case: Case, prefix: str) -> Iterator[Hit]:
    for role, place, provider, line in _providers(case):
        fault = _fault(prefix, provider.npi) if provider.npi else ""
        if fault:
            yield Hit(f"The {role} NPI {provider.npi} {fault}.", line=line, place=place)


def _providers(case: Case) -> Iterator[tuple[str, Place, Provider, Line | None]]:
    claim = case.claim
    yield "billing", places.BILLING_NPI, claim.billing, None
    for role, place, provider in (
        ("rendering", places.RENDERING_NPI, claim.rendering),
        ("referring", places.REFERRING_NPI, claim.referring),
        ("supervising", places.SUPERVISING_NPI, claim.supervising),
        ("facility", places.FACILITY_NPI, claim.facility),
    ):
        if provider:
            yield role, place, provider, None
    for line in claim.lines:
        if line.rendering:
            yield "rendering", places.LINE_RENDERING_NPI, line.rendering, line
        if line.ordering:
            yield "ordering", places.LINE_ORDERING_NPI, line.ordering, line


@lru_cache(maxsize=4096)  # a practice bills under few NPIs, and the sum is the dearest part of the rule
def _fault(prefix: str, npi: str) -> str:
    """What is wrong with the number; empty when nothing is."""
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()):
        return "is not ten digits"
    return "" if _luhn(prefix + npi) else "fails its check digit"


def _luhn(digits: str) -> bool:
    """True when the last digit is the check digit of those before it (ISO/IEC 7812).

    >>> _luhn("808401234567893"), _luhn("808401234567890")
    (True, False)
    """
    doubled = (2 * int(d) for d in digits[-2::-2])
    return (sum(n // 10 + n % 10 for n in doubled) + sum(int(d) for d in digits[-1::-2])) % 10 == 0
