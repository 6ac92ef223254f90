"""The payer decides a claim: strikes its hazards, names what it denies, and counts what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from claims.claim import Line
from claims.reasons import Reason, reason_of
from claims.remittance import Adjudication, Adjustment
from simulator.case import Case
from simulator.hazards import Hazard, first_struck, p_denied, p_shown, strike
from simulator.payers import Money
from simulator.policies import hazards_of
from simulator.reference import Answer, Mechanism, mechanisms, services
from simulator.second_payer import SECOND, left_by_the_first, prior

DEDUCTIBLE, COINSURANCE, COPAY = "1", "2", "3"
NO_REMARK = 0.5  # of wrongly worded denials: the remark code is left off, where there is one
SPENT_BY_NEW_YEAR = 3.0  # times the deductible, at most; half of it on average
LEVEL_BELOW = {"99215": "99214", "99214": "99213", "99205": "99204", "99204": "99203"}


@dataclass(slots=True)
class Verdict:
    """What became of one line, and the two true probabilities that it would be denied."""

    p_denied: float
    p_shown: float
    denied: bool
    mechanism: Mechanism | None = None
    answer: Answer | None = None  # what the payer means
    misworded: Answer | None = None  # what its remittance says instead
    outcome: str = "paid"

    @property
    def told(self) -> Answer | None:
        """What the remittance says."""
        return self.misworded or self.answer

    @property
    def root(self) -> tuple[Reason, ...]:
        """The Reasons a person would look at to foresee it; of a habit of this payer also the one it gives itself."""
        if self.mechanism is None:
            return ()
        own = (self.answer.reason,) if self.answer is not None and self.mechanism.answers is None else ()
        return tuple(dict.fromkeys((*self.mechanism.root, *own)))


@dataclass(slots=True)
class Decision:
    """What became of one claim."""

    verdicts: list[Verdict]
    adjudications: list[Adjudication]

    @property
    def all_denied(self) -> bool:
        """Whether no line was accepted."""
        return all(verdict.denied for verdict in self.verdicts)


@dataclass(slots=True)
class Sum:
    """One paid line's money, in cents."""

    allowed: int
    cut: int = 0
    lowered: int = 0
    deductible: int = 0
    coinsurance: int = 0
    copay: int = 0
    sequestration: int = 0

    @property
    def paid(self) -> int:
        """What the payer sends."""
        patient = self.deductible + self.coinsurance + self.copay
        return self.allowed - self.cut - self.lowered - patient - self.sequestration


def money(cents: int) -> Decimal:
    """Cents as dollars with two decimals."""
    return Decimal(cents).scaleb(-2)


def allowed_cents(line: Line, place: str, schedule: float, code: str = "") -> int:
    """What the payer's schedule allows for a line, never more than the charge."""
    factor = float(line.units) * (1.5 if "50" in line.modifiers else 1.0) * schedule
    return max(1, min(round(services()[code or line.code].schedule(place) * factor), int(line.charge * 100)))


class Desk:
    """A payer's desk: it keeps each patient's deductible through the year."""

    def __init__(self, rng: Random, words_rng: Random) -> None:
        self._rng, self._words_rng = rng, words_rng
        self._spent: dict[tuple[int, int], int] = {}

    def decide(self, case: Case) -> Decision:
        """The payer's answer to a claim."""
        hazards = hazards_of(case)
        strike({id(h): h for of_line in hazards for h in of_line}.values(), self._rng)
        verdicts = [self._verdict(of_line) for of_line in hazards]
        for verdict in verdicts:
            if verdict.answer is not None and self._words_rng.random() < case.payer.mistakes.wrong_words:
                verdict.misworded = self._other_words(verdict.answer)
        return Decision(verdicts, self.price(case, verdicts))

    def _verdict(self, hazards: Sequence[Hazard]) -> Verdict:
        struck = first_struck(hazards)
        verdict = Verdict(p_denied(hazards), p_shown(hazards), denied=struck is not None)
        if struck is not None:
            verdict.outcome, verdict.mechanism = "denied", struck.mechanism
            if struck.answer is None and struck.mechanism.answers is not None:  # the same words for every line it sinks
                struck.answer = struck.mechanism.answers.pick(self._rng)
            verdict.answer = struck.answer
        return verdict

    def _other_words(self, answer: Answer) -> Answer:
        """What a careless remittance says: the CARC without its remark code, or another CARC."""
        if answer.rarc and self._words_rng.random() < NO_REMARK:
            return Answer(answer.group, answer.carc, "", reason_of(answer.group, answer.carc, ()))
        anything = mechanisms()["noise"].answers
        assert anything is not None
        return anything.pick(self._words_rng)

    def price(self, case: Case, verdicts: Sequence[Verdict]) -> list[Adjudication]:
        """The service lines of the remittance: what is paid, what is owed by the patient, what is denied."""
        if case.claim.payer.sequence == SECOND:
            return [_as_second(case, *one) for one in zip(case.claim.lines, verdicts, strict=True)]
        sums = self._sums(case, verdicts)
        answered = []
        for line, verdict, total in zip(case.claim.lines, verdicts, sums, strict=True):
            answered.append(_denied(case, line, verdict.told) if verdict.told else _paid(case, line, total))
            if not verdict.denied:
                patient = total.paid <= 0 < total.allowed
                verdict.outcome = "patient_responsibility" if patient else "reduced" if total.lowered else "paid"
        return answered

    def _sums(self, case: Case, verdicts: Sequence[Verdict]) -> list[Sum]:
        payer = case.payer.money
        sums = [Sum(allowed_cents(x, case.claim.place_of(x), payer.schedule)) for x in case.claim.lines]
        kept = [i for i, verdict in enumerate(verdicts) if not verdict.denied]
        operated = [i for i in kept if services()[case.claim.lines[i].code].surgical]
        for i in sorted(operated, key=lambda i: -sums[i].allowed)[1:]:
            sums[i].cut = round(sums[i].allowed * payer.second_procedure)
        for i in kept:
            lowered = self._lowered(case, case.claim.lines[i])
            self._patient_share(case, services()[case.claim.lines[i].code].family, payer, sums[i])
            if lowered and not sums[i].deductible:
                sums[i].lowered = max(0, min(lowered, sums[i].paid - 1))
            sums[i].sequestration = round(sums[i].paid * payer.sequestration) if sums[i].paid > 0 else 0
        return sums

    def _lowered(self, case: Case, line: Line) -> int:
        below = LEVEL_BELOW.get(line.code)
        if not below or self._rng.random() >= case.payer.reply.lowers_visits:
            return 0
        place, schedule = case.claim.place_of(line), case.payer.money.schedule
        return allowed_cents(line, place, schedule) - allowed_cents(line, place, schedule, below)

    def _patient_share(self, case: Case, family: str, payer: Money, total: Sum) -> None:
        left = total.allowed - total.cut
        if family == "visit" and payer.copay:
            total.copay = min(left, payer.copay * 100)
            return
        first = case.claim.first_service
        key = (case.patient, first.year if first else 0)
        spent = self._spent.get(key)
        if spent is None:  # part of it went to others before, and the later in the year the more
            spent = int(payer.deductible * 100 * min(1.0, self._rng.random() * SPENT_BY_NEW_YEAR * _of_the_year(first)))
        total.deductible = min(left, max(0, payer.deductible * 100 - spent))
        self._spent[key] = spent + total.deductible
        total.coinsurance = round((left - total.deductible) * payer.coinsurance)


