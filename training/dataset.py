"""Labelled lines: each submission's rows as of its own day, beside what the payer first said about each line.

The rows come from `features.replay`, which runs the very code that serving runs; the labels come from the store's
ledger. No identifier of a patient, a provider or a claim is a model input; the opaque keys kept here serve to draw
bootstrap samples by patient and never leave the process.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import compress
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claims.claim import Person
from features.registry import FEATURES, Row
from features.replay import Decided, Event, Replayed, replay
from models.encoding import Encoder, Matrix
from past.label_settings import DEFAULTS, LabelSettings
from past.payer import PayerPast
from scrubber.tables import Tables
from training.progress import Progress, Step
from training.split import Positions

DENIED, REDUCED = "denied", "reduced"
NOT_DENIED = frozenset({"paid", REDUCED, "patient_responsibility"})
UNANSWERED = "unanswered"
UNKNOWN = "unknown"
AGES = ((18, "under 18"), (45, "18-44"), (65, "45-64"), (80, "65-79"))  # the last is 80 and over
CHUNK = 5000  # rows at a time between a frame and plain dicts
SAID_EVERY = 200  # claims between two words on how far the replay is


class Label(NamedTuple):
    """What the ledger says of one submitted line."""

    outcome: str
    reason: str
    carcs: tuple[str, ...]
    denied_amount: Decimal
    known_on: date | None
    flags: tuple[str, ...] = ()  # what is odd about the answer (`past.labels.Flag`)


@dataclass(frozen=True)
class Dataset:
    """Lines with a target, in order of submission.

    `lines` says of each: `claim` (a number), `claim_id`, `line`, `patient` (a number), `submitted`, `known_on`,
    `payer`, `code`, `denied`, `reason`, `carcs`, `charge`, `lost` (dollars denied; 0 of a line that
    was only cut), `worst_rule` (severity, 0 none), `reduced` (paid, but less), `age_band`, `sex` (both for the
    evaluation by groups alone, never an input), `outcome` (the ledger's word), `ref` (the opaque id of its submission).
    `features` has one column a feature. `excluded` counts, by why, the submitted lines that are not here.
    """

    lines: pd.DataFrame
    features: pd.DataFrame
    excluded: Counter[str]
    payer_past: PayerPast
    as_of: date | None  # the last day anything was known

    def rows(self, positions: Positions) -> Iterator[Row]:
        """The rows at `positions`, as serving would hand them to the model."""
        for start in range(0, len(positions), CHUNK):
            yield from row_dicts(self.features.iloc[positions[start : start + CHUNK]])

    def matrix(self, encoder: Encoder, positions: Positions) -> Matrix:
        """The same, encoded: what `encoder.matrix` makes of the rows, column by column, in a tenth of the time."""
        of = self.features.iloc[positions]
        out = np.empty((len(positions), len(encoder.columns)))
        for place, column in enumerate(encoder.columns):
            words = encoder.categories.get(column)
            if words is None:
                out[:, place] = of[column]
            else:
                out[:, place] = of[column].map({word: float(code) for code, word in enumerate(words)})
        return out

    def column(self, name: str, positions: Positions) -> np.ndarray:
        """One column of `lines` at `positions`."""
        return self.lines[name].to_numpy()[positions]


def row_dicts(frame: pd.DataFrame) -> list[Row]:
    """The frame's rows as the plain dicts that serving hands to the model."""
    return [dict(zip(frame.columns, values, strict=True)) for values in frame.itertuples(index=False, name=None)]


def build(
    events: Iterable[Event],
    labels: Mapping[tuple[str, int], Label],
    tables: Tables,
    progress: Progress | None = None,
    *,
    settings: LabelSettings = DEFAULTS,
    exclude: Collection[str] = (),
) -> Dataset:
    """Replay the events and keep the lines whose label is a target and old enough to be believed.

    `settings` say how long a payer's answers may take; lines with a flag of `exclude` are left out, and counted.
    """
    past = PayerPast()
    last: dict[str, date] = {}
    excluded: Counter[str] = Counter()
    unheard: list[tuple[str, date]] = []  # payer and day of sending of the lines nobody answered
    about: list[tuple[object, ...]] = []
    columns: dict[str, array[float] | list[str]] = {
        name: [] if f.categorical else array("d") for name, f in FEATURES.items()
    }
    claims = len({submission for submission, _ in labels})
    for number, replayed in enumerate(replay(_overheard(events, past, last), tables)):
        if progress and number % SAID_EVERY == 0:
            text = f"replayed {number:,} of {claims:,} claims, up to {replayed.event.known_on}"
            progress(Step("replay", text, number, claims or None))
        unheard += _unheard(replayed, labels)
        for told, row in _targets(replayed, number, labels, excluded, exclude):
            about.append(told)
            for name, column in columns.items():
                column.append(row[name])  # type: ignore[arg-type]  # numbers and words each to their own column
    lines = _typed(pd.DataFrame(about, columns=ABOUT))
    as_of = last.get("told")
    ripe = _ripe(lines, past, last.get("answered"), settings)
    excluded["too recent: the payer's lag has not passed"] += int((~ripe).sum())
    young = _young(unheard, past, last.get("answered"), settings)
    excluded.update({"unanswered": -young, "pending": young})
    return Dataset(lines[ripe].reset_index(drop=True), _frame(columns, ripe.to_numpy()), +excluded, past, as_of)


def _frame(columns: dict[str, array[float] | list[str]], keep: NDArray[np.bool_]) -> pd.DataFrame:
    """The rows to keep, column by column; each is given up as it is copied, so that all is never held twice."""
    kept: dict[str, np.ndarray | list[str]] = {}
    for name in list(columns):
        column = columns.pop(name)
        kept[name] = np.asarray(column)[keep] if isinstance(column, array) else list(compress(column, keep))
    return pd.DataFrame(kept, copy=False)


ABOUT = [
    "claim", "claim_id", "line", "patient", "submitted", "known_on", "payer", "code", "denied", "reason", "carcs",
    "charge", "lost", "worst_rule", "reduced", "age_band", "sex", "outcome", "ref",
]  # fmt: skip


def _targets(
    replayed: Replayed,
    number: int,
    labels: Mapping[tuple[str, int], Label],
    excluded: Counter[str],
    exclude: Collection[str] = (),
) -> Iterator[tuple[tuple[object, ...], Row]]:
    """The claim's lines that have a target, each with what is to be known of it; counts the others."""
    event = replayed.event
    worst = {
        line.number: max(
            (int(f.severity) for f in replayed.report.findings if f.line in (None, line.number)), default=0
        )
        for line in event.claim.lines
    }
    for line, row in zip(event.claim.lines, replayed.rows, strict=True):
        label = labels.get((event.submission, line.number))
        if label is None or label.known_on is None or not (label.outcome == DENIED or label.outcome in NOT_DENIED):
            excluded["no label" if label is None else label.outcome] += 1
            continue
        if odd := [flag for flag in label.flags if flag in exclude]:
            excluded[f"flagged {odd[0]}"] += 1
            continue
        yield (
            (
                number,
                event.claim.id,
                line.number,
                event.patient,
                event.known_on,
                label.known_on,
                event.claim.payer.id,
                line.code,
                label.outcome == DENIED,
                label.reason,
                label.carcs,
                float(line.charge),
                float(label.denied_amount) if label.outcome == DENIED else 0.0,  # a cut is no denial
                worst[line.number],
                label.outcome == REDUCED,
                age_band(event.claim.patient, event.known_on),
                event.claim.patient.sex if event.claim.patient.sex in ("F", "M") else UNKNOWN,
                label.outcome,
                event.submission,
            ),
            row,
        )


def _unheard(replayed: Replayed, labels: Mapping[tuple[str, int], Label]) -> Iterator[tuple[str, date]]:
    event = replayed.event
    for line in event.claim.lines:
        label = labels.get((event.submission, line.number))
        if label is not None and label.outcome == UNANSWERED:
            yield event.claim.payer.id, event.known_on


def _young(unheard: Iterable[tuple[str, date]], past: PayerPast, answered: date | None, settings: LabelSettings) -> int:
    """How many of the unanswered lines may be answered yet: the labels were asked for as of the end of all days."""
    if answered is None:
        return 0
    days = settings.waits(past, answered)
    return sum((answered - sent).days <= days(payer) for payer, sent in unheard)


def age_band(patient: Person, day: date) -> str:
    """The patient's age on a day, in the broad bands that Medicare's age and a working life make.

    >>> age_band(Person(birth_date=date(1960, 3, 2)), date(2025, 3, 1))
    '45-64'
    """
    born = patient.birth_date
    if born is None or born > day:
        return UNKNOWN
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((band for before, band in AGES if age < before), "80 and over")


def _overheard(events: Iterable[Event], past: PayerPast, last: dict[str, date]) -> Iterator[Event]:
    """Pass the events on, learning each decision for the snapshot that goes into the bundle.

    `last` is told the last day anything was `told`, and the last on which a payer `answered`.
    """
    for event in events:
        if isinstance(event, Decided):
            past.learn(event.decision)
            last["answered"] = event.known_on
        last["told"] = event.known_on
        yield event


def _typed(lines: pd.DataFrame) -> pd.DataFrame:
    for day in ("submitted", "known_on"):
        lines[day] = pd.to_datetime(lines[day])
    lines["patient"] = pd.factorize(lines["patient"])[0]
    return lines.astype({"denied": bool, "reduced": bool, "charge": float, "lost": float, "worst_rule": float})


def _ripe(lines: pd.DataFrame, past: PayerPast, answered: date | None, settings: LabelSettings) -> pd.Series:
    """True for lines sent so long ago that their payer has answered nearly all of its like (`settings.lag_share`).

    Of younger claims only the quick answers are in, and those are not like the rest. What counts is the last day an
    answer is known of: where claims are read every day and remittances once a month, the claims of the last weeks are
    younger than they look.
    """
    if lines.empty or answered is None:
        return pd.Series([], dtype=bool)
    days = settings.waits(past, answered)
    lags = {payer: days(payer) for payer in lines["payer"].unique()}
    waited = (pd.Timestamp(answered) - lines["submitted"]).dt.days
    ripe: pd.Series = waited >= lines["payer"].map(lags)
    return ripe
