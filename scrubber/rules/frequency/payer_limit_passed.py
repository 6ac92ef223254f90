"""FRQ-015: more injections than this payer's own guideline allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import look_back, own_limits, payer_profile, places, session_limits, sides
from scrubber.look_back import Marked
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.profiles import SessionLimit
from scrubber.tables.rows import CodeRow, PayerRow

_ESI = ("esi_interlaminar", "esi_transforaminal")
_SI_JOINT = "si_joint"
_REVIEWED_TYPES = frozenset({PayerType.COMMERCIAL, PayerType.UNKNOWN})
_DONE = (
    "Ask the clinician whether region, side and earlier dates are right; correct what was mistyped. If they are, look "
    "for the approval this payer gave for the session, and put its number on the claim; without one, expect a denial."
)


@rule(
    "FRQ-015",
    severity=Severity.WARN,
    reason=Reason.FREQUENCY,
    carcs=("119", "198"),
    citation=Citation(
        "eviCore, CMM-200 Epidural Steroid Injections and CMM-203 Sacroiliac Joint Procedures",
        "https://www.evicore.com/provider/clinical-guidelines",
    ),
    place=places.SERVICE_DATE,
    remedy="Check region, side and earlier dates in the record. A session that has not taken place yet can wait until "
    "the limit allows it. The date of a session that was done never changes.",
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=_REVIEWED_TYPES,
    confidence="medium",
    families=(*_ESI, _SI_JOINT),
)
def payer_limit_passed(case: Case, line: Line) -> Iterator[Answer]:
    """More injections of a region or joint than the guideline of this payer's reviewer allows.

    Payers whose spine care eviCore manages allow three epidural sessions of a region in 6 months and four in 12, two
    weeks apart, and four injections of a sacroiliac joint in 12 months, two months apart. Which payers those are stands
    in a parameter, by their keys in the payer table. A payer whose profile gives limits of its own is held to those
    instead, whatever its kind. Of the others nothing is known here, and nothing is said.
    """
    payer = payer_profile.profile(case)
    if payer is None:
        return
    day = case.day(line)
    own = own_limits.of(case, line)
    reviewed = _reviewed(case, payer, line, day)
    if not own and not reviewed:
        return
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    answers: list[Answer] = []
    for limit in sorted(own, key=lambda limit: limit.within or 0, reverse=True):
        answers += _of_the_payer(case, line, codes, row, limit)
    if reviewed:
        answers += _of_its_reviewer(case, line, codes, row)
    hits = [answer for answer in answers if isinstance(answer, Hit)]
    yield from hits[:1] or answers[:1]  # the widest window first: of limits or of what is not known, it says the most


def _reviewed(case: Case, payer: PayerRow, line: Line, day: date) -> bool:
    """True for a payer whose spine care eviCore manages, and a procedure it has a guideline for."""
    if case.payer_type not in _REVIEWED_TYPES or case.tables.family(line.code) not in (*_ESI, _SI_JOINT):
        return False
    return payer.key in parameter("evicore_payers").text_on(day, case.as_of).split()


def _of_the_payer(
    case: Case, line: Line, codes: Release[CodeRow], row: CodeRow, limit: SessionLimit
) -> Iterator[Answer]:
    days, where = own_limits.sessions(case, line, codes, row, limit)
    said, by = limit.said, own_limits.cited(case, limit)
    if limit.most and limit.within:
        window = session_limits.Window(limit.within, limit.unit)
        allowed = session_limits.Limit(limit.most, window, said.verified, str(limit.most), by)
        yield from session_limits.over(case, line, days, allowed, f"session {{n}} {where}", _DONE)
    if limit.days_between and by:
        apart = payer_profile.PayersValue(limit.days_between, by, said.verified)
        yield from session_limits.nearer_than(case, line, days, apart, f"a session {where}", _DONE)


def _of_its_reviewer(case: Case, line: Line, codes: Release[CodeRow], row: CodeRow) -> Iterator[Answer]:
    months = parameter("evicore_year_months")
    if row.family == _SI_JOINT:
        days = look_back.sessions(case, codes, (_SI_JOINT,), marked=Marked(on=sides.of_line(line)))
        limits = [(parameter("evicore_si_joint_sessions_a_year"), months)]
        interval, where = parameter("evicore_si_joint_interval_days"), "of the sacroiliac joint"
    else:
        days = look_back.sessions(case, codes, _ESI, row.region)
        limits = [
            (parameter("evicore_esi_sessions_a_year"), months),
            (parameter("evicore_esi_sessions"), parameter("evicore_esi_months")),
        ]
        interval, where = parameter("evicore_esi_interval_days"), f"in the {row.region.replace('_', ' and ')} region"
    for most, within in limits:
        limit = session_limits.limit(case, line, most, within)
        yield from session_limits.over(case, line, days, limit, f"session {{n}} {where}", _DONE)
    yield from session_limits.too_soon(case, line, days, interval, f"a session {where}", _DONE)
