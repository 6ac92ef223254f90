"""What happens to files: accidents of people, systems and lines, each a function of the bytes and of chance."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.fuzz.bases import FILES, FOREIGN

Mutation = Callable[[bytes, Random], bytes]

ISA = 106
VALUES = (
    b"", b" ", b"0", b"-1", b"-0", b".", b"1E5", b"NaN", b"Infinity", b"99999999999999999999", b"1.123456789",
    b"1,50", b"+5", b"00000000", b"20241399", b"99991231", b"20260229", b"20260220-", b"-", b"HC", b"HC:", b":",
    b"::::::::::::", b"HC:1:2:3:4:5:6:7:8:9:10", b"ABK:", b"ABK", b"18", b"\xd1", b"\xc3\x91", "٣".encode(),
    "Ⅷ".encode(), b"\x85", b"\x1c", b"\x00", b"1" * 300, b"A" * 5000, b"0x10", b"1_000", b"~", b"*", b"\xff\xfe",
    b"\xe2\x80\xa8",
)  # fmt: skip
SEGMENTS = (
    b"ZZZ*1*2", b"", b" ", b"*", b"**", b"CLM", b"CLM*X*1", b"CLP", b"CLP*X*1*1*1", b"clm*x*1", b"Clp*x*1*1*1",
    b"CLM *X*1", b"SE", b"SE*1*0001", b"ST", b"ST*837*0009*005010X222A1", b"ST*835*0009", b"ST*999*0009",
    b"ST *835*0009", b"ST*837*0009*005010X223A2", b"GE*1*7", b"GS*HC*A*B*20260101*1200*1*X*005010X222A1",
    b"GS*HP*A*B*20260101*1200*1*X*", b"GS", b"IEA*1*000000007", b"ISA", b"ISA*00*x",
    b"TA1*000000007*260302*0900*A*000", b"HL", b"HL*9*1*22*0", b"HL*1**20*1", b"HL*5*4*23*0", b"HL*5*5*77", b"LX",
    b"LX*1", b"LX*x", b"SV1", b"SV1*HC:99213*1*UN*1***1", b"sv1*HC:1*1", b"SVC", b"SVC*HC:99213*1*1", b"SBR*S*18",
    b"SBR", b"NM1", b"NM1*PR", b"NM1*IL*1*ZZTEST", b"CAS", b"CAS*CO*45*1", b"CAS*CO", b"CAS*CO*45*x", b"HI",
    b"HI*ABK", b"DTP*472*D8", b"DTM*472*x", b"PLB", b"PLB*1*2*WO", b"LQ*HE*N1", b"SVD*X*1", b"REF*6R", b"REF*F8*7",
    b"PWK", b"K3", b"NTE", b"AMT*B6*x", b"AMT*F5*x", b"MOA", b"BHT", b"BPR", b"N3", b"N4", b"DMG*D8*x", b"PAT",
    b"MIA*0", b"MOA***N130*x*MA18", b"AMT*B6*10", b"NM1*74*1", b"NM1*74*1**X****C*9", b"NM1*QC*1**X", b"LQ*HE",
    b"LQ*RX*1", b"SVC*HC:99213*1*1**1*HC:99214*1", b"SVC*NU:0450*1*1", b"PLB*1*20261231*WO:7*1*FB*2**",
    b"PLB*1*20261231*L6*x", b"CLP*X*22*-1*-1", b"CLP*X*25*1*0", b"BPR*H*0*C*NON", b"LX*2", b"TS3*1", b"HL*9*1*PT",
    b"HL*9*1*19*1", b"HL*9*1*21*1", b"HL*1**20*1", b"hl*9*1*PT", b"NM1*QC*1*ZZTEST", b"NM1*85*2*X*****XX*1",
    b"NM1*41*2*X", b"TRN", b"TRN*2*X", b"TRN*1*0", b"trn*2*x", b"STC", b"STC*A7:21*20260112*U*5", b"STC*A2:20**WQ",
    b"STC*A3", b"STC*:21", b"stc*A7:21", b"SVC*HC:99213*x", b"REF*1K*7", b"REF*FJ*L9", b"DTP*472*D8*20260105",
    b"DTP*050*D8*x", b"AK1", b"AK1*HC*8", b"AK2", b"AK2*837*0009", b"ak2*837*0009", b"IK3", b"IK3*CLM*22*2300*8",
    b"IK3*CLM*x", b"IK4", b"IK4*5:3*1331*7", b"IK4*x", b"IK5", b"IK5*A", b"IK5*R*5", b"AK9", b"AK9*R*1*1*0",
    b"AK9*P*1*1*0", b"AK9*A*1*1*1", b"CTX", b"ST*271*0009*005010X279A1", b"ST*278*0009*005010X217", b"HL*9*2*22*0",
    b"HL*5*4*EV*1", b"HL*6*5*SS*0", b"hl*6*5*SS*0", b"hl*5*4*EV*1", b"HL*9*77*EV*0", b"AAA", b"AAA*N**75*C",
    b"aaa*N**75", b"EB", b"EB*1**30", b"EB*R**30*HN", b"EB*F**30***29*x", b"eb*1**30", b"LS*2120", b"LE*2120",
    b"NM1*03*1*ZZTEST",
    b"NM1*X3*2*X", b"NM1*PRP*2*X", b"UM*HS*I", b"HCR*A1*7", b"HCR", b"hcr*A1*7", b"HSD*VS*3",
    b"HSD*VS*x", b"DTP*291*D8*x", b"DTP*007*D8*x", b"SV1*HC:64483", b"DMG*D8*19600230*F", b"INS*N*19",
    b"TRN*1*7*9", b"III*ZZ*22", b"BHT*0007*13",
)  # fmt: skip


def _terminator(document: bytes) -> bytes:
    return document[ISA - 1 : ISA] or b"~"


def _element(document: bytes) -> bytes:
    return document[3:4] or b"*"


def _at(document: bytes, random: Random) -> int:
    """A place in the file: seldom in its first segment, without which nothing can be read."""
    first = 0 if len(document) <= ISA or random.random() < 0.05 else ISA
    return random.randrange(first, len(document) + 1)


def _cut(document: bytes, random: Random) -> tuple[list[bytes], int]:
    """The segments, and one of them: seldom the first."""
    segments = document.split(_terminator(document))
    first = 0 if len(segments) < 3 or random.random() < 0.05 else 1
    return segments, random.randrange(first, len(segments))


def _join(document: bytes, segments: list[bytes]) -> bytes:
    return _terminator(document).join(segments)


def drop_segments(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    del segments[i : i + random.choice((1, 1, 1, 2, 5, 20))]
    return _join(document, segments)


def repeat_segments(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    run = segments[i : i + random.choice((1, 1, 1, 3, 12))]
    j = random.choice((i, random.randrange(len(segments))))
    segments[j:j] = run
    return _join(document, segments)


def swap_segments(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    j = random.choice((min(i + 1, len(segments) - 1), random.randrange(len(segments))))
    segments[i], segments[j] = segments[j], segments[i]
    return _join(document, segments)


def insert_segment(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    segments.insert(i, random.choice(SEGMENTS).replace(b"*", _element(document)))
    return _join(document, segments)


def cut_off(document: bytes, random: Random) -> bytes:
    return document[: _at(document, random)]


def cut_out(document: bytes, random: Random) -> bytes:
    i = _at(document, random)
    return document[:i] + document[i + random.choice((1, 1, 2, 8, 40, 300)) :]


def overwrite_bytes(document: bytes, random: Random) -> bytes:
    i, new = _at(document, random), random.randbytes(random.choice((1, 1, 1, 2, 8)))
    return document[:i] + new + document[i + len(new) :]


def insert_bytes(document: bytes, random: Random) -> bytes:
    i = _at(document, random)
    return document[:i] + random.randbytes(random.choice((1, 1, 2, 16, 200))) + document[i:]


def insert_separators(document: bytes, random: Random) -> bytes:
    i, separators = (
        _at(document, random),
        (_terminator(document), _element(document), b":", b"^", b"\n", b"\r\n", b" ", b"\0"),
    )
    return document[:i] + random.choice(separators) * random.choice((1, 1, 2, 17)) + document[i:]


def change_element(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    elements = segments[i].split(_element(document))
    j = random.randrange(len(elements))
    action = random.randrange(5)
    if action == 0:
        del elements[j]
    elif action == 1:
        del elements[j:]
    elif action == 2:
        elements.insert(j, random.choice(VALUES))
    else:
        elements[j] = random.choice(VALUES)
    segments[i] = _element(document).join(elements)
    return _join(document, segments)


def move_element(document: bytes, random: Random) -> bytes:
    """An element of one segment in the place of another's."""
    segments, i = _cut(document, random)
    j = random.randrange(len(segments))
    one, other = segments[i].split(_element(document)), segments[j].split(_element(document))
    one[random.randrange(len(one))] = random.choice(other)
    segments[i] = _element(document).join(one)
    return _join(document, segments)


