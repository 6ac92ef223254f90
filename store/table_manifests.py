"""The manifest of a practice's own releases of a table: what is held, how it is written, and how one change is made.

A change is one rename of the manifest: whoever reads at that moment, and whatever is killed, sees the releases of
before or of after. Everything the manifest names is on disk before; what no manifest names is cleared away later. The
manifest of before is kept beside it (`before`), so that a rollback is the same one rename the other way.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from scrubber.tables.loading import MANIFEST, SHIPPED, STAMP, read_manifest
from scrubber.tables.long_cells import long_cells
from scrubber.tables.pairs import SUFFIX
from scrubber.tables.publishers import PUBLISHERS, Held, publishers_of
from scrubber.tables.reading import FORMS
from store.errors import ImportUnderWay

STAGED = ".importing-"
_BEFORE = "before-"
OWN = "own"  # the name of the release a practice writes itself, unless it says otherwise


@dataclass(frozen=True, slots=True)
class Entry:
    """A release as its manifest tells it, and the folder its file lies in."""

    said: Mapping[str, Any]
    folder: Path

    @property
    def name(self) -> str:
        """The release's name."""
        return str(self.said["name"])

    @property
    def by(self) -> str:
        """Whose file it was: a publisher's name, `own`, or "" for what ships."""
        return str(self.said.get("by", ""))

    def held(self, table: str) -> Held:
        """Its rows as text, in all columns of the table; none of a compiled file, which nobody merges."""
        rows: list[tuple[str, ...]] = []
        if not self.said["file"].endswith(SUFFIX):
            text = (self.folder / self.said["file"]).read_text(encoding="utf-8")
            whole = len(FORMS[table].columns) + len(FORMS[table].optional)
            with long_cells(len(text)):
                lines = csv.reader(io.StringIO(text, newline=""))
                next(lines, None)
                rows = [(*line, *[""] * (whole - len(line))) for line in lines]
        said = self.said
        return Held(self.name, said["effective"], said["published"], said["coverage"] == "complete", rows)


def entries(table: str, home: Path) -> list[Entry]:
    """The releases held, newest first: the practice's own, and those that ship unless one of its own has the name."""
    found: dict[str, Entry] = {}
    for folder in (SHIPPED / table, own_folder(table, home)):
        if (folder / MANIFEST).exists():
            found |= {r["name"]: Entry(r, folder) for r in read_manifest(table, folder)["releases"]}
    return sorted(found.values(), key=lambda e: (e.said["effective"], e.said["published"]), reverse=True)


def rivals(held: Sequence[Entry], by: str) -> list[Entry]:
    """The releases a new one of `by` follows: of the same publisher, else what ships."""
    return [e for e in held if e.by == by] or [e for e in held if not e.by]


def own_folder(table: str, home: Path) -> Path:
    """Where the practice's releases of a table lie."""
    return home / "tables" / table


def free_name(name: str, by: str, table: str, held: Sequence[Entry]) -> str:
    """The release's name, led by its publisher's where another one of the table has taken it.

    A publisher's whole table takes the place of a shipped release of its name; where a table has several publishers,
    none of them does.
    """
    alone = len(publishers_of(table)) <= 1
    taken = any(e.name == name and e.by != by and not (alone and not e.by) for e in held)
    return f"{by}-{name}" if taken else name


@contextmanager
def only_one(home: Path) -> Iterator[Path]:
    """Nobody else changes the tables meanwhile; gives their folder, cleared of what a killed import left behind.

    The lock is the operating system's, so it goes with whoever held it. Raises ImportUnderWay.
    """
    folder = home / "tables"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ImportUnderWay from None
        _clear(folder)
        yield folder


def _clear(folder: Path) -> None:
    """Remove what no manifest names, and tell running services to look: the killed one may have come to its end."""
    left = list(folder.glob(f"{STAGED}*"))
    for staged in left:
        shutil.rmtree(staged, ignore_errors=True)
    for table in FORMS:
        own = folder / table
        if not (own / MANIFEST).exists():
            continue
        named = _named(own, MANIFEST) | {MANIFEST}
        for file in own.iterdir():
            if file.name not in named and (file.suffix == SUFFIX or file.name.startswith(_BEFORE) or _ours(file)):
                file.unlink(missing_ok=True)
    if left:
        tell_services(folder)


