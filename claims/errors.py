"""Errors about what we were given to read.

* CleanclaimError: base of every error the product raises on purpose; catch it at an edge
  - UnreadableInput: where, found, expected, advice; the text never holds a patient's data
    - UnreadableFile: nothing of the file can be read (empty, not X12, another transaction)
    - UnreadableSegment: one place of an X12 file
    - UnreadableClaim: one place of a claim JSON

`UnreadableInput.fields()` gives the parts, for a problem+json or a `--json` answer.
"""

from __future__ import annotations


class CleanclaimError(Exception):
    """Base of every error the product raises on purpose."""


class UnreadableInput(CleanclaimError):
    """Something given to us cannot be read: says where, what was found, what was expected, what to do."""

    def __init__(self, where: str, *, found: str, expected: str, advice: str = "") -> None:
        self.where, self.found, self.expected, self.advice = where, found, expected, advice
        text = f"{where}: found {found}, expected {expected}"
        super().__init__(f"{text}. {advice}" if advice else text)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, snake_case, ready for JSON."""
        return {"where": self.where, "found": self.found, "expected": self.expected, "advice": self.advice}


class UnreadableFile(UnreadableInput):
    """Nothing of the file can be read."""


class UnreadableSegment(UnreadableInput):
    """One segment of an X12 file breaks the format.

    `number` is the segment's ordinal in the file (ISA = 1), `element` such as `SV102`, `offset` its first byte.
    """

    def __init__(
        self, *, number: int, segment: str, element: str, found: str, expected: str, advice: str = "", offset: int = 0
    ) -> None:
        self.number, self.segment, self.element, self.offset = number, segment, element, offset
        super().__init__(f"segment {number} ({element or segment})", found=found, expected=expected, advice=advice)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, with segment number, element and byte offset."""
        return {
            **super().fields(),
            "segment_number": self.number,
            "segment": self.segment,
            "element": self.element,
            "offset": self.offset,
        }


class UnreadableClaim(UnreadableInput):
    """One value of a claim JSON has the wrong type or form; `pointer` is its JSON pointer (RFC 6901)."""

    def __init__(self, pointer: str, *, found: str, expected: str, advice: str = "") -> None:
        self.pointer = pointer
        super().__init__(pointer or "/", found=found, expected=expected, advice=advice)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, with the JSON pointer."""
        return {**super().fields(), "pointer": self.pointer}
