"""Why payers deny, in the words a biller uses, and which CARC or RARC means which.

The table itself is `claims/denial_codes.csv` (each row with its source); a practice may replace it.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A root cause of denial: findings, features, labels and explanations all speak these words."""

    AUTHORIZATION = "authorization"
    ELIGIBILITY = "eligibility"
    MEDICAL_NECESSITY = "medical_necessity"
    DOCUMENTATION = "documentation"
    MODIFIER = "modifier"
    BUNDLING = "bundling"
    CODING = "coding"
    FREQUENCY = "frequency"
    TIMELY_FILING = "timely_filing"
    DUPLICATE = "duplicate"
    COORDINATION = "coordination"
    ENROLMENT = "enrolment"
    PATIENT_INFO = "patient_info"
    SUBMISSION_ERROR = "submission_error"
    PAYER_HABIT = "payer_habit"  # history that no cause explains: only features speak it
    CLAIM_CONTENT = "claim_content"  # what is billed, as such: only features speak it
    OTHER = "other"
