"""Every fault of a file is found where it is, nothing breaks the check, and a good file passes."""

from __future__ import annotations

import io
import logging
import re
import time
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from claims.errors import UnreadableFile
from claims.x12 import write_835, write_837
from claims.x12.validate import Severity, validate, write_999
from tests.claims.builders import ENVELOPE, PAYMENT, claim, remittance

BOTH = pytest.mark.parametrize("kind", ["837P", "835"])
PER_SET = 3
MOMENT = datetime(2026, 3, 3, 12, 30)  # noqa: DTZ001
SECONDS = 5  # no input takes longer


def _joined(first, second):
    start, end = second.index(b"ST*"), second.index(b"GE*")
    return first.replace(b"GE*1*", second[start:end] + b"GE*2*")


def _claims(first):
    return [claim(id=f"T-{n}") for n in range(first, first + PER_SET)]


def _remittances(first):
    return [remittance(claim_id=f"T-{n}", payer_control_number=f"ICN{n}") for n in range(first, first + PER_SET)]


SECOND = replace(ENVELOPE, transaction=2)
PAID = replace(PAYMENT, amount=Decimal(80 * PER_SET))
BASES = {
    "837P": _joined(write_837(_claims(1), ENVELOPE), write_837(_claims(4), SECOND)),
    "835": _joined(write_835(PAID, _remittances(1), ENVELOPE), write_835(PAID, _remittances(4), SECOND)),
}
RECORD = {"837P": "CLM", "835": "CLP"}


def damage(document, pattern, by, n=0):
    """The document with the n-th match replaced."""
    found = list(re.finditer(pattern, document))[n]
    return document[: found.start()] + found.expand(by) + document[found.end() :]


def findings(document, **options):
    return list(validate(document, **options))


def faults(document):
    """Each finding by its check and the element it names."""
    return [(f.check, f.reference) for f in findings(document)]


@BOTH
def test_a_good_file_has_nothing_wrong(kind):
    validation = validate(BASES[kind])
    assert list(validation) == []
    assert (validation.errors, validation.warnings, validation.sets) == (0, 0, 2)
    assert validation.records == 2 * PER_SET


@BOTH
@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"", "an empty file"),
        (b"ISA*00*          *00*          *ZZ*PRACTICE       *ZZ*PAYER", "an ISA segment cut after 59 bytes"),
        (bytes(range(256)) * 16, "a file that does not begin with ISA"),
        (b"\x00" * 4096, "an empty file"),
        ("ISA*00*".encode("utf-16"), "UTF-16 text"),
    ],
    ids=["1_empty", "2_isa_cut", "3_binary", "nul_only", "utf_16"],
)
def test_what_is_no_interchange_is_named(kind, document, found):
    with pytest.raises(UnreadableFile) as unreadable:
        findings(document)
    assert unreadable.value.found == found


# The damaged files, with what must be said of them; None accepts. Where a case differs by kind, both are given.
def _case_4(document, kind):
    return document[: list(re.finditer(RECORD[kind].encode(), document))[4].start() + 60]


def _case_8(document, kind):
    return document.replace(b"ZZTEST-007", "ZZTEST-NÚÑEZ".encode("latin-1")).replace(
        b"INVENTED MEDICARE", "INVENTÉD MEDICARE".encode("latin-1")
    )


def _case_12(document, kind, size=20_000_000):
    return document.replace(b"~LX*1", b"~NTE*ADD*" + b"x" * size + b"~LX*1", 1)


