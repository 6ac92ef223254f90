"""FRQ-012: blocks of several kinds in one session."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

_KINDS = {
    "esi_interlaminar": "an epidural",
    "esi_transforaminal": "an epidural",
    "facet_injection": "a facet procedure",
    "facet_rfa": "a facet procedure",
    "si_joint": "a sacroiliac joint injection",
    "trigger_point": "a trigger point injection",
}
_LOW_BACK = frozenset({"lumbar_sacral", "sacroiliac"})
_ANYWHERE = "muscle"  # the region of trigger points, which says nothing of where they are


@rule(
    "FRQ-012",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=Citation(
        "LCDs on facet, epidural and trigger point injections (L33930, L33906, L36859 and their like): limitations",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician which blocks were done and why on one day, and correct what was mistyped. If they were "
    "done as billed, the record has to say why one could not wait, or the payer covers only one of them.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows each block and the reason for doing them in one session",
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    confidence="medium",
    families=tuple(_KINDS),
)
def several_blocks_in_one_session(case: Case, line: Line) -> Iterator[Answer]:
    """Blocks of two kinds are billed for one region and day.

    When two blocks are done together nobody can tell which of them helped, so the policies cover one kind a session:
    epidural, facet, sacroiliac or trigger point. A facet cyst is the exception they name. The later line is told; a
    block on another claim of the day counts too. Whether the two pay together at all is the NCCI rules' question.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    known = look_back.codes_on(case, day)
    if known.isdisjoint(_of_other_kinds(case, codes, row)):  # as of almost every line
        return
    here = [other for other in case.claim.lines if other.service_from == day]
    before = (known - {other.code for other in here}) | {other.code for other in here if other.number < line.number}
    others = {code: _another_kind(row, codes.get(code)) for code in sorted(before)}
    kinds = sorted({kind for kind in others.values() if kind})
    if kinds and not _facet_cyst(case, line, day):
        codes_said = ", ".join(code for code, kind in others.items() if kind)
        yield Hit(
            f"{line.code} is {_KINDS.get(row.family)} on the day of {' and '.join(kinds)} ({codes_said}); the policies "
            "cover one kind of block a session."
        )


def _of_other_kinds(case: Case, codes: Release[CodeRow], row: CodeRow) -> AbstractSet[str]:
    """The codes of blocks of another kind than the row's, wherever they are."""
    return case.tables.once(
        ("blocks of other kinds", id(codes), row.family),
        lambda: {code for code, o in codes.rows.items() if _KINDS.get(o.family) not in (None, _KINDS.get(row.family))},
    )


def _another_kind(row: CodeRow, other: CodeRow | None) -> str:
    """What kind of block the other code is, where it is another than this one's and of its region; else empty."""
    kind = _KINDS.get(other.family, "") if other is not None else ""
    if other is None or not kind or kind == _KINDS.get(row.family):
        return ""
    regions = {row.region, other.region}
    return kind if row.region == other.region or _ANYWHERE in regions or regions <= _LOW_BACK else ""


def _facet_cyst(case: Case, line: Line, day: date) -> bool:
    cysts = tuple(parameter("facet_cyst_diagnoses").text_on(day, case.as_of).split())
    return any(d.dotted.startswith(cysts) for d in case.claim.diagnoses_of(line))
