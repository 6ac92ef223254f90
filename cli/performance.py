"""`rules performance`: which rules earn their place, by what payers did with the lines they spoke of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from rich.table import Table
from rich.text import Text

from claims.claim import Claim
from claims.errors import UnreadableInput
from claims.reasons import Reason
from cli.console import emit, progress, stdout
from cli.learn import open_store
from cli.overrides import sentence_of
from cli.performance_records import Asked, SortBy, asked_scopes, csv_rows, most, records, write_csv
from past.intervals import Interval, wilson
from scrubber.overrides import EVERY_PAYER, Overrides
from scrubber.performance import AnsweredLine, Payer, Performance, Seen, Tally
from scrubber.precision import (
    Advice,
    Level,
    Measured,
    OverridesOf,
    Scope,
    Summary,
    Whose,
    as_said,
    denials,
    interval,
    measured,
    precision,
    summary,
)
from scrubber.registry import RULES, Severity
from scrubber.tables import Tables, load_tables
from serving.practice_files import load_overrides
from serving.settings import Settings
from store import Store
from store.judged import Judged, Period

BAR = 12  # cells of the text bar
CANDIDATES = 12
ADVICE: Mapping[Advice, str] = {
    Advice.WARN: "suggest: warn",
    Advice.INFO: "suggest: info",
    Advice.RAISE: "look: mostly right",
    Advice.LOOK: "look: seldom as it says",
}


def show_performance(settings: Settings, asked: Asked, *, as_json: bool) -> int:
    """Measure the rules on the store's claims, and say what came of it.

    What the practice changed of a rule stands beside its figures, which are those of the rule as it was written.
    """
    tables = load_tables(settings.home)
    overrides_of = _overrides_of(load_overrides(settings.home), tables)
    with open_store(settings) as store:
        performance = observed(store, tables, asked)
    if asked.csv is not None:
        write_csv(asked.csv, csv_rows(performance, asked, overrides_of))
    if as_json:
        for record in records(performance, asked, overrides_of):
            emit(record)
    else:
        _show(performance, asked, overrides_of)
    return 0


def _overrides_of(overrides: Overrides, tables: Tables) -> OverridesOf:
    """All that was ever said of a rule, oldest first: for a payer by its id or key, for all by "" alone."""
    keys = {
        payer_id.upper(): row.key
        for release in tables.payers.releases
        for row in release.rows.values()
        for payer_id in row.ids
    }

    def of(rule_id: str, payer_id: str) -> list[str]:
        names = {payer_id.upper(), keys.get(payer_id.upper(), payer_id).upper()} if payer_id else {EVERY_PAYER}
        entries = reversed(overrides.of_rule.get(rule_id, ()))
        return [sentence_of(entry) for entry in entries if entry.payer.upper() in names]

    return of


def observed(store: Store, tables: Tables, asked: Asked) -> Performance:
    """The counters over the period's claims, to the payer asked for. Raises UnreadableInput where there is no such."""
    performance, others = Performance(), Counter[str]()
    with progress("claims") as update:
        for judged in store.judged(asked.period, tables, update):
            claim = judged.scrubbed.event.claim
            if asked.payer and not _is_of(tables, claim, asked.payer):
                others[claim.payer.id] += 1
                continue
            observe(performance, judged, tables)
    if others and not performance.claims:
        some = ", ".join(payer for payer, _ in others.most_common(10))
        raise UnreadableInput(
            "--payer", found=repr(asked.payer), expected=f"a payer claims were sent to, such as {some}",
            advice="Ids are those of the claims (NM109 of loop 2010BB), keys those of the payer table.",
        )  # fmt: skip
    return performance


def observe(performance: Performance, judged: Judged, tables: Tables) -> None:
    """Count a submission of the store."""
    claim = judged.scrubbed.event.claim
    lines = [
        AnsweredLine(
            row.line, row.procedure, tables.family(row.procedure), row.charge, row.outcome, row.reason,
            row.denial_carcs, row.denied_amount,
        )
        for row in judged.rows
    ]  # fmt: skip
    performance.observe(Payer(claim.payer.id, tables.payer_type(claim)), judged.scrubbed.report, lines)


def _is_of(tables: Tables, claim: Claim, name: str) -> bool:
    row = tables.payer_row(claim)
    return name.lower() in (claim.payer.id.lower(), row.key.lower() if row is not None else None)


_Row = tuple[Measured, Level]


def _show(performance: Performance, asked: Asked, overrides_of: OverridesOf | None) -> None:
    console = stdout()
    if not performance.claims:
        console.print(_nothing(asked.period))
        return
    by = Scope.PAYER if asked.payer else asked.by
    whoses = [whose for whose in asked_scopes(performance, asked) if whose.scope is by]
    found = chain.from_iterable(measured(performance, whose, asked.bars, overrides_of) for whose in whoses)
    rows = sorted(((m, level) for m in found for level in m.levels), key=_ORDERS[asked.sort])
    _show_rules(rows[: asked.top or None], by)
    if asked.top and len(rows) > asked.top:
        console.print(f"... and {len(rows) - asked.top} more; `--top 0` shows all.")
    everyone = Whose(Scope.ALL)
    _show_unseen(denials(performance, everyone))
    console.print()
    for sentence in _sentences(summary(performance, everyone), performance):
        console.print(Text(sentence))


def _nothing(period: Period) -> str:
    between = f"between {period.since} and {period.until}" if period.since else f"up to {period.until}"
    return (
        f"No claims were sent {between}: there is nothing to measure yet. "
        "`cleanclaim ingest PATH...` reads 837P and 835 files."
    )


