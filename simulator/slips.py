"""What staff get wrong between the encounter and the claim; every slip can be switched off by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.practice import valid_npi
from simulator.reference import OFFICE, coverage, services

if TYPE_CHECKING:
    from simulator.coding import Draft, DraftLine

Slip = Callable[["Draft", float], bool]  # changes the draft; says whether there was anything to get wrong
SLIPS: dict[str, Slip] = {}  # in the order in which they happen
LATE = "late_submission"
TWICE = "duplicate_billing"
TOO_SOON = "booked_too_soon"
NOT_COUNTED = "sessions_not_counted"
FIRST_PAYMENT = "missing_first_payment"
BY_HAND = (
    LATE,
    TWICE,
    TOO_SOON,
    NOT_COUNTED,
    FIRST_PAYMENT,
)  # not a change of the draft: they move days or send it again


def _slip(function: Slip) -> Slip:
    SLIPS[function.__name__] = function
    return function


def slip_names() -> tuple[str, ...]:
    """Every slip there is, by the name that switches it."""
    return (*SLIPS, *BY_HAND)


def _pick(things: tuple[str, ...], which: float) -> str:
    return things[int(which * len(things))]


def _lines(draft: Draft, *families: str) -> list[DraftLine]:
    return [line for line in draft.lines if services()[line.code].family in families]


def _surgical(draft: Draft) -> bool:
    return any(services()[line.code].surgical for line in draft.lines)


@_slip
def forgotten_25(draft: Draft, _which: float) -> bool:
    """The visit goes out without modifier 25 beside its procedure."""
    visits = [line for line in draft.lines if "25" in line.modifiers]
    for line in visits:
        line.modifiers = tuple(m for m in line.modifiers if m != "25")
    return bool(visits)


@_slip
def missing_authorization(draft: Draft, _which: float) -> bool:
    """The authorization number stays in another system."""
    had, draft.authorization = draft.authorization, ""
    return bool(had)


@_slip
def missing_referral(draft: Draft, _which: float) -> bool:
    """The referral number is not asked for."""
    had, draft.referral = draft.referral, ""
    return bool(had)


@_slip
def retired_diagnosis(draft: Draft, which: float) -> bool:
    """The old favourites list offers a code that no longer bills."""
    ended = coverage().retired
    choices = tuple(c for c in draft.patient.condition.retired if ended[c] < draft.day)
    if not choices:
        return False
    draft.diagnoses[0] = _pick(choices, which)
    return True


@_slip
def vague_diagnosis(draft: Draft, which: float) -> bool:
    """A hurried coder takes the general code for the precise one."""
    if not _surgical(draft):
        return False
    draft.diagnoses[0] = _pick(draft.patient.condition.vague, which)
    return True


@_slip
def unsupported_diagnosis(draft: Draft, which: float) -> bool:
    """The diagnosis of another complaint comes first."""
    if not _surgical(draft):
        return False
    draft.diagnoses[0] = _pick(draft.patient.condition.wrong, which)
    return True


@_slip
def dropped_base(draft: Draft, _which: float) -> bool:
    """The base service is lost when the session is keyed in."""
    bases = {base for line in draft.lines for base in services()[line.code].bases if base.startswith("6")}
    kept = [line for line in draft.lines if line.code not in bases]
    dropped = len(kept) < len(draft.lines)
    draft.lines = kept
    return dropped


@_slip
def wrong_units(draft: Draft, which: float) -> bool:
    """Ten times the drug, or a unit too many."""
    drugs = _lines(draft, "drug")
    procedures = [line for line in draft.lines if services()[line.code].surgical]
    if drugs and which < 0.6:
        drugs[0].units *= 10
        return True
    if procedures:
        procedures[0].units = services()[procedures[0].code].most_units + 1
    return bool(procedures)


@_slip
def missing_side(draft: Draft, _which: float) -> bool:
    """No side on the line."""
    sided = [line for line in draft.lines if {"RT", "LT"} & set(line.modifiers)]
    for line in sided:
        line.modifiers = tuple(m for m in line.modifiers if m not in ("RT", "LT"))
    return bool(sided)


@_slip
def conflicting_sides(draft: Draft, which: float) -> bool:
    """Both sides and one side on the same line."""
    both = [line for line in draft.lines if "50" in line.modifiers]
    for line in both:
        line.modifiers = (*line.modifiers, "RT" if which < 0.5 else "LT")
    return bool(both)


@_slip
def member_id_typo(draft: Draft, which: float) -> bool:
    """A digit of the member id is lost."""
    at = 1 + int(which * (len(draft.member_id) - 2))
    draft.member_id = draft.member_id[:at] + draft.member_id[at + 1 :]
    return True


@_slip
def bad_npi(draft: Draft, which: float) -> bool:
    """A digit of the clinician's NPI is wrong."""
    npi = draft.rendering_npi
    at = 1 + int(which * 8)
    draft.rendering_npi = npi[:at] + str((int(npi[at]) + 1) % 10) + npi[at + 1 :]
    return not valid_npi(draft.rendering_npi)


