"""What `rules performance` reports to machines: NDJSON records and CSV rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from claims.errors import UnreadableFile
from cli.console import say
from past.intervals import Interval, wilson
from scrubber.performance import Performance, Seen, Tally
from scrubber.precision import (
    Bars,
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
    scopes,
    summary,
)
from scrubber.registry import RULES
from store.judged import Period

TOP_CODES = 5  # of the codes of unseen denials


class SortBy(StrEnum):
    """What the table is sorted by."""

    DOLLARS = "dollars"
    FIRED = "fired"
    PRECISION = "precision"


@dataclass(frozen=True, slots=True)
class Asked:
    """What `rules performance` was asked."""

    period: Period
    bars: Bars
    payer: str = ""
    by: Scope = Scope.ALL
    sort: SortBy = SortBy.DOLLARS
    top: int = 0
    csv: Path | None = None


def asked_scopes(performance: Performance, asked: Asked) -> list[Whose]:
    """Of one payer alone, all payers are that payer."""
    found = scopes(performance)
    return [whose for whose in found if whose.scope is Scope.PAYER] if asked.payer else found


def records(performance: Performance, asked: Asked, overrides_of: OverridesOf | None) -> Iterator[object]:
    """A summary of every scope, every rule in every scope, and the denials by CARC and Reason."""
    whoses = asked_scopes(performance, asked)
    spoke = {rule_id for rule_id, _ in performance.spoke}
    for whose in whoses:
        yield _summary_json(summary(performance, whose), asked, sorted(RULES.keys() - spoke))
    for whose in whoses:
        for m in measured(performance, whose, asked.bars, overrides_of):
            yield _measured_json(m)
    for whose in whoses:
        for (carc, reason), seen in denials(performance, whose).items():
            yield {"record": "denials", **_whose_json(whose), "carc": carc, "reason": reason.value, **_seen_json(seen)}


def _summary_json(of: Summary, asked: Asked, silent: Sequence[str]) -> dict[str, object]:
    period = asked.period
    return {
        "record": "summary",
        **_whose_json(of.whose),
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat(),
        "as_of": period.as_of.isoformat(),
        "floor": asked.bars.floor,
        "least": asked.bars.least,
        "lines": _tally_json(of.lines),
        "claims": _tally_json(of.claims),
        "denials": _seen_json(of.seen),
        "levels": {severity.word: _tally_json(tally) for severity, tally in of.levels.items()},
        "rules_that_never_spoke": silent if of.whose.scope is Scope.ALL or asked.payer else None,
    }


def _measured_json(m: Measured) -> dict[str, object]:
    return {
        "record": "rule",
        "rule_id": m.rule_id,
        "reason": RULES[m.rule_id].reason.value if m.rule_id in RULES else None,
        **_whose_json(m.whose),
        "unit": m.unit.value,
        "claims_fired": m.spoke.claims,
        "unchecked_lines": m.spoke.unchecked_lines,
        "unchecked_claims": m.spoke.unchecked_claims,
        **_tally_json(m.tally),
        "base": _rounded(m.base),
        **_lifts(m),
        "severities": {
            level.severity.word: {
                **_tally_json(level.tally),
                **_lifts(level),
                "suggestion": level.advice.value if level.advice else None,
            }
            for level in m.levels
        },
        "overrides": list(m.overrides),
    }


def _lifts(of: Measured | Level) -> dict[str, object]:
    return {"lift": _rounded(of.lift), "lift_in_family": _rounded(of.lift_in_family)}


def _whose_json(whose: Whose) -> dict[str, str]:
    return {"scope": whose.scope.value, "payer": whose.name}


def _tally_json(tally: Tally) -> dict[str, object]:
    right, said = interval(tally), wilson(tally.as_said, tally.decided)
    return {
        "fired": tally.fired,
        "decided": tally.decided,
        "denied": tally.denied,
        "denied_for_reason": tally.for_reason,
        "denied_with_carc": tally.with_carc,
        "denied_as_said": tally.as_said,
        "rejected": tally.rejected,
        "pending": tally.pending,
        "left_out": tally.left_out,
        "judged": tally.judged,
        "right": tally.hits,
        "precision": _rounded(precision(tally)),
        "precision_interval": _interval_json(right),
        "precision_as_said": _rounded(as_said(tally)),
        "precision_as_said_interval": _interval_json(said),
        "charge": f"{tally.charge:.2f}",
        "denied_amount": f"{tally.denied_amount:.2f}",
        "pending_charge": f"{tally.pending_charge:.2f}",
        "expected_denied": _expected_denied(tally),
    }


def _expected_denied(tally: Tally) -> str | None:
    """Of what is pending, the dollars that would be denied at the precision so far."""
    share = precision(tally)
    return None if share is None else f"{float(tally.pending_charge) * share:.2f}"


def _seen_json(seen: Seen) -> dict[str, object]:
    return {
        "denied": seen.denied,
        "denied_amount": f"{seen.amount:.2f}",
        "flagged": seen.flagged,
        "foreseen": seen.foreseen,
        "unseen": seen.unseen,
        "unseen_amount": f"{seen.unseen_amount:.2f}",
        "unseen_unchecked": seen.unchecked,
        "unseen_codes": dict(most(seen.codes)),
    }


def most(codes: Counter[str]) -> list[tuple[str, int]]:
    """The codes seen most, with how often."""
    return sorted(codes.items(), key=lambda item: (-item[1], item[0]))[:TOP_CODES]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _interval_json(bounds: Interval | None) -> list[float] | None:
    return None if bounds is None else [round(bounds.low, 6), round(bounds.high, 6)]


def csv_rows(performance: Performance, asked: Asked, overrides_of: OverridesOf | None) -> Iterator[dict[str, object]]:
    """A row a rule, scope, unit and severity, and one for all severities together."""
    for whose in asked_scopes(performance, asked):
        for m in measured(performance, whose, asked.bars, overrides_of):
            about: dict[str, object] = {"rule_id": m.rule_id, **_whose_json(whose), "unit": m.unit.value}
            spoke = {
                "claims_fired": m.spoke.claims,
                "unchecked_lines": m.spoke.unchecked_lines,
                "unchecked_claims": m.spoke.unchecked_claims,
            }
            last: dict[str, object] = {"suggestion": "", "overrides": "; ".join(m.overrides)}
            yield about | {"severity": "all"} | _flat(_tally_json(m.tally)) | _lifts(m) | spoke | last
            for level in m.levels:
                last = {"suggestion": level.advice.value if level.advice else ""}
                yield about | {"severity": level.severity.word} | _flat(_tally_json(level.tally)) | _lifts(level) | last


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    """A pair of bounds becomes two columns."""
    flat: dict[str, object] = {}
    for name, value in record.items():
        if name.endswith("_interval"):
            low, high = value if isinstance(value, list) else (None, None)
            flat |= {f"{name[: -len('_interval')]}_low": low, f"{name[: -len('_interval')]}_high": high}
        else:
            flat[name] = value
    return flat


def write_csv(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Write the rows to a file. Raises UnreadableFile where that cannot be."""
    rows = iter(rows)
    first = next(rows, None)
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(first or {"rule_id": ""}))
            writer.writeheader()
            writer.writerows(chain([first] if first else [], rows))
    except OSError as error:
        raise UnreadableFile(
            str(path), found=(error.strerror or "a file that cannot be written").lower(),
            expected="a CSV file to write", advice="Check the path.",
        ) from error  # fmt: skip
    say(f"written: {path}")
