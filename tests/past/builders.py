"""Small claims and remittances for the tests of labels, links and the store. Everyone in them is invented."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from claims.claim import Claim, Diagnosis, Line, Origin, Payer, PayerType, Person, Provider, Subscriber
from claims.remittance import Adjudication, Adjustment, Payment, Remittance
from past.exchange import Received, Sent

SERVICE = date(2026, 1, 5)
SENT = date(2026, 1, 9)
ANSWERED = date(2026, 1, 30)
NPI, OTHER_NPI = "1234567893", "1999999984"


def money(amount):
    return Decimal(str(amount))


def a_line(number=1, code="64493", charge="500.00", *, modifiers=(), day=SERVICE, units=1, control="", **more):
    return Line(
        number=number, code=code, charge=money(charge), units=money(units), service_from=day,
        modifiers=tuple(modifiers), diagnosis_pointers=(1,), control_number=control, **more,
    )  # fmt: skip


def a_claim(*lines, id="ACC-1", sent=SENT, frequency="1", payer="MEDI1", sequence="P", patient="ZZTEST", n=1, **more):
    lines = lines or (a_line(),)
    return Claim(
        id=id,
        charge=sum((line.charge for line in lines), Decimal(0)),
        payer=Payer(id=payer, name=f"PAYER {payer}", type=PayerType.MEDICARE, sequence=sequence),
        billing=more.pop("billing", Provider(npi=NPI, tax_id="990000001")),
        subscriber=Subscriber(person=Person(patient, "PATIENT", birth_date=date(1950, 1, 1), sex="F"), member_id="ZZ1"),
        patient=Person(patient, "PATIENT", birth_date=date(1950, 1, 1), sex="F"),
        diagnoses=(Diagnosis("M47816"),),
        lines=tuple(lines),
        frequency=frequency,
        place_of_service="11",
        submitted_on=sent,
        origin=Origin("SENDER", f"{sent:%m%d}{n:05}", "1", "0001", 1, sent),
        **more,
    )


def a_service(line, *adjustments, paid="0", **more):
    """The payer's answer to a line; `adjustments` such as "CO-197 500.00"."""
    values = {
        "code": line.code, "charge": line.charge, "paid": money(paid), "modifiers": line.modifiers,
        "control_number": line.control_number, "service_from": line.service_from,
    }  # fmt: skip
    return Adjudication(**{**values, **more}, adjustments=cas(*adjustments))


def cas(*said):
    found = []
    for one in said:
        name, amount = one.split()
        group, carc = name.split("-")
        found.append(Adjustment(group, carc, money(amount)))
    return tuple(found)


def an_answer(claim, *services, status="1", known=ANSWERED, icn="24A0017", n=1, **more):
    charge = more.pop("charge", sum((s.charge for s in services), Decimal(0)) if services else claim.charge)
    payment = Payment(
        payer_id=more.pop("payer", claim.payer.id), payee_npi=claim.billing.npi, payee_tax_id=claim.billing.tax_id,
        trace=more.pop("trace", f"TRACE{known:%m%d}{n}"), amount=Decimal(0), produced_on=known,
    )  # fmt: skip
    return Remittance(
        claim_id=more.pop("claim_id", claim.id),
        status=status,
        charge=charge,
        paid=more.pop("paid", sum((s.paid for s in services), Decimal(0))),
        patient_responsibility=Decimal(0),
        payer_control_number=icn,
        lines=tuple(services),
        payment=more.pop("payment", payment),
        known_on=known,
        origin=Origin("PAYER", f"{known:%m%d}{n:05}", "1", "0001", more.pop("ordinal", 1), known),
        **more,
    )


def a_reversal(answer, *, known, n=9, **more):
    """The answer taken back: every amount negated."""
    lines = tuple(
        replace(
            s,
            charge=-s.charge,
            paid=-s.paid,
            adjustments=tuple(replace(a, amount=-a.amount) for a in s.adjustments),
        )
        for s in answer.lines
    )
    return replace(
        answer,
        status="22",
        charge=-answer.charge,
        paid=-answer.paid,
        lines=lines,
        adjustments=tuple(replace(a, amount=-a.amount) for a in answer.adjustments),
        known_on=known,
        origin=Origin("PAYER", f"{known:%m%d}{n:05}", "1", "0001", 1, known),
        **more,
    )


def sent(claim, ref):
    return Sent(ref, claim.origin.known_on, claim)


def received(remittance, ref):
    return Received(ref, remittance.known_on, remittance)
