"""What an own rule may ask of a claim: a closed list of fields, each with its kind and its place on the claim.

Nothing here is of the patient: no name, birth date, sex, address or member number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from claims.claim import Claim, Line, PayerType, Provider
from scrubber import approvals
from scrubber import places as at
from scrubber.payer_profile import profile
from scrubber.places import Place
from scrubber.registry import Case, NotSaid
from scrubber.service_places import place_row
from scrubber.tables.rows import CodeRow


class Kind(StrEnum):
    """What the value of a field is, and with it which operators fit."""

    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    DAY = "day"
    YES_NO = "yes or no"


Value = str | tuple[str, ...] | Decimal | date | bool | None
Get = Callable[[Case, Any], Value]  # the second is the line; of a field of the claim nobody reads it


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a rule may ask: what it means, its kind, where it stands, and the name it has when it is missing."""

    name: str
    kind: Kind
    meaning: str
    get: Get
    place: Place
    missing: str
    dotted: bool = False  # diagnoses, written with or without their dot

    @property
    def of_line(self) -> bool:
        """True for what is asked of a line, not of the claim."""
        return self.name.startswith("line.")


def _npi(provider: Provider | None) -> str:
    return provider.npi if provider else ""


def _state(provider: Provider | None) -> str:
    return provider.address.state if provider and provider.address else ""


def _code_row(case: Case, line: Line) -> CodeRow:
    """The line's row of the code table. Raises NotSaid where it has none: what a subset leaves out is not known."""
    row = case.code_row(line)
    if row is None:
        raise NotSaid("codes table", f"the code table does not hold {line.code}")
    return row


def _family(case: Case, line: Line) -> str:
    family = case.tables.family(line.code)
    if not family:
        raise NotSaid("codes table", f"the code table does not hold {line.code}")
    return family


def _payer_type(case: Case, _: object) -> str:
    return "" if case.payer_type is PayerType.UNKNOWN else case.payer_type.value


def _payer_key(case: Case, _: object) -> str:
    row = profile(case)
    return row.key if row else ""


def _days_to_sending(case: Case, line: Line) -> Decimal:
    return Decimal((case.as_of - case.day(line)).days)


def _dotted(claim: Claim, line: Line) -> tuple[str, ...]:
    return tuple(d.dotted for d in claim.diagnoses_of(line))


def _first(codes: tuple[str, ...]) -> str:
    return codes[0] if codes else ""


def _known(word: str) -> str:
    return "" if word == "unknown" else word


_T, _L, _N, _D, _Y = Kind.TEXT, Kind.LIST, Kind.NUMBER, Kind.DAY, Kind.YES_NO

