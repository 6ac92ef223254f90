"""`payers list` and `payers show`: a payer's page, from the tables, the practice's profile and its remittances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, stdout
from cli.payer_profiles import say_left_out
from past.behaviour import Behaviour, Share
from past.intervals import Interval
from scrubber.payer_reference import Reference, reference
from scrubber.tables import Tables, load_tables
from serving.payer_card import EMPTY, TITLES, list_record, page_json, payer_asked, source_of
from serving.settings import Settings
from serving.start import STORE_FILE, store_is_there
from store import Store
from store.behaviour import PayerSeen, by_payer

TOP = 5
BARS = " ▁▂▃▄▅▆▇█"


def show_payers(settings: Settings, day: date, *, as_json: bool) -> int:
    """Every payer known, those with claims first."""
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    of = by_payer(tables, _seen(settings, tables, day))
    unknown = [[one] for one in of.pop("", [])]
    keys = sorted(tables.payer_rows, key=lambda key: (-sum(s.claims for s in of.get(key, ())), key))
    records = [list_record(tables, key, of.get(key, ())) for key in keys]
    records += [list_record(tables, "", seen) for seen in unknown]
    if as_json:
        for record in records:
            emit(record)
        return lost
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("payer", "name", "type", "known from", "payer ids of claims"):
        table.add_column(column)
    for column in ("claims", "lines answered"):
        table.add_column(column, justify="right")
    table.add_column("last answer")
    for r in records:
        cells = (r["key"] or "-", r["name"], r["type"], r["known_from"], ", ".join(_words(r["payer_ids"])))
        counts = (f"{r['claims']:,}" if r["claims"] else "", f"{r['lines_answered']:,}" if r["lines_answered"] else "")
        table.add_row(*(Text(str(c)) for c in (*cells, *counts)), str(r["last_answer"] or ""))
    console = stdout()
    console.print(table)
    if unknown:
        console.print(
            f"{len(unknown)} payer ids of your claims are in no table: `cleanclaim payers new KEY --id ID` begins a "
            "profile of one."
        )
    if not of and not unknown:
        console.print("Of claims nothing is known yet. `cleanclaim ingest PATH...` reads 837P and 835 files.")
    return lost


def show_payer(settings: Settings, payer: str, day: date, *, as_json: bool) -> int:
    """One payer's page."""
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    seen = _seen(settings, tables, day)
    asked = payer_asked(tables, payer, seen)
    if asked is None:
        raise UnreadableInput(
            "KEY|ID", found=repr(payer), expected="a key of `cleanclaim payers list`, or a payer id of your claims",
            advice="`cleanclaim payers new KEY --id ID` begins a profile.",
        )  # fmt: skip
    row, ids = asked
    page, behaviour = reference(tables, row, day), None
    if ids:
        with _store(settings, tables) as store:
            behaviour = store.payer_behaviour(ids, before=day)
    if as_json:
        emit(page_json(page, ids, behaviour))
    else:
        _show(stdout(), page, ids, behaviour)
    return lost


def _show(console: Console, page: Reference, ids: Sequence[str], behaviour: Behaviour | None) -> None:
    mine = page.profile
    kind, key = page.type.replace("_", " "), page.key or "in no table"
    console.print(Text(f"{page.name} ({key}), {kind}, on {page.day}", "bold"))
    known = (
        "the payer table; no profile of yours" if page.key else "your claims; `cleanclaim payers new` begins a profile"
    )
    if mine:
        known = f"your profile payers/{mine.file}, by {mine.written_by}, {mine.written_on}"
    console.print(Text(f"From {known}."), soft_wrap=True)
    for part, facts in page.parts.items():
        console.print(Text(f"\n{TITLES[part]}", "bold"))
        if not facts:
            console.print(Text(f"  {EMPTY[part]}"))
        for fact in facts:
            console.print(Text(f"  {fact.words}"), soft_wrap=True)
            console.print(Text(f"    {source_of(fact)}", "dim"), soft_wrap=True)
    console.print(Text("\nHow it answered", "bold"))
    if behaviour is None or not behaviour.lines:
        why = f"no answer of {', '.join(ids)} is known" if ids else "no claim to it is in the store"
        console.print(f"  Nothing in the 12 months before {page.day}: {why}. `cleanclaim ingest PATH...` reads them.")
        return
    _show_behaviour(console, behaviour)


def _show_behaviour(console: Console, b: Behaviour) -> None:
    console.print(
        f"  {b.lines:,} lines from {b.first} to before {b.before}: {_share(b.denied, b.lines, b.interval)}, "
        f"${b.denied_cents / 100:,.2f} of ${b.charged_cents / 100:,.2f} charged."
    )
    lag = "not known" if b.median_lag_days is None else f"{b.median_lag_days:g} days"
    allowed = "not known" if b.allowed_share is None else f"{b.allowed_share:.0%} of the charge"
    console.print(f"  Half of the answers came within {lag}; what was not denied was allowed {allowed}.")
    shown = [month for month in b.months if month.lines]
    bars = "".join(BARS[-(-8 * m.denied // m.lines)] if m.lines else " " for m in b.months)
    first, last = f"{b.months[0].first_day:%Y-%m}", f"{b.months[-1].first_day:%Y-%m}"
    console.print(
        Text(f"  Denied, month by month {first} |{bars}| {last} (a full bar: all; {len(shown)} with answers)")
    )
    for title, shares, of in (
        ("denied for", b.reasons, "denied lines"), ("denied with", b.carcs, "denied lines"),
        ("code", b.codes, "lines of it"), ("family", b.families, "lines of it"),
    ):  # fmt: skip
        if shares:
            _show_shares(console, title, shares[:TOP], of)


def _show_shares(console: Console, title: str, shares: Sequence[Share], of: str) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2))
    table.add_column(f"  {title}", min_width=24)
    for column in ("denied", "of " + of, "share", "charged"):
        table.add_column(column, justify="right")
    table.add_column("")
    for s in shares:
        bar = "█" * max(1, round(16 * s.denied / s.lines))
        name = f"  {s.name.replace('_', ' ')}"
        cells = (f"{s.denied:,}", f"{s.lines:,}", f"{s.denied / s.lines:.0%}", f"${s.cents / 100:,.2f}")
        table.add_row(Text(name), *cells, Text(bar, "red"))
    console.print()
    console.print(table)


def _share(found: int, of: int, interval: Interval | None) -> str:
    between = f" ({interval.low:.0%} to {interval.high:.0%})" if interval else ""
    return f"{found:,} denied, {found / of:.1%}{between}"


def _words(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _seen(settings: Settings, tables: Tables, day: date) -> list[PayerSeen]:
    if not store_is_there(settings):
        return []
    with _store(settings, tables) as store:
        return store.payers_seen(day)


def _store(settings: Settings, tables: Tables) -> Store:
    where = settings.store or settings.home / STORE_FILE
    return Store.open(where, settings.practice, home=settings.home, family_of=tables.family)
