"""What a rule is: the decorator, the case it looks at, what it may answer, and the catalogue of all of them.

A rule is one function in one file under `scrubber/rules/<family>/`, its cases beside it in TOML. It yields `Hit`s
(a payer will object) and `Gap`s (it could not look: silence is never a pass). `scrubber.engine.scrub` runs them all.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, TypeVar

from claims.claim import Claim, Evidence, Line, PayerType
from claims.evidence import NOT_RECORDED, in_own_unit
from claims.freezing import made_quickly
from claims.reasons import Reason
from past.patient import PatientPast
from scrubber.places import Place
from scrubber.tables import Tables
from scrubber.tables.rows import CodeRow

EVERY_PAYER_TYPE = frozenset(PayerType)
# Medicare, and the plans that must follow its coverage policies (42 CFR 422.101(b)) and by contract its edits
MEDICARE_PLANS = frozenset({PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE})
ANY_MODIFIER = frozenset({"*"})  # in a rule's guard: lines with a modifier, whichever
RULES: dict[str, Rule] = {}
Value = TypeVar("Value")
_NOT_YET: Any = object()  # stands for what was not worked out yet: what was may be None
_Told = tuple[str, int | str | None]  # an item, and the line or family it is told of; None: of the claim


class Severity(IntEnum):
    """How bad: `INFO` a hint, `WARN` a person should look, `DENY` a likely denial, `REJECT` a front-end rejection."""

    INFO = 1
    WARN = 2
    DENY = 3
    REJECT = 4

    @property
    def word(self) -> str:
        """The word of the JSON contract."""
        return self.name.lower()


class RemedyKind(StrEnum):
    """The only honest fixes there are (never: another code because it pays)."""

    CORRECT = "correct"  # a typo or a format
    OBTAIN = "obtain"  # an authorization, eligibility answer, referral, ABN
    DOCUMENT = "document"  # what was done
    ASK_CLINICIAN = "ask_clinician"  # was it a separate site? then say so; if not, do not bill it
    DO_NOT_BILL = "do_not_bill"
    HOLD = "hold"  # until a date


@made_quickly
@dataclass(frozen=True, slots=True)
class Citation:
    """The published text a rule or a value comes from."""

    text: str
    url: str


@made_quickly
@dataclass(frozen=True, slots=True)
class Change:
    """What a remedy would alter on the claim, for `scrubber.remedies.apply`; a person decides.

    `what`: add_modifier, set_authorization, drop_line, set_units, set_diagnosis, set_code, set_npi, hold_until.
    """

    what: str
    line: int | None
    value: str


class NotSaid(LookupError):
    """The claim does not say something a rule needs; the engine turns it into `Unchecked`."""

    def __init__(self, what: str, why: str) -> None:
        self.what = what  # a short stable name, as in `Gap.missing`
        super().__init__(why)


@made_quickly
@dataclass(frozen=True, slots=True)
class Case:
    """All a rule may look at: the claim, the day it would be sent, the tables, the patient's past."""

    claim: Claim
    as_of: date
    tables: Tables
    past: PatientPast
    payer_type: PayerType
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _code_rows: dict[date | None, Mapping[str, CodeRow]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives, worked out once for this case: an index of its lines or services that several rules read.

        The key names all that it depends on beside the case itself; nobody changes what it returns.
        """
        found: Value = self._known.get(key, _NOT_YET)
        if found is _NOT_YET:
            found = self._known[key] = make()
        return found

    def once_of(self, make: Callable[[Case], Value]) -> Value:
        """What `make` gives of this case, worked out once."""
        found: Value = self._known.get(make, _NOT_YET)
        if found is _NOT_YET:
            found = self._known[make] = make(self)
        return found

    def knowing(self, make: Callable[[Case], Value], value: Value) -> Case:
        """The case itself, told beforehand what `once_of(make)` is to give."""
        self._known[make] = value
        return self

    @property
    def first_service(self) -> date | None:
        """The earliest day of service of the claim."""
        return self.once_of(_first_service)

    def day(self, line: Line) -> date:
        """The line's date of service. Raises NotSaid where it has none."""
        if line.service_from is None:
            raise NotSaid("date of service", f"line {line.number} has no date of service")
        return line.service_from

    def code_row(self, line: Line) -> CodeRow | None:
        """The line's row in the code table of its day; None where the release has none.

        Raises NotSaid where the line has no date of service, TableGap where no release speaks for it.
        """
        rows = self._code_rows.get(line.service_from)
        if rows is None:
            rows = self._code_rows[line.service_from] = self.tables.codes.on(self.day(line), self.as_of).rows
        return rows.get(line.code)

    def facts(self, item: str, line: Line | None = None) -> Sequence[Evidence]:
        """What the record says of an item (`claims.evidence.ITEMS`), newest first; empty where it says nothing.

        Of the line where one fact is told of it, else of the line's family, else of the claim. What was recorded after
        `as_of` is not known yet.
        """
        if not self.claim.evidence:
            return ()
        known, _ = self.once("evidence", self._evidence)
        if line is not None:
            for owner in (line.number, self.tables.family(line.code)):
                if owner and (item, owner) in known:
                    return known[item, owner]
        return known.get((item, None), ())

    def absent(self, item: str, line: Line | None = None) -> bool:
        """True where somebody looked, and the record does not tell the item (`claims.evidence.NOT_RECORDED`)."""
        if not self.claim.evidence or self.facts(item, line):
            return False
        _, absent = self.once("evidence", self._evidence)
        owners = (line.number, self.tables.family(line.code), None) if line is not None else (None,)
        return any((item, owner) in absent for owner in owners)

    def told(self, item: str, line: Line | None = None) -> str | None:
        """The newest fact of an item; None where the record says nothing."""
        if not self.claim.evidence:
            return None
        facts = self.facts(item, line)
        return facts[0].value if facts else None

    def evidence(self, item: str, line: Line | None = None) -> str:
        """The newest fact of an item. Raises NotSaid where the record says nothing."""
        value = self.told(item, line)
        if value is None:
            raise NotSaid(f"evidence {item}", f"nothing is recorded of {item.replace('_', ' ')}")
        return value

    def number(self, item: str, line: Line | None = None) -> Decimal:
        """The newest fact of an item that is a number, in the item's own unit (weeks, percent, mg ...).

        Raises NotSaid where the record says nothing, or says it in a unit that does not convert.
        """
        self.evidence(item, line)
        amount = in_own_unit(self.facts(item, line)[0])
        if amount is None:
            raise NotSaid(f"evidence {item}", f"{item.replace('_', ' ')} is recorded in a unit that does not convert")
        return amount

    def yes(self, item: str, line: Line | None = None) -> bool:
        """The newest fact of a yes-or-no item. Raises NotSaid where the record says nothing."""
        return self.evidence(item, line) == "yes"

    def _evidence(self) -> tuple[Mapping[_Told, Sequence[Evidence]], AbstractSet[_Told]]:
        """What is told of each item, by line, family or claim, and what was looked for and is not recorded."""
        known: dict[_Told, list[Evidence]] = {}
        absent: set[_Told] = set()
        for fact in self.claim.evidence:
            if fact.recorded_on is None or fact.recorded_on <= self.as_of:
                told_of = (fact.item, fact.line or fact.family or None)
                if fact.value == NOT_RECORDED:
                    absent.add(told_of)
                elif told_of in known:
                    known[told_of].append(fact)
                else:
                    known[told_of] = [fact]
        for facts in known.values():
            if len(facts) > 1:
                facts.sort(key=lambda f: (f.recorded_on or date.min, f.value), reverse=True)
        return known, absent


def _first_service(case: Case) -> date | None:
    return case.claim.first_service


@made_quickly
@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's objection. What is left empty is taken from the rule."""

    message: str
    line: Line | None = None
    remedy: str = ""
    remedy_kind: RemedyKind | None = None
    requires: str = ""  # what must be true for the remedy to be lawful
    change: Change | None = None
    severity: Severity | None = None  # never above the rule's own
    carcs: tuple[str, ...] | None = None
    place: Place | None = None
    citation: Citation | None = None  # of the table row, when that is more exact than the rule's


class Gap(NamedTuple):
    """What a rule would have needed: `missing` are short stable names (`mue table`, `history since 2025-03-01`)."""

    missing: tuple[str, ...]
    why: str
    line: Line | None = None
    of_claim: bool = False  # the same for every line: told once, of the claim


Answer = Hit | Gap
Check = Callable[..., Iterable[Answer]]
Where = Callable[[CodeRow, Sequence[str]], bool]  # of the row of a line in the code table, and the line's modifiers


@dataclass(frozen=True, slots=True, eq=False)  # a rule equals only itself
class Rule:
    """One published policy, applied."""

    id: str
    version: str
    name: str
    summary: str
    severity: Severity
    reason: Reason
    carcs: tuple[str, ...]
    rarcs: tuple[str, ...]
    payer_types: frozenset[PayerType]
    effective: date | None  # None: since always
    until: date | None  # inclusive
    citation: Citation
    place: Place
    remedy: str
    remedy_kind: RemedyKind
    requires: str
    confidence: str
    supersedes: frozenset[str]
    per_line: bool
    check: Check
    families: frozenset[str] = frozenset()  # empty: whatever the codes
    codes: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()  # empty: whatever the modifiers
    where: Where | None = None  # None: whatever the row of the code
    settled: bool = False  # by what `scrubber.alike` shows of a line
    by_diagnoses: bool = False  # silent by what it shows of a line or claim, and of the diagnoses
    adopted: str = ""  # where a payer's own profile makes the rule bind: what says so

    @property
    def family(self) -> str:
        """The folder it lies in: frequency, modifiers ..."""
        return self.check.__module__.split(".")[-2]

    @property
    def guarded(self) -> bool:
        """True when the rule is only asked about certain lines."""
        return bool(self.families or self.codes or self.modifiers)

    def asks_about(self, code: str, family: str, modifiers: Collection[str] = ()) -> bool:
        """True when the rule is to be asked about a line of that code, family and modifiers."""
        by_code = not (self.families or self.codes) or family in self.families or code in self.codes
        return by_code and self.asks_about_modifiers(modifiers)

    def asks_about_modifiers(self, modifiers: Collection[str]) -> bool:
        """True when lines with these modifiers are among those the rule is asked about."""
        marked = not self.modifiers or not self.modifiers.isdisjoint(modifiers)
        return marked or (bool(modifiers) and self.modifiers == ANY_MODIFIER)

    @property
    def dated(self) -> bool:
        """True when the day of service says whether the rule is in force."""
        return self.effective is not None or self.until is not None

    def in_force(self, day: date | None) -> bool:
        """True on the days of service the policy covers; a line without a date is looked at."""
        if day is None:
            return True
        return (self.effective is None or self.effective <= day) and (self.until is None or day <= self.until)


def rule(
    rule_id: str,
    *,
    severity: Severity,
    reason: Reason,
    carcs: tuple[str, ...],
    citation: Citation,
    place: Place,
    remedy: str,
    remedy_kind: RemedyKind,
    requires: str = "",
    rarcs: tuple[str, ...] = (),
    payer_types: frozenset[PayerType] = EVERY_PAYER_TYPE,
    effective: str | None = None,
    until: str | None = None,
    confidence: str = "high",
    supersedes: tuple[str, ...] = (),
    version: str = "1",
    families: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    modifiers: Iterable[str] = (),
    where: Where | None = None,
    settled: bool = False,
    by_diagnoses: bool = False,
) -> Callable[[Check], Check]:
    """Register a check as a rule: its name is the fault, its docstring's first line is shown to people.

    A check takes `(case)` or `(case, line)`; the second form is called for every line in force. With `families` or
    `codes` it is asked only about lines of those families or codes (a check of the claim: only where there is such a
    line), with `modifiers` only about lines that carry one of them (`ANY_MODIFIER`: any): it is also what makes many
    rules quick. So does `where`, for checks of a line: it says, of a row of the code table and a line's modifiers,
    whether there is anything to look at, and is asked once for all such lines; where the code table of the day does
    not hold the code, the check is asked all the same. A check is `settled` where silence and gaps follow from the kind
    of line (or claim) alone and from what the claim lacks, as `scrubber.alike` has it: it compares the day with tables
    and parameters only. It is silent `by_diagnoses` where its silence follows from that, the diagnoses and the state of
    service.
    Severity is capped at `WARN` unless `confidence` is `"high"`.
    Raises ValueError for a bad id, a missing docstring, a double id.
    """

    def register(check: Check) -> Check:
        if not re.fullmatch(r"[A-Z]{2,3}-\d{3}", rule_id):
            raise ValueError(f"rule id {rule_id!r} is not like 'NCC-008'")
        if not check.__doc__:
            raise ValueError(f"rule {rule_id} has no docstring: say what the payer objects to")
        if rule_id in RULES:
            raise ValueError(f"rule id {rule_id!r} is declared twice, by {RULES[rule_id].name} and {check.__name__}")
        RULES[rule_id] = Rule(
            id=rule_id,
            version=version,
            name=check.__name__,
            summary=check.__doc__.splitlines()[0],
            severity=severity if confidence == "high" else min(severity, Severity.WARN),
            reason=reason,
            carcs=carcs,
            rarcs=rarcs,
            payer_types=payer_types,
            effective=date.fromisoformat(effective) if effective else None,
            until=date.fromisoformat(until) if until else None,
            citation=citation,
            place=place,
            remedy=remedy,
            remedy_kind=remedy_kind,
            requires=requires,
            confidence=confidence,
            supersedes=frozenset(supersedes),
            per_line=len(inspect.signature(check).parameters) == 2,
            check=check,
            families=frozenset(families),
            codes=frozenset(codes),
            modifiers=frozenset(modifiers),
            where=where,
            settled=settled,
            by_diagnoses=by_diagnoses,
        )
        return check

    return register
