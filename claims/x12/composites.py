"""Elements made of components: procedures, pointers, diagnoses. Each parsed once: a practice bills few kinds."""

from __future__ import annotations

from typing import Any

from claims.claim import Diagnosis
from claims.wording import shown
from claims.x12.elements import BadElement, at, remembered

_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})  # HI01-1; BK and BF are ICD-9-CM


@remembered(1 << 12)
def procedure_of(text: str, component: str) -> dict[str, Any]:
    """The parts of SV101: what a practice bills repeats."""
    parts = text.split(component)
    if not at(parts, 1):
        advice = f"ISA16 declares {component!r} between components." if len(text) > 2 else ""
        raise BadElement("SV101-2", found="nothing", expected="a procedure code", advice=advice)
    return {
        "qualifier": parts[0],
        "code": parts[1],
        "modifiers": tuple(m for m in parts[2:6] if m),
        "description": at(parts, 6),
    }


@remembered(1 << 12)
def is_plain_procedure(text: str, component: str) -> bool:
    """True when `procedure_of` takes in all of SV101 or SVD03."""
    parts = text.split(component)
    return len(parts) <= 7 and "" not in parts[: max((i for i in range(2, 6) if at(parts, i)), default=0)]


@remembered(1 << 12)
def code_and_modifiers(text: str, component: str) -> tuple[str, tuple[str, ...]]:
    """The code and modifiers of a procedure; the code is "" when there is none."""
    parts = text.split(component)
    return at(parts, 1), tuple(m for m in parts[2:6] if m)


@remembered(1 << 12)
def service_of(text: str, component: str) -> tuple[str, str, tuple[str, ...], bool]:
    """The qualifier, code (or "") and modifiers of SVC01 or SVC06, and whether that is all of it."""
    parts = text.split(component)
    modifiers = tuple(m for m in parts[2:6] if m)
    whole = not text or (bool(at(parts, 1)) and len(parts) == 2 + len(modifiers))
    return parts[0], at(parts, 1), modifiers, whole


@remembered(1 << 12)
def pointers_of(text: str, component: str) -> tuple[int, ...]:
    """The diagnosis pointers of SV107."""
    pointers = [p for p in text.split(component) if p]
    for position, pointer in enumerate(pointers, 1):
        if not (pointer.isascii() and pointer.isdigit() and len(pointer) <= 2):
            expected = "the number of a diagnosis, from 1"
            raise BadElement(f"SV107-{position}", found=shown(pointer), expected=expected)
    return tuple(map(int, pointers))


@remembered(1 << 14)
def diagnosis_of(text: str, component: str) -> tuple[Diagnosis, str] | None:
    """The diagnosis in one composite of HI, and its qualifier; None when it is another kind of code.

    The qualifier is "" when the composite says more than both.
    """
    parts = text.split(component)
    if parts[0] not in _DIAGNOSES:
        return None
    if not at(parts, 1):
        raise BadElement("", found="nothing", expected="a diagnosis code")
    return Diagnosis(parts[1]), parts[0] if len(parts) == 2 else ""