# fmt: off
_OF_CLAIM = (
    Field("claim.kind", _T, "`professional` or `asc_facility`",
          lambda c, _: _known(c.claim.kind.value), at.CLAIM, "claim kind"),
    Field("claim.frequency", _T, "`1` original, `7` replacement, `8` void",
          lambda c, _: c.claim.frequency, at.FREQUENCY, "frequency"),
    Field("claim.charge", _N, "the total charge", lambda c, _: c.claim.charge, at.CLAIM_TOTAL, "total charge"),
    Field("claim.line_count", _N, "how many service lines it has",
          lambda c, _: Decimal(len(c.claim.lines)), at.CLAIM, "service lines"),
    Field("claim.place", _T, "the claim's place of service",
          lambda c, _: c.claim.place_of_service, at.PLACE_OF_SERVICE, "place of service"),
    Field("claim.diagnoses", _L, "every diagnosis of the claim",
          lambda c, _: tuple(d.dotted for d in c.claim.diagnoses), at.DIAGNOSES, "diagnoses", dotted=True),
    Field("claim.billing_npi", _T, "the billing provider",
          lambda c, _: c.claim.billing.npi, at.BILLING_NPI, "billing NPI"),
    Field("claim.billing_taxonomy", _T, "the billing provider's taxonomy",
          lambda c, _: c.claim.billing.taxonomy, at.BILLING_NPI, "billing taxonomy"),
    Field("claim.billing_state", _T, "the billing provider's state",
          lambda c, _: _state(c.claim.billing), at.BILLING_STATE, "billing state"),
    Field("claim.referring_npi", _T, "the referring clinician",
          lambda c, _: _npi(c.claim.referring), at.REFERRING_NPI, "referring NPI"),
    Field("claim.supervising_npi", _T, "the supervising clinician",
          lambda c, _: _npi(c.claim.supervising), at.SUPERVISING_NPI, "supervising NPI"),
    Field("claim.facility_npi", _T, "the facility of service",
          lambda c, _: _npi(c.claim.facility), at.FACILITY_NPI, "facility NPI"),
    Field("claim.facility_state", _T, "its state",
          lambda c, _: _state(c.claim.facility), at.FACILITY_STATE, "facility state"),
    Field("claim.authorization_number", _T, "the claim's authorization number",
          lambda c, _: c.claim.authorization_number, at.AUTHORIZATION, "authorization number"),
    Field("claim.referral_number", _T, "the referral number",
          lambda c, _: c.claim.referral_number, at.REFERRAL, "referral number"),
    Field("claim.original_reference", _T, "the payer's number of the claim it replaces",
          lambda c, _: c.claim.original_reference, at.ORIGINAL_REFERENCE, "original reference"),
    Field("claim.accident_causes", _L, "`AA`, `EM`, `OA`",
          lambda c, _: c.claim.accident_causes, at.ACCIDENT_CAUSE, "accident causes"),
    Field("claim.accident_date", _D, "the day of the accident",
          lambda c, _: c.claim.accident_date, at.ACCIDENT_DATE, "accident date"),
    Field("claim.onset_date", _D, "the day the illness began",
          lambda c, _: c.claim.onset_date, at.ONSET_DATE, "onset date"),
    Field("claim.other_payer_count", _N, "how many other payers it names",
          lambda c, _: Decimal(len(c.claim.other_payers)), at.OTHER_PAYER, "other payers"),
    Field("claim.attachments", _L, "the kinds of papers that go with it (PWK01)",
          lambda c, _: tuple(a.kind for a in c.claim.attachments), at.CLAIM, "attachments"),
    Field("claim.delay_reason", _T, "the delay reason code",
          lambda c, _: c.claim.delay_reason, at.CLAIM, "delay reason"),
    Field("claim.sent_on", _D, "the day it would be sent", lambda c, _: c.as_of, at.CLAIM, "day of sending"),
    Field("payer.id", _T, "the payer's id on the claim", lambda c, _: c.claim.payer.id, at.PAYER_ID, "payer id"),
    Field("payer.key", _T, "its key in the table of payers", _payer_key, at.PAYER_ID, "payer"),
    Field("payer.type", _T, "`medicare`, `commercial` ...", _payer_type, at.PAYER_ID, "payer type"),
    Field("payer.turn", _T, "`P`, `S` or `T`: first, second, third payer",
          lambda c, _: c.claim.payer.sequence, at.PAYER_ID, "payer turn"),
    Field("payer.filing_indicator", _T, "SBR09",
          lambda c, _: c.claim.payer.filing_indicator, at.FILING_INDICATOR, "filing indicator"),
)
_OF_LINE = (
    Field("line.code", _T, "the procedure code", lambda _, x: x.code, at.PROCEDURE, "procedure code"),
    Field("line.family", _T, "its family in the code table (listed below)",
          _family, at.PROCEDURE, "codes table"),
    Field("line.region", _T, "its region of the spine in the code table",
          lambda c, x: _code_row(c, x).region, at.PROCEDURE, "codes table"),
    Field("line.status", _T, "its Medicare status indicator",
          lambda c, x: _code_row(c, x).status, at.PROCEDURE, "codes table"),
    Field("line.global_days", _T, "its global period: `000`, `010`, `090`, `XXX`, `ZZZ`",
          lambda c, x: _code_row(c, x).global_days, at.PROCEDURE, "codes table"),
    Field("line.bilateral", _T, "its bilateral indicator",
          lambda c, x: _code_row(c, x).bilateral, at.PROCEDURE, "codes table"),
    Field("line.is_addon", _Y, "whether it is an add-on code",
          lambda c, x: _code_row(c, x).is_addon, at.PROCEDURE, "codes table"),
    Field("line.modifiers", _L, "its modifiers", lambda _, x: x.modifiers, at.MODIFIERS, "modifiers"),
    Field("line.modifier_count", _N, "how many there are",
          lambda _, x: Decimal(len(x.modifiers)), at.MODIFIERS, "modifiers"),
    Field("line.units", _N, "the units billed", lambda _, x: x.units, at.UNITS, "units"),
    Field("line.unit", _T, "`UN` units or `MJ` minutes", lambda _, x: x.unit, at.UNITS, "unit"),
    Field("line.charge", _N, "its charge", lambda _, x: x.charge, at.CHARGE, "charge"),
    Field("line.place", _T, "its place of service, else the claim's",
          lambda c, x: c.claim.place_of(x), at.LINE_PLACE, "place of service"),
    Field("line.place_kind", _T, "`office`, `asc`, `hospital_outpatient`, `telehealth` ... by the table of places",
          lambda c, x: place_row(c, x).kind, at.LINE_PLACE, "place of service"),
    Field("line.diagnoses", _L, "the diagnoses it points to",
          lambda c, x: _dotted(c.claim, x), at.POINTERS, "diagnoses", dotted=True),
    Field("line.first_diagnosis", _T, "the first of them",
          lambda c, x: _first(_dotted(c.claim, x)), at.POINTERS, "diagnoses", dotted=True),
    Field("line.date", _D, "the day of service", lambda _, x: x.service_from, at.SERVICE_DATE, "date of service"),
    Field("line.last_date", _D, "its last day", lambda _, x: x.service_end, at.SERVICE_DATE, "date of service"),
    Field("line.days_to_sending", _N, "days from the service to the day the claim would be sent",
          _days_to_sending, at.SERVICE_DATE, "date of service"),
    Field("line.rendering_npi", _T, "who rendered it: of the line, else of the claim, else the billing provider",
          lambda c, x: c.claim.rendering_of(x).npi, at.RENDERING_NPI, "rendering NPI"),
    Field("line.rendering_taxonomy", _T, "that clinician's taxonomy",
          lambda c, x: c.claim.rendering_of(x).taxonomy, at.RENDERING_TAXONOMY, "rendering taxonomy"),
    Field("line.ordering_npi", _T, "who ordered it",
          lambda _, x: _npi(x.ordering), at.LINE_ORDERING_NPI, "ordering NPI"),
    Field("line.authorization_number", _T, "the authorization number of the line, else of the claim",
          lambda c, x: approvals.number_of(c.claim, x), at.AUTHORIZATION, "authorization number"),
    Field("line.ndc", _T, "the drug's NDC", lambda _, x: x.ndc, at.DRUG, "NDC"),
    Field("line.emergency", _Y, "whether it is marked as an emergency",
          lambda _, x: x.emergency, at.PROCEDURE, "emergency"),
)
# fmt: on

FIELDS: dict[str, Field] = {field.name: field for field in (*_OF_CLAIM, *_OF_LINE)}
