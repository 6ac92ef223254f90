"""Keeps own rules to honest fixes: never another code, modifier or diagnosis because it pays.

A machine cannot read intent. What is refused is what a dishonest fix says in nearly every wording: a code, modifier or
diagnosis to put on the claim, without a question to the clinician and without what must be true for it.
"""

from __future__ import annotations

import re

from scrubber.registry import RemedyKind

# What is put on the claim: a procedure code, a diagnosis, a modifier by name or behind a hyphen
_CODE = r"(?:\b\d{4}[0-9A-Z]\b|\b[A-V]\d{4}\b|\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b)"
_MODIFIER = r"(?:\bmodifiers?\s+[0-9A-Z]{2}\b|(?<=\s)-[0-9A-Z]{2}\b)"
_KINDS = r"(?:\b(?:codes?|cpt|hcpcs|modifiers?|diagnos[ie]s|dx|icd)\b)"
_PUT = r"\b(?:use|bill|report|code|add|append|attach|put|submit|send|choose|select|pick|enter|replace|try)\b"
_SWAP = r"\b(?:change|switch|swap|replace|recode|re-code|convert|upcode|up-code)\b"
_NOT = re.compile(r"\b(?:do not|don't|never|not to|must not|nor)\s+$", re.IGNORECASE)

_SWAPS = re.compile(rf"{_SWAP}[^.?!;]{{0,80}}(?:{_CODE}|{_MODIFIER}|{_KINDS})", re.IGNORECASE)
_PUTS = re.compile(
    rf"{_PUT}[^.?!;]{{0,80}}(?:{_CODE}|{_MODIFIER}|\b(?:another|different|other)\s+{_KINDS})", re.IGNORECASE
)
_FOR_MONEY = re.compile(
    r"\b(?:because it pays|pays? (?:more|better)|to get (?:it )?paid|gets? paid|higher[- ]pay\w*|better[- ]pay\w*|"
    r"so (?:that )?(?:it|they|the payer) pays?|reimburses? (?:more|better)|"
    r"maximi[sz]e|upcod\w*|avoid (?:the|a) denial)\b",
    re.IGNORECASE,
)


def dishonest(text: str, kind: RemedyKind | None, requires: str) -> str:
    """What of a text is no honest fix, in the words an error shows; "" for nothing.

    A question to the clinician may name what would then be billed, if it says what must be true of the care.

    >>> dishonest("Change the code to 64635.", RemedyKind.CORRECT, "")
    "'Change the code'"
    >>> dishonest("Do not bill 64494 beside 64493 to this payer.", RemedyKind.DO_NOT_BILL, "")
    ''
    >>> dishonest("Add modifier 59.", RemedyKind.ASK_CLINICIAN, "the note shows another site")
    ''
    """
    found = _FOR_MONEY.search(text)
    if found is None and not (kind is RemedyKind.ASK_CLINICIAN and requires):
        found = next((m for p in (_SWAPS, _PUTS) for m in p.finditer(text) if not _NOT.search(text[: m.start()])), None)
    return repr(found.group()) if found else ""
