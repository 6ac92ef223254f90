"""Opening what a publisher distributes: archives, text, csv and workbooks become sheets of text cells, streamed.

Nothing is unpacked to disk under a name of the archive's. An archive says how large it is before it is read; what is
too large, too often nested or packed beyond belief is refused, and what is cut or broken is named.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from scrubber.tables.long_cells import long_cells
from scrubber.tables.publishers import Row, Sheet, WrongDelivery

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Progress = Callable[[int, int], None]  # bytes read so far, and of how many
Open = Callable[[], IO[bytes]]

TEXT, CSV, BOOK = (".txt", ".tsv", ".dat"), (".csv",), (".xlsx", ".xlsm", ".xls")
READ = (*TEXT, *CSV, *BOOK, ".zip")
LONGEST_CELL = 10_000_000  # Medicare Coverage Database articles stand in one cell
_BLANK = "\xa0 \t\r\n"
_DOWNLOAD = "Download it again, and give it as it came."


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may be at most: the largest a publisher ships is a tenth of it."""

    bytes: int = 2_000_000_000  # unpacked, all members and archives within together
    members: int = 500
    ratio: int = 200  # of what is larger than `small`
    small: int = 20_000_000
    depth: int = 2  # archives within the archive


@dataclass(slots=True)
class _Opening:
    """One import's files: what is open, how much there is, and how much was read."""

    stack: ExitStack
    limits: Limits
    progress: Progress | None
    declared: int = 0
    members: int = 0
    read: int = 0
    total: int = 0

    def told(self, size: int) -> None:
        self.read += size
        if self.progress is not None:
            self.progress(min(self.read, self.total), self.total)


@contextmanager
def opened_sheets(
    paths: Sequence[Path], *, limits: Limits | None = None, progress: Progress | None = None
) -> Iterator[list[Sheet]]:
    """The sheets of some files, in the order given; a folder stands for the files in it.

    They can be gone through until the block ends. Raises WrongDelivery, at once or while rows are gone through.
    """
    with ExitStack() as stack:
        opening = _Opening(stack, limits or Limits(), progress)
        sheets: list[Sheet] = []
        for path in files_of(paths):
            sheets += _sheets_of_file(path, opening)
        if not sheets:
            raise WrongDelivery(
                ", ".join(path.name for path in paths),
                found="no table",
                expected=f"one of {', '.join(READ)}",
                advice="Give the publisher's file as it was downloaded.",
            )
        yield sheets


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The files given, those of a folder one by one. Raises WrongDelivery where there is none."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.is_file() and p.suffix.lower() in READ)
        elif path.is_file():
            yield path
        else:
            raise WrongDelivery(path.name, found="no such file", expected="a file or folder that is there")


def _sheets_of_file(path: Path, opening: _Opening) -> Iterator[Sheet]:
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise WrongDelivery(
            path.name, found=f"a {suffix or 'nameless'} file", expected=f"one of {', '.join(READ)}", advice=_DOWNLOAD
        )
    if not path.stat().st_size:
        raise WrongDelivery(path.name, found="an empty file", expected="the publisher's file", advice=_DOWNLOAD)
    if suffix == ".zip":
        yield from _sheets_of_archive(path.name, opening.stack.enter_context(path.open("rb")), opening, depth=0)
    else:
        opening.total += path.stat().st_size
        yield from _sheets_of_table(path.name, lambda: path.open("rb"), suffix, opening)


# Archives


def _sheets_of_archive(name: str, file: IO[bytes], opening: _Opening, depth: int) -> Iterator[Sheet]:
    try:
        archive = opening.stack.enter_context(zipfile.ZipFile(file))
    except zipfile.BadZipFile as error:
        raise _broken(name, str(error)) from None
    members = [m for m in archive.infolist() if not m.is_dir()]
    _guard(name, members, opening)
    wanted = [m for m in members if PurePosixPath(m.filename).suffix.lower() in READ and not _hidden(m.filename)]
    texts = {str(PurePosixPath(m.filename).with_suffix("")).lower() for m in wanted if not _is_book(m.filename)}
    for member in wanted:
        inner, suffix = PurePosixPath(member.filename), PurePosixPath(member.filename).suffix.lower()
        if _is_book(member.filename) and str(inner.with_suffix("")).lower() in texts:
            continue  # the same rows twice, as CMS ships them: the text is read
        if member.flag_bits & 1:
            raise WrongDelivery(f"{name} > {inner.name}", found="a file under a password", expected="an open file")
        called = f"{name} > {inner.name}"
        if suffix == ".zip":
            if depth + 1 > opening.limits.depth:
                raise WrongDelivery(called, found="an archive in an archive in an archive", expected="fewer of them")
            yield from _sheets_of_archive(called, _taken_out(called, archive, member, opening), opening, depth + 1)
        else:
            opening.total += member.file_size
            yield from _sheets_of_table(called, _opener(archive, member), suffix, opening)


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Open:
    return lambda: archive.open(member)


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _is_book(name: str) -> bool:
    return name.lower().endswith(BOOK)


def _guard(name: str, members: Sequence[zipfile.ZipInfo], opening: _Opening) -> None:
    """Refuse what is no publisher's archive by what it says of itself; reading never gives more than it says."""
    limits = opening.limits
    opening.members += len(members)
    opening.declared += sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    size = sum(member.file_size for member in members)
    found = ""
    if opening.members > limits.members:
        found = f"{opening.members} files"
    elif opening.declared > limits.bytes:
        found = f"{opening.declared:,} bytes unpacked"
    elif any(m.file_size > limits.small and m.file_size > limits.ratio * m.compress_size for m in members) or (
        size > limits.small and size > limits.ratio * packed
    ):
        found = f"a file packed more than {limits.ratio} times"
    if found:
        raise WrongDelivery(
            name,
            found=f"{found}: more than any publisher's archive",
            expected=f"at most {limits.members} files and {limits.bytes:,} bytes",
            advice="This may be an archive made to fill a disk. " + _DOWNLOAD,
        )


