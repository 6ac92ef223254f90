"""What is the line billed for?"""

from __future__ import annotations

from claims.reasons import Reason
from features.line_tables import unspecified_share
from features.registry import Direction, Look, feature


@feature(reason=Reason.MEDICAL_NECESSITY, categorical=True)
def primary_diagnosis_category(look: Look) -> str | None:
    """First three characters of the first diagnosis the line points to."""
    pointed = look.claim.diagnoses_of(look.line)
    return pointed[0].dotted[:3] if pointed else None


@feature(reason=Reason.MEDICAL_NECESSITY, unit="diagnoses")
def diagnosis_pointers(look: Look) -> float | None:
    """Diagnoses the line points to."""
    return len(look.claim.diagnoses_of(look.line))


@feature(reason=Reason.CLAIM_CONTENT, unit="diagnoses")
def claim_diagnoses(look: Look) -> float | None:
    """Diagnoses on the claim."""
    return len(look.claim.diagnoses)


@feature(reason=Reason.MEDICAL_NECESSITY, unit="share", risk=Direction.RAISES)
def unspecified_diagnoses(look: Look) -> float | None:
    """Share of the line's diagnoses that ICD-10-CM calls unspecified; unknown when the table holds none of them."""
    return unspecified_share(look)
