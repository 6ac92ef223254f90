"""AUT-006: the second stage of a treatment on the approval of its first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import approvals, look_back, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, NotSaid, RemedyKind, Severity, rule

_TRIALS = ("63650",)  # the lead of a trial is billed by the code that may also be the lasting one
_LASTING = frozenset({"63655", "63685", "62350", "62360", "62361", "62362"})  # never part of a trial


@rule(
    "AUT-006",
    severity=Severity.WARN,
    reason=Reason.AUTHORIZATION,
    carcs=("197", "284"),
    citation=Citation(
        "X12 CARC 284: the authorization may be valid, but not for the billed services; payers approve a trial and the "
        "lasting implant one after the other",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.AUTHORIZATION,
    remedy="Read the payer's letter: does it approve the lasting implant, or only the trial? If only the trial, ask "
    "the payer for an approval of this stage, and hold the claim until it has answered.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the payer approved this stage",
    payer_types=EVERY_PAYER_TYPE - {PayerType.MEDICARE, PayerType.SELF_PAY},
    confidence="medium",
    codes=("63650", "63655", "63685", "62350", "62360", "62361", "62362"),
)
def later_stage_on_first_approval(case: Case, line: Line) -> Iterator[Answer]:
    """A lasting implant is billed on an authorization that was given before its trial ended.

    Payers that approve stimulators and pumps do so in stages: the trial first, the implant when the trial has helped.
    An approval older than the end of the trial is most likely the trial's, unless it names a code that only the lasting
    implant has. Whether a lead is the lasting one is told by the recorded intent, or by a generator on the claim.
    """
    if not approvals.number_of(case.claim, line) or not _lasting(case, line):
        return
    held = approvals.relied_on(case, line)
    if not held:
        yield approvals.NO_RECORD
        return
    if any(allowed.code in _LASTING for one in held for allowed in one.codes):
        return
    given = max((one.decided_on for one in held if one.decided_on), default=None)
    ended = _end_of_trial(case, line)
    if given is None or ended is None:
        item = "evidence trial_date" if ended is None else "authorization record"
        yield Gap((item,), "whether the approval is older than the trial cannot be told")
    elif given < ended:
        yield Hit(
            f"{held[0].number} was given on {given}, before the trial ended on {ended}: {line.code} is the next stage."
        )


def _lasting(case: Case, line: Line) -> bool:
    if line.code in _LASTING or any(other.code in _LASTING for other in case.claim.lines):
        return True
    return case.evidence("intent", line) == "permanent"


def _end_of_trial(case: Case, line: Line) -> date | None:
    told = case.told("trial_date", line)
    if told:
        return date.fromisoformat(told)
    day = line.service_from
    if day is None:
        raise NotSaid("date of service", f"line {line.number} has no date of service")
    return max((done for done in look_back.days_of(case, _TRIALS) if done < day), default=None)