def _ours(file: Path) -> bool:
    """True for a release file an import has written: its name ends with the beginning of its digest."""
    stem = file.stem.rpartition("-")[2]
    return file.suffix == ".csv" and len(stem) == 8 and set(stem) <= set("0123456789abcdef")


def _named(own: Path, manifest: str) -> set[str]:
    """The files a manifest and the one before it name."""
    try:
        said = tomllib.loads((own / manifest).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {file.name for file in own.iterdir()}  # a folder we do not understand stays as it is
    named = {str(release.get("file", "")) for release in said.get("releases", ())}
    if manifest == MANIFEST and said.get("before"):
        named |= {said["before"]} | _named(own, said["before"])
    return named


def manifest_with(table: str, home: Path, release: Mapping[str, Any]) -> dict[str, Any]:
    """The practice's manifest with one more release, in the place of one of its name."""
    own = own_folder(table, home)
    if (own / MANIFEST).exists():
        of_now = ("before", "rolled_back", "rolled_back_on")
        manifest = {key: value for key, value in read_manifest(table, own).items() if key not in of_now}
    else:
        manifest = {**read_manifest(table, SHIPPED / table), "releases": []}
    publisher = PUBLISHERS.get(str(release.get("by", "")))
    quarterly = manifest["quarterly"] or (publisher is not None and publisher.quarterly)
    releases = [r for r in manifest["releases"] if r["name"] != release["name"]]
    form = FORMS[table]
    columns = {c: manifest["columns"].get(c, f"{c}.") for c in (*form.columns, *form.optional)}
    return {**manifest, "quarterly": quarterly, "columns": columns, "releases": [*releases, release]}


def commit(table: str, home: Path, manifest: Mapping[str, Any], files: Sequence[Path] = ()) -> None:
    """Put a manifest in force, with the files it names that are new; the manifest of now becomes the one before."""
    folder = home / "tables"
    own, staged = own_folder(table, home), folder / f"{STAGED}{table}"
    staged.mkdir(exist_ok=True)
    there = own.is_dir()
    target = own if there else staged
    said = _told(own, table) if there and (own / MANIFEST).exists() else dump({**manifest, "releases": []})
    before = f"{_BEFORE}{sha256(said).hexdigest()[:8]}.toml"
    durable(target / before, said)
    for file in files:
        if file.parent != target:
            os.replace(file, target / file.name)
    durable(staged / MANIFEST, dump({**manifest, "before": before}))
    settle(target)
    if there:
        os.replace(staged / MANIFEST, own / MANIFEST)
        settle(own)
        shutil.rmtree(staged)
    else:
        os.replace(staged, own)
    settle(folder)
    tell_services(folder)


def _told(own: Path, table: str) -> bytes:
    """The manifest of now as one that can be gone back to: without the one before it."""
    said = {key: value for key, value in read_manifest(table, own).items() if key != "before"}
    return dump(said)


def tell_services(folder: Path) -> None:
    """Services look at this one file before an answer; its name tells nothing, its change does."""
    durable(folder / f"{STAMP}.new", os.urandom(8).hex().encode())
    os.replace(folder / f"{STAMP}.new", folder / STAMP)


def durable(path: Path, content: bytes) -> None:
    """Write a file so that it is there after the lights went out."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """That the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def dump(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as TOML."""
    lines = [f"{key} = {_value(value)}" for key, value in manifest.items() if key not in ("columns", "releases")]
    lines += ["", "[columns]", *(f"{key} = {_value(value)}" for key, value in manifest["columns"].items())]
    if not manifest["releases"]:
        lines.insert(0, "releases = []")
    for release in manifest["releases"]:
        lines += ["", "[[releases]]", *(f"{key} = {_value(value)}" for key, value in release.items())]
    return ("\n".join(lines) + "\n").encode()


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    # TOML's basic strings are JSON's, but for one control character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def rolled_back(table: str, home: Path) -> str:
    """The release that a rollback has set aside; "" when none is."""
    own = own_folder(table, home)
    return str(read_manifest(table, own).get("rolled_back", "")) if (own / MANIFEST).exists() else ""
