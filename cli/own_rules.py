"""`rules test`: a practice's own rules on their cases, then on the claims it has already sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from cli.console import emit, progress, say, stdout
from cli.learn import open_store
from past.intervals import Interval
from scrubber.own_rules import OwnRule, UnreadableRule
from scrubber.own_rules.proving import Proof, prove
from scrubber.tables import Tables, load_tables
from serving.dry_run import DryRun, Trial, dry_run, in_all
from serving.practice_files import rules_of
from serving.settings import Settings
from serving.start import store_is_there

EMPTY = "The store holds no claims{since} to try the rules on. `cleanclaim ingest PATH...` reads 837P and 835 files."
SHOWN_REFS = 3


def try_rules(settings: Settings, path: Path, since: date | None, *, as_json: bool) -> int:
    """Run the cases, then the dry run; exit code 1 where a rule or case is refused or a case fails, 2 for no rule."""
    read = rules_of(path)
    tables = load_tables(settings.home)
    faults, proofs = list(read.faults), list[Proof]()
    for own in read.rules:
        proved, wrong = prove(own, tables)
        proofs += proved
        faults += wrong
    for fault in faults:
        say(str(fault))
    if not read.rules:
        if as_json:
            emit(_json([], proofs, faults, None, since))
        return 2
    tried = _dry_run(settings, tables, read.rules, since)
    if as_json:
        emit(_json(read.rules, proofs, faults, tried, since))
    else:
        _show_notes(read.rules, tables)
        _show_cases(read.rules, proofs)
        _show_dry_run(read.rules, tried, since)
    return 1 if faults or not all(proof.holds for proof in proofs) else 0


def _dry_run(settings: Settings, tables: Tables, rules: Sequence[OwnRule], since: date | None) -> DryRun | None:
    """None where there is no store: none is made for asking."""
    if not store_is_there(settings):
        return None
    with open_store(settings) as store, progress("claims") as update:
        checks = [own.rule for own in rules]
        return dry_run(store.events(), tables, checks, since=since, update=lambda done: update(done, None))


def _show_notes(rules: Sequence[OwnRule], tables: Tables) -> None:
    """A payer that neither table nor profile names is taken for an id; a misspelt key would be silent for good."""
    keys = {row.key for release in tables.payers.releases for row in release.rows.values()} | set(tables.payer_rows)
    for own in rules:
        for payer in own.payers:
            if payer.lower() not in keys:
                say(
                    f"{own.rule.id}: {payer!r} is no key of the table of payers or of a profile of yours; "
                    "it is taken for a payer id."
                )


def _show_cases(rules: Sequence[OwnRule], proofs: Sequence[Proof]) -> None:
    console = stdout()
    for proof in proofs:
        for difference in proof.differences:
            console.print(Text(f"{proof.rule_id}, case {proof.case!r}: {difference}", style="red"))
    held = sum(proof.holds for proof in proofs)
    console.print(f"{len(rules)} rule{'' if len(rules) == 1 else 's'}; {held} of {len(proofs)} cases as expected.")
    without = [own.rule.id for own in rules if not own.cases]
    if without:
        console.print(f"Without a case: {', '.join(without)}. One that fires and one that passes say what is meant.")


def _show_dry_run(rules: Sequence[OwnRule], tried: DryRun | None, since: date | None) -> None:
    console = stdout()
    if tried is None or not tried.submissions:
        console.print(EMPTY.format(since=f" sent since {since}" if since else ""))
        return
    sent = f" sent since {since}" if since else ""
    console.print(f"\nOn the {tried.submissions:,} claims{sent}, each as of the day it went out; nothing is changed:")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule")
    table.add_column("payer")
    for column in ("flagged", "denied", "as it says", "paid", "not answered", "denied share", "dollars denied"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("not checked", justify="right")
    table.add_column("some of them")
    for own in rules:
        of_rule = [trial for trial in tried.trials if trial.rule_id == own.rule.id]
        total = in_all(of_rule, own.rule.id)
        for trial in [total, *of_rule] if len(of_rule) != 1 else of_rule:
            _add_row(table, trial)
    console.print(table)
    console.print(
        "Flagged: lines it would have objected to (claims, for a rule of the claim). Denied share: of those decided, "
        "with its 95 % interval. Paid in spite of it: read some of them before the rule goes live."
    )


def _add_row(table: Table, t: Trial) -> None:
    counts = (f"{n:,}" if n else "" for n in (t.denied, t.denied_as_said, t.paid, t.unanswered))
    table.add_row(
        t.rule_id, Text(t.payer_id or "all"), f"{t.flagged:,}", *counts, _share(t, t.denied_share),
        f"${t.denied_charge:,.2f}" if t.denied_charge else "", f"{t.not_checked:,}" if t.not_checked else "",
        Text(" ".join(t.refs[:SHOWN_REFS])),
    )  # fmt: skip


def _share(t: Trial, bounds: Interval | None) -> str:
    if bounds is None:
        return ""
    return f"{t.denied / (t.denied + t.paid):.0%} [{bounds.low:.0%}-{bounds.high:.0%}]"


def _json(
    rules: Sequence[OwnRule], proofs: Sequence[Proof], faults: Sequence[UnreadableRule], tried: DryRun | None,
    since: date | None,
) -> object:  # fmt: skip
    trials = tried.trials if tried else ()
    return {
        "rules": [own.rule.id for own in rules],
        "refused": [fault.fields() for fault in faults],
        "cases": [
            {"rule_id": p.rule_id, "case": p.case, "holds": p.holds, "differences": list(p.differences)} for p in proofs
        ],
        "since": since.isoformat() if since else None,
        "submissions": tried.submissions if tried else 0,
        "trials": [
            {**_trial_json(trial), "payer_id": trial.payer_id or None}
            for own in rules
            for trial in (in_all(trials, own.rule.id), *(t for t in trials if t.rule_id == own.rule.id))
        ],
    }


def _trial_json(t: Trial) -> dict[str, object]:
    bounds = t.denied_share
    return {
        "rule_id": t.rule_id,
        "payer_id": t.payer_id,
        "flagged": t.flagged,
        "denied": t.denied,
        "denied_for_its_reason": t.denied_as_said,
        "paid": t.paid,
        "unanswered": t.unanswered,
        "denied_share": t.denied / (t.denied + t.paid) if bounds else None,
        "denied_share_low": bounds.low if bounds else None,
        "denied_share_high": bounds.high if bounds else None,
        "charge": f"{t.charge:.2f}",
        "denied_charge": f"{t.denied_charge:.2f}",
        "not_checked": t.not_checked,
        "refs": t.refs,
    }
