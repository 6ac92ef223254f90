"""Tables from their folders: a manifest that says what each column and release is, and the release files themselves.

A practice's own releases lie in its home under `tables/<name>/` in the same form; one with the name of a shipped
release takes its place. A row stays in force until a newer release drops or ends it: a subset drops nothing, so what it
does not hold is taken from the release before it, and a practice may bring a few rows of its own.

A release file is CSV, or for PTP in full a compiled one (`scrubber.tables.pairs`), which is mapped and not read.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from scrubber.tables import pairs
from scrubber.tables.errors import UnreadableTable
from scrubber.tables.long_cells import long_cells
from scrubber.tables.reading import FORMS, Cells, Form
from scrubber.tables.release import Release, Table

SHIPPED = Path(__file__).parent / "data"
MANIFEST = "manifest.toml"
STAMP = "changed"  # in `home/tables/`; another content says that a release came or went
_ABOUT = ("title", "publisher", "url", "licence", "grain", "key", "quarterly", "columns", "releases")
_OF_A_RELEASE: Mapping[str, type] = {
    "name": str, "file": str, "effective": date, "published": date, "coverage": str, "rows": int, "sha256": str,
}  # fmt: skip
# What a release may say beside: days, and, of an import, when, from which files, and whose words those are.
_MAY_SAY: Mapping[str, type] = {
    "verified_to": date, "speaks_from": date, "imported": date, "files": list, "note": str,
    "title": str, "publisher": str, "url": str, "licence": str,
}  # fmt: skip


def load_table(name: str, home: Path | None = None, manifest_file: str = MANIFEST) -> Table[Any]:
    """One table: the shipped releases, and those of the practice's home.

    `manifest_file`: another manifest of the practice's folder, such as the one before the last import. Raises
    UnreadableTable where a manifest or file is missing, changed or wrong.
    """
    folders = [(SHIPPED / name, MANIFEST)]
    if home is not None and (home / "tables" / name).is_dir():
        folders.append((home / "tables" / name, manifest_file))
    releases: dict[str, Release[Any]] = {}
    quarterly = False
    for folder, file in folders:
        manifest = read_manifest(name, folder, file)
        quarterly = quarterly or manifest["quarterly"]
        releases |= {r.name: r for r in releases_of(name, folder, manifest)}
    layered: list[Release[Any]] = []
    for release in sorted(releases.values(), key=lambda r: (r.effective, r.published)):
        below = [r for r in layered if r.published <= release.published]
        if below and not release.complete and release.rows is not below[-1].rows:
            layered.append(replace(release, rows=FORMS[name].over(release.rows, below[-1].rows)))
        else:
            layered.append(release)
    return Table(name, tuple(layered), quarterly)


def read_manifest(name: str, folder: Path, file: str = MANIFEST) -> dict[str, Any]:
    """A table's manifest, with everything in it that must be there."""
    where = f"table {name}, {file}"
    try:
        manifest = tomllib.loads((folder / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableTable(where, found="no file", expected=f"a manifest in {folder.name}/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableTable(where, found=f"broken TOML ({error})", expected="a TOML file") from None
    missing = [key for key in _ABOUT if key not in manifest]
    if missing:
        raise UnreadableTable(where, found=f"no {', '.join(missing)}", expected=", ".join(_ABOUT))
    form = FORMS[name]
    columns = (*form.columns, *form.optional)
    if tuple(manifest["columns"]) not in (form.columns, columns):
        raise UnreadableTable(f"{where}, [columns]", found=", ".join(manifest["columns"]), expected=", ".join(columns))
    for release in manifest["releases"]:
        _check_release(f"{where}, release {release.get('name', '?')}", release)
    return manifest


def _check_release(where: str, release: Mapping[str, Any]) -> None:
    for key, kind in _OF_A_RELEASE.items():
        if not isinstance(release.get(key), kind):
            raise UnreadableTable(f"{where}, {key}", found=repr(release.get(key)), expected=f"a {kind.__name__}")
    if release["coverage"] not in ("subset", "complete"):
        raise UnreadableTable(f"{where}, coverage", found=repr(release["coverage"]), expected="subset or complete")
    for key, kind in _MAY_SAY.items():
        if key in release and not isinstance(release[key], kind):
            raise UnreadableTable(f"{where}, {key}", found=repr(release[key]), expected=f"a {kind.__name__}")
    if Path(release["file"]).name != release["file"]:
        raise UnreadableTable(f"{where}, file", found=repr(release["file"]), expected="a file beside the manifest")


def releases_of(name: str, folder: Path, manifest: Mapping[str, Any]) -> Iterator[Release[Any]]:
    """The releases a manifest names, read from its folder. Raises UnreadableTable."""

    @cache  # several releases may share one file whose rows carry their own dates
    def rows_of(file: str, digest: str, count: int, effective: date) -> Mapping[str, Any]:
        where = f"table {name}, {file}"
        if file.endswith(pairs.SUFFIX):
            _check_digest(where, folder / file, digest)
            compiled = pairs.PairTable(folder / file)
            rows: Mapping[str, Any] = compiled
            found = compiled.pairs
        else:
            cells = _cells(where, _content(where, folder / file, digest), FORMS[name])
            rows, found = FORMS[name].read(cells, effective), len(cells)
        if found != count:
            raise UnreadableTable(where, found=f"{found} rows", expected=f"{count} rows, as the manifest says")
        return rows

    for r in manifest["releases"]:
        dated_by_release = r["effective"] if FORMS[name].dated_by_release else date.min
        about = {**{key: manifest[key] for key in ("title", "publisher", "url", "licence")}, **r}
        yield Release(
            name=r["name"],
            effective=r["effective"],
            published=r["published"],
            complete=r["coverage"] == "complete",
            rows=rows_of(r["file"], r["sha256"], r["rows"], dated_by_release),
            citation=f"{about['publisher']}: {about['title']}, release {r['name']}",
            url=about["url"],
            verified_to=r.get("verified_to"),
            sha256=r["sha256"],
            speaks_from=r.get("speaks_from"),
            licence=about["licence"],
            imported=r.get("imported"),
            files=tuple(r.get("files", ())),
            note=r.get("note", ""),
        )


def _check_digest(where: str, file: Path, digest: str) -> None:
    """That a file is the very one its manifest was written for; it is read through, not kept."""
    try:
        with file.open("rb") as content:
            _same(where, file_digest(content, "sha256").hexdigest(), digest)
    except FileNotFoundError:
        raise UnreadableTable(where, found="no file", expected="the file the manifest names") from None


def _same(where: str, found: str, expected: str) -> None:
    if found != expected:
        raise UnreadableTable(
            where,
            found=f"sha256 {found[:12]}...",
            expected=f"{expected[:12]}...",
            advice="The file has changed since its manifest was written: restore it, or import it again.",
        )


def _content(where: str, file: Path, digest: str) -> str:
    """The text of a release file, when it is the very file its manifest was written for."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise UnreadableTable(where, found="no file", expected="the file the manifest names") from None
    _same(where, sha256(content).hexdigest(), digest)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableTable(where, found=f"byte {error.start} that is not UTF-8", expected="UTF-8 text") from None


def _cells(where: str, text: str, form: Form) -> list[Cells]:
    with long_cells(len(text)):
        return _cells_of(where, text, form)


def _cells_of(where: str, text: str, form: Form) -> list[Cells]:
    lines = csv.reader(io.StringIO(text, newline=""))
    columns, whole = tuple(next(lines, ())), (*form.columns, *form.optional)
    if columns not in (form.columns, whole):
        raise UnreadableTable(f"{where}, line 1", found=", ".join(columns) or "nothing", expected=", ".join(whole))
    absent = {} if columns == whole else dict.fromkeys(form.optional, "")
    cells = []
    for line in lines:
        at = f"{where}, line {lines.line_num}"
        if len(line) != len(columns):
            raise UnreadableTable(at, found=f"{len(line)} values", expected=f"{len(columns)} values")
        cells.append(Cells({**dict(zip(columns, line, strict=True)), **absent}, at))
    return cells
