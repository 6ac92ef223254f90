"""POS-005: a surgery centre out of the plan's network, and the patient was not prepared for it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_WANTED = {
    "out_of_network_consent": "the patient's notice and consent",
    "cost_estimate": "an estimate of the cost",
}


@rule(
    "POS-005",
    severity=Severity.WARN,
    reason=Reason.ELIGIBILITY,
    carcs=("242",),
    citation=Citation(
        "45 CFR 149.410 to 149.420 and 149.610 (No Surprises Act): notice, consent and good-faith estimate",
        "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-B/part-149",
    ),
    place=places.FACILITY_NPI,
    remedy="Look for the papers signed before the service; what was not given then cannot be made up for, and "
    "limits what the patient may be asked to pay.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the papers were given before the service",
    payer_types=frozenset({PayerType.COMMERCIAL}),
    effective="2022-01-01",
    confidence="medium",
    supersedes=("ELG-007",),
)
def out_of_network_centre_unprepared(case: Case) -> Iterator[Answer]:
    """The service was in a surgery centre out of the plan's network, without consent, estimate or a look at benefits.

    Plans pay such a centre little or nothing, and the patient has a right to know before. Bound to claims of commercial
    plans with place 24 whose record says that the centre is out of network; where the record does not say, it cannot
    look.
    """
    claim = case.claim
    for line in claim.lines:
        if claim.place_of(line) and service_places.place_row(case, line).kind == "asc":
            break
    else:
        return
    told = case.told("network_status")
    if told is None:
        yield Gap(
            ("evidence network_status",), "whether the centre is in the plan's network is not recorded", of_claim=True
        )
        return
    if told != "out_of_network":
        return
    answers = {item: case.told(item) for item in _WANTED}
    refused = [words for item, words in _WANTED.items() if answers[item] == "no"]
    if refused:
        yield Hit(f"The surgery centre is out of the plan's network, and the record lacks {' and '.join(refused)}.")
    unknown = [f"evidence {item}" for item in _WANTED if answers[item] is None]
    unknown += [] if claim.eligibility else ["eligibility answer"]
    if unknown:
        yield Gap(tuple(unknown), "an out-of-network surgery centre needs these on file", of_claim=True)
