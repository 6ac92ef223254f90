"""What a payer's answer to a line stands at, over time: the amount it allows, or why that is no price of the service.

The label of a line is its first answer and stays so. What a practice may dispute is the answer that stands now: a
reversal takes one away, a correction sets another in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claims.claim import ZERO, Claim, Line
from past.answers import Answer, answers_of
from past.exchange import Link, Received
from past.labels import AFTER_ALLOWED, CONTRACT, COORDINATION, Outcome, Words, label_line, take_back
from past.patient import VOID

PRICED_BY = frozenset({CONTRACT, "P12"})  # P12 is to a workers' compensation schedule what 45 is to a contract
FIRST_PAYER = frozenset({"", "P"})  # SBR01


class NoPrice(StrEnum):
    """Why what was allowed on an answered line says nothing of what the payer pays for the service."""

    DENIED = "denied"
    REDUCED = "reduced"  # CARC 59, a cut of units, a part denied: the remittance gives its own reason
    OTHER_ADJUSTMENT = "other_adjustment"  # lowered by something that is neither contract nor patient
    ANOTHER_PAYER = "another_payer"  # the claim of a second payer, or an amount of coordination
    OTHER_CODE = "other_code"  # the payer answered under another code
    NOTHING_ALLOWED = "nothing_allowed"
    DOES_NOT_ADD_UP = "does_not_add_up"
    SEVERAL_ANSWERS = "several_answers"
    TAKEN_BACK = "taken_back"  # reversed, with nothing in its place
    REPLACED = "replaced"  # the practice itself sent the claim anew


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood from one answer to the next: `allowed`, or None and why not.

    `since` is the day the answer became known, `until` the day the next one did (None: it stands). `carcs` are those
    that lowered it ("CO-59"), where that is why it has no price.
    """

    since: date
    until: date | None
    allowed: Decimal | None
    why: NoPrice | None = None
    carcs: tuple[str, ...] = ()
    remittance: str = ""  # the ref of the answer


def standings(
    claim: Claim,
    answers: Iterable[tuple[Received, Link]],
    *,
    sent_on: date,
    replaced_on: date | None = None,
    words: Words | None = None,
) -> list[list[Standing]]:
    """What the payer's answers to each of the claim's lines stood at, oldest first; nothing for an unanswered line.

    `answers` are those linked to this submission; `replaced_on` is the day the practice took the claim back.
    """
    if claim.frequency == VOID:
        return [[] for _ in claim.lines]
    by_line: Mapping[int, list[Answer]] = {i: [] for i in range(len(claim.lines))}
    for received, link in sorted(answers, key=lambda pair: pair[0].order):
        for i, answer in answers_of(claim, received, link).items():
            by_line[i].append(answer)
    first_payer = claim.payer.sequence in FIRST_PAYER
    found = []
    for i, line in enumerate(claim.lines):
        spans = _spans(line, by_line[i], sent_on, first_payer, words)
        found.append(spans if replaced_on is None else _ended(spans, replaced_on))
    return found


def _spans(
    line: Line, answers: Sequence[Answer], sent_on: date, first_payer: bool, words: Words | None
) -> list[Standing]:
    spans: list[Standing] = []
    standing: list[Answer] = []
    for i, answer in enumerate(answers):
        if answer.is_reversal:
            take_back(standing, answer)
        elif answer.adjudicates:
            standing.append(answer)
        day = max(answer.received.known_on, sent_on)
        if i + 1 < len(answers) and max(answers[i + 1].received.known_on, sent_on) == day:
            continue  # all that came in a day is one answer: a reversal comes with its correction
        if standing:
            now = _stands_at(line, standing, day, sent_on, first_payer, words)
        elif any(a.is_reversal for a in answers[: i + 1]):
            now = Standing(day, None, None, NoPrice.TAKEN_BACK, (), answer.received.ref)
        else:
            continue  # set aside or passed on: nothing was decided
        spans[-1:] = [replace(span, until=day) for span in spans[-1:]]
        spans.append(now)
    return spans


def _stands_at(
    line: Line,
    standing: Sequence[Answer],
    day: date,
    sent_on: date,
    first_payer: bool,
    words: Words | None,
) -> Standing:
    label = label_line(line, standing, sent_on=sent_on, words=words)
    adjustments = [a for answer in standing for a in answer.adjustments if a.amount]
    explained = PRICED_BY | AFTER_ALLOWED
    others = {f"{a.group}-{a.carc}" for a in adjustments if a.group != "PR" and a.carc not in explained}
    first_that_holds = (
        (any(answer.unbalanced for answer in standing), NoPrice.DOES_NOT_ADD_UP),
        (len(standing) > 1 and not _are_parts(line, standing), NoPrice.SEVERAL_ANSWERS),
        (label.outcome is Outcome.DENIED, NoPrice.DENIED),
        (label.outcome is Outcome.REDUCED, NoPrice.REDUCED),
        (not first_payer or any(a.carc in COORDINATION for a in adjustments), NoPrice.ANOTHER_PAYER),
        (any(answer.codes for answer in standing), NoPrice.OTHER_CODE),
        (bool(others), NoPrice.OTHER_ADJUSTMENT),
        (not label.allowed or label.allowed <= 0, NoPrice.NOTHING_ALLOWED),
    )
    why = next((why for holds, why in first_that_holds if holds), None)
    carcs = {NoPrice.REDUCED: label.denial_carcs, NoPrice.OTHER_ADJUSTMENT: tuple(sorted(others))}
    return Standing(
        day, None, None if why else label.allowed, why, carcs.get(why, ()) if why else (), standing[-1].received.ref
    )


def _are_parts(line: Line, standing: Sequence[Answer]) -> bool:
    """True for the parts of one answer: of one day, under payer's numbers of their own, within the line's charge."""
    days = {answer.received.known_on for answer in standing}
    numbers = {answer.received.remittance.payer_control_number for answer in standing}
    charged = sum((answer.charge for answer in standing), ZERO)
    return len(days) == 1 and len(numbers) == len(standing) and charged <= line.charge


def _ended(spans: Sequence[Standing], replaced_on: date) -> list[Standing]:
    """The spans up to the day the practice took the claim back; from then on nothing of it stands."""
    kept = [
        replace(span, until=min(span.until or replaced_on, replaced_on)) for span in spans if span.since < replaced_on
    ]
    if spans:
        kept.append(Standing(replaced_on, None, None, NoPrice.REPLACED, (), spans[-1].remittance))
    return kept
