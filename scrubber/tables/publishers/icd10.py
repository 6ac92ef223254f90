"""CDC and CMS, ICD-10-CM: the order file (fixed columns: every code, headings too) or the plain file of codes.

Order file: order number (columns 1-5), code without its dot (7-13), 0 heading or 1 billable (15), a short description
(17-76), a long one (78 on). Codes file: code, blanks, description; billable codes alone, the headings are worked out.
Neither says since when a code is there: that is told by comparing the year with the one held before it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from scrubber.tables.publishers.delivery import Asked, Delivery, Held, Publisher, Sheet, WrongDelivery
from scrubber.tables.publishers.layout import base_of, effective_day, in_order, refuse_a_part, rows_of, said_day, yes

_WHAT = "the ICD-10-CM order file or codes file (icd10cm_order_2026.txt, icd10cm_codes_2026.txt)"
_CODE = r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,4}"
_ORDER = re.compile(rf"(?P<order>\d{{5}}) (?P<code>{_CODE}) *(?P<flag>[01]) (?P<short>.{{1,60}})(?: (?P<long>.*))?")
_PLAIN = re.compile(rf"(?P<code>{_CODE})\s+(?P<long>\S.*)")
_ORDER_BEGINS, _PLAIN_BEGINS = re.compile(r"\d{5} [A-Z]\d"), re.compile(rf"{_CODE}\s+[A-Z]")
_YEAR = re.compile(r"(?:icd-?10-?cm|fy|order|codes|tabular)\D{0,12}(20\d\d)(?!\d)", re.IGNORECASE)
_LAST_CHAPTER = "Z"
_SIDES = {side: re.compile(rf"\b{side}\b") for side in ("left", "right", "bilateral")}
_UNSPECIFIED = re.compile(r"\b(unspecified|not otherwise specified|nos)\b")
_A_YEAR = timedelta(days=370)
_WHOLE = 7  # characters of a code with all its characters


@dataclass(frozen=True, slots=True)
class _Entry:
    """A code of the file, dotted."""

    code: str
    billable: bool
    words: str  # its description in lower case; used to tell side and detail, and not kept


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """Every code of the fiscal year: billable or a heading, of which side, since when and until when."""
    sheet, entries = _entries(sheets)
    effective = effective_day(asked, sheet, said=_said(sheet))
    base = base_of(asked, effective)
    known = {row["code"]: row for row in rows_of(base, "icd10")}
    refuse_a_part(sheet, entries, (code for code, row in known.items() if _in_force(row, effective)))
    year = _Year(entries, known, base, effective)
    rows = [year.row(entry) for entry in entries.values()]
    gone = [year.ended(row) for code, row in known.items() if code not in entries]
    fiscal = effective.year + (effective.month >= 10)
    notes = [f"{len(entries):,} codes, {sum(e.billable for e in entries.values()):,} of them billable."]
    if not year.sure:
        notes.append("The fiscal year before is not held: first and last days of codes are guesses, and unverified.")
    return Delivery(
        table="icd10",
        release=asked.release or (f"fy{fiscal}" if effective.month == 10 else f"fy{fiscal}-{effective:%m}"),
        effective=effective,
        published=asked.published or effective,
        complete=True,
        rows=[in_order("icd10", row) for row in (*rows, *gone)],
        verified_to=date(fiscal, 9, 30),
        notes=tuple(notes),
    )


def _said(sheet: Sheet) -> date | None:
    """The first day of the fiscal year in the file's name, or of the April that the archive names."""
    day = said_day(sheet.name)
    if day is not None and day.month in (4, 10):
        return day
    year = _YEAR.search(sheet.name)
    return date(int(year[1]) - 1, 10, 1) if year else None


def _entries(sheets: Sequence[Sheet]) -> tuple[Sheet, dict[str, _Entry]]:
    """The codes of the order file, else of the codes file. Raises WrongDelivery where there is neither."""
    left = [sheet for sheet in sheets if not re.search("addenda|pcs|index", sheet.name, re.IGNORECASE)]
    for begins, line, read in ((_ORDER_BEGINS, _ORDER, _of_order), (_PLAIN_BEGINS, _PLAIN, _of_codes)):
        for sheet in left:
            if any(begins.match(cells[0].lstrip("\ufeff")) for cells in islice(sheet.rows, 5) if cells):
                found = read(sheet, line)
                if max(found)[0] != _LAST_CHAPTER:
                    raise sheet.wrong(
                        found=f"{max(found)} as the last code", expected="codes as far as chapter Z",
                        advice="The file looks cut: download it again.",
                    )  # fmt: skip
                return sheet, found
    where = sheets[0].name if sheets else "the file"
    raise WrongDelivery(
        where, found="no line of such a file among the first five", expected=_WHAT,
        advice="Take `Code Descriptions in Tabular Order` of the year from CMS, or the code files of the CDC.",
    )  # fmt: skip


