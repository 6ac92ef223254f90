"""What the biller does about denials: leaves them, argues, or sends the claim again without the slip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.adjudication import Verdict
from simulator.coding import Draft, DraftLine
from simulator.reference import read_toml, services

ORIGINAL, REPLACEMENT = "1", "7"
MOST_ATTEMPTS = 2
SIDES = frozenset({"RT", "LT", "50"})


@dataclass(frozen=True, slots=True)
class Work:
    """What comes of one denied claim: nothing, an appeal won on a day, or a draft for the outbox."""

    overturned_on: date | None = None
    draft: Draft | None = None
    ready: date | None = None
    with_reversal: bool = False


class Biller:
    """Works the denials of a remittance."""

    def __init__(self, rng: Random, without: Collection[str] = ()) -> None:
        raw = read_toml("followup.toml")
        self._worked, self._appealed, self._given = raw["worked"], raw["appealed"], raw["given"]
        self._shares = raw["shares"]
        self._rng, self._without = rng, without

    def work(self, draft: Draft, verdicts: Sequence[Verdict], control_number: str, answered: date) -> Work:
        """Decide about a claim with at least one denied line, on the day its answer came."""
        rng = self._rng
        names = [verdict.mechanism.name for verdict in verdicts if verdict.mechanism is not None]
        name = names[0] if names else ""
        worked, appealed, given, won = rng.random(), rng.random(), rng.random(), rng.random()
        days = rng.randrange(3, 20)
        if draft.attempt >= MOST_ATTEMPTS or worked >= self._worked.get(name, self._worked["default"]):
            return Work()
        if appealed < self._appealed.get(name, self._appealed["default"]):
            wins = won < self._shares["appeal_won"] and "appeals" not in self._without
            return Work(answered + timedelta(days=days + 35)) if wins else Work()
        if "rework" in self._without:
            return Work()
        again = self._again(draft, verdicts, control_number) if given < self._given.get(name, 1.0) else None
        if again is None:
            return Work()
        return Work(draft=again, ready=answered + timedelta(days=days), with_reversal=again.frequency == REPLACEMENT)

    def days_to_second(self) -> int:
        """Days from the first payer's answer to the claim to the second."""
        return self._rng.randrange(2, 15)

    def taken_back(self, answered: date) -> date | None:
        """The day on which a payer takes a payment back; None when it does not."""
        drawn, days = self._rng.random(), self._rng.randrange(40, 120)
        taken = drawn < self._shares["taken_back"] and "reversals" not in self._without
        return answered + timedelta(days=days) if taken else None

    def _again(self, draft: Draft, verdicts: Sequence[Verdict], control_number: str) -> Draft | None:
        """The claim without its slips: as a replacement, or what was denied of it as a new claim."""
        if draft.clean is None or not draft.clean.lines:
            return None
        again = draft.clean.copy()
        again.clean, again.attempt, again.reworked = draft.clean, draft.attempt + 1, True
        if any(v.mechanism is not None and v.mechanism.name.endswith("authorization") for v in verdicts):
            again.authorization = again.authorization or f"ZZ{self._rng.randrange(10**8):08d}"
        all_denied = all(verdict.denied for verdict in verdicts)
        replaces = draft.payer.reply.takes_replacements
        if replaces and (not all_denied or self._rng.random() < self._shares["as_replacement"]):
            again.frequency, again.original_reference = REPLACEMENT, control_number
            again.claim_id = draft.claim_id
            return again
        kept = {
            (line.code, _side(line)) for line, verdict in zip(draft.lines, verdicts, strict=True) if not verdict.denied
        }
        again.lines = [line for line in again.lines if (line.code, _side(line)) not in kept]
        codes = {line.code for line in again.lines}
        widowed = any(services()[line.code].bases and not services()[line.code].bases & codes for line in again.lines)
        return again if again.lines and not widowed else None


def _side(line: DraftLine) -> frozenset[str]:
    return SIDES & frozenset(line.modifiers)
