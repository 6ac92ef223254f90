"""What sinks a claim at a pretend payer: each policy turns what the payer sees into hazards.

The payer looks at the claim as it was sent, at its own memory, and at what only it can see (`simulator.case`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from claims.claim import Line
from simulator.case import Case
from simulator.coding import BY_A_LABORATORY, VISITS
from simulator.hazards import Hazard
from simulator.payers import Limit, Quirk
from simulator.practice import valid_npi
from simulator.reference import Service, coverage, mechanisms, services

NEW_VISITS = frozenset({"99203", "99204", "99205"})
SIDE_MODIFIERS = frozenset({"RT", "LT", "50"})


LinePolicy = Callable[[Case, Line, Service], Iterator[Hazard]]
LINE_POLICIES: list[LinePolicy] = []
FIRST = "P"  # SBR01 of the payer that pays first
FIRST_PAYMENT_WANTED = 0.9  # chance that a second payer denies what comes without the first one's decision
PAYER_MISTAKE, MISPOSTED = "payer_mistake", "misposted"  # what the payer takes back unasked
AFTER_THE_FIRST = 120  # more days to file in, where the first payer had to answer before


def _policy(policy: LinePolicy) -> LinePolicy:
    LINE_POLICIES.append(policy)
    return policy


def hazards_of(case: Case) -> list[list[Hazard]]:
    """The hazards of each line of the claim; an add-on falls with the service it adds to."""
    whole = list(_whole_claim(case))
    policies = LINE_POLICIES if case.claim.payer.sequence == FIRST else SECOND_POLICIES
    own = [
        [hazard for policy in policies for hazard in policy(case, line, services()[line.code])]
        for line in case.claim.lines
    ]
    hazards = []
    for i, line in enumerate(case.claim.lines):
        bases = services()[line.code].bases if services()[line.code].family != "visit_extra" else frozenset()
        fallen = [own[j] for j, other in enumerate(case.claim.lines) if other.code in bases and _same_side(line, other)]
        each = {id(h): h for group in ([*whole], own[i], *fallen[:1]) for h in group}
        hazards.append(list(each.values()))
    return hazards


def _same_side(line: Line, other: Line) -> bool:
    one, two = SIDE_MODIFIERS & set(line.modifiers), SIDE_MODIFIERS & set(other.modifiers)
    return not one or not two or bool(one & two)


def _whole_claim(case: Case) -> Iterator[Hazard]:
    claim, payer = case.claim, case.payer
    yield case.common("lapsed_cover", (0.0, 0.95), case.unseen.cover)
    yield case.common("other_payer_first", (0.0, 0.90), case.unseen.first_payer)
    if not payer.member_form.fullmatch(claim.subscriber.member_id):
        yield from case.strict("member_mismatch")
    first = claim.first_service
    longer = (60 if case.reworked else 0) + (AFTER_THE_FIRST if claim.payer.sequence != FIRST else 0)
    if first is not None and (case.sent - first).days > payer.filing_days + longer:
        yield from case.strict("late")
    if claim.payer.sequence != FIRST and not claim.other_payers:
        yield case.common("missing_first_payment", (FIRST_PAYMENT_WANTED,))
    if claim.rendering is not None and not valid_npi(claim.rendering.npi):
        yield from case.strict("bad_identifier")
    for gap in payer.unenrolled:
        if gap.clinician == case.clinician and first is not None and gap.since <= first <= gap.until:
            yield case.common("not_enrolled", (gap.chance,))
    if claim.payer.filing_indicator == "WC" and claim.accident_date is None:
        yield from case.strict("missing_accident")


@_policy
def duplicate(case: Case, line: Line, _service: Service) -> Iterator[Hazard]:
    """A service that was sent before, or twice on one claim."""
    if case.claim.frequency == "7" or line.service_from is None:
        return
    twin = any(
        o.number < line.number and o.code == line.code and o.modifiers == line.modifiers for o in case.claim.lines
    )
    if case.memory.has_seen(case.patient, line.code, line.modifiers, line.service_from):
        yield from case.strict("duplicate", 0.05 if case.reworked else 1.0)
    elif twin:
        yield from case.strict("duplicate", 0.7)


@_policy
def authorization(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """An authorization that is not on the claim, or does not cover what was billed."""
    payer, day = case.payer, line.service_from
    number = case.claim.authorization_number
    asked = payer.authorization.get(service.family, 0.0)
    if payer.authorization_places and case.claim.place_of(line) not in payer.authorization_places:
        asked = 0.0
    if asked:
        if number:
            yield case.common("authorization_mismatch", (0.0, 0.9), case.unseen.authorization)
        else:
            yield case.common("missing_authorization", (asked,), key=service.family)
    for mechanism, changes in (("silent_authorization", payer.silent), ("missing_authorization", payer.announced)):
        for change in changes:
            if change.names(service.code, service.family) and not number and day is not None and day >= change.since:
                yield case.common(mechanism, (change.chance,), key="announced" if changes is payer.announced else "")


@_policy
def referral(case: Case, _line: Line, service: Service) -> Iterator[Hazard]:
    """A plan that wants a referral."""
    if service.family in case.payer.referral and not case.claim.referral_number:
        yield case.common("missing_referral", (case.payer.strictness.get("missing_referral", 0.0),))


@_policy
def code_and_units(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """A retired code or one too new, too many units, a missing number or modifier, an add-on by itself."""
    day = line.service_from
    if service.ended and day and day > service.ended:
        yield from case.strict("retired_code")
    elif service.began and day and 0 <= (day - service.began).days < case.payer.new_code_days:
        yield Hazard(mechanisms()["new_code_refused"], (case.payer.new_code_chance,))
    if line.units > service.most_units:
        yield from case.strict("units_over")
    if service.family in BY_A_LABORATORY and not case.claim.clia:
        yield case.common("missing_clia", (case.payer.strictness.get("missing_clia", 0.0),))
    if service.single_dose and not {"JZ", "JW"} & _of_the_drug(case, line):
        yield from case.strict("missing_drug_modifier")
    if service.measure and case.payer.wants_ndc and not line.ndc:
        yield from case.strict("missing_ndc")
    if service.bases and not any(other.code in service.bases for other in case.claim.lines):
        yield from case.strict("missing_base")


def _of_the_drug(case: Case, line: Line) -> set[str]:
    """The modifiers of a drug's lines: what was thrown away stands on a line of its own."""
    return {modifier for other in case.claim.lines if other.code == line.code for modifier in other.modifiers}


