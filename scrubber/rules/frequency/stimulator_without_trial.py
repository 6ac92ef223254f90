"""FRQ-011: a permanent spinal cord stimulator without a trial that helped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, payer_profile, places, relief
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.session_limits import severity

_GENERATOR, _PADDLE, _TRIAL_LEAD, _TAKEN_OUT = "63685", "63655", "63650", "63688"


@rule(
    "FRQ-011",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=Citation(
        "NCD 160.7, Electrical Nerve Stimulators",
        "https://www.cms.gov/medicare-coverage-database/view/ncd.aspx?ncdid=240",
    ),
    place=places.PROCEDURE,
    remedy="Look up the result of the trial in the record, or in that of whoever did it, and correct what was recorded "
    "wrongly. If it stands, the implant is not covered: one that has not taken place yet waits for a trial that helps.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the record shows the trial, its days and the relief measured",
    payer_types=MEDICARE_PLANS,
    codes=(_GENERATOR, _PADDLE),
)
def stimulator_without_trial(case: Case, line: Line) -> Iterator[Answer]:
    """A permanent spinal cord stimulator is implanted without a trial that brought the required relief.

    A temporarily implanted electrode has to show that stimulation helps before the permanent device is covered. The
    record tells what the trial brought, so that is asked. A new battery needs no new trial: where a generator was
    implanted before, or is taken out on the same day, this rule is silent, and so it is for a lead of a trial itself.
    """
    day = case.day(line)
    if case.told("intent", line) == "trial" or _replaced(case, line):
        return
    if case.absent("trial_result", line):
        yield Hit(f"{line.code} is a permanent implant, and the record tells of no trial and what it brought.")
    elif case.told("trial_result", line) is None:
        trials = len(look_back.between(look_back.days_of(case, (_TRIAL_LEAD,)), date.min, day))
        yield Gap(
            ("evidence trial_result",), f"{trials} earlier days with a trial lead are known, but no result of one"
        )
    elif short := relief.short_of(case, line, "trial_result", parameter("scs_trial_relief_percent")):
        found, wanted = short
        yield Hit(
            f"{line.code} follows a trial that brought {found.normalize():f} % relief; the policy wants "
            f"{wanted.value} %.",
            severity=severity(wanted),
            citation=payer_profile.cited(wanted),
        )


def _replaced(case: Case, line: Line) -> bool:
    """True where a generator was there before."""
    day = case.day(line)
    before = look_back.between(look_back.days_of(case, (_GENERATOR,)), date.min, day)
    return bool(before) or day in look_back.days_of(case, (_TAKEN_OUT,))
