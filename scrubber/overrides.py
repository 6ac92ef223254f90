"""A practice's word on a rule: switched off, or of another severity, for one payer or all, with reason, name and date.

Entries are only ever added; the last one that holds on a day speaks. An override changes what people see, never the
features of the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from claims.errors import UnreadableInput
from scrubber.own_rules.faults import shown
from scrubber.registry import Severity

EVERY_PAYER = ""
LONGEST = 400  # characters of a name or a reason
SEVERITIES = {severity.word: severity for severity in Severity}
KEYS = ("action", "rule", "payer", "severity", "why", "by", "on", "until")


class UnreadableOverrides(UnreadableInput):
    """The file of overrides is not what it should be: none of it is used, for it may hide what was switched off."""


class Action(StrEnum):
    """What a practice may say of a rule."""

    OFF = "off"
    RATE = "rate"
    ON = "on"  # as the rule itself has it: ends what was said before


@dataclass(frozen=True, slots=True)
class Override:
    """One entry: what was said of a rule, for whom, by whom, why, and on which days it holds."""

    action: Action
    rule: str
    why: str
    by: str
    on: date
    payer: str = EVERY_PAYER  # a key of the table of payers, or a payer id
    severity: Severity | None = None  # of RATE
    until: date | None = None  # inclusive

    def holds(self, day: date) -> bool:
        """True on the days it speaks for."""
        return self.on <= day and (self.until is None or day <= self.until)

    def text(self) -> str:
        """The line of the file."""
        return json.dumps(self.fields(), ensure_ascii=False)

    def fields(self) -> dict[str, str | None]:
        """The entry, ready for JSON."""
        return {
            "action": self.action.value,
            "rule": self.rule,
            "payer": self.payer or None,
            "severity": self.severity.word if self.severity else None,
            "why": self.why,
            "by": self.by,
            "on": self.on.isoformat(),
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True)
class Overrides:
    """All entries, in the order they were made."""

    entries: tuple[Override, ...] = ()

    @cached_property
    def of_rule(self) -> Mapping[str, tuple[Override, ...]]:
        """The entries of each rule, the last one first."""
        found: dict[str, tuple[Override, ...]] = {}
        for entry in self.entries:
            found[entry.rule] = (entry, *found.get(entry.rule, ()))
        return found

    def binding(self, rule_id: str, payers: Iterable[str], day: date) -> Override | None:
        """The entry that speaks for a rule and a payer on a day; None where the rule speaks for itself.

        `payers` are the names of one payer (its id, its key), the more exact first. What was said of the payer goes
        before what was said of all.
        """
        entries = self.of_rule.get(rule_id, ())
        for name in (*(payer.upper() for payer in payers if payer), EVERY_PAYER):
            for entry in entries:
                if entry.payer.upper() == name and entry.holds(day):
                    return None if entry.action is Action.ON else entry
        return None

    def in_force(self, day: date) -> list[Override]:
        """What is switched off or re-rated on a day, by rule and payer."""
        pairs = sorted({(entry.rule, entry.payer) for entry in self.entries})
        found = (next((e for e in self.of_rule[r] if e.payer == p and e.holds(day)), None) for r, p in pairs)
        return [entry for entry in found if entry is not None and entry.action is not Action.ON]


def read_overrides(text: str, file: str) -> Overrides:
    """The entries of a file, one a line. Raises UnreadableOverrides with the line, and where in it."""
    lines = text.split("\n")
    if lines and lines[-1]:
        raise UnreadableOverrides(
            f"{file}, line {len(lines)}", found="a line without its end", expected="one whole entry a line",
            advice="The last entry was cut off: take that line away and give it again with `cleanclaim rules`.",
        )  # fmt: skip
    return Overrides(tuple(_entry(line, f"{file}, line {n}") for n, line in enumerate(lines, 1) if line.strip()))


def _entry(line: str, where: str) -> Override:
    advice = "Put back what `cleanclaim rules` wrote there, or take the line away."
    try:
        content: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableOverrides(where, found="broken JSON", expected="one entry a line", advice=advice) from None
    if not isinstance(content, dict) or set(content) != set(KEYS):
        expected = f"an object of {', '.join(KEYS)}"
        raise UnreadableOverrides(where, found="other members", expected=expected, advice=advice)
    return override_of(content, where)


def override_of(content: Mapping[str, Any], where: str) -> Override:
    """An entry of what was said. Raises UnreadableOverrides with the member that does not fit."""
    said = {key: value for key, value in content.items() if value is not None}
    for key in ("rule", "why", "by"):
        text = said.get(key)
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST or not text.isprintable():
            raise _wrong(where, key, text, f"one line of text, at most {LONGEST} characters")
    payer = said.get("payer", EVERY_PAYER)
    if not isinstance(payer, str) or len(payer) > LONGEST or not payer.isprintable():
        raise _wrong(where, "payer", payer, "a key of the table of payers, or a payer id")
    if said.get("action") not in tuple(Action):
        raise _wrong(where, "action", said.get("action"), "off, rate or on")
    action = Action(said["action"])
    rated = said.get("severity")
    if (action is Action.RATE) != (rated is not None) or rated not in (None, *SEVERITIES):
        raise _wrong(where, "severity", rated, f"one of {', '.join(SEVERITIES)}, with rate alone")
    on, until = _day(said, "on", where), _day(said, "until", where)
    if on is None or (until is not None and until < on):
        raise _wrong(where, "until" if on else "on", said.get("until" if on else "on"), f"a day not before {on or ''}")
    return Override(
        action, said["rule"].strip().upper(), said["why"].strip(), said["by"].strip(), on, payer.strip(),
        SEVERITIES[rated] if rated else None, until,
    )  # fmt: skip


def _day(said: Mapping[str, Any], key: str, where: str) -> date | None:
    given = said.get(key)
    if given is None or type(given) is date:
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise _wrong(where, key, given, "a day such as 2026-03-31") from None


def _wrong(where: str, key: str, value: object, expected: str) -> UnreadableOverrides:
    return UnreadableOverrides(f"{where}, {key}", found=shown(value), expected=expected.strip())
