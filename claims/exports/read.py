"""An export read by its map: first its rows, then claim by claim what was sent and what the payer answered.

A bad row costs its claim and no other. All of a file's rows are held while it is read, for a claim's rows may stand
anywhere in it; of each row only the mapped cells.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from claims.claim import Claim
from claims.errors import UnreadableFile, UnreadableInput
from claims.exports.build import records_of
from claims.exports.cells import UnreadableCell
from claims.exports.export_map import ENCODINGS, ExportMap
from claims.exports.rows import Row, read_row
from claims.reading import Refusal
from claims.remittance import Remittance

Record = Claim | Remittance
_Cells = tuple[int, tuple[str, ...]]  # the line in the file, and the mapped cells


@dataclass
class Export:
    """A file's rows by claim number, and what became of them."""

    m: ExportMap
    unknown_columns: tuple[str, ...]
    rows: int = 0
    claims: int = 0
    lines: int = 0
    answers: int = 0
    carcs: Counter[str] = field(default_factory=Counter)
    _places: Mapping[str, int] = field(default_factory=dict)
    _by_claim: dict[str, list[_Cells]] = field(default_factory=dict)
    _broken: dict[str, UnreadableCell] = field(default_factory=dict)  # claims with a row that is none
    _lost: list[Refusal] = field(default_factory=list)

    @property
    def claim_ids(self) -> list[str]:
        """The claim numbers of the file, in order."""
        return list(self._by_claim)

    def groups(self) -> Iterator[tuple[str, list[Record] | Refusal]]:
        """Claim number by claim number: its claims, each followed by its answers, or why they cannot be read."""
        for refusal in self._lost:
            yield refusal.claim_id, refusal
        for claim_id, cells in self._by_claim.items():
            try:
                if claim_id in self._broken:
                    raise self._broken[claim_id]
                found = list(records_of(self.m, claim_id, [self._row(one) for one in cells]))
            except UnreadableInput as error:
                yield claim_id, Refusal(error, self._claims_in(cells), claim_id)
                continue
            self._count(found)
            yield claim_id, found

    def records(self) -> Iterator[Record | Refusal]:
        """The same, one by one."""
        for _, found in self.groups():
            if isinstance(found, Refusal):
                yield found
            else:
                yield from found

    def _row(self, cells: _Cells) -> Row:
        return read_row(self.m, self._places, *cells)

    def _claims_in(self, cells: Sequence[_Cells]) -> int:
        """How many submissions rows that cannot be read make: as many as they have days of sending."""
        at = self._places[self.m.columns["submitted_on"][0]]
        return len({row[at].strip() for _, row in cells})

    def _count(self, found: Sequence[Record]) -> None:
        for record in found:
            if isinstance(record, Claim):
                self.claims += 1
                self.lines += len(record.lines)
            else:
                self.answers += 1
                self.carcs.update(f"{a.group}-{a.carc}" for x in record.lines for a in x.adjustments)


def open_export(source: BinaryIO, m: ExportMap, name: str) -> Export:
    """Read a file's header and rows. Raises UnreadableFile where it lacks a mapped column or is no such text."""
    text = io.TextIOWrapper(source, encoding=ENCODINGS[m.encoding], newline="")
    try:
        for _ in range(m.header_row - 1):
            next(text, None)
        reader = csv.reader(text, delimiter=m.delimiter, strict=True)
        header = [cell.strip() for cell in next(reader, [])]
        export = _headed(m, header, name)
        _take(export, reader, m.header_row - 1, len(header))
    except UnicodeError:
        raise UnreadableFile(
            name, found=f"text that is not {m.encoding}", expected=f"text in {m.encoding}",
            advice=f"Set encoding under [file] in the map: {', '.join(ENCODINGS)}.",
        ) from None  # fmt: skip
    except csv.Error as error:
        raise UnreadableFile(
            name, found=f"no well-formed CSV ({error})", expected=f"cells parted by {m.delimiter!r}",
            advice="Set delimiter under [file] in the map, or export the file anew.",
        ) from None  # fmt: skip
    finally:
        text.detach()
    return export


def _headed(m: ExportMap, header: Sequence[str], name: str) -> Export:
    where = f"{name}, row {m.header_row}"
    twice = [column for column, n in Counter(header).items() if n > 1 and column in m.named]
    if twice:
        raise UnreadableFile(where, found=f"two columns {twice[0]!r}", expected="one of each name the map uses")
    missing = [column for column in m.named if column not in header]
    if missing:
        raise UnreadableFile(
            where, found=f"no column {', '.join(map(repr, missing))} among {len(header)}",
            expected="every column the map names", advice="Correct the map, or its delimiter and header_row.",
        )  # fmt: skip
    unknown = tuple(dict.fromkeys(column for column in header if column and column not in m.named))
    return Export(m, unknown, _places={column: header.index(column) for column in m.named})


def _take(export: Export, reader: Iterator[list[str]], above: int, columns: int) -> None:
    """Sort the rows by claim number, with the mapped cells alone."""
    places = list(export._places.values())
    export._places = {column: i for i, column in enumerate(export._places)}
    claim_column = export.m.columns["claim_id"][0]
    at = export._places[claim_column]
    by_claim: dict[str, list[_Cells]] = defaultdict(list)
    for cells in reader:
        line = reader.line_num + above  # type: ignore[attr-defined]  # csv.reader has it
        if not any(cell.strip() for cell in cells):
            continue
        export.rows += 1
        kept = tuple(cells[place] if place < len(cells) else "" for place in places)
        claim_id = kept[at].strip()
        if claim_id:
            if fault := _out_of_place(line, cells, columns):
                export._broken.setdefault(claim_id, fault)
            by_claim[claim_id].append((line, kept))
        else:
            error = UnreadableCell(line, claim_column, found="nothing", expected="a claim number")
            export._lost.append(Refusal(error, 1))
    export._by_claim = dict(by_claim)


def _out_of_place(line: int, cells: Sequence[str], columns: int) -> UnreadableCell | None:
    """What is wrong with a row whose cells cannot be those of the header's columns; None where nothing is."""
    if any(cell.strip() for cell in cells[columns:]):
        return UnreadableCell(
            line, f"number {columns + 1}", found=f"{len(cells)} cells under {columns} columns",
            expected="a cell a column", advice="A cell that holds the delimiter must stand in quotes.",
        )  # fmt: skip
    if any("\0" in cell for cell in cells):
        return UnreadableCell(line, "unknown", found="a character of no text (NUL)", expected="text")
    return None
