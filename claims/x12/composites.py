"""Elements made of components: procedures, pointers, diagnoses. Each parsed once: a practice bills few kinds.

Each name here is a function of the component separator: `diagnoses(":")["ABK:M5416"]`.
"""

from __future__ import annotations

from typing import NamedTuple

from claims.claim import Diagnosis
from claims.wording import shown
from claims.x12.elements import BadElement, at, remembered

_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})  # HI01-1; BK and BF are ICD-9-CM


class Procedure(NamedTuple):
    """SV101 or SVD03; `plain` when the other four say all of it."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    description: str
    plain: bool


@remembered(1 << 12)
def procedures(text: str, component: str) -> Procedure:
    """The parts of SV101."""
    parts = text.split(component)
    if not at(parts, 1):
        advice = f"ISA16 declares {component!r} between components." if len(text) > 2 else ""
        raise BadElement("SV101-2", found="nothing", expected="a procedure code", advice=advice)
    plain = len(parts) <= 7 and "" not in parts[: max((i for i in range(2, 6) if at(parts, i)), default=0)]
    return Procedure(parts[0], parts[1], tuple(m for m in parts[2:6] if m), at(parts, 6), plain)


@remembered(1 << 12)
def codes_and_modifiers(text: str, component: str) -> tuple[str, tuple[str, ...]]:
    """The code and modifiers of a procedure; the code is "" when there is none."""
    parts = text.split(component)
    return at(parts, 1), tuple(m for m in parts[2:6] if m)


@remembered(1 << 12)
def services(text: str, component: str) -> tuple[str, str, tuple[str, ...], bool]:
    """The qualifier, code (or "") and modifiers of SVC01 or SVC06, and whether that is all of it."""
    parts = text.split(component)
    modifiers = tuple(m for m in parts[2:6] if m)
    whole = not text or (bool(at(parts, 1)) and len(parts) == 2 + len(modifiers))
    return parts[0], at(parts, 1), modifiers, whole


@remembered(1 << 12)
def pointers(text: str, component: str) -> tuple[int, ...]:
    """The diagnosis pointers of SV107."""
    found = [p for p in text.split(component) if p]
    for position, pointer in enumerate(found, 1):
        if not (pointer.isascii() and pointer.isdigit() and len(pointer) <= 2):
            expected = "the number of a diagnosis, from 1"
            raise BadElement(f"SV107-{position}", found=shown(pointer), expected=expected)
    return tuple(map(int, found))


@remembered(1 << 14)
def diagnoses(text: str, component: str) -> tuple[Diagnosis, str] | None:
    """The diagnosis in one composite of HI, and its qualifier; None when it is another kind of code.

    The qualifier is "" when the composite says more than both.
    """
    parts = text.split(component)
    if parts[0] not in _DIAGNOSES:
        return None
    if not at(parts, 1):
        raise BadElement("", found="nothing", expected="a diagnosis code")
    return Diagnosis(parts[1]), parts[0] if len(parts) == 2 else ""


@remembered(1 << 10)
def places(text: str, component: str) -> tuple[str, str, bool]:
    """Place of service and frequency of CLM05, and whether that is all of it."""
    parts = text.split(component)
    return parts[0], at(parts, 2), len(parts) == 3 and parts[1] == "B"


class Composites:
    """The memories of one component separator, as a reader of claims needs them."""

    __slots__ = ("component", "diagnoses", "places", "pointers", "procedures")

    def __init__(self, component: str) -> None:
        self.component = component
        self.diagnoses, self.places = diagnoses(component), places(component)
        self.pointers, self.procedures = pointers(component), procedures(component)
