"""Where a finding points: the X12 element a biller's system fills, and its CMS-1500 box.

`key` finds the segment's ordinal in `Claim.segments` or `Line.segments`.
CMS-1500 boxes: NUCC 1500 Claim Form Reference Instruction Manual, version 02/12.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An element of the 837P (loop, segment, element) and the box of the paper form that carries the same."""

    loop: str
    segment: str
    element: str
    cms1500_box: str
    key: str


CLAIM = Place("2300", "CLM", "CLM01", "26", "CLM")
CLAIM_TOTAL = Place("2300", "CLM", "CLM02", "28", "CLM")
FREQUENCY = Place("2300", "CLM", "CLM05-3", "22", "CLM")
PLACE_OF_SERVICE = Place("2300", "CLM", "CLM05-1", "24B", "CLM")
DIAGNOSES = Place("2300", "HI", "HI01-2", "21", "HI")
AUTHORIZATION = Place("2300", "REF", "REF02", "23", "REF*G1")
BILLING_NPI = Place("2010AA", "NM1", "NM109", "33a", "NM1*85")
RENDERING_NPI = Place("2310B", "NM1", "NM109", "24J", "NM1*82")
REFERRING_NPI = Place("2310A", "NM1", "NM109", "17b", "NM1*DN")
SUPERVISING_NPI = Place("2310D", "NM1", "NM109", "17b", "NM1*DQ")
FACILITY_NPI = Place("2310C", "NM1", "NM109", "32a", "NM1*77")
LINE_RENDERING_NPI = Place("2420A", "NM1", "NM109", "24J", "NM1*82")
LINE_ORDERING_NPI = Place("2420E", "NM1", "NM109", "17b", "NM1*DK")
PROCEDURE = Place("2400", "SV1", "SV101-2", "24D", "SV1")
MODIFIERS = Place("2400", "SV1", "SV101-3", "24D", "SV1")
CHARGE = Place("2400", "SV1", "SV102", "24F", "SV1")
UNITS = Place("2400", "SV1", "SV104", "24G", "SV1")
SERVICE_DATE = Place("2400", "DTP", "DTP03", "24A", "DTP*472")