DELIMITERS = bytes.maketrans(b"*:^~", b"|>!'")
MISSING = {
    "837P": (rb"SV1\*[^~]*~", ("missing-segment", "SV1")),
    "835": (rb"CLP\*[^~]*~", ("segment-out-of-place", "NM1")),
}
CASES = {
    "4_cut_in_a_segment": (_case_4, ("missing-trailer", "SE")),
    "5_wrong_se01": (lambda d, k: damage(d, rb"~SE\*\d+", rb"~SE*999"), ("count", "SE01")),
    "7_bad_date": {
        "837P": (lambda d, k: damage(d, rb"472\*D8\*\d+", b"472*D8*20241399"), ("bad-date", "DTP03")),
        "835": (lambda d, k: damage(d, rb"DTM\*472\*\d+", b"DTM*472*20241399"), ("bad-date", "DTM02")),
    },
    "8_accented_name": {
        "837P": (_case_8, ("accented-letters", "NM103")),
        "835": (_case_8, ("accented-letters", "N102")),
    },
    "9_other_delimiters": (lambda d, k: d.translate(DELIMITERS).replace(b"'", b"'\r\n"), None),
    "10_newline_terminator": (lambda d, k: d.translate(bytes.maketrans(b"~", b"\n")), None),
    "11_no_ge_iea": (lambda d, k: d[: d.index(b"GE*")], ("missing-trailer", "IEA")),
    "12_segment_of_20_mb": (_case_12, ("segment-too-long", "NTE")),
    "13_charge_abc": {
        "837P": (lambda d, k: damage(d, rb"(CLM\*T-1)\*\d+", rb"\1*ABC"), ("bad-characters", "CLM02")),
        "835": (lambda d, k: damage(d, rb"(CLP\*T-1\*1)\*\d+", rb"\1*ABC"), ("bad-characters", "CLP03")),
    },
    "14_unknown_segment": (lambda d, k: damage(d, rb"~(LX\*1)", rb"~ZZZ*1~\1"), ("unknown-segment", "ZZZ")),
    "15_required_segment_missing": {k: (lambda d, _, p=p: damage(d, p, b""), said) for k, (p, said) in MISSING.items()},
    "16_eleven_components": {
        "837P": (lambda d, k: damage(d, rb"HC:64483:RT", b"HC:64483:RT:59:LT:76:::9:10:11"),
                 ("too-many-components", "SV101-9")),
        "835": (lambda d, k: damage(d, rb"HC:64483:RT", b"HC:64483:RT:59:LT:76:::9:10:11"),
                ("too-many-components", "SVC01-9")),
    },
    "17_byte_order_mark": (lambda d, k: b"\xef\xbb\xbf" + d, ("byte-order-mark", "ISA")),
    "18_same_interchange_twice": (lambda d, k: d + d, ("control-number", "ISA13")),
    "19_code_out_of_the_list": {
        "837P": (lambda d, k: damage(d, rb"11:B:1", b"ZZ:B:1"), ("unknown-code", "CLM05-1")),
        "835": (lambda d, k: damage(d, rb"(CLP\*T-1)\*1", rb"\1*99"), ("unknown-code", "CLP02")),
    },
    "20_st_without_se": (lambda d, k: damage(d, rb"SE\*\d+\*0001~", b""), ("missing-trailer", "SE")),
    "21_out_of_balance": {
        "837P": (lambda d, k: damage(d, rb"(CLM\*T-1)\*650", rb"\1*651"), ("claim-balance", "CLM02")),
        "835": (lambda d, k: damage(d, rb"CAS\*CO\*197\*500", b"CAS*CO*197*400"), ("service-balance", "SVC03")),
    },
    "22_pointer_or_carc": {
        "837P": (lambda d, k: damage(d, rb"\*UN\*1\*\*\*1~", b"*UN*1***9~"), ("diagnosis-pointer", "SV107-1")),
        "835": (lambda d, k: damage(d, rb"CAS\*CO\*197", b"CAS*CO*ZZ9"), ("unknown-carc", "CAS02")),
    },
    "23_small_letters": (
        lambda d, k: damage(d, rb"~(CL[MP])\*T-2", b"~" + RECORD[k].lower().encode() + b"*T-2"),
        ("unknown-segment", None),
    ),
    "24_retired_version": {
        "837P": (lambda d, k: d.replace(b"005010X222A1", b"004010X098A1"), ("version", "GS08")),
        "835": (lambda d, k: d.replace(b"005010X221A1", b"004010X091A1"), ("version", "GS08")),
    },
    "25_nul_and_ctrl_z": (lambda d, k: d + b"\x00\x1a", ("control-byte", "")),
    "26_double_terminator": (lambda d, k: damage(d, rb"~(LX\*1)", rb"~~\1"), ("empty-segment", "")),
    "27_segment_of_20_kb": (lambda d, k: _case_12(d, k, 20_000), ("segment-too-long", "NTE")),
    "28_group_after_group": (
        lambda d, k: d.replace(b"IEA*1", d[d.index(b"GS*") : d.index(b"IEA*")] + b"IEA*2"), ("control-number", "GS06"),
    ),
}  # fmt: skip


