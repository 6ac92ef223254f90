"""What rules could not look at, by the thing they wait for: the page and the command line say it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scrubber.report import Unchecked

HISTORY = "history since "  # how rules name a look-back that the store does not reach
RECORD = "evidence "
TABLE = " table"
PAYERS = "payers table"  # what a table of ours says of few payers, a profile says of any
FEW_ITEMS = 4


class Waiting(NamedTuple):
    """One thing that would let rules look, in the words of people, and the ids of the rules that wait for it."""

    what: str
    rule_ids: tuple[str, ...]

    @property
    def said(self) -> str:
        """As a list shows it."""
        wait = "1 rule waits" if len(self.rule_ids) == 1 else f"{len(self.rule_ids)} rules wait"
        return f"add {self.what}: {wait} for it"


def waiting(unchecked: Iterable[Unchecked]) -> list[Waiting]:
    """What is missing, most awaited first: silence is never a pass.

    Histories wanted back to different days are one entry, back to the earliest. More than a few items of the clinical
    record are one entry, too: the list is to be read.
    """
    gaps = list(unchecked)
    since = min((m for u in gaps for m in u.missing if m.startswith(HISTORY)), default="")
    rules: dict[str, set[str]] = {}
    for gap in gaps:
        for missing in gap.missing:
            rules.setdefault(since if missing.startswith(HISTORY) else missing, set()).add(gap.rule_id)
    found = [Waiting(what, tuple(sorted(ids))) for what, ids in _in_words(rules)]
    return sorted(found, key=lambda entry: (-len(entry.rule_ids), entry.what))


def _in_words(rules: Mapping[str, set[str]]) -> Iterable[tuple[str, set[str]]]:
    items = sorted((m for m in rules if m.startswith(RECORD)), key=lambda m: (-len(rules[m]), m))
    for missing in rules.keys() - items:
        yield _words(missing), rules[missing]
    if len(items) > FEW_ITEMS:
        named = ", ".join(item.removeprefix(RECORD).replace("_", " ") for item in items[:FEW_ITEMS])
        yield f"{len(items)} items of the record ({named} ...)", set().union(*(rules[item] for item in items))
        return
    for item in items:
        yield f"{item.removeprefix(RECORD).replace('_', ' ')} (from the record)", rules[item]


def _words(missing: str) -> str:
    """What is missing, with its article where a sentence wants one."""
    if missing.startswith(HISTORY):
        return f"the patient's {missing}"
    if missing == PAYERS:
        return "a profile of the payer (`cleanclaim payers new KEY --id ID`)"
    if missing.endswith(TABLE):
        return f"a release of the {missing} that holds these codes and days (`cleanclaim tables import`)"
    return missing if missing.startswith("a ") else f"the {missing}"
