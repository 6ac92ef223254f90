"""Where a practice keeps its own rules and overrides: `rules/` under the home folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from scrubber.overrides import Override, Overrides, UnreadableOverrides, read_overrides
from scrubber.own_rules import OwnRules, UnreadableRule, read_rules
from scrubber.practice import Practice
from scrubber.tables import Tables

FOLDER, OVERRIDES = "rules", "overrides.jsonl"
MOST_FILES = 200

Stamp = tuple[tuple[str, int, int, int], ...]


def load_practice(home: Path, tables: Tables) -> Practice:
    """The practice's own rules and overrides. Raises UnreadableOverrides; a bad rule is told in `own.faults`."""
    return Practice(tables, load_own_rules(home), load_overrides(home))


def load_own_rules(home: Path) -> OwnRules:
    """The rules of every file, in the order of their names; what cannot be read costs no other."""
    found = OwnRules()
    files = sorted((home / FOLDER).glob("*.toml"))
    for path in files[:MOST_FILES]:
        found += rules_of(path)
    for path in files[MOST_FILES:]:
        fault = UnreadableRule(
            path.name, "", "", found=f"a file beyond the {MOST_FILES} read", expected="fewer files, of more rules each"
        )
        found += OwnRules((), (fault,))
    return found


def rules_of(path: Path) -> OwnRules:
    """The rules of one file."""
    try:
        return read_rules(path.read_bytes(), path.name)
    except OSError as error:
        found = (error.strerror or "a file that cannot be opened").lower()
        return OwnRules((), (UnreadableRule(path.name, "", "", found=found, expected="a TOML file of rules"),))


def load_overrides(home: Path) -> Overrides:
    """What the practice has said of rules. Raises UnreadableOverrides: half of it would show what was switched off."""
    path = home / FOLDER / OVERRIDES
    try:
        return read_overrides(path.read_bytes().decode("utf-8"), path.name)
    except FileNotFoundError:
        return Overrides()
    except UnicodeDecodeError as error:
        found = f"a byte that is not UTF-8 at offset {error.start}"
        raise UnreadableOverrides(path.name, found=found, expected="a text file in UTF-8") from None
    except OSError as error:
        found = (error.strerror or "a file that cannot be opened").lower()
        raise UnreadableOverrides(str(path), found=found, expected="a file that can be read") from None


def add_override(home: Path, entry: Override) -> None:
    """Add an entry for good: one line in one write, under a lock, on disk when this returns.

    Raises UnreadableOverrides where the file is broken: nothing is added to what cannot be read.
    """
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = (entry.text() + "\n").encode()
    with (folder / OVERRIDES).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        load_overrides(home)
        os.write(file.fileno(), line)
        os.fsync(file.fileno())


def stamp(home: Path, folder: str = FOLDER) -> Stamp:
    """What changes when a file of the folder does; empty where there is none."""
    try:
        with os.scandir(home / folder) as entries:
            return tuple(sorted(_stamp_of(entry) for entry in entries if entry.name.endswith((".toml", OVERRIDES))))
    except OSError:
        return ()


def _stamp_of(entry: os.DirEntry[str]) -> tuple[str, int, int, int]:
    try:
        found = entry.stat()
    except OSError:  # taken away just now
        return entry.name, 0, 0, 0
    return entry.name, found.st_mtime_ns, found.st_size, found.st_ino
