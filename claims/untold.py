"""Which facts a claim may lack that came from an export and not as an 837: for them, empty means unknown.

A claim built from a billing system's export names in `Origin.untold` what its columns do not tell. The scrubber does
not look at such a claim (every rule it would ask is `Unchecked`), and features that rest on an untold fact are unknown.
"""

from __future__ import annotations

ACCIDENT = "accident"
AUTHORIZATION = "authorization"
DIAGNOSES = "diagnoses"
DRUG_CODE = "drug_code"
MODIFIERS = "modifiers"
PATIENT = "patient"
PLACE = "place"
REFERRAL = "referral"
TURN = "turn"  # of the payer: primary, secondary, tertiary

FACTS = (ACCIDENT, AUTHORIZATION, DIAGNOSES, DRUG_CODE, MODIFIERS, PATIENT, PLACE, REFERRAL, TURN)
