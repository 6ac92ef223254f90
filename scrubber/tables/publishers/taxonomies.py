"""NUCC, health care provider taxonomy: a csv of every code, new in January and July.

The text of the list is copyrighted: code, level and dates are taken, and nothing else. The newer files have no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet
from scrubber.tables.publishers.layout import (
    Columns,
    Table,
    codes_held,
    effective_day,
    in_order,
    only_table,
    refuse_a_part,
)

_WHAT = "the provider taxonomy code set of the NUCC (nucc_taxonomy_251.csv)"
_CODE, _SECTION = "Code", "Section"
_FROM, _UNTIL = "Effective Date", "Deactivation Date"
_COLUMNS = Columns(
    must={_CODE: r"(?:taxonomy )?code", "Grouping": r"grouping|type", "Classification": r"classification"},
    maybe={_SECTION: r"section", _FROM: r"effective date", _UNTIL: r"deactivation date"},
)
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_VERSION = re.compile(r"nucc[-_ ]?taxonomy[-_ ]?(\d\d)[._]?(\d)", re.IGNORECASE)
_LEVELS = {"individual": "individual", "non individual": "organization", "": ""}


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """Every taxonomy code: whether it is of a person or an organization, and from when to when it may be used."""
    table = only_table(sheets, _COLUMNS, _WHAT)
    effective = effective_day(asked, table.sheet, table.sheet.name, table.title)
    rows = list(_rows(table))
    refuse_a_part(table.sheet, (row[0] for row in rows), codes_held(asked, "taxonomies"))
    version = _VERSION.search(table.sheet.name)
    return Delivery(
        table="taxonomies",
        release=asked.release or (f"{version[1]}.{version[2]}" if version else str(effective)),
        effective=effective,
        published=asked.published or effective,
        complete=True,
        rows=rows,
        notes=("Codes, levels and days alone: the text of the list is copyrighted and is not kept.",),
    )


def _rows(table: Table) -> Iterator[Row]:
    seen: set[str] = set()
    for line in table:
        code = line.given(_CODE, "a taxonomy code").upper()
        if not _TAXONOMY.fullmatch(code):
            raise line.wrong(_CODE, "nine letters or digits and an X, such as 208VP0014X")
        if code in seen:
            raise line.wrong(_CODE, "each code only once")
        seen.add(code)
        level = _LEVELS.get(" ".join(line.text(_SECTION).lower().replace("-", " ").split()))
        if level is None:
            raise line.wrong(_SECTION, "Individual or Non-Individual")
        first, last = line.day(_FROM), line.day(_UNTIL)
        if first and last and last < first:
            raise line.wrong(_UNTIL, f"a day not before {first}")
        days = {"valid_from": str(first or ""), "valid_to": str(last or "")}
        yield in_order("taxonomies", {"code": code, "level": level, "verified": "yes", **days})
    if not seen:
        raise table.sheet.wrong(found="a header and no rows", expected=_WHAT)


PUBLISHER = Publisher(
    name="taxonomies",
    table="taxonomies",
    title="Health care provider taxonomy codes",
    publisher="National Uniform Claim Committee (NUCC)",
    url="https://www.nucc.org/index.php/code-sets-mainmenu-41/provider-taxonomy-mainmenu-40/csv-mainmenu-57",
    licence="The code set is copyrighted by the American Medical Association for the NUCC: using your copy needs your "
    "own right to it. Codes, levels and dates are kept, its text is not.",
    quarterly=False,
    accepts="The csv of the code set, nucc_taxonomy_251.csv.",
    read=_read,
)
