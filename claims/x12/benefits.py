"""What the EB segments of a 271 say of a patient's cover, turned into the answers a claim carries.

Only what an EB says outright is taken. What holds for one place, one diagnosis or for care out of the network is no
statement about the practice's service and is left out; so is free text (MSG). No EB says that a plan wants a referral
(EB11 speaks of authorization), so that stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from claims.claim import BenefitLimit, CareSpan, Eligibility, PayerType
from claims.deciding import codes_between
from claims.records import ApprovalDemand
from claims.x12.decisions import Span

# EB01 (code list 1390)
_ACTIVE = frozenset({"1", "2", "3", "4", "5"})
_INACTIVE = frozenset({"6", "7", "8"})
_OTHER_PAYER, _FACILITY, LIMITATION, _DESCRIPTION = "R", "X", "F", "D"
_EXCLUDED = frozenset({"I", "E"})

_COUNTS = frozenset({"VS", "P6", "S8", "QA"})  # EB09: visits, services or procedures, treatments, what was approved
_OUT_OF_NETWORK = "N"  # EB12

# EB03 (code list 1365)
_WHOLE_PLAN = frozenset({"30", ""})
_OTHER_CARE = frozenset(
    {"88", "35", "AL"}
)  # pharmacy, dental, vision: another payer of these alone pays no claim of ours
_HOSPICE, _HOME_HEALTH = "45", "42"
_FAMILIES: Mapping[str, str] = MappingProxyType({"64": "acupuncture", "AE": "therapy", "PT": "therapy"})

# EB04 (code list 1336)
_PART_A, _PART_B = "MA", "MB"
_MEDICARE = frozenset({_PART_A, _PART_B})
_ADVANTAGE = "HN"  # HMO, Medicare risk
_PLANS_FOR_MEDICARE = frozenset(
    {_ADVANTAGE, "HM", "IN", "PR", "PS"}
)  # how CMS names the kinds of Medicare Advantage plan
_BEFORE_MEDICARE = frozenset({"12", "13", "14", "15", "16", "41", "42", "43", "47"})  # Medicare is the second payer
_TYPES: Mapping[str, PayerType] = MappingProxyType(
    {
        "MA": PayerType.MEDICARE, "MB": PayerType.MEDICARE, "HN": PayerType.MEDICARE_ADVANTAGE,
        "MC": PayerType.MEDICAID, "WC": PayerType.WORKERS_COMP, "AP": PayerType.AUTO, "C1": PayerType.COMMERCIAL,
    }
)  # fmt: skip

# DTP01 that date a cover, those that count most first; of a pair the second ends what the first begins
_PLAN = (("291", ""), ("346", "347"), ("307", ""), ("356", "357"), ("539", "540"))
_LEVEL = tuple(
    pair for pair in _PLAN if pair[0] != "307"
)  # beside a patient 307 is often the time that was asked about
_BENEFIT = (("292", ""), ("348", "349"))
_OTHER = (("290", ""), *_BENEFIT, ("193", "194"), *_PLAN)
DATES = frozenset(q for pair in _OTHER for q in pair if q)

_UNNAMED = "another payer"
_LONGEST_NAME = 60


@dataclass(slots=True)
class Party:
    """A payer or organisation in the 2120 loop of an EB; nobody's name is kept."""

    role: str  # NM101
    id: str
    name: str


