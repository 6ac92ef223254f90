"""Examples of the OpenAPI document, ready to paste; a test posts each. The people in them are made up."""

from __future__ import annotations

CLAIM: dict[str, object] = {
    "claim": {
        "id": "EXAMPLE-001",
        "frequency": "1",
        "kind": "professional",
        "place_of_service": "11",
        "submitted_on": "2026-03-09",
        "billing": {
            "npi": "1999999984",
            "name": "EXAMPLE PAIN CLINIC",
            "tax_id": "000000001",
            "tax_id_kind": "EI",
            "taxonomy": "208VP0014X",
            "address": {"street": "1 EXAMPLE WAY", "city": "COLUMBUS", "state": "OH", "postal_code": "432150001"},
        },
        "rendering": {"npi": "1888888876", "name": "ZZTEST", "first_name": "CLINICIAN", "is_person": True},
        "subscriber": {"member_id": "ZZTEST00001", "relationship": "18"},
        "patient": {"last_name": "PATIENT-001", "first_name": "ZZTEST", "birth_date": "1950-01-01", "sex": "F"},
        "payer": {"id": "ZZMEDICARE", "name": "EXAMPLE MEDICARE", "filing_indicator": "MB", "sequence": "P"},
        "diagnoses": [{"code": "M54.16"}, {"code": "M51.16"}],
        "charge": "1150.00",
        "lines": [
            {
                "number": 1,
                "code": "99214",
                "units": "1",
                "charge": "250.00",
                "from": "2026-03-02",
                "diagnosis_pointers": [1],
            },
            {
                "number": 2,
                "code": "64483",
                "modifiers": ["RT"],
                "units": "1",
                "charge": "600.00",
                "from": "2026-03-02",
                "diagnosis_pointers": [1, 2],
            },
            {
                "number": 3,
                "code": "64484",
                "modifiers": ["RT"],
                "units": "1",
                "charge": "300.00",
                "from": "2026-03-02",
                "diagnosis_pointers": [1, 2],
            },
        ],
    },
    "prior_services": {"complete_since": "2024-01-01", "items": []},
}

CLAIM_EXAMPLES: dict[str, object] = {
    "one_claim": {"summary": "A visit and a transforaminal injection at two levels", "value": CLAIM},
    "a_list": {"summary": "The same, as a list", "value": [CLAIM]},
}

X12_EXAMPLE = """\
ISA*00*          *00*          *ZZ*EXAMPLECLINIC  *ZZ*EXAMPLEPAYER   *260309*0800*^*00501*000000001*0*T*:~
GS*HC*EXAMPLECLINIC*EXAMPLEPAYER*20260309*0800*1*X*005010X222A1~
ST*837*0001*005010X222A1~
BHT*0019*00*0001*20260309*0800*CH~
NM1*41*2*EXAMPLE PAIN CLINIC*****46*EXAMPLECLINIC~
PER*IC*BILLING*TE*5555550100~
NM1*40*2*EXAMPLE PAYER*****46*EXAMPLEPAYER~
HL*1**20*1~
PRV*BI*PXC*208VP0014X~
NM1*85*2*EXAMPLE PAIN CLINIC*****XX*1999999984~
N3*1 EXAMPLE WAY~
N4*COLUMBUS*OH*432150001~
REF*EI*000000001~
HL*2*1*22*0~
SBR*P*18*******MB~
NM1*IL*1*PATIENT-001*ZZTEST****MI*ZZTEST00001~
N3*2 EXAMPLE WAY~
N4*COLUMBUS*OH*43215~
DMG*D8*19500101*F~
NM1*PR*2*EXAMPLE MEDICARE*****PI*ZZMEDICARE~
CLM*EXAMPLE-001*1150***11:B:1*Y*A*Y*Y~
HI*ABK:M5416*ABF:M5116~
NM1*82*1*ZZTEST*CLINICIAN****XX*1888888876~
LX*1~
SV1*HC:99214*250*UN*1***1~
DTP*472*D8*20260302~
LX*2~
SV1*HC:64483:RT*600*UN*1***1:2~
DTP*472*D8*20260302~
LX*3~
SV1*HC:64484:RT*300*UN*1***1:2~
DTP*472*D8*20260302~
SE*31*0001~
GE*1*1~
IEA*1*000000001~
"""