@_policy
def sides(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """A sided service without its side, or with too many."""
    if not service.sided:
        return
    given = SIDE_MODIFIERS & set(line.modifiers)
    if not given:
        yield from case.strict("missing_side")
    elif len(given) > 1:
        yield from case.strict("conflicting_sides")


@_policy
def diagnosis(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """A diagnosis that does not bill, or does not speak for the service."""
    expected = coverage()
    pointed = [d.dotted for d in case.claim.diagnoses_of(line)]
    day = line.service_from
    if any(code in expected.retired and day and day > expected.retired[code] for code in pointed):
        yield case.common("retired_diagnosis", (case.payer.strictness.get("retired_diagnosis", 0.0),))
        return
    supporting = expected.supports.get(line.code) or expected.supports.get(service.family)
    if not supporting or any(code.startswith(supporting) for code in pointed):
        return
    if all(code in expected.vague for code in pointed):
        yield from case.strict("vague_diagnosis")
    else:
        yield from case.strict("unsupported_diagnosis")


@_policy
def visits(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """A visit already paid for by a procedure, or a first visit that is none."""
    if service.family not in VISITS or line.service_from is None:
        return
    if line.code in NEW_VISITS and case.memory.knew(case.patient, line.service_from):
        yield from case.strict("new_patient_again")
    if case.memory.in_global(case.patient, line.service_from) and "24" not in line.modifiers:
        yield from case.strict("visit_in_global")
    beside = [services()[other.code] for other in case.claim.lines]
    beside_procedure = any(other.surgical or other.family == "injection_admin" for other in beside)
    if service.family == "visit" and beside_procedure and "25" not in line.modifiers:
        yield from case.strict("visit_with_procedure")


@_policy
def bundles(case: Case, line: Line, _service: Service) -> Iterator[Hazard]:
    """Two services the payer pays as one."""
    expected = coverage()
    if expected.lift & set(line.modifiers):
        return
    codes = {other.code for other in case.claim.lines if other is not line}
    if codes & expected.included.get(line.code, frozenset()):
        yield from case.strict("guidance_included")
    if any(line.code in unpaid and codes & paid for paid, unpaid in expected.pairs):
        yield from case.strict("same_day_pair")


@_policy
def frequency(case: Case, line: Line, service: Service) -> Iterator[Hazard]:
    """More or sooner than the payer allows."""
    for limit in case.payer.limits:
        if service.family in limit.families and line.service_from is not None:
            yield from _limit(case, limit, service, line.service_from)


def _limit(case: Case, limit: Limit, service: Service, day: date) -> Iterator[Hazard]:
    if limit.sessions and case.memory.sessions(case.patient, limit.families, day, limit.days) >= limit.sessions:
        yield case.common("too_many", (limit.chance,), key=service.family)
    if limit.gap and case.memory.sessions(case.patient, frozenset({service.family}), day, limit.gap):
        yield case.common("too_soon", (limit.chance,), key=service.family)


@_policy
def chart_review(case: Case, _line: Line, service: Service) -> Iterator[Hazard]:
    """The payer asks for the record; how it fares depends on a chart nobody outside has seen."""
    intensity = case.payer.review.get(service.family, 0.0)
    if intensity:
        for mechanism, base in (
            ("chart_documentation", coverage().documentation),
            ("chart_necessity", coverage().necessity),
        ):
            chances = tuple(min(0.95, chance * intensity) for chance in base)
            yield case.common(mechanism, chances, case.unseen.chart, key=service.family)


@_policy
def habits(case: Case, line: Line, _service: Service) -> Iterator[Hazard]:
    """What this payer does and nobody wrote down."""
    for quirk in case.payer.quirks:
        if line.code in quirk.codes and _applies(quirk, case, line):
            yield Hazard(mechanisms()["quirk"], (quirk.chance,), answer=quirk.answer)


def _applies(quirk: Quirk, case: Case, line: Line) -> bool:
    day = line.service_from
    others = [other for other in case.claim.lines if other is not line]
    return (
        day is not None
        and quirk.since <= day <= quirk.until
        and (not quirk.places or case.claim.place_of(line) in quirk.places)
        and (not quirk.modifier or quirk.modifier in line.modifiers)
        and (not quirk.units_over or line.units > quirk.units_over)
        and (not quirk.beside or any(other.code in quirk.beside for other in others))
        and (not quirk.beside_itself or any(other.code == line.code for other in others))
        and (not quirk.visit_modifier or any(quirk.visit_modifier in other.modifiers for other in others))
        and (not quirk.again_within or _again(quirk, case, line.code, day))
    )


def _again(quirk: Quirk, case: Case, code: str, day: date) -> bool:
    since = case.memory.days_since(case.patient, code, day)
    return since is not None and since <= quirk.again_within


@_policy
def mistakes(case: Case, _line: Line, service: Service) -> Iterator[Hazard]:
    """What happens to any line now and then; the first payer takes some of it back unasked."""
    noise = case.payer.noise.get(service.family, case.payer.noise["default"])
    shares = case.payer.mistakes
    yield Hazard(mechanisms()["noise"], (noise * shares.noise,))
    if case.claim.payer.sequence == FIRST:
        yield Hazard(mechanisms()[PAYER_MISTAKE], (noise * shares.payer_mistake,))
        yield Hazard(mechanisms()[MISPOSTED], (noise * shares.misposted,))


SECOND_POLICIES: list[LinePolicy] = [duplicate, mistakes]  # a second payer follows the first in all else