def _taken_out(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, opening: _Opening) -> IO[bytes]:
    """An archive within the archive, where it can be read from any place."""
    room = opening.stack.enter_context(SpooledTemporaryFile(max_size=64_000_000))  # noqa: SIM115  (the stack closes it)
    with _named(name), archive.open(member) as packed:
        while part := packed.read(1 << 20):
            room.write(part)
    room.seek(0)
    return cast(IO[bytes], room)


def _broken(name: str, said: str) -> WrongDelivery:
    found = f"a cut or broken archive ({said})" if said else "a cut or broken archive"
    return WrongDelivery(name, found=found, expected="a whole zip file", advice=_DOWNLOAD)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """What goes wrong while a file is unpacked, in words."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _broken(name, str(error)) from None


# Tables


def _sheets_of_table(name: str, open_file: Open, suffix: str, opening: _Opening) -> Iterator[Sheet]:
    if suffix in BOOK:
        yield from _sheets_of_book(name, open_file, opening)
    else:
        rows = _csv_rows if suffix in CSV else _tab_rows
        yield Sheet(name, _Again(lambda: rows(name, _lines(name, open_file, opening))))


class _Again(Iterable[Row]):
    """Rows that are read anew each time they are gone through."""

    def __init__(self, read: Callable[[], Iterator[Row]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Row]:
        return self._read()


class _Counted(io.RawIOBase):
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], told: Callable[[int], None]) -> None:
        super().__init__()
        self._file, self._told = file, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._file.read(len(buffer))
        buffer[: len(part)] = part
        self._told(len(part))
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


def _as_windows_wrote_it(error: UnicodeError) -> tuple[str, int]:
    """What is not UTF-8 was written under Windows; what Windows has no letter for is a letter we do not know."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("as_windows_wrote_it", _as_windows_wrote_it)


def _lines(name: str, open_file: Open, opening: _Opening) -> Iterator[str]:
    """The lines of a text file: UTF-8, Windows-1252, or UTF-16 with its mark."""
    with _named(name), open_file() as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\0" in start:
            raise WrongDelivery(name, found="bytes that are no text", expected="a text file", advice=_DOWNLOAD)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].lower().startswith((b"<!doctype", b"<html", b"<head")):
        raise WrongDelivery(
            name,
            found="a web page",
            expected="the file itself",
            advice="The publisher's licence page may have been saved in its place: accept it in a browser first.",
        )
    with _named(name), open_file() as file:
        counted = io.BufferedReader(_Counted(file, opening.told), 1 << 18)
        yield from io.TextIOWrapper(counted, encoding, errors="as_windows_wrote_it", newline="")


def _csv_rows(name: str, lines: Iterator[str]) -> Iterator[Row]:
    reader = csv.reader(lines)
    with long_cells(LONGEST_CELL):
        try:
            for row in reader:
                yield tuple([cell.strip(_BLANK) for cell in row])
        except csv.Error as error:
            raise WrongDelivery(f"{name}, line {reader.line_num}", found=str(error), expected="csv") from None


def _tab_rows(_name: str, lines: Iterator[str]) -> Iterator[Row]:
    for line in lines:
        text = line.rstrip("\r\n")
        if "\t" in text:
            yield tuple([cell.strip(_QUOTED) for cell in text.split("\t")])
        else:
            yield (text,) if text.strip() else ()


_QUOTED = _BLANK + '"'  # a workbook saved as text puts quotation marks around cells with a comma


def _sheets_of_book(name: str, open_file: Open, opening: _Opening) -> Iterator[Sheet]:
    """The sheets of a workbook; it is opened now, its rows are read when they are gone through."""
    import python_calamine as calamine  # a megabyte that only an import needs  # noqa: PLC0415

    with _named(name), open_file() as file:
        content = file.read()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _guard(name, archive.infolist(), opening)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
    except (calamine.CalamineError, OSError) as error:
        raise WrongDelivery(
            name, found=f"a broken workbook ({error})", expected="an Excel workbook", advice=_DOWNLOAD
        ) from None
    share = len(content) // max(1, len(names))

    def reader(sheet_name: str) -> Callable[[], Iterator[Row]]:
        def read() -> Iterator[Row]:
            try:
                sheet = book.get_sheet_by_name(sheet_name)
            except (calamine.CalamineError, OSError) as error:
                raise WrongDelivery(
                    f"{name}, sheet {sheet_name}", found=f"a broken sheet ({error})", expected="a sheet of cells"
                ) from None
            yield from _book_rows(sheet)
            opening.told(share)

        return read

    for sheet_name in names:
        yield Sheet(f"{name}, sheet {sheet_name}", _Again(reader(sheet_name)))


def _book_rows(sheet: CalamineSheet) -> Iterator[Row]:
    """The rows of a sheet from its very first one, whatever stands in it."""
    left = sheet.start[1] if sheet.start else 0
    blank = ("",) * left
    for row in sheet.iter_rows():
        yield blank + tuple([_cell(value) for value in row])


def _cell(value: object) -> str:
    """A cell as its reader would type it: 104.0 is 104, a day is 2024-07-01."""
    if isinstance(value, str):
        return value.strip(_BLANK)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
