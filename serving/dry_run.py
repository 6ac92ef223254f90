"""What own rules would have said of the claims already sent, and what the payers then did. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Claim
from features.replay import Decided, Event, scrubbed
from past.intervals import Interval, wilson
from past.patient import VOID
from past.payer import Decision
from scrubber.engine import case_of, run
from scrubber.plan import Plan
from scrubber.registry import Rule
from scrubber.tables import Tables

MOST_REFS = 5

_Answers = dict[tuple[str, int], Decision]


@dataclass(slots=True)
class Trial:
    """One rule at one payer: lines it would have objected to (claims, for a rule of the claim), and their answers."""

    rule_id: str
    payer_id: str
    flagged: int = 0
    denied: int = 0
    denied_as_said: int = 0  # for the rule's own Reason
    paid: int = 0  # decided and not denied
    charge: Decimal = ZERO
    denied_charge: Decimal = ZERO
    not_checked: int = 0
    refs: list[str] = field(default_factory=list)  # a few of the submissions, to look at

    @property
    def unanswered(self) -> int:
        """Those no payer has decided yet."""
        return self.flagged - self.denied - self.paid

    @property
    def denied_share(self) -> Interval | None:
        """Wilson's 95 % interval of the share denied; None where nothing is decided."""
        return wilson(self.denied, self.denied + self.paid)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of it: how many submissions were looked at, and each rule at each payer it had anything to say of."""

    submissions: int
    trials: tuple[Trial, ...]


@dataclass(slots=True)
class _Flag:
    """What a rule would have flagged: the lines of a submission it is about."""

    rule: Rule
    claim: Claim
    submission: str
    line: int | None


def dry_run(
    events: Iterable[Event], tables: Tables, rules: Sequence[Rule], *, since: date | None = None,
    update: Callable[[int], None] = lambda _: None,
) -> DryRun:  # fmt: skip
    """Run the rules on every submission since a day, each as of the day it went out, with the past of that day."""
    answers: _Answers = {}
    plan, by_id = Plan(tuple(rules), tables), {rule.id: rule for rule in rules}
    trials: dict[tuple[str, str], Trial] = {}
    flags: list[_Flag] = []
    looked_at = 0
    for one in scrubbed(_remembering(events, answers), tables, since=since):
        event = one.event
        if event.claim.frequency == VOID:
            continue
        looked_at += 1
        update(looked_at)
        report = run(plan, case_of(event.claim, tables, one.past, event.known_on))
        flags += (_Flag(by_id[f.rule_id], event.claim, event.submission, f.line) for f in report.findings)
        for rule_id, line in {(u.rule_id, u.line) for u in report.unchecked}:
            _trial(trials, rule_id, event.claim).not_checked += line is not None or not by_id[rule_id].per_line
    for flag in flags:
        _judge(_trial(trials, flag.rule.id, flag.claim), flag, answers)
    order = sorted(trials.values(), key=lambda t: (t.rule_id, -t.flagged, t.payer_id))
    return DryRun(looked_at, tuple(order))


def _remembering(events: Iterable[Event], answers: _Answers) -> Iterator[Event]:
    """The same events; the payers' decisions are noted on their way."""
    for event in events:
        if isinstance(event, Decided):
            answers[event.submission, event.line] = event.decision
        yield event


def _trial(trials: dict[tuple[str, str], Trial], rule_id: str, claim: Claim) -> Trial:
    return trials.setdefault((rule_id, claim.payer.id), Trial(rule_id, claim.payer.id))


def _judge(trial: Trial, flag: _Flag, answers: _Answers) -> None:
    lines = [line for line in flag.claim.lines if flag.line in (None, line.number)]
    found = {line.number: answers.get((flag.submission, line.number)) for line in lines}
    decided = [decision for decision in found.values() if decision is not None]
    denied = [decision for decision in decided if decision.denied]
    trial.flagged += 1
    trial.charge += sum((line.charge for line in lines), ZERO)
    trial.denied += bool(denied)
    trial.denied_as_said += any(decision.reason is flag.rule.reason for decision in denied)
    trial.denied_charge += Decimal(sum(decision.charge_cents for decision in denied)) / 100
    trial.paid += bool(decided) and not denied
    if flag.submission not in trial.refs and len(trial.refs) < MOST_REFS:
        trial.refs.append(flag.submission)


def in_all(trials: Iterable[Trial], rule_id: str) -> Trial:
    """A rule's trials at all payers in one."""
    total = Trial(rule_id, "")
    for t in (t for t in trials if t.rule_id == rule_id):
        for name in ("flagged", "denied", "denied_as_said", "paid", "charge", "denied_charge", "not_checked"):
            setattr(total, name, getattr(total, name) + getattr(t, name))
        total.refs = (total.refs + t.refs)[:MOST_REFS]
    return total
