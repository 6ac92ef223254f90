"""Rows for training: what we were told, day by day, through the code that serving runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, groupby

from claims.claim import Claim
from claims.identity import NO_KEYS, RecordKeys
from features.registry import Row, rows
from past.patient import PatientPast, Service, patient_past, services_of
from past.payer import Decision, PayerPast
from past.recorded import Recorded, with_recorded
from scrubber.engine import scrub
from scrubber.report import Report
from scrubber.tables import Tables


@dataclass(frozen=True, slots=True)
class Submitted:
    """A claim went out on `known_on`; the keys are opaque (see `past.patient.Service`)."""

    known_on: date
    claim: Claim
    submission: str
    content: str
    patient: str
    batch: str
    found_by: RecordKeys = NO_KEYS  # by which the practice's records of the patient are found


@dataclass(frozen=True, slots=True)
class Decided:
    """A payer's first adjudication of one line became known: on the day the decision itself bears."""

    known_on: date
    submission: str
    line: int
    patient: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Rejected:
    """A front end refused the claim, and no payer has answered it: it became known that the payer never saw it."""

    known_on: date
    submission: str
    patient: str


@dataclass(frozen=True, slots=True)
class Noted:
    """The practice recorded an approval or an answer about cover; `keys` are those of whom it is."""

    known_on: date
    keys: tuple[str, ...]
    recorded: Recorded


Happened = Submitted | Decided | Rejected
Event = Happened | Noted
_Services = dict[tuple[str, int], tuple[Service, ...]]  # by submission and line number, which a claim may use twice


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """One submission as the scrubber would have seen it on the day it went out."""

    event: Submitted
    past: PatientPast
    report: Report


@dataclass(frozen=True, slots=True)
class Replayed:
    """One submission as it would have been assessed on the day it went out."""

    event: Submitted
    report: Report
    rows: list[Row]


def replay(events: Iterable[Event], tables: Tables) -> Iterator[Replayed]:
    """Each submission with its rows, in order; events must come by day (order within a day does not matter).

    All submissions of a day are assessed before any of that day's events is learned: the past of a claim is what was
    known strictly before its day. Only the services of the same file are seen within a day, as in serving, and what was
    recorded of approvals and cover on the day itself: rules take a record of the day a claim goes out. Raises
    ValueError when a day comes after a later one, or a decision bears another day than its event: serving counts it on
    its own day, and the rows would differ.
    """
    payer = PayerPast()
    for event, past, report in _walked(events, tables, None, payer.learn):
        yield Replayed(event, report, rows(event.claim, report, past, payer, tables=tables, as_of=event.known_on))


def scrubbed(events: Iterable[Event], tables: Tables, *, since: date | None = None) -> Iterator[Scrubbed]:
    """The reports of `replay` without its rows, for who asks of the rules alone: half of the time.

    Claims sent before `since` are part of the past only.
    """
    for event, past, report in _walked(events, tables, since, None):
        yield Scrubbed(event, past, report)


def _walked(
    events: Iterable[Event], tables: Tables, since: date | None, learn: Callable[[Decision], None] | None
) -> Iterator[tuple[Submitted, PatientPast, Report]]:
    """Each submission since a day with the past of its own day and its report; `learn` is told every decision."""
    services: dict[str, _Services] = defaultdict(dict)
    book = _Book()
    known_since: date | None = None
    last: date | None = None
    for day, of_day in groupby(events, key=lambda event: event.known_on):
        if last is not None and day < last:
            raise ValueError(f"events of {day} come after those of {last}: give them in the order of known_on")
        last = day
        today = sorted(book.without_noted(of_day), key=_order)
        submitted = [event for event in today if isinstance(event, Submitted)]
        for event in submitted:  # first everyone's services: those of the same file see each other
            services[event.patient] |= _by_line(event)
        for event in submitted if since is None or day >= since else ():
            past = patient_past(
                chain.from_iterable(services[event.patient].values()),
                as_of=day,
                submission=event.submission,
                content=event.content,
                batch=event.batch,
                known_since=known_since,
            )
            past = book.beside(past, event)
            yield event, past, scrub(event.claim, tables, past, as_of=day)
        if submitted and known_since is None:
            known_since = day
        for decided in today:
            if isinstance(decided, Decided):
                if decided.decision.known_on != day:
                    raise ValueError(f"a decision of {decided.decision.known_on} came as an event of {day}")
                if learn is not None:
                    learn(decided.decision)
                _decide(services[decided.patient], decided)
            elif isinstance(decided, Rejected):
                _reject(services[decided.patient], decided)


class _Book:
    """What has been recorded of approvals and cover so far, by the keys of its patients."""

    def __init__(self) -> None:
        self._of: dict[str, dict[int, Recorded]] = defaultdict(dict)

    def without_noted(self, events: Iterable[Event]) -> Iterator[Happened]:
        """The other events; what was noted goes into the book."""
        for event in events:
            if isinstance(event, Noted):
                for key in event.keys:
                    self._of[key][event.recorded.number] = event.recorded
            else:
                yield event

    def beside(self, past: PatientPast, event: Submitted) -> PatientPast:
        """The patient's past with what the book holds of the patient."""
        if not self._of:
            return past
        found = {n: one for key in event.found_by.keys for n, one in self._of.get(key, {}).items()}
        return with_recorded(past, found.values(), event.known_on, event.found_by.own) if found else past


def _order(event: Happened) -> tuple[str, int]:
    return (event.submission, event.line if isinstance(event, Decided) else 0)


def _by_line(event: Submitted) -> _Services:
    services: _Services = defaultdict(tuple)
    for s in services_of(
        event.claim,
        known_on=event.known_on,
        submission=event.submission,
        content=event.content,
        batch=event.batch,
    ):
        services[s.submission, s.line] += (s,)
    return services


def _decide(services: _Services, event: Decided) -> None:
    key = event.submission, event.line
    if key in services:
        services[key] = tuple(
            replace(s, decided_on=event.known_on, denied=event.decision.denied, reason=event.decision.reason)
            for s in services[key]
        )


def _reject(services: _Services, event: Rejected) -> None:
    for key in [key for key in services if key[0] == event.submission]:
        services[key] = tuple(replace(s, rejected_on=event.known_on) for s in services[key])
