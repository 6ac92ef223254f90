"""COD-007: an ablation billed by the nerve, where the code counts joints."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import levels, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

_FAMILY = "facet_rfa"


@rule(
    "COD-007",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("151", "97"),
    citation=Citation(
        "CMS, billing and coding article A58350, Facet Joint Interventions for Pain Management: count the joints, not "
        "the nerves",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleId=58350",
    ),
    place=places.UNITS,
    remedy="Count the joints in the procedure note: each is served by two nerves, and neighbours share one. Correct "
    "the units to the joints, or the count where it was recorded wrongly.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the procedure note shows every joint that is billed",
    effective="2012-01-01",
    families=(_FAMILY,),
)
def more_joints_than_recorded(case: Case, line: Line) -> Iterator[Answer]:
    """An ablation of facet nerves bills more joints than the record says were treated.

    The codes count facet joints, on the side that has more of them. Two nerves serve a joint and neighbouring joints
    share one, so three nerves are two joints, not three. Where the record gives only the nerves, as many joints as
    nerves (two or more) cannot be right, and the rule warns.
    """
    codes = case.tables.codes.on(case.day(line), case.as_of)
    row = codes.get(line.code)
    if row is None:
        return
    if case.told("joint_count", line) is not None:
        yield from _by_joints(case, line, codes, row)
    elif case.told("nerve_count", line) is not None:
        yield from _by_nerves(case, line, codes, row)
    else:
        yield Gap(("evidence joint_count",), "how many facet joints were treated is not recorded", of_claim=True)


def _by_joints(case: Case, line: Line, codes: Release[CodeRow], row: CodeRow) -> Iterator[Hit]:
    recorded = int(case.number("joint_count", line))
    billed = levels.beyond(case, line, codes, row.family, row.region, recorded)
    if billed is not None:
        text = f"With {line.code} the claim bills {billed.normalize():f} joints on a side; the record has {recorded}"
        if case.told("nerve_count", line) == f"{billed.normalize():f}":
            text += ", and as many nerves as are billed"
        yield Hit(f"{text}.")


def _by_nerves(case: Case, line: Line, codes: Release[CodeRow], row: CodeRow) -> Iterator[Hit]:
    nerves = int(case.number("nerve_count", line))
    billed = levels.beyond(case, line, codes, row.family, row.region, max(nerves - 1, 1))
    if billed is not None:
        text = (
            f"With {line.code} the claim bills {billed.normalize():f} joints on a side; the record has {nerves} nerves"
        )
        yield Hit(f"{text}, two of which serve a joint.", severity=Severity.WARN)
