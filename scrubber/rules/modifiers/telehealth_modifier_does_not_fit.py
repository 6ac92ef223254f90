"""MOD-013: place and modifier of a telehealth visit that do not fit together, or not this payer."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.payer_profile import profile, wish_cited
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_VIDEO = frozenset({"95", "GT"})
_REMOTE = _VIDEO | {"93"}  # 93: by telephone
_PLACES = frozenset({"02", "10"})  # CMS place of service code set: telehealth, elsewhere and at home
_NO_MODIFIER = "Take the modifier off: this payer takes the place alone."
_WHERE = (
    "If the visit was by video or telephone, give the place 02, or 10 where the patient was at home. If the patient "
    "was there in person, take the modifier off."
)


@rule(
    "MOD-013",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("4", "58"),
    citation=Citation(
        "CMS, telehealth and remote patient monitoring (MLN901705)",
        "https://www.cms.gov/files/document/mln901705-telehealth-remote-monitoring.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Add 95 where the visit was by live video and 93 where it was by telephone, as this payer wants it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows how the visit was held, and where the patient was",
    payer_types=ncci.PAYER_TYPES,
    confidence="medium",
    settled=True,
)
def telehealth_modifier_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """The place of service and the modifier of a telehealth visit do not fit together as this payer wants them.

    Since 2024 Medicare tells a telehealth visit by place 02 or 10. Other payers differ, and the payer table says how:
    some want 95 beside the place, some the place alone. Where it says nothing of a payer, both are left alone.
    """
    remote = case.claim.place_of(line) in _PLACES
    marked = _REMOTE.intersection(line.modifiers)
    if not remote:
        if marked and case.payer_type is PayerType.MEDICARE:
            yield from _in_person(case, line, min(marked))
        return
    payer = profile(case)
    if payer is None:
        if case.payer_type is not PayerType.MEDICARE:
            yield Gap(("payers table",), "how this payer wants telehealth visits marked is not known", of_claim=True)
    elif not marked and "modifier_95" in payer.wants:
        yield Hit(
            f"{line.code} is a telehealth service in place {case.claim.place_of(line)} without 95, which this payer "
            "wants.",
            change=Change("add_modifier", line.number, "95"),
            citation=wish_cited(case, "modifier_95"),
        )
    elif marked & _VIDEO and "no_telehealth_modifier" in payer.wants:
        mark = min(marked & _VIDEO)
        text = f"{line.code} carries {mark} in place {case.claim.place_of(line)}; this payer takes the place alone."
        yield Hit(text, remedy=_NO_MODIFIER, citation=wish_cited(case, "no_telehealth_modifier"))


def _in_person(case: Case, line: Line, mark: str) -> Iterator[Answer]:
    place = case.claim.place_of(line)
    if not place:
        yield Gap(("place of service",), f"{mark} marks a telehealth visit, and the line has no place")
        return
    value = parameter("medicare_telehealth_places").on(case.day(line), case.as_of)
    if value is not None:
        wanted = " or ".join(value.words)
        yield Hit(
            f"{line.code} carries {mark} in place {place}; Medicare takes telehealth visits in place {wanted}.",
            remedy=_WHERE,
            citation=value.citation,
        )
