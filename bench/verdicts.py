"""`python -m bench agreement FOLDER`: what we, pyx12 and oxedi say of each X12 file below a folder, side by side.

pyx12 is asked for its own verdict beside `cleanclaim validate`; oxedi's rows of an 835 are compared with ours one by
one. Each file has a time limit in either of them. Every disagreement is listed, with its cause where that is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claims.errors import UnreadableFile, UnreadableInput
from claims.reading import Refusal
from claims.remittance import Remittance
from claims.x12 import read_835, read_837, read_provider_adjustments, sniff
from claims.x12.read_277ca import read_277ca
from claims.x12.read_999 import read_999
from claims.x12.validate import Severity, validate

READERS = {"837P": read_837, "835": read_835, "277CA": read_277ca, "999": read_999}
SECONDS = 60  # for one file in another program
SHOWN = 8  # refusals of one file that are named; the rest is counted
Rows = dict[str, list[tuple[str, ...]]]

# Checks of ours that pyx12 has none for, by the name of the finding
OURS_ALONE = {
    "claim-balance": "the sum of the lines", "service-balance": "the balance of a service",
    "payment-balance": "the balance of the payment", "npi": "the check digit of an NPI",
    "diagnosis-pointer": "pointers to diagnoses the claim does not have",
}  # fmt: skip
# What pyx12 alone finds or fails on, and why
PYX12_ALONE = {
    "PWK02 code 7": "its first PWK of loop 2400 takes the certificates (CT) of the second, whose AD it does not know",
    "IndexError": "it fails on a composite with more components than its map",
    "EngineError": "it has no map for this version or GS01",
    "": "it stops without a word at what it does not take for an interchange",
}


@dataclass
class Verdicts:
    """One file."""

    path: Path
    kind: str
    records: int = 0
    lost: int = 0
    refusals: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)  # why records were lost
    checks: Counter[str] = field(default_factory=Counter)  # errors of `validate`, by check
    errors: int = 0  # of `validate`, those past its limit too
    unreadable: str = ""
    pyx12: dict[str, Any] = field(default_factory=dict)
    oxedi: dict[str, Any] | None = None
    differing: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def disagreements(self) -> list[tuple[str, str]]:
        """What the programs say otherwise, each with its cause, "" for one that is not known."""
        found = [(f"oxedi: {text}", "") for text in self.differing]
        ours, theirs = bool(self.checks or self.unreadable), not self.pyx12.get("valid")
        if "crash" in self.pyx12:
            what = f"pyx12 fails: {self.pyx12['crash']} {self.pyx12.get('detail', '')}".strip()
            found.append((what, PYX12_ALONE.get(self.pyx12["crash"], "")))
        elif theirs and not ours:
            errors = self.pyx12["errors"]
            causes = {PYX12_ALONE.get(error, "") for error in errors or [""]}
            cause = causes.pop() if len(causes) == 1 else ""
            found.append((f"pyx12 alone finds errors: {_listed(errors) or 'none named'}", cause))
        elif ours and not theirs:
            known = [OURS_ALONE[check] for check in self.checks if check in OURS_ALONE]
            cause = f"pyx12 does not check {', '.join(known)}" if len(known) == len(self.checks) and known else ""
            found.append((f"we alone find errors: {_listed(self.checks) or self.unreadable}", cause))
        return found


def run(folder: Path) -> bool:
    """Print a row for each file, the totals and the disagreements; False when a row of oxedi's is read otherwise."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    print(f"agreement: {len(files)} files below {folder}")
    print(f"  {'file':58} {'kind':6} {'read':>5} {'lost':>5} {'ours':>5} {'pyx12':>12} {'oxedi rows':>14}")
    every = []
    for path in files:
        one = verdicts(path, path.relative_to(folder))
        every.append(one)
        print(_row(one), flush=True)
        for text in one.refusals[:SHOWN]:
            print(f"      {text}")
        if len(one.refusals) > SHOWN:
            print(f"      ... and {len(one.refusals) - SHOWN} more")
    _totals(every)
    return not any(one.differing for one in every)


def verdicts(path: Path, shown_as: Path) -> Verdicts:
    """What all of them say of one file."""
    document = path.read_bytes()
    one = Verdicts(shown_as, sniff(document[:4096]))
    said = _read(one, document)
    _validate(one, document)
    one.pyx12 = _asked("pyx12", path)
    if one.kind == "835":
        one.oxedi = _asked("oxedi", path)
        _compare(one, document, said)
    return one


def _read(one: Verdicts, document: bytes) -> list[Any]:
    reader = READERS.get(one.kind)
    if reader is None:
        one.refusals.append("refused whole: another transaction" if one.kind else "refused whole: no X12 interchange")
        return []
    try:
        said = list(reader(document))
    except UnreadableFile as error:
        one.refusals.append(f"refused whole: {error}")
        return []
    one.records = sum(not isinstance(s, Refusal) for s in said)
    one.lost = sum(s.claims_lost for s in said if isinstance(s, Refusal))
    for s in said:
        if isinstance(s, Refusal):
            one.refusals.append(f"{s.claims_lost} lost: {s.error}")
            about = s.error.fields()
            one.reasons[f"{about['element'] or about['segment']}, expected {about['expected']}"] += s.claims_lost
    return said


