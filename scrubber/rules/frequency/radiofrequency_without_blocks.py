"""FRQ-007: facet radiofrequency before two diagnostic blocks have shown that it can help."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places, relief, sides
from scrubber.look_back import Marked
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.session_limits import severity


@rule(
    "FRQ-007",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=Citation(
        "LCD L33930 and its like: Facet Joint Interventions for Pain Management, radiofrequency",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.PROCEDURE,
    remedy="Look for both diagnostic blocks and the relief they brought, in the record and in that of whoever did "
    "them, and correct what was recorded wrongly. If a block is missing, one that has not taken place yet comes first; "
    "for radiofrequency already done, expect a denial.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the record shows both blocks, their dates and the relief measured after each",
    payer_types=MEDICARE_PLANS,
    effective="2021-04-25",
    families=("facet_rfa",),
)
def radiofrequency_without_blocks(case: Case, line: Line) -> Iterator[Answer]:
    """Facet radiofrequency without two diagnostic blocks of the region and side that brought the required relief.

    Two blocks on two days have to show that the pain comes from these joints. What a block brought stands in the
    record alone, so that is asked; the blocks we know of are told with the question. Where radiofrequency of the region
    and side is known already, this is a repeat: FRQ-010 asks what the last one brought.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    there = sides.of_line(line)
    before = look_back.sessions(case, codes, ("facet_rfa",), row.region, Marked(on=there))
    if before and before[0] < day:
        return
    region = row.region.replace("_", " and ")
    percent = parameter("rfa_diagnostic_relief_percent").text_on(day, case.as_of)
    blocks = parameter("rfa_diagnostic_blocks").text_on(day, case.as_of)
    needs = f"{line.code} needs {blocks} diagnostic blocks of the {region} region with {percent} % relief before it"
    if case.absent("diagnostic_blocks", line):
        yield Hit(f"{needs}; the record tells of none.", severity=Severity.WARN)
    elif case.told("diagnostic_blocks", line) is None:
        known = look_back.sessions(case, codes, ("facet_injection",), row.region, Marked(carrying="KX", on=there))
        before_it = len(look_back.between(known, date.min, day))
        why = f"{before_it} earlier diagnostic blocks of the {region} region are known, and not what they brought"
        yield Gap(("evidence diagnostic_blocks",), why)
    elif short := relief.short_of(case, line, "diagnostic_blocks", parameter("rfa_diagnostic_blocks")):
        found, wanted = short
        yield Hit(f"{needs}; the record shows {found.normalize():f}.", severity=severity(wanted))
