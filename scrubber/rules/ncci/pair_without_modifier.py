"""NCC-002: two codes paid together only where a modifier says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.ncci import Pair
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

_NO_SITE = frozenset({"na", "any"})  # regions of the code table that are no place of the body
_ONE_SERVICE = (
    "Do not bill it, unless the clinician can show from the record that it was no part of the other service: the two "
    "are of one kind or one region, or it has no site of its own, and NCCI takes it to be included."
)
_VISIT = (
    "Ask the clinician: was the visit significant and separate? If the note shows it, add the visit modifier that says "
    "so (25 beside a minor procedure, 57 where it was the decision for a major one, 24 in an unrelated global period); "
    "if not, do not bill the visit."
)
_SEPARATE_VISIT = "the note shows a significant visit, separate from the procedure"


@rule(
    "NCC-002",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits, modifier indicator 1; 59 and X modifiers on either column "
        "since 2019-07-01 (CR 11168)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.MODIFIERS,
    remedy="Ask the clinician: was it part of the other service, as NCCI takes it to be? Then do not bill it. Only "
    "where the record shows that it was separate is there a modifier to say how: XS another site, XE another "
    "encounter, XP another clinician, XU a service that does not overlap; 59 where the payer takes no X modifier.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows what the modifier says",
    payer_types=ncci.PAYER_TYPES,
)
def pair_without_modifier(case: Case, line: Line) -> Iterable[Answer]:
    """A code is billed beside one that includes it, and no modifier says that it was separate.

    NCCI takes the column 2 code to be part of the column 1 code of the same day and clinician, unless an
    NCCI-associated modifier says otherwise. Medicare and Medicare Advantage deny; other payers follow these edits or
    edits of their own, so there the rule warns. No modifier is proposed: which one is true, if any, the record tells.
    Clinicians of one group and specialty count as one for NCCI; here only lines of the same rendering NPI are compared.
    """
    pairs, blind_spot = ncci.looked(case, line)
    return _told(case, line, pairs, blind_spot) if pairs or blind_spot else ()


def _told(case: Case, line: Line, pairs: Sequence[Pair], blind_spot: Gap | None) -> Iterator[Answer]:
    bare: list[Pair] = []
    unsure: list[Pair] = []
    for pair in pairs:
        lifted = ncci.lifted(case, pair)
        if pair.indicator == "1" and not lifted:
            (unsure if lifted is None else bare).append(pair)
    if bare:
        yield _hit(case, line, bare)
    elif unsure:
        carried = ", ".join(sorted(line.modifiers))
        yield Gap(("modifiers table",), f"whether {carried} lifts the pair is not in the modifier table")
    if blind_spot:
        yield blind_spot


def _hit(case: Case, line: Line, bare: list[Pair]) -> Hit:
    beside = ", ".join(f"{pair.column1.code} (line {pair.column1.number})" for pair in bare)
    message = f"{line.code} is part of {beside} on one day, unless the record shows it was separate (NCCI indicator 1)."
    severity = ncci.severity(case.payer_type)
    row = ncci.code_row(case, line)
    if ncci.is_visit(row):
        return Hit(message, severity=severity, remedy=_VISIT, requires=_SEPARATE_VISIT)
    if row is not None and all(_one_service(row, ncci.code_row(case, pair.column1)) for pair in bare):
        return Hit(message, severity=severity, remedy=_ONE_SERVICE)
    return Hit(message, severity=severity)


def _one_service(row: CodeRow, beside: CodeRow | None) -> bool:
    """True where nothing tells the two apart: one family, one region of the body, or no site of its own."""
    if not row.family:  # a code we do not classify: its region says nothing either
        return False
    if row.region in _NO_SITE:
        return True
    return beside is not None and (row.family == beside.family or row.region == beside.region)
