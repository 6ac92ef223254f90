"""What every rule costs on claims not met before, beside the nearest open package on the same claims.

`claim-validator` is no dependency of ours: it is installed into an environment of its own under `.bench/`, where a
network is at hand, and run there.
"""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from bench.clock import percentile
from bench.practice import FOLDER, opened
from claims.claim import Claim, Line
from features.replay import Submitted
from past.patient import PatientPast
from scrubber import RULES, prepare, scrub
from scrubber.tables import Tables, shipped_tables
from serving.serve import MADE_BEFORE_A_LOOK
from serving.start import MET_AT_START, SCRUBBED_AT_START

MONTHS, CLAIMS_PER_MONTH, SEED = 14, 2400, 31  # a large practice: about 2,500 of its claims have three lines
LINES = 3
MEDIAN_BAR, P99_BAR = 200, 400
VALIDATOR = "0.3.0"
INSTALL_SECONDS, RUN_SECONDS = 180, 300

_Case = tuple[Claim, PatientPast, date]


def run() -> None:
    """Print median and p99 of the claims of three lines as a service meets them, ours and claim-validator's."""
    met, coming = _claims()
    ours, again, asked = _times(shipped_tables(), met, coming)
    print(
        f"scrubbing: {len(coming):,} simulated claims, each met once, in the order they were sent, by a service that "
        f"prepared itself on the {len(met):,} before them; measured are the {len(ours):,} of {LINES} lines; "
        "one core; microseconds"
    )
    _print(f"all {len(RULES)} rules, at first sight", ours, f"(bars: {MEDIAN_BAR} and {P99_BAR})")
    _print("once more, as each remedy tried asks", again, f"(bars: {MEDIAN_BAR} and {P99_BAR})")
    warm_up = [_as_validator_json(claim) for claim, _, _ in met]
    _beside(warm_up, [_as_validator_json(claim) for claim in asked], ours)


def _claims() -> tuple[list[_Case], list[_Case]]:
    """The claims a service meets as it starts, and those that come: each with its patient's past and its day."""
    from simulator import simulate

    files = FOLDER / f"practice-{MONTHS}-{CLAIMS_PER_MONTH}-{SEED}"
    if not (files / "truth.parquet").exists():
        print("simulating a large practice ...", file=sys.stderr)
        simulate(MONTHS, CLAIMS_PER_MONTH, SEED, files, start=date(2025, 1, 1))
    practice = opened(files, FOLDER / f"home-{MONTHS}-{CLAIMS_PER_MONTH}-{SEED}")
    sent = [event for event in practice.events() if isinstance(event, Submitted)]
    first = len(sent) // 2
    print("looking up what was known of their patients ...", file=sys.stderr)
    cases = [
        (e.claim, practice.patient_past(e.claim, as_of=e.known_on), e.known_on) for e in sent[first - MET_AT_START :]
    ]
    return cases[:MET_AT_START], cases[MET_AT_START:]


def _times(
    tables: Tables, met: Sequence[_Case], coming: Sequence[_Case]
) -> tuple[list[float], list[float], list[Claim]]:
    """Microseconds of each claim of three lines, at first sight and once more, and those claims."""
    starts = coming[0][2]
    prepare([claim for claim, _, _ in met], tables, as_of=starts)  # this as `serving.start.meet` does it
    for claim, _, _ in met[-SCRUBBED_AT_START:]:
        scrub(claim, tables, PatientPast(), as_of=starts)
    gc.collect()
    gc.freeze()  # this and the threshold as the service sets them when it starts
    before = gc.get_threshold()
    gc.set_threshold(MADE_BEFORE_A_LOOK, *before[1:])
    first, again, asked = [], [], []
    for sent in [pickle.dumps(case) for case in coming]:
        claim, past, day = pickle.loads(sent)  # made anew, as a service makes what it is sent
        took = _scrubbed(claim, tables, past, day)
        if len(claim.lines) == LINES:
            first.append(took)
            again.append(_scrubbed(claim, tables, past, day))
            asked.append(claim)
    gc.set_threshold(*before)
    gc.unfreeze()
    return first, again, asked