def case(name, kind):
    """The damaged document of a case, and what must be said."""
    entry = CASES[name]
    make, said = entry[kind] if isinstance(entry, dict) else entry
    return make(BASES[kind], kind), said


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_each_defect_is_said_where_it_is(kind, name):
    document, said = case(name, kind)
    begun = time.monotonic()
    found = findings(document)
    assert time.monotonic() - begun < SECONDS
    if said is None:
        assert found == []
        return
    check, reference = said
    matching = [f for f in found if f.check == check and reference in (None, f.reference)]
    assert matching, [str(f) for f in found]
    for finding in matching:
        assert finding.found
        assert finding.expected
        assert str(finding).startswith(finding.where)
        if finding.place.number > 1 and check not in ("missing-trailer", "missing-segment"):
            start = document[finding.place.offset :]
            assert start.startswith(finding.segment.encode())


@BOTH
@pytest.mark.parametrize(
    ("pattern", "by", "said"),
    [
        (rb"(~SE\*\d+)\*0001", rb"\1*0009", ("control-number", "SE02")),
        (rb"~GE\*2", b"~GE*3", ("count", "GE01")),
        (rb"~GE\*2\*7", b"~GE*2*8", ("control-number", "GE02")),
        (rb"~IEA\*1", b"~IEA*2", ("count", "IEA01")),
        (rb"~IEA\*1\*000000007", b"~IEA*1*000000008", ("control-number", "IEA02")),
        (rb"\*0002", b"*0001", ("control-number", "ST02")),
        (rb"GS\*H", b"GS*F", ("group-kind", "ST01")),
        (rb"~GE", b"~NTE*ADD*ASTRAY~GE", ("stray-segment", "NTE")),
        (rb"~GE\*2\*7~", b"~SE*1*0002~GE*2*7~", ("envelope-order", "SE")),
    ],
)
def test_the_envelope_agrees_with_itself(kind, pattern, by, said):
    assert said in faults(damage(BASES[kind], pattern, by))


@BOTH
@pytest.mark.parametrize("name", ["5_wrong_se01", "13_charge_abc", "16_eleven_components", "19_code_out_of_the_list"])
def test_one_defect_is_one_finding(kind, name):
    assert len(findings(case(name, kind)[0])) == 1


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_only_what_a_receiver_takes_is_a_warning(kind, name):
    document, said = case(name, kind)
    validation = validate(document)
    list(validation)
    harmless = said is None or said[0] in (
        "accented-letters", "byte-order-mark", "control-byte", "empty-segment", "unknown-carc",
    )  # fmt: skip
    assert (validation.errors == 0) is harmless
    assert validation.records >= PER_SET


def test_a_level_under_a_missing_parent_is_said():  # case 6: an 835 has no levels
    document = damage(BASES["837P"], rb"HL\*2\*1\*22", b"HL*2*9*22")
    (finding,) = findings(document)
    assert (finding.check, finding.reference, finding.found) == ("hierarchy", "HL02", "'9'")


