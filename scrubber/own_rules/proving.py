"""An own rule on its own cases: what it says of each, beside what the case expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scrubber.cases import RuleCase, as_a_case_tells, read_case
from scrubber.engine import scrub
from scrubber.own_rules.faults import Faults, UnreadableRule
from scrubber.own_rules.reading import OwnRule
from scrubber.report import Report
from scrubber.tables import Tables


@dataclass(frozen=True, slots=True)
class Proof:
    """One case of a rule: it holds where nothing differs."""

    rule_id: str
    case: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True where the rule said what the case expects."""
        return not self.differences


def prove(own: OwnRule, tables: Tables) -> tuple[list[Proof], list[UnreadableRule]]:
    """The rule's cases, run; and what is wrong with those that cannot be read."""
    proofs: list[Proof] = []
    faults = Faults(own.file, own.rule.id)
    for number, content in enumerate(own.cases, 1):
        case = _case(content, number, own, tables, faults)
        if case is not None:
            report = scrub(case.claim, case.tables, case.past, as_of=case.as_of, rules=[own.rule])
            proofs.append(Proof(own.rule.id, case.name, tuple(_differences(case, report))))
    return proofs, faults.told


def _case(content: Any, number: int, own: OwnRule, tables: Tables, faults: Faults) -> RuleCase | None:
    key = f"cases[{number}]"
    if not isinstance(content, dict):
        faults.tell(key, "no table", "a case", "Begin each case with a line [[rules.cases]].")
        return None
    for needed in ("name", "lines"):
        if needed not in content:
            faults.tell(f"{key}.{needed}", "nothing", "the fact in words" if needed == "name" else "service lines")
            return None
    try:
        return read_case(content, own.tables or {}, own.file, tables)
    except ValueError as error:  # worded: a strange key, an item nobody knows, a case that expects nothing
        faults.tell(key, str(error).removeprefix(f"{own.file}, "), "what docs/own-rules.md lists for a case")
    except (KeyError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
        faults.tell(key, f"a value of the wrong kind ({type(error).__name__}: {error})", "what docs/own-rules.md lists")
    return None


def _differences(case: RuleCase, report: Report) -> Iterator[str]:
    """What the rule said and the case does not expect, and the other way round."""
    said = [as_a_case_tells(finding) for finding in report.findings]
    if len(said) != len(case.findings):
        yield f"found {_counted(len(said), 'finding')}{_told(said)}, expected {len(case.findings)}"
    else:
        for found, wanted in zip(said, case.findings, strict=True):
            for key, value in wanted.items():
                if key not in found:
                    yield f"`{key}` is nothing a finding has: expected one of {', '.join(found)}"
                elif found[key] != value:
                    yield f"{key}: found {found[key]!r}, expected {value!r}"
    unchecked, expected = sorted(u.missing for u in report.unchecked), sorted(case.unchecked)
    if unchecked != expected:
        yield f"could not look for want of {_names(unchecked)}, expected {_names(expected)}"


def _told(said: Sequence[dict[str, Any]]) -> str:
    return " (" + "; ".join(repr(one["message"]) for one in said[:3]) + ")" if said else ""


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _names(missing: Sequence[tuple[str, ...]]) -> str:
    return "; ".join(", ".join(names) for names in missing) or "nothing"
