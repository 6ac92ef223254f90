"""What other payers decided (2320, 2330, 2430), while its segments still come in.

Nothing here costs a claim: what cannot be read is carried as it stands.
"""

from __future__ import annotations

from typing import Any

from claims.claim import Carried, LineAdjudication, OtherPayer, Person
from claims.freezing import maker
from claims.x12.carrying import Adjustments
from claims.x12.composites import Composites
from claims.x12.delimiters import Delimiters
from claims.x12.elements import Elements, amount, at, day, optional_amount, whole_number
from claims.x12.parties import NOTHING, PART, WHOLE, Party

_PADDING = [""] * 10
_PAYER_AMOUNTS = {"D": "paid", "A8": "non_covered", "EAF": "patient_liability"}
_PAYER_REFERENCES = {"F8": "claim_control_number", "G1": "authorization_number", "9F": "referral_number"}


_other_payer, _adjudication = maker(OtherPayer), maker(LineAdjudication)


class _Draft:
    """What the two have in common: fields, adjustments, carried segments. Each method says how much it took."""

    __slots__ = ("adjustments", "extra", "fields", "segments")

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.adjustments = Adjustments()
        self.extra: list[Carried] = []
        self.segments: dict[str, int] = {}

    def take(self, name: str, value: Any, key: str, number: int) -> int:
        """Fill the field, unless it is filled."""
        if name in self.fields:
            return NOTHING
        self.fields[name] = value
        self.segments[key] = number
        return WHOLE

    def cas(self, e: Elements, number: int) -> int:
        """CAS."""
        self.adjustments.add(e, number)
        return WHOLE

    def adjudicated(self, e: Elements, number: int) -> int:
        """DTP*573."""
        if at(e, 2) != "D8" or len(e) != 4:
            return NOTHING
        return self.take("adjudicated_on", day(e, 3), "DTP*573", number)


class OtherPayerDraft(_Draft):
    """One loop 2320."""

    __slots__ = ("insured", "payer")

    def __init__(self, sbr: Elements, number: int) -> None:
        super().__init__()
        e = sbr + _PADDING
        self.fields = {
            "sequence": e[1], "relationship": e[2], "group_number": e[3], "plan_name": e[4], "insurance_type": e[5],
            "filing_indicator": e[9],
        }  # fmt: skip
        self.segments["SBR"] = number
        self.insured: Party | None = None
        self.payer: Party | None = None

    def nm1(self, role: str, e: Elements, number: int) -> tuple[Party | None, int]:
        """Whom N3 and N4 now speak of, and how much of the segment was taken."""
        if role == "IL" and self.insured is None:
            owner = self.insured = party = Party(e)
            whole = party.is_whole_person()
        elif role == "PR" and self.payer is None:
            owner, self.payer = None, Party(e)
            whole = self.payer.is_whole_payer()
        else:
            return None, NOTHING
        self.segments[f"NM1*{role}"] = number
        return owner, WHOLE if whole else PART

    def amt(self, e: Elements, number: int) -> int:
        """AMT*D, A8, EAF."""
        name = _PAYER_AMOUNTS.get(at(e, 1))
        return self.take(name, amount(e, 2), f"AMT*{e[1]}", number) if name and len(e) == 3 else NOTHING

    def oi(self, e: Elements, number: int) -> int:
        """Whether benefits are assigned, and what may be released."""
        if "benefits_assigned" in self.fields or not any(e[1:]):
            return NOTHING
        e += _PADDING
        self.fields |= {"benefits_assigned": e[3], "patient_signature": e[4], "release_of_information": e[6]}
        self.segments["OI"] = number
        return PART if e[1] or e[2] or e[5] or e[7] else WHOLE

    def moa(self, e: Elements, number: int) -> int:
        """Claim remark codes."""
        if "remarks" in self.fields or not any(e[3:8]):
            return NOTHING
        codes = e[3:8]
        self.fields["remarks"] = tuple(filter(None, codes))
        self.segments["MOA"] = number
        return PART if at(e, 1) or at(e, 2) or any(e[8:]) or "" in codes else WHOLE

    def ref(self, e: Elements, number: int) -> int:
        """References of the payer (2330B)."""
        name = _PAYER_REFERENCES.get(at(e, 1))
        return self.take(name, e[2], f"REF*{e[1]}", number) if name and len(e) == 3 and e[2] else NOTHING

    def built(self, delimiters: Delimiters) -> OtherPayer:
        """The payer, complete."""
        insured, payer = self.insured or Party(), self.payer or Party()
        kept = self.adjustments.kept("2320", "", delimiters) if self.adjustments.odd else []
        return _other_payer(
            **self.fields,
            payer_id=payer.id,
            name=payer.last_name,
            insured=insured.person() if self.insured else Person(),
            member_id=insured.id,
            adjustments=tuple(self.adjustments.read),
            extra=(*kept, *self.extra),
            segments=self.segments,
        )


class LineAdjudicationDraft(_Draft):
    """One loop 2430."""

    __slots__ = ("whole",)

    def __init__(self, svd: Elements, composites: Composites) -> None:
        super().__init__()
        e = svd + _PADDING
        paid, procedure = amount(e, 2), composites.procedures[e[3]]
        self.fields = {
            "payer_id": e[1],
            "paid": paid,
            "qualifier": procedure.qualifier,
            "code": procedure.code,
            "modifiers": procedure.modifiers,
            "description": procedure.description,
            "units": optional_amount(e, 5),
            "bundled_line": whole_number(e, 6) if e[6] else None,
        }
        self.whole = procedure.plain and not (e[4] or any(e[7:]))

    def amt(self, e: Elements, number: int) -> int:
        """AMT*EAF."""
        if at(e, 1) != "EAF" or len(e) != 3:
            return NOTHING
        return self.take("patient_liability", amount(e, 2), "AMT*EAF", number)

    def built(self, delimiters: Delimiters) -> LineAdjudication:
        """The decision, complete."""
        kept = self.adjustments.kept("2430", "", delimiters) if self.adjustments.odd else []
        return _adjudication(**self.fields, adjustments=tuple(self.adjustments.read), extra=(*kept, *self.extra))
