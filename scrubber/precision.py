"""What the counters of `scrubber.performance` come to: precision, lift, and what a person should look at.

Nothing here changes a rule. A suggestion says what the figures say, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from claims.reasons import Reason
from past.intervals import Interval, wilson
from scrubber.performance import ANY_RULE, Cell, Payer, Performance, Seen, Spoke, Tally, Unit
from scrubber.registry import Severity

FLOOR, LEAST = 0.2, 30  # a precision worth stopping a claim for, and the decisions it takes to say so
LOOK_FROM = 0.5  # a warning that is surely right more often than not may deserve to be more

# The overrides of a rule for a payer id ("" for all payers) in words, the newest last
OverridesOf = Callable[[str, str], Sequence[str]]


class Scope(StrEnum):
    """Whose answers a figure is of."""

    ALL = "all"
    PAYER_TYPE = "payer_type"
    PAYER = "payer"


@dataclass(frozen=True, slots=True)
class Whose:
    """A scope with its payer id or kind of payer; "" for all."""

    scope: Scope
    name: str = ""

    def holds(self, payer: Payer) -> bool:
        """True for a payer whose answers count here."""
        if self.scope is Scope.ALL:
            return True
        return self.name == (payer.id if self.scope is Scope.PAYER else payer.type.value)


class Advice(StrEnum):
    """What the figures suggest to a person."""

    WARN = "warn"  # it stops claims, and is seldom right
    INFO = "info"  # it warns of lines that are denied less often than any
    RAISE = "raise"  # it only warns, and is right more often than not
    LOOK = "look"  # its lines are denied, seldom as it says


@dataclass(frozen=True, slots=True)
class Level:
    """The figures of a rule at one severity."""

    severity: Severity
    tally: Tally
    lift: float | None
    lift_in_family: float | None
    advice: Advice | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule's figures in one scope, of its lines or of its claims.

    `lift` is precision over the share that all lines (claims) of the scope were denied; `lift_in_family` over what one
    would expect of the same payers and families of codes, where there are enough decisions. None where unknown.
    """

    rule_id: str
    unit: Unit
    whose: Whose
    tally: Tally
    levels: tuple[Level, ...]
    spoke: Spoke
    base: float | None
    lift: float | None
    lift_in_family: float | None
    overrides: tuple[str, ...] = ()

    @property
    def advice(self) -> tuple[tuple[Severity, Advice], ...]:
        """What is suggested, at which severity."""
        return tuple((level.severity, level.advice) for level in self.levels if level.advice is not None)


@dataclass(frozen=True, slots=True)
class Bars:
    """From where on figures suggest something."""

    floor: float = FLOOR
    least: int = LEAST


@dataclass(frozen=True, slots=True)
class Summary:
    """A scope in short: what was sent, what was denied, what of it the rules said before.

    `levels`: each line once, by the worst finding of the line itself; what none of them holds had no such finding.
    """

    whose: Whose
    lines: Tally
    claims: Tally
    seen: Seen
    levels: Mapping[Severity, Tally]


def precision(tally: Tally) -> float | None:
    """Of what was judged, the share the rule was right about; None when nothing was."""
    return tally.hits / tally.judged if tally.judged else None


def interval(tally: Tally) -> Interval | None:
    """Wilson's 95 % interval of the precision."""
    return wilson(tally.hits, tally.judged)


def as_said(tally: Tally) -> float | None:
    """Of what the payer decided, the share denied for the rule's own Reason or with one of its CARCs."""
    return tally.as_said / tally.decided if tally.decided else None


def scopes(performance: Performance) -> list[Whose]:
    """All payers, then each kind, then each payer, by name."""
    payers = {payer for _, payer, _ in performance.base}
    kinds = [Whose(Scope.PAYER_TYPE, kind) for kind in sorted({payer.type.value for payer in payers})]
    return [Whose(Scope.ALL), *kinds, *(Whose(Scope.PAYER, name) for name in sorted({payer.id for payer in payers}))]


def measured(
    performance: Performance, whose: Whose, bars: Bars = Bars(), overrides_of: OverridesOf | None = None
) -> list[Measured]:
    """Every rule that spoke, or could not look, in a scope; the ones with the most dollars denied first."""
    bases = _Bases(performance, whose, bars.least)
    groups: dict[tuple[str, Unit], _Group] = defaultdict(_Group)
    for cell, tally in performance.cells.items():
        if cell.rule_id != ANY_RULE and whose.holds(cell.payer):
            groups[cell.rule_id, cell.unit].take(cell, tally, bases)
    spoke: dict[str, list[int]] = defaultdict(lambda: [0] * len(Spoke._fields))
    for (rule_id, payer), counts in performance.spoke.items():
        if whose.holds(payer):
            spoke[rule_id] = [a + b for a, b in zip(spoke[rule_id], counts, strict=True)]
    for rule_id in spoke.keys() - {rule_id for rule_id, _ in groups}:
        groups[rule_id, Unit.LINE] = _Group()  # it could not look, and never spoke
    found = []
    for (rule_id, unit), group in groups.items():
        named = _Named(rule_id, unit, whose, _overrides(overrides_of, rule_id, whose))
        found.append(group.measured(named, Spoke(*spoke[rule_id]), bases, bars))
    return sorted(found, key=lambda m: (-m.tally.denied_amount, -m.tally.fired, m.rule_id, m.unit))


