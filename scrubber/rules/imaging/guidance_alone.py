"""IMG-001: guidance with nothing to guide."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day, other_claims
from scrubber.tables.rows import CodeRow

_NEEDLE = ("76942", "77002", "77003", "77012")
_GUIDED = frozenset({"000", "010", "090", "YYY"})  # global periods of what a needle may be guided for
_BESIDE_VISITS = frozenset({"em", "chronic_pain_mgmt"})  # the families whose add-ons nothing guides


@rule(
    "IMG-001",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "151"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter IX, section C (interventional and guidance imaging)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Look in the record for the procedure that was guided. If it is missing from the claim, send both together; "
    "if there was none, do not bill the guidance.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the procedure that was guided",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-009",),
    codes=_NEEDLE,
)
def guidance_alone(case: Case, line: Line) -> Iterator[Answer]:
    """Needle guidance is billed on a day without any procedure it could have guided.

    Guidance is paid for what it guides. 77002 and 77003 are add-ons, and nothing is paid for them alone; of 76942 and
    77012 a payer asks what they were for, so there the rule warns. How many units there may be is the MUE's to say
    (NCC-008), and whether the procedure already holds the guidance that of NCC-004. A procedure of the day counts
    whoever did it on this claim, and by the same clinician on another.
    """
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    others = {*codes_of_day(case, day), *(s.code for s in other_claims(case, line))}.difference(_NEEDLE)
    rows = {code: release.get(code) for code in others}
    if any(row is not None and _may_be_guided(row) for row in rows.values()):
        return
    unknown = sorted(code for code, row in rows.items() if row is None)
    if unknown and not release.complete:
        yield Gap(("codes table",), f"the code table {release.name} does not know {', '.join(unknown)}")
        return
    own = release.get(line.code)
    yield Hit(
        f"{line.code} is billed, and no procedure of that day is.",
        severity=ncci.severity(case.payer_type) if own is not None and own.is_addon else Severity.WARN,
    )


def _may_be_guided(row: CodeRow) -> bool:
    """True for a procedure, and for an add-on to one: that its own first code is missing is NCC-009's to say."""
    return row.global_days in _GUIDED or row.status == "C" or (row.is_addon and row.family not in _BESIDE_VISITS)
