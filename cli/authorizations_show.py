"""`authorizations show`: one authorization, every word on it, and every draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rich.text import Text

from claims.errors import UnreadableInput
from cli.authorizations_held import held_json, iso, number_of
from cli.console import emit, stdout
from cli.learn import open_store
from serving.settings import Settings
from store.tracker import Held


def show_one(settings: Settings, ref: str, as_of: date, *, renew_within: int, as_json: bool) -> int:
    """Every word on one authorization, and every draw."""
    with open_store(settings) as store:
        number = int(ref[1:]) if ref[:1].upper() == "A" and ref[1:].isdigit() else None
        found = list(store.authorizations(as_of, [number])) if number is not None else []
        every = found or [one for one in store.authorizations(as_of) if one.authorization.number == ref.strip()]
        everything = list(store.authorizations(as_of))
    if not every:
        raise UnreadableInput(
            f"authorization {ref[:40]!r}", found="none as of that day", expected="a reference such as A12, or a number",
            advice="`cleanclaim authorizations list` shows those there are.",
        )  # fmt: skip
    stages = [one for one in everything if _one_course(one, every)]
    for some in _by_ref(every).values():
        said = _one_json(some, stages, [held_json(one, as_of, everything, renew_within) for one in some])
        if as_json:
            emit(said)
        else:
            _show_one(said)
    return 0


def _by_ref(found: Iterable[Held]) -> dict[str, list[Held]]:
    by_ref: dict[str, list[Held]] = defaultdict(list)
    for one in found:
        by_ref[one.ref].append(one)
    return by_ref


def _one_course(one: Held, shown: Sequence[Held]) -> bool:
    """True where the two are stages of one course: one says that it follows the other."""
    refs, numbers = {h.ref for h in shown}, {h.authorization.number for h in shown} - {""}
    follows = {h.recorded.entry.follows for h in shown} - {""}
    return one.ref not in refs and (one.authorization.number in follows or one.recorded.entry.follows in numbers)


def _one_json(some: Sequence[Held], stages: Sequence[Held], standing: Sequence[dict[str, object]]) -> dict[str, object]:
    return {
        "ref": some[0].ref,
        "standing": standing,
        "history": [
            {
                "recorded_on": word.entry.recorded_on.isoformat(),
                "recorded_by": word.entry.recorded_by,
                "source": word.entry.source,
                "place": word.entry.place,
                "decision": word.entry.decision,
                "number": word.entry.authorization.number if word.entry.authorization else "",
                "from": iso(word.entry.authorization.valid_from) if word.entry.authorization else None,
                "to": iso(word.entry.authorization.valid_to) if word.entry.authorization else None,
                "codes": [
                    {"code": a.code, "units": number_of(a.units) or None, "side": a.side}
                    for a in (word.entry.authorization.codes if word.entry.authorization else ())
                ],
            }
            for word in some[0].book
        ],
        "draws": [
            {
                "claim_id": draw.service.claim_id,
                "ref": draw.service.submission,
                "line": draw.service.line,
                "code": balance.code,
                "side": balance.side,
                "service_date": draw.service.service_date.isoformat(),
                "drawn": number_of(draw.drawn),
                "overdrawn": number_of(draw.overdrawn),
            }
            for one in some
            for balance in one.balances
            for draw in balance.draws
        ],
        "stages": [
            {
                "ref": one.ref, "number": one.authorization.number, "stage": one.recorded.entry.stage,
                "decision": one.recorded.entry.decision, "follows": one.recorded.entry.follows,
            }
            for one in stages
        ],
    }  # fmt: skip


def _show_one(said: Mapping[str, object]) -> None:
    console = stdout()
    console.print(Text(f"{said['ref']}", "bold"))
    for title, name in (("stands", "standing"), ("history", "history"), ("draws", "draws"), ("other stages", "stages")):
        rows = said[name]
        if not isinstance(rows, list) or not rows:
            console.print(f"{title}: none" if name == "draws" else "", end="\n" if name == "draws" else "")
            continue
        console.print(f"{title}:")
        for row in rows:
            told = ((key, _told(value)) for key, value in row.items() if key not in ("ref", "claim_ids", "unlinked"))
            console.print(Text("  " + ", ".join(f"{key.replace('_', ' ')} {text}" for key, text in told if text)))


def _told(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(
            " ".join(f"{k} {v}" if k != "code" else str(v) for k, v in item.items() if v) for item in value
        )
    return "" if value in (None, "", False, "0") else "yes" if value is True else str(value)
