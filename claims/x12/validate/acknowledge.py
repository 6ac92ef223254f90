"""The 999 (005010X231A1): what a receiver that checks as we do would answer to a file.

One interchange for each that was read, one transaction set for each of its groups. It speaks of syntax and of the
guide. Balances and pointers (SNIP 3 and above) are not its business: a payer answers those claim by claim, in a 277CA.
A copy of a bad element (IK404) goes in only where its finding may show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from claims.x12.validate.envelope import GroupOutcome, InterchangeOutcome, SetOutcome
from claims.x12.validate.finding import Finding

VERSION = "005010X231A1"
_ANSWERABLE_GROUPS = ("BE", "HB", "HC", "HI", "HN", "HP", "HR", "HS", "RA")  # AK101 of the guide
_ANSWERABLE_SETS = ("270", "271", "276", "277", "278", "820", "834", "835", "837")  # AK201
_UNSAFE = str.maketrans("", "", "*:~^\r\n")


def write_999(interchanges: Iterable[InterchangeOutcome], *, moment: datetime, number: int = 1) -> bytes:
    """The acknowledgment of what `Validation.interchanges` holds; empty when there is no group to answer.

    `number` is the control number of the first interchange written; `moment` its date and time. Groups that a 999 does
    not answer (a 999 itself) are left out.
    """
    out: list[str] = []
    for interchange in interchanges:
        groups = [group for group in interchange.groups if _answerable(group)]
        if groups and len(interchange.isa) == 17:
            out += _interchange(interchange, groups, moment, number)
            number += 1
    return "".join(segment + "~\n" for segment in out).encode("ascii", "replace")


def _answerable(group: GroupOutcome) -> bool:
    """True when the group has what AK1 must repeat of it."""
    numbered = group.control.isascii() and group.control.isdigit() and len(group.control) <= 9
    return group.code in _ANSWERABLE_GROUPS and numbered and bool(_version_of(group))


def _version_of(group: GroupOutcome) -> str:
    """GS08; where it is empty, what the group's sets name."""
    return next(
        (v for v in (_plain(named, 12) for named in (group.version, *(s.version for s in group.sets))) if v), ""
    )


def _interchange(
    answered: InterchangeOutcome, groups: list[GroupOutcome], moment: datetime, number: int
) -> Iterator[str]:
    isa = list(answered.isa)
    day, time = f"{moment:%Y%m%d}", f"{moment:%H%M}"
    sender, receiver = _padded(isa[8]), _padded(isa[6])
    usage = isa[15] if isa[15] in ("P", "T") else "P"
    blank = " " * 10
    who = f"{_two(isa[7])}*{sender}*{_two(isa[5])}*{receiver}"
    yield f"ISA*00*{blank}*00*{blank}*{who}*{day[2:]}*{time}*^*00501*{number:09d}*0*{usage}*:"
    first = groups[0]
    to, by = _plain(first.sender, 15) or "SENDER", _plain(first.receiver, 15) or "RECEIVER"
    yield f"GS*FA*{by}*{to}*{day}*{time}*{number}*X*{VERSION}"
    for i, group in enumerate(groups, start=1):
        body = [f"ST*999*{i:04d}*{VERSION}", *_group(group)]
        yield from body
        yield f"SE*{len(body) + 1}*{i:04d}"
    yield f"GE*{len(groups)}*{number}"
    yield f"IEA*1*{number:09d}"


def _group(group: GroupOutcome) -> Iterator[str]:
    yield f"AK1*{group.code}*{group.control}*{_version_of(group)}"
    answered = [s for s in group.sets if s.kind in _ANSWERABLE_SETS and 4 <= len(_plain(s.control, 10)) <= 9]
    for outcome in answered:
        yield from _set(outcome)
    received = len(group.sets)
    rejected = any(code in ("2", "3", "4", "6") for code in group.codes)
    accepted = 0 if rejected else sum(1 for s in group.sets if not (s.errors or s.codes))
    code = "R" if not accepted else "P" if accepted < received else "E" if group.codes else "A"
    stated = group.stated if group.stated.isdigit() and len(group.stated) <= 6 else str(received)
    codes = list(dict.fromkeys(group.codes))[:5]
    yield "*".join(["AK9", code, stated, str(received), str(accepted), *codes])


def _set(outcome: SetOutcome) -> Iterator[str]:
    version = _plain(outcome.version, 35)
    yield f"AK2*{outcome.kind}*{_plain(outcome.control, 9)}" + (f"*{version}" if version else "")
    by_place = groupby(outcome.findings, key=lambda f: (f.place.position, f.segment))
    for _, findings in by_place:
        yield from _segment(list(findings))
    codes = list(outcome.codes)
    if outcome.errors and outcome.findings:
        codes.append("5")
    codes = list(dict.fromkeys(codes))[:5]
    yield "*".join(["IK5", "R" if outcome.errors or codes else "A", *codes])


def _segment(findings: list[Finding]) -> Iterator[str]:
    """The faults of one segment: an IK3 for each kind, and its elements under the one that says there are some."""
    first = findings[0]
    name = first.segment.upper() if len(first.segment) in (2, 3) else "ZZZ"
    loop = f"{first.loop[:4]}" if first.loop else ""
    for code in dict.fromkeys(f.segment_code for f in findings):
        yield f"IK3*{name}*{first.place.position}*{loop}*{code}"
        claim_id = _plain(first.place.claim_id, 35)
        if claim_id and first.place.transaction and first.segment not in ("CLP", "SVC"):
            yield f"CTX*CLM01:{claim_id}"
        if code == "8":
            yield from (_element(f) for f in findings if f.segment_code == "8" and f.element and f.element_code)


def _element(finding: Finding) -> str:
    where = f"{finding.element}:{finding.component}" if finding.component else str(finding.element)
    quoted = finding.found[1:-1] if finding.found[:1] == finding.found[-1:] == "'" else ""
    parts = ["IK4", where, finding.data_element, finding.element_code, _plain(quoted, 99)]
    while not parts[-1]:
        parts.pop()
    return "*".join(parts)


def _plain(text: str, most: int) -> str:
    """Text without anything that would break a segment."""
    kept = text.translate(_UNSAFE)
    return "".join(c for c in kept if c.isascii() and c.isprintable())[:most].strip()


def _padded(text: str) -> str:
    return f"{_plain(text, 15):15}"


def _two(text: str) -> str:
    return text if len(text) == 2 and text.isascii() and text.isalnum() else "ZZ"