_ORDERS: Mapping[SortBy, Callable[[_Row], tuple[object, ...]]] = {
    SortBy.DOLLARS: lambda row: (-row[1].tally.denied_amount, -row[1].tally.fired, row[0].rule_id),
    SortBy.FIRED: lambda row: (-row[1].tally.fired, row[0].rule_id),
    SortBy.PRECISION: lambda row: (-(precision(row[1].tally) or 0.0), -row[1].tally.judged, row[0].rule_id),
}


def _show_rules(rows: Sequence[_Row], by: Scope) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", *(() if by is Scope.ALL else (by.value.replace("_", " "),)), "says", "of"):
        table.add_column(column, no_wrap=True)
    for column in ("fired", "decided"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("precision", no_wrap=True)
    for column in ("as said", "lift", "in family", "dollars", "blind"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for m, level in rows:
        tally = level.tally
        whose = () if by is Scope.ALL else (m.whose.name,)
        words = (m.rule_id, *whose, level.severity.word, f"{m.unit.value}s")
        counts = (f"{tally.fired:,}", f"{tally.decided:,}")
        blind = m.spoke.unchecked_lines + m.spoke.unchecked_claims
        table.add_row(
            *map(Text, words), *counts, Text(f"{_bar(tally)} {_share(precision(tally), interval(tally))}"),
            _percent(as_said(tally)), _times(level.lift), _times(level.lift_in_family),
            f"{tally.denied_amount:,.0f}", f"{blind:,}" if blind else "", Text(_remark(m, level)),
        )  # fmt: skip
    stdout().print(table)


def _remark(m: Measured, level: Level) -> str:
    rejected = f"{level.tally.rejected:,} rejected by a front end" if level.severity is Severity.REJECT else ""
    advice = ADVICE[level.advice] if level.advice is not None else ""
    overridden = f"overrides: {len(m.overrides)}" if m.overrides else ""
    return "; ".join(part for part in (advice, rejected if level.tally.rejected else "", overridden) if part)


def _bar(tally: Tally) -> str:
    """The precision as a bar; what lies between the bounds is shaded."""
    bounds, share = interval(tally), precision(tally)
    if bounds is None or share is None:
        return " " * BAR
    full, high = round(share * BAR), round(bounds.high * BAR)
    return "█" * full + "░" * max(0, high - full) + " " * (BAR - max(full, high))


def _share(share: float | None, bounds: Interval | None) -> str:
    if share is None or bounds is None:
        return ""
    return f"{share:>4.0%} [{bounds.low * 100:.0f}-{bounds.high * 100:.0f}]"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _times(lift: float | None) -> str:
    return "" if lift is None else f"{lift:.1f}x"


def _show_unseen(found: Mapping[tuple[str, Reason], Seen]) -> None:
    """The denials that no rule said a word of: where a new rule, or more data, would help."""
    unseen = [(key, seen) for key, seen in found.items() if seen.unseen][:CANDIDATES]
    if not unseen:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", title="Denials no rule saw", title_justify="left")
    for column in ("CARC", "reason"):
        table.add_column(column, no_wrap=True)
    for column in ("denied", "foreseen", "unseen", "dollars unseen", "for want of data"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("codes", no_wrap=True)
    for (carc, reason), seen in unseen:
        codes = ", ".join(f"{code} {n:,}" for code, n in most(seen.codes))
        counts = (f"{seen.denied:,}", f"{seen.foreseen:,}", f"{seen.unseen:,}")
        amounts = (f"{seen.unseen_amount:,.0f}", f"{seen.unchecked:,}")
        table.add_row(Text(carc), reason.value.replace("_", " "), *counts, *amounts, Text(codes))
    stdout().print()
    stdout().print(table)


def _sentences(of: Summary, performance: Performance) -> Iterator[str]:
    seen = of.seen
    if seen.denied:
        yield (
            f"Of {seen.denied:,} denied lines (${seen.amount:,.2f}), rules foresaw {seen.foreseen / seen.denied:.0%} "
            f"for the payer's own reason; {seen.flagged / seen.denied:.0%} bore a warning or worse, and of "
            f"{seen.unseen / seen.denied:.0%} no rule said anything."
        )
    for severity in (Severity.REJECT, Severity.DENY, Severity.WARN, Severity.INFO):
        tally = of.levels[severity]
        if tally.judged:
            share = _share(precision(tally), interval(tally)).strip()
            was = "were denied or rejected by a front end" if severity is Severity.REJECT else "were denied"
            yield f"Of the {tally.judged:,} decided lines that rules marked {severity.word}, {share} {was}."
    decided = of.lines.decided - sum(tally.decided for tally in of.levels.values())
    if decided:
        denied = of.lines.denied - sum(tally.denied for tally in of.levels.values())
        yield (
            f"Of the {decided:,} decided lines with no finding of their own, "
            f"{_share(denied / decided, wilson(denied, decided)).strip()} were denied."
        )
    yield (
        f"Not counted: {of.lines.pending:,} lines pending, {of.lines.left_out:,} unanswered or with nothing to decide, "
        f"{of.lines.rejected:,} rejected by a front end."
    )
    if not of.lines.rejected:
        yield (
            "No front end's rejection (277CA, 999) of these claims is in the store: that a reject finding was right "
            "shows only there."
        )
    silent = len(RULES.keys() - {rule_id for rule_id, _ in performance.spoke})
    yield (
        f"{performance.claims:,} claims; {silent} of {len(RULES)} rules never had anything to say. A fault mended "
        "before its claim was sent shows in no remittance: docs/rules-performance.md says how to read these figures."
    )
