"""DUP-001: the same service, sent again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from past.patient import Service
from scrubber import places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import (
    ORIGINAL,
    codes_repeated,
    like_lines,
    lines_by_code,
    same_service,
    services_by_code,
    services_of_code,
    unprocessable,
)

# Modifiers that say a like service was done again, or elsewhere, on the same day
_REPEATED = frozenset({"76", "77", "91", "59", "XE", "XP", "XS", "XU"})

_NO_STORE = Gap(("earlier claims",), "there is no store of earlier claims to look into", of_claim=True)
_BILL_ONE = (
    "If both are the same service, bill it once and take the other off. If it truly was repeated, ask the clinician to "
    "confirm, and say so with 76, 77 or 91."
)
_CORRECT_OR_APPEAL = (
    "Do not send it again: a denied service is corrected with a replacement claim, where the payer takes one, or is "
    "appealed. Only where the remittance calls the first claim unprocessable (MA130) does a new claim take its place."
)


@rule(
    "DUP-001",
    severity=Severity.DENY,
    reason=Reason.DUPLICATE,
    carcs=("18", "B13"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 1, section 120 (detection of duplicate claims)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c01.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Look up what became of the first one. If it is the same service, do not bill it again: correct or appeal "
    "the first claim instead. If it truly was repeated, ask the clinician to confirm, and say so with 76, 77 or 91.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the service was done once",
)
def service_billed_twice(case: Case, line: Line) -> Iterable[Answer]:
    """The same service is already on another claim to this payer, or on another line of this one.

    Same patient, payer, code, day, rendering provider and modifiers: payers deny the second as a duplicate, even where
    the first was denied; but what Medicare sent back as unprocessable was never decided, and is sent anew. With other
    units they may only suspect one, and the rule warns. A replacement (frequency 7) or a void is meant to repeat its
    claim, and two lines of one claim that carry 59, an X modifier, 76, 77 or 91, or name different drugs (NDC), are
    told apart. Claims of the same file are compared both ways, so each of the two is shown.
    """
    day = case.day(line)
    twin = _twin_line(case, line) if line.code in case.once_of(codes_repeated) else None
    if twin is not None:
        text = f"{line.code} stands on line {twin.number} as well, with the same day and modifiers."
        return (_hit(line, text, _BILL_ONE),)
    if case.claim.frequency != ORIGINAL:
        return ()
    earlier = _earlier(case, line) if case.once_of(services_by_code) else ()
    if earlier:
        return (_sent(line, *earlier[0]),)
    since = case.past.known_since
    if since is None:
        return (_NO_STORE,)
    if since <= day:
        return ()
    return (Gap((f"history since {day}",), f"claims sent for {day} before our records begin are not known"),)


def _twin_line(case: Case, line: Line) -> Line | None:
    if len(lines_by_code(case, line)[line.code]) == 1 or not _REPEATED.isdisjoint(line.modifiers):
        return None
    return next((other for other in like_lines(case, line) if other is not line), None)


def _earlier(case: Case, line: Line) -> list[tuple[Service, bool]]:
    """The same service on other claims to this payer, and whether of this file: those with the same units first."""
    on_the_day = services_of_code(case, line)
    if not on_the_day:
        return []
    same = [
        (s, of_file)
        for s, of_file in on_the_day
        if same_service(case, line, s) and (s.frequency == ORIGINAL or not of_file) and not unprocessable(case, s)
    ]
    return sorted(same, key=lambda found: _order(line, *found))


def _order(line: Line, s: Service, of_file: bool) -> tuple[bool, bool, date, str, int]:
    return s.units != line.units, of_file, s.known_on, s.submission, s.line


def _sent(line: Line, earlier: Service, of_file: bool) -> Hit:
    remedy = _BILL_ONE if of_file else ""
    text = f"{line.code} of {earlier.service_date} "
    if of_file:
        text += "stands on another claim of this file as well"
    elif earlier.denied:
        text += f"was sent to this payer on {earlier.known_on} (denied on {earlier.decided_on})"
        remedy = _CORRECT_OR_APPEAL
    elif earlier.decided_on:
        text += f"was sent to this payer on {earlier.known_on} (answered on {earlier.decided_on})"
    else:
        text += f"was sent to this payer on {earlier.known_on} (not answered yet)"
    if earlier.units != line.units:
        text += f" with {earlier.units.normalize():f} units, now {line.units.normalize():f}"
        return _hit(line, f"{text}.", remedy, Severity.WARN)
    return _hit(line, f"{text}.", remedy)


def _hit(line: Line, message: str, remedy: str, severity: Severity = Severity.DENY) -> Hit:
    return Hit(message, severity=severity, remedy=remedy, change=Change("drop_line", line.number, ""))
