"""The clinic's days: who comes when, and what is done. Knows nothing of billing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import heappop, heappush
from random import Random

from simulator.patients import Arrivals, Patient, Step
from simulator.schedule import kinds
from simulator.staff import Staff

SATURDAY = 5
QUIET = frozenset(
    {"new", "new_medication", "new_shoulder", "return", "medication", "bundle", "programming", "preparation", "healing"}
)  # nothing is done to the patient
FIRST_VISITS = frozenset({"new", "new_medication", "new_shoulder"})
SESSIONS_BESIDE = "trigger"  # the kind of visit that small muscle injections beside another procedure count with
INSTEAD = "return"  # the visit a patient has who comes too soon for the treatment


@dataclass(slots=True)
class Encounter:
    """A patient was here: the visit as the clinician knows it."""

    patient: Patient
    day: date
    visit: str
    clinician: int
    first: bool


class Clinic:
    """Runs the calendar: known patients first, and new ones for the places left."""

    def __init__(self, arrivals: Arrivals, staff: Staff, rng: Random, *, per_month: float, opening: date) -> None:
        self._arrivals, self._staff, self._rng = arrivals, staff, rng
        self._per_day = per_month * 12 / 261  # working days of a year
        self._due: list[tuple[date, int, Patient]] = []
        self._booked = 0
        self._owed = 0.0
        for _ in range(round(per_month * 0.9)):  # those in the middle of their care on the first day
            patient = arrivals.new_patient(opening)
            patient.known = True
            patient.step = rng.randrange(1, max(2, len(patient.condition.course) - 1))
            self._book(patient, opening + timedelta(days=rng.randrange(0, 32)))

    def day(self, day: date) -> Iterator[Encounter]:
        """The encounters of one day."""
        if day.weekday() >= SATURDAY:
            return
        self._owed += self._per_day * self._rng.uniform(0.8, 1.2)
        while self._owed >= 1:
            self._owed -= 1
            if self._due and self._due[0][0] <= day:
                yield self._see(heappop(self._due)[2], day)
            else:
                yield self._see(self._arrivals.new_patient(day), day)

    def _see(self, patient: Patient, day: date) -> Encounter:
        if patient.covered_year != day.year:
            self._arrivals.new_year(patient, day.year)
        step = patient.condition.course[patient.step]
        visit = step.visit if patient.known or step.visit not in FIRST_VISITS else patient.condition.course[0].visit
        visit = self._counted(patient, visit, day)
        quiet = visit in QUIET
        encounter = Encounter(
            patient, day, visit, patient.clinician if quiet else patient.operator, first=not patient.known
        )
        patient.known = True
        patient.earlier[visit] = day
        self._book_next(patient, step, day)
        return encounter

    def _counted(self, patient: Patient, visit: str, day: date) -> str:
        """The visit as planned, or a talk where the treatment was had too often or too lately and somebody counted."""
        kind = kinds().get(visit)
        if kind is None:
            return visit
        earlier = patient.sessions.setdefault(kind.name, [])
        if not kind.allows(earlier, day) and not self._staff.counts_no_sessions(day):
            return INSTEAD
        earlier.append(day)
        return visit

    def _book_next(self, patient: Patient, step: Step, day: date) -> None:
        course, rng = patient.condition.course, self._rng
        at = patient.step + 1
        days = 0.0
        while at < len(course) and rng.random() >= course[at].chance:
            days += course[at].days * 0.4
            at += 1
        if at >= len(course):
            if rng.random() < 0.45 or not patient.condition.again:  # gone for good
                return
            at, days = patient.condition.again, rng.uniform(40, 110)
        patient.step = at
        days += course[at].days * rng.uniform(0.8, 1.45)
        repeats = course[at].visit.split("_")[0] == step.visit.split("_")[0]
        if self._staff.books_too_soon(day) and (repeats or course[at].visit in patient.earlier):
            days = min(days, rng.randrange(5, 12))
        self._book(patient, day + timedelta(days=max(1, round(days))))

    def _book(self, patient: Patient, day: date) -> None:
        self._booked += 1
        heappush(self._due, (day, self._booked, patient))
