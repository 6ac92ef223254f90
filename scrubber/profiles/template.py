"""The file a biller begins a profile with: valid as it stands, every field explained, nothing said yet."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Template
from textwrap import wrap
from typing import NamedTuple

from scrubber.profiles.reading import Known
from scrubber.registry import RULES
from scrubber.tables.rows import PAYER_WANTS

_FORM = Path(__file__).with_name("template.txt")
_INDENT = "\n#                                    "


class Beginning(NamedTuple):
    """What is known of the payer before anything is written down."""

    key: str
    name: str
    type: str
    ids: tuple[str, ...]
    written_by: str


def template(begun: Beginning, known: Known, today: date) -> str:
    """The text of a new profile."""
    of_table = begun.key in known.payers
    names = [] if of_table else [re.sub(r"[^\w ]+", " ", begun.name).lower().strip()]
    return Template(_FORM.read_text(encoding="utf-8")).substitute(
        key=begun.key,
        name=_quoted(begun.name),
        type=begun.type,
        written_by=_quoted(begun.written_by),
        today=today.isoformat(),
        ids=", ".join(f'"{_quoted(payer_id)}"' for payer_id in begun.ids),
        names=", ".join(f'"{_quoted(name)}"' for name in names),
        wishes=_folded(PAYER_WANTS),
        families=_folded(known.families),
        rule_families=_folded({rule.family for rule in RULES.values()}),
    )


def _folded(words: frozenset[str] | set[str]) -> str:
    return _INDENT.join(wrap(", ".join(sorted(words)), 80))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
