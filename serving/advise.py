"""What would help, honestly: each remedy tried on the claim and scored again.

Never a code, a modifier or a diagnosis because it pays: what is offered comes from a finding, which cites the policy it
rests on, or is a question to check. A person decides; nothing here edits a claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from claims.claim import Claim, Line
from claims.reasons import Reason
from models.denial import Explanation
from scrubber.registry import Change, RemedyKind, Severity
from scrubber.remedies import UnfitChange, apply
from scrubber.report import Finding
from serving.assessment import Remedy, Rescored, most_dollars_first
from serving.scoring import Circumstances, Scored, Trial

MOST_A_LINE = 4
MOST_TRIALS = 16  # of one claim; beyond, remedies stand without figures
# Of all trials of a claim, its file's other lines of the patient counted too: each trial looks at all of them again, so
# that a long claim, or one among many of a patient, is tried fewer times.
MOST_LINES_TRIED = 800
QUESTION_LOG_ODDS = 0.4  # a Reason that raises the odds of denial by half
QUESTION_RISK = 0.15  # below, a line is not worth a question

# What the claim says was done: money is shown beside such a change only when it says what must be true of the care.
WHAT_WAS_DONE = frozenset({"add_modifier", "set_units", "set_diagnosis", "set_code"})

# Once done, these settle the finding and leave the claim to ask for what it asks now.
SETTLES = frozenset({RemedyKind.OBTAIN, RemedyKind.DOCUMENT})

# A correction that names no change settles a finding only where it is one of form, such as a mistyped NPI: what a code,
# a unit or a line put right would bring in nobody knows before it is named.
FORM = frozenset({Reason.SUBMISSION_ERROR, Reason.PATIENT_INFO, Reason.ENROLMENT})
BILLED_SEGMENTS = frozenset({"SV1", "HI", "DTP"})  # what was done, why and when
BILLED_ELEMENTS = frozenset({"CLM02"})  # and for how much

QUESTIONS: dict[Reason, tuple[RemedyKind, str]] = {
    Reason.AUTHORIZATION: (
        RemedyKind.OBTAIN,
        "Does this payer want prior authorization for {code} at this place? If so, put its number on the claim.",
    ),
    Reason.ELIGIBILITY: (RemedyKind.OBTAIN, "Was the patient's cover checked for the day of service? Check it again."),
    Reason.MEDICAL_NECESSITY: (
        RemedyKind.DOCUMENT,
        "Does the note say why {code} was needed, and what was tried before? Complete it if the care was given so.",
    ),
    Reason.DOCUMENTATION: (RemedyKind.DOCUMENT, "Does the record hold what this payer asks for with {code}?"),
    Reason.MODIFIER: (
        RemedyKind.ASK_CLINICIAN,
        "Do the modifiers of {code}, present or absent, say what was done? Ask; change only what the note bears out.",
    ),
    Reason.BUNDLING: (
        RemedyKind.ASK_CLINICIAN,
        "Was {code} a service of its own beside the others of that day? Ask; if it was not, do not bill it.",
    ),
    Reason.CODING: (
        RemedyKind.ASK_CLINICIAN,
        "Do the codes on the line of {code} agree with the note? Ask; change only what the note bears out.",
    ),
    Reason.FREQUENCY: (
        RemedyKind.DOCUMENT,
        "How often was {code} given before, here or elsewhere? Have the earlier dates and their effect at hand.",
    ),
    Reason.TIMELY_FILING: (
        RemedyKind.HOLD,
        "How long does this payer accept a claim? Send this one before later ones.",
    ),
    Reason.DUPLICATE: (RemedyKind.ASK_CLINICIAN, "Was {code} billed for that day before? If so, do not send it again."),
    Reason.COORDINATION: (RemedyKind.OBTAIN, "Does another payer come first? Check the cover the patient told of."),
    Reason.ENROLMENT: (
        RemedyKind.OBTAIN,
        "Was the rendering clinician enrolled with this payer on the day of service?",
    ),
    Reason.PATIENT_INFO: (
        RemedyKind.CORRECT,
        "Do name, birth date and member number agree with the patient's card? Correct what was mistyped.",
    ),
}


def advise(
    scored: Scored, explanations: Sequence[Explanation], at: Circumstances, findings: Sequence[Finding] | None = None
) -> tuple[Remedy, ...]:
    """A few remedies for each line and for the claim as a whole, those that save most dollars first.

    `findings` are those people are shown, where they are not the report's: the practice's own beside them, and none of
    a rule it has switched off.
    """
    if findings is None:
        findings = scored.report.findings
    by_line: dict[int | None, list[Remedy]] = defaultdict(list)
    for remedy in _from_findings(findings, scored, at):
        by_line[remedy.line].append(remedy)
    found: dict[int | None, set[Reason]] = defaultdict(set)
    for finding in findings:
        if finding.severity >= Severity.WARN:
            found[finding.line].add(finding.reason)
    risks = scored.prediction.risks if scored.prediction else ()
    for line, explanation, risk in zip(scored.claim.lines, explanations, risks, strict=False):
        by_line[line.number] += _questions(line, explanation, risk, found[None] | found[line.number])
    chosen: list[Remedy] = []
    for remedies in by_line.values():
        chosen += sorted(remedies, key=most_dollars_first)[:MOST_A_LINE]
    return tuple(sorted(chosen, key=most_dollars_first))


def _from_findings(findings: Sequence[Finding], scored: Scored, at: Circumstances) -> Iterator[Remedy]:
    said: set[tuple[int | None, RemedyKind, str, Change | None]] = set()
    offered: list[tuple[Finding, Change | None, tuple[Trial, Rescored] | None]] = []
    trials: list[Trial] = []
    looked_at = max(1, len(scored.claim.lines) + len(at.patient.same_batch))
    most = min(MOST_TRIALS, max(1, MOST_LINES_TRIED // looked_at))
    for finding in findings:
        change = _change(finding, scored.claim)
        key = (finding.line, finding.remedy_kind, finding.remedy, change)
        if finding.severity < Severity.WARN or not finding.remedy or key in said:
            continue
        said.add(key)
        tried = _try(finding, change, scored, at) if scored.prediction and len(trials) < most else None
        trials += [tried[0]] if tried else []
        offered.append((finding, change, tried))
    after = iter(at.score_trials(trials))
    for finding, change, tried in offered:
        yield _remedy(finding, change, scored, (next(after), tried[1]) if tried else None)


def _change(finding: Finding, claim: Claim) -> Change | None:
    """The change a finding proposes; taking the line off, where the remedy is not to bill it."""
    if finding.change is None and finding.remedy_kind is RemedyKind.DO_NOT_BILL and finding.line is not None:
        return Change("drop_line", finding.line, "") if len(claim.lines) > 1 else None
    return finding.change


def _settles(finding: Finding) -> bool:
    """True when doing what the remedy says answers the finding and changes nothing of what is billed."""
    if finding.remedy_kind is not RemedyKind.CORRECT:
        return finding.remedy_kind in SETTLES
    at = finding.location
    return finding.reason in FORM and at.segment not in BILLED_SEGMENTS and at.element not in BILLED_ELEMENTS


def _try(finding: Finding, change: Change | None, scored: Scored, at: Circumstances) -> tuple[Trial, Rescored] | None:
    if change is None:
        read_by_model = any(f.rule_id == finding.rule_id and f.line == finding.line for f in scored.report.findings)
        if not read_by_model or not _settles(finding):  # of a finding the model never saw, no figure would be true
            return None
        return at.answered(scored, finding), Rescored.ANSWERED_FINDING
    if change.what in WHAT_WAS_DONE and not finding.requires:
        return None
    try:
        changed = apply(scored.claim, change, as_of=at.as_of)
    except UnfitChange:  # nothing on the claim fits it, or a service done would get another date: the words stand alone
        return None
    held = change.what == "hold_until" and change.line is None
    day = max(date.fromisoformat(change.value), at.as_of) if held else at.as_of
    return at.on(day).trial(changed), Rescored.CHANGED_CLAIM


def _remedy(finding: Finding, change: Change | None, before: Scored, tried: tuple[Scored, Rescored] | None) -> Remedy:
    remedy = Remedy(
        kind=finding.remedy_kind,
        text=finding.remedy,
        requires=finding.requires,
        change=change,
        line=finding.line,
        reason=finding.reason,
        rule_id=finding.rule_id,
    )
    return remedy if tried is None else _with_figures(remedy, before, *tried)


def _with_figures(remedy: Remedy, before: Scored, after: Scored, rescored: Rescored) -> Remedy:
    income, was = after.expected_income, before.expected_income
    return replace(
        remedy,
        rescored=rescored,
        risk_after=after.risk_of(remedy.line),
        claim_risk_after=after.risk,
        dollars_after=after.expected_loss,
        dollars_saved=None if income is None or was is None else income - was,
    )


def _questions(line: Line, explanation: Explanation, risk: float, found: AbstractSet[Reason]) -> Iterator[Remedy]:
    """What to check where the model sees a Reason that no finding (`found`) speaks of."""
    if risk < QUESTION_RISK:
        return
    for share in explanation.reasons:
        if share.log_odds >= QUESTION_LOG_ODDS and share.reason not in found and share.reason in QUESTIONS:
            kind, text = QUESTIONS[share.reason]
            yield Remedy(kind, text.format(code=line.code), "", None, line.number, share.reason, "")
