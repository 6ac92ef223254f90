"""`payers list` and `payers show`: a payer's page, from the tables, the practice's profile and its remittances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.claim import Payer
from claims.errors import UnreadableInput
from cli.console import emit, stdout
from cli.payer_profiles import say_left_out
from past.behaviour import Behaviour, Interval, Share
from scrubber.payer_reference import Fact, Reference, reference
from scrubber.tables import Tables, load_tables
from serving.settings import Settings
from serving.start import STORE_FILE, store_is_there
from store import Store
from store.behaviour import PayerSeen, by_payer

TOP = 5
BARS = " ▁▂▃▄▅▆▇█"
TITLES = {
    "matched": "Matched by",
    "filing": "Timely filing",
    "wants": "Wants",
    "authorizations": "Authorizations",
    "frequency": "Frequency limits",
    "adopted": "Policies it adopted",
    "values": "Values of its own",
}
EMPTY = {
    "matched": "nothing: no claim finds it. Add ids or names to a profile.",
    "filing": "no limit is known",
    "wants": "nothing beside what every payer wants",
    "authorizations": "nothing is known to need one",
    "frequency": "none is known",
    "adopted": "none",
    "values": "none",
}


def show_payers(settings: Settings, day: date, *, as_json: bool) -> int:
    """Every payer known, those with claims first."""
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    of = by_payer(tables, _seen(settings, tables, day))
    unknown = [[one] for one in of.pop("", [])]
    keys = sorted(tables.payer_rows, key=lambda key: (-sum(s.claims for s in of.get(key, ())), key))
    records = [_list_record(tables, key, of.get(key, ())) for key in keys]
    records += [_list_record(tables, "", seen) for seen in unknown]
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
    key = key_of(tables, payer, seen)
    page = reference(tables, key, day)
    if page is None:
        raise UnreadableInput(
            "KEY|ID", found=repr(payer), expected="a key of `cleanclaim payers list`, or a payer id of your claims",
            advice="`cleanclaim payers new KEY --id ID` begins a profile.",
        )  # fmt: skip
    ids = [one.payer_id for one in by_payer(tables, seen).get(key, ())]
    behaviour = None
    if ids:
        with _store(settings, tables) as store:
            behaviour = store.payer_behaviour(ids, before=day)
    if as_json:
        emit(page_json(page, ids, behaviour))
    else:
        _show(stdout(), page, ids, behaviour)
    return lost


def key_of(tables: Tables, payer: str, seen: Sequence[PayerSeen]) -> str:
    """The key a person means: the key itself, a payer id of the tables, or one of the claims in the store."""
    asked = payer.strip()
    if asked.lower() in tables.payer_rows:
        return asked.lower()
    row = tables.payer_of(Payer(asked, ""))
    row = row or next((tables.payer_row(s.newest) for s in seen if s.payer_id.upper() == asked.upper()), None)
    return row.key if row else ""


def page_json(page: Reference, ids: Sequence[str], behaviour: Behaviour | None) -> dict[str, object]:
    """The object of `payers show --json`."""
    mine = page.profile
    profile = mine and {
        "file": f"payers/{mine.file}", "written_by": mine.written_by, "written_on": mine.written_on.isoformat(),
    }  # fmt: skip
    return {
        "key": page.key, "name": page.name, "type": page.type, "as_of": page.day.isoformat(), "profile": profile,
        "payer_ids": list(ids),
        **{part: [_fact_json(fact) for fact in facts] for part, facts in page.parts.items()},
        "behaviour": behaviour_json(behaviour) if behaviour and behaviour.lines else None,
    }  # fmt: skip


def behaviour_json(b: Behaviour) -> dict[str, object]:
    """How a payer answered, as machines read it."""
    return {
        "first": b.first.isoformat(), "before": b.before.isoformat(), "lines": b.lines, "denied": b.denied,
        "denied_share": b.denied / b.lines if b.lines else None, "interval": _interval_json(b.interval),
        "charged": _money(b.charged_cents), "denied_charges": _money(b.denied_cents),
        "median_days_to_answer": b.median_lag_days, "allowed_share": b.allowed_share,
        "months": [{"month": f"{m.first_day:%Y-%m}", "lines": m.lines, "denied": m.denied} for m in b.months],
        "reasons": [_share_json(s) for s in b.reasons], "carcs": [_share_json(s) for s in b.carcs],
        "codes": [_share_json(s) for s in b.codes], "families": [_share_json(s) for s in b.families],
    }  # fmt: skip


def _list_record(tables: Tables, key: str, seen: Sequence[PayerSeen]) -> dict[str, object]:
    row, mine = tables.payer_rows.get(key), tables.profiles.by_key.get(key)
    in_table = bool(tables.payers.releases) and key in tables.payers.releases[-1].rows
    known_from = [word for word, there in (("own profile", mine), ("payer table", in_table), ("claims", seen)) if there]
    last = max((s.last_answered for s in seen if s.last_answered), default=None)
    newest = max(seen, key=lambda s: s.last_sent).newest if seen else None
    return {
        "key": key or None,
        "name": row.name if row else newest.payer.name if newest else "",
        "type": row.type if row else tables.payer_type(newest).value if newest else "",
        "known_from": " + ".join(known_from),
        "profile": f"payers/{mine.file}" if mine else None,
        "payer_ids": [s.payer_id for s in seen],
        "claims": sum(s.claims for s in seen),
        "lines_answered": sum(s.decided_lines for s in seen),
        "last_answer": last.isoformat() if last else None,
    }


def _show(console: Console, page: Reference, ids: Sequence[str], behaviour: Behaviour | None) -> None:
    mine = page.profile
    console.print(Text(f"{page.name} ({page.key}), {page.type.replace('_', ' ')}, on {page.day}", "bold"))
    written = f"your profile payers/{mine.file}, by {mine.written_by}, {mine.written_on}" if mine else ""
    console.print(Text(f"From {written or 'the payer table; no profile of yours'}."))
    for part, facts in page.parts.items():
        console.print(Text(f"\n{TITLES[part]}", "bold"))
        if not facts:
            console.print(Text(f"  {EMPTY[part]}"))
        for fact in facts:
            console.print(Text(f"  {fact.words}"), soft_wrap=True)
            console.print(Text(f"    {_source(fact)}", "dim"), soft_wrap=True)
    console.print(Text("\nHow it answered", "bold"))
    if behaviour is None or not behaviour.lines:
        why = f"no answer of {', '.join(ids)} is known" if ids else "no claim to it is in the store"
        console.print(f"  Nothing in the 12 months before {page.day}: {why}. `cleanclaim ingest PATH...` reads them.")
        return
    _show_behaviour(console, behaviour)


def _source(fact: Fact) -> str:
    since = f", from {fact.first}" if fact.first else ""
    until = f" to {fact.last}" if fact.last else ""
    sure = ", not verified" if fact.verified is False else ""
    by = f"; yours, by {fact.written}" if fact.own and fact.written else ""
    return f"{fact.source}{since}{until}{sure}{by}{' ' + fact.url if fact.url else ''}"


def _show_behaviour(console: Console, b: Behaviour) -> None:
    console.print(
        f"  {b.lines:,} lines from {b.first} to before {b.before}: {_share(b.denied, b.lines, b.interval)} denied, "
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
    return f"{found:,}, {found / of:.1%}{between}"


def _share_json(share: Share) -> dict[str, object]:
    return {
        "name": share.name, "denied": share.denied, "lines": share.lines, "denied_charges": _money(share.cents),
        "interval": _interval_json(share.interval),
    }  # fmt: skip


def _interval_json(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 4), round(interval.high, 4)]


def _fact_json(fact: Fact) -> dict[str, object]:
    return {
        "words": fact.words, "own": fact.own, "verified": fact.verified,
        "source": {"text": fact.source, "url": fact.url}, "written": fact.written or None,
        "codes": list(fact.codes), "from": fact.first.isoformat() if fact.first else None, "to": fact.last.isoformat() if fact.last else None,
    }  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"


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
