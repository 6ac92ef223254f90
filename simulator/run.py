"""The simulation from the first week to the last: encounters, claims, answers, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from heapq import heappop, heappush
from pathlib import Path

from claims.claim import Claim, Origin
from claims.x12 import Envelope, write_837
from simulator.adjudication import Desk
from simulator.answers import Answers
from simulator.biller import Biller
from simulator.care import Clinic
from simulator.case import Case, Unseen
from simulator.chance import stream
from simulator.coding import Coder, Draft
from simulator.memory import Memory
from simulator.patients import Arrivals
from simulator.payers import load_payers
from simulator.practices import payer_seen_from, practice_number
from simulator.sending import to_claim
from simulator.slips import slip_names
from simulator.staff import Staff
from simulator.switches import checked, payer_without, practice_without
from simulator.tally import Tally
from simulator.truth import Truth

Progress = Callable[[int, int], None]  # weeks done, weeks in all
WEEK = timedelta(days=7)
RUN_UP = timedelta(days=9)  # encounters before the first batch, so that it is not empty
TWO_SETS = 0.15  # share of batches sent as two transaction sets


def simulate(
    months: int,
    claims_per_month: int,
    seed: int,
    out: Path,
    start: date = date(2024, 10, 1),
    progress: Progress | None = None,
    *,
    without: Collection[str] = (),
    practice: int = 0,
    slips: Collection[str] | None = None,
    answers_until: date | None = None,
    reuse_account_numbers: bool = False,
) -> dict[str, int | float]:
    """Run a pretend practice and write what it sent and received under `out`: 837/, 835/, truth.parquet, MANIFEST.json.

    The claims are those sent in `months` months from `start`, about `claims_per_month` a month. Their answers are
    written however late they come, unless `answers_until` cuts them off. `without` names what is left out (see
    `switches()`), `practice` the number of the practice (0: the first; see `simulator.practices`). `slips` names the
    staff slips that happen (all of `slip_names()` by default). Same arguments, same bytes. Returns counts.
    """
    _check(months, claims_per_month)
    left_out = checked(without)
    if slips is None:
        slips = () if "staff_slips" in left_out else slip_names()
    run = _Run(seed, Path(out), start, claims_per_month, left_out, practice, slips, reuse_account_numbers)
    batches = list(_batch_days(start, _add_months(start, months)))
    for done, day in enumerate(batches, 1):
        run.week(day, answers_until)
        if progress is not None:
            progress(done, len(batches))
    arguments = {"practice": practice, "months": months, "claims_per_month": claims_per_month, "start": str(start)}
    return run.finish(answers_until, {**arguments, "without": sorted(left_out)})


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
    def __init__(
        self, seed: int, out: Path, start: date, per_month: int, without: frozenset[str], practice: int,
        slips: Collection[str], reuse: bool,
    ) -> None:  # fmt: skip
        self.seed, self.out, self.reuse = seed, out, reuse
        of = seed if practice == 0 else f"{seed}.{practice}"  # another practice has another fate under the same seed
        everyone = load_payers()
        self.practice = practice_without(practice_number(practice, start, everyone), without)
        payers = tuple(payer_without(payer_seen_from(self.practice, payer), without) for payer in everyone)
        self.opening = start - RUN_UP
        self.truth, self.tally = Truth(), Tally()
        self.staff = Staff(slips, self.practice, stream(of, "slips"), stream(of, "second slips"))
        arrivals = Arrivals(self.practice, payers, stream(of, "patients"))
        self.clinic = Clinic(arrivals, self.staff, stream(of, "care"), per_month=per_month, opening=self.opening)
        self.coder = Coder(self.practice, stream(of, "coding"), stream(of, "habits"))
        self.desk, self.unseen_rng = Desk(stream(of, "payers"), stream(of, "words")), stream(of, "unseen")
        self.batch_rng = stream(of, "batches")
        biller = Biller(stream(of, "biller"), without)
        self.answers = Answers(
            self.practice, self.desk, self.staff, biller, self.queue, stream(of, "replies"), stream(of, "taken back")
        )
        self.memories: dict[str, Memory] = {payer.key: Memory() for payer in payers}
        self.pending: list[tuple[date, int, Draft]] = []
        self.queued = self.claim_ids = self.interchanges = self.files = 0
        self.day = self.opening
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
        self.answers.write(batch_day if answers_until is None else min(batch_day, answers_until), self.out / "835")

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
        self.files += 1

    def submit(self, draft: Draft, ordinal: int, day: date) -> Claim:
        """Make the claim, let its payer decide it, and put the answer in the payer's outbox."""
        if not draft.claim_id:
            self.claim_ids += 1
            account = f"ZZACC{self.practice.mark}{draft.patient.number:06d}"
            draft.claim_id = account if self.reuse else f"ZZ{self.practice.mark}{self.claim_ids:08d}"
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
        answered = self.answers.answers(case.payer)
        self.truth.add(claim, decision.verdicts, answered=answered, slips=draft.slips)
        self.tally.add(draft, decision, answered=answered)
        if answered:
            self.answers.answer(draft, claim, case, decision, day)
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

    def finish(self, answers_until: date | None, arguments: dict[str, object]) -> dict[str, int | float]:
        """Write what the payers still owe, the truth and the manifest."""
        self.answers.write(date.max - WEEK if answers_until is None else answers_until, self.out / "835")
        self.truth.write(self.out / "truth.parquet")
        done = self.answers
        written = {
            "remittances": done.remittances, "reversals": done.reversals,
            "files_837": self.files, "files_835": done.files,
        }  # fmt: skip
        counts = self.tally.told(written, self.truth)
        sender = self.practice.sender
        manifest = {"simulated": True, "seed": self.seed, "sender": sender, **arguments, "counts": counts}
        text = json.dumps(manifest, indent=2) + "\n"
        (self.out / "MANIFEST.json").write_text(text, encoding="utf-8")
        return counts
