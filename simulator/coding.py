"""From an encounter to a claim, as it is coded when nobody slips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from claims.claim import LineAdjudication, OtherPayer
from simulator.care import SESSIONS_BESIDE, Encounter
from simulator.patients import Patient
from simulator.payers import PretendPayer
from simulator.practice import Practice
from simulator.reference import NOT_IN_A_FACILITY, OFFICE, services
from simulator.visits import LineSpec, Visit, visits

VISITS = ("visit", "visit_extra")
MEDICARE_KINDS = frozenset({"MB", "16"})  # Original Medicare and its Advantage plans, which follow the same policies
TELEHEALTH = frozenset({"02", "10"})
HOSPITAL = "22"
SIDES = {"R": ("RT",), "L": ("LT",)}
DRUG_REASONS = ("Z79.891", "Z51.81")  # why a drug test is done
STEROID_UNITS = {"J1100": (10, 10, 4, 8), "J3301": (4, 4, 8), "J1010": (40, 80, 80), "J0702": (2, 2, 4)}
BY_A_LABORATORY = frozenset({"drug_test", "lab"})
# what an honest visit on the day of a procedure was for, and the diagnoses it may not stand beside
OTHER_REASONS = (("G89.4", ("G89",)), ("M79.18", ("M79.1", "M62")))
IN_A_STUDY = "Z00.6"
HIGHER_VISIT = {"99203": "99204", "99213": "99214"}  # a level up that most lower visits could be argued to be
NARROW_PANELS, WIDEST_PANEL = frozenset({"G0480", "G0481", "G0482"}), "G0483"


@dataclass(slots=True)
class DraftLine:
    """A service line while it is being coded."""

    code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    description: str = ""  # of a service without a code of its own
    with_ndc: bool = True  # where the payer wants it
    first: LineAdjudication | None = None  # what the first payer decided, on a claim to the second


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
    in_a_study: bool = False
    second: PretendPayer | None = None  # who pays after this payer, where that one does not send the claim on
    second_member_id: str = ""
    first_payer: OtherPayer | None = None  # on a claim to the second payer: what the first one decided
    claim_id: str = ""
    frequency: str = "1"
    original_reference: str = ""
    attempt: int = 1
    reworked: bool = False
    held: list[DraftLine] = field(default_factory=list)  # visits inside global days: not to be billed
    slips: list[str] = field(default_factory=list)
    clean: Draft | None = None  # the same claim before anyone slipped

    @property
    def indicator(self) -> str:
        """The claim filing indicator of its payer."""
        return self.payer.payer.filing_indicator

    def copy(self) -> Draft:
        """A draft of its own, with lines of its own."""
        lines = [replace(line) for line in self.lines]
        return replace(self, diagnoses=list(self.diagnoses), lines=lines, held=list(self.held), slips=list(self.slips))


class Coder:
    """Codes encounters by the book of the payer they go to."""

    def __init__(self, practice: Practice, rng: Random, habits_rng: Random) -> None:
        self._visits = visits()
        self._practice, self._rng, self._habits_rng = practice, rng, habits_rng

    def code(self, encounter: Encounter) -> Draft:
        """The claim for one encounter, without any slip."""
        patient, rng = encounter.patient, self._rng
        visit = self._visits[encounter.visit]
        if patient.payer.payer.filing_indicator in visit.not_for:  # nobody would pay: they talk instead
            visit = self._visits["return"]
        draft = Draft(
            patient=patient,
            payer=patient.payer,
            group_number=patient.group_number,
            day=encounter.day,
            place=visit.places.pick(rng),
            visit=encounter.visit,
            first=encounter.first,
            clinician=encounter.clinician,
            diagnoses=[visit.now_coded.get(code, code) for code in patient.diagnoses],
            lines=[],
            member_id=patient.member_id,
            rendering_npi=self._practice.clinicians[encounter.clinician].provider.npi,
            accident=patient.accident,
            second=patient.second,
            second_member_id=patient.second_member_id,
        )
        self._add_services(draft, visit)
        self._add_extras(draft, visit)
        self._follow_habits(draft, visit)
        if draft.payer.wants_51:
            _mark_further(draft)
        self._add_numbers(draft)
        self._hold_global(draft)
        return draft

    def _add_services(self, draft: Draft, visit: Visit) -> None:
        rng = self._rng
        side = draft.patient.side
        if side == "B" and rng.random() < 0.25:
            side = "R" if rng.random() < 0.5 else "L"
        for spec in visit.lines:
            code = spec.codes.pick(rng)
            wanted = rng.random() < spec.chance
            units = spec.units.pick(rng)
            if wanted and _fits(spec, draft):
                self._add(draft, spec, spec.instead.get(draft.indicator, code), units, side)

    def _add(self, draft: Draft, spec: LineSpec, code: str, units: int, side: str) -> None:
        """The line, or lines, of one service."""
        medicare = draft.indicator in MEDICARE_KINDS
        units = min(units, spec.most.get(draft.indicator, units))
        if spec.as_before:  # as many as the line it goes with
            units = draft.lines[-1].units
        if spec.per_side and side == "B":
            units *= 2
        if spec.in_a_study and medicare and not draft.in_a_study:
            draft.in_a_study = True
            draft.diagnoses.append(IN_A_STUDY)
        said = (
            *(("Q0",) if spec.in_a_study and medicare else ()),
            *(spec.in_facility if draft.place not in NOT_IN_A_FACILITY else ()),
            *(("FS",) if spec.shared and medicare and draft.place == HOSPITAL else ()),
            *(("95",) if draft.place in TELEHEALTH and not medicare else ()),
            *(("JZ",) if services()[code].single_dose and medicare and not spec.discarded else ()),
        )
        kx = ("KX",) if spec.diagnostic and medicare else ()
        pointers = self._pointers(draft, code, spec.reason)
        if spec.in_a_study and medicare:
            pointers = (1, draft.diagnoses.index(IN_A_STUDY) + 1)
        if spec.discarded and not medicare:
            units += spec.discarded
        for at in sides(side, draft.payer, apart=spec.each_side) if spec.side else ((),):
            modifiers = (*at, *kx) if at == ("50",) else (*kx, *at)  # what prices comes first
            draft.lines.append(DraftLine(code, units, (*said, *modifiers), pointers, spec.description))
        if spec.discarded and medicare:
            draft.lines.append(DraftLine(code, spec.discarded, ("JW",), pointers))

    def _pointers(self, draft: Draft, code: str, reason: str = "") -> tuple[int, ...]:
        family = services()[code].family
        if reason:
            draft.diagnoses.append(reason)
            return (len(draft.diagnoses),)
        if family == "trigger_point" and not any(d.startswith(("M79.18", "M62.83", "M54.2")) for d in draft.diagnoses):
            draft.diagnoses.append("M79.18")
            return (len(draft.diagnoses),)
        if family != "drug_test":
            return (1, 2) if len(draft.diagnoses) > 1 and draft.diagnoses[1] not in DRUG_REASONS else (1,)
        for first_reason in DRUG_REASONS[:1]:
            if first_reason not in draft.diagnoses:
                draft.diagnoses.append(first_reason)
        return tuple(n for n, code in enumerate(draft.diagnoses, 1) if code in DRUG_REASONS or n == 1)

    def _add_extras(self, draft: Draft, visit: Visit) -> None:
        rng = self._rng
        if rng.random() < visit.trigger and draft.indicator not in MEDICARE_KINDS:  # there, one kind of block a session
            draft.diagnoses.append("M79.18")
            modifier = "59" if rng.random() < 0.6 else "XS"
            draft.lines.append(DraftLine("20552", 1, (modifier,), (len(draft.diagnoses),)))
            draft.patient.sessions.setdefault(SESSIONS_BESIDE, []).append(draft.day)
        steroid = visit.steroid.pick(rng) if visit.steroid else ""
        if steroid in STEROID_UNITS and draft.place == OFFICE:
            choices = STEROID_UNITS[steroid]
            jz = ("JZ",) if services()[steroid].single_dose and draft.indicator in MEDICARE_KINDS else ()
            draft.lines.append(DraftLine(steroid, choices[rng.randrange(len(choices))], jz))
        if rng.random() < visit.companion:
            level = "99213" if rng.random() < 0.6 else "99214"
            draft.lines.insert(0, DraftLine(level, 1, ("25",), (_other_reason(draft.diagnoses),)))
        if any(services()[line.code].family == "injection_admin" for line in draft.lines):
            for line in draft.lines:
                if services()[line.code].family == "visit" and "25" not in line.modifiers:
                    line.modifiers = (*line.modifiers, "25")

    def _follow_habits(self, draft: Draft, visit: Visit) -> None:
        """What this clinician does otherwise than the others: all of it right by what is published."""
        rng, habits = self._habits_rng, self._practice.clinicians[draft.clinician].habits
        higher, wider, visit_too = rng.random(), rng.random(), rng.random()
        for line in draft.lines:
            if line.code in HIGHER_VISIT and higher < habits.higher_visits:
                line.code = HIGHER_VISIT[line.code]
            elif line.code in NARROW_PANELS and wider < habits.wide_panels:
                line.code = WIDEST_PANEL
        has_visit = any(services()[line.code].family == "visit" for line in draft.lines)
        if visit.companion and not has_visit and visit_too < habits.visit_too:
            draft.lines.insert(0, DraftLine("99213", 1, ("25",), (_other_reason(draft.diagnoses),)))

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
        if families & BY_A_LABORATORY:
            draft.clia = self._practice.clia

    def _hold_global(self, draft: Draft) -> None:
        """A visit inside the days a procedure already pays for is not billed again."""
        patient = draft.patient
        if patient.global_from and patient.global_from < draft.day <= patient.global_to:
            draft.held = [line for line in draft.lines if services()[line.code].family in VISITS]
            draft.lines = [line for line in draft.lines if services()[line.code].family not in VISITS]
        days = max((services()[line.code].global_days for line in draft.lines), default=0)
        if days and (patient.global_from is None or draft.day + timedelta(days=days) > patient.global_to):
            patient.global_from, patient.global_to = draft.day, draft.day + timedelta(days=days)


def _mark_further(draft: Draft) -> None:
    """Modifier 51 on every procedure but the first, where the payer wants it; an add-on is never one."""
    done = [line for line in draft.lines if services()[line.code].surgical]
    for line in done:
        if line.code != done[0].code:
            line.modifiers = ("51", *line.modifiers)


def _fits(spec: LineSpec, draft: Draft) -> bool:
    return (
        draft.indicator not in spec.not_for
        and spec.since <= draft.day <= spec.until
        and (not spec.places or draft.place in spec.places)
        and (not spec.needs or any(_has(draft, code) for code in spec.needs))
        and (not spec.unless or not _has(draft, spec.unless))
    )


def _other_reason(diagnoses: list[str]) -> int:
    """The pointer to a reason of its own for a visit on the day of a procedure."""
    for reason, beside in OTHER_REASONS:
        if not any(code.startswith(beside) for code in diagnoses):
            diagnoses.append(reason)
            return len(diagnoses)
    return 1


def sides(side: str, payer: PretendPayer, *, apart: bool) -> Iterable[tuple[str, ...]]:
    """The modifiers of each line a service on that side makes; `apart`: both sides are two lines at every payer."""
    if side in SIDES:
        return (SIDES[side],)
    return (("50",),) if payer.both_sides == "50" and not apart else (("RT",), ("LT",))


def _has(draft: Draft, code: str) -> bool:
    return any(line.code == code for line in draft.lines)
