"""The whole story of one submitted line's label: each answer, what it said, how that counted, and which one was chosen.

No patient's data is in it: codes, amounts, days, and the numbers of claims and payers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from claims.claim import Line
from past.answers import FORWARDED, Answer
from past.labels import SHIPPED_WORDS, Judge, LineLabel, Words, first_answer, label_line
from past.patient import VOID
from past.payer import PayerPast


class Part(StrEnum):
    """What an answer has to do with the label."""

    FIRST = "first"  # the label rests on it
    PART_OF_FIRST = "part of the first"  # another part of a claim the payer split, of the same day
    BEFORE = "before the first"  # it decided nothing
    LATER = "later"
    REVERSAL = "reversal"
    NOTHING = "decides nothing"  # passed on, set aside, or priced in advance


@dataclass(frozen=True, slots=True)
class Told:
    """One adjustment and how it counted."""

    group: str
    carc: str
    amount: Decimal
    counts: str  # denies, cuts, contractual, patient, other payer, after allowed, waits, neither

    def json(self) -> dict[str, str]:
        """Snake_case fields, money with two decimals."""
        return {"group": self.group, "carc": self.carc, "amount": f"{self.amount:.2f}", "counts": self.counts}


@dataclass(frozen=True, slots=True)
class AnswerStory:
    """One answer to the line: how it was linked, what it said, and what it alone would have made of the line."""

    remittance: str
    known_on: date
    status: str  # CLP02
    payer_control_number: str
    linked_by: tuple[str, ...]  # the points on which remittance and submission agree
    line_linked_by: str
    part: Part
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    adjustments: tuple[Told, ...]
    remarks: tuple[str, ...]
    unbalanced: str
    alone: str  # the outcome this answer alone would give
    alone_why: str

    def json(self) -> dict[str, object]:
        """Snake_case fields, money with two decimals."""
        return {
            "remittance": self.remittance,
            "known_on": self.known_on.isoformat(),
            "status": self.status,
            "payer_control_number": self.payer_control_number,
            "linked_by": list(self.linked_by),
            "line_linked_by": self.line_linked_by,
            "part": self.part.value,
            "charge": f"{self.charge:.2f}",
            "paid": f"{self.paid:.2f}",
            "allowed": None if self.allowed is None else f"{self.allowed:.2f}",
            "adjustments": [a.json() for a in self.adjustments],
            "remarks": list(self.remarks),
            "unbalanced": self.unbalanced or None,
            "alone": self.alone,
            "alone_why": self.alone_why,
        }


@dataclass(frozen=True, slots=True)
class Linked:
    """An answer to the line with how it came to it."""

    answer: Answer
    linked_by: tuple[str, ...]
    line_linked_by: str


def answers_told(line: Line, linked: Sequence[Linked], sent_on: date, words: Words | None = None) -> list[AnswerStory]:
    """The story of each answer to the line, in the order they became known."""
    answers = [one.answer for one in linked]
    judge = Judge(line, words or SHIPPED_WORDS)
    found = first_answer(answers, line.charge)
    first, used = (found[0], found[2]) if found else (len(answers), set[int]())
    stories = []
    for i, one in enumerate(linked):
        answer, r = one.answer, one.answer.received.remittance
        alone = label_line(line, [answer], sent_on=sent_on, words=words)
        stories.append(
            AnswerStory(
                remittance=answer.received.ref,
                known_on=answer.received.known_on,
                status=r.status,
                payer_control_number=r.payer_control_number,
                linked_by=one.linked_by,
                line_linked_by=one.line_linked_by,
                part=_part(answer, i, first, used),
                charge=answer.charge,
                paid=answer.paid,
                allowed=answer.allowed,
                adjustments=tuple(
                    Told(a.group, a.carc, a.amount, judge.counts_as(a.group, a.carc)) for a in answer.adjustments
                ),
                remarks=answer.remarks,
                unbalanced=answer.unbalanced,
                alone=alone.outcome.value,
                alone_why=alone.why,
            )
        )
    return stories


def _part(answer: Answer, i: int, first: int, used: set[int]) -> Part:
    if answer.is_reversal:
        return Part.REVERSAL
    if not answer.adjudicates:
        return Part.NOTHING if i > first or answer.received.remittance.status == FORWARDED else Part.BEFORE
    if i == first:
        return Part.FIRST
    return Part.PART_OF_FIRST if i in used else Part.LATER


@dataclass(frozen=True, slots=True)
class Ripeness:
    """How long an answer of the payer may take, and from which day on the line is ripe: old enough to be believed."""

    lag_days: int
    own: bool  # True: the payer's own lag; False: the default, while it has decided too little
    decisions: int
    needed: int
    share: float
    ripe_on: date
    known_until: date  # the newest day of a payer's answer in the store
    ripe: bool

    @property
    def why(self) -> str:
        """In a sentence."""
        if self.own:
            share = f"{self.share * 100:g} of 100"
            rests = f"{share} of this payer's {self.decisions} answers came within {self.lag_days} days"
        else:
            rests = (
                f"this payer has {self.decisions} known decisions, fewer than the {self.needed} that tell its lag; "
                f"{self.lag_days} days stand for it"
            )
        if self.ripe:
            return f"Ripe since {self.ripe_on}: {rests}."
        return (
            f"Ripe from {self.ripe_on} on, once the store holds answers of a day that late (now {self.known_until}): "
            f"{rests}."
        )

    def json(self) -> dict[str, object]:
        """Snake_case fields."""
        return {
            "lag_days": self.lag_days,
            "own_lag": self.own,
            "payer_decisions": self.decisions,
            "ripe_on": self.ripe_on.isoformat(),
            "known_until": self.known_until.isoformat(),
            "ripe": self.ripe,
            "why": self.why,
        }


def ripeness(payer: PayerPast, payer_id: str, sent_on: date, known_until: date, words: Words | None = None) -> Ripeness:
    """When a claim sent on a day is ripe, by the very words that training asks."""
    settings = (words or SHIPPED_WORDS).settings
    lag = settings.known_lag(payer, payer_id, known_until)
    days = settings.waits(payer, known_until)(payer_id)
    tomorrow = known_until + timedelta(days=1)
    decisions = payer.decisions(payer_id, before=tomorrow).total
    ripe_on = sent_on + timedelta(days=days)
    return Ripeness(
        days, lag is not None, decisions, settings.least_decisions, settings.lag_share, ripe_on, known_until,
        known_until >= ripe_on,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Training:
    """Whether a line enters training, and why not."""

    enters: bool
    why: str

    def json(self) -> dict[str, object]:
        """Snake_case fields."""
        return {"enters": self.enters, "why": self.why}


def training(label: LineLabel, frequency: str, ripe: Ripeness) -> Training:
    """Whether `train` takes the line in by what is known now; its windows may still leave it out."""
    if frequency == VOID or not label.decided:
        return Training(False, f"No: {label.outcome.value.replace('_', ' ')} is no target. {label.why}")
    if not ripe.ripe:
        return Training(False, f"Not yet: of claims so young only the quick answers are in. {ripe.why}")
    target = "denied, 1" if label.outcome == "denied" else f"{label.outcome.value.replace('_', ' ')}, 0"
    flags = " and ".join(flag.value for flag in label.flags)
    flagged = f" `train --exclude` leaves it out where it names {flags}." if flags else ""
    return Training(True, f"Yes, as {target}, unless it falls into the embargo between a run's windows.{flagged}")
