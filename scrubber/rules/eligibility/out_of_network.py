"""ELG-007: the clinician or facility is out of the plan's network, and nothing makes up for it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import enrolments, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "ELG-007",
    severity=Severity.WARN,
    reason=Reason.ENROLMENT,
    carcs=("242",),
    citation=Citation(
        "45 CFR 149.410 to 149.420, care by out-of-network clinicians at facilities of the network",
        "https://www.ecfr.gov/current/title-45/section-149.420",
    ),
    place=places.RENDERING_NPI,
    remedy="Ask the plan for an exception (no clinician of its network near enough), or find the patient's notice and "
    "consent. Without either, what the patient may be asked to pay is limited by law.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the plan granted the exception, or the patient consented before the service",
    payer_types=frozenset({PayerType.COMMERCIAL, PayerType.MEDICARE_ADVANTAGE}),
    effective="2022-01-01",
    confidence="medium",
    settled=True,
)
def out_of_network(case: Case) -> Iterator[Answer]:
    """The clinician or facility is out of the plan's network, with neither an exception nor the patient's consent.

    Plans pay such care less or not at all, and since 2022 the No Surprises Act limits what the patient may be asked for
    instead. The standing comes from the record, else from the practice's enrolment file; where neither tells it, the
    rule cannot look.
    """
    if case.told("gap_exception") == "yes" or case.told("out_of_network_consent") == "yes":
        return
    told = case.told("network_status")
    if told == "in_network":
        return
    if told:
        yield Hit(
            "The record says that the practice is out of this plan's network; no exception or consent is recorded."
        )
        return
    if not enrolments.kept(case):
        yield Gap(("evidence network_status",), "nothing tells whether the practice is in this plan's network")
        return
    claim, day = case.claim, case.first_service or case.as_of
    npis = {claim.rendering_of(line).npi for line in claim.lines}
    npis |= {claim.facility.npi} if claim.facility else set()
    for npi in sorted(npis):
        networks = {row.network for row in enrolments.of_payer(case, npi) if enrolments.holds(row, day)}
        if networks == {"out"}:
            yield Hit(f"NPI {npi} is out of this plan's network on {day}; no exception or consent is recorded.")
        elif "in" not in networks and not (claim.facility and npi == claim.facility.npi):
            yield enrolments.left_out(npi)
