"""The people and organisations of a claim while their segments (NM1, N3, N4, PRV, DMG, REF) still come in."""

from __future__ import annotations

from datetime import date

from claims.claim import Address, Person, Provider
from claims.x12.elements import Elements, at, day

_PADDING = [""] * 10


class Party:
    """Whoever the last NM1 named, and what the segments after it say of them."""

    __slots__ = (
        "_address", "birth_date", "first_name", "id", "id_kind", "is_person", "last_name", "middle_name", "sex",
        "tax_id", "tax_id_kind", "taxonomy",
    )  # fmt: skip

    def __init__(self, nm1: Elements | None = None) -> None:
        e = nm1 + _PADDING if nm1 else _PADDING
        self.is_person = e[2] == "1"
        self.last_name, self.first_name, self.middle_name = e[3], e[4], e[5]
        self.id_kind, self.id = e[8], e[9]
        self.tax_id = self.tax_id_kind = self.taxonomy = self.sex = ""
        self.birth_date: date | None = None
        self._address: list[str] | None = None

    def n3(self, e: Elements) -> None:
        """Street."""
        self._address = [at(e, 1), at(e, 2), "", "", "", ""]

    def n4(self, e: Elements) -> None:
        """City, state, postal code, country."""
        street = self._address[:2] if self._address else ["", ""]
        self._address = [*street, at(e, 1), at(e, 2), at(e, 3), at(e, 4)]

    def prv(self, e: Elements) -> None:
        """Taxonomy."""
        if at(e, 2) == "PXC" or at(e, 2) == "ZZ":  # ZZ: the qualifier of version 4010, still met
            self.taxonomy = at(e, 3)

    def dmg(self, e: Elements) -> None:
        """Birth date and sex."""
        self.sex = at(e, 3)
        if at(e, 2):
            self.birth_date = day(e, 2, private=True)

    def tax(self, e: Elements) -> None:
        """Tax id."""
        self.tax_id_kind, self.tax_id = e[1], at(e, 2)

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
