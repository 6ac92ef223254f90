"""COD-005: the code with imaging for an injection without it, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

_IMAGED = frozenset({"fluoroscopy", "ct"})  # the guidance these codes mean; ultrasound is none of it
_WORDS = {"none": "no imaging was used", "ultrasound": "the guidance was ultrasound"}


@rule(
    "COD-005",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("50", "4"),
    citation=Citation(
        "LCD L33906 and its like, Epidural Steroid Injections for Pain Management: image guidance and its record",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33906",
    ),
    place=places.PROCEDURE,
    remedy="Read in the procedure note what guided the needle, and find the images. Bill the code that describes what "
    "was done; an image that was never saved cannot be made afterwards.",
    remedy_kind=RemedyKind.CORRECT,
    supersedes=("IMG-002", "IMG-003"),
    requires="the procedure note shows the guidance of the corrected code",
    families=("esi_interlaminar", "esi_catheter"),
    settled=True,
)
def imaging_not_as_coded(case: Case, line: Line) -> Iterator[Answer]:
    """An epidural injection is billed with imaging guidance the record does not show, or without that it shows.

    These codes come in pairs: one holds fluoroscopy or CT, the other is for an injection by touch alone. The first
    wants the guidance in the note and an image kept; the second is not what was done where the note tells of
    fluoroscopy, and the coverage policies do not pay an epidural without imaging.
    """
    codes = case.tables.codes.on(case.day(line), case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    guidance, saved = case.told("guidance", line), case.told("images_saved", line)
    if row.included_guidance:
        if guidance in _WORDS:
            text = f"{line.code} holds fluoroscopy or CT; by the record {_WORDS[guidance]}."
            yield Hit(text, change=_other_code(codes, row, line) if guidance == "none" else None)
        elif saved == "no":
            yield Hit(f"{line.code} holds fluoroscopy or CT with an image kept; by the record no image was saved.")
        elif guidance is None or saved is None:
            told = {"guidance": guidance, "images_saved": saved}
            missing = tuple(f"evidence {item}" for item, value in told.items() if value is None)
            yield Gap(missing, "what guided the needle, or whether an image was kept, is not recorded", of_claim=True)
    elif guidance in _IMAGED and saved != "no":
        text = f"{line.code} is for an injection without imaging; the record tells of {guidance.replace('ct', 'CT')}."
        yield Hit(text, change=_other_code(codes, row, line) if saved else None)
    elif guidance is None:
        yield Gap(("evidence guidance",), "what guided the needle is not recorded", of_claim=True)


def _other_code(codes: Release[CodeRow], row: CodeRow, line: Line) -> Change | None:
    """The other code of the pair: of the same family and region, with imaging where this one has none."""
    pair = [
        other.code
        for other in codes.rows.values()
        if (other.family, other.region) == (row.family, row.region)
        and bool(other.included_guidance) != bool(row.included_guidance)
    ]
    return Change("set_code", line.number, pair[0]) if len(pair) == 1 else None
