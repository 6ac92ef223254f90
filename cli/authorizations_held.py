"""`authorizations list`: what is held on a day, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from claims.claim import Authorization
from cli.console import emit, progress, stdout
from cli.learn import open_store
from past.draws import Balance
from serving.settings import Settings
from store.tracker import GRANTED, Held


def list_held(settings: Settings, as_of: date, expiring: int | None, *, renew_within: int, as_json: bool) -> int:
    """What is held on the day; with `expiring` only approvals that end within so many days."""
    with open_store(settings) as store, progress("authorizations") as update:
        every = list(store.authorizations(as_of, progress=update))
        waiting = len(store.unlinked())
    found = [one for one in every if expiring is None or _ends_within(one, as_of, expiring)]
    shown = [held_json(one, as_of, every, renew_within) for one in found]
    if as_json:
        for said in shown:
            emit(said)
        return 0
    if not every:
        stdout().print(
            f"No authorizations as of {as_of}. `cleanclaim authorizations import FILE` or `add` writes them down."
        )
        return 0
    if shown:
        _show_table(found, shown)
    ends = "" if expiring is None else f" end within {expiring} days"
    due = sum(bool(said["renewal_due"]) for said in shown)
    stdout().print(f"\n{len(shown)} of {len(every)} authorizations{ends}; {due} to renew.")
    if waiting:
        stdout().print(f"{waiting} records are of no patient yet: `--json` says why (`unlinked`).")
    return 0


def _show_table(found: Sequence[Held], shown: Sequence[Mapping[str, object]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in (
        "ref",
        "record",
        "payer",
        "number",
        "decision",
        "from",
        "to",
        "days left",
        "units left",
        "stage",
        "",
    ):
        table.add_column(column, no_wrap=True)
    for one, said in zip(found, shown, strict=True):
        cells = [
            said[name] for name in ("ref", "record_ref", "payer_id", "number", "decision", "from", "to", "days_left")
        ]
        if not cells[1] and one.newest_claim:
            cells[1] = f"claim {one.newest_claim}"
        left = ", ".join(_units(balance) for balance in one.balances)
        notes = ["renew" if said["renewal_due"] else "", "overdrawn" if any(b.overdrawn for b in one.balances) else ""]
        notes.append("of no patient yet" if said["unlinked"] else "")
        cells += [left, said["stage"], ", ".join(note for note in notes if note)]
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
    stdout().print(table)


def _units(balance: Balance) -> str:
    name = f"{balance.code} {balance.side}".strip()
    return name if balance.left is None else f"{name} {number_of(balance.left)} of {number_of(balance.allowed)}"


def number_of(amount: Decimal | None) -> str:
    """Units without idle zeros; "" where there are none."""
    return "" if amount is None else format(amount.normalize(), "f")


def _days_left(held: Authorization, as_of: date) -> int | None:
    return None if held.valid_to is None else (held.valid_to - as_of).days


def _ends_within(one: Held, as_of: date, days: int) -> bool:
    left = _days_left(one.authorization, as_of)
    return one.recorded.entry.decision in GRANTED and left is not None and 0 <= left <= days


def _renewal_due(one: Held, as_of: date, every: Iterable[Held], within: int) -> bool:
    """True where the approval ends within so many days with units left, and nothing granted goes on after it."""
    held = one.authorization
    if not _ends_within(one, as_of, within) or held.valid_to is None:
        return False
    if one.balances and all(balance.left == 0 for balance in one.balances):
        return False  # it was used up: there may be nothing left to renew it for
    after = held.valid_to + timedelta(days=1)
    return not any(_goes_on(one, other, after) for other in every if other is not one)


def _goes_on(one: Held, other: Held, after: date) -> bool:
    held, later = one.authorization, other.authorization
    same = one.keys & other.keys if one.keys else one.ref == other.ref
    codes = {a.code for a in held.codes}, {a.code for a in later.codes}
    covers = (later.valid_from is None or later.valid_from <= after) and (
        later.valid_to is None or later.valid_to >= after
    )
    alike = later.payer_id == held.payer_id and (not codes[1] or codes[0] <= codes[1])
    return bool(same) and covers and alike and other.recorded.entry.decision in GRANTED


def held_json(one: Held, as_of: date, every: Iterable[Held], renew_within: int) -> dict[str, object]:
    """One object of `authorizations list --json`; `every` is what may go on after it."""
    held, entry = one.authorization, one.recorded.entry
    return {
        "ref": one.ref,
        "record_ref": entry.record_ref,
        "number": held.number,
        "request": entry.request,
        "payer_id": held.payer_id,
        "decision": entry.decision,
        "decided_on": iso(held.decided_on),
        "from": iso(held.valid_from),
        "to": iso(held.valid_to),
        "days_left": _days_left(held, as_of),
        "codes": [_balance_json(balance) for balance in one.balances]
        or [{"code": a.code, "side": a.side, "allowed": number_of(a.units) or None} for a in held.codes],
        "stage": entry.stage,
        "follows": entry.follows,
        "renewal_due": _renewal_due(one, as_of, every, renew_within),
        "recorded_on": entry.recorded_on.isoformat(),
        "recorded_by": entry.recorded_by,
        "source": entry.source,
        "claim_ids": list(one.claim_ids),
        "newest_claim": one.newest_claim,
        "unlinked": one.why_unlinked,
    }


def _balance_json(balance: Balance) -> dict[str, object]:
    return {
        "code": balance.code,
        "side": balance.side,
        "allowed": number_of(balance.allowed) or None,
        "drawn": number_of(balance.drawn),
        "left": None if balance.left is None else number_of(balance.left),
        "overdrawn": number_of(balance.overdrawn),
    }


def iso(day: date | None) -> str | None:
    """A day for JSON."""
    return day.isoformat() if day else None
