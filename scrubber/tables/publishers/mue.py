"""CMS, Medically Unlikely Edits for practitioners: a csv and a workbook in a zip archive, new every quarter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet
from scrubber.tables.publishers.layout import (
    CPT,
    Columns,
    Table,
    codes_held,
    effective_day,
    in_order,
    only_table,
    quarter_name,
    refuse_a_part,
)

_WHAT = "the practitioner services MUE table of CMS"
# the hospital's and the supplier's files differ in the second heading alone
_COLUMNS = Columns(
    must={
        "HCPCS/CPT Code": r"(hcpcs cpt|cpt hcpcs|hcpcs) code",
        "Practitioner Services MUE Values": r"practitioner (services )?mue values?",
        "MUE Adjudication Indicator": r"(practitioner (services )?)?mue adjudication indicator( mai)?",
    },
    maybe={},
)
_CODE, _UNITS, _MAI = _COLUMNS.must


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """The limits of every code CMS publishes one for."""
    table = only_table(sheets, _COLUMNS, _WHAT)
    effective = effective_day(asked, table.sheet, table.sheet.name, table.title)
    rows = list(_rows(table))
    refuse_a_part(table.sheet, (row[0] for row in rows), codes_held(asked, "mue"))
    return Delivery(
        table="mue",
        release=asked.release or quarter_name(effective),
        effective=effective,
        published=asked.published or effective,
        complete=True,
        rows=rows,
        notes=("CMS keeps some limits to itself: a code that is not in the file may still have one.",),
    )


def _rows(table: Table) -> Iterator[Row]:
    seen: set[str] = set()
    for line in table:
        code, units = line.code(_CODE), line.given(_UNITS, "a whole number of units").removesuffix(".0")
        mai = line.given(_MAI, "an indicator such as `2 Date of Service Edit: Policy`")
        if not (units.isascii() and units.isdigit()):
            raise line.wrong(_UNITS, "a whole number of units")
        if mai[0] not in "123" or mai[1:2].isdigit():
            raise line.wrong(_MAI, "an indicator that begins with 1, 2 or 3")
        if code in seen:
            raise line.wrong(_CODE, "each code only once")
        seen.add(code)
        yield in_order("mue", {"code": code, "units": str(int(units)), "mai": mai[0]})
    if not seen:
        raise table.sheet.wrong(found="a header and no rows", expected=_WHAT)


PUBLISHER = Publisher(
    name="mue",
    table="mue",
    title="Medically Unlikely Edits for practitioners",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    url="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-medically-unlikely-edits",
    licence=CPT,
    quarterly=True,
    accepts="The practitioner services MUE table: the zip archive of the quarter, or the csv or workbook in it.",
    read=_read,
)