def _validate(one: Verdicts, document: bytes) -> None:
    validation = validate(document, limit=sys.maxsize)
    try:
        one.checks = Counter(finding.check for finding in validation if finding.severity is Severity.ERROR)
    except UnreadableInput as error:
        one.unreadable = str(error)
    one.errors = validation.errors


def _asked(program: str, path: Path) -> dict[str, Any]:
    """The answer of another program, or that it crashed or took too long."""
    command = [sys.executable, "-m", "bench.one_verdict", program, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"crash": "time", "detail": f"more than {SECONDS} s"}
    if done.returncode:
        return {"crash": "process", "detail": f"ended with {done.returncode}"}
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _compare(one: Verdicts, document: bytes, said: list[Any]) -> None:
    """oxedi's rows of the claims we read, one by one."""
    theirs = one.oxedi or {}
    if "crash" in theirs:
        return
    answers = [s for s in said if isinstance(s, Remittance) or s.claims_lost]
    if len(answers) != len(theirs["claims"]):
        one.differing.append(f"{len(theirs['claims'])} claims, ours {len(answers)}")
        return
    kept = {i for i, s in enumerate(answers) if isinstance(s, Remittance)}
    places = {i: n for n, i in enumerate(sorted(kept))}
    ours = _ours([s for s in answers if isinstance(s, Remittance)])
    ours["moved"] = [(a.reason, _plain(a.amount)) for _, a in read_provider_adjustments(document)]
    told: Rows = {"claims": [tuple(c) for i, c in enumerate(theirs["claims"]) if i in kept], "moved": theirs["moved"]}
    for name in ("services", "adjustments"):
        told[name] = [(str(places[row[0]]), *row[1:]) for row in theirs[name] if row[0] in kept]
    for name, rows in ours.items():
        one.rows += len(rows)
        others = [tuple(row) for row in told[name]]
        if len(rows) != len(others):
            one.differing.append(f"{len(others)} {name}, ours {len(rows)}")
        for n, (row, other) in enumerate(zip(rows, others, strict=False), 1):
            if row != other:
                parts = [f"{a or 'nothing'} for {b or 'nothing'}" for a, b in zip(other, row, strict=True) if a != b]
                one.differing.append(f"{name}, row {n}: {', '.join(parts)}")


def _ours(remittances: list[Remittance]) -> Rows:
    claims, services, adjustments = [], [], []
    for n, r in enumerate(remittances):
        claims.append(
            (r.claim_id, r.status, _plain(r.charge), _plain(r.paid), _plain(r.patient_responsibility),
             r.payer_control_number)
        )  # fmt: skip
        for a in r.adjustments:
            adjustments.append((str(n), a.group, a.carc, _plain(a.amount), _plain(a.quantity)))
        for x in r.lines:
            services.append((str(n), x.code, _plain(x.charge), _plain(x.paid), _plain(x.allowed), x.control_number))
            adjustments += [(str(n), a.group, a.carc, _plain(a.amount), _plain(a.quantity)) for a in x.adjustments]
    return {"claims": claims, "services": services, "adjustments": adjustments}


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _row(one: Verdicts) -> str:
    errors = sum(one.pyx12.get("errors", {}).values())
    pyx12 = one.pyx12.get("crash") or ("valid" if one.pyx12["valid"] else f"{errors} errors")
    rows = ""
    if one.oxedi is not None:
        rows = one.oxedi.get("crash") or f"{one.rows - len(one.differing)} of {one.rows}"
    ours = "no X12" if one.unreadable else one.errors
    name = str(one.path) if len(str(one.path)) <= 58 else f"...{str(one.path)[-55:]}"
    return f"  {name:58} {one.kind or 'none':6} {one.records:5} {one.lost:5} {ours!s:>5} {pyx12:>12} {rows:>14}"


def _totals(every: list[Verdicts]) -> None:
    kinds = Counter(one.kind or "no X12" for one in every)
    print(f"totals: {_listed(kinds)}")
    print(f"  records read {sum(one.records for one in every):,}, lost {sum(one.lost for one in every)}")
    reasons = Counter[str]()
    for one in every:
        reasons += one.reasons
    for reason, count in reasons.most_common():
        print(f"    {count} lost: {reason}")
    both = sum(bool(one.checks or one.unreadable) == (not one.pyx12.get("valid")) for one in every)
    crashes = Counter(one.pyx12["crash"] for one in every if "crash" in one.pyx12)
    print(f"  validate and pyx12 say the same of {both} of {len(every)} files; pyx12 fails on {crashes.total()}")
    rows, differing = sum(one.rows for one in every), sum(len(one.differing) for one in every)
    print(f"  oxedi: {differing} of {rows:,} rows differ")
    print("disagreements:")
    for one in every:
        for text, cause in one.disagreements:
            print(f"  {one.path}: {text}: {cause or 'cause not known'}")


def _listed(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
