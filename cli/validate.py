"""`validate`: everything wrong with X12 files before they are sent, and the 999 that says so."""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile
from claims.x12.validate import Finding, Severity, Validation, validate, write_999
from cli.console import emit, progress, say, stdout

_STDIN = Path("-")
_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_REFUSED, _UNUSABLE = 1, 2


class _Counted(io.RawIOBase):
    """A file that tells a progress bar how much of it has been read."""

    def __init__(self, path: Path) -> None:
        self._file = sys.stdin.buffer if path == _STDIN else path.open("rb")
        self._keep = path == _STDIN
        self.size = None if self._keep else path.stat().st_size
        self.done = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.done += len(chunk)
        return chunk

    def close(self) -> None:
        if not self._keep:
            self._file.close()
        super().close()


def validate_files(paths: list[Path], ack: Path | None, *, as_json: bool, limit: int) -> int:
    """Check each file; 0 nothing wrong (warnings there may be), 1 errors found, 2 a file that is no X12 at all."""
    if ack is not None and len(paths) > 1:
        raise UnreadableFile(
            "--ack", found=f"{len(paths)} files", expected="one", advice="A 999 answers one file: run it for each."
        )
    if ack is not None and ack.is_file():  # a 999 never takes the place of a file that is there
        raise UnreadableFile(
            str(ack), found="a file that is there already", expected="a new file", advice="Name another, or remove it."
        )
    codes = [_one(path, ack, as_json=as_json, limit=limit) for path in paths]
    return max(codes, default=0)


def _one(path: Path, ack: Path | None, *, as_json: bool, limit: int) -> int:
    try:
        source = _open(path)
        with source:
            validation = validate(source, limit=limit)  # type: ignore[arg-type]  # read() is all it asks of a file
            findings = _read(validation, source, path, as_json=as_json)
    except UnreadableFile as error:
        say(f"error: {path}: {error}")
        return _UNUSABLE
    if as_json:
        emit({"file": str(path), **_summary(validation)})
    else:
        _show(path, validation, findings)
    if ack is not None:
        _acknowledge(ack, validation)
    return _REFUSED if validation.errors else 0


def _open(path: Path) -> _Counted:
    expected, advice = "an X12 file", "Check the path."
    if path.is_dir():
        raise UnreadableFile("file", found="a folder", expected=expected, advice="Name its files: FOLDER/*")
    try:
        return _Counted(path)
    except OSError as error:
        found = (error.strerror or "a file that cannot be opened").lower()
        raise UnreadableFile("file", found=found, expected=expected, advice=advice) from error


def _read(validation: Validation, source: _Counted, path: Path, *, as_json: bool) -> list[Finding]:
    """The findings; as JSON each is written at once, so that a long file is not waited for."""
    kept = []
    with progress(f"validate {path.name}", source.size) as update:
        for finding in validation:
            update(source.done, None)
            if as_json:
                emit({"file": str(path), **finding.fields()})
            else:
                kept.append(finding)
    return kept


def _summary(validation: Validation) -> dict[str, object]:
    return {
        "summary": True,
        "errors": validation.errors,
        "warnings": validation.warnings,
        "segments": validation.segments,
        "transactions": validation.sets,
        "transactions_not_checked": validation.unchecked_sets,
        "records": validation.records,
        "not_shown": [
            {"check": check, "at": at, "count": count} for (check, at), count in sorted(validation.left_out.items())
        ],
    }


def _show(path: Path, validation: Validation, findings: list[Finding]) -> None:
    console = stdout()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("segment", "at", "loop", "claim", "severity"):
        table.add_column(column, no_wrap=True)
    table.add_column("finding", ratio=1)
    for f in sorted(findings, key=lambda f: f.place.number or sys.maxsize):
        advice = f" {f.advice}" if f.advice else ""
        table.add_row(
            str(f.place.number or ""), f.reference, f.loop, Text(f.place.claim_id),
            Text(f.severity.value, _STYLE[f.severity]), Text(f"found {f.found}, expected {f.expected}.{advice}"),
        )  # fmt: skip
    if findings:
        console.print(table)
    for (check, at), count in sorted(validation.left_out.items()):
        console.print(Text(f"and {count} more: {check}" + (f" at {at}" if at else "")))
    unchecked = f", {validation.unchecked_sets} not checked" if validation.unchecked_sets else ""
    console.print(
        Text(
            f"{path}: {_counted(validation.errors, 'error')}, {_counted(validation.warnings, 'warning')} in "
            f"{_counted(validation.records, 'claim')}, {_counted(validation.segments, 'segment')}, "
            f"{_counted(validation.sets, 'transaction set')}{unchecked}."
        )
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _acknowledge(ack: Path, validation: Validation) -> None:
    written = write_999(validation.interchanges, moment=datetime.now())  # noqa: DTZ005  (the office's own clock)
    if not written:
        say(f"{ack} not written: the file has no group that a 999 could answer.")
        return
    try:
        ack.write_bytes(written)
    except OSError as error:
        found = (error.strerror or "a file that cannot be written").lower()
        raise UnreadableFile(str(ack), found=found, expected="a file to write", advice="Check the path.") from error
