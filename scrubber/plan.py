"""Which rules ask about what: worked out once for each kind of line, so that many rules cost little more than few.

A claim meets only the rules that ask about its codes. What follows from the code, the kind of payer and the days is
worked out first (`_OfKind`), then what modifiers and place add (`Asked`), then what the diagnoses leave to be asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import count
from typing import NamedTuple, cast

from claims.claim import Line, PayerType
from scrubber import adopted
from scrubber.adopted import Own
from scrubber.alike import (
    HIDDEN,
    Days,
    OfClaim,
    OfLine,
    Said,
    not_silent,
    not_silent_of_claim,
    of_diagnoses,
    of_kinds,
    published,
    settle,
    settle_by_code,
    settle_of_claim,
)
from scrubber.coverage import state_of_service
from scrubber.diagnoses import of_claim, pointed
from scrubber.registry import Case, Check, Rule
from scrubber.tables import Tables
from scrubber.tables.rows import CodeRow


class _Pairs(dict[Rule, tuple[Rule, Check]]):
    """Each rule with its check: made once, for what is kept of thousands of kinds of line holds forty of them each."""

    def __missing__(self, rule: Rule) -> tuple[Rule, Check]:
        found = self[rule] = rule, rule.check
        return found


_MOST_KEPT = 20_000  # of each kind of thing remembered; what a claim says is not under our control

Beside = frozenset[Rule]  # those of the claim that a line makes us ask
NONE_BESIDE: Beside = frozenset()
_MET_ONCE = cast(OfLine, (None,))  # in the place of what is asked about diagnoses: nobody has worked it out yet


class _OfCode(NamedTuple):
    """The rules that may ask about a code, and those of the claim that it makes us ask."""

    of_line: Sequence[Rule]
    unsure: Sequence[Rule]  # whether they ask depends on the day, the row of the code, or the modifiers
    of_claim: Beside
    marked: Sequence[Rule]  # of the claim, and only beside certain modifiers


class _OfKind(NamedTuple):
    """What is known of the lines of a code, kind of payer and day before their modifiers and place are."""

    of_line: Sequence[Rule]
    said: Said
    unsure: Sequence[Rule]  # whether they ask depends on the modifiers
    unsettled: Sequence[Rule]  # what they say depends on modifiers or place
    of_code: _OfCode
    number: int  # no other has it; -1 where it is not kept


class Asked(NamedTuple):
    """What to ask about lines alike, what is said of each without asking, and what to ask about the whole claim."""

    of_line: OfLine
    said: Said
    of_claim: Beside
    of_diagnoses: OfLine  # silent or not by the diagnoses the line points to
    kind: int


class _OfClaims(NamedTuple):
    """What is said of claims with such lines, and the rules to ask, those silent or not by the diagnoses apart."""

    said: Said
    of_any: OfClaim
    of_diagnoses: OfClaim
    number: int


@dataclass(frozen=True)
class Plan:
    """Which of the chosen rules ask about what, under one set of tables."""

    rules: tuple[Rule, ...]
    tables: Tables
    _of_line: dict[Hashable, Asked] = field(default_factory=dict)
    _of_kind: dict[Hashable, _OfKind] = field(default_factory=dict)
    _of_code: dict[tuple[PayerType, str, Own], _OfCode] = field(default_factory=dict)
    _of_claim: dict[Hashable, _OfClaims] = field(default_factory=dict)
    _of_diagnoses: dict[Hashable, OfLine] = field(default_factory=dict)
    _pairs: _Pairs = field(default_factory=_Pairs)
    _numbers: Iterator[int] = field(default_factory=count)  # threads share a plan: nothing gets another's number
    _of_all_diagnoses: dict[Hashable, OfClaim] = field(default_factory=dict)

    def asked(self, case: Case, line: Line, sent: int, own: Own, lacks: int) -> Asked:
        """What to ask about a line, and what is known to be said of it.

        `sent` is the stretch of days it is sent in, `lacks` what its claim comes without.
        """
        claim, row = case.claim, _row(case, line)
        kind = (
            *(case.payer_type, claim.kind, line.code, line.qualifier, lacks),
            *(self.days.between(line.service_from, sent), id(row), own),  # a row lives as long as the tables
        )
        key = kind, line.modifiers, line.place or claim.place_of_service
        found = self._of_line.get(key)
        if found is None:
            found = self._asked(case, line, row, self._kind(kind, case, line, row, own, lacks), lacks)
            if len(self._of_line) < _MOST_KEPT:
                self._of_line[key] = found
        return found

    def every(self, case: Case, line: Line, own: Own) -> tuple[Sequence[Rule], Beside]:
        """The rules that ask about a line, none of them answered for, and those of the claim it makes us ask."""
        row, found = _row(case, line), self._bound(case.payer_type, line.code, own)
        unsure = [r for r in found.unsure if r.in_force(line.service_from) and _looks(r, row, line)]
        return [*found.of_line, *unsure], _beside(found, line)

    def of_diagnoses(self, case: Case, line: Line, asked: Asked, sent: int) -> OfLine:
        """Of the rules that depend on the diagnoses the line points to, those that may have something to say."""
        codes, days = pointed(case, line), self.days_of_diagnoses.between(line.service_from, sent)
        key = asked.kind, line.modifiers, codes, case.once_of(state_of_service), days
        found = self._of_diagnoses.get(key)
        if found is not None and found is not _MET_ONCE:
            return found
        if asked.kind >= 0 and len(self._of_diagnoses) < _MOST_KEPT:  # many diagnoses are met no second time
            silenced = not_silent(case, line, codes, asked.of_diagnoses) if found is _MET_ONCE else _MET_ONCE
            self._of_diagnoses[key] = silenced
        return asked.of_diagnoses

    def of_claim(self, case: Case, own: Own, beside: Beside, sent: int, lacks: int) -> tuple[Said, OfClaim]:
        """What is known to be said of a claim, and the rules to ask about it: about any, and those its lines add.

        Where all services are of one day, those are left out whose silence follows from the diagnoses.
        """
        found = self._of_claims(case, own, beside, lacks)
        return found.said, self._by_all_diagnoses(case, found, sent) if found.of_diagnoses else found.of_any

    def _by_all_diagnoses(self, case: Case, found: _OfClaims, sent: int) -> OfClaim:
        lines = case.claim.lines
        day = lines[0].service_from if lines else None
        if day is None or found.number < 0 or any(line.service_from != day for line in lines):
            return found.of_any + found.of_diagnoses
        codes = of_claim(case)
        key = found.number, codes, case.once_of(state_of_service), self.days_of_diagnoses.between(day, sent)
        asked = self._of_all_diagnoses.get(key)
        if asked is None:
            if len(self._of_all_diagnoses) >= _MOST_KEPT:
                return found.of_any + found.of_diagnoses
            silenced = not_silent_of_claim(case, day, codes, found.of_diagnoses)
            asked = self._of_all_diagnoses[key] = found.of_any + silenced
        return asked

    def every_of_claim(self, kind: PayerType, own: Own, beside: Beside) -> Sequence[Rule]:
        """The rules that ask about a claim with such lines, none of them answered for."""
        binding = [r for r in self.rules if kind in r.payer_types] + self._adopted(kind, own)
        return [*[r for r in binding if not r.per_line and not r.guarded], *beside]

    def sent(self, day: date) -> int:
        """The stretch of days of sending a day lies in."""
        return bisect_right(self._days_of_sending, day)

    @cached_property
    def days(self) -> Days:
        """The days on which another answer may be due than the day before."""
        rules = (*self.rules, *adopted.of_every_profile(self.tables, self.rules))
        return Days(of_kinds(self.tables), rules, self._days_of_sending)

    @cached_property
    def days_of_diagnoses(self) -> Days:
        """The same for what rules say of diagnoses."""
        return Days(of_diagnoses(self.tables), self.rules, self._days_of_sending)

    @cached_property
    def supersedes(self) -> Mapping[str, frozenset[str]]:
        """What each more specific rule speaks instead of."""
        return {r.id: r.supersedes for r in self.rules if r.supersedes}

    @cached_property
    def _days_of_sending(self) -> Sequence[date]:
        return published((*of_kinds(self.tables), *of_diagnoses(self.tables)))

    def _kind(self, key: Hashable, case: Case, line: Line, row: CodeRow | None, own: Own, lacks: int) -> _OfKind:
        found = self._of_kind.get(key)
        if found is None:
            number = next(self._numbers) if len(self._of_kind) < _MOST_KEPT else -1
            found = self._worked_out(case, line, row, own, lacks, number)
            if number >= 0:
                self._of_kind[key] = found
        return found

    def _worked_out(self, case: Case, line: Line, row: CodeRow | None, own: Own, lacks: int, number: int) -> _OfKind:
        """What code, kind of payer and day decide, and what is said of all such lines of claims that lack as much."""
        of_code = self._bound(case.payer_type, line.code, own)
        sure, unsure = list(of_code.of_line), []
        for r in of_code.unsure:
            if r.in_force(line.service_from):
                asks = _asks(r, row)
                if asks is None:
                    unsure.append(r)
                elif asks:
                    sure.append(r)
        said, unsettled = settle_by_code(case, line, lacks, [r for r in sure if r.settled])
        return _OfKind([r for r in sure if not r.settled], said, unsure, unsettled, of_code, number)

    def _asked(self, case: Case, line: Line, row: CodeRow | None, kind: _OfKind, lacks: int) -> Asked:
        """What is asked about a line of the kind with its modifiers and place."""
        looking = [r for r in kind.unsure if _looks(r, row, line)]
        said, still = settle(case, line, lacks, [*kind.unsettled, *[r for r in looking if r.settled]])
        of_line = [*kind.of_line, *[r for r in looking if not r.settled], *still]
        return Asked(
            tuple([self._pairs[r] for r in of_line if not r.by_diagnoses]),
            kind.said + said,
            _beside(kind.of_code, line),
            tuple([self._pairs[r] for r in of_line if r.by_diagnoses]),
            kind.number,
        )

    def _of_claims(self, case: Case, own: Own, beside: Beside, lacks: int) -> _OfClaims:
        key = case.payer_type, case.claim.kind, own, lacks, beside
        found = self._of_claim.get(key)
        if found is None:
            rules = self.every_of_claim(case.payer_type, own, beside)
            said, asked = settle_of_claim(case, lacks, tuple([(r, r.check, r.dated) for r in rules]))
            number = next(self._numbers) if len(self._of_claim) < _MOST_KEPT else -1
            found = _OfClaims(
                said,
                tuple([each for each in asked if not each[0].by_diagnoses]),
                tuple([each for each in asked if each[0].by_diagnoses]),
                number,
            )
            if number >= 0:
                self._of_claim[key] = found
        return found

    def _adopted(self, kind: PayerType, own: Own) -> list[Rule]:
        """The rules that a payer's own profile adds to those of its kind."""
        if not own:
            return []
        key, known = own
        return list(adopted.rules_of(self.tables.profiles.by_key[key], known, kind, self.rules))

    def _bound(self, kind: PayerType, code: str, own: Own) -> _OfCode:
        """The rules that may ask about a code: of a code once met, only days, rows and modifiers are asked."""
        found = self._of_code.get((kind, code, own))
        if found is None:
            of_kind, family = self._guarded, self.tables.family(code)
            guards: tuple[tuple[str, str] | None, ...] = (None, ("f", family), ("c", code))
            bound = dict.fromkeys(r for guard in guards for r in of_kind.get((kind, guard), ()))
            bound |= dict.fromkeys(
                r
                for r in self._adopted(kind, own)
                if (r.per_line or r.guarded)
                and (not (r.families or r.codes) or family in r.families or code in r.codes)
            )
            of_line, of_claim = [r for r in bound if r.per_line], [r for r in bound if not r.per_line]
            found = _OfCode(
                [r for r in of_line if not (r.modifiers or r.dated or r.where)],
                [r for r in of_line if r.modifiers or r.dated or r.where],
                frozenset([r for r in of_claim if not r.modifiers]),
                [r for r in of_claim if r.modifiers],
            )
            if len(self._of_code) < _MOST_KEPT:
                self._of_code[kind, code, own] = found
        return found

    @cached_property
    def _guarded(self) -> Mapping[tuple[PayerType, tuple[str, str] | None], Sequence[Rule]]:
        """The rules that a line may make us ask, by the kind of payer and by the family or code they ask about."""
        found: defaultdict[tuple[PayerType, tuple[str, str] | None], list[Rule]] = defaultdict(list)
        for r in self.rules:
            guards: list[tuple[str, str] | None] = [("f", family) for family in r.families]
            guards += [("c", code) for code in r.codes]
            for kind in r.payer_types if r.per_line or r.guarded else ():
                for guard in guards or [None]:
                    found[kind, guard].append(r)
        return dict(found)


def _row(case: Case, line: Line) -> CodeRow | None:
    try:
        return case.code_row(line)
    except LookupError:  # no day, or no table of it: the rules themselves say so
        return None


def _asks(r: Rule, row: CodeRow | None) -> bool | None:
    """Whether the rule asks about lines of the row, whatever their modifiers; None where those decide."""
    if r.modifiers:
        return None
    if row is None or r.where is None:
        return True
    try:
        return r.where(row, HIDDEN)
    except (TypeError, AttributeError):  # it reads them
        return None


def _looks(r: Rule, row: CodeRow | None, line: Line) -> bool:
    if not r.asks_about_modifiers(line.modifiers):
        return False
    return row is None or r.where is None or r.where(row, line.modifiers)


def _beside(of_code: _OfCode, line: Line) -> Beside:
    if not of_code.marked:
        return of_code.of_claim
    return of_code.of_claim.union([r for r in of_code.marked if _looks(r, None, line)])
