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
BILLING_TAX_ID = Place("2010AA", "REF", "REF02", "25", "REF*EI")
BILLING_STREET = Place("2010AA", "N3", "N301", "33", "N3*85")
BILLING_STATE = Place("2010AA", "N4", "N402", "33", "N4*85")
BILLING_ZIP = Place("2010AA", "N4", "N403", "33", "N4*85")
GROUP_NUMBER = Place("2000B", "SBR", "SBR03", "11", "SBR")
FILING_INDICATOR = Place("2000B", "SBR", "SBR09", "1", "SBR")
WHY_MEDICARE_IS_SECOND = Place("2000B", "SBR", "SBR05", "11", "SBR")
RELATIONSHIP = Place("2000B", "SBR", "SBR02", "6", "SBR")
PATIENT_RELATIONSHIP = Place("2000C", "PAT", "PAT01", "6", "PAT")
SUBSCRIBER_NAME = Place("2010BA", "NM1", "NM103", "4", "NM1*IL")
MEMBER_ID = Place("2010BA", "NM1", "NM109", "1a", "NM1*IL")
SUBSCRIBER_BIRTH_DATE = Place("2010BA", "DMG", "DMG02", "3", "DMG*IL")
SUBSCRIBER_SEX = Place("2010BA", "DMG", "DMG03", "3", "DMG*IL")
SUBSCRIBER_STATE = Place("2010BA", "N4", "N402", "7", "N4*IL")
SUBSCRIBER_ZIP = Place("2010BA", "N4", "N403", "7", "N4*IL")
PATIENT_NAME = Place("2010CA", "NM1", "NM103", "2", "NM1*QC")
PATIENT_BIRTH_DATE = Place("2010CA", "DMG", "DMG02", "3", "DMG*QC")
PATIENT_SEX = Place("2010CA", "DMG", "DMG03", "3", "DMG*QC")
PATIENT_STATE = Place("2010CA", "N4", "N402", "5", "N4*QC")
PATIENT_ZIP = Place("2010CA", "N4", "N403", "5", "N4*QC")
PAYER_ID = Place("2010BB", "NM1", "NM109", "carrier block", "NM1*PR")
ORIGINAL_REFERENCE = Place("2300", "REF", "REF02", "22", "REF*F8")
ACCIDENT_CAUSE = Place("2300", "CLM", "CLM11-1", "10", "CLM")
ACCIDENT_STATE = Place("2300", "CLM", "CLM11-4", "10b", "CLM")
ACCIDENT_DATE = Place("2300", "DTP", "DTP03", "15", "DTP*439")
ONSET_DATE = Place("2300", "DTP", "DTP03", "14", "DTP*431")
FACILITY_NAME = Place("2310C", "NM1", "NM103", "32", "NM1*77")
FACILITY_STATE = Place("2310C", "N4", "N402", "32", "N4*77")
FACILITY_ZIP = Place("2310C", "N4", "N403", "32", "N4*77")
OTHER_PAYER = Place("2320", "SBR", "SBR01", "9", "SBR*2320")
OTHER_PAYER_PAID = Place("2320", "AMT", "AMT02", "29", "AMT*D")
POINTERS = Place("2400", "SV1", "SV107", "24E", "SV1")
LINE_PLACE = Place("2400", "SV1", "SV105", "24B", "SV1")
DRUG = Place("2410", "LIN", "LIN03", "24D", "LIN")
CLIA = Place("2300", "REF", "REF02", "23", "REF*X4")
REFERRAL = Place("2300", "REF", "REF02", "23", "REF*9F")
RENDERING_TAXONOMY = Place("2310B", "PRV", "PRV03", "24J", "NM1*82")
