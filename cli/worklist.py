"""The biller's list: claims by attention, then by dollars; under each its lines with risk, cause and first remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.claim import Claim
from models.band import in_whole_percent
from models.past_lines import Similar
from scrubber.checklist import LinesChecklist, State, Want
from scrubber.report import Finding, SwitchedOff, Unchecked
from serving.assessment import Assessment, Attention, LineAssessment, Remedy, most_urgent_first
from serving.twice import twice
from serving.waiting import RECORD, waiting

ATTENTION_STYLE = {Attention.REJECT: "bold red", Attention.DENY: "red", Attention.RISK: "yellow"}
CHECKLIST_STYLE = {State.PRESENT: "green", State.MISSING: "red", State.UNKNOWN: ""}
HIGH_RISK, SOME_RISK = 0.5, 0.2  # where a risk turns red, yellow: reading aids, not thresholds of any decision
SIMULATED = (
    "SIMULATED MODEL: fitted on made-up claims of a pretend practice. Its risks are a demonstration, not a forecast; "
    "train on your own remittances (`cleanclaim ingest`, `train`, `promote`)."
)

Assessed = tuple[Claim, Assessment]


def in_order(assessed: Iterable[Assessed]) -> list[Assessed]:
    """Claims by attention (reject, deny, risk), then by dollars at stake, then by risk."""
    return sorted(assessed, key=lambda pair: most_urgent_first(pair[1]))


def show(console: Console, assessed: Sequence[Assessed], *, why: bool = False, top: int = 0) -> None:
    """The whole answer for a person: banner, list, details when asked for, what was not checked, totals."""
    if not assessed:
        console.print("No claims to show.")
        return
    _banner(console, assessed)
    ordered = in_order(assessed)
    shown = ordered[:top] if top else ordered
    console.print(_list(shown, full=not console.is_terminal))
    if why:
        for claim, assessment in shown:
            _details(console, claim, assessment)
    show_twice(console, [a for _, a in ordered])
    show_unchecked(console, [u for _, a in ordered for u in a.unchecked])
    show_switched_off(console, [off for _, a in ordered for off in a.switched_off])
    _totals(console, ordered, len(shown))


def show_twice(console: Console, assessed: Sequence[Assessment]) -> None:
    """Claim numbers that stand more than once in what was given."""
    for sentence in twice(assessed):
        console.print(Text(f"\n{sentence}", style="yellow"))


def _banner(console: Console, assessed: Sequence[Assessed]) -> None:
    first = assessed[0][1]
    if first.model is None:
        why = (first.degraded or "no model is loaded").rstrip(".")
        console.print(Text(f"RULES ONLY: {why}.", style="bold yellow"))
    elif first.model.simulated:
        console.print(Text(SIMULATED, style="bold yellow"))
    for why, n in Counter(why for _, a in assessed for why in a.abstentions).most_common():
        console.print(Text(f"Not to be relied on for {n} of {len(assessed)} claims: {why}", style="yellow"))
    lines = [line for _, a in assessed for line in a.lines]
    doubtful = sum(line.abstained for line in lines)
    if doubtful:
        console.print(
            Text(
                f"Not to be relied on for {doubtful} of {len(lines)} lines, of which too little was seen or decided: "
                "--why says what.",
                style="yellow",
            )
        )


def _list(assessed: Sequence[Assessed], *, full: bool) -> Table:
    """One row a line; a claim's own columns stand on its first row, or on every row of a piped table (`full`)."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("claim", "payer", "attention"):
        table.add_column(column, no_wrap=True)
    for column in ("at stake", "line", "code", "risk"):
        table.add_column(column, no_wrap=True, justify="left" if column == "code" else "right")
    table.add_column("why", ratio=3)
    table.add_column("first remedy", ratio=4)
    for claim, a in assessed:
        for i, line in enumerate(a.lines):
            head = (
                [
                    Text(a.claim_id),
                    Text(a.payer_id),
                    Text(a.attention.value, ATTENTION_STYLE[a.attention]),
                    _money(a.expected_loss),
                ]
                if full or i == 0
                else [Text("")] * 4
            )
            table.add_row(
                *head,
                str(line.line),
                Text(_code(claim, line)),
                _risk(line.risk),
                Text(_why(a, line)),
                Text(_fix(a, line)),
            )
    return table


