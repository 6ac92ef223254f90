"""DUP-001: the same service, sent again."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from past.patient import Service
from scrubber import places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL, other_lines

# Modifiers that say a like service was done again, or elsewhere, on the same day
_REPEATED = frozenset({"76", "77", "91", "59", "XE", "XP", "XS", "XU"})


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
def service_billed_twice(case: Case, line: Line) -> Iterator[Answer]:
    """The same service is already on another claim to this payer, or on another line of this one.

    Same patient, payer, code, day, rendering provider and modifiers: payers deny the second as a duplicate, even where
    the first was denied. With other units they may only suspect one, and the rule warns. A replacement (frequency 7) or
    a void is meant to repeat its claim, and two lines of one claim that carry 59, an X modifier, 76, 77 or 91, or name
    different drugs (NDC), are told apart. Claims of the same file are compared both ways, so each of the two is shown.
    """
    day = case.day(line)
    twin = _twin_line(case, line)
    if twin is not None:
        yield _hit(line, f"{line.code} stands on line {twin.number} as well, with the same day and modifiers.")
        return
    if case.claim.frequency != ORIGINAL:
        return
    earlier = _earlier(case, line)
    if earlier:
        yield _sent(line, earlier[0])
    elif not case.past.covers(day):
        yield Gap((f"history since {day}",), f"claims sent for {day} before our records begin are not known")


def _twin_line(case: Case, line: Line) -> Line | None:
    if _REPEATED & set(line.modifiers):
        return None
    for other in other_lines(case, line):
        alike = other.code == line.code and set(other.modifiers) == set(line.modifiers)
        if alike and other.ndc == line.ndc:  # one code may stand for several drugs, each on a line with its NDC
            return other
    return None


def _earlier(case: Case, line: Line) -> list[Service]:
    """The same service on other claims to this payer: those with the same units first, then the oldest."""
    npi, modifiers = case.claim.rendering_of(line).npi, set(line.modifiers)
    before = [*case.past.services, *(s for s in case.past.same_batch if s.frequency == ORIGINAL)]
    same = [
        s
        for s in before
        if s.service_date == line.service_from
        and s.code == line.code
        and s.rendering_npi == npi
        and s.payer_id == case.claim.payer.id
        and set(s.modifiers) == modifiers
    ]
    return sorted(same, key=lambda s: (s.units != line.units, s.known_on, s.submission, s.line))


def _sent(line: Line, earlier: Service) -> Hit:
    if earlier.denied:
        state = f"denied on {earlier.decided_on}"
    elif earlier.decided_on:
        state = f"answered on {earlier.decided_on}"
    else:
        state = "not answered yet"
    text = f"{line.code} of {earlier.service_date} was sent to this payer on {earlier.known_on} ({state})"
    if earlier.units != line.units:
        text += f" with {earlier.units.normalize():f} units, now {line.units.normalize():f}"
        return _hit(line, f"{text}.", Severity.WARN)
    return _hit(line, f"{text}.")


def _hit(line: Line, message: str, severity: Severity = Severity.DENY) -> Hit:
    return Hit(message, severity=severity, change=Change("drop_line", line.number, ""))
