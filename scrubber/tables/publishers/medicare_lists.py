"""CMS, lists of services that want prior authorization: codes by group of service, with the day each was put on.

A list names codes. Where its demand binds (places, states), how strictly and until when stands in the rows we hold of
the program, each with its source: the list brings those rows up to date, and makes none for a program we do not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Read, Sheet, WrongDelivery, code_of
from scrubber.tables.publishers.layout import (
    CPT,
    Columns,
    Table,
    effective_day,
    in_order,
    only_table,
    refuse_a_part,
    rows_of,
)

_CODE, _CATEGORY, _DAY = "Code", "Service category", "Effective date"
_COLUMNS = Columns(
    must={
        _CODE: r"(?:hcpcs|cpt|cpt hcpcs|hcpcs cpt)?(?: ?procedure)? ?codes?",
        _CATEGORY: r".*(?:service|category|group|title).*",
    },
    maybe={
        _DAY: r".*(?:effective|begin|start|implementation).*",
        "End date": r".*(?:end|removal|removed|termination|deletion) date.*",
    },
)
_END = "End date"
Held = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Program:
    """A program of Medicare's: its name in our column, and what its list is called."""

    program: str
    what: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """A code of the list and the days it is on it, as far as the list says."""

    first: date | None
    last: date | None


def _reader(program: _Program) -> Read:
    def read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
        table = only_table(sheets, _COLUMNS, program.what)
        effective = effective_day(asked, table.sheet, table.sheet.name, table.title)
        listed = _listed(table, program.what)
        of_program = _of_program(program, asked)
        if not of_program:
            raise WrongDelivery(
                table.sheet.name, found=f"no demand of the program {program.program} among the releases held",
                expected="one to take places, states and source from",
                advice="Add one row of the program to the table authorizations first; see docs/tables.md.",
            )  # fmt: skip
        now = [row for row in of_program if not row["valid_to"] or row["valid_to"] >= str(effective)]
        refuse_a_part(table.sheet, listed, {code for row in now for code in row["codes"].split()})
        rows = list(_rows(listed, now or of_program, effective))
        gone = sorted({code for row in now for code in row["codes"].split()} - listed.keys())
        return Delivery(
            table="authorizations",
            release=asked.release or f"{program.program}-{effective}",
            effective=effective,
            published=asked.published or effective,
            complete=False,
            rows=[in_order("authorizations", row) for row in (*rows, *_ended(gone, now, effective))],
            notes=tuple(_notes(listed, gone, effective)),
        )

    return read


def _of_program(program: _Program, asked: Asked) -> Sequence[Held]:
    """The demands of the program in the newest release that has any."""
    for release in asked.held():
        rows = [row for row in rows_of(release, "authorizations") if row["program"] == program.program]
        if rows:
            return rows
    return []


def _notes(listed: Mapping[str, _Listed], gone: Sequence[str], effective: date) -> Iterator[str]:
    yield f"{len(listed):,} codes; places, states and source as in the rows held of the program."
    if gone:
        yield f"Not on the list any more, and ended the day before {effective}: {', '.join(gone)}."


def _listed(table: Table, what: str) -> dict[str, _Listed]:
    found: dict[str, _Listed] = {}
    for line in table:
        text = line.text(_CODE)
        if not text and line.text(_CATEGORY):  # a heading of a group
            continue
        codes = [code_of(part.removesuffix(".0")) for part in text.replace(",", " ").replace(";", " ").split()]
        for code in codes:
            if not (len(code) == 5 and code.isascii() and code.isalnum() and any(c.isdigit() for c in code)):
                raise line.wrong(_CODE, "CPT or HCPCS codes of five characters")
            first, last = line.day(_DAY), line.day(_END)
            if first and last and last < first:
                raise line.wrong(_END, f"a day not before {first}")
            if code in found and found[code] != _Listed(first, last):
                raise line.wrong(_CODE, "each code with one day only")
            found[code] = _Listed(first, last)
    if not found:
        raise table.sheet.wrong(found="a header and no codes", expected=what)
    return found


def _rows(listed: Mapping[str, _Listed], held: Sequence[Held], effective: date) -> Iterator[dict[str, str]]:
    """For every code the demands of the program: its own, or for a new one those most of its codes have."""
    usual = _usual(held)
    grouped: dict[tuple[str, ...], list[str]] = {}
    pattern: dict[tuple[str, ...], dict[str, str]] = {}
    for code, on in listed.items():
        own = [row for row in held if code in row["codes"].split()]
        for row in own or usual:
            first = str(on.first or "") or (row["valid_from"] if own else str(effective))
            made = {**row, "valid_from": first}
            made |= {"valid_to": str(on.last or "") or row["valid_to"], "verified": "yes"}
            key = tuple(value for name, value in made.items() if name != "codes")
            grouped.setdefault(key, []).append(code)
            pattern[key] = made
    for key, codes in grouped.items():
        yield {**pattern[key], "codes": " ".join(sorted(set(codes)))}


def _usual(held: Sequence[Held]) -> list[Held]:
    """The rows of the demand that most codes have: of each set of places and states the one with the most codes."""
    sizes = Counter({(row["places"], row["states"]): 0 for row in held})
    for row in held:
        sizes[row["places"], row["states"]] = max(sizes[row["places"], row["states"]], len(row["codes"].split()))
    most = max(sizes.values())
    found: dict[tuple[str, str], Held] = {}
    for row in held:
        where = (row["places"], row["states"])
        if sizes[where] == most == len(row["codes"].split()):
            found.setdefault(where, row)
    return list(found.values())


def _ended(gone: Sequence[str], held: Sequence[Held], effective: date) -> Iterator[dict[str, str]]:
    last = str(effective - timedelta(days=1))
    for row in held:
        codes = [code for code in row["codes"].split() if code in gone]
        if codes and row["valid_from"] <= last:
            yield {**row, "codes": " ".join(codes), "valid_to": last}


_INITIATIVES = (
    "https://www.cms.gov/data-research/monitoring-programs/medicare-fee-service-compliance-programs/"
    "prior-authorization-and-pre-claim-review-initiatives/"
)


def publisher(name: str, program: str, title: str, what: str, url: str) -> Publisher:
    """The publisher of one program's list."""
    return Publisher(
        name=name,
        table="authorizations",
        title=title,
        publisher="Centers for Medicare & Medicaid Services (CMS)",
        url=url,
        licence=CPT,
        quarterly=False,
        accepts=f"As workbook or csv: {what}.",
        read=_reader(_Program(program, what)),
    )


OPD_URL = _INITIATIVES + "prior-authorization-certain-hospital-outpatient-department-opd-services"
WISER_URL = "https://www.cms.gov/priorities/innovation/innovation-models/wiser"
