"""STR-007: a member number that cannot be the payer's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import payer_profile, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "STR-007",
    severity=Severity.REJECT,
    reason=Reason.PATIENT_INFO,
    carcs=("31", "16"),
    citation=Citation(
        "CMS, Medicare Beneficiary Identifiers: format of the MBI (other payers: the payer's own form of number)",
        "https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi-with-format.pdf",
    ),
    place=places.MEMBER_ID,
    remedy="Read the number from the card again, without dashes and spaces, or ask the payer with a 270.",
    remedy_kind=RemedyKind.CORRECT,
    effective="2020-01-01",
)
def member_id_format(case: Case) -> Iterator[Answer]:
    """The member number does not have the form this payer gives its members.

    Medicare and Railroad Medicare know a patient by the MBI: eleven characters, some digits, some letters, none of S,
    L, O, I, B and Z; since 2020 nothing else. A Medicare Advantage plan has numbers of its own. Which form a payer
    uses stands in the payer table; where it gives none, any number is taken.
    """
    number = case.claim.subscriber.member_id
    if not number:
        return  # STR-001 speaks of it
    row = payer_profile.profile(case)
    if row is None:
        if case.payer_type is PayerType.MEDICARE:
            yield Gap(("payers table",), "the payer table does not hold this Medicare payer", of_claim=True)
        return
    if row.member_id_pattern and not re.fullmatch(row.member_id_pattern, number.upper()):
        text = f"The member number, {len(number)} characters long, does not have the form of {row.name}."
        yield Hit(text, severity=Severity.REJECT if row.verified else Severity.WARN)
