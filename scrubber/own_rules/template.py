"""The message of an own rule: its own words around a few facts of the claim, none of them about the patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from claims.claim import Line
from scrubber.own_rules.faults import Faults
from scrubber.registry import Case

_MARK = re.compile(r"\{([^{}]*)\}")

Word = Callable[[Case, Any], str]

OF_CLAIM: dict[str, tuple[str, Word]] = {
    "payer": ("the payer's id", lambda c, _: c.claim.payer.id or "the payer"),
    "payer_type": ("what kind of payer it is", lambda c, _: c.payer_type.value.replace("_", " ")),
    "sent": ("the day it would be sent", lambda c, _: c.as_of.isoformat()),
    "total": ("the claim's total charge", lambda c, _: f"{c.claim.charge:.2f}"),
    "lines": ("how many service lines it has", lambda c, _: str(len(c.claim.lines))),
}
OF_LINE: dict[str, tuple[str, Word]] = {
    "line": ("the line's number", lambda _, x: str(x.number)),
    "code": ("its procedure code", lambda _, x: x.code),
    "modifiers": ("its modifiers", lambda _, x: " ".join(x.modifiers) or "no modifier"),
    "units": ("its units", lambda _, x: f"{x.units.normalize():f}"),
    "charge": ("its charge", lambda _, x: f"{x.charge:.2f}"),
    "date": ("its day of service", lambda _, x: x.service_from.isoformat() if x.service_from else "no date"),
    "place": ("its place of service", lambda c, x: c.claim.place_of(x) or "no place"),
    "family": ("its family in the code table", lambda c, x: c.tables.family(x.code).replace("_", " ") or "no family"),
}


def read_template(text: str, key: str, faults: Faults, *, of_line: bool) -> Callable[[Case, Line | None], str]:
    """The message as a function of the claim; a field it does not know is told."""
    known = {**OF_CLAIM, **OF_LINE} if of_line else OF_CLAIM
    pieces = _MARK.split(text)  # words, name, words, name ... words
    names = pieces[1::2]
    faults.strange_keys(key, (f"{{{name}}}" for name in names), (f"{{{name}}}" for name in known), "field of a message")
    if any("{" in words or "}" in words for words in pieces[::2]):
        faults.tell(key, "a brace without its partner", "fields in braces, such as {code}")
    words, facts = pieces[::2], [known[name][1] for name in names if name in known]

    def message(case: Case, line: Line | None) -> str:
        said = [words[0]]
        for fact, rest in zip(facts, words[1:], strict=True):
            said += (fact(case, line), rest)
        return "".join(said)

    return message
