"""What the rules say, for a person: findings worst first, and what could not be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.worklist import message_of, show_switched_off, show_twice, show_unchecked
from scrubber.registry import Severity
from serving.assessment import Assessment

STYLE = {Severity.REJECT: "bold red", Severity.DENY: "red", Severity.WARN: "yellow", Severity.INFO: ""}


def show(console: Console, assessments: Sequence[Assessment]) -> None:
    """One row a finding, then the totals."""
    if not assessments:
        console.print("No claims to show.")
        return
    found = [(a.claim_id, f) for a in assessments for f in a.findings]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("claim", "line", "severity", "rule", "at", "box"):
        table.add_column(column, no_wrap=True)
    table.add_column("finding", ratio=1)
    for claim_id, f in sorted(found, key=lambda pair: -pair[1].severity):
        table.add_row(
            Text(claim_id), "" if f.line is None else str(f.line), Text(f.severity.word, STYLE[f.severity]), f.rule_id,
            f.location.element, f.cms1500_box, Text(message_of(f)),
        )  # fmt: skip
    if found:
        console.print(table)
    show_twice(console, assessments)
    show_unchecked(console, [u for a in assessments for u in a.unchecked])
    show_switched_off(console, [off for a in assessments for off in a.switched_off])
    counts = Counter(f.severity.word for _, f in found)
    said = ", ".join(f"{counts[s.word]} {s.word}" for s in sorted(STYLE, reverse=True))
    console.print(Text(f"\n{len(assessments)} claims: {said}."))