def summary(performance: Performance, whose: Whose) -> Summary:
    """The scope in short."""
    base: dict[Unit, Tally] = {unit: Tally() for unit in Unit}
    for (unit, payer, _), tally in performance.base.items():
        if whose.holds(payer):
            base[unit].add(tally)
    levels: dict[Severity, Tally] = {severity: Tally() for severity in sorted(Severity, reverse=True)}
    for cell, tally in performance.cells.items():
        if cell.rule_id == ANY_RULE and cell.unit is Unit.LINE and whose.holds(cell.payer):
            levels[cell.severity].add(tally)
    seen = Seen()
    for one in denials(performance, whose).values():
        seen.add(one)
    return Summary(whose, base[Unit.LINE], base[Unit.CLAIM], seen, levels)


def denials(performance: Performance, whose: Whose) -> dict[tuple[str, Reason], Seen]:
    """Denied lines by CARC and Reason, those with the most dollars unseen first."""
    found: dict[tuple[str, Reason], Seen] = defaultdict(Seen)
    for denial, seen in performance.denials.items():
        if whose.holds(denial.payer):
            found[denial.carc, denial.reason].add(seen)
    return dict(sorted(found.items(), key=lambda item: (-item[1].unseen_amount, -item[1].denied, item[0])))


def _overrides(overrides_of: OverridesOf | None, rule_id: str, whose: Whose) -> tuple[str, ...]:
    if overrides_of is None or whose.scope is Scope.PAYER_TYPE:  # an override is of a payer, or of all
        return ()
    return tuple(overrides_of(rule_id, whose.name))


class _Bases:
    """How often lines are denied where no rule is asked: the shares a precision is held against."""

    def __init__(self, performance: Performance, whose: Whose, least: int) -> None:
        self._all: dict[Unit, Tally] = defaultdict(Tally)
        self._families: dict[tuple[Payer, str], Tally] = {}
        self._payers: dict[Payer, Tally] = defaultdict(Tally)
        self._least = least
        for (unit, payer, family), tally in performance.base.items():
            if not whose.holds(payer):
                continue
            self._all[unit].add(tally)
            if unit is Unit.LINE:
                self._families[payer, family] = tally
                self._payers[payer].add(tally)

    def share(self, unit: Unit, severity: Severity | None = None) -> float | None:
        """Of all lines (claims) of the scope, the share denied."""
        return _share(self._all[unit], severity)

    def expected(self, cell: Cell, tally: Tally) -> float:
        """How many of the cell's judged would be denied were they like all of the scope."""
        return (self.share(cell.unit, cell.severity) or 0.0) * tally.judged

    def expected_in_family(self, cell: Cell, tally: Tally) -> float:
        """The same, were they like the lines of their payer and family, or of their payer where those are few.

        A claim is of no family.
        """
        if cell.unit is Unit.CLAIM:
            return 0.0
        family = self._families.get((cell.payer, cell.family))
        like = family if family is not None and family.decided >= self._least else self._payers[cell.payer]
        return (_share(like, cell.severity) or 0.0) * tally.judged


def _share(base: Tally, severity: Severity | None) -> float | None:
    """For what speaks of a front end's rejection, rejections are among what it is held against."""
    also = base.rejected if severity is Severity.REJECT else 0
    of = base.decided + also
    return (base.denied + also) / of if of else None


@dataclass(slots=True)
class _Counted:
    """Cells added up, and what would be denied of them were they like the rest."""

    tally: Tally = field(default_factory=Tally)
    expected: float = 0.0
    in_family: float = 0.0

    @property
    def lift(self) -> float | None:
        return self.tally.hits / self.expected if self.expected else None

    @property
    def lift_in_family(self) -> float | None:
        return self.tally.hits / self.in_family if self.in_family else None


class _Named(NamedTuple):
    rule_id: str
    unit: Unit
    whose: Whose
    overrides: tuple[str, ...]


class _Group:
    """A rule's cells of one scope and unit, by severity."""

    def __init__(self) -> None:
        self._levels: dict[Severity, _Counted] = defaultdict(_Counted)
        self._total = _Counted()

    def take(self, cell: Cell, tally: Tally, bases: _Bases) -> None:
        for counted in (self._levels[cell.severity], self._total):
            counted.tally.add(tally)
            counted.expected += bases.expected(cell, tally)
            counted.in_family += bases.expected_in_family(cell, tally)

    def measured(self, named: _Named, spoke: Spoke, bases: _Bases, bars: Bars) -> Measured:
        rule_id, unit, whose, overrides = named
        levels = []
        for severity, counted in sorted(self._levels.items(), reverse=True):
            advice = advise(severity, counted.tally, bases.share(unit, severity), bars)
            levels.append(Level(severity, counted.tally, counted.lift, counted.lift_in_family, advice))
        total = self._total
        return Measured(
            rule_id, unit, whose, total.tally, tuple(levels), spoke, bases.share(unit), total.lift,
            total.lift_in_family, overrides,
        )  # fmt: skip


def advise(severity: Severity, tally: Tally, base: float | None, bars: Bars) -> Advice | None:
    """What the figures of a rule at one severity suggest; None without enough of them, or nothing to suggest."""
    right = interval(tally)
    if right is None or tally.judged < bars.least:
        return None
    if severity >= Severity.DENY:
        if right.high < bars.floor:
            return Advice.WARN
        own = wilson(tally.as_said, tally.decided)
        return Advice.LOOK if severity is Severity.DENY and own is not None and own.high < bars.floor else None
    if right.low > LOOK_FROM:
        return Advice.RAISE
    below_all = base is not None and right.high < min(base, bars.floor)
    return Advice.INFO if severity is Severity.WARN and below_all else None
