"""Bad input never costs good input: what is wrong is said, where it is, and the neighbours still come."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from claims.claim import Person, Subscriber
from claims.errors import UnreadableFile
from claims.x12 import read_835, read_837, sniff, write_837
from tests.claims.builders import ENVELOPE, claim
from tests.claims.wire import BASE_835, BASE_837, BASES, CLAIMS, PER_SET, READERS, RECORD, lost, read_all

ALL = 2 * PER_SET
BOTH = pytest.mark.parametrize("kind", ["837P", "835"])


def nth(document: bytes, pattern: bytes, n: int) -> re.Match[bytes]:
    return list(re.finditer(pattern, document))[n]


def damage(document: bytes, pattern: bytes, n: int, by: bytes) -> bytes:
    """The document with the n-th match replaced."""
    found = nth(document, pattern, n)
    return document[: found.start()] + found.expand(by) + document[found.end() :]


@BOTH
@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"", "an empty file"),
        (b" \r\n\x00\x1a", "an empty file"),
        (b"ISA*00*          *00*          *ZZ*PRACTICE       *ZZ", "an ISA segment cut after 53 bytes"),
        (bytes(range(256)) * 16, "a file that does not begin with ISA"),
        ("ISA*00*".encode("utf-16"), "UTF-16 text"),
        (b"ISA" + b"\xff" * 500, "an ISA segment without a separator after its name"),
        (b"GS*HC*A*B*20260101*1200*1*X*005010X222A1~", "a file that begins with GS, without its envelope"),
        (b"ST*835*1234~BPR*I*1~", "a file that begins with ST, without its envelope"),
    ],
)
def test_a_file_that_is_no_interchange_is_named_for_what_it_is(kind, document, found):
    with pytest.raises(UnreadableFile) as error:
        next(READERS[kind](document))
    assert error.value.found == found
    assert error.value.advice
    assert sniff(document) == ""


@BOTH
def test_a_file_cut_in_the_middle_of_a_segment_loses_only_the_record_it_is_cut_in(kind):
    cut_at = nth(BASES[kind], RECORD[kind].encode() + rb"\*", 4).end() + 60
    records, refusals = read_all(BASES[kind][:cut_at], kind)
    assert len(records) == 4
    assert lost(refusals) == 1
    assert refusals[0].claim_id == "T-5"
    assert "the end of the file" in str(refusals[0].error)
    assert "it was cut" not in str(refusals[0].error)
    assert [r.error.segment for r in refusals[1:]] == ["SE", "GE", "IEA"]


@BOTH
def test_a_record_the_cut_may_have_shortened_is_refused_even_at_a_segment_end(kind):
    cut_at = nth(BASES[kind], b"~SE", 0).start() + 1
    records, refusals = read_all(BASES[kind][:cut_at], kind)
    assert (len(records), lost(refusals)) == (PER_SET - 1, 1)


@BOTH
@pytest.mark.parametrize(
    ("pattern", "by", "element", "found"),
    [
        (rb"~SE\*\d+", rb"~SE*999", "SE01", "'999'"),
        (rb"(~SE\*\d+)\*0001", rb"\1*0009", "SE02", "'0009'"),
        (rb"~GE\*2", rb"~GE*3", "GE01", "'3'"),
        (rb"~GE\*2\*7", rb"~GE*2*8", "GE02", "'8'"),
        (rb"~IEA\*1", rb"~IEA*x", "IEA01", "'x'"),
        (rb"~IEA\*1\*000000007", rb"~IEA*1*000000008", "IEA02", "'000000008'"),
    ],
)
def test_a_wrong_trailer_is_stated_and_loses_nothing(kind, pattern, by, element, found):
    records, refusals = read_all(damage(BASES[kind], pattern, 0, by), kind)
    assert len(records) == ALL
    assert [(r.error.element, r.error.found, r.claims_lost) for r in refusals] == [(element, found, 0)]


@BOTH
def test_missing_trailers_of_group_and_interchange_are_stated(kind):
    records, refusals = read_all(BASES[kind][: BASES[kind].index(b"GE*")], kind)
    assert len(records) == ALL
    assert [r.error.segment for r in refusals] == ["GE", "IEA"]


@BOTH
def test_a_set_without_its_trailer_keeps_its_records(kind):
    records, refusals = read_all(damage(BASES[kind], rb"SE\*\d+\*0001~", 0, b""), kind)
    assert len(records) == ALL
    assert len(refusals) == 1
    assert "ST before SE" in str(refusals[0].error)


def test_a_level_under_a_missing_parent_is_stated_and_its_claims_are_read():
    records, refusals = read_all(damage(BASE_837, rb"HL\*2\*1\*22", 0, b"HL*2*9*22"), "837P")
    assert len(records) == ALL
    assert [(r.error.element, r.error.found) for r in refusals] == [("HL02", "'9'")]


def test_claims_under_a_level_nobody_knows_are_refused():
    records, refusals = read_all(damage(BASE_837, rb"HL\*2\*1\*22", 0, b"HL*2*1*77"), "837P")
    assert (len(records), lost(refusals)) == (PER_SET, PER_SET)
    assert refusals[0].error.element == "HL03"


@pytest.mark.parametrize(
    ("kind", "pattern", "by", "element", "found"),
    [
        ("837P", rb"DTP\*472\*D8\*\d+", b"DTP*472*D8*20241399", "DTP03", "'20241399'"),
        ("835", rb"DTM\*472\*\d+", b"DTM*472*20241399", "DTM02", "'20241399'"),
        ("837P", rb"(CLM\*T-1)\*\d+", rb"\1*ABC", "CLM02", "'ABC'"),
        ("837P", rb"(CLM\*T-1)\*\d+", rb"\1*NaN", "CLM02", "'NaN'"),
        ("837P", rb"(CLM\*T-1)\*\d+", rb"\1*1E5", "CLM02", "'1E5'"),
        ("835", rb"(CLP\*T-1\*1)\*\d+", rb"\1*ABC", "CLP03", "'ABC'"),
        ("835", rb"SVC\*HC:64483:RT\*500", b"SVC*HC:64483:RT*", "SVC02", "nothing"),
        ("835", rb"CAS\*CO\*197\*500", b"CAS*CO*197*5O0", "CAS03", "'5O0'"),
        ("835", rb"CAS\*CO\*197\*500", b"CAS*CO**500", "CAS02", "nothing"),
        ("837P", rb"CLM\*T-1", b"CLM*", "CLM01", "nothing"),
        ("835", rb"CLP\*T-1", b"CLP*", "CLP01", "nothing"),
        ("837P", rb"SV1\*HC:64483:RT\*500\*UN\*1", b"SV1*HC:64483:RT*500*UN*", "SV104", "nothing"),
        ("837P", rb"SV1\*HC:64483:RT", b"SV1*HC", "SV101-2", "nothing"),
        ("837P", rb"\*UN\*1\*\*\*1~", b"*UN*1***A~", "SV107-1", "'A'"),
        ("837P", rb"HI\*ABK:M5416", b"HI*ABK", "HI01-2", "nothing"),
        ("837P", rb"LX\*2", b"LX*1", "LX01", "line 1 a second time"),
        ("837P", rb"SV1\*[^~]*~", b"", "", "a service line without SV1"),
        ("837P", rb"LX\*1~SV1\*[^~]*~DTP[^~]*~REF\*6R\*L1~LX\*2~SV1\*[^~]*~DTP[^~]*~REF[^~]*~", b"", "",
         "a claim without service lines"),
    ],
)  # fmt: skip
def test_a_record_with_something_unreadable_is_refused_alone(kind, pattern, by, element, found):
    records, refusals = read_all(damage(BASES[kind], pattern, 0, by), kind)
    unreadable = [r for r in refusals if r.claims_lost]
    assert (len(records), lost(refusals)) == (ALL - 1, 1)
    assert (unreadable[0].error.element, unreadable[0].error.found) == (element, found)
    assert unreadable[0].error.expected


@pytest.mark.parametrize("kind", ["837P", "835"])
def test_a_refusal_says_the_ordinal_and_offset_of_the_segment(kind):
    amount = {"837P": rb"(CLM\*T-4)\*\d+", "835": rb"(CLP\*T-4\*1)\*\d+"}[kind]
    bad = damage(BASES[kind], amount, 0, rb"\1*ABC").replace(b"~", b"~\r\n")
    (refusal,) = read_all(bad, kind)[1]
    assert bad[refusal.error.offset :].startswith(RECORD[kind].encode() + b"*T-4")
    assert refusal.error.number == bad[: refusal.error.offset].count(b"~") + 1
    assert refusal.claim_id == "T-4"


def test_a_subscriber_who_cannot_be_read_costs_his_claims_only():
    other = claim(id="T-9", subscriber=Subscriber(), patient=Person())
    document = write_837([*CLAIMS[:2], other], ENVELOPE).replace(b"D8*19600517", b"D8*19601317")
    records, refusals = read_all(document, "837P")
    assert [r.id for r in records] == ["T-9"]
    assert [(r.error.element, r.claims_lost, r.claim_id) for r in refusals] == [
        ("DMG02", 1, "T-1"),
        ("DMG02", 1, "T-2"),
    ]


def test_no_error_holds_what_may_be_a_patients():
    document = BASE_837.replace(b"D8*19600517", b"D8*1960 May").replace(
        b"SV1*HC:64483:RT*500", b"SV1*HC:64483:RT*ZZTEST"
    )
    for refusal in read_all(document, "837P")[1]:
        for text in (str(refusal.error), str(refusal.error.fields())):
            assert "1960" not in text
            assert "May" not in text
            assert "ZZTEST" not in text


def test_names_in_latin_1_and_in_utf_8_are_read():
    for encoding in ("latin-1", "utf-8"):
        document = BASE_837.replace(b"ZZTEST-007", "ZZTEST-NÚÑEZ".encode(encoding))
        assert {c.patient.last_name for c in read_all(document, "837P")[0]} == {"ZZTEST-NÚÑEZ"}


@BOTH
@pytest.mark.parametrize(
    "table",
    [
        bytes.maketrans(b"*:^~", b"|>!'"),
        bytes.maketrans(b"*:^~", b"\x1d\x1f\x1e\x1c"),
        bytes.maketrans(b"~", b"\n"),
        bytes.maketrans(b"~", b"\r"),
    ],
)
def test_any_delimiters_are_read(kind, table):
    assert read_all(BASES[kind].translate(table), kind) == (list(READERS[kind](BASES[kind])), [])


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.replace(b"~", b"~\r\n"),
        lambda d: d.replace(b"~", b"~\n"),
        lambda d: d.replace(b"~", b"\r\n", 0).replace(b"~", b"\n").replace(b"\n", b"\r\n"),
        lambda d: b"\n".join(d[i : i + 80] for i in range(0, len(d), 80)),
        lambda d: b"\xef\xbb\xbf" + d,
        lambda d: b"\r\n\r\n" + d,
        lambda d: d + b"\x00\x1a\x1a",
        lambda d: d.replace(b"~", b"~~"),
        lambda d: d.replace(b"~", b" ~ "),
        lambda d: d[:-1],
    ],
    ids=[
        "crlf",
        "lf",
        "crlf_alone",
        "wrapped",
        "bom",
        "blank_start",
        "ctrl_z",
        "empty_segments",
        "spaces",
        "no_last_terminator",
    ],
)
def test_how_the_lines_are_broken_changes_nothing(kind, change):
    changed = change(BASES[kind])
    assert read_all(changed, kind) == (list(READERS[kind](BASES[kind])), [])


@BOTH
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_how_the_bytes_arrive_changes_nothing(kind, size):
    class Trickle(io.BytesIO):
        def read(self, n=-1):
            return super().read(min(n, size))

    assert list(READERS[kind](Trickle(BASES[kind]))) == list(READERS[kind](BASES[kind]))


@BOTH
@pytest.mark.parametrize("size", [70_000, 5_000_000])
def test_a_segment_over_the_cap_costs_the_record_it_stands_in(kind, size):
    first = {"837P": rb"(~SV1\*)", "835": rb"(~SVC\*)"}[kind]
    document = damage(BASES[kind], first, 0, rb"~NTE*ADD*" + b"x" * size + rb"\1")
    records, refusals = read_all(document, kind)
    assert (len(records), lost(refusals)) == (ALL - 1, 1)
    assert f"a segment of {size + 8} bytes" in str(refusals[0].error)


@BOTH
def test_a_record_segment_over_the_cap_is_counted(kind):
    document = damage(BASES[kind], rb"~(CL[MP]\*T-2)", 0, rb"~\1" + b"x" * 100_000)
    records, refusals = read_all(document, kind)
    assert (len(records), lost(refusals)) == (ALL - 1, 1)
    assert [getattr(r, "id", None) or r.claim_id for r in records] == ["T-1", "T-3", "T-4", "T-5", "T-6"]


@BOTH
def test_a_long_segment_under_the_cap_is_read(kind):
    first = {"837P": rb"(~SV1\*)", "835": rb"(~SVC\*)"}[kind]
    document = damage(BASES[kind], first, 0, rb"~NTE*ADD*" + b"x" * 20_000 + rb"\1")
    assert len(read_all(document, kind)[0]) == ALL


@BOTH
def test_an_unknown_segment_costs_nothing(kind):
    document = BASES[kind].replace(b"~REF*6R", b"~ZZZ*1*2*3~REF*6R")
    records, refusals = read_all(document, kind)
    assert len(records) == ALL
    unknown = [r.error for r in refusals if r.error.segment == "ZZZ"]
    assert [(e.found, e.expected) for e in unknown] == [
        (f"the segment ZZZ, {document.count(b'ZZZ')} times in the file", "a segment of the guide")
    ]
    assert {r.error.element for r in refusals if r.error not in unknown} == {"SE01"}


@BOTH
def test_a_composite_with_too_many_components_is_read(kind):
    assert len(read_all(BASES[kind].replace(b"HC:64483:RT", b"HC:64483:RT:1:2:3:4:5:6:7:8:9"), kind)[0]) == ALL


@BOTH
def test_a_file_that_came_twice_is_read_twice_and_says_so(kind):
    records, refusals = read_all(BASES[kind] + BASES[kind], kind)
    assert len(records) == 2 * ALL
    assert [r.error.element for r in refusals] == ["ISA13", "ST02", "ST02"]
    places = {(r.origin.interchange, r.origin.transaction, r.origin.ordinal) for r in records}
    assert len(places) == 2 * ALL  # an identity is never given twice


@BOTH
def test_interchanges_with_different_delimiters_may_share_a_file(kind):
    other = BASES[kind].translate(bytes.maketrans(b"*:^~", b"|>!'")).replace(b"000000007", b"000000008")
    for document in (BASES[kind] + other, other + BASES[kind], BASES[kind] + b"\n" + other + b"\n" + BASES[kind]):
        records, refusals = read_all(document, kind)
        assert len(records) == ALL * (document.count(b"ISA*") + document.count(b"ISA|"))
        assert lost(refusals) == 0


@BOTH
def test_record_segments_in_small_letters_are_refused_not_run_together(kind):
    name = RECORD[kind].encode()
    document = damage(BASES[kind], name + rb"\*T-2", 0, name.lower() + b"*T-2")
    records, refusals = read_all(document, kind)
    assert (len(records), lost(refusals)) == (ALL - 1, 1)
    assert "capital letters" in str(refusals[0].error)
    assert all(len(r.lines) == 2 for r in records)


@pytest.mark.parametrize(("kind", "missing"), [("837P", rb"CLM\*T-2[^~]*~"), ("835", rb"CLP\*T-2[^~]*~")])
def test_a_record_without_its_first_segment_never_joins_its_neighbour(kind, missing):
    records, refusals = read_all(damage(BASES[kind], missing, 0, b""), kind)
    assert all(len(r.lines) == 2 for r in records)
    assert "out of place" in str(refusals[0].error)


@pytest.mark.parametrize("version", [b"005010X222", b"005010X222A2"])
def test_near_versions_are_read_and_stated(version):
    records, refusals = read_all(BASE_837.replace(b"005010X222A1", version), "837P")
    assert len(records) == ALL
    assert {(r.error.element, r.error.found) for r in refusals} == {("ST03", repr(version.decode()))}


@pytest.mark.parametrize(
    ("document", "reader", "found", "advice"),
    [
        (BASE_835, read_837, "a remittance (835), version 005010X221A1", "read_835"),
        (BASE_837, read_835, "a professional claim (837P), version 005010X222A1", "read_837"),
        (BASE_837.replace(b"X222A1", b"X223A2"), read_837, "an institutional claim (837I), version 005010X223", "837P"),
        (BASE_837.replace(b"X222A1", b"X224A2"), read_837, "a dental claim (837D), version 005010X224A2", "837P"),
        (BASE_837.replace(b"005010X222A1", b"004010X098A1"), read_837, "a professional claim of the retired", ""),
        (BASE_835.replace(b"005010X221A1", b"004010X091A1"), read_835, "a remittance of the retired version 4010", ""),
        (BASE_835.replace(b"ST*835", b"ST*820"), read_835, "a transaction set 820", ""),
        (BASE_837[: BASE_837.index(b"ST*")], read_837, "an interchange without a transaction set", "first ST"),
    ],
)  # fmt: skip
def test_another_transaction_is_refused_by_name(document, reader, found, advice):
    with pytest.raises(UnreadableFile) as error:
        next(reader(document))
    assert error.value.found.startswith(found)
    assert advice in error.value.advice


def test_a_file_of_both_kinds_gives_each_reader_its_own():
    mixed = BASE_837 + BASE_835.replace(b"000000007", b"000000008")
    for kind, foreign in (("837P", "a remittance (835)"), ("835", "a professional claim (837P)")):
        records, refusals = read_all(mixed, kind)
        assert len(records) == ALL
        assert [r.claims_lost for r in refusals] == [0, 0]
        assert all(foreign in str(r.error) for r in refusals)


def test_an_isa_of_the_wrong_width_is_read_and_stated():
    records, refusals = read_all(BASE_837.replace(b"PRACTICE       *", b"PRACTICE*", 1), "837P")
    assert len(records) == ALL
    assert [(r.error.segment, r.error.found) for r in refusals] == [("ISA", "99 characters")]
    assert records[0].origin.sender == "PRACTICE"


def test_another_payers_view_of_the_claim_never_becomes_the_claims():
    other = (
        b"SBR*S*01*******CI~CAS*PR*1*21.89~AMT*D*39.15~AMT*F5*9~OI***Y***Y~NM1*IL*1*ZZTEST-OTHER*SAM****MI*OTHERID~"
        b"N3*9 OTHER STREET~N4*OTHERTOWN*CA*90001~NM1*PR*2*OTHER PAYER*****PI*OTHERPAYER~DTP*573*D8*20260101~"
        b"REF*G1*OTHERAUTH~REF*F8*OTHERICN~NM1*82*1~LX*1~"
    )
    document = BASE_837.replace(b"LX*1~", other).replace(b"REF*6R*L1~", b"REF*G1*OTHERS**2U:OTHERPAYER~REF*6R*L1~")
    read = read_all(document, "837P")[0]
    assert [replace(c, other_payers=(), lines=tuple(replace(x, extra=()) for x in c.lines)) for c in read] == CLAIMS


def test_a_line_keeps_its_own_rendering_and_ordering_provider():
    own = b"REF*6R*L1~NM1*82*1*ZZTEST*OTHER****XX*1003000126~PRV*PE*PXC*207L00000X~"
    own += b"NM1*DK*1*ZZTEST*ORDER****XX*1234567893~"
    first = read_all(BASE_837.replace(b"REF*6R*L1~", own), "837P")[0][0]
    assert first.lines[0].rendering.npi == "1003000126"
    assert first.lines[0].rendering.taxonomy == "207L00000X"
    assert first.lines[0].ordering.npi == "1234567893"
    assert first.lines[1].rendering is None
    assert first.rendering.npi == "1234567893"


def test_segments_are_numbered_as_they_stand_in_the_file():
    first = read_all(BASE_837, "837P")[0][0]
    numbered = BASE_837.decode().split("~")
    for key, number in [*first.segments.items(), *first.lines[1].segments.items()]:
        assert numbered[number - 1].startswith(key.split("*")[0] if key.startswith("HL*") else key)
    assert {"CLM", "HI", "SBR", "NM1*85", "NM1*82", "NM1*PR", "NM1*IL"} <= set(first.segments)
    assert {"LX", "SV1", "DTP*472", "REF*6R"} <= set(first.lines[1].segments)


def test_known_on_is_the_day_the_sender_gave():
    assert read_all(BASE_837, "837P")[0][0].origin.known_on == ENVELOPE.day
    without = damage(BASE_837, rb"(BHT\*0019\*00\*\w+)\*\d+", 0, rb"\1*2026").replace(
        b"*20260302*1200*7", b"*20260304*1200*7"
    )
    records, refusals = read_all(without, "837P")
    assert records[0].submitted_on.day == 4  # GS04
    assert [(r.error.element, r.claims_lost) for r in refusals] == [("BHT04", 0)]


def test_a_remittance_is_known_on_the_later_of_its_two_days():
    later = BASE_835.replace(b"DTM*405*20260302", b"DTM*405*20260305")
    assert {r.known_on.day for r in read_all(later, "835")[0]} == {5}
    earlier = BASE_835.replace(b"DTM*405*20260302", b"DTM*405*20260225")
    assert {r.known_on.day for r in read_all(earlier, "835")[0]} == {2}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (BASE_837, "837P"),
        (BASE_835, "835"),
        (BASE_837[:200], "837P"),
        (BASE_837.replace(b"X222A1", b"X223A2"), "x12"),
        (BASE_837.replace(b"ST*837", b"ST*999").replace(b"X222A1", b"X231A1"), "999"),
        (BASE_837.replace(b"ST*837", b"ST*277").replace(b"X222A1", b"X214"), "277CA"),
        (BASE_837[:110], "x12"),
        (b"%PDF-1.7", ""),
        (b"{}", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(head, kind):
    assert sniff(head) == kind