@dataclass(slots=True)
class Benefit:
    """One EB with what follows it."""

    info: str  # EB01
    types: tuple[str, ...] = ()  # EB03
    insurance: str = ""  # EB04
    plan: str = ""  # EB05
    left: bool = False  # it says what is left of a limit (EB06)
    amount: Decimal | None = None  # EB07, of what is left of a limit
    quantity_kind: str = ""  # EB09
    quantity: Decimal | None = None  # EB10, of what is left of a limit
    approval: str = ""  # EB11
    network: str = ""  # EB12
    code: str = ""  # EB13
    last_code: str = ""
    dates: dict[str, Span] = field(default_factory=dict)
    parties: list[Party] = field(default_factory=list)
    in_part: bool = False  # only for a place or diagnosis (III)

    @property
    def whole_plan(self) -> bool:
        """True where it speaks of the plan and not of a service or a part of it."""
        return not self.code and not self.in_part and (not self.types or not _WHOLE_PLAN.isdisjoint(self.types))

    @property
    def codes(self) -> tuple[str, ...]:
        """The procedure codes it speaks of."""
        if not self.code:
            return ()
        return tuple(codes_between(self.code, self.last_code)) if self.last_code else (self.code,)

    @property
    def narrow(self) -> bool:
        """True where it holds in part: for one place or diagnosis, or out of the network."""
        return self.in_part or self.network == _OUT_OF_NETWORK


def answers_of(
    benefits: Sequence[Benefit], dates: Mapping[str, Span], payer_id: str, day: date | None
) -> tuple[Eligibility, ...]:
    """The answers about one patient, one for each plan or time of cover: cover that holds first, the newest first.

    `dates` are those of the whole level, for every EB without its own; `day` is the one the answer was made on.
    """
    covers = _covers(benefits, dates)
    medicare = any(cover.payer_type == PayerType.MEDICARE for cover in covers)
    others, first = _other_payers(benefits, payer_id, day, medicare=medicare)
    spans = tuple(dict.fromkeys(_spans(benefits, medicare=medicare)))
    limits = tuple(dict.fromkeys(_limits(benefits)))
    return tuple(
        replace(
            cover,
            checked_on=day,
            payer_id=payer_id,
            other_payers=others,
            primary_payer=first,
            spans=spans,
            limits=limits,
        )
        for cover in covers
    )


def plan_of(benefits: Sequence[Benefit]) -> str:
    """The name of the plan that covers the patient, else of one that did."""
    stated = [b for b in benefits if b.whole_plan and b.plan and b.info in _ACTIVE | _INACTIVE]
    return next((b.plan for b in sorted(stated, key=lambda b: b.info in _INACTIVE)), "")


def approvals_of(benefits: Sequence[Benefit]) -> tuple[ApprovalDemand, ...]:
    """Where the plan says that it wants approval beforehand, or does not (EB11); "unknown" says nothing."""
    demands = (
        ApprovalDemand(b.approval == "Y", b.codes, () if b.whole_plan else b.types)
        for b in benefits
        if b.approval in ("Y", "N") and not b.narrow
    )
    return tuple(dict.fromkeys(demands))


# Cover


def _covers(benefits: Sequence[Benefit], dates: Mapping[str, Span]) -> list[Eligibility]:
    """One for each plan and time. Medicare's Part A pays no professional claim: it says nothing of the cover here."""
    stated = [b for b in benefits if b.info in _ACTIVE | _INACTIVE]
    of_plan = [b for b in stated if b.whole_plan]
    active = [b for b in stated if b.info in _ACTIVE]
    told = (
        of_plan or active[:1]
    )  # cover of one service shows that there is cover; that one is not covered shows nothing
    if any(b.insurance != _PART_A for b in told):
        told = [b for b in told if b.insurance != _PART_A]
    found = list(dict.fromkeys(_cover(b, dates) for b in told))
    return sorted(found, key=_counts) or [Eligibility(None)]


def _cover(b: Benefit, dates: Mapping[str, Span]) -> Eligibility:
    active: bool | None = b.info in _ACTIVE
    said = (dated(b.dates, _PLAN), dated(dates, _LEVEL), dated(b.dates, _BENEFIT))
    start, end = next((days for days in said if any(days)), (None, None))
    if not active and end is None:
        start = None  # one day beside an ended cover may be its end
    if b.insurance == _PART_A:
        active = start = end = None
    return Eligibility(
        None,
        active=active,
        valid_from=start,
        valid_to=end,
        plan_type=b.insurance or b.plan[:_LONGEST_NAME],
        payer_type=_TYPES[b.insurance].value if b.insurance in _TYPES else "",
    )


