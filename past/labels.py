"""What the payer answered to each submitted line, and why we say so.

A line's label is its first adjudication that is not a reversal. It rests on the adjustments (CAS) of the line, never on
the claim's status (CLP02): a line is denied when adjustments that are denials leave it unpaid, reduced when they cut it
but something was allowed. So it is with adjustments that only cut (CARC 59, 186, B10, B22): what they leave nothing of
is denied all the same. What is not known stays so: no answer is pending, then unanswered, and never paid. An answer
that does not add up (`past.balance`) decides nothing, and no later one is taken for the first.
Claim-level adjustments are shared out to the lines first: `past.answers` says how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from claims.claim import ZERO, Claim, Line
from claims.reasons import Reason
from claims.remittance import PREDETERMINATION, Adjustment
from past.answers import FORWARDED, PENDED, Answer, answers_of
from past.exchange import Link, Received, Rejection
from past.label_settings import DEFAULTS, LabelSettings
from past.patient import VOID

IsDenial = Callable[[str, str], bool]  # (group, CARC)
ReasonOf = Callable[[str, str, Iterable[str]], Reason]  # (group, CARC, RARCs)

# How long a line may wait while the payer's own lag is unknown. On simulated lags a window of 90 days showed the true
# denial rate to within a hundredth; counting what was unanswered after 60 days as paid showed a third of it.
UNKNOWN_LAG_DAYS = DEFAULTS.default_days
DUPLICATE_CARC = "18"

COORDINATION = frozenset({"22", "23"})  # what another payer pays is part of what this one allows
CONTRACT = "45"  # the charge exceeds the fee schedule or the contract
# Taken from the payment after the allowed amount was set: quality adjustment, incentive, withhold, sequestration.
AFTER_ALLOWED = frozenset({"144", "237", "245", "253"})


class Outcome(StrEnum):
    """What became of a submitted line."""

    PAID = "paid"
    DENIED = "denied"
    REDUCED = "reduced"
    PATIENT_RESPONSIBILITY = "patient_responsibility"
    PENDING = "pending"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    VOID = "void"
    EXCLUDED = "excluded"


class Flag(StrEnum):
    """What is odd about an answer: such lines may be left out of training, and their labels stay what they are."""

    DUPLICATE = "duplicate"  # denied as sent before (CARC 18): our sending twice, not the service, was refused
    PAYER_MISTAKE = "payer_mistake"  # a denial that the payer itself took back within days
    UNBALANCED = "unbalanced"  # the answer does not add up: no label rests on it


@dataclass(frozen=True, slots=True)
class Words:
    """How answers are read: what denies, what cuts, why, and how soon a denial undone was the payer's own mistake."""

    is_denial: IsDenial = DEFAULTS.is_denial
    reason_of: ReasonOf = DEFAULTS.reason_of
    is_cut: IsDenial = DEFAULTS.is_cut
    settings: LabelSettings = DEFAULTS

    @classmethod
    def of(cls, settings: LabelSettings) -> Words:
        """As the practice's settings say."""
        return cls(settings.is_denial, settings.reason_of, settings.is_cut, settings)


SHIPPED_WORDS = Words()
DECIDED = frozenset({Outcome.PAID, Outcome.DENIED, Outcome.REDUCED, Outcome.PATIENT_RESPONSIBILITY})


@dataclass(frozen=True, slots=True)
class LineLabel:
    """The label of one submitted line, with what it rests on.

    `known_on` is the day of the answer it rests on, None while there is none; `allowed` is None for a denied line,
    wherever nothing was decided, and where nothing was allowed although no adjustment denies; `overturned` says that a
    later answer of the payer decided otherwise.
    """

    outcome: Outcome
    why: str
    denial_carcs: tuple[str, ...] = ()  # "CO-197", the greatest amount first
    denied_amount: Decimal = ZERO
    reason: Reason | None = None
    allowed: Decimal | None = None
    known_on: date | None = None
    remittance: str = ""  # the ref of the answer it rests on
    overturned: bool = False
    overturned_on: date | None = None  # the day of the answer that decided otherwise, or took this one back
    flags: tuple[Flag, ...] = ()

    @property
    def decided(self) -> bool:
        """True when the payer decided: the lines a model may learn from."""
        return self.outcome in DECIDED


class Waiting(NamedTuple):
    """What decides between pending and unanswered: the day of the question and the payer's lag, None when unknown."""

    as_of: date
    lag_days: int | None = None
    settings: LabelSettings = DEFAULTS

    @property
    def days(self) -> int:
        """How many days an answer may take."""
        return self.settings.default_days if self.lag_days is None else self.lag_days


