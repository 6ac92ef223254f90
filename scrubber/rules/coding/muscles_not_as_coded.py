"""COD-008: trigger points or dry needling billed by the muscle or point."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import lines_by_code, units_of_day

# Each pair: the code for one or two muscles, and the one for three or more. That is what the codes mean, no policy.
_MORE = {"20552": "20553", "20560": "20561"}
_FEWER = {more: fewer for fewer, more in _MORE.items()}
_MANY = 3


@rule(
    "COD-008",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("151", "97"),
    citation=Citation(
        "CMS, billing and coding articles on trigger point injections (A57702 and its like); MUE of 1 a day",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=57702",
    ),
    place=places.UNITS,
    remedy="Count the muscles in the note, and bill one code once for the session: the one for one or two muscles, or "
    "the one for three or more.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the note names the muscles, as many as the code says",
    supersedes=("NCC-008",),
    codes=(*_MORE, *_FEWER),
)
def muscles_not_as_coded(case: Case, line: Line) -> Iterator[Answer]:
    """Trigger point injections or dry needling are billed more than once a day, or with the code of another count.

    One code covers all points of one or two muscles in a session, the other those of three or more; points, sides and
    muscles are not units. Too high a code is denied when the note is read. Too low a code pays less than was done: it
    only warns, and the note decides. Both codes on one day are a pair nothing lifts, which NCC-001 says.
    """
    units = units_of_day(case, line)
    if units > 1:
        text = f"{line.code} bills {units.normalize():f} units on {case.day(line)}; it is billed once for all muscles."
        yield Hit(text)
        return
    if case.told("muscle_count", line) is None:
        yield Gap(("evidence muscle_count",), "how many muscles were treated is not recorded", of_claim=True)
        return
    muscles = int(case.number("muscle_count", line))
    if line.code in _FEWER and muscles < _MANY:
        yield Hit(
            f"{line.code} is for three muscles or more; the record has {muscles}.",
            change=_change(case, line, _FEWER[line.code]),
        )
    elif line.code in _MORE and muscles >= _MANY:
        text = f"{line.code} is for one or two muscles; the record has {muscles}."
        yield Hit(text, severity=Severity.WARN, change=_change(case, line, _MORE[line.code]))


def _change(case: Case, line: Line, code: str) -> Change | None:
    """The code of the count in the record; none where the day bills that one too, for it is billed once."""
    return None if code in lines_by_code(case, line) else Change("set_code", line.number, code)
