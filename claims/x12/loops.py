"""One loop being written: what our own fields say and what was carried, in the order of the file it came from.

Where the order is not known (a claim built by hand) it is the guide's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from claims.claim import COMPONENT, REPETITION, Address, Carried
from claims.x12.writing import Value, Writer

Said = TypeVar("Said")
Owned = Collection[int | tuple[int, int]]  # elements, or (element, component), that our own fields say

_PARTY = "NM1 N2 N3 N4 PRV DMG REF PER DTP"
_GUIDE = {
    "2000A": "HL PRV CUR", "2000B": "HL SBR PAT", "2000C": "HL PAT",
    "2010AA": "NM1 N2 N3 N4 REF PER PRV", "2010BA": _PARTY, "2010BB": _PARTY, "2010CA": _PARTY,
    "2300": "CLM DTP PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP", "2310": _PARTY,
    "2320": "SBR CAS AMT OI MOA", "2330": "NM1 N2 N3 N4 DTP REF",
    "2400": "LX SV1 SV5 PWK CR1 CR3 CRC DTP QTY MEA CN1 AMT REF K3 NTE PS1 HCP", "2410": "LIN CTP REF",
    "2420": _PARTY, "2430": "SVD CAS DTP AMT",
    "2100": "CLP CAS NM1 MIA MOA REF DTM PER AMT QTY", "2110": "SVC DTM CAS REF AMT QTY LQ",
}  # fmt: skip
_RANKS = {loop: {segment: i for i, segment in enumerate(order.split())} for loop, order in _GUIDE.items()}
_LAST = 99


class Kept:
    """What a record carries, by the loop and party it stands in; each loop is taken once."""

    def __init__(self, extra: Iterable[Carried]) -> None:
        self._by_place: dict[tuple[str, str], list[Carried]] = {}
        for kept in extra:
            self._by_place.setdefault((kept.loop, kept.owner), []).append(kept)

    def take(self, loop: str, owner: str = "") -> list[Carried]:
        """The segments of that place, which are then no longer here."""
        return self._by_place.pop((loop, owner), [])

    def rest(self, loop: str) -> list[tuple[str, list[Carried]]]:
        """What is left of the loop, by party, in the order it came."""
        places = [place for place in self._by_place if place[0] == loop]
        return [(owner, self._by_place.pop((loop, owner))) for loop, owner in places]


class Loop:
    """The segments of one loop, or of one party of a loop."""

    def __init__(
        self, w: Writer, name: str, kept: Sequence[Carried] = (), numbers: Mapping[str, int] | None = None
    ) -> None:
        self._w, self.name = w, name
        self._numbers = numbers or {}
        self._partial = [k for k in kept if k.partial]
        ranks = self._ranks = _RANKS.get(name, {})
        self._items: list[tuple[int, int, str]] = []
        for k in kept:
            if not k.partial:
                rank = ranks.get(k.elements[0], _LAST)
                self._items.append((rank, k.number, w.joined([said(part, w) for part in k.elements])))

    @property
    def number(self) -> int:
        """Where the loop stood in its file: the least ordinal of its segments, 0 when none is known."""
        return min((number for _, number, _ in self._items if number), default=0)

    def add(self, segment: str, *values: Value, owned: Owned = (), key: str = "") -> None:
        """A segment our fields say; `owned` are the elements that are truly theirs, the others are defaults."""
        elements = self._w.elements(segment, *values)
        number = self._numbers.get(key or segment, 0)
        if self._partial:
            template = self._template(segment, elements[1] if "*" in key else "")
            if template is not None:
                number = template.number or number
                elements = self._merged(template, elements, owned)
        rank = self._ranks.get(segment, _LAST)
        self._items.append((rank, number, self._w.joined(elements)))

    def verbatim(
        self, segment: str | tuple[str, ...], read: Callable[[list[Carried]], Said | None], held: Said
    ) -> bool:
        """Give the kept segments of that id back as they stood, when they still say what our fields hold."""
        wanted = (segment,) if isinstance(segment, str) else segment
        kept = [k for k in self._partial if k.elements[0] in wanted]
        if not kept or read(kept) != held:
            return False
        for k in kept:
            rank = self._ranks.get(k.elements[0], _LAST)
            self._items.append((rank, k.number, self._w.joined([said(part, self._w) for part in k.elements])))
        return True

    def address(self, address: Address | None) -> None:
        """N3 and N4, as far as there is something to say."""
        if address is None:
            return
        if address.street or address.street2:
            self.add("N3", address.street, address.street2, owned=(1, 2))
        if address.city or address.state or address.postal_code or address.country:
            place = (address.city, address.state, address.postal_code, address.country)
            self.add("N4", *place, owned=(1, 2, 3, 4))

    def reference(self, qualifier: str, value: str) -> None:
        """REF, when there is one."""
        if value:
            self.add("REF", qualifier, value, owned=(1, 2), key=f"REF*{qualifier}")

    def close(self) -> None:
        """Write the loop."""
        items = sorted(self._items, key=lambda item: item[0])
        if any(number for _, number, _ in items):
            last, placed = 0, []
            for _, number, text in items:
                last = number or last
                placed.append((last, text))
            placed.sort(key=lambda item: item[0])
            for _, text in placed:
                self._w.put(text)
        else:
            for _, _, text in items:
                self._w.put(text)

    def _template(self, segment: str, qualifier: str) -> Carried | None:
        for i, kept in enumerate(self._partial):
            elements = kept.elements
            if elements[0] == segment and (not qualifier or (len(elements) > 1 and elements[1] == qualifier)):
                return self._partial.pop(i)
        return None

    def _merged(self, template: Carried, elements: list[str], owned: Owned) -> list[str]:
        """The template with what our fields say put in."""
        merged = [said(part, self._w) for part in template.elements]
        merged += [""] * (len(elements) - len(merged))
        component = self._w.component
        for place in owned:
            if isinstance(place, int):
                held = elements[place] if place < len(elements) else ""
                if not _means(merged[place] if place < len(merged) else "", held):
                    merged[place] = held
                continue
            element, part = place
            theirs = merged[element].split(component) if element < len(merged) else [""]
            ours = elements[element].split(component) if element < len(elements) else [""]
            theirs += [""] * (part + 1 - len(theirs))
            theirs[part] = ours[part] if part < len(ours) else ""
            if element < len(merged):
                merged[element] = component.join(theirs).rstrip(component)
        return merged


def said(element: str, w: Writer) -> str:
    """A carried element in the delimiters of the file being written."""
    if COMPONENT in element:
        parts = element.split(COMPONENT)
        return w.component.join(w.plain(part) for part in parts)
    if REPETITION in element:
        return w.repetition.join(w.plain(part) for part in element.split(REPETITION))
    return w.plain(element)


def _means(kept: str, held: str) -> bool:
    """True when the kept element already says what our field holds.

    A day with its hour, an amount with more zeros, an empty amount for none.
    """
    if "." in kept and held and kept != held:
        try:
            return Decimal(kept) == Decimal(held)
        except InvalidOperation:
            return False
    return kept == held or (len(held) == 8 and held.isdigit() and kept.startswith(held)) or (not kept and held == "0")
