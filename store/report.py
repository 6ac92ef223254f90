"""What an ingest did: counts, and where what was refused or unmatched stands. Claim numbers are shown, never logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath

from past.exchange import Candidate

LISTED = 1000  # unmatched services listed one by one; the rest is counted


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A file of which nothing was read."""

    file: str
    where: str
    found: str
    expected: str
    advice: str = ""

    def json(self) -> dict[str, str]:
        """Snake_case fields."""
        return {
            "file": self.file,
            "where": self.where,
            "found": self.found,
            "expected": self.expected,
            "advice": self.advice,
        }

    def __str__(self) -> str:
        where = "" if self.where == PurePath(self.file).name else f"{self.where}: "
        text = f"{self.file}: {where}found {self.found}, expected {self.expected}"
        return f"{text}. {self.advice}" if self.advice else text


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One place of a file that could not be read or kept; `fields` are those of the error."""

    file: str
    text: str
    fields: dict[str, str | int | None]
    claims_lost: int = 1
    claim_id: str = ""

    def json(self) -> dict[str, str | int | None]:
        """The error's fields, with the file and what was lost."""
        return {"file": self.file, "claim_id": self.claim_id, "claims_lost": self.claims_lost, **self.fields}

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A service (SVC) that answers no line we know, or a remittance without services (`service` None)."""

    claim_id: str
    ref: str
    service: int | None  # its place in the remittance, from 1
    procedure: str
    reason: str
    candidates: tuple[Candidate, ...] = ()  # the submissions that come nearest, the nearest first

    def json(self) -> dict[str, object]:
        """Snake_case fields."""
        return {
            "claim_id": self.claim_id,
            "ref": self.ref,
            "service": self.service,
            "procedure": self.procedure,
            "reason": self.reason,
            "candidates": [_candidate_json(candidate) for candidate in self.candidates],
        }

    def __str__(self) -> str:
        what = self.procedure or "no service"
        return f"no line for claim {self.claim_id}, {what}: {self.reason}{_nearest(self.candidates)}"


@dataclass(frozen=True, slots=True)
class UnmatchedAcknowledgment:
    """What a front end said of claims the store does not hold, or cannot tell apart; `claim_id` "" for a whole file."""

    claim_id: str
    ref: str
    kind: str  # 277CA, 999
    rejects: bool
    reason: str
    candidates: tuple[Candidate, ...] = ()

    def json(self) -> dict[str, object]:
        """Snake_case fields."""
        return {
            "claim_id": self.claim_id,
            "ref": self.ref,
            "kind": self.kind,
            "rejects": self.rejects,
            "reason": self.reason,
            "candidates": [_candidate_json(candidate) for candidate in self.candidates],
        }

    def __str__(self) -> str:
        verdict = "rejection" if self.rejects else "acceptance"
        whom = f"claim {self.claim_id}" if self.claim_id else "a whole file"
        return f"no submission for a {self.kind}'s {verdict} of {whom}: {self.reason}{_nearest(self.candidates)}"


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A record of an approval or of cover that is kept and that no claim finds yet; `ref` names it to a person."""

    kind: str  # authorization, eligibility
    ref: str
    place: str  # where it stood in its file
    reason: str

    def json(self) -> dict[str, str]:
        """Snake_case fields."""
        return {"kind": self.kind, "ref": self.ref, "place": self.place, "reason": self.reason}

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.kind} record {self.ref}{where} is kept but of no patient yet: {self.reason}"


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """A line read now that bills more units than its authorization had left."""

    authorization: str  # the short reference, such as A12
    claim_id: str
    line: int
    procedure: str
    units: Decimal  # those beyond
    allowed: Decimal

    def json(self) -> dict[str, object]:
        """Snake_case fields; units are text."""
        return {
            "authorization": self.authorization,
            "claim_id": self.claim_id,
            "line": self.line,
            "procedure": self.procedure,
            "units": format(self.units.normalize(), "f"),
            "allowed": format(self.allowed.normalize(), "f"),
        }

    def __str__(self) -> str:
        said = self.json()
        return (
            f"claim {self.claim_id}, line {self.line}: {said['units']} units of {self.procedure} more than "
            f"authorization {self.authorization} had left of its {said['allowed']}"
        )


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A remittance whose amounts do not add up: it is kept, and its lines are no labels."""

    claim_id: str
    ref: str
    text: str

    def json(self) -> dict[str, str]:
        """Snake_case fields."""
        return {"claim_id": self.claim_id, "ref": self.ref, "text": self.text}

    def __str__(self) -> str:
        return f"claim {self.claim_id}: {self.text}; none of its lines is a label"


@dataclass(frozen=True, slots=True)
class UnbalancedPayment:
    """A payment (one 835 set) that does not add up, or of which that cannot be told: a claim of it may be missing.

    It is kept, and its claims that add up by themselves are labels.
    """

    file: str
    segment: int  # the ordinal of its BPR, else of its ST
    offset: int
    control: str  # ST02
    trace: str  # TRN02
    stated: Decimal | None  # BPR02
    claims: int
    paid: Decimal  # the sum of CLP04
    moved: Decimal  # the sum of PLB
    text: str

    def json(self) -> dict[str, str | int | None]:
        """Snake_case fields; amounts are text."""
        return {
            "file": self.file,
            "segment": self.segment,
            "offset": self.offset,
            "control": self.control,
            "trace": self.trace,
            "stated": None if self.stated is None else str(self.stated),
            "claims": self.claims,
            "paid": str(self.paid),
            "moved": str(self.moved),
            "text": self.text,
        }

    def __str__(self) -> str:
        name = f"payment {self.trace}" if self.trace else f"the payment of set {self.control}"
        return f"{self.file}: segment {self.segment}: {name}: {self.text}; those of its claims that add up are labels"


def _candidate_json(candidate: Candidate) -> dict[str, object]:
    return {
        "claim_id": candidate.claim_id,
        "ref": candidate.submission,
        "submitted_on": candidate.known_on.isoformat(),
        "differed": list(candidate.differed),
    }


def _nearest(candidates: tuple[Candidate, ...]) -> str:
    if not candidates:
        return ""
    first = candidates[0]
    return f"; nearest is claim {first.claim_id}, sent on {first.known_on}: {'; '.join(first.differed)}"


@dataclass(slots=True)
class IngestReport:
    """What one call of `ingest` did.

    `lines_matched` counts services of remittances that found their line now, those of earlier files included;
    `lines_unmatched` those of the remittances read now that found none. `duplicates` are records the store already had.
    `claims_rejected` counts submissions that a front end's word, read now, rejects. `authorizations` and `eligibility`
    count records that are new; those that no claim finds are `unlinked`. `undecided` counts answers in which the payer
    rejected the question: they decide nothing.
    """

    files: int = 0
    claims: int = 0
    remittances: int = 0
    acknowledgments: int = 0
    claims_rejected: int = 0
    authorizations: int = 0
    eligibility: int = 0
    undecided: int = 0
    lines_matched: int = 0
    lines_unmatched: int = 0
    duplicates: int = 0
    left_to_wire: int = 0  # claims of an export that the store holds from their own 837
    unmatched: list[Unmatched] = field(default_factory=list)
    unmatched_acknowledgments: list[UnmatchedAcknowledgment] = field(default_factory=list)
    unlinked: list[Unlinked] = field(default_factory=list)
    overdrawn: list[Overdrawn] = field(default_factory=list)
    unbalanced: list[Unbalanced] = field(default_factory=list)
    unbalanced_payments: list[UnbalancedPayment] = field(default_factory=list)
    rejected_files: list[RejectedFile] = field(default_factory=list)
    refusals: list[RefusedRecord] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True when nothing was refused; an unmatched service is no refusal."""
        return not self.rejected_files and not self.refusals

    def json(self) -> dict[str, object]:
        """The object of `ingest --json`."""
        return {
            "files": self.files,
            "claims": self.claims,
            "remittances": self.remittances,
            "acknowledgments": self.acknowledgments,
            "claims_rejected": self.claims_rejected,
            "authorizations": self.authorizations,
            "eligibility": self.eligibility,
            "undecided": self.undecided,
            "lines_matched": self.lines_matched,
            "lines_unmatched": self.lines_unmatched,
            "duplicates": self.duplicates,
            "left_to_wire": self.left_to_wire,
            "unmatched": [entry.json() for entry in self.unmatched],
            "unmatched_acknowledgments": [entry.json() for entry in self.unmatched_acknowledgments],
            "unlinked": [entry.json() for entry in self.unlinked],
            "overdrawn": [entry.json() for entry in self.overdrawn],
            "unbalanced": [entry.json() for entry in self.unbalanced],
            "unbalanced_payments": [entry.json() for entry in self.unbalanced_payments],
            "rejected_files": [entry.json() for entry in self.rejected_files],
            "refusals": [entry.json() for entry in self.refusals],
            "ok": self.ok,
        }
