"""What a payer's codes mean: denial or not, and for which Reason."""

from __future__ import annotations

import re
from datetime import date

import pytest

from claims.errors import UnreadableInput
from claims.reasons import (
    NOT_PAYER_SPEECH,
    SHIPPED_CODES,
    DenialCodes,
    Reason,
    carc_family,
    is_denial,
    reason_of,
    shipped_codes,
)


@pytest.mark.parametrize(
    ("group", "carc"),
    [
        ("CO", "45"), ("CO", "253"), ("PR", "1"), ("PR", "2"), ("PR", "3"), ("OA", "22"), ("OA", "23"), ("CO", "59"),
        ("CO", "237"), ("CO", "246"), ("OA", "133"), ("OA", "101"), ("CR", "97"), ("CO", ""),
    ],
)  # fmt: skip
def test_a_contract_a_share_and_a_cut_are_no_denials(group, carc):
    assert not is_denial(group, carc)


@pytest.mark.parametrize(
    ("group", "carc"),
    [
        ("CO", "197"), ("CO", "97"), ("CO", "16"), ("PR", "96"), ("PR", "204"), ("PR", "50"), ("OA", "18"),
        ("CO", "22"), ("PI", "22"), ("OA", "109"), ("CO", "B15"), ("PR", "27"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_denial_whoever_bears_it(group, carc):
    assert is_denial(group, carc)


def test_a_carc_we_do_not_hold_denies_where_the_provider_bears_it():
    assert is_denial("CO", "999")
    assert is_denial("PI", "999")
    assert not is_denial("PR", "999")
    assert not is_denial("OA", "999")
    assert reason_of("CO", "999") is Reason.OTHER
    assert reason_of("CO", "999", ["N115"]) is Reason.MEDICAL_NECESSITY
    assert carc_family("999") == "other"


@pytest.mark.parametrize(
    ("carc", "reason"),
    [
        ("197", Reason.AUTHORIZATION), ("198", Reason.AUTHORIZATION), ("15", Reason.AUTHORIZATION),
        ("27", Reason.ELIGIBILITY), ("50", Reason.MEDICAL_NECESSITY), ("167", Reason.MEDICAL_NECESSITY),
        ("4", Reason.MODIFIER), ("182", Reason.MODIFIER), ("97", Reason.BUNDLING), ("236", Reason.BUNDLING),
        ("234", Reason.BUNDLING), ("231", Reason.BUNDLING), ("B15", Reason.BUNDLING), ("107", Reason.BUNDLING),
        ("11", Reason.CODING), ("181", Reason.CODING), ("146", Reason.CODING), ("119", Reason.FREQUENCY),
        ("151", Reason.FREQUENCY), ("222", Reason.FREQUENCY), ("29", Reason.TIMELY_FILING), ("18", Reason.DUPLICATE),
        ("B13", Reason.DUPLICATE), ("22", Reason.COORDINATION), ("B7", Reason.ENROLMENT), ("31", Reason.PATIENT_INFO),
    ],
)  # fmt: skip
def test_a_carc_that_names_its_cause_has_one_reason(carc, reason):
    assert reason_of("CO", carc) is reason
    assert reason_of("CO", carc, ["N706"]) is reason, "a remark does not overrule a CARC that names its cause"
    assert carc_family(carc) == reason.value


@pytest.mark.parametrize(
    ("carc", "alone"),
    [
        ("16", Reason.SUBMISSION_ERROR), ("125", Reason.SUBMISSION_ERROR), ("129", Reason.SUBMISSION_ERROR),
        ("96", Reason.OTHER), ("A1", Reason.OTHER), ("226", Reason.DOCUMENTATION), ("227", Reason.DOCUMENTATION),
        ("252", Reason.DOCUMENTATION),
    ],
)  # fmt: skip
def test_a_carc_that_leaves_its_cause_open_takes_it_from_the_remark(carc, alone):
    assert reason_of("CO", carc) is alone
    assert reason_of("CO", carc, ["MA01"]) is alone, "an alert we do not hold says nothing"
    assert reason_of("CO", carc, ["M62"]) is Reason.AUTHORIZATION
    assert reason_of("CO", carc, ["N822", "M62"]) is Reason.MODIFIER, "the first remark speaks"
    assert reason_of("CO", carc, ["MA130", "N382"]) is Reason.PATIENT_INFO, "a precise remark before MA130"
    assert reason_of("CO", carc, ["MA130"]) is Reason.SUBMISSION_ERROR


def test_what_is_no_denial_has_no_cause_to_name():
    assert reason_of("CO", "45") is Reason.OTHER
    assert carc_family("45") == ""
    assert carc_family("22") == "coordination"


def test_a_reduction_and_a_pending_answer_are_told_apart_from_a_refusal():
    codes = shipped_codes()
    assert codes.standing("CO", "59") == "partial"
    assert codes.standing("OA", "133") == "pending"
    assert codes.standing("CO", "45") == "no"
    assert codes.standing("CO", "197") == "yes"


def test_every_row_of_the_shipped_table_is_whole():
    rows = shipped_codes().rows
    assert {r.kind for r in rows} == {"GROUP", "CARC", "RARC"}
    assert sum(r.kind == "CARC" for r in rows) > 180
    for row in rows:
        assert row.words, row
        assert len(row.words) <= 80, row
        assert not row.words.endswith("."), row
        assert "https://" in row.citation, row
        assert row.start is None or row.end is None or row.start <= row.end, row
        assert row.reason not in NOT_PAYER_SPEECH, row
        pattern = {"GROUP": r"[A-Z]{2}", "CARC": r"\d{1,3}|[ABP]\d{1,2}", "RARC": r"MA?\d{1,3}|N\d{1,3}"}[row.kind]
        assert re.fullmatch(pattern, row.code), row
        if row.kind == "CARC":
            assert row.remedy, row
            assert (row.standing == "yes") <= (row.fixability != ""), row
        if row.kind == "RARC":
            assert row.refines, row


def test_exactly_eight_carcs_leave_their_cause_to_the_remark():
    assert {r.code for r in shipped_codes().rows if r.by_remark} == {
        "16",
        "96",
        "125",
        "129",
        "226",
        "227",
        "252",
        "A1",
    }


def test_every_reason_a_payer_can_have_is_named_by_some_code():
    spoken = {r.reason for r in shipped_codes().rows if r.reason}
    assert spoken == set(Reason) - set(NOT_PAYER_SPEECH)


def test_a_practice_may_bring_its_own_table(tmp_path):
    text = SHIPPED_CODES.read_text(encoding="utf-8")
    own = tmp_path / "own.csv"
    own.write_text(text.replace("CARC,45,,,,,no,", "CARC,45,,,other,,yes,low"), encoding="utf-8")
    codes = DenialCodes.load(own)
    assert codes.is_denial("CO", "45")
    assert not is_denial("CO", "45"), "the shipped table stays as it is"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("CARC,45,,,,,no,", "CARC,45,,,,,never,", "found 'never', expected yes, no, partial, pending"),
        ("CARC,45,,,,,no,", "CARC,45,,,,,yes,", "column reason: found nothing, expected the reason of a denial"),
        ("CARC,45,,,,,no,", "CARC,44,,,,,no,", "two rows for CARC 44"),
        ("CARC,45,,,,,no,", "CARC,45,,,,,no,,,", "found too many or too few values, expected 14 values"),
        ("1995-01-01", "1995-13-01", "column start: found '1995-13-01', expected a day such as 2024-07-01"),
        ("is_denial,", "denies,", "expected kind, code, groups"),
    ],
)  # fmt: skip
def test_a_broken_table_says_where_and_what(tmp_path, old, new, says):
    broken = tmp_path / "broken.csv"
    broken.write_text(SHIPPED_CODES.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"^broken\.csv") as error:
        DenialCodes.load(broken)
    assert says in str(error.value)


def test_retired_codes_keep_their_last_day():
    ends = {r.code: r.end for r in shipped_codes().rows if r.end}
    assert ends == {"15": date(2018, 5, 1), "125": date(2013, 11, 1)}
