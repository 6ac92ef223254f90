"""Services billed incident to a physician's (42 CFR 410.26): how a claim, or its record, shows that one is.

Nothing on a claim says it outright, and this does not guess: a service is taken for one only where the record says so,
where the physician who bills it is given as its supervisor too, or where supervision is recorded of a service that is
no test (tests are supervised by rules of their own) and that no practitioner bills under a number of their own.
"""

from __future__ import annotations

from claims.claim import Line, Provider
from scrubber.parameters import parameter
from scrubber.registry import Case
from scrubber.tables import TableGap

_BY_OTHERS = frozenset({"general", "direct", "direct_virtual"})
_TESTS = frozenset(
    {"electrodiagnostic", "imaging_diagnostic", "imaging_guidance", "udt_presumptive", "udt_definitive", "udt_validity"}
)


def billed(case: Case, line: Line) -> bool:
    """True where the line is shown to be somebody else's work, billed under the physician who supervised it."""
    claim = case.claim
    supervising = line.supervising or claim.supervising
    if not claim.evidence and supervising is None:
        return False
    told = case.told("incident_to", line)
    if told is not None:
        return told == "yes"
    rendering = claim.rendering_of(line)
    if supervising is not None and supervising.npi and supervising.npi == rendering.npi:
        return True
    if case.told("supervision", line) not in _BY_OTHERS or case.tables.family(line.code) in _TESTS:
        return False
    return is_practitioner(case, line, rendering) is False


def is_practitioner(case: Case, line: Line, provider: Provider) -> bool | None:
    """Whether the taxonomy is that of a nurse practitioner, physician assistant or the like; None without one."""
    if not provider.taxonomy:
        return None
    try:
        value = parameter("practitioner_taxonomies").on(line.service_from or case.as_of, case.as_of)
    except TableGap:
        return None
    return value is not None and provider.taxonomy.startswith(value.words)
