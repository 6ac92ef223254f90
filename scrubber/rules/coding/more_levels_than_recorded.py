"""COD-006: more levels billed than treated."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import levels, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "COD-006",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("151", "97"),
    citation=Citation(
        "CMS, billing and coding article A57787, Facet Joint Interventions for Pain Management: what a level is",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=57787",
    ),
    place=places.UNITS,
    remedy="Count the levels again in the procedure note: one for the first level, one for each further one, whether "
    "one side or both. Take off the add-on lines and units beyond them, or correct the count where it was recorded "
    "wrongly.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the procedure note shows every level that is billed",
    families=("esi_transforaminal", "facet_injection", "facet_injection_us"),
    settled=True,
)
def more_levels_than_recorded(case: Case, line: Line) -> Iterator[Answer]:
    """A claim bills more spinal levels of one procedure than the record says were treated.

    The first code is one level and each add-on unit one more; a level treated on both sides is still one. Fewer levels
    than recorded are no fault a payer denies, and are left alone.
    """
    codes = case.tables.codes.on(case.day(line), case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    if case.told("level_count", line) is None:
        yield Gap(("evidence level_count",), "how many levels were treated is not recorded", of_claim=True)
        return
    recorded = int(case.number("level_count", line))
    billed = levels.beyond(case, line, codes, row.family, row.region, recorded)
    if billed is not None:
        yield Hit(f"With {line.code} the claim bills {billed.normalize():f} levels; the record has {recorded}.")
