"""What else one clinician did for the patient on the day of a line: on this claim and on the patient's others.

A clinician is the rendering NPI. Payers that follow NCCI take clinicians of one group and specialty for one; claims do
not say specialties well enough to do the same here. All is indexed once a case, so that long claims take no longer by
the line than short ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from operator import attrgetter

from claims.claim import ZERO, Line, PayerType
from claims.reasons import Reason
from past.patient import Service
from scrubber.registry import Case

ORIGINAL = "1"  # CLM05-3
_NO_CODES: AbstractSet[str] = frozenset()
_number = attrgetter("number")

ByCode = Mapping[str, Sequence[Line]]


def lines_by_code(case: Case, line: Line) -> ByCode:
    """The claim's lines of the same day and rendering provider, the line itself too, by code, in their order."""
    return case.once_of(_company)[id(line)]


def codes_of_day(case: Case, day: date) -> AbstractSet[str]:
    """Every code the claim bills for a day, whoever rendered it."""
    return case.once_of(_codes_by_day).get(day, _NO_CODES)


def first_of_each(case: Case, line: Line) -> list[Line]:
    """The first other line of each code of that day and clinician, in order of their numbers."""
    firsts = (_first_but(lines, line) for lines in lines_by_code(case, line).values())
    return sorted((first for first in firsts if first is not None), key=lambda other: other.number)


def like_lines(case: Case, line: Line) -> Sequence[Line]:
    """The claim's lines of the same code, modifiers and drug (NDC) on that day by that clinician, itself among them."""
    return case.once_of(_like_lines)[_likeness(case, line)]


def codes_repeated(case: Case) -> AbstractSet[str]:
    """The codes that stand on more than one line of a day and clinician: of most claims none. For `once_of`."""
    days = case.once_of(lines_by_day).values()
    if sum(map(len, days)) == len(case.claim.lines):
        return _NO_CODES
    return {code for by_code in days for code, lines in by_code.items() if len(lines) > 1}


def units_of_day(case: Case, line: Line) -> Decimal:
    """All units the claim bills of the line's code for that day and clinician."""
    if line.code not in case.once_of(codes_repeated):
        return line.units
    lines = lines_by_code(case, line)[line.code]
    if len(lines) == 1:
        return line.units
    key = "units", line.service_from, case.claim.rendering_of(line).npi, line.code
    return case.once(key, lambda: sum((other.units for other in lines), ZERO))


def other_claims(case: Case, line: Line) -> Sequence[Service]:
    """Services of the patient's other claims to this payer on that day by the same rendering provider.

    A claim to another payer is none of them: the next payer in turn sees the first one's lines again. Nor is an earlier
    version of this claim: it has the same CLM01 and billing NPI, and this claim replaces it or bills the service again.
    (CLM01 alone does not tell: some practices put the patient's account there.) A line the payer has denied takes no
    room from this one.
    """
    day = line.service_from or case.day(line)
    found = case.once_of(_other_claims)
    return found.get((day, case.claim.rendering_of(line).npi), ()) if found else ()


def same_service(case: Case, line: Line, service: Service) -> bool:
    """True where an earlier service is, for a payer, the line once more: same code, day, clinician and modifiers."""
    return (
        service.code == line.code
        and service.service_date == line.service_from
        and service.rendering_npi == case.claim.rendering_of(line).npi
        and service.payer_id == case.claim.payer.id
        and set(service.modifiers) == set(line.modifiers)
    )


def unprocessable(case: Case, service: Service) -> bool:
    """True where Medicare sent the service back as unprocessable: it decided nothing, and a new claim is the way on."""
    return case.payer_type is PayerType.MEDICARE and bool(service.denied) and service.reason is Reason.SUBMISSION_ERROR


def services_of_code(case: Case, line: Line) -> Sequence[tuple[Service, bool]]:
    """The services of that code and day on earlier claims, whatever the payer, and (True) on the others of the file."""
    found = case.once_of(services_by_code)
    return found.get((line.service_from, line.code), ()) if found else ()


def _first_but(lines: Sequence[Line], line: Line) -> Line | None:
    return next((other for other in lines if other is not line), None)


def lines_by_day(case: Case) -> dict[tuple[date | None, str], dict[str, list[Line]]]:
    """The claim's lines by day and rendering provider, then by code; in order of their numbers."""
    found: dict[tuple[date | None, str], dict[str, list[Line]]] = {}
    claim = case.claim
    of_claim = (claim.rendering or claim.billing).npi  # of the lines that name none of their own
    for line in sorted(claim.lines, key=_number):
        of_day = found.setdefault((line.service_from, line.rendering.npi if line.rendering else of_claim), {})
        of_day.setdefault(line.code, []).append(line)
    return found


def _company(case: Case) -> dict[int, ByCode]:
    """Of each line (by its identity) the lines of its day and clinician, by code."""
    days = case.once_of(lines_by_day).values()
    return {id(line): by_code for by_code in days for lines in by_code.values() for line in lines}


def _codes_by_day(case: Case) -> Mapping[date | None, AbstractSet[str]]:
    codes: dict[date | None, AbstractSet[str]] = {}
    for (day, _), by_code in case.once_of(lines_by_day).items():
        codes[day] = codes[day] | by_code.keys() if day in codes else by_code.keys()
    return codes


_Likeness = tuple[date | None, str, str, frozenset[str], str]


def _likeness(case: Case, line: Line) -> _Likeness:
    npi = case.claim.rendering_of(line).npi
    return line.service_from, npi, line.code, frozenset(line.modifiers), line.ndc


def _like_lines(case: Case) -> dict[_Likeness, list[Line]]:
    found: defaultdict[_Likeness, list[Line]] = defaultdict(list)
    for line in sorted(case.claim.lines, key=lambda each: each.number):
        found[_likeness(case, line)].append(line)
    return found


def _other_claims(case: Case) -> dict[tuple[date, str], list[Service]]:
    services = case.once_of(_services)
    if not services:
        return {}
    codes = {line.code for line in case.claim.lines}
    found: defaultdict[tuple[date, str], list[Service]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for service, _ in services:
        key = (service.submission, service.line)
        same_number = service.claim_id == case.claim.id and service.billing_npi == case.claim.billing.npi
        same_claim = same_number and (case.claim.frequency != ORIGINAL or service.code in codes)
        same_payer = service.payer_id == case.claim.payer.id
        if same_payer and not same_claim and not service.denied and key not in seen:
            seen.add(key)
            found[service.service_date, service.rendering_npi].append(service)
    return found


def services_by_code(case: Case) -> Mapping[tuple[date | None, str], Sequence[tuple[Service, bool]]]:
    """What `services_of_code` finds, by day and code; empty for most claims. For `once_of`."""
    services = case.once_of(_services)
    if not services:
        return {}
    found: defaultdict[tuple[date | None, str], list[tuple[Service, bool]]] = defaultdict(list)
    for service, of_file in services:
        found[service.service_date, service.code].append((service, of_file))
    return found


def _services(case: Case) -> Sequence[tuple[Service, bool]]:
    """The services of the days the claim bills, on earlier claims and (True) on the others of the file."""
    days = {day for day, _ in case.once_of(lines_by_day)}
    known = [(service, False) for service in case.past.services if service.service_date in days]
    if case.past.same_batch:
        known += [(service, True) for service in case.past.same_batch if service.service_date in days]
    return known
