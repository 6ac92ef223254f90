"""One thing wrong with a file, where it stands, and how much of it may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from claims.wording import described, shown

_SEGMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{1,2}")

# Elements that may hold a patient's data, or anything at all, are shown by their length. These hold codes, numbers and
# days only; the named positions of them are free text or secrets
_CODES_ONLY = frozenset({
    "ISA", "GS", "ST", "SE", "GE", "IEA", "BHT", "HL", "LX", "SV1", "SV5", "SVC", "SVD", "CAS", "HI", "DTP", "DTM",
    "CLM", "CLP", "AMT", "QTY", "LQ", "MOA", "MIA", "BPR", "CR1", "CR2", "CR3", "CRC", "CTP", "CN1", "HCP", "MEA",
    "PS1", "PWK", "FRM", "OI", "AK1", "AK2", "AK9", "IK3", "IK5",
})  # fmt: skip
_NEVER = frozenset({
    ("ISA", 2), ("ISA", 4), ("CLM", 1), ("CLP", 1), ("CLP", 7), ("BPR", 7), ("BPR", 9), ("BPR", 13), ("BPR", 15),
    ("PWK", 6), ("PWK", 7), ("CR1", 9), ("CR1", 10), ("FRM", 3), ("BHT", 3), ("HCP", 4),
})  # fmt: skip
_QUALIFIERS = frozenset({
    ("NM1", 1), ("NM1", 2), ("NM1", 8), ("N1", 1), ("N1", 3), ("REF", 1), ("DMG", 1), ("PER", 1), ("PRV", 1),
    ("PRV", 2), ("PRV", 3), ("SBR", 1), ("SBR", 2), ("SBR", 5), ("SBR", 9), ("NTE", 1), ("PAT", 1), ("LIN", 2),
    ("LIN", 3), ("PLB", 3), ("TRN", 1),
})  # fmt: skip
_DESCRIPTION = frozenset({("SV1", 1, 7), ("SVC", 1, 7), ("SVC", 6, 7), ("PLB", 3, 2), ("SVD", 3, 7)})


class Severity(StrEnum):
    """An error makes a receiver refuse the file or the claim; a warning does not, or not surely."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment stands: in the file (ISA = 1, first byte = 0), in its set (ST = 1), in which claim."""

    segment: str
    number: int
    offset: int
    transaction: str = ""  # ST02
    position: int = 0
    claim_id: str = ""  # CLM01 or CLP01


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where, what was found, what was expected, what to do; the text holds no patient's data.

    `check` names the kind of fault. `snip` is the WEDI SNIP type: 1 syntax, 2 the guide, 3 balancing, 4 what one
    segment demands of another, 5 code lists. `segment_code` and `element_code` are what a 999 says of it (IK304,
    IK403), empty where a 999 has no word for it; `position` and `component` are then IK302 and the rest of IK401.
    """

    severity: Severity
    check: str
    place: Place
    found: str
    expected: str
    advice: str = ""
    element: int = 0
    component: int = 0
    loop: str = ""
    snip: int = 2
    segment_code: str = ""
    element_code: str = ""
    data_element: str = ""  # X12's own number of the element, for IK402
    named: str = ""  # the segment that is missing, when it is not the one at `place`

    @property
    def segment(self) -> str:
        """The segment the finding is about."""
        return self.named or self.place.segment

    @property
    def reference(self) -> str:
        """The element in the guides' way, such as SV101-2; the segment when no element is meant."""
        if not self.element:
            return self.segment
        return f"{self.segment}{self.element:02d}" + (f"-{self.component}" if self.component else "")

    @property
    def where(self) -> str:
        """The place in words."""
        if not self.place.number:
            return "file"
        loop = f", loop {self.loop}" if self.loop else ""
        return f"segment {self.place.number} ({self.reference}{loop}, byte {self.place.offset})"

    def __str__(self) -> str:
        text = f"{self.where}: found {self.found}, expected {self.expected}"
        return f"{text}. {self.advice}" if self.advice else text

    def fields(self) -> dict[str, str | int]:
        """The parts, snake_case, ready for JSON."""
        return {
            "severity": self.severity.value,
            "check": self.check,
            "snip": self.snip,
            "segment_number": self.place.number,
            "offset": self.place.offset,
            "transaction": self.place.transaction,
            "position": self.place.position,
            "loop": self.loop,
            "segment": self.segment,
            "element": self.reference if self.element else "",
            "claim_id": self.place.claim_id,
            "found": self.found,
            "expected": self.expected,
            "advice": self.advice,
            "message": str(self),
        }


def error(check: str, place: Place, found: str, expected: str, advice: str = "", **more: object) -> Finding:
    """A finding that makes the file or the claim refused."""
    return Finding(Severity.ERROR, check, place, found, expected, advice, **more)  # type: ignore[arg-type]


def warning(check: str, place: Place, found: str, expected: str, advice: str = "", **more: object) -> Finding:
    """A finding that leaves the file fit to send."""
    return Finding(Severity.WARNING, check, place, found, expected, advice, **more)  # type: ignore[arg-type]


def segment_name(text: str) -> str:
    """A segment's id when it has the form of one; "" for anything else, which may be a patient's data gone astray.

    >>> segment_name("SV1"), segment_name("clm"), segment_name("SOMEBODY")
    ('SV1', 'clm', '')
    """
    return text if _SEGMENT_ID.fullmatch(text) else ""


def seen(segment: str, element: int, component: int, value: str) -> str:
    """A value found, as far as it may be shown where it stands.

    >>> seen("SV1", 2, 0, "ABC"), seen("NM1", 9, 0, "1ZZ9ZZ9ZZ99"), seen("DMG", 2, 0, "19601317")
    ("'ABC'", 'a value of 11 characters', 'a value of 8 characters')
    """
    if (segment, element) in _NEVER or (segment, element, component) in _DESCRIPTION:
        return described(value)
    if segment in _CODES_ONLY or (segment, element) in _QUALIFIERS:
        return shown(value)
    return described(value)
