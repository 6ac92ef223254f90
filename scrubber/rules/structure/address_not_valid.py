"""STR-012: an address the transaction does not take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from claims.claim import Address, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.places import Place
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_HOME = frozenset({"", "US", "USA"})


class _Whose(NamedTuple):
    """Whose address it is, where it stands, and how many digits its ZIP code may have."""

    name: str
    state: Place
    zip: Place
    digits: tuple[int, ...]


_BILLING = _Whose("billing provider", places.BILLING_STATE, places.BILLING_ZIP, (9,))
_FACILITY = _Whose("facility", places.FACILITY_STATE, places.FACILITY_ZIP, (9,))
_SUBSCRIBER = _Whose("subscriber", places.SUBSCRIBER_STATE, places.SUBSCRIBER_ZIP, (5, 9))
_PATIENT = _Whose("patient", places.PATIENT_STATE, places.PATIENT_ZIP, (5, 9))


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
    value = parameter("usps_states").on(case.as_of, case.as_of)
    states = _states(str(value.value)) if value else frozenset()
    billing = claim.billing.address
    if billing is None or not (billing.street or billing.city or billing.postal_code):
        yield Gap(("billing address",), "the claim does not tell the billing provider's address", of_claim=True)
    else:
        if not billing.street:
            yield Hit("The billing address has no street.")
        elif _is_box(billing.street):
            yield Hit(f"The billing address is a post office box ({billing.street}).")
        yield from _faults(billing, _BILLING, states, required=True)
    if claim.facility and claim.facility.address:
        yield from _faults(claim.facility.address, _FACILITY, states)
    home, patients = claim.subscriber.person.address, claim.patient.address
    if home:
        yield from _faults(home, _SUBSCRIBER, states)
    if patients and patients is not home:
        found = _faults(patients, _PATIENT, states)
        if found and patients != home:
            yield from found


def _faults(address: Address, of: _Whose, states: frozenset[str], *, required: bool = False) -> Sequence[Hit]:
    """What is wrong with the state and the ZIP code; what they are is not said, for they may be a patient's."""
    state, code = address.state, address.postal_code
    state_is_right = state in states or not (state or required) or state.upper() in states
    code_is_right = code.isdigit() and code.isascii() and len(code) in of.digits if code else not required
    if (state_is_right and code_is_right) or address.country.upper() not in _HOME:
        return ()
    found = []
    if not state_is_right:
        text = f"The state of the {of.name}'s address is not a two-letter code of the Postal Service."
        found.append(Hit(text, place=of.state))
    if not code_is_right:
        digits = " or ".join(str(n) for n in of.digits)
        found.append(Hit(f"The ZIP code of the {of.name}'s address is not {digits} digits.", place=of.zip))
    return found


@lru_cache(maxsize=8)
def _states(words: str) -> frozenset[str]:
    return frozenset(words.split())


@lru_cache(maxsize=4096)
def _is_box(street: str) -> bool:
    """True for a post office box, however it is written.

    >>> _is_box("P.O. Box 12"), _is_box("12 Box Elder Road")
    (True, False)
    """
    bare = street.upper().replace(".", "").replace(" ", "")
    return bare.startswith(("POBOX", "POSTOFFICEBOX"))
