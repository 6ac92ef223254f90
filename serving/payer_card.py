"""A payer's card: what the command line and the page show of a payer, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence

from claims.claim import Payer
from past.behaviour import Behaviour, Share
from past.intervals import Interval
from scrubber.payer_reference import Fact, Reference
from scrubber.tables import Tables
from scrubber.tables.rows import PayerRow
from store.behaviour import PayerSeen, by_payer

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
    "matched": "no id or name is known. `cleanclaim payers new KEY --id ID` begins a profile that its claims find.",
    "filing": "no limit is known",
    "wants": "nothing beside what every payer wants",
    "authorizations": "nothing is known to need one",
    "frequency": "none is known",
    "adopted": "none",
    "values": "none",
}


def payer_asked(tables: Tables, payer: str, seen: Sequence[PayerSeen]) -> tuple[PayerRow, list[str]] | None:
    """The payer a person means, and its ids on the practice's claims; None for one nobody knows.

    Asked for by its key, by a payer id of the tables, or by one of the claims: a payer no table has bears no key then.
    """
    asked = payer.strip()
    row = tables.payer_rows.get(asked.lower())
    here = [one for one in seen if one.payer_id.upper() == asked.upper()]
    if row is None and here:
        newest = here[0].newest
        name, kind = newest.payer.name or asked, tables.payer_type(newest).value
        row = tables.payer_row(newest) or PayerRow("", name, (here[0].payer_id,), (), kind, None, verified=False)
    row = row or tables.payer_of(Payer(asked, ""))
    if row is None:
        return None
    return row, [one.payer_id for one in (by_payer(tables, seen).get(row.key, ()) if row.key else here)]


def page_json(page: Reference, ids: Sequence[str], behaviour: Behaviour | None) -> dict[str, object]:
    """The object of `payers show --json`."""
    mine = page.profile
    profile = mine and {
        "file": f"payers/{mine.file}", "written_by": mine.written_by, "written_on": mine.written_on.isoformat(),
    }  # fmt: skip
    return {
        "key": page.key or None, "name": page.name, "type": page.type, "as_of": page.day.isoformat(),
        "profile": profile,
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


def list_record(tables: Tables, key: str, seen: Sequence[PayerSeen]) -> dict[str, object]:
    """A payer in one line; an empty key is that of a payer no table has."""
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


def source_of(fact: Fact) -> str:
    """Where a fact comes from, for which days, and how sure it is."""
    since = f", from {fact.first}" if fact.first else ""
    until = f" to {fact.last}" if fact.last else ""
    sure = ", not verified" if fact.verified is False else ""
    by = f"; yours, by {fact.written}" if fact.own and fact.written else ""
    return f"{fact.source}{since}{until}{sure}{by}{' ' + fact.url if fact.url else ''}"


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
        "codes": list(fact.codes),
        "from": fact.first.isoformat() if fact.first else None, "to": fact.last.isoformat() if fact.last else None,
    }  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"
