"""What comes back for a claim: the payer's answer, what it takes back, what the biller does about it, and the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from claims.claim import Claim
from claims.reasons import Reason
from claims.remittance import REVERSAL, Remittance
from claims.x12 import Envelope, write_835
from simulator.adjudication import Decision, Desk, Verdict
from simulator.biller import Biller
from simulator.case import Case
from simulator.coding import Draft
from simulator.payers import PretendPayer
from simulator.policies import MISPOSTED, PAYER_MISTAKE
from simulator.practice import Practice
from simulator.reference import Answer, mechanisms, read_toml
from simulator.replies import Outbox, PaymentDay, correction_of, payment_day, remittance, reversal_of
from simulator.second_payer import second_draft
from simulator.staff import Staff

Queue = Callable[[Draft, date], None]
LAPSED_AFTER_ALL = Answer("CO", "27", "", Reason.ELIGIBILITY)
TAKEN_BACK = (PAYER_MISTAKE, MISPOSTED)  # the first in a claim says how long it takes
FILES_OF_A_PRACTICE = 1_000_000  # interchange numbers of the payers' files, so that several practices fit in a store


class Answers:
    """Takes the payers' decisions, writes them as remittances, and queues what the practice does about them."""

    def __init__(
        self, practice: Practice, desk: Desk, staff: Staff, biller: Biller, queue: Queue, rng: Random, slow_rng: Random
    ) -> None:
        self._practice, self._desk, self._staff, self._biller = practice, desk, staff, biller
        self._queue, self._rng, self._slow_rng = queue, rng, slow_rng
        self._outbox = Outbox(practice, rng)
        self._days = {name: tuple(days) for name, days in read_toml("mistakes.toml")["taken_back"].items()}
        self._replaceable: dict[str, Remittance] = {}  # control number -> answer, while a replacement may still follow
        self._control_numbers = 0
        self.files = self.remittances = self.reversals = 0

    def answers(self, payer: PretendPayer) -> bool:
        """Whether the payer answers a claim at all."""
        return self._rng.random() >= payer.reply.unanswered

    def answer(self, draft: Draft, claim: Claim, case: Case, decision: Decision, day: date) -> None:
        """Put the payer's answer in its outbox, and what comes of it."""
        payer = case.payer
        any_denied = any(verdict.denied for verdict in decision.verdicts)
        answer_day = self._outbox.answer_day(payer, day, denied=any_denied)
        forwarded = self._rng.random() < payer.reply.forwards
        answer = remittance(claim, payer, decision, self._control_number(payer), answer_day, forwarded=forwarded)
        replaced = self._replaceable.pop(claim.original_reference, None)
        before = (reversal_of(replaced),) if replaced is not None else ()
        self._outbox.put(payer, answer_day, *before, answer)
        if not forwarded and not any_denied:
            self._bill_second(draft, answer, answer_day)
        if any(_mistaken(verdict) for verdict in decision.verdicts):
            self._put_right(case, decision, answer, answer_day)
        elif any_denied:
            self._follow_up(draft, case, decision, answer, answer_day)
        elif (taken := self._biller.taken_back(answer_day)) is not None:
            self._correct(case, [_lapsed(verdict) for verdict in decision.verdicts], answer, taken, denied=True)

    def _bill_second(self, draft: Draft, answer: Remittance, answer_day: date) -> None:
        second = second_draft(draft, answer)
        if second is not None:
            self._staff.forgets_first_payment(second, answer_day)
            self._queue(second, answer_day + timedelta(days=self._biller.days_to_second()))

    def _put_right(self, case: Case, decision: Decision, answer: Remittance, answer_day: date) -> None:
        """The payer takes back its own mistake; the biller, who hears of it, leaves the rest."""
        kinds = [v.mechanism.name for v in decision.verdicts if v.mechanism is not None and _mistaken(v)]
        days = self._slow_rng.randrange(*self._days[kinds[0]])
        right = [_spared(v) if _mistaken(v) else replace(v) for v in decision.verdicts]
        self._correct(case, right, answer, answer_day + timedelta(days=days), denied=False)

    def _follow_up(self, draft: Draft, case: Case, decision: Decision, answer: Remittance, answer_day: date) -> None:
        number = answer.payer_control_number
        work = self._biller.work(draft, decision.verdicts, number, answer_day)
        if work.overturned_on is not None:
            won = [_spared(verdict) for verdict in decision.verdicts]
            self._correct(case, won, answer, work.overturned_on, denied=False)
        if work.draft is not None and work.ready is not None:
            self._queue(work.draft, work.ready)
            if work.with_reversal:
                self._replaceable[number] = answer

    def _correct(self, case: Case, verdicts: Sequence[Verdict], answer: Remittance, on: date, *, denied: bool) -> None:
        """A reversal and its correction: a denial overturned, or a payment taken back."""
        priced = self._desk.price(case, verdicts)
        kept = [new if denied or not old.paid else old for old, new in zip(answer.lines, priced, strict=True)]
        status = case.payer.reply.denied_status if denied else "1"
        correction = correction_of(answer, kept, self._control_number(case.payer), status)
        self._outbox.put(case.payer, payment_day(case.payer, on), reversal_of(answer), correction)

    def _control_number(self, payer: PretendPayer) -> str:
        self._control_numbers += 1
        return f"{payer.payer.id}{self._practice.mark}{self._control_numbers:09d}"

    def write(self, until: date, folder: Path) -> None:
        """Write the 835 of every payment day that has come."""
        for due in self._outbox.due(until):
            self._write_835(due, folder)

    def _write_835(self, due: PaymentDay, folder: Path) -> None:
        self.files += 1
        number = self._practice.number * FILES_OF_A_PRACTICE + self.files
        envelope = Envelope(
            sender=due.payer.payer.id, receiver=self._practice.sender, interchange=number, group=number,
            transaction=1, day=due.day, test=True,
        )  # fmt: skip
        path = folder / f"{due.payer.key}_{due.day}.835"
        path.write_bytes(write_835(due.payment, due.remittances, envelope, due.provider_adjustments))
        self.remittances += len(due.remittances)
        self.reversals += sum(r.status == REVERSAL for r in due.remittances)


def _mistaken(verdict: Verdict) -> bool:
    return verdict.mechanism is not None and verdict.mechanism.name in TAKEN_BACK


def _spared(verdict: Verdict) -> Verdict:
    return Verdict(verdict.p_denied, verdict.p_shown, denied=False)


def _lapsed(verdict: Verdict) -> Verdict:
    lapsed = mechanisms()["lapsed_cover"]
    return Verdict(verdict.p_denied, verdict.p_shown, denied=True, mechanism=lapsed, answer=LAPSED_AFTER_ALL)