def label_claim(
    claim: Claim,
    answers: Iterable[tuple[Received, Link]],
    *,
    sent_on: date,
    waiting: Waiting | None = None,
    replaced_on: date | None = None,
    rejection: Rejection | None = None,
    words: Words | None = None,
) -> list[LineLabel]:
    """The label of each of the claim's lines, in their order, from the answers linked to this submission."""
    by_line: Mapping[int, list[Answer]] = defaultdict(list)
    for received, link in sorted(answers, key=lambda pair: pair[0].order):
        for i, answer in answers_of(claim, received, link).items():
            by_line[i].append(answer)
    claim_answered = bool(by_line)
    return [
        label_line(
            line,
            by_line[i],
            frequency=claim.frequency,
            sent_on=sent_on,
            waiting=waiting,
            replaced_on=replaced_on,
            rejection=rejection,
            claim_answered=claim_answered,
            words=words,
        )
        for i, line in enumerate(claim.lines)
    ]


def label_line(
    line: Line,
    answers: Sequence[Answer],
    *,
    sent_on: date,
    frequency: str = "1",
    waiting: Waiting | None = None,
    replaced_on: date | None = None,
    rejection: Rejection | None = None,
    claim_answered: bool = False,
    words: Words | None = None,
) -> LineLabel:
    """The label of one line from its answers, in the order they became known.

    Without `waiting` an unanswered line stays pending. `replaced_on` is the day the practice itself took the claim back
    (frequency 7 or 8): a reversal from then on is our doing and overturns nothing. `rejection` says that a front
    end refused the claim: the label of a line that no payer answered.
    """
    if frequency == VOID:
        return LineLabel(Outcome.VOID, "The claim takes back an earlier one (frequency 8): it asks for no payment.")
    words = words or SHIPPED_WORDS
    judge = Judge(line, words)
    found = first_answer(answers, line.charge)
    if found is None:
        return _undecided(answers, sent_on, waiting, rejection, claim_answered)
    first, chosen, used = found
    if chosen.unbalanced:
        why = f"The payer's answer cannot be relied on: {chosen.unbalanced}."
        return LineLabel(Outcome.EXCLUDED, why, remittance=chosen.received.ref, flags=(Flag.UNBALANCED,))
    label = judge.label(chosen)
    if any(answer.is_reversal for answer in answers[:first]):
        label = replace(label, why=f"{label.why} A reversal came before it: an earlier answer is not in the store.")
    later = [answer for i, answer in enumerate(answers) if i > first and i not in used]
    day = _overturned_on(label, chosen, later, judge, replaced_on)
    label = replace(label, overturned=day is not None, overturned_on=day)
    return replace(label, flags=_flags(label, replaced_on, words.settings.reversed_within_days))


def _flags(label: LineLabel, replaced_on: date | None, mistake_days: int) -> tuple[Flag, ...]:
    """What is odd about a denial: for a duplicate, or undone by the payer itself, before we sent anything anew."""
    if label.outcome is not Outcome.DENIED:
        return ()
    flags = []
    if label.denial_carcs and label.denial_carcs[0].rpartition("-")[2] == DUPLICATE_CARC:
        flags.append(Flag.DUPLICATE)
    undone, ours = label.overturned_on, replaced_on
    by_itself = undone is not None and (ours is None or undone < ours)
    if by_itself and undone and label.known_on and (undone - label.known_on).days <= mistake_days:
        flags.append(Flag.PAYER_MISTAKE)
    return tuple(flags)


def first_answer(answers: Sequence[Answer], charge: Decimal) -> tuple[int, Answer, set[int]] | None:
    """The first adjudication: its place, the answer with all its parts, and the places of those; None without one."""
    first = next((i for i, answer in enumerate(answers) if answer.adjudicates), None)
    return None if first is None else (first, *_whole(answers, first, charge))


def _whole(answers: Sequence[Answer], first: int, charge: Decimal) -> tuple[Answer, set[int]]:
    """The first adjudication with the parts that came the same day under other payer numbers.

    A payer may split a claim into several (CLP07 differs); parts belong together while they do not exceed the charge.
    """
    chosen = answers[first]
    used, numbers = {first}, {chosen.received.remittance.payer_control_number}
    for i in range(first + 1, len(answers)):
        answer = answers[i]
        number = answer.received.remittance.payer_control_number
        same_day = answer.received.known_on == chosen.received.known_on
        fits = chosen.charge + answer.charge <= charge
        if answer.is_reversal or not same_day:
            break
        if answer.adjudicates and number not in numbers and fits:
            used.add(i)
            numbers.add(number)
            chosen = replace(
                chosen,
                charge=chosen.charge + answer.charge,
                paid=chosen.paid + answer.paid,
                adjustments=(*chosen.adjustments, *answer.adjustments),
                remarks=tuple(dict.fromkeys((*chosen.remarks, *answer.remarks))),
                allowed=None if None in (chosen.allowed, answer.allowed) else chosen.allowed + answer.allowed,  # type: ignore[operator]
                codes=tuple(dict.fromkeys((*chosen.codes, *answer.codes))),
                parts=chosen.parts + answer.parts,
                unbalanced=chosen.unbalanced or answer.unbalanced,
            )
    return chosen, used