def _counts(cover: Eligibility) -> tuple[bool, int]:
    return not cover.active, -(cover.valid_from or date.min).toordinal()


def dated(dates: Mapping[str, Span], wanted: Sequence[tuple[str, str]]) -> Span:
    """The days by the first of the wanted qualifiers that is there. A single day is the first one: X12 has an answer
    give the day a plan began, not the day that was asked about."""
    for first, last in wanted:
        start, end = dates.get(first, (None, None))
        closing = dates.get(last, (None, None))
        if start or closing[0]:
            return start, closing[1] or closing[0] or end
    return None, None


# Other payers and times paid in another way


def _other_payers(
    benefits: Sequence[Benefit], own_id: str, day: date | None, *, medicare: bool
) -> tuple[tuple[str, ...], str]:
    """Who else pays, and which of them comes first. Where all of them come later, the answering payer does."""
    others: dict[str, None] = {}
    first, later = "", True
    for b in benefits:
        if b.info != _OTHER_PAYER or (b.types and _OTHER_CARE.issuperset(b.types)):
            continue
        ended = dated(b.dates, _OTHER)[1]
        if _is_advantage(b, medicare=medicare) or (ended and day and ended < day):
            continue
        names = [(p.role, p.id or p.name) for p in b.parties if p.id or p.name] or [("", b.plan or _UNNAMED)]
        for role, name in names:
            others[name[:_LONGEST_NAME]] = None
            later = later and role in ("SEP", "TTP")
            if role == "PRP" or (b.insurance in _BEFORE_MEDICARE and medicare):
                first = first or name[:_LONGEST_NAME]
    return tuple(others), first or (own_id if others and later else "")


def _is_advantage(b: Benefit, *, medicare: bool) -> bool:
    """True where another payer named by Medicare is a Medicare Advantage plan."""
    return medicare and b.whole_plan and b.insurance in _PLANS_FOR_MEDICARE


def _spans(benefits: Sequence[Benefit], *, medicare: bool) -> Iterator[CareSpan]:
    for b in benefits:
        kind = ""
        if b.info == _OTHER_PAYER and (_is_advantage(b, medicare=medicare) or b.insurance == _ADVANTAGE):
            kind = "medicare_advantage"
        elif b.info == _FACILITY and _HOSPICE in b.types:
            kind = "hospice"
        elif b.info == _FACILITY and _HOME_HEALTH in b.types:
            kind = "home_health"
        if kind:
            yield CareSpan(kind, *dated(b.dates, _OTHER))


# Limits


def _limits(benefits: Sequence[Benefit]) -> Iterator[BenefitLimit]:
    for b in benefits:
        if b.narrow:
            continue
        excluded = b.info in _EXCLUDED
        remaining = _remaining(b) if b.info == LIMITATION else None
        begins = _begins(b)
        if not excluded and remaining is None and begins is None:
            continue
        for codes, family in _subjects(b):
            yield BenefitLimit(codes, family, excluded, remaining, begins)


def _subjects(b: Benefit) -> Iterator[tuple[tuple[str, ...], str]]:
    """The codes or family of codes it speaks of; a kind of service our code table does not know is left out."""
    if b.code:
        yield b.codes, ""
    elif b.whole_plan:
        if b.types and b.info in _EXCLUDED:
            yield (), ""
    else:
        for family in dict.fromkeys(_FAMILIES[t] for t in b.types if t in _FAMILIES):
            yield (), family


def _remaining(b: Benefit) -> Decimal | None:
    """How many are left: a count, or none where no money is left."""
    if not b.left:
        return None
    if b.quantity is not None:
        return b.quantity if b.quantity_kind in _COUNTS else None
    return Decimal(0) if b.amount == 0 else None


def _begins(b: Benefit) -> date | None:
    """The first day a service is covered, where it has one of its own."""
    if b.whole_plan or (b.info not in _ACTIVE and b.info != _DESCRIPTION):
        return None
    if b.info == _DESCRIPTION and not b.code:
        return None
    return dated(b.dates, _BENEFIT[1:2])[0]
