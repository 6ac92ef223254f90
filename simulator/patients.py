"""Patients who do not exist: their condition, their cover, and where they stand in their course of care."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from claims.claim import Address, Person
from simulator.chance import Wheel
from simulator.payers import PretendPayer
from simulator.practice import Practice
from simulator.reference import read_toml

_STEP = re.compile(r"(?P<visit>\w+)@(?P<days>\d+)(\?(?P<chance>[\d.]+))?")
WORK_INJURY = "works"
GROUP_COVER = frozenset({"keystone", "prairie", "lakeside"})


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of a course: about so many days after the last, for a share of the patients."""

    visit: str
    days: int
    chance: float


@dataclass(frozen=True, slots=True)
class Condition:
    """What a patient comes with, how it is coded well and badly, and what is done about it."""

    name: str
    diagnoses: tuple[tuple[str, ...], ...]
    by_side: Mapping[str, tuple[str, ...]]
    vague: tuple[str, ...]
    wrong: tuple[str, ...]
    retired: tuple[str, ...]
    sides: Wheel[str]
    old: float  # share of its patients from 65
    course: tuple[Step, ...]
    again: int  # the step at which those who come back begin; 0: nobody comes back


@dataclass(slots=True)
class Patient:
    """One pretend patient; changes as care goes on."""

    number: int
    person: Person
    payer: PretendPayer
    member_id: str
    group_number: str
    condition: Condition
    side: str
    diagnoses: tuple[str, ...]
    clinician: int  # whom they see
    operator: int  # who does their procedures
    referrer: int
    covered_year: int
    accident: date | None = None
    step: int = 0
    known: bool = False  # seen before by this practice
    global_from: date | None = None  # the procedure whose global days run longest, and their last day
    global_to: date = date.min
    earlier: dict[str, date] = field(default_factory=dict)  # visit -> last day, for the schedulers
    sessions: dict[str, list[date]] = field(default_factory=dict)  # kind of treatment -> its days
    second: PretendPayer | None = None  # a second cover the first payer does not know of
    second_member_id: str = ""


def _steps(course: list[str]) -> tuple[Step, ...]:
    steps = []
    for text in course:
        found = _STEP.fullmatch(text)
        if found is None:
            raise ValueError(f"a course step reads visit@days?chance, not {text!r}")
        steps.append(Step(found["visit"], int(found["days"]), float(found["chance"] or 1.0)))
    return tuple(steps)


def _condition(name: str, raw: dict[str, Any]) -> Condition:
    return Condition(
        name=name,
        diagnoses=tuple(tuple(codes) for codes in raw.get("diagnoses", ())),
        by_side={side: tuple(codes) for side, codes in raw.get("diagnoses_by_side", {}).items()},
        vague=tuple(raw["vague"]),
        wrong=tuple(raw["wrong"]),
        retired=tuple(raw["retired"]),
        sides=Wheel.of(raw["sides"]),
        old=raw["old"],
        course=_steps(raw["course"]),
        again=raw.get("again", 1),
    )


class Arrivals:
    """Makes new patients, one after another."""

    def __init__(self, practice: Practice, payers: tuple[PretendPayer, ...], rng: Random) -> None:
        raw = read_toml("conditions.toml")
        conditions = {name: _condition(name, entry) for name, entry in raw.items()}
        self._conditions = Wheel(
            (conditions[name], entry["weight"] * practice.conditions.get(name, 1.0)) for name, entry in raw.items()
        )
        self._payers = {
            True: Wheel((p, p.share_from_65 * practice.payers.get(p.key, 1.0)) for p in payers),
            False: Wheel((p, p.share_under_65 * practice.payers.get(p.key, 1.0)) for p in payers),
        }
        self._second = Wheel((p, p.as_second) for p in payers)
        clinicians = list(enumerate(practice.clinicians))
        self._clinicians = Wheel((i, c.load) for i, c in clinicians)
        self._operators = Wheel((i, c.load) for i, c in clinicians if c.procedures)
        self._operates = [c.procedures for _, c in clinicians]
        self._referrers = len(practice.referrers)
        self._rng, self._mark = rng, practice.mark
        self._made = 0

    def new_patient(self, day: date) -> Patient:
        """A patient who was never here before."""
        rng = self._rng
        self._made += 1
        condition = self._conditions.pick(rng)
        from_65 = rng.random() < condition.old
        birth = day - timedelta(days=int(365.25 * (rng.triangular(65, 89, 70) if from_65 else rng.uniform(24, 65))))
        payer = self._payers[from_65].pick(rng)
        side = condition.sides.pick(rng)
        clinician = self._clinicians.pick(rng)
        operator = clinician if self._operates[clinician] else self._operators.pick(rng)
        injured = day - timedelta(days=rng.randrange(20, 400))
        patient = Patient(
            number=self._made,
            person=self._person(birth),
            payer=payer,
            member_id=payer.new_member_id(rng),
            group_number=f"ZZG{rng.randrange(1000, 9999)}" if payer.key in GROUP_COVER else "",
            condition=condition,
            side=side,
            diagnoses=condition.by_side.get(side) or condition.diagnoses[rng.randrange(len(condition.diagnoses))],
            clinician=clinician,
            operator=operator,
            referrer=rng.randrange(self._referrers),
            covered_year=day.year,
            accident=injured if payer.key == WORK_INJURY else None,
        )
        self._add_second(patient)
        return patient

    def _add_second(self, patient: Patient) -> None:
        """Some have a second cover that their first payer does not send claims on to."""
        drawn, second = self._rng.random(), self._second.pick(self._rng)
        if drawn < patient.payer.second_cover:
            patient.second, patient.second_member_id = second, second.new_member_id(self._rng)

    def _person(self, birth: date) -> Person:
        rng = self._rng
        return Person(
            last_name=f"ZZPATIENT{self._mark}{self._made:05d}",
            first_name="TEST",
            birth_date=birth,
            sex="F" if rng.random() < 0.57 else "M",
            address=Address(
                street=f"{rng.randrange(1, 999)} EXAMPLE STREET", city="TESTVILLE", state="OH", postal_code="43099"
            ),
        )

    def new_year(self, patient: Patient, year: int) -> None:
        """On a new year some change their cover."""
        patient.covered_year = year
        if patient.payer.key == WORK_INJURY or self._rng.random() > 0.07:
            return
        born = patient.person.birth_date
        patient.payer = self._payers[born is not None and year - born.year >= 65].pick(self._rng)
        patient.member_id = patient.payer.new_member_id(self._rng)
        patient.group_number = ""
        patient.second, patient.second_member_id = None, ""
        patient.accident = None if patient.payer.key != WORK_INJURY else date(year - 1, 11, 15)