def _code(claim: Claim, line: LineAssessment) -> str:
    modifiers = next((sent.modifiers for sent in claim.lines if sent.number == line.line), ())
    return "-".join((line.procedure, *modifiers))


def _money(amount: Decimal | None) -> Text:
    return Text("" if amount is None else f"${amount:,.2f}")


def _risk(risk: float | None) -> Text:
    if risk is None:
        return Text("")
    style = "red" if risk >= HIGH_RISK else "yellow" if risk >= SOME_RISK else "green"
    return Text(f"{risk:.0%}", style)


def _of_line(a: Assessment, line: LineAssessment) -> list[Finding]:
    """The findings of a line; those of the whole claim stand with its first line."""
    first = line.line == a.lines[0].line
    return [f for f in a.findings if f.line == line.line or (first and f.line is None)]


def _why(a: Assessment, line: LineAssessment) -> str:
    """The worst finding if there is one, else what raises the risk most and the CARC it would come back with."""
    findings = _of_line(a, line)
    if findings:
        more = f" (+{len(findings) - 1} more)" if len(findings) > 1 else ""
        return f"{findings[0].rule_id} {findings[0].severity.word}: {message_of(findings[0])}{more}"
    raising = [r for r in line.reasons if r.log_odds > 0]
    if not raising:
        return ""
    carc = f"; likely {line.causes[0].carc}" if line.causes else ""
    return f"{max(raising, key=lambda r: r.log_odds).reason.value.replace('_', ' ')}{carc}"


def _fix(a: Assessment, line: LineAssessment) -> str:
    """The way out of the finding that `_why` shows; without a finding, what helps the line most."""
    findings = _of_line(a, line)
    if not findings:
        return _said(next(iter((*line.remedies, *(a.remedies if line.line == a.lines[0].line else ()))), None))
    shown = findings[0]
    own = [r for r in (*line.remedies, *a.remedies) if (r.rule_id, r.line) == (shown.rule_id, shown.line)]
    return _said(own[0]) if own else shown.remedy


def _said(remedy: Remedy | None) -> str:
    if remedy is None:
        return ""
    after = "" if remedy.risk_after is None else f" (then {remedy.risk_after:.0%})"
    return f"{remedy.text}{after}"


def _details(console: Console, claim: Claim, a: Assessment) -> None:
    risk = "" if a.risk is None else f", risk {a.risk:.0%}"
    console.print(Text(f"\nClaim {a.claim_id} to {a.payer_id}: {a.attention.value}{risk}", style="bold"))
    for f in a.findings:
        at = f.location
        number = "" if at.segment_number is None else f", segment {at.segment_number}"
        console.print(Text(f"  {f.rule_id} {f.severity.word}: {message_of(f)}", style="red" if f.severity >= 3 else ""))
        console.print(
            Text(
                f"    at loop {at.loop} {at.element}{number}, CMS-1500 box {f.cms1500_box}; "
                f"{f.citation.text} {f.citation.url}"
            )
        )
        console.print(Text(f"    {f.remedy}" + (f" Only if: {f.requires}" if f.requires else "")))
    for line in a.lines:
        console.print(Text(f"  line {line.line} {_code(claim, line)}:") + Text(" ") + _risk(line.risk) + _band(line))
        for doubt in line.abstentions:
            console.print(Text(f"    not to be relied on yet: {doubt}", style="yellow"))
        for r in sorted(line.reasons, key=lambda r: -r.log_odds)[:3]:
            if r.log_odds > 0:
                console.print(Text(f"    {r.reason.value.replace('_', ' ')} +{r.log_odds:.2f} log-odds"))
        if line.similar is not None:
            _similar(console, line.similar)
    for checklist in a.checklists:
        _record(console, checklist)