def _scrubbed(claim: Claim, tables: Tables, past: PatientPast, day: date) -> float:
    start = time.perf_counter()
    scrub(claim, tables, past, as_of=day)
    return (time.perf_counter() - start) * 1e6


def _beside(warm_up: list[dict[str, Any]], claims: list[dict[str, Any]], ours: Sequence[float]) -> None:
    """claim-validator on the same claims, and how much longer it takes; a sentence where it cannot be had."""
    python = _validator()
    if python is None:
        print(f"  claim-validator {VALIDATOR} could not be installed (is there a network?): not compared")
        return
    asked = json.dumps({"warm_up": warm_up, "claims": claims})
    script = str(Path(__file__).with_name("validator_times.py"))
    answer = subprocess.run(
        [str(python), script], input=asked, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    if answer.returncode:
        print(f"  claim-validator {VALIDATOR} failed: {answer.stderr.strip().splitlines()[-1:]}")
        return
    said = json.loads(answer.stdout)
    taken = f"({said['taken']:,} claims; its model refuses {len(claims) - said['taken']:,})"
    _print(f"claim-validator {VALIDATOR}, validate", said["validate"], taken)
    _print(f"claim-validator {VALIDATOR}, pipeline kept", said["kept"], "(claims already read)")
    for name, theirs in (("validate", said["validate"]), ("its pipeline kept", said["kept"])):
        print(
            f"  {name}: {median(theirs) / median(ours):.2f} times our median, for 11 validators and no tables of edits"
        )


def _validator() -> Path | None:
    """The Python of an environment that holds claim-validator; None where it cannot be made."""
    home = FOLDER / f"claim-validator-{VALIDATOR}"
    python = home / "bin" / "python"
    ready = [str(python), "-c", "import claim_validator"]
    if python.exists() and subprocess.run(ready, capture_output=True, check=False).returncode == 0:
        return python
    print(f"installing claim-validator {VALIDATOR} into {home} ...", file=sys.stderr)
    venv.create(home, with_pip=True)
    # httpx: it imports it without naming it among what it needs
    wanted = [str(python), "-m", "pip", "install", "-q", f"claim-validator=={VALIDATOR}", "httpx"]
    try:
        done = subprocess.run(wanted, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return python if done.returncode == 0 else None


def _as_validator_json(claim: Claim) -> dict[str, Any]:
    """The claim as claim-validator reads one."""
    patient = claim.patient
    return {
        "billing_provider_npi": claim.billing.npi or None,
        "billing_provider_taxonomy": claim.billing.taxonomy or None,
        "rendering_provider_npi": claim.rendering.npi if claim.rendering else None,
        "subscriber_id": claim.subscriber.member_id,
        "patient_first_name": patient.first_name,
        "patient_last_name": patient.last_name,
        "patient_dob": patient.birth_date.isoformat() if patient.birth_date else None,
        "patient_gender": patient.sex or None,
        "payer_id": claim.payer.id,
        "payer_name": claim.payer.name,
        "place_of_service": claim.place_of_service,
        "total_charge": float(claim.charge),
        "diagnosis_codes": [
            {"code": d.dotted, "pointer": n, "type": "principal" if n == 1 else "secondary"}
            for n, d in enumerate(claim.diagnoses, 1)
        ],
        "lines": [_line(claim, line) for line in claim.lines],
    }


def _line(claim: Claim, line: Line) -> dict[str, Any]:
    day = line.service_from.isoformat() if line.service_from else None
    return {
        "procedure_code": line.code,
        "modifiers": list(line.modifiers),
        "diagnosis_pointers": list(line.diagnosis_pointers),
        "charge_amount": float(line.charge),
        "units": float(line.units),
        "service_date_from": day,
        "service_date_to": day,
        "place_of_service": claim.place_of(line),
    }


def _print(what: str, spent: Sequence[float], said: str) -> None:
    print(f"  {what:42} median {median(spent):7.0f}   p99 {percentile(spent, 0.99):7.0f}   {said}")
