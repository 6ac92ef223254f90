"""The rules as people and machines read them: a list, and a page for each; both come from the rules themselves."""

from __future__ import annotations

import inspect
from textwrap import dedent, fill
from typing import Any

from claims.claim import Line, PayerType
from past.patient import Service
from scrubber.cases import RuleCase, cases_of
from scrubber.registry import EVERY_PAYER_TYPE, RULES, Rule, Severity
from scrubber.report_queries import REPORT_QUERIES, ReportQuery

PAGE_WIDTH = 118
_SEVERITY = {
    Severity.REJECT: "the claim is likely to come back before anyone reads it",
    Severity.DENY: "the payer is likely to deny the line",
    Severity.WARN: "a person should look",
    Severity.INFO: "a hint",
}


def catalogue() -> list[dict[str, Any]]:
    """Every rule, by id, ready for JSON."""
    return [entry_of(RULES[rule_id]) for rule_id in sorted(RULES)]


def page(rule_id: str) -> str:
    """The page of a rule or report query in Markdown. Raises KeyError for an id the catalogue does not have."""
    if rule_id in REPORT_QUERIES:
        return _report_page(REPORT_QUERIES[rule_id])
    rule = RULES[rule_id]
    cases = cases_of(rule)
    fires = next(case for case in cases if case.findings)
    passes = next(case for case in cases if not case.findings and not case.unchecked)
    blind = next((case for case in cases if case.unchecked), None)
    parts = [
        f"# {rule.id}: {rule.summary}",
        _why(rule),
        facts_of(rule),
        f"## What to do\n\n{rule.remedy}" + (f"\n\nOnly where this is true: {rule.requires}." if rule.requires else ""),
        f"## It fires\n\n{_example(fires)}\n\n{_verdict(fires)}",
        f"## It passes\n\n{_example(passes)}",
    ]
    if blind:
        missing = sorted({name for names in blind.unchecked for name in names})
        parts.append(f"## It cannot look\n\n{_example(blind)}\n\nUnchecked for want of: {', '.join(missing)}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def index() -> str:
    """The list of all rules in Markdown, with a link to each page."""
    rows = [
        f"| [{r.id}]({r.id}.md) | {r.summary} | {r.severity.word} | {', '.join(r.carcs)} |"
        for r in (RULES[rule_id] for rule_id in sorted(RULES))
    ]
    head = ["# The rules", "", "| rule | what the payer objects to | at most | likely CARC |", "|---|---|---|---|"]
    asked = [f"| [{q.id}]({q.id}.md) | {q.summary} | `{q.command}` |" for q in REPORT_QUERIES.values()]
    reports = ["", "## Reports", "", "Asked of the store after the remittance; no rules of a claim about to be sent."]
    reports += ["", "| report | what it finds | command |", "|---|---|---|"]
    return "\n".join([*head, *rows, *reports, *asked]) + "\n"


def report_queries() -> list[dict[str, Any]]:
    """Every report query, by id, ready for JSON; `kind` tells it from a rule."""
    return [
        {
            "id": query.id,
            "kind": "report_query",
            "name": query.name,
            "summary": query.summary,
            "severity": Severity.INFO.word,
            "inputs": query.inputs,
            "carcs": list(query.carcs),
            "remedy": query.remedy,
            "command": query.command,
        }
        for query in REPORT_QUERIES.values()
    ]


def _report_page(query: ReportQuery) -> str:
    rows = {
        "Asked of": query.inputs,
        "CARC": ", ".join(query.carcs),
        "Command": f"`{query.command}`",
    }
    facts = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items() if value)])
    examples = "\n".join(f"    {example}" for example in (query.command, *query.examples))
    parts = [
        f"# {query.id}: {query.summary}",
        "This is a report after the remittance, not a rule: `scrub` and `score` do not run it.",
        fill(query.why, PAGE_WIDTH),
        facts,
        f"## What to do\n\n{query.remedy}",
        f"## Ask\n\n{examples}",
    ]
    return "\n\n".join(parts) + "\n"


