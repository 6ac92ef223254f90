"""The people and organisations of a claim while their segments (NM1, N3, N4, PRV, DMG, REF) still come in.

Each method says how much of the segment the party now holds; the rest is the reader's to keep.
"""

from __future__ import annotations

from datetime import date

from claims.claim import Address, Person, Provider
from claims.x12.elements import Elements, at, day

_PADDING = [""] * 13
NOTHING, PART, WHOLE = 0, 1, 2  # how much of a segment a party took
PRV_CODES = {"85": "BI", "82": "PE", "DN": "RF"}  # PRV01 we write for a role; PE for the rest


class Party:
    """Whoever the last NM1 named, and what the segments after it say of them."""

    __slots__ = (
        "_address", "_located", "birth_date", "first_name", "id", "id_kind", "is_person", "last_name", "middle_name",
        "role", "sex", "tax_id", "tax_id_kind", "taxonomy", "whole_as_payer", "whole_as_person", "whole_as_provider",
    )  # fmt: skip

    def __init__(self, nm1: Elements | None = None) -> None:
        e = nm1 + _PADDING if nm1 else _PADDING
        self.role = e[1]
        self.is_person = e[2] == "1"
        self.last_name, self.first_name, self.middle_name = e[3], e[4], e[5]
        self.id_kind, self.id = e[8], e[9]
        self.tax_id = self.tax_id_kind = self.taxonomy = self.sex = ""
        self.birth_date: date | None = None
        self._address: list[str] | None = None
        self._located = False
        plain = not (e[6] or e[7] or e[10] or e[11] or e[12]) and (e[2] == "1" or e[2] == "2")
        self.whole_as_provider = plain and not e[5] and e[8] == ("XX" if e[9] else "")
        self.whole_as_person = plain and self.is_person and e[8] == ("MI" if e[9] else "")
        self.whole_as_payer = plain and e[2] == "2" and not (e[4] or e[5]) and e[8] == ("PI" if e[9] else "")

    def n3(self, e: Elements) -> int:
        """Street."""
        if self._address is not None or not (at(e, 1) or at(e, 2)):
            return NOTHING
        self._address = [at(e, 1), at(e, 2), "", "", "", ""]
        return WHOLE if len(e) <= 3 else PART

    def n4(self, e: Elements) -> int:
        """City, state, postal code, country."""
        if self._located or not any(e[1:5]):
            return NOTHING
        self._located = True
        street = self._address[:2] if self._address else ["", ""]
        self._address = [*street, at(e, 1), at(e, 2), at(e, 3), at(e, 4)]
        return WHOLE if len(e) <= 5 else PART

    def prv(self, e: Elements) -> int:
        """Taxonomy."""
        if self.taxonomy or at(e, 2) not in ("PXC", "ZZ") or not at(e, 3):  # ZZ: the qualifier of 4010, still met
            return NOTHING
        self.taxonomy = e[3]
        return WHOLE if e[1] == PRV_CODES.get(self.role, "PE") and e[2] == "PXC" and len(e) == 4 else PART

    def dmg(self, e: Elements) -> int:
        """Birth date and sex."""
        if at(e, 2):
            self.birth_date = day(e, 2, private=True)
        self.sex = at(e, 3)
        if not (self.birth_date or self.sex):
            return NOTHING
        return WHOLE if len(e) <= 4 and at(e, 1) == ("D8" if at(e, 2) else "") else PART

    def tax(self, e: Elements) -> int:
        """Tax id."""
        if self.tax_id_kind:
            return NOTHING
        self.tax_id_kind, self.tax_id = e[1], at(e, 2)
        return WHOLE if len(e) == 3 else PART

    def address(self) -> Address | None:
        """The address, None when none was sent."""
        return Address(*self._address) if self._address else None

    def provider(self) -> Provider:
        """The party as a clinician, group or facility."""
        return Provider(
            npi=self.id if self.id_kind in ("XX", "") else "",
            name=self.last_name,
            first_name=self.first_name,
            is_person=self.is_person,
            tax_id=self.tax_id,
            tax_id_kind=self.tax_id_kind,
            taxonomy=self.taxonomy,
            address=self.address(),
        )

    def person(self) -> Person:
        """The party as a patient or subscriber."""
        return Person(
            last_name=self.last_name,
            first_name=self.first_name,
            middle_name=self.middle_name,
            birth_date=self.birth_date,
            sex=self.sex,
            address=self.address(),
        )
