"""The pretend world's own tables: services, what reviewers expect, answers. Nothing here comes from the scrubber."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from claims.reasons import Reason
from simulator.chance import Wheel

DATA = Path(__file__).parent / "data"
OFFICE = "11"
NOT_IN_A_FACILITY = frozenset({OFFICE, "10"})  # the office, and a visit by video with the patient at home


def read_toml(name: str) -> dict[str, Any]:
    """One TOML file of the simulator's own data."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def read_csv(name: str) -> list[dict[str, str]]:
    """One CSV file of the simulator's own data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class Service:
    """A procedure code as this practice bills it; amounts are the pretend fee schedule, in cents a unit."""

    code: str
    family: str
    office: int
    facility: int
    sided: bool
    bases: frozenset[str]  # of an add-on: the services it may add to
    surgical: bool
    global_days: int
    most_units: int
    began: date | None
    ended: date | None
    single_dose: bool
    measure: str  # of a drug: the unit of its quantity (ML, UN)
    quantity: Decimal  # in that unit, for one billed unit

    def schedule(self, place: str) -> int:
        """The pretend fee schedule's cents for one unit at a place of service."""
        return self.office if place in NOT_IN_A_FACILITY and self.office else self.facility

    @property
    def charge(self) -> int:
        """What the practice charges for one unit, in cents: the same everywhere."""
        return (self.office or self.facility) * 3


def _cents(amount: str) -> int:
    return round(float(amount) * 100) if amount else 0


@cache
def services() -> Mapping[str, Service]:
    """Every procedure code the practice bills."""
    return {
        row["code"]: Service(
            code=row["code"],
            family=row["family"],
            office=_cents(row["office"]),
            facility=_cents(row["facility"]),
            sided=row["sided"] == "yes",
            bases=frozenset(row["bases"].split()),
            surgical=row["surgical"] == "yes",
            global_days=int(row["global_days"]),
            most_units=int(row["most_units"]),
            began=date.fromisoformat(row["began"]) if row["began"] else None,
            ended=date.fromisoformat(row["ended"]) if row["ended"] else None,
            single_dose=row["single_dose"] == "yes",
            measure=row["measure"].partition(" ")[0],
            quantity=Decimal(row["measure"].partition(" ")[2] or 0),
        )
        for row in read_csv("services.csv")
    }


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a reviewer expects of a claim, whoever the payer is."""

    supports: Mapping[str, tuple[str, ...]]
    vague: frozenset[str]
    retired: Mapping[str, date]
    included: Mapping[str, frozenset[str]]
    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]  # what is paid, what then is not
    lift: frozenset[str]
    documentation: tuple[float, ...]  # chance of a request that fails, by state of the chart
    necessity: tuple[float, ...]


@cache
def coverage() -> Coverage:
    """The expectations of data/coverage.toml."""
    raw = read_toml("coverage.toml")
    return Coverage(
        supports={key: tuple(starts) for key, starts in raw["supports"].items()},
        vague=frozenset(raw["vague"]["codes"]),
        retired=raw["retired"],
        included={code: frozenset(procedures) for code, procedures in raw["included"].items()},
        pairs=tuple((frozenset(pair["paid"]), frozenset(pair["unpaid"])) for pair in raw["pairs"]),
        lift=frozenset(raw["lift"]["modifiers"]),
        documentation=tuple(raw["chart"]["documentation"]),
        necessity=tuple(raw["chart"]["necessity"]),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """How a denial is worded on the remittance, and what it comes down to."""

    group: str
    carc: str
    rarc: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way for a line to be denied.

    `visible`: the claim and the practice's own past show it. `published`: a public policy states it, so that a rule
    could. `rank`: of several, the lowest speaks. `root`: the Reasons a person would look at to foresee it; none where
    nobody could.
    """

    name: str
    visible: bool
    published: bool
    rank: int
    root: tuple[Reason, ...]
    answers: Wheel[Answer] | None


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Every way for a line to be denied, in the order in which payers look."""
    worded: dict[str, list[tuple[Answer, float]]] = {}
    for row in read_csv("answers.csv"):
        answer = Answer(row["group"], row["carc"], row["rarc"], Reason(row["reason"]))
        worded.setdefault(row["mechanism"], []).append((answer, float(row["weight"])))
    return {
        row["mechanism"]: Mechanism(
            name=row["mechanism"],
            visible=row["visible"] == "yes",
            published=row["published"] == "yes",
            rank=rank,
            root=tuple(Reason(word) for word in row["root"].split()),
            answers=Wheel(worded[row["mechanism"]]) if row["mechanism"] in worded else None,
        )
        for rank, row in enumerate(read_csv("mechanisms.csv"))
    }
