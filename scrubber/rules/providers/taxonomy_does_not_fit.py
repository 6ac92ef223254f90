"""PRV-005: the clinician's taxonomy is another than the payer has, or fits no pain procedure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from claims.claim import Line, PayerType, Provider
from claims.reasons import Reason
from scrubber import enrolments, places
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables import TableGap
from scrubber.tables.rows import EnrolmentRow


@rule(
    "PRV-005",
    severity=Severity.WARN,
    reason=Reason.ENROLMENT,
    carcs=("8", "172"),
    citation=Citation(
        "X12 005010X222A1, PRV03 (taxonomy); CARC 8 and 172, procedure and specialty do not fit",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.RENDERING_TAXONOMY,
    remedy="Compare the claim with NPPES and the payer's enrolment, and correct what was mistyped or is out of date.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the taxonomy is the clinician's own, as enrolled",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    confidence="medium",
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
        "si_joint_rfa",
        "scs",
        "pns",
        "pump",
        "vertebral_augmentation",
        "sympathetic_block",
    ),
)
def taxonomy_does_not_fit(case: Case, line: Line) -> Iterable[Answer]:
    """The rendering clinician's taxonomy is another than the payer has on file, or fits no pain procedure.

    Payers match the procedure with the specialty they hold for the clinician. The list of specialties that do such
    procedures is wide on purpose: what falls outside it is most often a wrong code in the billing system. A practice
    that has brought the NUCC's own list is also told of a code that is not on it, or has left it.
    """
    provider = line.rendering or case.claim.rendering
    if provider is None:
        return ()
    day, rows = case.day(line), enrolments.of_payer(case, provider.npi)
    if not rows and provider.taxonomy and not case.tables.taxonomies.releases:  # all there is to look at
        return () if _is_usual(case, provider.taxonomy, day) else (_unusual(line, provider, provider.taxonomy),)
    return _looked(case, line, provider, rows)


def _looked(case: Case, line: Line, provider: Provider, rows: Sequence[EnrolmentRow]) -> Iterator[Answer]:
    day = case.day(line)
    enrolled = sorted({row.taxonomy for row in rows if row.taxonomy and enrolments.holds(row, day)})
    taxonomy = provider.taxonomy or (enrolled[0] if len(enrolled) == 1 else "")
    if not taxonomy:
        yield enrolments.left_out(provider.npi) if enrolments.kept(case) else enrolments.NO_FILE
        return
    off = _off_the_list(case, taxonomy, day)
    if off:
        yield Hit(f"Taxonomy {taxonomy} of NPI {provider.npi} {off}.")
        return
    if enrolled and taxonomy not in enrolled:
        yield Hit(f"The claim gives taxonomy {taxonomy} for NPI {provider.npi}; enrolled is {', '.join(enrolled)}.")
        return
    if not _is_usual(case, taxonomy, day):
        yield _unusual(line, provider, taxonomy)


def _is_usual(case: Case, taxonomy: str, day: date) -> bool:
    value = parameter("pain_procedure_taxonomies").on(day, case.as_of)
    return value is None or taxonomy.startswith(value.words)


def _unusual(line: Line, provider: Provider, taxonomy: str) -> Hit:
    return Hit(f"Taxonomy {taxonomy} of NPI {provider.npi} is of a specialty that does not usually do {line.code}.")


def _off_the_list(case: Case, taxonomy: str, day: date) -> str:
    """What is wrong with the code itself; empty where nothing is, or no list is held: none ships."""
    if not case.tables.taxonomies.releases:
        return ""
    try:
        release = case.tables.taxonomies.on(day, case.as_of)
    except TableGap:
        return ""
    row = release.get(taxonomy)
    if row is None:
        return f"is not on the NUCC's list {release.name}" if release.complete else ""
    return f"left the NUCC's list on {row.valid_to}" if row.ended_by(day) else ""