@pytest.mark.parametrize(
    ("pattern", "by", "said"),
    [
        (rb"HL\*2\*1\*22", b"HL*3*1*22", ("hierarchy", "HL01")),
        (rb"LX\*2~", b"LX*3~", ("line-number", "LX01")),
        (rb"11:B:1", b"11:B:7", ("original-reference", "CLM05-3")),
        (rb"11:B:1", b"11:B:8", ("original-reference", "CLM05-3")),
        (rb"NM1\*85\*2\*INVENTED PAIN GROUP\*\*\*\*\*XX\*1234567893", b"NM1*85*2*INVENTED PAIN GROUP*****XX*1234567890",
         ("npi", "NM109")),
        (rb"472\*D8\*20260220", b"472*D8*20270220", ("date-order", "DTP03")),
        (rb"472\*D8\*20260220", b"472*RD8*20260220-20260219", ("date-order", "DTP03")),
        (rb"472\*D8\*20260220", b"472*RD8*20260220-20260221-1", ("bad-date", "DTP03")),
        (rb"\*UN\*1\*\*\*1~", b"*UN*1***1:3~", ("diagnosis-pointer", "SV107-2")),
        (rb"SV1\*HC:64483:RT\*500\*UN\*1", b"SV1*HC:64483:RT*500*UN*", ("elements-together", "SV103")),
        (rb"INVENTED MEDICARE", b"INVENTED MEDICARE ", ("bad-characters", "NM103")),
        (rb"REF\*EI\*999999999", b"REF*EI*999999999*", ("trailing-separator", "REF")),
    ],
)  # fmt: skip
def test_what_one_segment_demands_of_another_is_checked(pattern, by, said):
    assert said in faults(damage(BASES["837P"], pattern, by))


def test_a_replacement_that_names_its_original_is_right():
    document = damage(BASES["837P"], rb"11:B:1(\*[^~]*~)", rb"11:B:7\1REF*F8*ICN1~").replace(
        b"SE*55*0001", b"SE*56*0001"
    )
    count = document[: document.index(b"SE*")].count(b"~") - 1
    document = damage(document, rb"SE\*\d+\*0001", b"SE*%d*0001" % count)
    assert faults(document) == []


@pytest.mark.parametrize(
    ("pattern", "by", "said"),
    [
        (rb"(CLP\*T-1\*1\*650)\*80", rb"\1*90", ("claim-balance", "CLP04")),
        (rb"BPR\*I\*240", b"BPR*I*241", ("payment-balance", "BPR02")),
        (rb"(SVC\*HC:99213:25\*150)\*80", rb"\1*81", ("service-balance", "SVC03")),
        (rb"(N1\*PE\*[^*]*\*XX)\*1234567893", rb"\1*1234567890", ("npi", "N104")),
        (rb"LQ\*HE\*N210", b"LQ*HE*QQQ", ("unknown-rarc", "LQ02")),
        (rb"LQ\*HE\*N210", b"LQ*HE*N999", ("unknown-rarc", "LQ02")),
    ],
)
def test_a_remittance_is_balanced_at_each_level(pattern, by, said):
    assert said in faults(damage(BASES["835"], pattern, by))


def test_money_moved_outside_claims_counts_in_the_balance():
    moved = damage(BASES["835"], rb"BPR\*I\*240", b"BPR*I*200")
    moved = damage(moved, rb"~SE\*(\d+)\*0001", rb"~PLB*1234567893*20261231*WO:ICN1*40~SE*\1*0001")
    count = moved[: moved.index(b"~SE*")].count(b"~")
    assert faults(damage(moved, rb"SE\*\d+\*0001", b"SE*%d*0001" % count)) == []


def test_many_interchanges_share_their_names():
    """All outcomes are kept for the 999, so a file of many interchanges must not keep each name many times."""
    validation = validate(BASES["837P"] * 2)
    list(validation)
    first, second = validation.interchanges
    assert all(a is b for a, b in zip(first.isa, second.isa, strict=True))
    assert first.groups[0].sender is second.groups[0].sender
    assert first.groups[0].sets[0].version is second.groups[0].sets[0].version


def test_the_whole_set_of_faults_is_said_not_the_first():
    document = damage(BASES["837P"], rb"(CLM\*T-1)\*650", rb"\1*ABC")
    document = damage(document, rb"HC:64483:RT", b"HC:64483:RT:59:LT:76:::9", n=1)
    document = damage(document, rb"472\*D8\*\d+", b"472*D8*20241399", n=4)
    document = damage(document, rb"~SE\*\d+\*0002", rb"~SE*1*0002")
    assert faults(document) == [
        ("bad-characters", "CLM02"), ("too-many-components", "SV101-9"), ("bad-date", "DTP03"), ("count", "SE01"),
    ]  # fmt: skip


