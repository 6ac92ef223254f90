"""The people and organisations of a claim while their segments (NM1, N3, N4, PRV, DMG, REF) still come in.

Each method says how much of the segment the party now holds; the rest is the reader's to keep.
"""

from __future__ import annotations

from datetime import date

from claims.claim import Address, Person, Provider
from claims.freezing import maker
from claims.x12.elements import Elements, at, day

_PADDING = [""] * 13
NOTHING, PART, WHOLE = 0, 1, 2  # how much of a segment a party took
PRV_CODES = {"85": "BI", "82": "PE", "DN": "RF"}  # PRV01 we write for a role; PE for the rest

_address, _person, _provider = maker(Address), maker(Person), maker(Provider)


class Party:
    """Whoever the last NM1 named, and what the segments after it say of them."""

    # Stand in the class, and in a party only once they are said: a claim has four parties, most say little
    tax_id = tax_id_kind = taxonomy = sex = ""
    birth_date: date | None = None
    _n3: Elements | None = None
    _n4: Elements | None = None

    def __init__(self, nm1: Elements = _PADDING) -> None:
        self._nm1 = e = nm1 + _PADDING
        self.role = e[1]

    @property
    def id(self) -> str:
        """NM109."""
        return self._nm1[9]

    @property
    def id_qualifier(self) -> str:
        """NM108."""
        return self._nm1[8]

    @property
    def is_person(self) -> bool:
        """NM102."""
        return self._nm1[2] == "1"

    @property
    def last_name(self) -> str:
        """NM103, also the name of an organisation."""
        return self._nm1[3]

    def is_whole_provider(self) -> bool:
        """True when a Provider says all of NM1."""
        e = self._nm1
        return (
            not (e[5] or e[6] or e[7] or e[10] or e[11] or e[12])
            and e[2] in ("1", "2")
            and e[8] == ("XX" if e[9] else "")
        )

    def is_whole_person(self) -> bool:
        """True when a Person and a member's number say all of NM1."""
        e = self._nm1
        return e[2] == "1" and not (e[6] or e[7] or e[10] or e[11] or e[12]) and e[8] == ("MI" if e[9] else "")

    def is_whole_payer(self) -> bool:
        """True when a name and a payer's id say all of NM1."""
        e = self._nm1
        return e[2] == "2" and not (any(e[4:8]) or e[10] or e[11] or e[12]) and e[8] == ("PI" if e[9] else "")

    def n3(self, e: Elements) -> int:
        """Street."""
        if self._n3 is not None or self._n4 is not None or not any(e[1:3]):
            return NOTHING
        self._n3 = e
        return WHOLE if len(e) <= 3 else PART

    def n4(self, e: Elements) -> int:
        """City, state, postal code, country."""
        if self._n4 is not None or not any(e[1:5]):
            return NOTHING
        self._n4 = e
        return WHOLE if len(e) <= 5 else PART

    def prv(self, e: Elements) -> int:
        """Taxonomy."""
        if len(e) < 4 or self.taxonomy or e[2] not in ("PXC", "ZZ") or not e[3]:  # ZZ: of 4010, still met
            return NOTHING
        self.taxonomy = e[3]
        return WHOLE if e[1] == PRV_CODES.get(self.role, "PE") and e[2] == "PXC" and len(e) == 4 else PART

    def dmg(self, e: Elements) -> int:
        """Birth date and sex."""
        length = len(e)
        if length < 4:
            e = e + _PADDING
        if e[2]:
            self.birth_date = day(e, 2, private=True)
        self.sex = e[3]
        if not (self.birth_date or self.sex):
            return NOTHING
        return WHOLE if length <= 4 and e[1] == ("D8" if e[2] else "") else PART

    def tax(self, e: Elements) -> int:
        """Tax id."""
        if self.tax_id_kind:
            return NOTHING
        self.tax_id_kind, self.tax_id = e[1], at(e, 2)
        return WHOLE if len(e) == 3 else PART

    def address(self) -> Address | None:
        """The address, None when none was sent."""
        n3, n4 = self._n3, self._n4
        if n3 is None and n4 is None:
            return None
        street = (n3 or []) + _PADDING[:3]
        place = (n4 or []) + _PADDING[:5]
        return _address(street[1], street[2], place[1], place[2], place[3], place[4])

    def provider(self) -> Provider:
        """The party as a clinician, group or facility."""
        e = self._nm1
        return _provider(
            npi=e[9] if e[8] == "XX" or not e[8] else "",
            name=e[3],
            first_name=e[4],
            is_person=e[2] == "1",
            tax_id=self.tax_id,
            tax_id_kind=self.tax_id_kind,
            taxonomy=self.taxonomy,
            address=self.address(),
        )

    def person(self) -> Person:
        """The party as a patient or subscriber."""
        e = self._nm1
        return _person(
            last_name=e[3],
            first_name=e[4],
            middle_name=e[5],
            birth_date=self.birth_date,
            sex=self.sex,
            address=self.address(),
        )