def _lines(sheet: Sheet, pattern: re.Pattern[str], expected: str) -> Iterator[tuple[int, re.Match[str]]]:
    for row, cells in sheet:
        text = "\t".join(cells).lstrip("\ufeff").rstrip()
        if not text or text == "\x1a":  # some of the files end in the mark of an old system
            continue
        found = pattern.fullmatch(text)
        if found is None:
            raise sheet.wrong(row, found=repr(text[:40]), expected=expected, advice="Nothing was taken over.")
        yield row, found


def _of_order(sheet: Sheet, pattern: re.Pattern[str]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    last = 0
    for row, found in _lines(sheet, pattern, "order number, code, 0 or 1, and the descriptions in fixed columns"):
        order, code = int(found["order"]), _dotted(found["code"])
        if last and order != last + 1:
            raise sheet.wrong(
                row, found=f"order number {order:05} after {last:05}", expected=f"{last + 1:05}",
                advice="Lines are missing or out of order: download the file again.",
            )  # fmt: skip
        if code in entries:
            raise sheet.wrong(row, found=f"{code} a second time", expected="each code once")
        last = order
        words = (found["long"] or found["short"]).strip().lower()
        entries[code] = _Entry(code, found["flag"] == "1", words)
    return entries


def _of_codes(sheet: Sheet, pattern: re.Pattern[str]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for row, found in _lines(sheet, pattern, "a code, blanks and a description"):
        code = _dotted(found["code"])
        if code in entries:
            raise sheet.wrong(row, found=f"{code} a second time", expected="each code once")
        entries[code] = _Entry(code, True, found["long"].strip().lower())
    for code in tuple(entries):
        for parent in _above(code):
            entries.setdefault(parent, _Entry(parent, False, ""))
    return dict(sorted(entries.items()))


def _dotted(code: str) -> str:
    """A code with its dot.

    >>> _dotted("M5416"), _dotted("M54")
    ('M54.16', 'M54')
    """
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def _above(code: str) -> Iterator[str]:
    """The headings a code stands under, the nearest first: a placeholder X is no heading of its own.

    >>> list(_above("M54.16")), list(_above("S33.6XXA"))
    (['M54.1', 'M54'], ['S33.6', 'S33'])
    """
    bare = code.replace(".", "")
    stem = bare[: _WHOLE - 1].rstrip("X") if len(bare) == _WHOLE else bare[:-1]
    for length in range(len(stem), 2, -1):
        yield _dotted(stem[:length])


class _Year:
    """The codes of a year, compared with those held of the year before."""

    def __init__(
        self, entries: Mapping[str, _Entry], known: Mapping[str, Mapping[str, str]], base: Held | None, effective: date
    ) -> None:
        self.entries, self.known, self.effective = entries, known, effective
        self.sure = base is not None and effective - base.effective < _A_YEAR
        self.whole_before = base is not None and base.complete
        self.below: dict[str, list[str]] = defaultdict(list)
        for code in entries:
            if (parent := next((p for p in _above(code) if p in entries), None)) is not None:
                self.below[parent].append(code)
        self.sides = {code: _side_told(entry.words) for code, entry in entries.items()}

    def row(self, entry: _Entry) -> dict[str, str]:
        """A code of the file."""
        before = self.known.get(entry.code)
        side = before["side"] if before else self._side(entry)
        unspecified = before["unspecified"] if before else yes(self._leaves_open(entry))
        whole = self._whole(entry.code)
        return {
            "code": entry.code,
            "side": side,
            "unspecified": unspecified,
            "seventh_character": yes(whole or len(entry.code) == _WHOLE + 1),
            **self._days(entry, before, whole),
        }

    def ended(self, before: Mapping[str, str]) -> dict[str, str]:
        """A code that is in the year before and not in this one."""
        if not _in_force(before, self.effective):
            return dict(before)
        return {**before, "valid_to": self._day_before, "verified": yes(self.sure)}

    def _days(self, entry: _Entry, before: Mapping[str, str] | None, whole: Sequence[str]) -> dict[str, str]:
        """Whether it is billable, from when to when, and what stands in its place."""
        listed = {"replacement": " ".join(whole), "verified": "yes"}
        if not entry.billable:
            if before and before["billable"] == "yes":  # it became a heading
                if not _in_force(before, self.effective):
                    return {name: before[name] for name in (*_SPAN, "replacement", "verified")}
                below = " ".join(self.below[entry.code])
                spans = {"billable": "yes", "valid_from": before["valid_from"], "valid_to": self._day_before}
                return {**spans, "replacement": below, "verified": yes(self.sure)}
            first = before["valid_from"] if before else self._first
            return {"billable": "no", "valid_from": first, "valid_to": "", **listed}
        if before and before["billable"] == "yes" and _in_force(before, self.effective):
            return {name: before[name] for name in _SPAN} | listed
        new = before is not None or self.whole_before  # a heading or an ended code before: billable from now on
        sure = yes(self.sure or not new)
        first = str(self.effective) if new else ""
        return {"billable": "yes", "valid_from": first, "valid_to": "", "replacement": "", "verified": sure}

    @property
    def _first(self) -> str:
        return str(self.effective) if self.whole_before else ""

    @property
    def _day_before(self) -> str:
        return str(self.effective - timedelta(days=1))

    def _whole(self, code: str) -> Sequence[str]:
        """The whole codes of a heading that lacks nothing but its seventh character, and placeholders before it."""
        below = self.below.get(code, ())
        stem = code.replace(".", "")
        at_end = all(len(c) == _WHOLE + 1 and c.replace(".", "")[:-1].rstrip("X") == stem.rstrip("X") for c in below)
        return below if at_end else ()

    def _side(self, entry: _Entry) -> str:
        """The side in the description; left and right only where there is a code of the other side beside it."""
        told = self.sides[entry.code]
        if told == "bilateral":
            return told
        beside = {self.sides[code] for code in self._siblings(entry.code)}
        if told in ("left", "right"):
            return told if ({"left", "right"} - {told}) & beside else "none"
        return "unspecified" if {"left", "right"} & beside and _UNSPECIFIED.search(entry.words) else "none"

    def _leaves_open(self, entry: _Entry) -> bool:
        """True where the description leaves unspecified what a code beside it specifies."""
        open_here = len(_UNSPECIFIED.findall(entry.words))
        beside = (self.entries[code].words for code in self._siblings(entry.code))
        return open_here > 0 and any(words and len(_UNSPECIFIED.findall(words)) < open_here for words in beside)

    def _siblings(self, code: str) -> Iterable[str]:
        """Codes that differ in the character that tells the side: under one heading, with the same seventh."""
        parents = [parent for parent in _above(code) if parent in self.entries]
        if len(code) == _WHOLE + 1 and parents:  # the side stands above the seventh character
            return [other for heading in self._siblings(parents[0]) for other in self.below[heading] or (heading,)]
        return self.below.get(parents[0], ()) if parents else ()


_SPAN = ("billable", "valid_from", "valid_to")


def _side_told(words: str) -> str:
    """The side a description names; none where it names both.

    >>> _side_told("pain in left hip"), _side_told("blindness right eye, low vision left eye"), _side_told("gout")
    ('left', '', '')
    """
    if _SIDES["bilateral"].search(words):
        return "bilateral"
    named = [side for side in ("left", "right") if _SIDES[side].search(words)]
    return named[0] if len(named) == 1 else ""


def _in_force(row: Mapping[str, str], effective: date) -> bool:
    return not row["valid_to"] or row["valid_to"] >= str(effective)


PUBLISHER = Publisher(
    name="icd10",
    table="icd10",
    title="ICD-10-CM diagnosis codes",
    publisher="National Center for Health Statistics (CDC) and CMS",
    url="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    licence="ICD-10-CM is in the public domain in the United States.",
    quarterly=False,
    accepts="The code descriptions in tabular order: the zip archive of the year, or the order or codes file in it.",
    read=_read,
)
