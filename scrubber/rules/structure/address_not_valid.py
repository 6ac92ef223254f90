"""STR-012: an address the transaction does not take."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from claims.claim import Address, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.places import Place
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_HOME = frozenset({"", "US", "USA"})
_WHOLE, _SHORT_OR_WHOLE = (9,), (5, 9)


@rule(
    "STR-012",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation(
        "X12 005010X222A1, N3 and N4 of loops 2010AA, 2010BA, 2010CA and 2310C",
        "https://x12.org/products/technical-reports",
    ),
    place=places.BILLING_STREET,
    remedy="Correct the address; the Postal Service's ZIP look-up gives the state and all nine digits, sent without a "
    "hyphen. A post office box belongs in the pay-to address.",
    remedy_kind=RemedyKind.CORRECT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    effective="2012-01-01",
)
def address_not_valid(case: Case) -> Iterator[Answer]:
    """An address has a state or ZIP code that is none, or the billing address is no street with a nine-digit ZIP.

    Since version 5010 the billing provider's address is where the practice is, not a post office box, and its ZIP code
    and the facility's have nine digits. An address that is not told at all is not judged; one outside the United States
    neither.
    """
    claim = case.claim
    billing = claim.billing.address
    if billing is None or billing == Address(state=billing.state):
        yield Gap(("billing address",), "the claim does not tell the billing provider's address", of_claim=True)
    else:
        if not billing.street:
            yield Hit("The billing address has no street.")
        elif _is_box(billing.street):
            yield Hit(f"The billing address is a post office box ({billing.street}).")
        at = places.BILLING_STATE, places.BILLING_ZIP
        yield from _faults(case, "billing provider", billing, at, _WHOLE, required=True)
    if claim.facility and claim.facility.address:
        at = places.FACILITY_STATE, places.FACILITY_ZIP
        yield from _faults(case, "facility", claim.facility.address, at, _WHOLE)
    if claim.subscriber.person.address:
        at = places.SUBSCRIBER_STATE, places.SUBSCRIBER_ZIP
        yield from _faults(case, "subscriber", claim.subscriber.person.address, at, _SHORT_OR_WHOLE)
    if claim.patient.address and claim.patient.address != claim.subscriber.person.address:
        at = places.PATIENT_STATE, places.PATIENT_ZIP
        yield from _faults(case, "patient", claim.patient.address, at, _SHORT_OR_WHOLE)


def _faults(
    case: Case,
    whose: str,
    address: Address,
    at: tuple[Place, Place],
    lengths: tuple[int, ...],
    *,
    required: bool = False,
) -> Iterator[Hit]:
    """What is wrong with the state and the ZIP code; what they are is not said, for they may be a patient's."""
    if address.country.upper() not in _HOME:
        return
    value = parameter("usps_states").on(case.as_of, case.as_of)
    if (address.state or required) and value and address.state not in _states(str(value.value)):
        yield Hit(f"The state of the {whose}'s address is not a two-letter code of the Postal Service.", place=at[0])
    code = address.postal_code
    if (code or required) and not (len(code) in lengths and code.isascii() and code.isdigit()):
        digits = " or ".join(str(n) for n in lengths)
        yield Hit(f"The ZIP code of the {whose}'s address is not {digits} digits.", place=at[1])


@lru_cache(maxsize=8)
def _states(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _is_box(street: str) -> bool:
    """True for a post office box, however it is written.

    >>> _is_box("P.O. Box 12"), _is_box("12 Box Elder Road")
    (True, False)
    """
    bare = street.upper().replace(".", "").replace(" ", "")
    return bare.startswith(("POBOX", "POSTOFFICEBOX"))
