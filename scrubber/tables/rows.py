"""The rows of the tables, typed. Every row that is policy says how sure we are: `verified` False makes rules warn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A CPT or HCPCS code (no descriptor text: `label` is our own short words)."""

    code: str
    label: str
    family: str  # em, esi_interlaminar, esi_transforaminal, facet_injection, rfa_facet, scs ...; "" not classified
    region: str  # cervical_thoracic, lumbar_sacral, sacroiliac, na ...
    status: str  # MPFS status indicator
    is_addon: bool
    bilateral: str  # MPFS bilateral indicator
    global_days: str  # 000, 010, 090, XXX, ZZZ, YYY
    pctc: str
    side_expected: str  # none, side, midline, bilateral_code
    valid_from: date | None  # None: before the table begins
    valid_to: date | None  # inclusive
    allowed_nonfacility: Decimal | None  # national MPFS amount
    allowed_facility: Decimal | None
    verified: bool
    allowed_basis: str = ""  # mpfs; clfs_estimate, asp_estimate (rough)
    allowed_year: int | None = None
    included_guidance: frozenset[str] = frozenset()  # imaging guidance codes that are part of it
    counterparts: tuple[str, ...] = ()  # what the service was billed as before it began, or is after it ended


@dataclass(frozen=True, slots=True)
class PtpEdit:
    """An NCCI procedure-to-procedure edit, filed under its column 2 code and then its column 1 code.

    A pair that was dropped and taken up again, or whose indicator changed, has `earlier` periods, newest first.
    """

    indicator: str  # 0 never together, 1 a modifier may lift it, 9 not active
    effective: date
    until: date | None  # inclusive
    earlier: tuple[PtpEdit, ...] = ()

    def on(self, day: date) -> PtpEdit | None:
        """The period of the edit that holds on a day of service; the newest where two would."""
        if self.effective <= day and (self.until is None or day <= self.until):
            return self
        return next((edit for edit in self.earlier if edit.on(day)), None) if self.earlier else None


@dataclass(frozen=True, slots=True)
class MueLimit:
    """A Medically Unlikely Edit: most units of a code, by line (MAI 1) or by day (MAI 2, 3)."""

    units: int
    mai: str  # 1, 2, 3


@dataclass(frozen=True, slots=True)
class AddonRow:
    """An add-on code and the primary codes one of which must stand on the same claim and day.

    `contractor`: Medicare's contractor takes others too (types 2 and 3 of CMS); then there may be none by name.
    """

    primaries: frozenset[str]
    verified: bool
    contractor: bool = False


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    """An ICD-10-CM code, dotted: billable on the days from `valid_from` to `valid_to`, or only ever a parent.

    A code that became a parent (M51.36 in October 2024) is billable with a last day. `seventh_character`: the code is
    whole only with a seventh character; a row has it, or is the parent without it.
    """

    code: str
    billable: bool
    valid_from: date | None
    valid_to: date | None  # inclusive
    side: str  # none, left, right, bilateral, unspecified
    unspecified: bool
    seventh_character: bool
    replacement: str  # what took its place, or the children to choose from, parted by spaces
    verified: bool

    def billable_on(self, day: date) -> bool:
        """True when the code could be billed for a service of that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.billable and begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ModifierRow:
    """A modifier: what it is for, and whether it lifts an NCCI indicator-1 pair."""

    modifier: str
    label: str
    kind: str
    lifts_ptp: bool
    position_rank: int
    valid_from: date | None
    valid_to: date | None
    verified: bool
    only_with: frozenset[str] = frozenset()  # families of codes it may stand on; empty: any
    never_with: frozenset[str] = frozenset()  # families of codes it never stands on

    def fits(self, family: str) -> bool:
        """True when the modifier may stand on a code of the family, or nobody says of what family the code is."""
        return not family or (family not in self.never_with and (not self.only_with or family in self.only_with))


# What a payer may want beside what every payer wants: the closed list of a payer row's `wants`.
PAYER_WANTS = frozenset(
    {
        "group_number",  # SBR03
        "referral",  # REF*9F for a specialist's care
        "ndc",  # the NDC, unit and quantity of every drug
        "supervising_npi",  # 2310D
        "taxonomy",  # PRV of billing or rendering
        "modifier_95",  # with place 02 or 10
        "no_telehealth_modifier",  # place 02 or 10 says it all
        "two_lines_for_both_sides",  # RT and LT rather than 50
        "no_corrected_claims",  # takes no frequency 7 or 8
        "modifier_51",
    }
)


@dataclass(frozen=True, slots=True)
class PayerRow:
    """A payer the practice bills: matched by id, then by name; its type refines SBR09.

    `name_patterns` are regular expressions (a plain word is one): each must be found in the claim's payer name, which
    is compared in lower case, letters and digits only, single spaces. A row without patterns has no name of its own.
    """

    key: str
    name: str
    ids: tuple[str, ...]
    name_patterns: tuple[str, ...]
    type: str  # a PayerType value
    timely_filing_days: int | None
    verified: bool
    wants: frozenset[str] = frozenset()  # of PAYER_WANTS
    corrected_claim_days: int | None = None  # from the day of service
    member_id_pattern: str = ""  # a regular expression the whole member number fits
    filing_indicators: frozenset[str] = frozenset()  # SBR09 values it takes; empty: any


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """A payer kind's demand for prior authorization of a code."""

    code: str
    payer_type: str  # a PayerType value, or a payer key
    valid_from: date
    valid_to: date | None  # inclusive
    places: frozenset[str]  # places of service it binds; empty: every place
    states: frozenset[str]  # empty: every state
    need: str  # required, sometimes
    verified: bool
    citation: str
    url: str
    program: str = ""  # Medicare's: outpatient_department, surgery_center, wiser; "" for every other demand


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What a coverage policy says of a procedure's diagnoses: those that support it, or those that never do.

    `diagnoses` are dotted codes or the beginnings of codes; a diagnosis is named where it begins with one of them.
    """

    topic: str  # esi, facet, si_joint, trigger_point, scs, udt ...
    role: str  # supports, excludes, exempt (outside the list and not denied for it)
    diagnoses: tuple[str, ...]
    states: frozenset[str]  # empty: every state
    valid_from: date | None
    valid_to: date | None  # inclusive
    verified: bool
    citation: str
    url: str

    def names(self, diagnosis: str) -> bool:
        """True when the dotted diagnosis is one of the row's."""
        return diagnosis.startswith(self.diagnoses)


