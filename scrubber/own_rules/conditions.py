"""The `when` of an own rule: nested tables, read once into closures. No text of the file is ever run.

Depth and size are bounded, so that whatever a file holds, a claim is answered in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from claims.claim import Line
from claims.evidence import ITEMS, ValueKind
from scrubber import places
from scrubber.own_rules.earlier_care import COUNTS, PAST, read_past
from scrubber.own_rules.faults import Faults, shown
from scrubber.own_rules.fields import FIELDS, Field, Kind
from scrubber.own_rules.logic import Judge, Unknown, Verdict, all_of, any_of, asked, none_of, some
from scrubber.own_rules.operators import OPERATORS, PRESENCE, Test, comparisons, dotted
from scrubber.places import Place
from scrubber.registry import Case, NotSaid

_NOTHING = (None, "", ())
MOST_CONDITIONS = 200  # of one rule
DEEPEST = 8

GROUPS = {
    "all": "a list of conditions: true where all are",
    "any": "a list of conditions: true where one is",
    "not": "a condition: true where it is false",
    "any_line": "a condition on lines: true where it is true of one of the claim's lines",
    "other_line": "the same of a line other than the one the rule is asked about",
}
SUBJECTS = {
    "field": "a field of the claim, such as `line.code`",
    "evidence": "an item of the record, such as `pain_score`",
    **PAST,
}
_EVIDENCE_KINDS = {
    ValueKind.NUMBER: Kind.NUMBER,
    ValueKind.TEXT: Kind.TEXT,
    ValueKind.CHOICE: Kind.TEXT,
    ValueKind.YES_NO: Kind.YES_NO,
    ValueKind.DAY: Kind.DAY,
}


class Scope(NamedTuple):
    """Where in a rule a condition stands: how deep, and whether there is a line to ask about."""

    depth: int
    in_line: bool
    among_lines: bool = False  # inside `any_line` or `other_line`


@dataclass(slots=True)
class Reading:
    """What is being read: of which scope, what is wrong with it, and what the conditions speak of."""

    faults: Faults
    of_line: bool  # the rule is asked about each line
    count: int = 0
    fields: list[tuple[Field, bool]] = field(default_factory=list)  # each with whether its absence is asked for


def read_when(content: object, reading: Reading) -> Judge | None:
    """The condition as one closure; None where something is wrong with it, which `reading.faults` then tells."""
    before = len(reading.faults.told)
    judge = _node(content, "when", reading, Scope(1, in_line=reading.of_line))
    return judge if len(reading.faults.told) == before else None


def place_of(reading: Reading) -> Place:
    """Where the rule points: the field whose absence it asks for, else the last it asks about that is no code."""
    absent = [f for f, missing in reading.fields if missing]
    others = [f for f, _ in reading.fields if f.place not in (places.PROCEDURE, places.PAYER_ID)]
    for chosen in (absent, others[::-1]):
        if chosen:
            return chosen[0].place
    return places.PROCEDURE if reading.of_line else places.CLAIM


def _node(content: object, key: str, reading: Reading, scope: Scope) -> Judge | None:
    """One condition: a group of others, or a comparison."""
    faults = reading.faults
    reading.count += 1
    if not isinstance(content, dict) or not content:
        example = 'Such as { field = "line.code", is = "64635" }.'
        faults.tell(key, shown(content or None), "a condition in braces", example)
        return None
    if scope.depth > DEEPEST or reading.count > MOST_CONDITIONS:
        if reading.count <= MOST_CONDITIONS + 1:
            faults.tell(key, "more than a rule may hold", f"at most {MOST_CONDITIONS} conditions, {DEEPEST} deep")
        return None
    heads = [name for name in (*GROUPS, *SUBJECTS) if name in content]
    if len(heads) != 1:
        found = ", ".join(f"`{name}`" for name in heads or sorted(content)[:5])
        faults.tell(key, found, f"exactly one of {', '.join((*GROUPS, *SUBJECTS))}")
        return None
    head = heads[0]
    if head in SUBJECTS:
        return _leaf(head, content, key, reading, scope.in_line)
    faults.strange_keys(key, [name for name in content if name != head], (head,))
    return _group(head, content[head], f"{key}.{head}", reading, scope)


def _group(head: str, inner: object, key: str, reading: Reading, scope: Scope) -> Judge | None:
    deeper = scope._replace(depth=scope.depth + 1)
    if head in ("all", "any"):
        return _several(head, inner, key, reading, deeper)
    if head == "not":
        judge = _node(inner, key, reading, deeper)
        return none_of(judge) if judge is not None else None
    if scope.among_lines:
        reading.faults.tell(key, f"`{head}` within another condition on lines", "a condition on one line")
        return None
    if head == "other_line" and not reading.of_line:
        reading.faults.tell(
            key, "`other_line` in a rule of the claim", "`any_line`", "Such a rule is asked of no line."
        )
        return None
    judge = _node(inner, key, reading, deeper._replace(in_line=True, among_lines=True))
    return _among_lines(judge, other=head == "other_line") if judge is not None else None


def _several(head: str, inner: object, key: str, reading: Reading, scope: Scope) -> Judge | None:
    if not isinstance(inner, list) or not inner:
        reading.faults.tell(key, shown(inner), "a list of conditions")
        return None
    judges = [_node(each, f"{key}[{n}]", reading, scope) for n, each in enumerate(inner, 1)]
    read = [judge for judge in judges if judge is not None]
    return (all_of if head == "all" else any_of)(read) if len(read) == len(judges) else None


def _among_lines(judge: Judge, *, other: bool) -> Judge:
    """True where it is of one of the lines; worked out once a claim, so that a long claim takes no longer for each."""

    def of_each(case: Case) -> tuple[dict[int, Verdict], Counter[Verdict]]:
        verdicts = [judge(case, line) for line in case.claim.lines]
        return dict(zip(map(id, case.claim.lines), verdicts, strict=True)), Counter(verdicts)

    def ask(case: Case, line: Line | None) -> Verdict:
        of_lines, lines_with = case.once(("own rule, lines", judge), lambda: of_each(case))
        own = of_lines[id(line)] if other else None
        return some([verdict for verdict, lines in lines_with.items() if lines > (verdict == own)])

    return ask


def _leaf(head: str, content: Mapping[str, Any], key: str, reading: Reading, in_line: bool) -> Judge | None:
    """A comparison: the subject and one operator or more, all of which must hold."""
    allowed = COUNTS if head in PAST else (*OPERATORS, *PRESENCE)
    operators = [name for name in content if name != head]
    reading.faults.strange_keys(key, operators, allowed, "operator")
    if not set(operators) & set(allowed):
        if not operators:
            reading.faults.tell(key, f"`{head}` without an operator", f"one of {', '.join(allowed)}")
        return None
    if head == "field":
        return _field(content, key, reading, in_line)
    if head == "evidence":
        return _evidence(content, key, reading)
    return read_past(head, content, key, reading.faults, in_line)


def _field(content: Mapping[str, Any], key: str, reading: Reading, in_line: bool) -> Judge | None:
    faults, name = reading.faults, content["field"]
    asked_for = FIELDS.get(name) if isinstance(name, str) else None
    if asked_for is None:
        faults.strange_keys(f"{key}.field", [name] if isinstance(name, str) else ["?"], FIELDS, "field")
        return None
    if asked_for.of_line and not in_line:
        faults.tell(f"{key}.field", f"`{name}` in a rule of the claim", "a field of the claim", "Ask with `any_line`.")
        return None
    wants = _presence(content, key, faults)
    reading.fields.append((asked_for, wants is False))
    compared = comparisons(asked_for.kind, content, key, faults, reads=dotted if asked_for.dotted else None)
    if not compared:
        return _there(asked_for, wants is True)
    return _compared(asked_for, compared, must_be_there=wants is True)


def _there(field_: Field, wanted: bool) -> Judge:
    """Whether the claim says it; of what a table tells, whether the table does."""
    get = field_.get

    def judge(case: Case, line: Line | None) -> Verdict:
        return (get(case, line) not in _NOTHING) is wanted

    return asked(judge)


def _compared(field_: Field, compared: Sequence[Test], *, must_be_there: bool) -> Judge:
    """Whether what the claim says passes every test; run for every line of every claim, so it does little else."""
    get, tests = field_.get, tuple(compared)
    unsaid: Verdict = False if must_be_there else Unknown((field_.missing,))
    of_text, of_list = field_.kind is Kind.TEXT, field_.kind is Kind.LIST

    def judge(case: Case, line: Line | None) -> Verdict:
        value: Any = get(case, line)
        if of_text and value:
            value = value.strip().upper()
        elif of_list and (value or not must_be_there):  # an empty list is known to be empty
            value = tuple([each.strip().upper() for each in value])
        elif value in _NOTHING:
            return unsaid
        day = line.service_from if line is not None else case.first_service
        for test in tests:  # noqa: SIM110  (a generator for each would take as long as the tests)
            if not test(value, day):
                return False
        return True

    return asked(judge)


def _presence(content: Mapping[str, Any], key: str, faults: Faults) -> bool | None:
    """True: it must be there; False: it must not; None: no matter."""
    wanted: bool | None = None
    for name in PRESENCE:
        if name not in content:
            continue
        if content[name] is not True:
            other = "present" if name == "missing" else "missing"
            faults.tell(f"{key}.{name}", shown(content[name]), "true", f"For the contrary write `{other} = true`.")
        wanted = name == "present"
    if wanted is False and (set(content) & set(OPERATORS) or "present" in content):
        faults.tell(key, "`missing` beside another operator", "`missing` alone", "What is missing has no value.")
    return wanted


def _evidence(content: Mapping[str, Any], key: str, reading: Reading) -> Judge | None:
    faults, name = reading.faults, content["evidence"]
    item = ITEMS.get(name) if isinstance(name, str) else None
    if item is None:
        faults.strange_keys(f"{key}.evidence", [name] if isinstance(name, str) else ["?"], ITEMS, "item of the record")
        return None
    wants = _presence(content, key, faults)
    kind = _EVIDENCE_KINDS[item.kind]
    choices = tuple(choice.upper() for choice in item.choices)
    compared = comparisons(kind, content, key, faults, choices=choices)
    value_of = _EVIDENCE_VALUE.get(kind, _told)

    def judge(case: Case, line: Line | None) -> Verdict:
        told = case.told(name, line)
        if told is None and case.absent(name, line):
            return wants is False or (Unknown((f"evidence {name}",)) if wants is None else False)
        if told is None:
            return Unknown((f"evidence {name}",))
        if wants is False:
            return False
        if not compared:
            return True
        value = value_of(case, name, line)
        if value is None:
            return Unknown((f"evidence {name}",))
        day = line.service_from if line is not None else case.first_service
        if kind is Kind.DAY and day is None:
            raise NotSaid("date of service", "no day of service to count from")
        return all(test(value, day) for test in compared)

    return asked(judge)


def _told(case: Case, name: str, line: Line | None) -> str:
    return case.evidence(name, line).strip().upper()


def _amount(case: Case, name: str, line: Line | None) -> Decimal | None:
    amount = case.number(name, line)
    return amount if amount.is_finite() else None


def _recorded_day(case: Case, name: str, line: Line | None) -> date | None:
    try:
        return date.fromisoformat(case.evidence(name, line))
    except ValueError:
        return None


_EVIDENCE_VALUE: dict[Kind, Callable[[Case, str, Line | None], Any]] = {
    Kind.NUMBER: _amount,
    Kind.DAY: _recorded_day,
    Kind.YES_NO: lambda case, name, line: case.yes(name, line),
}