@_slip
def guidance_billed(draft: Draft, _which: float) -> bool:
    """Imaging is billed that the procedure already holds."""
    codes = {line.code for line in draft.lines}
    for guidance, procedures in coverage().included.items():
        done = [line for line in draft.lines if line.code in procedures]
        if done and guidance not in codes:
            modifiers = () if draft.place == OFFICE else ("26",)
            draft.lines.append(replace(done[0], code=guidance, units=1, modifiers=modifiers))
            return True
    return False


@_slip
def forgotten_59(draft: Draft, _which: float) -> bool:
    """The separate muscle injection goes out without saying that it was separate."""
    marked = [line for line in draft.lines if {"59", "XS"} & set(line.modifiers)]
    for line in marked:
        line.modifiers = tuple(m for m in line.modifiers if m not in ("59", "XS"))
    return bool(marked)


@_slip
def new_for_known(draft: Draft, _which: float) -> bool:
    """A first visit is billed for a patient who was here before."""
    visits = _lines(draft, "visit")
    if not visits or draft.first or "25" in visits[0].modifiers:
        return False
    visits[0].code = {"99213": "99203", "99214": "99204", "99215": "99205"}.get(visits[0].code, visits[0].code)
    return True


@_slip
def missing_clia(draft: Draft, _which: float) -> bool:
    """The laboratory number is left off a drug test."""
    had, draft.clia = draft.clia, ""
    return bool(had)


@_slip
def retired_code(draft: Draft, _which: float) -> bool:
    """The drug goes out under the code it had until spring 2024."""
    drugs = [line for line in draft.lines if line.code == "J1010"]
    for line in drugs:
        line.code, line.units = ("J1030" if line.units == 40 else "J1040"), 1
    return bool(drugs)


@_slip
def missing_drug_modifier(draft: Draft, _which: float) -> bool:
    """The single-dose vial goes out without its waste modifier."""
    marked = [line for line in draft.lines if "JZ" in line.modifiers]
    for line in marked:
        line.modifiers = tuple(m for m in line.modifiers if m != "JZ")
    return bool(marked)


@_slip
def missing_accident(draft: Draft, _which: float) -> bool:
    """A work injury goes out without its date."""
    had, draft.accident = draft.accident, None
    return had is not None


@_slip
def visit_in_global(draft: Draft, _which: float) -> bool:
    """A visit the procedure already pays for is billed."""
    visits, draft.held = draft.held, []
    draft.lines[:0] = visits
    return bool(visits)


@_slip
def third_level(draft: Draft, _which: float) -> bool:
    """A level more is treated than the Medicare plans cover in a session."""
    if draft.payer.payer.filing_indicator not in ("MB", "16"):
        return False
    second = [line for line in draft.lines if line.code == "64494"]
    further = [line for line in draft.lines if line.code in ("64634", "64636")]
    draft.lines += [replace(line, code="64495") for line in second]
    for line in further:
        line.units = 2
    return bool(second or further)


@_slip
def missing_ndc(draft: Draft, _which: float) -> bool:
    """The drug goes out without its NDC to a payer that wants it."""
    drugs = [line for line in draft.lines if services()[line.code].measure] if draft.payer.wants_ndc else []
    for line in drugs:
        line.with_ndc = False
    return bool(drugs)
