"""AUT-008: an authorization still open, and the record lacks what payers ask for."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import approvals, places
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "AUT-008",
    severity=Severity.INFO,
    reason=Reason.AUTHORIZATION,
    carcs=("197", "50"),
    citation=Citation(
        "Novitas, LCD L36920 and its like: what the record of an epidural injection shows; plans ask for the same",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=36920",
    ),
    place=places.AUTHORIZATION,
    remedy="Send the payer what the chart says of these with the request; where it says nothing, ask the clinician.",
    remedy_kind=RemedyKind.DOCUMENT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    confidence="medium",
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
        "scs",
        "vertebral_augmentation",
    ),
    settled=True,
)
def request_without_its_reasons(case: Case, line: Line) -> Iterator[Answer]:
    """An authorization is still open, and the record lacks what payers ask for to decide it.

    Payers decide on the history of conservative care, the imaging and the pain scores. A request without them comes
    back, or is denied, and the claim waits with it. Once the payer has decided, this has nothing more to say.
    """
    if not case.claim.authorizations:
        return
    day = case.day(line)
    known = approvals.recorded(case, line, day)
    if "pending" not in known or "approved" in known or "not_required" in known:
        return
    value = parameter("authorization_packet").on(day, case.as_of)
    if value is None:
        return
    missing = [item for item in value.words if case.told(item, line) is None]
    if missing and len(missing) == len(value.words):
        yield Gap(tuple(f"evidence {item}" for item in missing), "nothing of what payers ask for is recorded here")
    elif missing:
        names = ", ".join(item.replace("_", " ") for item in missing)
        yield Hit(f"The authorization of {line.code} is still open, and the record does not tell of {names}.")
