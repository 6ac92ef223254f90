"""The simulation from the first week to the last: encounters, claims, answers, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from heapq import heappop, heappush
from pathlib import Path

from claims.claim import Claim, Origin
from claims.reasons import Reason
from claims.remittance import REVERSAL, Remittance
from claims.x12 import Envelope, write_835, write_837
from simulator.adjudication import Decision, Desk, Verdict
from simulator.biller import Biller
from simulator.care import Clinic
from simulator.case import Case, Unseen
from simulator.chance import stream
from simulator.coding import Coder, Draft
from simulator.memory import Memory
from simulator.patients import Arrivals
from simulator.payers import PretendPayer, load_payers
from simulator.practice import load_practice
from simulator.reference import Answer, mechanisms
from simulator.replies import Outbox, PaymentDay, correction_of, payment_day, remittance, reversal_of
from simulator.second_payer import second_draft
from simulator.sending import to_claim
from simulator.slips import slip_names
from simulator.staff import Staff
from simulator.truth import Truth

Progress = Callable[[int, int], None]  # weeks done, weeks in all
WEEK = timedelta(days=7)
RUN_UP = timedelta(days=9)  # encounters before the first batch, so that it is not empty
LAPSED_AFTER_ALL = Answer("CO", "27", "", Reason.ELIGIBILITY)
TWO_SETS = 0.15  # share of batches sent as two transaction sets


def simulate(
    months: int,
    claims_per_month: int,
    seed: int,
    out: Path,
    start: date = date(2024, 10, 1),
    progress: Progress | None = None,
    *,
    slips: Collection[str] | None = None,
    answers_until: date | None = None,
    reuse_account_numbers: bool = False,
) -> dict[str, int | float]:
    """Run a pretend practice and write what it sent and received under `out`: 837/, 835/, truth.parquet, MANIFEST.json.

    The claims are those sent in `months` months from `start`, about `claims_per_month` a month. Their answers are
    written however late they come, unless `answers_until` cuts them off. `slips` names the staff slips that happen
    (all of `slip_names()` by default). Same arguments, same bytes. Returns counts.
    """
    _check(months, claims_per_month)
    run = _Run(
        seed, Path(out), start, claims_per_month, slip_names() if slips is None else slips, reuse_account_numbers
    )
    batches = list(_batch_days(start, _add_months(start, months)))
    for done, day in enumerate(batches, 1):
        run.week(day, answers_until)
        if progress is not None:
            progress(done, len(batches))
    return run.finish(answers_until, {"months": months, "claims_per_month": claims_per_month, "start": str(start)})


def _check(months: int, claims_per_month: int) -> None:
    if months < 1 or claims_per_month < 1:
        raise ValueError(f"months and claims_per_month start at 1, not {months} and {claims_per_month}")


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def _batch_days(start: date, end: date) -> Iterator[date]:
    """A batch every Friday, and one on the last day for what is left."""
    day = start + timedelta(days=(4 - start.weekday()) % 7)
    while day < end:
        yield day
        last, day = day, day + WEEK
    if last < end - timedelta(days=1):
        yield end - timedelta(days=1)


class _Run:
    def __init__(self, seed: int, out: Path, start: date, per_month: int, slips: Collection[str], reuse: bool) -> None:
        self.seed, self.out, self.reuse = seed, out, reuse
        self.practice, payers = load_practice(), load_payers()
        self.opening = start - RUN_UP
        self.truth = Truth()
        self.staff = Staff(slips, stream(seed, "slips"))
        arrivals = Arrivals(self.practice, payers, stream(seed, "patients"))
        self.clinic = Clinic(arrivals, self.staff, stream(seed, "care"), per_month=per_month, opening=self.opening)
        self.coder = Coder(self.practice, stream(seed, "coding"))
        self.biller = Biller(stream(seed, "biller"))
        self.desk, self.unseen_rng = Desk(stream(seed, "payers")), stream(seed, "unseen")
        self.replies_rng, self.batch_rng = stream(seed, "replies"), stream(seed, "batches")
        group = self.practice.group
        self.outbox = Outbox(group.npi, group.tax_id, group.name, self.replies_rng)
        self.memories: dict[str, Memory] = {payer.key: Memory() for payer in payers}
        self.pending: list[tuple[date, int, Draft]] = []
        self.answers: dict[str, Remittance] = {}  # control number -> answer, while a replacement may still follow
        self.queued = self.claim_ids = self.control_numbers = self.interchanges = 0
        self.day = self.opening
        self.counts = dict.fromkeys(
            ("claims", "lines", "denied_lines", "unanswered_claims", "reworked_claims", "remittances", "reversals",
             "files_837", "files_835"), 0,
        )  # fmt: skip
        for folder in ("837", "835"):
            (out / folder).mkdir(parents=True, exist_ok=True)

    def week(self, batch_day: date, answers_until: date | None) -> None:
        """Run the clinic up to a batch day, send the batch, and let the payers answer what is due."""
        while self.day <= batch_day:
            for encounter in self.clinic.day(self.day):
                self.take_up(self.coder.code(encounter))
            self.day += timedelta(days=1)
        drafts = []
        while self.pending and self.pending[0][0] <= batch_day:
            drafts.append(heappop(self.pending)[2])
        if drafts:
            self.send(drafts, batch_day)
        self.write_answers(batch_day if answers_until is None else min(batch_day, answers_until))

    def take_up(self, draft: Draft) -> None:
        """Code an encounter as the staff does, and put it in the outbox."""
        self.staff.slip(draft)
        ready = draft.day + timedelta(days=self.staff.days_to_send(draft))
        again = self.staff.sends_twice(draft)
        if not draft.lines:
            return
        self.queue(draft, ready)
        if again:
            twin = draft.copy()
            twin.slips.append("duplicate_billing")
            self.queue(twin, ready + timedelta(days=again))

    def queue(self, draft: Draft, ready: date) -> None:
        self.queued += 1
        heappush(self.pending, (ready, self.queued, draft))

    def send(self, drafts: list[Draft], day: date) -> None:
        """One 837P file: one interchange, now and then two."""
        cut = len(drafts) // 2 if len(drafts) > 3 and self.batch_rng.random() < TWO_SETS else len(drafts)
        content = b""
        for part in (drafts[:cut], drafts[cut:]):
            if part:
                self.interchanges += 1
                envelope = Envelope(
                    sender=self.practice.sender, receiver=self.practice.receiver, interchange=self.interchanges,
                    group=self.interchanges, transaction=1, day=day, test=True,
                )  # fmt: skip
                claims = [self.submit(draft, ordinal, day) for ordinal, draft in enumerate(part, 1)]
                content += write_837(claims, envelope)
        (self.out / "837" / f"{day}.837").write_bytes(content)
        self.counts["files_837"] += 1

    def submit(self, draft: Draft, ordinal: int, day: date) -> Claim:
        """Make the claim, let its payer decide it, and put the answer in the payer's outbox."""
        if not draft.claim_id:
            self.claim_ids += 1
            draft.claim_id = f"ZZACC{draft.patient.number:06d}" if self.reuse else f"ZZ{self.claim_ids:08d}"
        origin = Origin(
            sender=self.practice.sender, interchange=f"{self.interchanges:09d}", group=str(self.interchanges),
            transaction="0001", ordinal=ordinal, known_on=day, purpose="CH", receiver=self.practice.receiver, test=True,
        )  # fmt: skip
        claim = to_claim(draft, self.practice, origin)
        case = self.case(draft, claim, day)
        decision = self.desk.decide(case)
        for line in claim.lines:
            if line.service_from is not None:
                case.memory.remember(case.patient, line.code, line.modifiers, line.service_from)
        answered = self.replies_rng.random() >= case.payer.reply.unanswered
        self.truth.add(claim, decision.verdicts, answered=answered, slips=draft.slips)
        self.count(draft, decision, answered)
        if answered:
            self.answer(draft, claim, case, decision, day)
        return claim

    def case(self, draft: Draft, claim: Claim, day: date) -> Case:
        payer, clinician = draft.payer, self.practice.clinicians[draft.clinician]
        return Case(
            claim=claim,
            payer=payer,
            memory=self.memories[payer.key],
            patient=draft.patient.number,
            clinician=clinician.provider.name,
            sent=day,
            reworked=draft.reworked,
            unseen=Unseen.drawn(payer, clinician.chart, day, draft.reworked, self.unseen_rng),
        )

    def answer(self, draft: Draft, claim: Claim, case: Case, decision: Decision, day: date) -> None:
        payer = case.payer
        any_denied = any(verdict.denied for verdict in decision.verdicts)
        answer_day = self.outbox.answer_day(payer, day, denied=any_denied)
        forwarded = self.replies_rng.random() < payer.reply.forwards
        answer = remittance(claim, payer, decision, self.control_number(payer), answer_day, forwarded=forwarded)
        replaced = self.answers.pop(claim.original_reference, None)
        before = (reversal_of(replaced),) if replaced is not None else ()
        self.outbox.put(payer, answer_day, *before, answer)
        if not forwarded and not any_denied:
            self.bill_second(draft, answer, answer_day)
        if any_denied:
            self.follow_up(draft, case, decision, answer, answer_day)
        elif (taken := self.biller.taken_back(answer_day)) is not None:
            lost = [replace(verdict) for verdict in decision.verdicts]
            self.correct(case, lost, answer, taken, denied=True)

    def bill_second(self, draft: Draft, answer: Remittance, answer_day: date) -> None:
        second = second_draft(draft, answer)
        if second is not None:
            self.staff.forgets_first_payment(second, answer_day)
            self.queue(second, answer_day + timedelta(days=self.biller.days_to_second()))

    def follow_up(self, draft: Draft, case: Case, decision: Decision, answer: Remittance, answer_day: date) -> None:
        number = answer.payer_control_number
        work = self.biller.work(draft, decision.verdicts, number, answer_day)
        if work.overturned_on is not None:
            won = [Verdict(v.p_denied, v.p_shown, denied=False) for v in decision.verdicts]
            self.correct(case, won, answer, work.overturned_on, denied=False)
        if work.draft is not None and work.ready is not None:
            self.queue(work.draft, work.ready)
            if work.with_reversal:
                self.answers[number] = answer

    def correct(self, case: Case, verdicts: list[Verdict], answer: Remittance, on: date, *, denied: bool) -> None:
        """A reversal and its correction: a denial overturned, or a payment taken back."""
        if denied:
            for verdict in verdicts:
                verdict.denied, verdict.mechanism = True, mechanisms()["lapsed_cover"]
                verdict.answer = LAPSED_AFTER_ALL
        priced = self.desk.price(case, verdicts)
        kept = [new if denied or not old.paid else old for old, new in zip(answer.lines, priced, strict=True)]
        status = case.payer.reply.denied_status if denied else "1"
        correction = correction_of(answer, kept, self.control_number(case.payer), status)
        from_day = payment_day(case.payer, on)
        self.outbox.put(case.payer, from_day, reversal_of(answer), correction)

    def control_number(self, payer: PretendPayer) -> str:
        self.control_numbers += 1
        return f"{payer.payer.id}{self.control_numbers:09d}"

    def count(self, draft: Draft, decision: Decision, answered: bool) -> None:
        self.counts["claims"] += 1
        self.counts["lines"] += len(decision.verdicts)
        self.counts["denied_lines"] += sum(verdict.denied for verdict in decision.verdicts)
        self.counts["unanswered_claims"] += not answered
        self.counts["reworked_claims"] += draft.reworked

    def write_answers(self, until: date) -> None:
        """Write the 835 of every payment day that has come."""
        for due in self.outbox.due(until):
            self.write_835(due)

    def write_835(self, due: PaymentDay) -> None:
        self.counts["files_835"] += 1
        envelope = Envelope(
            sender=due.payer.payer.id, receiver=self.practice.sender, interchange=self.counts["files_835"],
            group=self.counts["files_835"], transaction=1, day=due.day, test=True,
        )  # fmt: skip
        path = self.out / "835" / f"{due.payer.key}_{due.day}.835"
        path.write_bytes(write_835(due.payment, due.remittances, envelope, due.provider_adjustments))
        self.counts["remittances"] += len(due.remittances)
        self.counts["reversals"] += sum(r.status == REVERSAL for r in due.remittances)

    def finish(self, answers_until: date | None, arguments: dict[str, int | str]) -> dict[str, int | float]:
        """Write what the payers still owe, the truth and the manifest."""
        self.write_answers(date.max - WEEK if answers_until is None else answers_until)
        self.truth.write(self.out / "truth.parquet")
        counts: dict[str, int | float] = {**self.counts}
        counts["denial_rate"] = round(self.counts["denied_lines"] / max(1, self.counts["lines"]), 4)
        manifest = {"simulated": True, "seed": self.seed, **arguments, "counts": counts}
        text = json.dumps(manifest, indent=2) + "\n"
        (self.out / "MANIFEST.json").write_text(text, encoding="utf-8")
        return counts