def _undecided(
    answers: Sequence[Answer],
    sent_on: date,
    waiting: Waiting | None,
    rejection: Rejection | None,
    claim_answered: bool,
) -> LineLabel:
    """The label of a line that no answer decides."""
    if answers and all(a.received.remittance.status == PREDETERMINATION for a in answers):
        return LineLabel(
            Outcome.EXCLUDED, "The payer priced it in advance only (predetermination): no claim was decided."
        )
    if not answers and rejection is not None:
        why = f"{rejection.why} on {rejection.known_on}: no payer judged it."
        return LineLabel(Outcome.REJECTED, why, known_on=rejection.known_on)
    if any(a.is_reversal for a in answers):
        what = "Only a reversal is in the store, not the answer it takes back"
    elif answers and answers[-1].received.remittance.status == FORWARDED:
        what = "The payer passed the claim on as not its own (CLP02 23), and no other has answered"
    elif answers:
        what = "The payer set it aside without deciding (CARC 133 or 257)"
    elif claim_answered:
        what = "The payer answered other lines of the claim, not this one"
    else:
        what = "No remittance answers the claim"
    if waiting is None or (waiting.as_of - sent_on).days <= waiting.days:
        return LineLabel(Outcome.PENDING, f"{what} yet.")
    share = f"{waiting.settings.lag_share * 100:g} of 100 of this payer's answers come within"
    known = share if waiting.lag_days is not None else "allowed for an answer:"
    waited = (waiting.as_of - sent_on).days
    return LineLabel(Outcome.UNANSWERED, f"{what}, {waited} days after it was sent; {known} {waiting.days} days.")