# The regions of the body a diagnosis may name: the closed list of the region table.
BODY_REGIONS = frozenset(
    {"head", "cervical", "thoracic", "lumbar", "sacral", "pelvis", "trunk"}
    | {"shoulder", "upper_limb", "hip", "knee", "lower_limb"}
)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of service: which of its two rates Medicare's fee schedule pays there, and what kind of place it is."""

    place: str
    label: str
    rate: str  # facility, non_facility
    kind: str  # office, home, telehealth, hospital_outpatient, inpatient, emergency, asc, nursing, laboratory, other
    verified: bool


@dataclass(frozen=True, slots=True)
class DrugRow:
    """A drug's HCPCS code: how much one unit is, and what it is sold in."""

    code: str
    label: str
    per_unit: Decimal | None  # how much one billed unit is, in `measure`
    measure: str  # mg, mcg, ml, units, mg_ml ...
    container: str  # single_dose (only), multi_dose (only), either, unknown
    kind: str  # steroid, anesthetic, botulinum, hyaluronate, contrast, opioid, other
    verified: bool


@dataclass(frozen=True, slots=True)
class ListedCode:
    """A code of a list that others keep (CARCs, RARCs, taxonomies): from when to when it is on it, no wording."""

    code: str
    valid_from: date | None
    valid_to: date | None  # inclusive
    verified: bool

    def ended_by(self, day: date) -> bool:
        """True when the code had left the list before that day."""
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """Where a clinician stands with a payer: the practice's own list, from its credentialing file."""

    npi: str
    payer: str  # a payer key of the payer table, or a PayerType value
    group_npi: str  # the billing group it is linked to; empty: any
    status: str  # enrolled, pending, ended
    network: str  # in, out, unknown
    valid_from: date | None
    valid_to: date | None  # inclusive
    taxonomy: str
    specialty: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One thing payers of a kind want the record to say of a family of procedures, and how much of it."""

    family: str
    payer_types: frozenset[str]  # PayerType values; empty: every payer
    item: str  # of claims.evidence.ITEMS
    at_least: Decimal | None  # in the item's own unit
    at_most: Decimal | None
    one_of: frozenset[str]  # values that do; empty: any
    within_days: int | None  # of a day: no older than this on the day of service
    when: str  # always, repeat (an earlier procedure of the family is known)
    rule: str  # the id of the rule that asks for it
    valid_from: date
    valid_to: date | None  # inclusive
    verified: bool
    citation: str
    url: str

    def binds(self, payer_type: str, day: date) -> bool:
        """True for a kind of payer on a day of service."""
        return self.binds_on(day) and (not self.payer_types or payer_type in self.payer_types)

    def binds_on(self, day: date) -> bool:
        """True on a day of service, for the payers it binds."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