def lower_case(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    end = i + random.choice((1, 1, 1, 4, len(segments)))
    segments[i:end] = [s.lower() if random.random() < 0.5 else s[:3].lower() + s[3:] for s in segments[i:end]]
    return _join(document, segments)


def blanks_around_ids(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    name, separator, rest = segments[i].partition(_element(document))
    blank = random.choice((b" ", b"\t", b"\r\n", b"\n  ", b"\0"))
    segments[i] = random.choice((blank + name, name + blank, blank + name + blank)) + separator + rest
    return _join(document, segments)


def other_separators(document: bytes, random: Random) -> bytes:
    """The same file with other separators: all of it, or what follows some place only."""
    old = (_element(document), document[ISA - 2 : ISA - 1] or b":", _terminator(document))
    if len(set(old)) < 3:
        return document
    marks = [b"|", b">", b"'", b"\x1d", b"\x1f", b"\x1c", b"!", b"+", b"*", b":", b"~", b"\xa7"]
    new = random.sample(marks, 3)
    if random.random() < 0.2:
        new[2] = random.choice((b"\n", b"\r"))
    table = bytes.maketrans(b"".join(old), b"".join(new))
    i = 0 if random.random() < 0.9 else _at(document, random)
    return document[:i] + document[i:].translate(table)


def wrap_lines(document: bytes, random: Random) -> bytes:
    ending = random.choice((b"\n", b"\r\n"))
    if random.random() < 0.7:
        return document.replace(_terminator(document), _terminator(document) + ending)
    return ending.join(document[i : i + 80] for i in range(0, len(document), 80))


def empty_segments(document: bytes, random: Random) -> bytes:
    segments, i = _cut(document, random)
    segments[i:i] = [b""] * random.choice((1, 2, 30))
    return _join(document, segments)


def change_number(document: bytes, random: Random) -> bytes:
    """A count or control number of the envelope that is wrong."""
    segments = document.split(_terminator(document))
    chosen = [i for i, s in enumerate(segments) if s[:2] in (b"SE", b"GE", b"ST", b"GS", b"IE", b"IS")]
    if not chosen:
        return document
    i = random.choice(chosen)
    elements = segments[i].split(_element(document))
    elements[random.randrange(len(elements))] = random.choice(
        (b"1", b"0001", b"0002", b"7", b"999", b"", b"x", b"0" * 12)
    )
    segments[i] = _element(document).join(elements)
    return _join(document, segments)


def another_file(document: bytes, random: Random) -> bytes:
    """Another file before, after or inside this one."""
    files = [file for files in FILES.values() for file in files] + [*FOREIGN]
    other = random.choice(files)
    if random.random() < 0.4:
        other = MUTATIONS[random.choice(("other_separators", "cut_off", "wrap_lines"))](other, random)
    where = random.randrange(4)
    if where == 0:
        return other + document
    if where == 1:
        return document + random.choice((b"", b"\n", b"\0", b"\xef\xbb\xbf", b"\x1a")) + other
    segments, i = _cut(document, random)
    if where == 2:
        return _join(document, segments[:i]) + _terminator(document) + other + _join(document, segments[i:])
    inner = other.split(_terminator(other))
    a, b = sorted((random.randrange(len(inner)), random.randrange(len(inner))))
    segments[i:i] = inner[a:b]
    return _join(document, segments)


def long_segment(document: bytes, random: Random) -> bytes:
    """An element far too long, around the cap of a segment."""
    size = random.choice((8_000, 65_400, 65_536, 65_537, 66_000, 140_000))
    segments, i = _cut(document, random)
    name, separator, rest = segments[i].partition(_element(document))
    segments[i] = random.choice(
        (name + separator + b"x" * size + rest, segments[i] + b"x" * size, b"x" * size + segments[i])
    )
    return _join(document, segments)


def marks_at_the_ends(document: bytes, random: Random) -> bytes:
    before = random.choice((b"", b"\xef\xbb\xbf", b"\n", b" ", b"\0", b"\xef\xbb\xbf\r\n", b"x"))
    after = random.choice((b"", b"\x1a", b"\0" * 9, b"\r\n", b"  ", b"~~", b"-- \nsent by mail"))
    return before + document + after


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        drop_segments, repeat_segments, swap_segments, insert_segment, cut_off, cut_out, overwrite_bytes, insert_bytes,
        insert_separators, change_element, move_element, lower_case, blanks_around_ids, other_separators, wrap_lines,
        empty_segments, change_number, another_file, long_segment, marks_at_the_ends,
    )
}  # fmt: skip
_OFTEN = {
    "change_element": 6,
    "drop_segments": 3,
    "repeat_segments": 3,
    "swap_segments": 3,
    "insert_segment": 4,
    "move_element": 2,
}
_SELDOM = {"long_segment": 0.05, "another_file": 0.5, "cut_off": 0.5}
_NAMES = list(MUTATIONS)
_WEIGHTS = [_OFTEN.get(name, _SELDOM.get(name, 1)) for name in _NAMES]


def mutated(kind: str, random: Random) -> bytes:
    """A file of that kind after one accident or several."""
    files = FILES[kind]
    document = random.choices(files, (2, 5, 1))[0]
    for name in random.choices(_NAMES, _WEIGHTS, k=random.choice((1, 1, 1, 2, 2, 3, 5))):
        document = MUTATIONS[name](document, random)
    return document
