"""`rules off`, `rate`, `on`, `overrides`: what a practice says of a rule, and the history of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, say, stdout
from scrubber import RULES
from scrubber.overrides import Action, Override, override_of
from scrubber.tables import load_tables
from serving.practice_files import add_override, load_overrides, load_own_rules


@dataclass(frozen=True, slots=True)
class Said:
    """What was given on the command line."""

    action: Action
    rule: str
    why: str
    by: str
    on: date
    payer: str = ""
    severity: str | None = None
    until: date | None = None


def override(home: Path, said: Said, *, as_json: bool) -> int:
    """Note a practice's word on a rule, for good."""
    rule_id = said.rule.strip().upper()
    _known_rule(home, rule_id)
    entry = override_of(
        {
            "action": said.action.value,
            "rule": rule_id,
            "payer": said.payer.strip(),
            "severity": said.severity,
            "why": said.why,
            "by": said.by,
            "on": said.on,
            "until": said.until,
        },
        f"rules {said.action.value}",
    )
    _known_payer(home, entry.payer)
    before = load_overrides(home)
    add_override(home, entry)
    if as_json:
        emit(entry.fields())
        return 0
    stdout().print(Text(sentence_of(entry)))
    others = [e for e in before.in_force(said.on) if e.rule == entry.rule and e.payer != entry.payer]
    for other in others:
        stdout().print(Text(f"Still: {sentence_of(other)}"))
    return 0


def _known_rule(home: Path, rule_id: str) -> None:
    own = load_own_rules(home)
    if rule_id in RULES or any(one.rule.id == rule_id for one in own.rules):
        return
    refused = any(fault.rule == rule_id for fault in own.faults)
    raise UnreadableInput(
        "rule id",
        found=f"{rule_id!r}, a rule of your own that could not be read" if refused else repr(rule_id),
        expected="a rule of the catalogue or of your own",
        advice="`cleanclaim rules test FILE` says what is wrong with it."
        if refused
        else "`cleanclaim rules` lists them.",
    )


def _known_payer(home: Path, payer: str) -> None:
    """Say so where neither table nor profile names the payer: a misspelt key would change nothing, silently."""
    rows = load_tables(home).payer_rows.values()
    if payer and payer.upper() not in {name.upper() for row in rows for name in (row.key, *row.ids)}:
        say(f"{payer!r} is no key of the table of payers or of a profile of yours; it is taken for a payer id.")


def sentence_of(entry: Override) -> str:
    """An override in one sentence."""
    whom = f"for {entry.payer}" if entry.payer else "for every payer"
    what = {
        Action.OFF: "is switched off",
        Action.RATE: f"is rated {entry.severity.word if entry.severity else ''}",
        Action.ON: "speaks as it is written",
    }[entry.action]
    until = f" until {entry.until}" if entry.until else ""
    return f"{entry.rule} {what} {whom} from {entry.on}{until}: {entry.why} ({entry.by})"


def show_overrides(home: Path, day: date, *, history: bool, as_json: bool) -> int:
    """What is in force on a day, or everything that was ever said."""
    overrides = load_overrides(home)
    entries = list(overrides.entries) if history else overrides.in_force(day)
    if as_json:
        for entry in entries:
            emit({**entry.fields(), "in_force": entry in overrides.in_force(day)})
        return 0
    if not entries:
        ever = "was ever" if history else "is"
        stdout().print(
            f"No rule {ever} switched off or re-rated. `cleanclaim rules off RULE --payer KEY --why TEXT --by NAME` "
            "switches one off."
        )
        return 0
    stdout().print(_table(entries))
    return 0


def _table(entries: Iterable[Override]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", "payer", "is", "from", "until", "by", "why"):
        table.add_column(column)
    for e in entries:
        what = e.severity.word if e.severity else e.action.value
        table.add_row(e.rule, Text(e.payer or "every"), what, str(e.on), str(e.until or ""), Text(e.by), Text(e.why))
    return table
