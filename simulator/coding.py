"""From an encounter to a claim, as it is coded when nobody slips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

from simulator.care import Encounter
from simulator.chance import Wheel
from simulator.patients import Patient
from simulator.payers import PretendPayer
from simulator.practice import Practice
from simulator.reference import OFFICE, read_toml, services

VISITS = ("visit", "visit_extra")
GLOBAL_DAYS = 10
SIDES = {"R": ("RT",), "L": ("LT",)}
DRUG_REASONS = ("Z79.891", "Z51.81")  # why a drug test is done
STEROID_UNITS = {"J1100": (10, 10, 4, 8), "J3301": (4, 4, 8), "J1010": (40, 80, 80), "J0702": (2, 2, 4)}


@dataclass(slots=True)
class DraftLine:
    """A service line while it is being coded."""

    code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)


@dataclass(slots=True)
class Draft:
    """A claim while it is being coded, and what the biller needs to send it again."""

    patient: Patient
    payer: PretendPayer  # on the day of service: the patient may change cover before the claim is sent
    group_number: str
    day: date
    place: str
    visit: str
    first: bool
    clinician: int
    diagnoses: list[str]
    lines: list[DraftLine]
    member_id: str
    rendering_npi: str
    clia: str = ""
    authorization: str = ""
    referral: str = ""
    accident: date | None = None
    claim_id: str = ""
    frequency: str = "1"
    original_reference: str = ""
    attempt: int = 1
    reworked: bool = False
    held: list[DraftLine] = field(default_factory=list)  # visits inside global days: not to be billed
    slips: list[str] = field(default_factory=list)
    clean: Draft | None = None  # the same claim before anyone slipped

    def copy(self) -> Draft:
        """A draft of its own, with lines of its own."""
        lines = [DraftLine(line.code, line.units, line.modifiers, line.pointers) for line in self.lines]
        return replace(self, diagnoses=list(self.diagnoses), lines=lines, held=list(self.held), slips=list(self.slips))


@dataclass(frozen=True, slots=True)
class _Spec:
    codes: Wheel[str]
    chance: float
    side: bool
    needs: str
    diagnostic: bool
    units: Wheel[int]


@dataclass(frozen=True, slots=True)
class _Visit:
    places: Wheel[str]
    lines: tuple[_Spec, ...]
    steroid: Wheel[str] | None
    companion: float
    trigger: float


def _spec(raw: dict[str, Any]) -> _Spec:
    return _Spec(
        codes=Wheel.of(raw.get("any") or {raw["code"]: 1.0}),
        chance=raw.get("chance", 1.0),
        side=raw.get("side", False),
        needs=raw.get("needs", ""),
        diagnostic=raw.get("diagnostic", False),
        units=Wheel((int(n), share) for n, share in raw.get("units", {"1": 1.0}).items()),
    )


def _visit(raw: dict[str, Any]) -> _Visit:
    return _Visit(
        places=Wheel.of(raw["places"]),
        lines=tuple(_spec(line) for line in raw["lines"]),
        steroid=Wheel.of(raw["steroid"]) if "steroid" in raw else None,
        companion=raw.get("companion", 0.0),
        trigger=raw.get("trigger", 0.0),
    )


class Coder:
    """Codes encounters by the book of the payer they go to."""

    def __init__(self, practice: Practice, rng: Random) -> None:
        self._visits = {name: _visit(raw) for name, raw in read_toml("visits.toml").items()}
        self._practice, self._rng = practice, rng

    def code(self, encounter: Encounter) -> Draft:
        """The claim for one encounter, without any slip."""
        patient, rng = encounter.patient, self._rng
        visit = self._visits[encounter.visit]
        draft = Draft(
            patient=patient,
            payer=patient.payer,
            group_number=patient.group_number,
            day=encounter.day,
            place=visit.places.pick(rng),
            visit=encounter.visit,
            first=encounter.first,
            clinician=encounter.clinician,
            diagnoses=list(patient.diagnoses),
            lines=[],
            member_id=patient.member_id,
            rendering_npi=self._practice.clinicians[encounter.clinician].provider.npi,
            accident=patient.accident,
        )
        self._add_services(draft, visit)
        self._add_extras(draft, visit)
        self._add_numbers(draft)
        self._hold_global(draft)
        return draft

    def _add_services(self, draft: Draft, visit: _Visit) -> None:
        rng, payer = self._rng, draft.payer
        side = draft.patient.side
        if side == "B" and rng.random() < 0.25:
            side = "R" if rng.random() < 0.5 else "L"
        for spec in visit.lines:
            code = spec.codes.pick(rng)
            wanted = rng.random() < spec.chance
            if not wanted or (spec.needs and not _has(draft, spec.needs)):
                continue
            units = spec.units.pick(rng)
            kx = ("KX",) if spec.diagnostic and payer.payer.filing_indicator in ("MB", "16") else ()
            pointers = self._pointers(draft, code)
            for modifiers in _sides(side, payer.both_sides) if spec.side else ((),):
                draft.lines.append(DraftLine(code, units, (*kx, *modifiers), pointers))

    def _pointers(self, draft: Draft, code: str) -> tuple[int, ...]:
        family = services()[code].family
        if family == "trigger_point" and not any(d.startswith(("M79.18", "M62.83", "M54.2")) for d in draft.diagnoses):
            draft.diagnoses.append("M79.18")
            return (len(draft.diagnoses),)
        if family != "drug_test":
            return (1, 2) if len(draft.diagnoses) > 1 and draft.diagnoses[1] not in DRUG_REASONS else (1,)
        for reason in DRUG_REASONS[:1]:
            if reason not in draft.diagnoses:
                draft.diagnoses.append(reason)
        return tuple(n for n, code in enumerate(draft.diagnoses, 1) if code in DRUG_REASONS or n == 1)

    def _add_extras(self, draft: Draft, visit: _Visit) -> None:
        rng = self._rng
        if rng.random() < visit.trigger:
            draft.diagnoses.append("M79.18")
            draft.lines.append(DraftLine("20552", 1, ("59" if rng.random() < 0.6 else "XS",), (len(draft.diagnoses),)))
        steroid = visit.steroid.pick(rng) if visit.steroid else ""
        if steroid in STEROID_UNITS and draft.place == OFFICE:
            choices = STEROID_UNITS[steroid]
            jz = ("JZ",) if steroid == "J1100" and draft.payer.payer.filing_indicator in ("MB", "16") else ()
            draft.lines.append(DraftLine(steroid, choices[rng.randrange(len(choices))], jz))
        if rng.random() < visit.companion:
            level = "99213" if rng.random() < 0.6 else "99214"
            draft.diagnoses.append("G89.4" if "G89.4" not in draft.diagnoses else "M79.18")
            draft.lines.insert(0, DraftLine(level, 1, ("25",), (len(draft.diagnoses),)))

    def _add_numbers(self, draft: Draft) -> None:
        rng, payer = self._rng, draft.payer
        number, referral = rng.randrange(10**8), rng.randrange(10**6)
        families = {services()[line.code].family for line in draft.lines}
        if any(
            payer.asks_authorization(x.code, services()[x.code].family, draft.place, draft.day) for x in draft.lines
        ):
            draft.authorization = f"ZZ{number:08d}"
        if families & payer.referral:
            draft.referral = f"ZZR{referral:06d}"
        if "drug_test" in families:
            draft.clia = self._practice.clia

    def _hold_global(self, draft: Draft) -> None:
        """A visit inside the days a procedure already pays for is not billed again."""
        patient = draft.patient
        since = patient.last_global
        if since and 0 < (draft.day - since).days <= GLOBAL_DAYS:
            draft.held = [line for line in draft.lines if services()[line.code].family in VISITS]
            draft.lines = [line for line in draft.lines if services()[line.code].family not in VISITS]
        if any(services()[line.code].global_days for line in draft.lines):
            patient.last_global = draft.day


def _sides(side: str, both_sides: str) -> Iterable[tuple[str, ...]]:
    if side in SIDES:
        return (SIDES[side],)
    return (("50",),) if both_sides == "50" else (("RT",), ("LT",))


def _has(draft: Draft, code: str) -> bool:
    return any(line.code == code for line in draft.lines)
