"""Invented claims and remittances, and hypothesis strategies for any that the wire can say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from claims.claim import (
    FILING_INDICATORS,
    Address,
    Claim,
    ClaimKind,
    Diagnosis,
    Line,
    Payer,
    PayerType,
    Person,
    Provider,
    Subscriber,
)
from claims.remittance import Adjudication, Adjustment, Payment, Remittance
from claims.x12 import Envelope

DAY = date(2026, 3, 2)
ENVELOPE = Envelope("PRACTICE", "PAYERHUB", interchange=7, group=7, transaction=1, day=DAY, test=True)

STREET = Address("1 INVENTED STREET", "", "ANYTOWN", "NY", "10001")


def claim(**changes: object) -> Claim:
    """An invented Medicare claim for a lumbar epidural, complete enough for a strict validator."""
    person = Person("ZZTEST-007", "PAT", "", date(1960, 5, 17), "F", STREET)
    fields: dict[str, object] = {
        "id": "T-1001",
        "charge": Decimal("650.00"),
        "payer": Payer("MEDTEST", "INVENTED MEDICARE", "MB", PayerType.MEDICARE),
        "billing": Provider("1234567893", "INVENTED PAIN GROUP", "", False, "999999999", "EI", "208VP0014X", STREET),
        "subscriber": Subscriber(person, "1ZZ9ZZ9ZZ99"),
        "patient": person,
        "diagnoses": (Diagnosis("M5416"), Diagnosis("M5126")),
        "lines": (
            line(),
            line(number=2, code="99213", modifiers=("25",), charge=Decimal(150), control_number="L2"),
        ),
        "place_of_service": "11",
        "kind": ClaimKind.PROFESSIONAL,
        "submitted_on": DAY,
        "rendering": Provider("1234567893", "ZZTEST", "DOCTOR", True, taxonomy="208VP0014X"),
    }
    return Claim(**{**fields, **changes})  # type: ignore[arg-type]


def line(**changes: object) -> Line:
    fields: dict[str, object] = {
        "number": 1,
        "code": "64483",
        "charge": Decimal("500.00"),
        "units": Decimal(1),
        "service_from": date(2026, 2, 20),
        "modifiers": ("RT",),
        "diagnosis_pointers": (1,),
        "control_number": "L1",
    }
    return Line(**{**fields, **changes})  # type: ignore[arg-type]


PAYMENT = Payment(
    payer_id="MEDTEST",
    payer_name="INVENTED MEDICARE",
    payee_npi="1234567893",
    payee_tax_id="999999999",
    payee_name="INVENTED PAIN GROUP",
    amount=Decimal("80.00"),
    paid_on=date(2026, 3, 20),
    trace="TRACE1",
    method="CHK",
    payer_tax_id="1999999999",
    produced_on=DAY,
)


def remittance(**changes: object) -> Remittance:
    """The invented answer to `claim()`: the injection denied for want of an authorization, the visit paid."""
    fields: dict[str, object] = {
        "claim_id": "T-1001",
        "status": "1",
        "charge": Decimal(650),
        "paid": Decimal(80),
        "patient_responsibility": Decimal(20),
        "payer_control_number": "ICN1",
        "lines": (
            Adjudication(
                "64483",
                Decimal(500),
                Decimal(0),
                ("RT",),
                control_number="L1",
                service_from=date(2026, 2, 20),
                adjustments=(Adjustment("CO", "197", Decimal(500)),),
                remarks=("N210",),
            ),
            Adjudication(
                "99213",
                Decimal(150),
                Decimal(80),
                ("25",),
                units_paid=Decimal(1),
                control_number="L2",
                service_from=date(2026, 2, 20),
                allowed=Decimal(100),
                adjustments=(Adjustment("CO", "45", Decimal(50)), Adjustment("PR", "2", Decimal(20))),
            ),
        ),
        "payment": PAYMENT,
        "known_on": DAY,
        "filing_indicator": "MB",
        "facility_code": "11",
        "frequency": "1",
        "member_id": "1ZZ9ZZ9ZZ99",
        "rendering_npi": "1234567893",
    }
    return Remittance(**{**fields, **changes})  # type: ignore[arg-type]


# Strategies: whatever the wire can say. Free text is anything printable without a delimiter, in any script.

_characters = st.characters(
    codec="utf-8", exclude_categories=("C", "Z"), include_characters=" ", exclude_characters="*:^~|>!'\ufeff"
)
words = st.text(_characters, max_size=12).map(str.strip)
some_words = words.filter(bool)
codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=5)
maybe_codes = st.one_of(st.just(""), codes)
days_of_life = st.dates(date(1900, 1, 1), date(2030, 12, 31))
maybe_days = st.none() | days_of_life
amounts = st.decimals(-99999, 999999, places=2, allow_nan=False)
maybe_amounts = st.none() | amounts
addresses = st.none() | st.builds(
    Address, street=words, street2=words, city=words, state=maybe_codes, postal_code=maybe_codes, country=maybe_codes
).filter(lambda a: a != Address())
persons = st.builds(
    Person,
    last_name=words,
    first_name=words,
    middle_name=words,
    birth_date=maybe_days,
    sex=st.sampled_from(["", "F", "M", "U"]),
    address=addresses,
)


def providers(*, tax: bool = False, taxonomy: bool = False, address: bool = False) -> st.SearchStrategy[Provider]:
    """Providers with as much as their loop has room for."""
    ids = st.one_of(
        st.just(("", "")), st.tuples(st.text("0123456789", min_size=9, max_size=9), st.sampled_from(["EI", "SY"]))
    )
    return st.builds(
        lambda taxed, **fields: Provider(**fields, tax_id=taxed[0], tax_id_kind=taxed[1]),
        taxed=ids if tax else st.just(("", "")),
        npi=st.one_of(st.just(""), st.text("0123456789", min_size=10, max_size=10)),
        name=words,
        first_name=words,
        is_person=st.booleans(),
        taxonomy=st.sampled_from(["", "208VP0014X", "261QA1903X"]) if taxonomy else st.just(""),
        address=addresses if address else st.none(),
    )


def lines_numbered(number: int) -> st.SearchStrategy[Line]:
    """Any service line with that number."""
    return st.builds(
        lambda dates, **fields: Line(number=number, service_from=dates[0], service_to=dates[1], **fields),
        dates=st.one_of(
            st.just((None, None)),
            st.tuples(days_of_life, st.none()),
            st.tuples(days_of_life, days_of_life),
        ),
        code=codes,
        charge=amounts,
        units=amounts,
        modifiers=st.lists(codes, max_size=4).map(tuple),
        unit=st.sampled_from(["UN", "MJ"]),
        place=maybe_codes,
        diagnosis_pointers=st.lists(st.integers(1, 12), max_size=4).map(tuple),
        control_number=words,
        authorization_number=words,
        referral_number=words,
        ndc=maybe_codes,
        description=words,
        emergency=st.booleans(),
        rendering=st.none() | providers(taxonomy=True),
        ordering=st.none() | providers(address=True),
        clia=maybe_codes,
        qualifier=st.sampled_from(["HC", "ER", "WK"]),
    )


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Any claim an 837P can carry."""
    billing = draw(providers(tax=True, taxonomy=True, address=True))
    indicator = draw(st.sampled_from([*FILING_INDICATORS, "ZZ", ""]))
    relationship = draw(st.sampled_from(["18", "01", "19", ""]))
    insured = draw(persons)
    kinds = {"": ClaimKind.UNKNOWN, "261QA1903X": ClaimKind.ASC_FACILITY}
    numbers = draw(st.lists(st.integers(1, 999), min_size=1, max_size=4, unique=True))
    return Claim(
        id=draw(some_words),
        charge=draw(amounts),
        payer=Payer(
            id=draw(words),
            name=draw(words),
            filing_indicator=indicator,
            type=FILING_INDICATORS.get(indicator, PayerType.UNKNOWN),
            sequence=draw(st.sampled_from("PST")),
        ),
        billing=billing,
        subscriber=Subscriber(insured, draw(words), draw(words), relationship),
        patient=insured if relationship in ("18", "") else draw(persons),
        diagnoses=tuple(Diagnosis(code) for code in draw(st.lists(codes, max_size=14))),
        lines=tuple(draw(lines_numbered(number)) for number in numbers),
        frequency=draw(st.sampled_from(["1", "7", "8"])),
        place_of_service=draw(maybe_codes),
        kind=kinds.get(billing.taxonomy, ClaimKind.PROFESSIONAL),
        submitted_on=DAY,
        rendering=draw(st.none() | providers(taxonomy=True)),
        referring=draw(st.none() | providers()),
        supervising=draw(st.none() | providers()),
        facility=draw(st.none() | providers(address=True)),
        authorization_number=draw(words),
        referral_number=draw(words),
        original_reference=draw(words),
        medical_record_number=draw(words),
        clia=draw(words),
        accident_causes=tuple(draw(st.lists(st.sampled_from(["AA", "EM", "OA"]), max_size=3))),
        accident_state=draw(maybe_codes),
        accident_date=draw(maybe_days),
        onset_date=draw(maybe_days),
        provider_signature=draw(st.sampled_from(["Y", "N", ""])),
        assignment=draw(st.sampled_from(["A", "B", "C", ""])),
        benefits_assigned=draw(st.sampled_from(["Y", "N", "W", ""])),
        release_of_information=draw(st.sampled_from(["Y", "I", ""])),
        delay_reason=draw(st.sampled_from(["", "1", "11"])),
        amount_paid=draw(maybe_amounts),
        note=draw(words),
    )


