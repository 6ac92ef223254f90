"""A payer past as plain JSON values and back, exactly: what a model bundle carries where there is no store.

It holds counts by payer, code and day, and no claim or patient. Whole-numbered columns are kept as steps from day to
day, which are short; a column with fractions is kept as its running sums, so that no rounding creeps in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

from claims.reasons import Reason
from past.payer import PayerPast, _Tally

FORMAT = 1


def payer_past_to_json(past: PayerPast) -> dict[str, Any]:
    """Everything the past has learned; the order of learning leaves no trace."""
    return {
        "format": FORMAT,
        "counts": _write(past._counts.items(), list),
        "denied_for": _write(past._denied_for.items(), lambda key: [*key[:-1], key[-1].value]),
        "allowed": _write(past._allowed.items(), list),
        "lags": [
            [payer, day, [[lag, n] for lag, n in sorted(lags.items()) if n]]
            for payer, days in sorted(past._lags.items())
            for day, lags in sorted(days.items())
        ],
    }


def payer_past_from_json(obj: Mapping[str, Any]) -> PayerPast:
    """The past that was written; raises ValueError when it is not such a text or of another format."""
    if obj.get("format") != FORMAT:
        raise ValueError(f"format {obj.get('format')!r}, expected {FORMAT}")
    past = PayerPast()
    try:
        for key, tally in _read(obj["counts"]):
            past._counts[_text(key, 3)] = tally  # type: ignore[index]
        for key, tally in _read(obj["denied_for"]):
            past._denied_for[*_text(key[:-1], 3), Reason(key[-1])] = tally  # type: ignore[index]
        for key, tally in _read(obj["allowed"]):
            past._allowed[_text(key, 2)] = tally  # type: ignore[index]
        for payer, day, lags in obj["lags"]:
            for lag, n in lags:
                past._lags[str(payer)][int(day)][int(lag)] = int(n)
    except (KeyError, TypeError, IndexError) as wrong:
        raise ValueError(f"not a payer past: {type(wrong).__name__}") from None
    return past


def _write(tallies: Iterable[tuple[Any, _Tally]], words: Callable[[Any], list[str]]) -> list[list[Any]]:
    written = [
        [words(key), _steps(tally.days), [_column(c) for c in tally.sums]] for key, tally in tallies if tally.days
    ]
    return sorted(written, key=lambda entry: entry[0])


def _read(entries: Iterable[list[Any]]) -> Iterable[tuple[list[str], _Tally]]:
    for key, days, columns in entries:
        yield (
            key,
            _Tally(
                [int(day) for day in accumulate(days)],
                [list(accumulate(c["steps"])) if "steps" in c else list(c["sums"]) for c in columns],
            ),
        )


def _column(sums: list[float]) -> dict[str, list[int] | list[float]]:
    if all(float(value).is_integer() for value in sums):
        return {"steps": _steps([int(value) for value in sums])}
    return {"sums": sums}


def _steps(values: list[int]) -> list[int]:
    return values[:1] + [after - before for before, after in pairwise(values)]


def _text(key: list[str], parts: int) -> tuple[str, ...]:
    if len(key) != parts:
        raise ValueError(f"a key of {len(key)} parts, expected {parts}")
    return tuple(str(part) for part in key)
