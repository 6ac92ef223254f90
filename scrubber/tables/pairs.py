"""PTP edits in full: two million pairs in one sorted file that is mapped into memory, not loaded.

The file, in the byte order of the machine that compiled it (it never leaves a practice's home):

    head      what it is, how many column 2 codes, pairs and bytes of histories
    codes     the column 2 codes, ascending, as numbers (five characters, base 36)
    starts    where the pairs of each begin; one more says where the last end
    column1   the column 1 codes of each column 2 code, ascending
    history   of each pair, which of the histories is its own
    histories JSON: the few thousand different histories a pair can have, [[indicator, first day, last day or ""], ...]

All processes of a machine share the same pages of it, and a process keeps only what it was asked for lately. A pair
that was dropped and taken up again has several periods, newest first.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
from abc import abstractmethod
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from scrubber.tables.errors import UnreadableTable
from scrubber.tables.rows import PtpEdit

SUFFIX = ".pairs"
COLUMNS = ("column2", "column1", "indicator", "effective", "until")
INDICATORS = ("0", "1", "9")

_MAGIC = b"CCPAIRS1"
_HEAD = struct.Struct("=8sIIQQ")  # magic, byte order, column 2 codes, pairs, bytes of histories
_ORDER = 0x01020304
_CODE = 5  # characters of a CPT or HCPCS code
_MOST_KEPT = 8192  # answers a process remembers; a practice asks about a few hundred codes

T = TypeVar("T")
Partners = Mapping[str, PtpEdit]
_Period = tuple[str, str, str]


def number_of(code: str) -> int | None:
    """A code as a number; None for what no code of this table can be.

    >>> number_of("99213"), number_of("J1030") is not None, number_of("9921"), number_of("j1030")
    (15539079, True, None, None)
    """
    if len(code) != _CODE or not code.isascii() or not code.isalnum() or code.upper() != code:
        return None
    return int(code, 36)


def _code_of(number: int) -> str:
    text = ""
    for _ in range(_CODE):
        number, digit = divmod(number, 36)
        text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + text
    return text


# Writing


class Compiler:
    """Takes pairs in any order and writes the sorted file; about ten bytes a pair are held meanwhile."""

    def __init__(self) -> None:
        self._pairs: dict[int, array[int]] = defaultdict(lambda: array("Q"))
        self._periods: dict[_Period, int] = {}
        self._numbers: dict[str, int] = {}

    def add(self, rows: Iterable[tuple[str, ...]], told: Callable[[int], None] | None = None) -> None:
        """Take rows of `COLUMNS`; `told` hears now and then how many there have been. Raises UnreadableTable."""
        numbers, periods, pairs = self._numbers, self._periods, self._pairs
        for row, (column2, column1, *period) in enumerate(rows, 1):
            key = tuple(period)
            which = periods.get(key)  # type: ignore[arg-type]  # three of them, or `_period` says so
            if which is None:
                which = periods.setdefault(_period(key, row), len(periods))
            try:
                pairs[numbers[column2]].append(numbers[column1] << 32 | which)
            except KeyError:
                for code in (column2, column1):
                    numbers[code] = _number(code, row)
                pairs[numbers[column2]].append(numbers[column1] << 32 | which)
            if told is not None and row % 20_000 == 0:
                told(row)

    def write(self, file: BinaryIO) -> int:
        """Write the file, and return how many pairs it holds: one that came several times counts once."""
        periods = list(self._periods)
        histories: dict[tuple[int, ...], int] = {}
        codes, starts, column1, history = array("I"), array("I", [0]), array("I"), array("I")
        for code2 in sorted(self._pairs):
            codes.append(code2)
            for code1, of_pair in _by_column1(self._pairs[code2]):
                newest_first = of_pair if len(of_pair) == 1 else _newest_first(of_pair, periods)
                column1.append(code1)
                history.append(histories.setdefault(newest_first, len(histories)))
            starts.append(len(column1))
        told = json.dumps([[periods[p] for p in of_pair] for of_pair in histories]).encode()
        file.write(_HEAD.pack(_MAGIC, _ORDER, len(codes), len(column1), len(told)))
        for part in (codes, starts, column1, history):
            part.tofile(file)
        file.write(told)
        return len(column1)


def _newest_first(of_pair: tuple[int, ...], periods: list[_Period]) -> tuple[int, ...]:
    return tuple(sorted(set(of_pair), key=lambda p: periods[p][1:], reverse=True))


def _by_column1(packed: array[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    last, periods = -1, tuple[int, ...]()
    for each in sorted(packed):
        code1, period = each >> 32, each & 0xFFFFFFFF
        if code1 == last:
            periods += (period,)
            continue
        if periods:
            yield last, periods
        last, periods = code1, (period,)
    if periods:
        yield last, periods


def _number(code: str, row: int) -> int:
    number = number_of(code)
    if number is None:
        raise UnreadableTable(f"table ptp, pair {row}", found=repr(code), expected="a code of five characters")
    return number


def _period(period: tuple[str, ...], row: int) -> _Period:
    where = f"table ptp, pair {row}"
    try:
        indicator, first, last = period
        if indicator not in INDICATORS:
            raise UnreadableTable(f"{where}, indicator", found=repr(indicator), expected=", ".join(INDICATORS))
        if last and date.fromisoformat(last) < date.fromisoformat(first):
            raise UnreadableTable(f"{where}, until", found=last, expected=f"a day not before {first}")
        date.fromisoformat(first)
    except ValueError:
        raise UnreadableTable(where, found=repr(period), expected="indicator, first and last day") from None
    return indicator, first, last


# Reading


class _Remembering(Mapping[str, T]):
    """A look-up whose answers are kept in `_kept`, None for what is not there: the same few are asked again and again.

    What uses it says how an answer is found, and makes room for one more before it is kept.
    """

    __slots__ = ()

    _kept: dict[str, T | None]

    @abstractmethod
    def _found(self, key: str) -> T | None: ...

    @abstractmethod
    def _make_room(self) -> None: ...

    def get(self, key: str, default: Any = None) -> Any:
        """What there is of a code, or the default."""
        try:
            found = self._kept[key]
        except KeyError:
            found = self._found(key)
            self._make_room()
            self._kept[key] = found
        return default if found is None else found

    def __getitem__(self, key: str) -> T:
        found: T | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None


class PairTable(_Remembering[Partners]):
    """Column 2 code -> column 1 code -> edit, as `Release.rows` of the PTP table; looked up in the mapped file.

    Raises UnreadableTable when the file is not one of these, cut, or from a machine of another kind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        where = f"table ptp, {path.name}"
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            size = file.seek(0, 2)
            if len(head) < _HEAD.size or head[: len(_MAGIC)] != _MAGIC:
                raise UnreadableTable(where, found="another kind of file", expected="compiled pairs", advice=_AGAIN)
            _, order, codes, pairs, told = _HEAD.unpack(head)
            if order != _ORDER:
                found = f"byte order {order:#x}"
                raise UnreadableTable(where, found=found, expected=f"a {sys.byteorder}-endian file", advice=_AGAIN)
            whole = _HEAD.size + 4 * (2 * codes + 1 + 2 * pairs) + told
            if size != whole:
                raise UnreadableTable(where, found=f"{size} bytes", expected=f"{whole} bytes", advice=_AGAIN)
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        self.pairs = pairs
        at = _HEAD.size
        parts = []
        for count in (codes, codes + 1, pairs, pairs):
            parts.append(mapped[at : at + 4 * count].cast("I"))
            at += 4 * count
        self._codes, self._starts, self._column1, self._history = parts
        self._edits = [_edit(history) for history in json.loads(bytes(mapped[at:]))]
        self._kept = {}
        self._room = _MOST_KEPT

    def __iter__(self) -> Iterator[str]:
        return map(_code_of, self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __reduce__(self) -> tuple[type[PairTable], tuple[Path]]:
        """A copy maps the same file: nothing of it is copied."""
        return PairTable, (self.path,)

    def _found(self, column2: str) -> _Pairs | None:
        number = number_of(column2)
        if number is None:
            return None
        at = bisect_left(self._codes, number)
        if at == len(self._codes) or self._codes[at] != number:
            return None
        return _Pairs(self, self._starts[at], self._starts[at + 1])

    def _make_room(self) -> None:
        """When there is no more room, all answers are let go of, those of every column 2 code with them."""
        self._room -= 1
        if self._room < 0:
            self._kept, self._room = {}, _MOST_KEPT


_AGAIN = "Import the publisher's file again: cleanclaim tables import ptp FILE."


class _Pairs(_Remembering[PtpEdit]):
    """The pairs of one column 2 code: a stretch of the file."""

    __slots__ = ("_end", "_kept", "_start", "_table")

    def __init__(self, table: PairTable, start: int, end: int) -> None:
        self._table, self._start, self._end = table, start, end
        self._kept = {}

    def _make_room(self) -> None:
        self._table._make_room()

    def __iter__(self) -> Iterator[str]:
        return map(_code_of, self._table._column1[self._start : self._end])

    def __len__(self) -> int:
        return self._end - self._start

    def _found(self, column1: str) -> PtpEdit | None:
        number, table = number_of(column1), self._table
        if number is None:
            return None
        at = bisect_left(table._column1, number, self._start, self._end)
        if at == self._end or table._column1[at] != number:
            return None
        return table._edits[table._history[at]]


def _edit(history: list[list[str]]) -> PtpEdit:
    """The newest period of a pair, which knows those before it."""
    newest, *before = history
    indicator, first, last = newest
    until = date.fromisoformat(last) if last else None
    return PtpEdit(indicator, date.fromisoformat(first), until, tuple(_edit([period]) for period in before))


class Layered(_Remembering[Partners]):
    """The pairs of a release in part over those of the release before it; each pair is looked for in both."""

    def __init__(self, newer: Mapping[str, Partners], older: Mapping[str, Partners]) -> None:
        self.newer, self.older = newer, older
        self._kept = {}

    def _found(self, column2: str) -> Partners | None:
        newer, older = self.newer.get(column2), self.older.get(column2)
        return _Both(newer, older) if newer and older else newer or older

    def _make_room(self) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {}

    def __iter__(self) -> Iterator[str]:
        yield from self.newer
        yield from (column2 for column2 in self.older if column2 not in self.newer)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[type[Layered], tuple[Mapping[str, Partners], Mapping[str, Partners]]]:
        """A copy of both layers; what was looked up is looked up again."""
        return Layered, (self.newer, self.older)


class _Both(Mapping[str, PtpEdit]):
    __slots__ = ("_newer", "_older")

    def __init__(self, newer: Partners, older: Partners) -> None:
        self._newer, self._older = newer, older

    def __getitem__(self, column1: str) -> PtpEdit:
        found = self._newer.get(column1) or self._older.get(column1)
        if found is None:
            raise KeyError(column1)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from self._newer
        yield from (column1 for column1 in self._older if column1 not in self._newer)

    def __len__(self) -> int:
        return sum(1 for _ in self)
