"""`/payers` and `/payers/KEY`: the quick reference a biller keeps of each payer, as pages. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from past.behaviour import Behaviour, Share
from scrubber.payer_reference import Fact, reference
from serving.pages import page
from serving.payer_card import EMPTY, TITLES, list_record, payer_asked, source_of
from serving.rest import desk_of
from store.behaviour import by_payer

router = APIRouter(include_in_schema=False)

TOP = 5


@router.get("/payers", response_class=HTMLResponse)
def payers_page(request: Request) -> HTMLResponse:
    """Every payer known, those with claims first."""
    desk = desk_of(request)
    assessor = desk.assessor()
    tables = assessor.tables
    of = by_payer(tables, assessor.pasts.payers_seen(desk.today()))
    unknown = of.pop("", [])
    keys = sorted(tables.payer_rows, key=lambda key: (-sum(s.claims for s in of.get(key, ())), key))
    records = [list_record(tables, key, of.get(key, ())) for key in keys]
    records += [list_record(tables, "", [one]) for one in unknown]
    lost = "".join(f"<li>{escape(str(problem))}</li>" for r in tables.profiles.refused for problem in r.problems)
    trouble = (
        f'<section class="trouble" role="alert"><h2>Profiles left out</h2><ul>{lost}</ul></section>' if lost else ""
    )
    heads = ("Payer", "Kind", "Known from", "Payer ids", "Claims", "Lines answered", "Last answer")
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    rows = "".join(_row(record) for record in records)
    table = (
        f"<table><caption>Those your claims go to come first</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    return HTMLResponse(page("Payers", trouble + table))


@router.get("/payers/{key}", response_class=HTMLResponse)
def payer_page(request: Request, key: str) -> HTMLResponse:
    """One payer: what it wants, by when, and how it has answered of late."""
    desk = desk_of(request)
    assessor, today = desk.assessor(), desk.today()
    seen = assessor.pasts.payers_seen(today)
    asked = payer_asked(assessor.tables, key, seen)
    if asked is None:
        said = '<p class="trouble" role="alert">No payer has this key or id. <a href="/payers">All payers</a></p>'
        return HTMLResponse(page("No such payer", said), 404)
    row, ids = asked
    card = reference(assessor.tables, row, today)
    mine = card.profile
    written = "the payer table" if card.key else "your claims; no table has it"
    if mine:
        written = f"your profile payers/{mine.file}, written {mine.written_on}"
    parts = [f"<p>{escape(card.type.replace('_', ' '))}, on {today}, from {escape(written)}.</p>"]
    parts += [_part(TITLES[name], facts, EMPTY[name]) for name, facts in card.parts.items()]
    parts.append(_behaviour(assessor.pasts.payer_behaviour(ids, before=today) if ids else None))
    return HTMLResponse(page(card.name, "".join(parts)))


def _row(record: dict[str, object]) -> str:
    key, name = record["key"], escape(str(record["name"]))
    ids = record["payer_ids"]
    to = str(key or (ids[0] if isinstance(ids, list) and ids else ""))
    link = f'<a href="/payers/{escape(quote(to, safe=""))}">{name}</a>' if to else name
    listed = escape(", ".join(map(str, ids))) if isinstance(ids, list) else ""
    return (
        f'<tr><th scope="row">{link}</th><td>{escape(str(record["type"]).replace("_", " "))}</td>'
        f"<td>{escape(str(record['known_from']))}</td><td>{listed}</td>"
        f'<td class="number">{record["claims"]}</td><td class="number">{record["lines_answered"]}</td>'
        f"<td>{record['last_answer'] or ''}</td></tr>"
    )


def _part(title: str, facts: Sequence[Fact], empty: str) -> str:
    if not facts:
        return f"<h2>{title}</h2><p>{escape(empty)}</p>"
    items = "".join(f"<li>{escape(fact.words)} <small>{escape(source_of(fact))}</small></li>" for fact in facts)
    return f"<h2>{title}</h2><ul>{items}</ul>"


def _behaviour(b: Behaviour | None) -> str:
    title = "<h2>How it answered</h2>"
    if b is None or not b.lines:
        return f"{title}<p>No answer of the last 12 months is in the store.</p>"
    interval = b.interval
    between = f" ({interval.low:.0%} to {interval.high:.0%})" if interval else ""
    lag = "not known" if b.median_lag_days is None else f"{b.median_lag_days:g} days"
    allowed = "not known" if b.allowed_share is None else f"{b.allowed_share:.0%}"
    said = (
        f"<p>{b.lines:,} lines from {b.first} to before {b.before}: {b.denied:,} denied, {b.denied / b.lines:.1%}"
        f"{between}, ${b.denied_cents / 100:,.2f} of ${b.charged_cents / 100:,.2f} charged. Half of the answers came "
        f"within {lag}; what was not denied was allowed {allowed} of the charge.</p>"
    )
    return (
        title
        + said
        + _chart(b)
        + _shares("Denied for", b.reasons)
        + _shares("Denied with", b.carcs)
        + _shares("Codes most denied", b.codes)
    )


def _chart(b: Behaviour) -> str:
    """A bar a month, as high as its share denied; the words beside it say the same."""
    bars = "".join(
        f'<rect x="{24 * i}" y="{60 - 60 * m.denied / m.lines:.1f}" width="18" height="{60 * m.denied / m.lines:.1f}">'
        f"<title>{m.first_day:%Y-%m}: {m.denied} of {m.lines} denied</title></rect>"
        for i, m in enumerate(b.months)
        if m.lines
    )
    width = 24 * len(b.months)
    label = f"Share denied, month by month, {b.months[0].first_day:%Y-%m} to {b.months[-1].first_day:%Y-%m}"
    return (
        f'<figure><svg viewBox="0 0 {width} 62" width="{width}" height="62" role="img" aria-label="{label}" '
        f'fill="#a01622"><line x1="0" y1="61" x2="{width}" y2="61" stroke="#4a5563"/>{bars}</svg>'
        f"<figcaption><small>{label}; the height of the box is all of them</small></figcaption></figure>"
    )


def _shares(title: str, shares: Sequence[Share]) -> str:
    if not shares:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(s.name.replace("_", " "))}</th><td class="number">{s.denied:,}</td>'
        f'<td class="number">{s.lines:,}</td><td class="number">{s.denied / s.lines:.0%}</td>'
        f'<td class="number">${s.cents / 100:,.2f}</td></tr>'
        for s in shares[:TOP]
    )
    heads = "".join(f'<th scope="col">{h}</th>' for h in (title, "Denied", "Of lines", "Share", "Charged"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
