"""The closed list of what a claim may say of the clinical record, item by item.

A rule asks for an item by its name, so an unknown name is refused at the door instead of being silently useless. Items
may be added; a name is never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ValueKind(StrEnum):
    """What the value of an item is."""

    NUMBER = "number"  # digits, with the unit beside it
    TEXT = "text"
    YES_NO = "yes_no"
    DAY = "day"  # YYYY-MM-DD
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the record may say: what it means, how its value is given."""

    meaning: str
    kind: ValueKind = ValueKind.TEXT
    choices: tuple[str, ...] = ()
    unit: str = ""  # the unit a number is in when none is given


def _number(meaning: str, unit: str) -> Item:
    return Item(meaning, ValueKind.NUMBER, unit=unit)


def _yes_no(meaning: str) -> Item:
    return Item(meaning, ValueKind.YES_NO)


def _day(meaning: str) -> Item:
    return Item(meaning, ValueKind.DAY)


def _choice(meaning: str, *choices: str) -> Item:
    return Item(meaning, ValueKind.CHOICE, choices)


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        # The pain, before and after
        "pain_duration": _number("How long the pain has lasted.", "weeks"),
        "pain_score": _number("Pain score before the service, 0 to 10.", "points"),
        "pain_score_after": _number("Pain score after the service, on the same scale.", "points"),
        "functional_scale": Item("Which scale of function was used (ODI, NDI, PROMIS ...)."),
        "functional_score": _number("Score on that scale before the service.", "points"),
        "functional_score_after": _number("Score on that scale after the service.", "points"),
        "physical_findings": Item("What the examination found (facet loading, straight leg raise, dermatomes ...)."),
        # What was tried before
        "conservative_care": Item("Which conservative treatment was tried."),
        "conservative_care_duration": _number("How long it was tried.", "weeks"),
        "conservative_care_outcome": _choice("How it ended.", "failed", "partial", "contraindicated", "succeeded"),
        "prior_response_percent": _number("Relief after the previous procedure of this kind.", "percent"),
        "prior_response_duration": _number("How long that relief lasted.", "weeks"),
        "diagnostic_blocks": _number("How many diagnostic blocks reached the required relief.", "blocks"),
        "medication_history": Item("Which medicines were tried and what they did."),
        "opioid_plan": _yes_no("A plan for opioid treatment is in the record."),
        # Imaging
        "imaging": Item("Which imaging was done (MRI, CT, X-ray)."),
        "imaging_date": _day("The day of the imaging."),
        "imaging_concordant": _yes_no("The imaging agrees with the level treated."),
        # The procedure
        "levels": Item("The levels treated, such as L4-L5."),
        "side": _choice("The side treated.", "left", "right", "bilateral", "midline"),
        "approach": _choice(
            "The way in.", "transforaminal", "interlaminar", "caudal", "intra_articular", "medial_branch"
        ),
        "guidance": _choice("The imaging guidance used.", "fluoroscopy", "ct", "ultrasound", "none"),
        "images_saved": _yes_no("Images of the guidance were saved."),
        "contrast": _yes_no("Contrast was used to confirm the needle's place."),
        "drug": Item("The drug given."),
        "dose": _number("The dose given.", "mg"),
        "complications": Item("Complications, or that there were none."),
        "intent": _choice("What the procedure was for.", "diagnostic", "therapeutic", "trial", "permanent"),
        "muscles": Item("The muscles injected."),
        # Implants
        "psychological_evaluation": _yes_no("A psychological evaluation before the implant is on file."),
        "trial_result": _number("Relief during the trial.", "percent"),
        "trial_date": _day("The day the trial ended."),
        # Orders and tests
        "risk_level": _choice("The patient's risk of misuse, as assessed.", "low", "moderate", "high"),
        "order_reason": Item("Why the test was ordered for this patient."),
        "result_used": _yes_no("What the result changed in the treatment is in the record."),
        "necessity_statement": _yes_no("The note says why the service was necessary."),
        "follow_up_plan": _yes_no("The note says what comes next."),
        # Who, and on whose word
        "supervision": _choice("The supervision given.", "general", "direct", "direct_virtual", "personal"),
        "plan_by_physician": _yes_no("The physician set the plan of care the service belongs to."),
        "new_problem": _yes_no("The visit dealt with a new problem."),
        "signature": _yes_no("The note is signed with credentials."),
        "signature_date": _day("The day the note was signed."),
        # Papers
        "abn": _yes_no("A signed advance beneficiary notice is on file."),
        "network_status": _choice("The provider's standing with the payer.", "in_network", "out_of_network"),
        "out_of_network_consent": _yes_no("The patient's notice and consent for out-of-network care is on file."),
        "cost_estimate": _yes_no("The patient was given an estimate of the cost."),
    }
)