adjustments = st.lists(
    st.builds(
        Adjustment, group=st.sampled_from(["CO", "PR", "OA", "PI"]), carc=codes, amount=amounts, quantity=maybe_amounts
    ),
    max_size=9,
).map(tuple)


def _adjudications() -> st.SearchStrategy[Adjudication]:
    submitted = st.one_of(st.just(("", ())), st.tuples(codes, st.lists(codes, max_size=4).map(tuple)))
    return st.builds(
        lambda submitted, **fields: Adjudication(
            submitted_code=submitted[0], submitted_modifiers=submitted[1], **fields
        ),
        submitted=submitted,
        code=codes,
        charge=amounts,
        paid=amounts,
        modifiers=st.lists(codes, max_size=4).map(tuple),
        units_paid=maybe_amounts,
        submitted_units=maybe_amounts,
        control_number=words,
        service_from=maybe_days,
        service_to=maybe_days,
        allowed=maybe_amounts,
        adjustments=adjustments,
        remarks=st.lists(codes, max_size=5).map(tuple),
    )


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    """Any payment an 835 can carry."""
    return Payment(
        payer_id=draw(words),
        payer_name=draw(words),
        payee_npi=draw(st.one_of(st.just(""), st.text("0123456789", min_size=10, max_size=10))),
        payee_tax_id=draw(maybe_codes),
        payee_name=draw(words),
        amount=draw(amounts),
        paid_on=draw(maybe_days),
        trace=draw(words),
        method=draw(st.sampled_from(["CHK", "ACH", "NON"])),
        payer_tax_id=draw(maybe_codes),
        produced_on=draw(maybe_days),
    )


@st.composite
def remittances(draw: st.DrawFn, payment: Payment) -> Remittance:
    """Any remittance of that payment."""
    return Remittance(
        claim_id=draw(some_words),
        status=draw(st.sampled_from(["1", "2", "3", "4", "19", "22"])),
        charge=draw(amounts),
        paid=draw(amounts),
        patient_responsibility=draw(amounts),
        payer_control_number=draw(words),
        lines=tuple(draw(st.lists(_adjudications(), max_size=3))),
        payment=payment,
        known_on=max(payment.produced_on or DAY, DAY),
        filing_indicator=draw(maybe_codes),
        facility_code=draw(maybe_codes),
        frequency=draw(st.sampled_from(["", "1", "7"])),
        original_reference=draw(words),
        member_id=draw(words),
        rendering_npi=draw(maybe_codes),
        service_from=draw(maybe_days),
        service_to=draw(maybe_days),
        received_on=draw(maybe_days),
        adjustments=draw(adjustments),
        remarks=tuple(draw(st.lists(codes, max_size=5))),
    )