def _band(line: LineAssessment) -> Text:
    """Within which chances the risk may lie, by what was counted on the model's calibration lines."""
    return Text("" if line.band is None else f", between {' and '.join(in_whole_percent(line.band))}")


def _similar(console: Console, similar: Similar) -> None:
    """Past lines of a line's like: what the payer said of them, and how like they are."""
    if similar.why:
        console.print(Text(f"    similar past lines: {similar.why}", style="yellow"))
    for word, lines in (("denied", similar.denied), ("not denied", similar.paid)):
        if lines is None:
            continue
        console.print(Text(f"    similar past lines {word}:" + ("" if lines else " none known by this day")))
        for past in lines:
            outcome = " ".join((past.outcome.replace("_", " "), *past.carcs))
            console.print(
                Text(
                    f"      {past.likeness:.0%} alike: {past.procedure} to {past.payer_id}, sent {past.sent_on}, "
                    f"{outcome} ({past.ref} line {past.line})"
                )
            )


def _record(console: Console, c: LinesChecklist) -> None:
    """What the record should hold of a procedure, in a few lines: `cleanclaim checklist` shows it at length."""
    console.print(Text(f"  the record of {c.summary}"))
    for state in State:
        items = [_item(want) for want in c.of.wants if want.state is state]
        if items:
            console.print(Text(f"    {state.value}: {', '.join(items)}", CHECKLIST_STYLE[state]))


def _item(want: Want) -> str:
    asked = ", ".join(want.rule_ids)
    return f"{want.item.replace('_', ' ')} [{asked}{f': {want.wanted}' if want.wanted else ''}]"


def show_unchecked(console: Console, unchecked: Sequence[Unchecked]) -> None:
    """What could not be looked at, by the missing thing, most awaited first."""
    if unchecked:
        console.print(Text("\nNot checked:", style="bold"))
    for entry in waiting(unchecked):
        console.print(Text(f"  {entry.said} ({', '.join(entry.rule_ids)})"))
    if any(m.startswith(RECORD) for u in unchecked for m in u.missing):
        console.print(Text("  What a record should hold: `cleanclaim checklist CODE`."))


def message_of(f: Finding) -> str:
    """What a finding says, and who gave it another severity, when and why."""
    word = f.overridden
    return f.message if word is None else f"{f.message} (was {word.severity.word}: {word.by}, {word.on}, {word.why})"


def show_switched_off(console: Console, off: Sequence[SwitchedOff]) -> None:
    """How many findings are not shown because the practice switched their rules off; none goes unsaid."""
    if off:
        rules = ", ".join(f"{rule_id} {n}" for rule_id, n in sorted(Counter(o.rule_id for o in off).items()))
        count = f"{len(off)} finding{'' if len(off) == 1 else 's'}"
        console.print(
            Text(f"\n{count} of rules you switched off not shown: {rules}. See `cleanclaim rules overrides`.")
        )


def _totals(console: Console, ordered: Sequence[Assessed], shown: int) -> None:
    counts = Counter(a.attention for _, a in ordered)
    stake = sum((a.expected_loss for _, a in ordered if a.expected_loss is not None), Decimal(0))
    hidden = f" ({shown} shown)" if shown < len(ordered) else ""
    stale = sorted({f"{t.name} {t.release}" for _, a in ordered for t in a.tables if t.stale})
    console.print(
        Text(
            f"\n{len(ordered)} claims{hidden}: {counts[Attention.REJECT]} would be rejected, {counts[Attention.DENY]} "
            f"denied by published policy, {counts[Attention.RISK]} by odds only; expected loss ${stake:,.2f}."
        )
    )
    if stale:
        console.print(
            Text(f"Tables over two quarters old for these days of service: {', '.join(stale)}.", style="yellow")
        )
