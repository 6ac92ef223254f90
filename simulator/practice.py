"""The pretend practice: its group, its sites, its clinicians and those who send it patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from claims.claim import Address, Provider
from simulator.payers import Gap
from simulator.reference import OFFICE, read_toml


def check_digit(nine: str) -> str:
    """The tenth digit of an NPI: Luhn over 80840 and the nine before it.

    >>> check_digit("123456789")
    '3'
    """
    total = 24  # what the prefix 80840 adds
    for place, digit in enumerate(reversed(nine)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


@cache
def valid_npi(npi: str) -> bool:
    """Whether ten digits end in the right check digit."""
    return len(npi) == 10 and npi.isdigit() and check_digit(npi[:9]) == npi[9]


@dataclass(frozen=True, slots=True)
class Habits:
    """What is a clinician's own in coding; see data/practice.toml."""

    higher_visits: float = 0.0
    wide_panels: float = 0.0
    visit_too: float = 0.0
    slips: Mapping[str, float] = field(default_factory=dict)  # slip -> how many times as often


NO_HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Clinician:
    """Someone who sees patients, and how complete their notes tend to be (a share for good, thin and poor)."""

    provider: Provider
    load: float
    procedures: bool
    chart: tuple[float, ...]
    habits: Habits


@dataclass(frozen=True, slots=True)
class Practice:
    """Who sends the claims; the weights are how much more or less than elsewhere there is of something."""

    group: Provider
    clia: str
    sender: str
    receiver: str
    sites: Mapping[str, Provider | None]  # place of service -> facility; None for the office, which is the group's
    clinicians: tuple[Clinician, ...]
    referrers: tuple[Provider, ...]
    number: int = 0
    conditions: Mapping[str, float] = field(default_factory=dict)
    payers: Mapping[str, float] = field(default_factory=dict)
    slips: Mapping[str, float] = field(default_factory=dict)
    unenrolled: Mapping[str, tuple[Gap, ...]] | None = None  # payer -> gaps; None: those of the payers' own files

    @property
    def mark(self) -> str:
        """What sets its patients' and claims' numbers apart from other practices'; empty for the first."""
        return f"P{self.number}N" if self.number else ""


def _npi(raw: dict[str, Any]) -> str:
    return str(raw["npi"]) + check_digit(str(raw["npi"]))


def _address(raw: dict[str, Any]) -> Address:
    return Address(street=raw["street"], city=raw["city"], state=raw["state"], postal_code=raw["postal_code"])


def _person(raw: dict[str, Any], first_name: str) -> Provider:
    return Provider(
        npi=_npi(raw), name=raw["name"], first_name=first_name, is_person=True, taxonomy=raw.get("taxonomy", "")
    )


def _clinician(raw: dict[str, Any]) -> Clinician:
    thin, poor = raw["thin_chart"], raw["poor_chart"]
    habits = Habits(
        raw.get("higher_visits", 0.0), raw.get("wide_panels", 0.0), raw.get("visit_too", 0.0), raw.get("slips", {})
    )
    return Clinician(_person(raw, "TEST"), raw["load"], raw["procedures"], (1.0 - thin - poor, thin, poor), habits)


def load_practice() -> Practice:
    """The practice of data/practice.toml."""
    raw = read_toml("practice.toml")
    group = Provider(
        npi=_npi(raw["group"]),
        name=raw["group"]["name"],
        tax_id=raw["group"]["tax_id"],
        tax_id_kind="EI",
        taxonomy=raw["group"]["taxonomy"],
        address=_address(raw["group"]),
    )
    sites = {
        site["place"]: None
        if site["place"] == OFFICE
        else Provider(npi=_npi(site), name=site["name"], address=_address(site))
        for site in raw["sites"]
    }
    return Practice(
        group=group,
        clia=raw["group"]["clia"],
        sender=raw["submitter"]["sender"],
        receiver=raw["submitter"]["receiver"],
        sites=sites,
        clinicians=tuple(_clinician(c) for c in raw["clinicians"]),
        referrers=tuple(_person(r, "TEST") for r in raw["referrers"]),
    )
