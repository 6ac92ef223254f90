"""The payers' outbox: answers wait for their payment day and go out as one 835 a payer and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from claims.claim import Claim
from claims.remittance import REVERSAL, Adjudication, Payment, ProviderAdjustment, Remittance
from simulator.adjudication import Decision
from simulator.payers import PretendPayer
from simulator.practice import Practice
from simulator.second_payer import SECOND

PATIENT = "PR"
PROCESSED, AS_SECOND, FORWARDED = "1", "2", "19"
FILING_ON_REMITTANCE = {"CI": "15", "BL": "15"}  # CLP06 knows no CI or BL
NO_PAYMENT = Payment()  # the real one is made when the day's answers are together
FORWARD_BALANCE = "FB"  # PLB03-1


@dataclass(frozen=True, slots=True)
class PaymentDay:
    """One 835 about to be written."""

    payer: PretendPayer
    day: date
    payment: Payment
    remittances: tuple[Remittance, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]


class Outbox:
    """Holds answers until they are due."""

    def __init__(self, practice: Practice, rng: Random) -> None:
        group = practice.group
        self._payee = (group.npi, group.tax_id, group.name)
        self._mark, self._rng = practice.mark, rng
        self._waiting: dict[tuple[date, str], list[Remittance]] = {}
        self._payers: dict[str, PretendPayer] = {}
        self._owed: dict[str, Decimal] = {}  # by the practice, from days on which more was taken back than paid
        self._traces = 0

    def answer_day(self, payer: PretendPayer, sent: date, *, denied: bool) -> date:
        """The payment day on which a claim sent on a day is answered; a denial takes longer."""
        reply = payer.reply
        mean = max(1.0, reply.mean_days - reply.least_days)
        lag = reply.least_days + self._rng.gammavariate((mean / reply.spread) ** 2, reply.spread**2 / mean)
        return payment_day(payer, sent + timedelta(days=round(lag * (reply.denial_stretch if denied else 1.0))))

    def put(self, payer: PretendPayer, day: date, *remittances: Remittance) -> None:
        """Put records on the payer's remittance of a payment day."""
        self._payers[payer.key] = payer
        self._waiting.setdefault((day, payer.key), []).extend(remittances)

    def due(self, until: date) -> Iterator[PaymentDay]:
        """The remittances of every payment day up to and with `until`, in order."""
        while self._waiting:
            first = min(self._waiting)
            if first[0] > until:
                return
            yield self._close(*first)

    def _close(self, day: date, key: str) -> PaymentDay:
        payer, remittances = self._payers[key], self._waiting.pop((day, key))
        total = sum((r.paid for r in remittances), Decimal(0))
        owed = self._owed.get(key, Decimal(0))
        moved = total if total < 0 else min(owed, total)  # below zero: carried to a later payment; above: recovered
        self._owed[key] = owed - moved
        provider = self._payee[0]
        reference = remittances[0].payer_control_number
        adjustments = (ProviderAdjustment(provider, FORWARD_BALANCE, reference, moved),) if moved else ()
        return PaymentDay(payer, day, self._payment(payer, day, total - moved), tuple(remittances), adjustments)

    def _payment(self, payer: PretendPayer, day: date, amount: Decimal) -> Payment:
        self._traces += 1
        npi, tax_id, name = self._payee
        return Payment(
            payer_id=payer.payer.id,
            payer_name=payer.payer.name,
            payee_npi=npi,
            payee_tax_id=tax_id,
            payee_name=name,
            amount=amount,
            paid_on=day + timedelta(days=1),
            trace=f"ZZ{payer.payer.id}{self._mark}{self._traces:07d}",
            method="ACH" if amount else "NON",
            payer_tax_id=f"1{payer.tax_id}",  # TRN03 is a 1 and the tax id
            produced_on=day,
        )


def payment_day(payer: PretendPayer, day: date) -> date:
    """The payer's first payment day on or after a day."""
    return day + timedelta(days=(payer.reply.weekday - day.weekday()) % 7)


def remittance(
    claim: Claim, payer: PretendPayer, decision: Decision, control_number: str, day: date, *, forwarded: bool
) -> Remittance:
    """The payer's answer to a claim, as it will stand on the 835."""
    processed = AS_SECOND if claim.payer.sequence == SECOND else FORWARDED if forwarded else PROCESSED
    status = payer.reply.denied_status if decision.all_denied else processed
    rendering = claim.rendering or claim.billing
    return Remittance(
        claim_id=claim.id,
        status=status,
        charge=claim.charge,
        paid=sum((a.paid for a in decision.adjudications), Decimal(0)),
        patient_responsibility=owed_by_patient(decision.adjudications),
        payer_control_number=control_number,
        lines=tuple(decision.adjudications),
        payment=NO_PAYMENT,
        known_on=day,
        filing_indicator=FILING_ON_REMITTANCE.get(payer.payer.filing_indicator, payer.payer.filing_indicator),
        facility_code=claim.place_of_service,
        frequency=claim.frequency,
        member_id=claim.subscriber.member_id,
        rendering_npi=rendering.npi,
        service_from=claim.first_service,
        service_to=claim.first_service,
        received_on=claim.submitted_on,
        remarks=("MA01",) if payer.key == "medicare" else (),
    )


def owed_by_patient(adjudications: Sequence[Adjudication]) -> Decimal:
    """What the remittance leaves to the patient (CLP05)."""
    return sum((c.amount for a in adjudications for c in a.adjustments if c.group == PATIENT), Decimal(0))


def reversal_of(answer: Remittance) -> Remittance:
    """The record that takes an answer back: the same with every amount negated."""
    lines = tuple(
        replace(
            line,
            charge=-line.charge,
            paid=-line.paid,
            allowed=None,
            adjustments=tuple(replace(c, amount=-c.amount) for c in line.adjustments),
        )
        for line in answer.lines
    )
    return replace(
        answer,
        status=REVERSAL,
        charge=-answer.charge,
        paid=-answer.paid,
        patient_responsibility=-answer.patient_responsibility,
        lines=lines,
        remarks=(),
    )


def correction_of(answer: Remittance, lines: Sequence[Adjudication], control_number: str, status: str) -> Remittance:
    """The record that follows a reversal and replaces the answer."""
    return replace(
        answer,
        status=status,
        paid=sum((line.paid for line in lines), Decimal(0)),
        patient_responsibility=owed_by_patient(lines),
        payer_control_number=control_number,
        lines=tuple(lines),
        original_reference=answer.payer_control_number,
    )