def _of_the_year(day: date | None) -> float:
    return day.timetuple().tm_yday / 366 if day else 0.0


def _adjustments(*parts: tuple[str, str, int]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(group, carc, money(cents)) for group, carc, cents in parts if cents)


def _as_second(case: Case, line: Line, verdict: Verdict) -> Adjudication:
    """What a second payer does with a line: at most what the first one left, and at most up to its own schedule."""
    left = left_by_the_first(line.charge, line.adjudications)
    settled = line.charge - left
    if verdict.told is not None:
        denied = _denied(case, line, verdict.told)
        refused = Adjustment(verdict.told.group, verdict.told.carc, left)
        return replace(denied, adjustments=(*prior(settled), refused))
    first_paid = sum((one.paid for one in line.adjudications), Decimal(0))
    allowed = money(allowed_cents(line, case.claim.place_of(line), case.payer.money.schedule))
    pays = max(Decimal("0.00"), min(left, allowed - first_paid))
    verdict.outcome = "paid"
    return Adjudication(
        code=line.code,
        charge=line.charge,
        paid=pays,
        modifiers=line.modifiers,
        units_paid=line.units,
        control_number=line.control_number if case.payer.reply.echoes_line_numbers else "",
        service_from=line.service_from,
        allowed=allowed,
        adjustments=(*prior(settled), *_adjustments(("CO", case.payer.money.contractual, int((left - pays) * 100)))),
    )


def _paid(case: Case, line: Line, total: Sum) -> Adjudication:
    charge = int(line.charge * 100)
    below = LEVEL_BELOW[line.code] if total.lowered else ""
    return Adjudication(
        code=below or line.code,
        submitted_code=line.code if below else "",
        submitted_modifiers=line.modifiers if below else (),
        charge=line.charge,
        paid=money(total.paid),
        modifiers=line.modifiers,
        units_paid=line.units,
        control_number=line.control_number if case.payer.reply.echoes_line_numbers else "",
        service_from=line.service_from,
        allowed=money(total.allowed - total.cut - total.lowered),
        adjustments=_adjustments(
            ("CO", case.payer.money.contractual, charge - total.allowed),
            ("CO", "59", total.cut),
            ("CO", "150", total.lowered),
            ("CO", "253", total.sequestration),
            ("PR", DEDUCTIBLE, total.deductible),
            ("PR", COINSURANCE, total.coinsurance),
            ("PR", COPAY, total.copay),
        ),
        remarks=("M25",) if total.lowered else (),
    )


def _denied(case: Case, line: Line, answer: Answer) -> Adjudication:
    charge = int(line.charge * 100)
    contractual = 0
    if case.payer.reply.splits_denials and answer.group == "CO":
        contractual = charge - allowed_cents(line, case.claim.place_of(line), case.payer.money.schedule)
    return Adjudication(
        code=line.code,
        charge=line.charge,
        paid=Decimal("0.00"),
        modifiers=line.modifiers,
        units_paid=Decimal(0),
        submitted_units=line.units,
        control_number=line.control_number if case.payer.reply.echoes_line_numbers else "",
        service_from=line.service_from,
        adjustments=_adjustments(
            ("CO", case.payer.money.contractual, contractual), (answer.group, answer.carc, charge - contractual)
        ),
        remarks=(answer.rarc,) if answer.rarc else (),
    )
