"""The closed grammar of a profile: its values read one by one, and everything wrong with them told at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from claims.errors import UnreadableInput

SHOWN = 60  # characters of a value that an error shows
_SECTION = re.compile(r"^\s*\[\[?\s*([\w.\-\"' ]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")


class UnreadableProfile(UnreadableInput):
    """One place of a payer profile is not what it should be: says file, line, table and key."""

    def __init__(
        self, file: str, line: int, key: str, *, found: str, expected: str, advice: str = "", section: str = ""
    ) -> None:
        self.file, self.line, self.key, self.section = file, line, key, section
        parts = [f"payers/{file}", f"line {line}" if line else "", section, key]
        super().__init__(", ".join(part for part in parts if part), found=found, expected=expected, advice=advice)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, with file, line, table and key."""
        return {**super().fields(), "file": self.file, "line": self.line, "section": self.section, "key": self.key}


class Lines:
    """On which line of a TOML text each table and key stands; tomllib itself does not tell."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[str, int, str], int] = {}
        section, number, quoted = "", 0, False
        count: dict[str, int] = {}
        for line, content in enumerate(text.splitlines(), 1):
            if not quoted:
                if found := _SECTION.match(content):
                    section = found[1]
                    count[section] = number = count.get(section, 0) + 1
                    self._at[section, number, ""] = line
                elif found := _KEY.match(content):
                    self._at.setdefault((section, number, found[1]), line)
            if (content.count('"""') + content.count("'''")) % 2:
                quoted = not quoted

    def of(self, section: str, number: int, key: str = "") -> int:
        """The line of a key, else of its table; 0 where neither is found."""
        return self._at.get((section, number, key)) or self._at.get((section, number, "")) or 0


class Problems:
    """What is wrong with one file."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file, self.lines = file, lines
        self.found: list[UnreadableProfile] = []

    def add(
        self, section: str, number: int, key: str, *, found: str, expected: str, advice: str = "", several: bool = True
    ) -> None:
        """Note a fault at a key of a table (`number` from 1), or of the file's own keys (section "", number 0)."""
        said = (f"[[{section}]] {number}" if several else f"[{section}]") if section else ""
        line = self.lines.of(section, number, key)
        self.found.append(
            UnreadableProfile(self.file, line, key, found=found, expected=expected, advice=advice, section=said)
        )


class Values:
    """The values of one table; each reader notes what is wrong and gives something harmless in its place."""

    def __init__(
        self,
        content: Mapping[str, Any],
        problems: Problems,
        section: str = "",
        number: int = 0,
        *,
        several: bool = True,
    ) -> None:
        self.content, self.section, self.number = content, section, number
        self._problems, self._several = problems, several

    @property
    def line(self) -> int:
        """The line the table begins on."""
        return self._problems.lines.of(self.section, self.number)

    def wrong(self, key: str, expected: str, advice: str = "", found: str | None = None) -> None:
        """Note that a key's value is not what it should be."""
        said = found if found is not None else shown(self.content.get(key))
        self._problems.add(
            self.section, self.number, key, found=said, expected=expected, advice=advice, several=self._several
        )

    def only(self, known: Collection[str]) -> None:
        """Note every key that no profile has."""
        for key in self.content:
            if key not in known:
                self.wrong(key, f"one of {', '.join(known)}", "Look for a slip of the pen.", found="an unknown key")

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text; empty where there is none."""
        value = self.content.get(key, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            self.wrong(key, "a text in quotes")
            return ""
        return value.strip()

    def one_of(self, key: str, allowed: Iterable[str], default: str = "") -> str:
        """A word of a closed list."""
        value = self.content.get(key, default)
        if not isinstance(value, str) or value not in tuple(allowed):
            self.wrong(key, f"one of {', '.join(allowed)}")
            return default
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            self.wrong(key, 'a list of texts such as ["one", "two"]')
            return ()
        return tuple(word.strip() for word in value)

    def some_of(self, key: str, allowed: Collection[str], what: str, advice: str = "") -> frozenset[str]:
        """Words of a closed list; every strange one is named."""
        words = self.words(key)
        for word in words:
            if word not in allowed:
                self.wrong(key, what, advice, found=shown(word))
        return frozenset(words) & frozenset(allowed)

    def fitting(self, key: str, pattern: str, what: str) -> frozenset[str]:
        """Words of a form, such as codes; in capitals."""
        words = [word.upper() for word in self.words(key)]
        for word in words:
            if not re.fullmatch(pattern, word):
                self.wrong(key, what, found=shown(word))
        return frozenset(words)

    def whole(self, key: str, *, most: int = 10_000, needed: bool = False) -> int | None:
        """A whole number from 1; None where there is none."""
        value = self.content.get(key)
        if value is None and not needed:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self.wrong(key, f"a whole number from 1 to {most}")
            return None
        return value

    def flag(self, key: str) -> bool:
        """A yes or a no; no where there is none."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "true or false, without quotes")
            return False
        return value

    def day(self, key: str, *, needed: bool = False) -> date | None:
        """A day; None where there is none."""
        value = self.content.get(key)
        if value is None and not needed:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, "a day such as 2026-01-31, without quotes")
            return None
        return value


def shown(value: object) -> str:
    """A value as an error shows it: short, and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return repr(value)[:SHOWN]
