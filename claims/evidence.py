"""The closed list of what a claim may say of the clinical record, item by item.

A rule asks for an item by its name, so an unknown name is refused at the door instead of being silently useless. Items
may be added; a name is never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from claims.claim import Evidence

NOT_RECORDED = "not recorded"  # a value any item may have: somebody looked, and the record does not tell


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
        "provocative_tests": _number("How many provocative tests of the sacroiliac joint were positive.", "tests"),
        # What was tried before
        "conservative_care": Item("Which conservative treatment was tried."),
        "conservative_care_duration": _number("How long it was tried.", "weeks"),
        "conservative_care_outcome": _choice("How it ended.", "failed", "partial", "contraindicated", "succeeded"),
        "prior_response_percent": _number("Relief after the previous procedure of this kind.", "percent"),
        "prior_response_duration": _number("How long that relief lasted.", "weeks"),
        "diagnostic_blocks": _number("How many diagnostic blocks reached the required relief.", "blocks"),
        "improving": _yes_no("The treatment of this course has helped so far, as the record measures it."),
        "medication_history": Item("Which medicines were tried and what they did."),
        "opioid_plan": _yes_no("A plan for opioid treatment is in the record."),
        # Imaging
        "imaging": Item("Which imaging was done (MRI, CT, X-ray)."),
        "imaging_date": _day("The day of the imaging."),
        "imaging_concordant": _yes_no("The imaging agrees with the level treated."),
        # The procedure
        "levels": Item("The levels treated, such as L4-L5."),
        "level_count": _number("How many levels were treated.", "levels"),
        "joint_count": _number("How many facet joints were treated on a side.", "joints"),
        "nerve_count": _number("How many nerves were treated on a side.", "nerves"),
        "side": _choice("The side treated.", "left", "right", "bilateral", "midline"),
        "approach": _choice(
            "The way in.", "transforaminal", "interlaminar", "caudal", "intra_articular", "medial_branch"
        ),
        "guidance": _choice("The imaging guidance used.", "fluoroscopy", "ct", "ultrasound", "none"),
        "images_saved": _yes_no("Images of the guidance were saved."),
        "contrast": _yes_no("Contrast was used to confirm the needle's place."),
        "contrast_contraindicated": _yes_no("The record says why contrast or X-rays were avoided."),
        "drug": Item("The drug given."),
        "dose": _number("The dose given.", "mg"),
        "dose_discarded": _number("What of the opened vials was thrown away.", "mg"),
        "vial": _choice("The container the drug came in.", "single_dose", "multi_dose"),
        "sedation_reason": Item("Why sedation was needed for this patient."),
        "complications": Item("Complications, or that there were none."),
        "intent": _choice("What the procedure was for.", "diagnostic", "therapeutic", "trial", "permanent"),
        "muscles": Item("The muscles injected."),
        "muscle_count": _number("How many muscles were injected.", "muscles"),
        "trigger_points_found": _yes_no("The examination names trigger points (taut band, twitch, referred pain)."),
        "separate_site": _yes_no("The service was at another site, level or side than the others of the day."),
        # Implants
        "psychological_evaluation": _yes_no("A psychological evaluation before the implant is on file."),
        "trial_result": _number("Relief during the trial.", "percent"),
        "trial_date": _day("The day the trial ended."),
        "fracture_age": _number("How long ago the vertebra broke.", "weeks"),
        # Orders and tests
        "risk_level": _choice("The patient's risk of misuse, as assessed.", "low", "moderate", "high"),
        "order_reason": Item("Why the test was ordered for this patient."),
        "result_used": _yes_no("What the result changed in the treatment is in the record."),
        "drug_classes": _number("How many classes of drugs the definitive test was ordered for.", "classes"),
        "both_tests_reason": Item("Why a presumptive and a definitive test of one specimen were both needed."),
        "clia_certificate": _choice(
            "The kind of CLIA certificate of the laboratory that did the test.",
            "waiver",
            "microscopy",
            "registration",
            "compliance",
            "accreditation",
        ),
        "necessity_statement": _yes_no("The note says why the service was necessary."),
        "follow_up_plan": _yes_no("The note says what comes next."),
        # The visit
        "separate_visit": _yes_no("The note shows a problem, examination and plan of its own beside the procedure."),
        "procedure_planned": _yes_no("The procedure was decided at an earlier visit."),
        "decision_making": _choice(
            "The level of medical decision making the note bears out.", "straightforward", "low", "moderate", "high"
        ),
        "visit_minutes": _number("The clinician's time on the day of the visit.", "minutes"),
        "care_plan": _yes_no("A person-centred plan of care for the pain is in the record."),
        "repeated_text": _number("How much of the note stands word for word in an earlier one.", "percent"),
        # Who, and on whose word
        "supervision": _choice("The supervision given.", "general", "direct", "direct_virtual", "personal"),
        "incident_to": _yes_no("The service was somebody else's, and is billed under the physician who supervised it."),
        "plan_by_physician": _yes_no("The physician set the plan of care the service belongs to."),
        "new_problem": _yes_no("The visit dealt with a new problem."),
        "substantive_part": _choice("Who did the substantive part of a shared visit.", "physician", "other"),
        "signature": _yes_no("The note is signed with credentials."),
        "signature_date": _day("The day the note was signed."),
        "credentials": _yes_no("The signature carries the clinician's credentials."),
        # Papers
        "abn": _yes_no("A signed advance beneficiary notice is on file."),
        "network_status": _choice("The provider's standing with the payer.", "in_network", "out_of_network"),
        "out_of_network_consent": _yes_no("The patient's notice and consent for out-of-network care is on file."),
        "cost_estimate": _yes_no("The patient was given an estimate of the cost."),
        "payment_plan": _yes_no("A payment plan was offered to the patient."),
        "gap_exception": _yes_no("The payer granted an exception to treat the provider as in its network."),
        "injury_documented": _yes_no("The record tells of the injury the pain comes from."),
        "invoice": _yes_no("The price basis of an unlisted service is on file."),
    }
)

_WEEKS = {"day": Decimal(1) / 7, "week": Decimal(1), "month": Decimal("365.25") / 12 / 7, "year": Decimal("365.25") / 7}
_MG = {"mg": Decimal(1), "g": Decimal(1000), "mcg": Decimal("0.001"), "ug": Decimal("0.001")}


def in_own_unit(fact: Evidence) -> Decimal | None:
    """The number of a fact in the unit its item is kept in; None for no number or a unit that does not convert.

    >>> in_own_unit(Evidence("pain_duration", "14", unit="days"))
    Decimal('2.00')
    """
    wanted = ITEMS[fact.item].unit
    try:
        amount = Decimal(fact.value)
    except InvalidOperation:
        return None
    given = fact.unit.strip().lower()
    if not given or given == wanted or (wanted == "percent" and given == "%"):
        return amount
    if wanted == "weeks" and given.rstrip("s") in _WEEKS:
        return round(amount * _WEEKS[given.rstrip("s")], 2)
    return amount * _MG[given] if wanted == "mg" and given in _MG else None
