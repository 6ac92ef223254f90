"""An assessment as the JSON of the contract: snake_case, money as strings, ISO dates, null for what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import isfinite

from claims.reading import Refusal
from models.causes import Cause
from models.denial import ReasonShare
from models.past_lines import PastLine, Similar
from scrubber.registry import Change
from scrubber.report import Finding, Overridden, SwitchedOff, Unchecked
from scrubber.tables import TableStatus
from serving.assessment import Assessment, LineAssessment, ModelUsed, OwnRecord, Remedy
from serving.checklist_json import checklists_json

Json = dict[str, object]

SIMULATED_BANNER = (
    "The model was fitted on simulated claims. Its figures show how the tool works, not what your payers will do."
)
RULES_ONLY_BANNER = "Rules only: there is no model to give a risk."


def banner(assessment: Assessment) -> str | None:
    """What every surface must say above an answer; None when there is nothing to warn of."""
    return banner_of(assessment.model, assessment.degraded)


def banner_of(model: ModelUsed | None, degraded: str) -> str | None:
    """The banner of answers given with this model."""
    if model is None:
        return f"{RULES_ONLY_BANNER} {degraded}".strip()
    return SIMULATED_BANNER if model.simulated else None


def assessment_json(assessment: Assessment) -> Json:
    """The object of `score --json` and of an assessment over REST."""
    a = assessment
    return {
        **_head(a),
        "risk": _number(a.risk),
        "expected_loss": _money(a.expected_loss),
        "abstained": a.abstained,
        "abstained_why": list(a.abstentions),
        "own_record": _own_record(a.own_record),
        "model": model_json(a.model),
        "degraded": bool(a.degraded) or a.model is None,
        "degraded_why": a.degraded or None,
        "banner": banner(a),
        **_rules(a),
        "lines": [_line(line) for line in a.lines],
        "remedies": [_remedy(r) for r in a.remedies],
    }


def scrub_json(assessment: Assessment) -> Json:
    """The object of `scrub --json`: what the rules say, without the model."""
    return {**_head(assessment), **_rules(assessment)}


def refusal_json(refusal: Refusal) -> Json:
    """Something in the input that could not be read, with its place."""
    return {
        "type": type(refusal.error).__name__,
        **refusal.error.fields(),
        "detail": str(refusal.error),
        "claims_lost": refusal.claims_lost,
        "claim_id": refusal.claim_id or None,
    }


def table_json(table: TableStatus) -> Json:
    """Which release of a table spoke, and how old it is."""
    return {
        "name": table.name,
        "release": table.release,
        "effective": _day(table.effective),
        "published": _day(table.published),
        "age_days": table.age_days,
        "stale": table.stale,
        "coverage": table.coverage,
    }


def _head(a: Assessment) -> Json:
    return {
        "ref": a.ref,
        "claim_id": a.claim_id,
        "payer_id": a.payer_id,
        "as_of": _day(a.as_of),
        "attention": a.attention.value,
    }


def _rules(a: Assessment) -> Json:
    return {
        "tables": [table_json(t) for t in a.tables],
        "findings": [_finding(f) for f in a.findings],
        "unchecked": [_unchecked(u) for u in a.unchecked],
        "checklist": checklists_json(a.checklists),
        "overridden_off": [_switched_off(off) for off in a.switched_off],
    }


def model_json(model: ModelUsed | None) -> Json | None:
    """Which model speaks; None for rules only."""
    if model is None:
        return None
    return {
        "name": model.name,
        "version": model.version,
        "simulated": model.simulated,
        "differences": list(model.differences),
        "unseen": list(model.unseen),
    }


def _own_record(own: OwnRecord | None) -> Json | None:
    if own is None:
        return None
    return {
        "decisions": own.practice,
        "decisions_needed": own.practice_needed,
        "payer_decisions": own.payer,
        "payer_decisions_needed": own.payer_needed,
        "test_decisions": own.tests,
    }


def _finding(f: Finding) -> Json:
    return {
        "rule_id": f.rule_id,
        "rule_version": f.rule_version,
        "severity": f.severity.word,
        "reason": f.reason.value,
        "line": f.line,
        "carcs": list(f.carcs),
        "rarcs": list(f.rarcs),
        "message": f.message,
        "remedy": f.remedy,
        "location": {
            "loop": f.location.loop,
            "segment": f.location.segment,
            "element": f.location.element,
            "segment_number": f.location.segment_number,
            "anchor_segment_number": f.location.anchor_segment_number,
        },
        "cms1500_box": f.cms1500_box,
        "citation": {"text": f.citation.text, "url": f.citation.url},
        "effective": _day(f.effective),
        "also": list(f.also),
        "overridden": _overridden(f.overridden) if f.overridden else None,
    }


def _overridden(word: Overridden) -> Json:
    return {"from": word.severity.word, "by": word.by, "on": word.on.isoformat(), "why": word.why}


def _switched_off(off: SwitchedOff) -> Json:
    return {"rule_id": off.rule_id, "line": off.line, **_overridden(off.word)}


def _unchecked(u: Unchecked) -> Json:
    return {
        "rule_id": u.rule_id,
        "reason": u.reason.value,
        "line": u.line,
        "missing": list(u.missing),
        "why": u.why,
    }


def _line(line: LineAssessment) -> Json:
    return {
        "line": line.line,
        "procedure": line.procedure,
        "risk": _number(line.risk),
        "base_log_odds": _number(line.base_log_odds),
        "reasons": [_reason(r) for r in line.reasons],
        "causes": [_cause(c) for c in line.causes],
        "remedies": [_remedy(r) for r in line.remedies],
        "expected_allowed": _money(line.expected_allowed),
        "allowed_basis": line.allowed_basis.value,
        "band": None if line.band is None else list(line.band),
        "abstained": line.abstained,
        "abstained_why": list(line.abstentions),
        "similar": None if line.similar is None else _similar(line.similar),
    }


def _similar(similar: Similar) -> Json:
    return {
        "denied": None if similar.denied is None else [_past_line(line) for line in similar.denied],
        "paid": None if similar.paid is None else [_past_line(line) for line in similar.paid],
        "why": similar.why or None,
    }


def _past_line(line: PastLine) -> Json:
    return {
        "ref": line.ref,
        "line": line.line,
        "payer_id": line.payer_id,
        "procedure": line.procedure,
        "sent_on": _day(line.sent_on),
        "known_on": _day(line.known_on),
        "outcome": line.outcome,
        "carcs": list(line.carcs),
        "likeness": line.likeness,
    }


def _reason(share: ReasonShare) -> Json:
    return {
        "reason": share.reason.value,
        "log_odds": _number(share.log_odds),
        "features": [  # a claim has hundreds: not a call each
            {
                "name": name,
                "value": None if isinstance(value, float) and not isfinite(value) else value,
                "log_odds": log_odds if isfinite(log_odds) else None,
            }
            for name, value, log_odds in share.features
        ],
    }


def _cause(c: Cause) -> Json:
    return {"carc": c.carc, "probability": _number(c.probability), "reason": c.reason.value}


def _remedy(r: Remedy) -> Json:
    return {
        "kind": r.kind.value,
        "text": r.text,
        "requires": r.requires or None,
        "change": _change(r.change),
        "line": r.line,
        "reason": r.reason.value,
        "rule_id": r.rule_id or None,
        "rescored": r.rescored.value or None,
        "risk_after": _number(r.risk_after),
        "claim_risk_after": _number(r.claim_risk_after),
        "dollars_after": _money(r.dollars_after),
        "dollars_saved": _money(r.dollars_saved),
    }


def _change(change: Change | None) -> Json | None:
    return None if change is None else {"what": change.what, "line": change.line, "value": change.value}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _number(value: float | None) -> float | None:
    """The number; null for what JSON cannot say."""
    return value if value is not None and isfinite(value) else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
