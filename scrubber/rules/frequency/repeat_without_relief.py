"""FRQ-010: a procedure done again although the last one did not help enough."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places, relief, sides
from scrubber.look_back import Marked
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_ESI = ("esi_interlaminar", "esi_transforaminal")
_TOPICS = {  # family -> what the policies name together, and what their parameters begin with
    **dict.fromkeys(_ESI, (_ESI, "esi")),
    "facet_injection": (("facet_injection",), "facet"),
    "facet_rfa": (("facet_rfa",), "rfa"),
    "si_joint": (("si_joint",), "si_joint"),
}
_MONTHS = 12  # how far back a session makes this one a repeat: the look-back of all these policies
_DIAGNOSTIC = "KX"


@rule(
    "FRQ-010",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=Citation(
        "LCDs on epidural, facet and sacroiliac injections (L33906, L33930, L39402 and their like): repeats",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.PROCEDURE,
    remedy="Look up what the last one brought, in pain or in function, and for how long, and correct what was recorded "
    "wrongly. If it stands, the policy does not cover doing it again.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the record shows the relief, how it was measured, and the days",
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    families=tuple(_TOPICS),
)
def repeat_without_relief(case: Case, line: Line) -> Iterable[Answer]:
    """A block or radiofrequency is repeated although the last one brought less relief than the policy wants.

    Half the pain, for three months after an injection and six after radiofrequency. A session of the last 12 months in
    the same region makes this one a repeat; radiofrequency of the other side does not. Diagnostic blocks (KX, or the
    record's intent) are repeated for another reason, and are left alone. Trigger points are FRQ-009's.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None or _DIAGNOSTIC in line.modifiers or case.told("intent", line) == "diagnostic":
        return ()
    families, topic = _TOPICS[row.family]
    start = look_back.first_day_of_window(day, _MONTHS)
    earlier = look_back.between(look_back.sessions(case, codes, families, row.region), start, day)
    if earlier:
        marked = Marked(without=_DIAGNOSTIC, on=sides.of_line(line) if topic == "rfa" else sides.NEITHER)
        earlier = look_back.between(look_back.sessions(case, codes, families, row.region, marked), start, day)
    if earlier:
        percent, weeks = parameter(f"{topic}_repeat_relief_percent"), parameter(f"{topic}_repeat_relief_weeks")
        return relief.too_little(case, line, earlier[-1], percent, weeks)
    if look_back.covered(case, start):
        return ()
    return [look_back.not_covered(start, "whether this is a repeat is not known")]
