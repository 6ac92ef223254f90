"""Write the reference part of docs/own-rules.md from the code; with --check, fail where it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from claims.claim import PayerType
from claims.evidence import ITEMS
from claims.reasons import NOT_PAYER_SPEECH, Reason
from scrubber.own_rules.conditions import DEEPEST, GROUPS, MOST_CONDITIONS, SUBJECTS
from scrubber.own_rules.earlier_care import COUNTS
from scrubber.own_rules.fields import FIELDS, Kind
from scrubber.own_rules.operators import LONGEST_SPAN, MOST_VALUES, OPERATORS, PRESENCE
from scrubber.own_rules.reading import KEYS, LONGEST, LONGEST_FILE, MOST_RULES, NEEDED
from scrubber.own_rules.template import OF_CLAIM, OF_LINE
from scrubber.registry import RemedyKind
from scrubber.tables import shipped_tables

PAGE = Path(__file__).with_name("own-rules.md")
MARK = "<!-- Below this line: generated from the code by `make docs`. -->"
KINDS = (Kind.TEXT, Kind.LIST, Kind.NUMBER, Kind.DAY, Kind.YES_NO)
REMEDIES = {
    RemedyKind.CORRECT: "a typo or a format",
    RemedyKind.OBTAIN: "an authorization, an eligibility answer, a referral, an ABN",
    RemedyKind.DOCUMENT: "what was done, and why",
    RemedyKind.ASK_CLINICIAN: "a question for the clinician; with `requires` it may name what would be billed",
    RemedyKind.DO_NOT_BILL: "leave the line out",
    RemedyKind.HOLD: "wait for a day or an answer",
}


def reference() -> str:
    """Everything a rule may say, in tables."""
    needed = [(f"`{key}`", "yes" if key in NEEDED else "", meaning) for key, meaning in KEYS.items()]
    fields = [(f"`{f.name}`", f.kind.value, f.meaning, f"`{f.missing}`") for f in FIELDS.values()]
    fits = [
        (f"`{o.name}`", o.meaning, ", ".join(kind.value for kind in KINDS if kind in o.of)) for o in OPERATORS.values()
    ]
    fits += [(f"`{name}`", meaning, "every kind") for name, meaning in PRESENCE.items()]
    items = [(f"`{name}`", item.kind.value.replace("_", " "), _item(name)) for name, item in ITEMS.items()]
    families = sorted({row.family for row in shipped_tables().codes.releases[-1].rows.values() if row.family})
    reasons = ", ".join(f"`{reason.value}`" for reason in Reason if reason not in NOT_PAYER_SPEECH)
    parts = [
        MARK,
        "## Keys of a rule",
        _table(("key", "needed", "what"), needed),
        f"Reasons: {reasons}.",
        f"Kinds of payer: {', '.join(f'`{kind.value}`' for kind in PayerType)}.",
        "## Kinds of remedy",
        _table(("kind", "what"), [(f"`{kind.value}`", meaning) for kind, meaning in REMEDIES.items()]),
        "## Conditions",
        _table(("condition", "what"), [(f"`{name}`", meaning) for name, meaning in {**GROUPS, **SUBJECTS}.items()]),
        f"`services`, `sessions` and `days_since` take {_or(COUNTS)}, a whole number. A rule holds at most "
        f"{MOST_CONDITIONS} conditions, {DEEPEST} deep; a list {MOST_VALUES} values; a text {LONGEST} characters; a "
        f"file {MOST_RULES} rules and {LONGEST_FILE // 1024} KB; a number of days {LONGEST_SPAN}.",
        "## Operators",
        "A condition may have several: all must hold. Texts are compared without regard to capitals.",
        _table(("operator", "what", "of a"), fits),
        "## Fields",
        "*Missing* is the name under which the field is told as not checked.",
        _table(("field", "kind", "what", "missing"), fields),
        "## Items of the record",
        "Each is told as `evidence NAME` when nobody has looked for it.",
        _table(("item", "kind", "what"), items),
        "## Fields of a message",
        _table(("field", "what"), [(f"`{{{name}}}`", what) for name, (what, _) in {**OF_LINE, **OF_CLAIM}.items()]),
        f"A rule of the claim has those of the claim alone: {', '.join(f'`{{{name}}}`' for name in OF_CLAIM)}.",
        "## Families of the shipped code table",
        ", ".join(f"`{family}`" for family in families) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _item(name: str) -> str:
    item = ITEMS[name]
    choices = f" One of {', '.join(f'`{choice}`' for choice in item.choices)}." if item.choices else ""
    return item.meaning + choices + (f" In {item.unit}." if item.unit else "")


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def page() -> str:
    """The page: its written part as it stands, and the reference."""
    written = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return f"{written.rstrip()}\n\n{reference()}"


def main(arguments: list[str]) -> int:
    """Build the page, or check it; returns the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/build_own_rules.py [--check]\n")
        return 2
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    if arguments:
        sys.stderr.write(f"out of date: {PAGE.name}\n")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
