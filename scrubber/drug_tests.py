"""Drug tests of urine: one of a kind a day, as what the rules about them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.claim import Line
from scrubber import ncci
from scrubber.registry import Answer, Case, Change, Hit, Severity
from scrubber.same_day import other_claims

PRESUMPTIVE, DEFINITIVE, VALIDITY = "udt_presumptive", "udt_definitive", "udt_validity"


def one_of_a_kind(case: Case, line: Line, family: str, kind: str) -> Iterator[Answer]:
    """A hit where the line is one of two tests of a kind on a day: by an NCCI edit, or on another claim.

    The edits say which of the two the payer pays; with the other on another claim it is whichever comes first.
    """
    first = [
        pair.column1
        for pair in ncci.pairs(case, line)
        if pair.indicator == "0" and case.tables.family(pair.column1.code) == family
    ]
    if first:
        beside = ", ".join(f"{other.code} (line {other.number})" for other in first)
        yield Hit(
            f"{line.code} is a second {kind} drug test beside {beside} on {line.service_from}; one a day is paid.",
            severity=ncci.severity(case.payer_type),
            change=Change("drop_line", line.number, ""),
        )
        return
    elsewhere = {
        s.code for s in other_claims(case, line) if s.code != line.code and case.tables.family(s.code) == family
    }
    if elsewhere:
        yield Hit(
            f"{line.code} is a second {kind} drug test on {line.service_from}: another claim bills "
            f"{', '.join(sorted(elsewhere))}; one a day is paid.",
            severity=Severity.WARN,
        )


def routine_words(reason: str, words: Iterable[str]) -> list[str]:
    """Those of the words that a reason of the record uses: they name a routine, not this patient."""
    said = {word.strip(".,;:()") for word in reason.lower().replace("-", " ").split()}
    return sorted(said.intersection(words))
