"""MOD-014: a procedure within the days another one pays for, and nothing to say why."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import global_periods, look_back, ncci, places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_SAYS_WHY = frozenset({"58", "78", "79"})


@rule(
    "MOD-014",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("97",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, sections 40.1 to 40.4 (global surgery)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Ask the clinician how the two belong together: planned beforehand, more than the first or a stage of it "
    "(58), back to the procedure room for a complication (78), or for another problem or site (79). Care that belongs "
    "to the first procedure is not billed.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows what the modifier says",
    payer_types=ncci.PAYER_TYPES,
    where=lambda row, modifiers: row.global_days in global_periods.PROCEDURES and _SAYS_WHY.isdisjoint(modifiers),
)
def procedure_in_global_period(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure within the global period of the group's earlier one carries none of 58, 78 and 79.

    The payment of a procedure with 10 or 90 global days holds the care of those days, so a payer takes another
    procedure of the same group for part of it unless a modifier says otherwise. Groups of several specialties are
    told apart by the payer, not by the claim: where another clinician of the group does the second procedure, the rule
    warns, as it does for payers Medicare's rules do not bind. Visits are EM-005's; add-ons go with their primary code,
    and tests and drugs are outside the package.
    """
    if not _SAYS_WHY.isdisjoint(line.modifiers) or case.code_row(line) is None:
        return
    codes = case.tables.codes.on(case.day(line), case.as_of)
    running = global_periods.running(case, codes, line)
    if not running:
        if not global_periods.known(case, line):
            why = "a procedure of earlier days may have its global period running, and not all of them are known"
            yield look_back.not_covered(global_periods.since(case, line), why, of_claim=True)
        return
    period = running[0]
    same = any(p.verified and p.rendering_npi == case.claim.rendering_of(line).npi for p in running)
    yield Hit(
        f"{line.code} lies within the {global_periods.DAYS_AFTER[period.global_days]} global days of {period.code} of "
        f"{period.done_on}, which run to {period.last_day}, and carries none of 58, 78 and 79.",
        severity=ncci.severity(case.payer_type) if same else Severity.WARN,
    )