def entry_of(rule: Rule) -> dict[str, Any]:
    """What a list says of a rule, of the catalogue or of a practice's own, ready for JSON."""
    return {
        "id": rule.id,
        "version": rule.version,
        "name": rule.name,
        "summary": rule.summary,
        "family": rule.family,
        "severity": rule.severity.word,
        "confidence": rule.confidence,
        "reason": rule.reason.value,
        "carcs": list(rule.carcs),
        "rarcs": list(rule.rarcs),
        "payer_types": sorted(rule.payer_types),
        "effective": rule.effective.isoformat() if rule.effective else None,
        "until": rule.until.isoformat() if rule.until else None,
        "citation": {"text": rule.citation.text, "url": rule.citation.url},
        "remedy": rule.remedy,
        "remedy_kind": rule.remedy_kind.value,
        "requires": rule.requires,
        "supersedes": sorted(rule.supersedes),
        "location": {"loop": rule.place.loop, "segment": rule.place.segment, "element": rule.place.element},
        "cms1500_box": rule.place.cms1500_box,
    }


def _why(rule: Rule) -> str:
    """The docstring after its first line."""
    doc = inspect.getdoc(rule.check) or ""
    return dedent(doc.partition("\n")[2]).strip()


def facts_of(rule: Rule) -> str:
    """The facts of a rule as a Markdown table: severity, CARCs, payers, days, place, source."""
    dates = f"from {rule.effective}" if rule.effective else "always"
    if rule.until:
        dates += f" to {rule.until}"
    carcs = ", ".join(rule.carcs) or "none"
    rows = {
        "Severity": f"{rule.severity.word} at most: {_SEVERITY[rule.severity]}",
        "Likely CARC": f"{carcs} ({rule.reason.value.replace('_', ' ')})",
        "Binds": _payers(rule),
        "Dates of service": dates,
        "On the claim": f"{rule.place.element} (loop {rule.place.loop}), box {rule.place.cms1500_box} of the CMS-1500",
        "Source": f"[{rule.citation.text}]({rule.citation.url})" if rule.citation.url else rule.citation.text,
        "Speaks instead of": ", ".join(sorted(rule.supersedes)),
        "Version": f"{rule.version} of `{rule.name}`, confidence {rule.confidence}",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items() if value)])


def _payers(rule: Rule) -> str:
    if rule.payer_types == EVERY_PAYER_TYPE:
        return "every payer"
    unbound = EVERY_PAYER_TYPE - rule.payer_types
    if len(unbound) < len(rule.payer_types):
        return f"every payer but {_kinds(unbound)}"
    return _kinds(rule.payer_types)


def _kinds(kinds: frozenset[PayerType]) -> str:
    return ", ".join(kind.value.replace("_", " ") for kind in sorted(kinds))


def _example(case: RuleCase) -> str:
    """The case in words: its name, its lines, and what else it rests on."""
    claim = case.claim
    sentences = [f"{case.name[0].upper()}{case.name[1:]}."]
    facts = [f"{claim.payer.type.value.replace('_', ' ')} claim of {claim.charge:.2f}, sent {case.as_of}"]
    facts += [f"diagnoses {', '.join(d.code for d in claim.diagnoses)}"] if claim.diagnoses else []
    facts += [f"frequency {claim.frequency}"] if claim.frequency != "1" else []
    facts += [f"authorization number {claim.authorization_number}"] if claim.authorization_number else []
    sentences.append(f"- {'; '.join(facts)}")
    sentences += [f"- {_line(line)}" for line in claim.lines]
    sentences += [f"- before: {_service(service)}" for service in case.past.services]
    sentences += [f"- same file: {_service(service)}" for service in case.past.same_batch]
    if case.past.known_since:
        sentences.append(f"- our records begin on {case.past.known_since}")
    return sentences[0] + "\n\n" + "\n".join(sentences[1:])


def _line(line: Line) -> str:
    modifiers = "".join(f"-{m}" for m in line.modifiers)
    units = f"{line.units.normalize():f} unit{'' if line.units == 1 else 's'}"
    day = line.service_from or "no date"
    number = f", authorization {line.authorization_number}" if line.authorization_number else ""
    return f"line {line.number}: {line.code}{modifiers}, {units}, {line.charge:.2f}, {day}{number}"


def _service(service: Service) -> str:
    modifiers = "".join(f"-{m}" for m in service.modifiers)
    return f"{service.code}{modifiers} of {service.service_date}, sent {service.known_on}"


def _verdict(case: RuleCase) -> str:
    return "\n".join(f"> {finding['message']}" for finding in case.findings)
