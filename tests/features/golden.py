"""The rows of a few fixed claims, kept in `golden.json` so that changed arithmetic shows as a diff.

A change here means that models fitted before were fitted on other numbers: retrain, say so in the changelog, and write
the file anew with `python -m tests.features.golden`.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from claims.claim import Claim
from claims.reasons import Reason
from features import fingerprint, rows
from past.patient import PatientPast, patient_past, services_of
from past.payer import PayerPast
from scrubber.registry import Severity
from scrubber.report import Report
from tests.features.builders import (
    MONDAY,
    SERVICE,
    a_claim,
    a_decision,
    a_finding,
    a_gap,
    a_line,
    learned,
    small_tables,
)

GOLDEN = Path(__file__).with_name("golden.json")

Case = tuple[Claim, Report, PatientPast, PayerPast]


def cases() -> dict[str, Case]:
    """Claims from the bare to the entangled, each with what was known of patient and payer."""
    session = a_claim(
        a_line("64493", 1, modifiers=("RT",), units=Decimal(1)),
        a_line("64494", 2, modifiers=("RT",)),
        a_line("99213", 3, charge=Decimal("145.50"), diagnosis_pointers=(1, 2)),
        a_line("77003", 4, modifiers=("26",)),
        a_line("J1030", 5, units=Decimal(40), diagnosis_pointers=(2,)),
        authorization_number="A1",
    )
    found = Report(
        (a_finding(Reason.MODIFIER, line=3), a_finding(Reason.FREQUENCY, Severity.WARN, None)),
        (a_gap(Reason.DOCUMENTATION, None), a_gap(Reason.CODING, 2)),
    )
    return {
        "nothing known": (a_claim(), Report(), PatientPast(), PayerPast()),
        "a session of a known patient at a known payer": (session, found, _patient(), _payer()),
        "an unseen payer": (a_claim(a_line("62323"), payer="NEW"), Report(), PatientPast(), _payer()),
        "a replacement": (a_claim(frequency="7", id="EARLIER-0"), Report(), _patient(), _payer()),
        "a line that says little": (
            a_claim(a_line("99999", day=None, diagnosis_pointers=())), Report(), _patient(), _payer(),
        ),
    }  # fmt: skip


def _patient() -> PatientPast:
    services = []
    for n, (days, code, denied) in enumerate(
        [(0, "64493", None), (40, "64493", True), (40, "99213", False), (120, "62323", False), (400, "64490", True)]
    ):
        claim = a_claim(a_line(code, day=SERVICE - timedelta(days)), id=f"EARLIER-{n}")
        sent_on = SERVICE - timedelta(days) + timedelta(2)
        for s in services_of(claim, known_on=sent_on, submission=f"e{n}", content=f"e{n}", batch=f"b{n}"):
            services.append(_decided(s, sent_on + timedelta(20), denied))
    since = SERVICE - timedelta(300)
    return patient_past(services, as_of=MONDAY, submission="", content="", batch="", known_since=since)


def _decided(service, day, denied):
    return service if denied is None else replace(service, decided_on=day, denied=denied)


def _payer() -> PayerPast:
    """Two payers' year: every third decision a denial, each for another Reason."""
    causes = list(Reason)[:14]
    decisions = [
        a_decision(
            MONDAY - timedelta(3 + 4 * n), ("64493", "99213", "77003", "62323")[n % 4], ("ALPHA", "BETA")[n % 5 == 0],
            causes[n // 3 % 14] if n % 3 == 0 else None, charge_cents=30000 + 100 * n,
        )
        for n in range(100)
    ]  # fmt: skip
    return learned(*decisions)


def computed() -> dict[str, object]:
    """What the features say today; None for NaN."""
    told: dict[str, object] = {}
    for name, (claim, report, patient, payer) in cases().items():
        found = rows(claim, report, patient, payer, tables=small_tables(), as_of=MONDAY)
        told[name] = [
            {c: None if isinstance(v, float) and math.isnan(v) else v for c, v in row.items()} for row in found
        ]
    return {"fingerprint": fingerprint(), "rows": told}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(computed(), indent=1) + "\n")