def test_a_fault_of_one_kind_is_shown_so_often_and_counted_always():
    document = BASES["837P"].replace(b"472*D8*20260220", b"472*D8*20241399")
    validation = validate(document, limit=2)
    assert len(list(validation)) == 2
    assert validation.errors == 4 * PER_SET
    assert validation.left_out == {("bad-date", "DTP03"): 4 * PER_SET - 2}


def test_a_certificate_of_necessity_may_come_with_its_own_transmission_code():
    document = damage(BASES["837P"], rb"(~DTP\*472)", rb"~PWK*CT*AD\1")
    document = damage(document, rb"SE\*(\d+)\*0001", b"SE*%d*0001" % (document[: document.index(b"~SE*")].count(b"~")))
    assert ("unknown-code", "PWK02") not in faults(document)
    assert ("unknown-code", "PWK02") in faults(document.replace(b"PWK*CT*AD", b"PWK*CT*QQ"))


def test_a_code_the_list_may_not_have_yet_is_only_doubtful():
    for place, severity in ((b"ZZ", Severity.ERROR), (b"96", Severity.WARNING)):
        (finding,) = findings(damage(BASES["837P"], rb"11:B:1", place + b":B:1"))
        assert (finding.check, finding.severity) == ("unknown-code", severity)


def test_a_place_says_segment_loop_element_claim_and_byte():
    document = damage(BASES["837P"], rb"472\*D8\*\d+", b"472*D8*20241399", n=3).replace(b"~", b"~\r\n")
    (finding,) = findings(document)
    place = finding.place
    assert document[place.offset :].startswith(b"DTP*472*D8*20241399")
    assert place.number == document[: place.offset].count(b"~") + 1
    assert place.position == document[document.index(b"ST*") : place.offset].count(b"~") + 1
    assert (finding.loop, finding.reference, place.claim_id, place.transaction) == ("2400", "DTP03", "T-2", "0001")
    assert str(finding) == (
        f"segment {place.number} (DTP03, loop 2400, byte {place.offset}): found '20241399', expected a date as CCYYMMDD"
    )


def test_no_finding_and_no_log_holds_a_patients_data(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    document = BASES["837P"]
    for pattern, by in (
        (b"D8*19600517", b"D8*1960MAY7"), (b"*1ZZ9ZZ9ZZ99", b"*1ZZ9ZZ9ZZ99" + b"9" * 90),
        (b"ZZTEST-007", b"ZZTEST\x07007"),
        (b"10001", b"100O1SECRET"), (b"*T-1*", b"*T-1" + b"SECRET" * 9 + b"*"), (b"~SBR*P", b"~SECRETNAME*1~SBR*P"),
    ):  # fmt: skip
        document = document.replace(pattern, by)
    found = findings(document)
    assert len({f.check for f in found}) >= 4
    said = " ".join(str(f) for f in found) + caplog.text + "".join(capfd.readouterr())
    for secret in ("1960", "1ZZ9", "ZZTEST", "SECRET", "007"):
        assert secret not in said


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d[: d.index(b"GS*")] + b"x" * 20_000_000,
        lambda d: d[:200] + bytes(range(256)) * 20_000,
        lambda d: d[: d.index(b"SE*")] + b"~" * 2_000_000,
        lambda d: d.replace(b"HC:64483", b"HC" + b":" * 60_000),
        lambda d: d.replace(b"SV1*", b"SV1" + b"*" * 60_000),
    ],
    ids=["20_mb_without_terminator", "binary_after_isa", "terminators", "components", "elements"],
)
@BOTH
def test_no_input_hangs(kind, make):
    begun = time.monotonic()
    validation = validate(make(BASES[kind]))
    list(validation)
    assert time.monotonic() - begun < SECONDS


def test_a_large_file_is_said_as_it_is_read():
    class Endless(io.RawIOBase):
        """Claims without end: only what is asked for is read."""

        def __init__(self):
            document = BASES["837P"]
            self.head, self.body = document[: document.index(b"~SE*") + 1], b"ZZZ*1~" * 1000
            self.given = 0

        def read(self, size=-1):
            chunk = self.body if self.given else self.head
            self.given += len(chunk)
            return chunk

    source = Endless()
    first = next(iter(validate(source)))
    assert first.check == "unknown-segment"
    assert source.given < 100_000