class Judge(NamedTuple):
    """What an answer means for the line; the words for denial come from outside."""

    line: Line
    words: Words = SHIPPED_WORDS

    def is_denial(self, group: str, carc: str) -> bool:
        """True when the adjustment refuses payment."""
        return self.words.is_denial(group, carc)

    def is_cut(self, group: str, carc: str) -> bool:
        """True when the adjustment lowers what is paid and denies nothing by itself."""
        return not self.words.is_denial(group, carc) and self.words.is_cut(group, carc)

    def counts_as(self, group: str, carc: str) -> str:
        """How it counts: denies, cuts, waits, other payer, patient, after allowed, contractual or neither."""
        first_that_holds = (
            (self.is_denial(group, carc), "denies"),
            (self.is_cut(group, carc), "cuts"),
            (carc in PENDED, "waits"),
            (carc in COORDINATION, "other payer"),
            (group == "PR", "patient"),
            (carc in AFTER_ALLOWED, "after allowed"),
            (carc == CONTRACT, "contractual"),
        )
        return next((word for holds, word in first_that_holds if holds), "neither")

    def label(self, answer: Answer) -> LineLabel:
        """The label that this answer alone would give."""
        denials = self._amounts(answer.adjustments, self.is_denial)
        denied = sum(denials.values(), ZERO)
        share = sum((a.amount for a in answer.adjustments if a.group == "PR" and self._stands(a)), ZERO)
        blank = LineLabel(
            Outcome.PAID, "", known_on=answer.received.known_on, remittance=answer.received.ref, allowed=None
        )
        nothing_charged = not answer.charge and not self.line.charge
        if denials and (denied > 0 or nothing_charged):
            return self._denied(blank, answer, denials, denied, share)
        if nothing_charged:
            return replace(
                blank, outcome=Outcome.EXCLUDED, why="The line charges nothing: there was nothing to decide."
            )
        cuts = self._amounts(answer.adjustments, self.is_cut)
        cut = sum(cuts.values(), ZERO)
        others = sum((a.amount for a in answer.adjustments if a.carc in COORDINATION and self._stands(a)), ZERO)
        if cut > 0:
            return self._denied(blank, answer, cuts, cut, share, others)
        if answer.paid > 0:
            why = f"{answer.paid:.2f} of {answer.charge:.2f} was paid and no adjustment is a denial{_parts(answer)}."
            return replace(blank, allowed=self._allowed(answer), why=why)
        return self._unpaid(blank, answer, share)

    def _stands(self, a: Adjustment) -> bool:
        """True when the adjustment neither denies nor cuts."""
        return not self.is_denial(a.group, a.carc) and not self.is_cut(a.group, a.carc)

    def _amounts(self, adjustments: Iterable[Adjustment], wanted: IsDenial) -> dict[str, Decimal]:
        """The amounts of the adjustments wanted, by group and CARC, the greatest first."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for a in adjustments:
            if wanted(a.group, a.carc):
                found[f"{a.group}-{a.carc}"] += a.amount
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def _denied(
        self,
        blank: LineLabel,
        answer: Answer,
        denials: Mapping[str, Decimal],
        denied: Decimal,
        share: Decimal,
        others: Decimal = ZERO,
    ) -> LineLabel:
        group, carc = next(iter(denials)).split("-", 1)
        label = replace(
            blank,
            denial_carcs=tuple(denials),
            denied_amount=max(denied, ZERO),
            reason=self.words.reason_of(group, carc, answer.remarks),
        )
        took = f"{' and '.join(denials)} took {label.denied_amount:.2f} of {answer.charge:.2f}"
        if answer.paid > 0:
            why = f"{took}, yet {answer.paid:.2f} was paid{_parts(answer)}."
            return replace(label, outcome=Outcome.REDUCED, allowed=self._allowed(answer), why=why)
        if share > 0:
            why = f"{took}; of the rest, {share:.2f} falls to the patient{_parts(answer)}."
            return replace(label, outcome=Outcome.REDUCED, allowed=self._allowed(answer), why=why)
        if others > 0:
            why = f"{took}; of the rest, {others:.2f} is another payer's{_parts(answer)}."
            return replace(label, outcome=Outcome.REDUCED, allowed=self._allowed(answer), why=why)
        bundled = f" The payer put it under {' and '.join(answer.codes)}." if answer.codes else ""
        return replace(label, outcome=Outcome.DENIED, why=f"{took} and nothing was paid{_parts(answer)}.{bundled}")

    def _unpaid(self, blank: LineLabel, answer: Answer, share: Decimal) -> LineLabel:
        """Nothing was paid and no adjustment is a denial."""
        if share > 0:
            why = f"{share:.2f} of {answer.charge:.2f} falls to the patient (group PR), and no adjustment is a denial."
            return replace(blank, outcome=Outcome.PATIENT_RESPONSIBILITY, allowed=self._allowed(answer), why=why)
        said = {a.carc for a in answer.adjustments if a.amount}
        if said == {CONTRACT}:
            why = (
                f"CARC {CONTRACT} (over the fee schedule) takes the whole {answer.charge:.2f}: a fee of nothing is "
                "neither a payment nor a denial."
            )
            return replace(blank, outcome=Outcome.EXCLUDED, why=why)
        why = (
            "Nothing was left for this payer to pay: contract and other payers take the whole charge, none is a denial."
        )
        return replace(blank, allowed=self._allowed(answer) or None, why=why)

    def _allowed(self, answer: Answer) -> Decimal:
        """AMT*B6, else the charge less every adjustment that lowers what the payer recognizes."""
        if answer.allowed is not None:
            return answer.allowed
        cut = sum((a.amount for a in answer.adjustments if not self._within_allowed(a)), ZERO)
        return max(ZERO, answer.charge - cut)

    def _within_allowed(self, a: Adjustment) -> bool:
        if not self._stands(a):
            return False
        return a.group == "PR" or a.carc in COORDINATION or a.carc in AFTER_ALLOWED


def _parts(answer: Answer) -> str:
    return f" (the {answer.parts} parts the payer split it into, added up)" if answer.parts > 1 else ""


def take_back(standing: list[Answer], reversal: Answer) -> None:
    """Remove the standing answer the reversal is equal and opposite to, the newest where none is."""
    opposite = [a for a in standing if (a.charge, a.paid) == (-reversal.charge, -reversal.paid)]
    for taken in (opposite or standing)[-1:]:
        standing.remove(taken)


def _overturned_on(
    first: LineLabel, chosen: Answer, later: Sequence[Answer], judge: Judge, replaced_on: date | None
) -> date | None:
    """Since when the payer's last word differs: denied and no longer, or the reverse, or a payment was undone."""
    standing = [chosen]
    since: date | None = None
    for answer in later:
        if answer.is_reversal:
            take_back(standing, answer)
        elif answer.adjudicates and not answer.unbalanced:
            standing.append(answer)
        else:
            continue
        day = answer.received.known_on
        if standing:
            last = first.outcome if standing[-1] is chosen else judge.label(standing[-1]).outcome
            differs = last in DECIDED and (last is Outcome.DENIED) != (first.outcome is Outcome.DENIED)
        else:  # taken back: the payer's doing, unless we had sent the claim anew by then
            theirs = answer.is_reversal and (replaced_on is None or day < replaced_on)
            differs = theirs and first.outcome in DECIDED - {Outcome.DENIED}
        since = (since or day) if differs else None
    return since
