"""Where a service took place, as the table of places describes it."""

from __future__ import annotations

from claims.claim import Line
from scrubber.registry import Case, NotSaid
from scrubber.tables.rows import PlaceRow

# Places away from the practice: the claim has to say which hospital, centre or home it was.
ELSEWHERE = frozenset({"hospital_outpatient", "inpatient", "emergency", "asc", "nursing"})


def place_row(case: Case, line: Line) -> PlaceRow:
    """The line's place of service. Raises NotSaid where the claim names none or the table does not hold it."""
    place = case.claim.place_of(line)
    if not place:
        raise NotSaid("place of service", f"line {line.number} has no place of service")
    row = case.tables.places.on(line.service_from or case.day(line), case.as_of).rows.get(place)
    if row is None:
        raise NotSaid("places table", f"the table of places does not hold {place}")
    return row


# Families of services that take hands, a needle or an implant: nobody is treated so over a distance.
HANDS_ON = (
    "acupuncture",
    "basivertebral",
    "chemodenervation",
    "disc_procedure",
    "discography",
    "dry_needling",
    "epidural_lysis",
    "epidural_other",
    "esi_catheter",
    "esi_interlaminar",
    "esi_transforaminal",
    "facet_injection",
    "facet_injection_us",
    "facet_rfa",
    "genicular",
    "genicular_rfa",
    "joint_injection",
    "mild",
    "myelogram",
    "nerve_block",
    "neurolysis_peripheral",
    "neurolysis_spinal",
    "pns",
    "pump",
    "scs",
    "si_fusion",
    "si_joint",
    "si_joint_rfa",
    "spinal_puncture",
    "sympathetic_block",
    "tendon_ligament",
    "trigger_point",
    "vertebral_augmentation",
)
