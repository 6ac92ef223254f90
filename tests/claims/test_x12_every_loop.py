"""Files with every loop of the guides: read into claims and remittances, and written back segment by segment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.claim import (
    Adjustment,
    Attachment,
    Carried,
    Claim,
    DatedEvent,
    LineAdjudication,
    Note,
    OtherPayer,
)
from claims.claim_json import claim_from_json, claim_to_json
from claims.remittance import Remittance
from claims.x12 import NOT_KEPT, Delimiters, read_835, read_837, read_provider_adjustments, write_835, write_837
from tests.claims.builders import (
    ENVELOPE,
    adjustments,
    amounts,
    claim,
    codes,
    days_of_life,
    line,
    maybe_amounts,
    maybe_days,
    persons,
    words,
)

SAMPLES = Path(__file__).parents[1] / "samples" / "x12"
BOTH_SEPARATORS = pytest.mark.parametrize("name", ["every_loop", "every_loop_other_separators"])


def claims_of(name: str) -> list[Claim]:
    return [c for c in read_837((SAMPLES / f"837_{name}.edi").read_bytes()) if isinstance(c, Claim)]


def answers_of(name: str) -> list[Remittance]:
    return [r for r in read_835((SAMPLES / f"835_{name}.edi").read_bytes()) if isinstance(r, Remittance)]


def segments(document: bytes) -> list[list[str]]:
    """The segments between ST and SE by a plain split, but for what NOT_KEPT names."""
    text = document.decode()
    element, component, end = text[3], text[104], text[105]
    found = [s.strip().split(element) for s in text.split(end) if s.strip()]
    inside = found[next(i for i, s in enumerate(found) if s[0] == "ST") + 1 :]
    inside = inside[: next(i for i, s in enumerate(inside) if s[0] == "SE")]
    kept = [["HL", s[3]] if s[0] == "HL" else s for s in inside]
    plain = [[":".join(map(_plain, e.rstrip(component).split(component))) for e in s] for s in kept]
    return [s[: max(i for i, e in enumerate(s) if e) + 1] for s in plain]


def _plain(text: str) -> str:
    """An amount without the zeros that say nothing."""
    number = text.removeprefix("-")
    return text.rstrip("0").rstrip(".") if number.count(".") == 1 and number.replace(".", "").isdigit() else text


@BOTH_SEPARATORS
@pytest.mark.parametrize("delimiters", [Delimiters(), Delimiters("|", ">", "!", "\n")])
def test_a_claim_file_comes_back_segment_by_segment(name, delimiters):
    claims = claims_of(name)
    envelope = replace(ENVELOPE, header=claims[0].origin.header, delimiters=delimiters)
    written = write_837(claims, envelope)
    assert segments(written) == segments((SAMPLES / f"837_{name}.edi").read_bytes())
    assert [c for c in read_837(written) if isinstance(c, Claim)] == claims


@BOTH_SEPARATORS
@pytest.mark.parametrize("delimiters", [Delimiters(), Delimiters("|", ">", "!", "\n")])
def test_a_remittance_file_comes_back_segment_by_segment(name, delimiters):
    source = (SAMPLES / f"835_{name}.edi").read_bytes()
    answers, moved = answers_of(name), [m for _, m in read_provider_adjustments(source)]
    written = write_835(answers[0].payment, answers, replace(ENVELOPE, delimiters=delimiters), moved)
    assert segments(written) == segments(source)
    again = [r for r in read_835(written) if isinstance(r, Remittance)]
    assert again == [replace(r, known_on=again[0].known_on) for r in answers]


def test_both_separators_say_the_same():
    assert claims_of("every_loop") == claims_of("every_loop_other_separators")
    assert answers_of("every_loop") == answers_of("every_loop_other_separators")


def test_the_comparison_would_see_a_lost_segment_or_element():
    source = (SAMPLES / "837_every_loop.edi").read_bytes()
    for lost in (b"REF*9A*REPRICED~\n", b"*PAPER1"):
        assert lost in source
        assert segments(source.replace(lost, b"")) != segments(source)


def test_an_unknown_segment_is_said_once_and_comes_back():
    refusals = [r for r in read_837((SAMPLES / "837_every_loop.edi").read_bytes()) if not isinstance(r, Claim)]
    assert [(r.error.found, r.claims_lost) for r in refusals] == [("the segment ZZZ", 0)]


def test_what_another_payer_decided_is_read():
    first, second = claims_of("every_loop")[0].other_payers
    assert (first.sequence, first.relationship, first.payer_id, first.insurance_type) == ("S", "01", "OTHERPAY", "47")
    assert (first.paid, first.non_covered, first.patient_liability) == (Decimal("39.15"), 9, Decimal("12.5"))
    assert first.adjustments[2] == Adjustment("CO", "45", Decimal(100), Decimal(2))
    assert first.remarks == ("MA01", "N30", "N130")
    assert (first.insured.last_name, first.member_id) == ("ZZTEST-OTHER", "OTHERID")
    assert (first.adjudicated_on, first.claim_control_number) == (date(2026, 1, 1), "OTHERICN")
    assert (first.authorization_number, first.referral_number) == ("OTHERAUTH", "OTHERREF")
    assert (second.sequence, second.payer_id, second.filing_indicator) == ("T", "THIRDPAY", "MB")
    decided = claims_of("every_loop")[0].lines[0].adjudications
    assert [(d.payer_id, d.paid, d.code, d.units, d.bundled_line) for d in decided] == [
        ("OTHERPAY", Decimal("200.25"), "64483", 1, 2),
        ("THIRDPAY", 0, "64483", 1, None),
    ]
    assert decided[0].adjustments[1] == Adjustment("CO", "253", Decimal(10))
    assert (decided[0].adjudicated_on, decided[0].patient_liability) == (date(2026, 3, 1), 50)


def test_dates_notes_papers_drugs_and_providers_are_read():
    first = claims_of("every_loop")[0]
    one = first.lines[0]
    assert DatedEvent("314", date(2026, 1, 10), date(2026, 1, 12)) in first.dates
    assert DatedEvent("304", date(2026, 2, 5)) in one.dates
    assert first.attachments == (Attachment("OZ", "BM", "PAPER1"), Attachment("M1", "AA"))
    assert (first.note_kind, first.note, first.special_program) == ("CER", "INVENTED NOTE", "02")
    assert one.notes == (Note("DCP", "INVENTED GOAL"), Note("TPO", "INVENTED THIRD PARTY NOTE"))
    assert (one.ndc, one.drug_quantity, one.drug_unit, one.prescription_number) == (
        "00093012345", Decimal("2.5"), "ML", "RX123",
    )  # fmt: skip
    assert one.ordering.name == "ORDERER" or one.ordering.first_name == "ORDERER"
    assert None not in (one.referring, one.supervising, one.facility, one.purchased_from)
    assert one.authorization_number == "AUTHLINE"  # the other payer's has REF04


def test_a_changed_field_wins_over_the_segment_it_came_in():
    first = claims_of("every_loop")[0]
    changed = replace(first, special_program="", authorization_number="AUTHNEW", place_of_service="22")
    written = write_837([changed], ENVELOPE)
    again = next(c for c in read_837(written) if isinstance(c, Claim))
    assert (again.authorization_number, again.special_program, again.place_of_service) == ("AUTHNEW", "", "22")
    assert again.lines == first.lines


def test_what_is_carried_is_never_shown():
    text = repr([*claims_of("every_loop"), *answers_of("every_loop")]) + repr(Carried("2300", ("K3", "SECRET")))
    assert "INVENTED STATE DATA" not in text
    assert "SECRET" not in text


def test_what_is_not_kept_is_said():
    assert any("HL01" in said for said in NOT_KEPT)
    assert all(said == said.strip() for said in NOT_KEPT)


@BOTH_SEPARATORS
def test_claim_json_holds_every_loop(name):
    for sent in claims_of(name):
        assert claim_from_json(claim_to_json(sent)) == replace(sent, submitted_on=sent.submitted_on)


carried = st.builds(
    Carried, loop=st.just("2400"), elements=st.tuples(st.just("K3"), words.filter(bool)), owner=st.just("")
)
decisions = st.builds(
    LineAdjudication, payer_id=codes, paid=amounts, code=codes, units=maybe_amounts,
    modifiers=st.lists(codes, max_size=4).map(tuple), bundled_line=st.none() | st.integers(1, 99),
    adjustments=adjustments, adjudicated_on=maybe_days, patient_liability=maybe_amounts, description=words,
)  # fmt: skip
other_payers = st.builds(
    OtherPayer, sequence=st.sampled_from("PSTA"), payer_id=words, name=words, relationship=codes, group_number=words,
    plan_name=words, insurance_type=codes, filing_indicator=codes, adjustments=adjustments, paid=maybe_amounts,
    non_covered=maybe_amounts, patient_liability=maybe_amounts, benefits_assigned=st.sampled_from(["", "Y"]),
    patient_signature=st.sampled_from(["", "P"]), release_of_information=st.sampled_from(["", "Y"]),
    remarks=st.lists(codes, max_size=5).map(tuple),
    insured=persons.map(lambda p: replace(p, birth_date=None, sex="")), member_id=words, claim_control_number=words,
    authorization_number=words, referral_number=words,
)  # fmt: skip
events = st.lists(
    st.builds(
        DatedEvent, qualifier=st.sampled_from(["454", "304", "453"]), start=days_of_life, end=st.none() | days_of_life
    ),
    max_size=3,
).map(tuple)
papers = st.lists(st.builds(Attachment, kind=codes, transmission=codes, control_number=words), max_size=3).map(tuple)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_other_payers_and_what_goes_with_them_are_read_back_equal(data):
    one = line(
        dates=data.draw(events),
        attachments=data.draw(papers),
        notes=tuple(data.draw(st.lists(st.builds(Note, kind=codes, text=words.filter(bool)), max_size=2))),
        adjudications=tuple(data.draw(st.lists(decisions, max_size=3))),
        extra=tuple(data.draw(st.lists(carried, max_size=2))),
        ndc="00093012345",
        drug_quantity=data.draw(amounts),
        drug_unit=data.draw(codes),
        prescription_number=data.draw(words),
    )
    sent = claim(
        lines=(one,),
        dates=data.draw(events),
        attachments=data.draw(papers),
        other_payers=tuple(data.draw(st.lists(other_payers, max_size=3))),
    )
    assert list(read_837(write_837([sent], ENVELOPE))) == [sent]
    assert claim_from_json(claim_to_json(sent)) == sent