def test_a_failing_validator_costs_only_its_segment(monkeypatch):
    import pyx12.map_if

    real = pyx12.map_if.segment_if.is_valid_errors

    def fails(self, segment):
        if self.id == "HI":
            raise IndexError("list index out of range")
        return real(self, segment)

    monkeypatch.setattr(pyx12.map_if.segment_if, "is_valid_errors", fails)
    found = findings(damage(BASES["837P"], rb"472\*D8\*\d+", b"472*D8*20241399"))
    assert [f.check for f in found].count("validator-failed") == 2 * PER_SET
    assert ("bad-date", "DTP03") in [(f.check, f.reference) for f in found]
    failed = next(f for f in found if f.check == "validator-failed")
    assert f"near segment {failed.place.number}" in failed.found


# The 999


def acknowledged(document):
    validation = validate(document)
    list(validation)
    return write_999(validation.interchanges, moment=MOMENT)


def lines_of(document):
    return acknowledged(document).decode().replace("~", "").splitlines()


@BOTH
def test_a_good_file_is_accepted(kind):
    lines = lines_of(BASES[kind])
    assert [line for line in lines if line.startswith("IK5")] == ["IK5*A", "IK5*A"]
    assert "AK9*A*2*2*2" in lines
    assert not [line for line in lines if line.startswith("IK3")]


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_every_999_is_valid_to_pyx12_itself(kind, name):
    import pyx12.params
    import pyx12.x12n_document

    written = acknowledged(case(name, kind)[0])
    assert findings(written) == []
    report = io.StringIO()
    verdict = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(written.decode()), None, None, fd_json=report
    )
    assert verdict, report.getvalue()


@BOTH
def test_a_set_with_a_fault_is_rejected_alone(kind):
    lines = lines_of(case("13_charge_abc", kind)[0])
    segment, element = {"837P": ("CLM", "2"), "835": ("CLP", "3")}[kind]
    assert [line[:5] for line in lines if line.startswith("IK5")] == ["IK5*R", "IK5*A"]
    assert "AK9*P*2*2*1" in lines
    (rejected,) = [line for line in lines if line.startswith("IK3")]
    assert rejected.startswith(f"IK3*{segment}*")
    assert rejected.endswith("*8")
    assert f"IK4*{element}*782*6*ABC" in lines


def test_numbering_faults_are_in_the_999():
    document = damage(BASES["837P"], rb"HL\*2\*1\*22", b"HL*2*9*22")
    assert "IK4*2*734*I12*9" in lines_of(document)
    assert "IK4*1*554*I12*3" in lines_of(damage(BASES["837P"], rb"LX\*2~", b"LX*3~"))


def test_a_balance_is_not_the_business_of_a_999():
    assert "AK9*A*2*2*2" in lines_of(case("21_out_of_balance", "837P")[0])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("5_wrong_se01", "IK5*R*4"),
        ("20_st_without_se", "IK5*R*2"),
        ("11_no_ge_iea", "AK9*R*2*2*0*3"),
        ("24_retired_version", "AK9*R*2*2*0*2"),
    ],
)
@BOTH
def test_faults_of_the_envelope_are_in_the_999(kind, name, said):
    assert said in lines_of(case(name, kind)[0])


def test_the_999_goes_back_to_the_sender():
    lines = lines_of(BASES["837P"])
    isa = lines[0].split("*")
    assert (isa[6].strip(), isa[8].strip(), isa[9], isa[15]) == ("PAYERHUB", "PRACTICE", "260303", "T")
    assert lines[1].startswith("GS*FA*PAYERHUB*PRACTICE*20260303*1230*1*X*005010X231A1")


@pytest.mark.parametrize(
    ("old", "new"), [(b"*0001", b"*1"), (b"X*005010X222A1~", b"X*~"), (b"ST*837*0001*005010X222A1", b"ST*837")]
)
def test_a_999_repeats_only_what_it_may(old, new):
    assert findings(acknowledged(BASES["837P"].replace(old, new))) == []


def test_a_999_is_not_answered():
    assert acknowledged(acknowledged(BASES["837P"])) == b""
