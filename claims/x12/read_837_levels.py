"""What stands above the claims of an 837: billing provider, subscriber and patient (2000A, 2000B, 2000C)."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Carried, ClaimKind, Payer, Person, Provider, Subscriber
from claims.errors import UnreadableSegment
from claims.freezing import maker
from claims.kinds import kind_of_claim, type_of_payer
from claims.wording import shown
from claims.x12.carrying import carried
from claims.x12.delimiters import Delimiters
from claims.x12.elements import BadElement, Elements, at
from claims.x12.parties import NOTHING, PART, WHOLE, Party

BILLING, SUBSCRIBER, PATIENT = "20", "22", "23"  # HL03
ABOVE = {BILLING: "", SUBSCRIBER: BILLING, PATIENT: SUBSCRIBER}
LEVEL_LOOPS = {BILLING: "2000A", SUBSCRIBER: "2000B", PATIENT: "2000C"}
PARTY_LOOPS = {"85": "2010AA", "87": "2010AB", "PE": "2010AC", "IL": "2010BA", "PR": "2010BB", "QC": "2010CA"}
_WITH_ADDRESS = ("85", "IL", "QC")  # the parties of a level whose address is a field of ours
_PADDING = [""] * 10
_NOBODY = Party()
_BY_ORDER = "The level was placed by its order in the file."

_subscriber, _payer = maker(Subscriber), maker(Payer)


class Level:
    """A hierarchical level (HL): who stands in it, where, and what was wrong with it."""

    __slots__ = ("billing", "extra", "fault", "number", "parties", "relationship", "sbr", "segments")

    def __init__(self, number: str, segments: dict[str, int]) -> None:
        self.number = number  # HL01
        self.segments = segments
        self.extra: list[Carried] = []
        self.parties: dict[str, Party] = {}
        self.sbr: Elements = []
        self.relationship = ""  # PAT01
        self.fault: UnreadableSegment | None = None
        self.billing: tuple[Provider, ClaimKind] | None = None  # once built

    def nm1(self, role: str, e: Elements, number: int) -> tuple[Party | None, int]:
        """Whom N3, N4 and REF now speak of, and how much of the segment was taken."""
        if role in self.parties:
            return None, NOTHING
        self.parties[role] = party = Party(e)
        self.segments[f"NM1*{role}"] = number
        owner = party if role in _WITH_ADDRESS else None
        if role == "PR":
            whole = party.is_whole_payer()
        elif role == "85":
            whole = party.is_whole_provider()
        elif role in {"IL", "QC"}:
            whole = party.is_whole_person() and (role == "IL" or not party.id)
        else:
            return owner, NOTHING
        return owner, WHOLE if whole else PART

    def pat(self, e: Elements, number: int) -> int:
        """The patient's relationship to the subscriber."""
        if self.relationship or not at(e, 1):
            return NOTHING
        self.relationship = e[1]
        self.segments["PAT"] = number
        return PART if len(e) > 2 else WHOLE

    def early_prv(self, e: Elements, number: int) -> int:
        """PRV of the billing provider, which stands before the NM1 it speaks of."""
        party = self.parties.setdefault("PRV", Party())
        party.role = "85"
        self.segments.setdefault("PRV", number)
        return party.prv(e)

    def billed_by(self) -> tuple[Provider, ClaimKind]:
        """The billing provider and the kind of its claims; built once, nothing changes it once it has a subscriber."""
        if self.billing is None:
            party = self.parties.get("85") or Party()
            if taxonomy := self.parties.get("PRV"):
                party.taxonomy = taxonomy.taxonomy
            self.billing = party.provider(), kind_of_claim(party.taxonomy)
        return self.billing


Levels = dict[str, Level]  # by HL03


def misplaced(levels: Levels, level: str, number: str, parent: str, *, used: bool) -> Iterator[BadElement]:
    """What is wrong with HL01 and HL02 of a level that was placed all the same."""
    above = ABOVE[level]
    holder = levels.get(above)
    if used:
        found = f"{shown(number)} a second time"
        yield BadElement("HL01", found=found, expected="a number of its own", advice=_BY_ORDER)
    if holder is None and above:
        yield BadElement("HL02", found=shown(parent), expected=f"a level {above} before a level {level}")
    elif holder is not None and parent != holder.number:
        expected = f"{shown(holder.number)}, the level {above} it stands under"
        yield BadElement("HL02", found=shown(parent), expected=expected, advice=_BY_ORDER)


Shared = tuple[Provider, ClaimKind, Subscriber, Person, Payer, list[Carried]]


def shared(levels: Levels, delimiters: Delimiters) -> Shared:
    """What is the same for every claim of a level: who bills, whom for, which payer; and what the levels carry."""
    billing, kind = levels[BILLING].billed_by()
    holder, patient = levels[SUBSCRIBER], levels.get(PATIENT)
    insured, payer = holder.parties.get("IL", _NOBODY), holder.parties.get("PR", _NOBODY)
    extra = [kept for level in levels.values() for kept in level.extra]
    sbr, length = holder.sbr, len(holder.sbr)
    if any(sbr[4:9]) or length > 10 or (patient and at(sbr, 2)):
        extra.append(carried("2000B", sbr, "", holder.segments["SBR"], delimiters, partial=True))
    if length < 10:
        sbr = sbr + _PADDING
    person = insured.person()
    return (
        billing,
        kind,
        _subscriber(
            person=person,
            member_id=insured.id,
            group_number=sbr[3],
            relationship=patient.relationship if patient else sbr[2],
        ),
        patient.parties.get("QC", _NOBODY).person() if patient else person,
        _payer(id=payer.id, name=payer.last_name, filing_indicator=sbr[9], type=type_of_payer(sbr[9]), sequence=sbr[1]),
        extra,
    )
