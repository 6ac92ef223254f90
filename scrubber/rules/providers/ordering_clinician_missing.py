"""PRV-006: a test or consultation that somebody asked for, and the claim does not say who."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType, Provider
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_CONSULTATIONS = ("99242", "99243", "99244", "99245")


@rule(
    "PRV-006",
    severity=Severity.DENY,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16", "183", "184"),
    rarcs=("N264", "N265"),
    citation=Citation(
        "42 CFR 410.32(a) and 424.507, who orders a test and who is named on the claim; X12 005010X222A1, 2420E",
        "https://www.ecfr.gov/current/title-42/section-424.507",
    ),
    place=places.LINE_ORDERING_NPI,
    remedy="Put the name and NPI of the clinician who ordered the service on the claim, from the order itself.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the order names that clinician",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    families=("udt_presumptive", "udt_definitive", "udt_validity", "imaging_diagnostic", "electrodiagnostic"),
    codes=_CONSULTATIONS,
)
def ordering_clinician_missing(case: Case, line: Line) -> Iterator[Answer]:
    """A test or consultation names nobody who asked for it, or names the practice instead of a person.

    Who orders is a person whom Medicare knows. A clinician who does the test they ordered themselves is not named a
    second time (X12), so a line with a rendering clinician is left alone; one that only a group or laboratory bills has
    to name somebody. A consultation is one by being asked for.
    """
    claim = case.claim
    asked_by = line.ordering or line.referring or claim.referring
    if asked_by is None or not asked_by.npi:
        if line.code in _CONSULTATIONS:
            yield Hit(
                f"{line.code} is a consultation, and the claim names nobody who asked for it.",
                severity=Severity.WARN,
                place=places.REFERRING_NPI,
                remedy="Put the name and NPI of the clinician who asked for the consultation on the claim, from the "
                "request itself. Without a request the visit was none, and the clinician chooses the visit code.",
            )
        elif case.payer_type is PayerType.MEDICARE and line.rendering is None and claim.rendering is None:
            yield Hit(f"{line.code} is a test that a group bills, and the claim names nobody who ordered it.")
    elif case.payer_type is PayerType.MEDICARE and _is_the_group(claim.billing, asked_by):
        yield Hit(
            f"{line.code} names NPI {asked_by.npi} as who ordered it, which is the group that bills: a person orders.",
            carcs=("183", "184"),
        )


def _is_the_group(billing: Provider, asked_by: Provider) -> bool:
    return asked_by.npi == billing.npi and not billing.is_person
