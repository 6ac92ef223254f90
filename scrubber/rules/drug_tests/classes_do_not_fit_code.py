"""UDT-004: a definitive drug test code for another number of drug classes than the record says."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "UDT-004",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("50", "16"),
    citation=Citation(
        "CMS, HCPCS level II: G0480 to G0483",
        "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system",
    ),
    place=places.PROCEDURE,
    remedy="Compare the order and the laboratory's report with the code, and correct whichever was mistyped. Classes "
    "that were tested but neither ordered nor needed are not billed.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the order names the classes, and the laboratory's report shows that they were tested",
    families=(drug_tests.DEFINITIVE,),
)
def classes_do_not_fit_code(case: Case, line: Line) -> Iterator[Answer]:
    """The definitive drug test code stands for another number of drug classes than were ordered.

    The four codes differ in nothing but the number of classes, so payers compare it with the order. A code for more
    classes than were needed is overpayment; one for fewer is an error, too. G0659 stands for any number. No other code
    is proposed: what was ordered and tested tells which is right.
    """
    day = case.day(line)
    spans = parameter("udt_definitive_classes").text_on(day, case.as_of).split()
    span = next((span.partition(":")[2] for span in spans if span.startswith(line.code)), "")
    if not span:
        return
    least, _, most = span.partition("-")
    found = case.number("drug_classes", line)
    if found < int(least) or (most and found > int(most)):
        said = f"{least} to {most}" if most else f"{least} or more"
        yield Hit(f"{line.code} stands for {said} drug classes; the record says {found.normalize():f} were ordered.")
