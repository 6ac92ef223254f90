"""Other pretend practices: the same payers, other people, another mix and other habits.

Practice 0 is the one of data/practice.toml. Practice N (from 1) is drawn from its number alone, so it is the same
practice under every seed; the seed decides who comes and what luck they have. A model fitted on one can be tried on
another that it never saw. All of its numbers hold N, so that several fit into one store.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from claims.claim import Provider
from simulator.chance import stream
from simulator.payers import Gap, PretendPayer
from simulator.practice import Clinician, Habits, Practice, check_digit, load_practice
from simulator.reference import read_toml
from simulator.slips import slip_names

MOST = 999
LETTERS = "ABCDEFG"
HABITUAL_SLIPS = ("vague_diagnosis", "unsupported_diagnosis", "missing_side", "forgotten_25", "guidance_billed")
PHYSICIAN, NURSE = "208VP0014X", "363LF0000X"  # taxonomies
GAPS = 3


def practice_number(number: int, start: date, payers: tuple[PretendPayer, ...]) -> Practice:
    """Practice `number`, whose clinicians' enrolment has gaps in the two years from `start`."""
    if not 0 <= number <= MOST:
        raise ValueError(f"practices are numbered 0 to {MOST}, not {number}")
    first = load_practice()
    if number == 0:
        return first
    rng = stream(number, "practice")
    clinicians = tuple(_clinicians(number, rng))
    return replace(
        first,
        number=number,
        group=replace(
            first.group, npi=_npi(number, 1), name=f"ZZTEST PAIN CLINIC {number}", tax_id=f"98{number:03d}0001"
        ),
        clia=f"99D1{number:03d}001",
        sender=f"ZZTESTPAIN{number:03d}",
        sites={
            place: site and replace(site, npi=_npi(number, 2 + at), name=f"{site.name} {number}")
            for at, (place, site) in enumerate(first.sites.items())
        },
        clinicians=clinicians,
        referrers=tuple(
            replace(one, npi=_npi(number, 80 + at), name=f"{one.name}{number}")
            for at, one in enumerate(first.referrers)
        ),
        conditions={name: rng.uniform(0.4, 2.2) for name in read_toml("conditions.toml")},
        payers={payer.key: rng.uniform(0.35, 2.2) for payer in payers},
        slips={name: rng.uniform(0.4, 1.7) for name in slip_names()},
        unenrolled=_gaps(clinicians, start, payers, rng),
    )


def payer_seen_from(practice: Practice, payer: PretendPayer) -> PretendPayer:
    """The payer with the enrolment gaps of this practice's clinicians."""
    if practice.unenrolled is None:
        return payer
    return replace(payer, unenrolled=practice.unenrolled.get(payer.key, ()))


def _npi(number: int, place: int) -> str:
    nine = f"1998{number:03d}{place:02d}"
    return nine + check_digit(nine)


def _clinicians(number: int, rng: Random) -> list[Clinician]:
    """Three to seven, the last of whom sees and tests only."""
    letters = LETTERS[: rng.randrange(3, len(LETTERS) + 1)]
    made = []
    for at, letter in enumerate(letters):
        operates = letter != letters[-1]
        thin = rng.uniform(0.05, 0.30)
        poor = thin * rng.uniform(0.2, 0.6)
        title, taxonomy = ("DOCTOR", PHYSICIAN) if operates else ("NURSE", NURSE)
        doctor = Provider(
            npi=_npi(number, 10 + at), name=f"ZZ{title}-{number}{letter}", first_name="TEST", is_person=True,
            taxonomy=taxonomy,
        )  # fmt: skip
        made.append(Clinician(doctor, rng.uniform(0.6, 1.6), operates, (1.0 - thin - poor, thin, poor), _habits(rng)))
    return made


def _habits(rng: Random) -> Habits:
    def now_and_then(most: float) -> float:
        drawn, size = rng.random(), rng.uniform(0.3, 1.0)
        return size * most if drawn < 0.3 else 0.0

    higher, wide, too = now_and_then(0.4), now_and_then(0.4), now_and_then(0.2)
    return Habits(higher, wide, too, {name: rng.uniform(0.4, 2.2) for name in HABITUAL_SLIPS})


def _gaps(
    clinicians: tuple[Clinician, ...], start: date, payers: tuple[PretendPayer, ...], rng: Random
) -> dict[str, tuple[Gap, ...]]:
    """One at the start, as after every hiring, and others when somebody misses a form."""
    gaps: dict[str, tuple[Gap, ...]] = {}
    for at in range(GAPS):
        payer, clinician = rng.choice(payers), rng.choice(clinicians)
        since = start + timedelta(days=rng.randrange(700) if at else -30)
        gap = Gap(clinician.provider.name, since, since + timedelta(days=rng.randrange(45, 120)), rng.uniform(0.6, 0.9))
        gaps[payer.key] = (*gaps.get(payer.key, ()), gap)
    return gaps
