"""The cases beside each rule: short TOML that the tests run and the rule's page shows.

A case brings only what matters to it; the rest is an ordinary Medicare claim of an invented patient. docs/add-a-rule.md
lists every key.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from claims.claim import (
    Address,
    Authorization,
    AuthorizedCode,
    Claim,
    ClaimKind,
    Diagnosis,
    Evidence,
    Line,
    Payer,
    PayerType,
    Person,
    PriorService,
    PriorServices,
    Provider,
    Subscriber,
)
from claims.claim_json import claim_from_json, claim_to_json
from claims.evidence import ITEMS
from claims.reasons import Reason
from past.patient import PatientPast, Service
from scrubber.registry import Rule
from scrubber.report import Finding
from scrubber.tables import Release, Table, Tables
from scrubber.tables.rows import (
    AddonRow,
    AuthorizationRow,
    CodeRow,
    CoverageRow,
    DiagnosisRow,
    DrugRow,
    EnrolmentRow,
    ListedCode,
    ModifierRow,
    MueLimit,
    PayerRow,
    PlaceRow,
    PtpEdit,
    RecordRow,
)

Toml = Mapping[str, Any]

DAY = date(2026, 3, 10)  # the date of service where a case names none
AS_OF = date(2026, 3, 31)  # the day the claim would be sent, likewise
BILLING, RENDERING = "1234567893", "1987654328"  # invented, with the right check digits


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One case of a rule: what is looked at, and what the rule must say.

    `findings` and `unchecked` are as the file gives them: a finding by `message`, with `line`, `severity`, `carcs`,
    `change`, `remedy` or `remedy_kind` where the case cares; an `unchecked` by its `missing` names.
    """

    name: str
    claim: Claim
    as_of: date
    past: PatientPast
    tables: Tables
    findings: tuple[Toml, ...]
    unchecked: tuple[tuple[str, ...], ...]


def as_a_case_tells(finding: Finding) -> dict[str, Any]:
    """A finding under the keys a case may tell of it."""
    change = finding.change
    return {
        "message": finding.message,
        "line": finding.line,
        "severity": finding.severity.word,
        "carcs": list(finding.carcs),
        "change": f"{change.what} {change.value}" if change else "",
        "remedy": finding.remedy,
        "remedy_kind": finding.remedy_kind.value,
        "citation": finding.citation.text,
        "url": finding.citation.url,
        "element": f"{finding.location.loop} {finding.location.element}",
    }


def cases_path(rule: Rule) -> Path:
    """The TOML file beside the rule."""
    return Path(inspect.getfile(rule.check)).with_suffix(".toml")


def cases_of(rule: Rule) -> tuple[RuleCase, ...]:
    """The rule's cases."""
    return read_cases(cases_path(rule), rule.id)


def read_cases(path: Path, rule_id: str) -> tuple[RuleCase, ...]:
    """The cases of a file. Raises ValueError for another rule's file, a strange key, a case that expects nothing."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    if content.get("rule") != rule_id:
        raise ValueError(f"{path.name}: found rule = {content.get('rule')!r}, expected {rule_id!r}")
    return tuple(read_case(case, content.get("tables", {}), path.name) for case in content.get("cases", ()))


def read_case(case: Toml, shared: Toml, file: str, held: Tables | None = None) -> RuleCase:
    """One case, with the tables its file brings for all. Those neither brings hold nothing, or what `held` does.

    Raises ValueError for a strange key and for a case that expects nothing.
    """
    if not ({"finding", "findings", "unchecked"} & case.keys() or case.get("passes")):
        raise ValueError(f"{file}, case {case.get('name')!r}: expected finding, findings, unchecked or passes = true")
    strange = case.keys() - CASE_KEYS
    if strange:
        raise ValueError(f"{file}, case {case.get('name')!r}: no such key: {', '.join(sorted(strange))}")
    findings = case.get("findings", [case["finding"]] if "finding" in case else [])
    missing = case.get("unchecked", [])
    return RuleCase(
        name=case["name"],
        claim=_patched(_claim(case), case),
        as_of=case.get("as_of", AS_OF),
        past=PatientPast(
            services=tuple(_service(s, n) for n, s in enumerate(case.get("past", ()))),
            same_batch=tuple(_service(s, n) for n, s in enumerate(case.get("same_batch", ()), 100)),
            known_since=case.get("known_since"),
        ),
        tables=_tables({**shared, **case.get("tables", {})}, held),
        findings=tuple({"message": f} if isinstance(f, str) else f for f in findings),
        unchecked=tuple((m,) if isinstance(m, str) else tuple(m) for m in missing),
    )


CASE_KEYS = frozenset(
    {"name", "lines", "finding", "findings", "unchecked", "passes", "as_of", "past", "same_batch", "known_since"}
    | {
        "tables",
        "charge",
        "payer",
        "payer_type",
        "sequence",
        "frequency",
        "place",
        "state",
        "facility_state",
        "diagnoses",
    }
    | {"billing", "rendering", "referring", "supervising", "facility"}
    | {"authorization", "authorizations", "prior_services", "evidence", "json"}
)


def _claim(case: Toml) -> Claim:
    each = [line for line in case["lines"] for _ in range(line.get("times", 1))]
    lines = tuple(_line(line, number) for number, line in enumerate(each, 1))
    charge = Decimal(case["charge"]) if "charge" in case else sum((line.charge for line in lines), Decimal(0))
    facility = case.get("facility", "")
    return Claim(
        id="TEST-1",
        charge=charge,
        payer=Payer(
            case.get("payer", "P1"),
            sequence=case.get("sequence", "P"),
            type=PayerType(case.get("payer_type", "medicare")),
        ),
        billing=Provider(case.get("billing", BILLING), address=Address(state=case.get("state", ""))),
        subscriber=Subscriber(Person("PATIENT-007", "ZZTEST")),
        patient=Person("PATIENT-007", "ZZTEST"),
        diagnoses=tuple(Diagnosis(code) for code in case.get("diagnoses", ())),
        lines=lines,
        frequency=case.get("frequency", "1"),
        place_of_service=case.get("place", "11"),
        kind=ClaimKind.PROFESSIONAL,
        rendering=Provider(case.get("rendering", RENDERING)),
        referring=_provider(case, "referring"),
        supervising=_provider(case, "supervising"),
        facility=Provider(facility, address=Address(state=case.get("facility_state", ""))) if facility else None,
        authorization_number=case.get("authorization", ""),
        authorizations=tuple(_authorization(a) for a in case.get("authorizations", ())),
        prior_services=_prior(case["prior_services"]) if "prior_services" in case else None,
        evidence=_evidence(case.get("evidence", {})),
    )


def _patched(claim: Claim, case: Toml) -> Claim:
    """The claim with the case's `json` laid over its claim JSON, and each line's `json` over that of the line."""
    of_lines = [line.get("json") for line in case["lines"] for _ in range(line.get("times", 1))]
    if "json" not in case and not any(of_lines):
        return claim
    document: dict[str, Any] = claim_to_json(claim)
    content = document["claim"]
    for line, patch in zip(content["lines"], of_lines, strict=True):
        if patch:
            _merge(line, patch)
    for key, value in case.get("json", {}).items():
        _merge(document if key in _BESIDE_CLAIM else content, {key: value})
    return claim_from_json(document)


_BESIDE_CLAIM = frozenset({"evidence", "authorizations", "eligibility", "prior_services"})


def _merge(target: dict[str, Any], patch: Toml) -> None:
    """RFC 7396 but for lists, which take the place of lists; an empty text takes a member away."""
    for key, value in patch.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        elif value == "":
            target.pop(key, None)
        else:
            target[key] = _plain(value)


def _plain(value: Any) -> Any:
    """TOML values as JSON has them: days as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _evidence(facts: Toml) -> tuple[Evidence, ...]:
    """`{ item = value }`, or `{ item = { value, unit, line, family, recorded_on } }`, or a list of those."""
    found = []
    for item, told in facts.items():
        for fact in told if isinstance(told, list) else [told]:
            rest = dict(fact) if isinstance(fact, Mapping) else {"value": fact}
            value = rest.pop("value")
            words = "yes" if value is True else "no" if value is False else str(value)
            if item not in ITEMS:
                raise ValueError(f"no such item of evidence: {item}")
            found.append(Evidence(item, words, **rest))
    return tuple(found)


def _line(line: Toml, number: int) -> Line:
    undated = line.get("date") == ""
    return Line(
        number=line.get("number", number),
        code=line["code"],
        charge=Decimal(line.get("charge", 100)),
        units=Decimal(line.get("units", 1)),
        unit=line.get("unit", "UN"),
        service_from=None if undated else line.get("date", DAY),
        modifiers=tuple(line.get("modifiers", ())),
        place=line.get("place", ""),
        authorization_number=line.get("authorization", ""),
        rendering=_provider(line, "rendering"),
        ordering=_provider(line, "ordering"),
        qualifier=line.get("qualifier", "HC"),
        ndc=line.get("ndc", ""),
        diagnosis_pointers=tuple(line.get("pointers", ())),
    )


def _provider(source: Toml, role: str) -> Provider | None:
    return Provider(source[role]) if role in source else None


def _authorization(a: Toml) -> Authorization:
    codes = tuple(
        AuthorizedCode(c)
        if isinstance(c, str)
        else AuthorizedCode(c["code"], Decimal(c["units"]) if "units" in c else None, c.get("side", ""))
        for c in a.get("codes", ())
    )
    keys = ("payer_id", "decided_on", "recorded_on", "valid_from", "valid_to", "npi", "place")
    rest = {key: a[key] for key in keys if key in a}
    return Authorization(number=a["number"], status=a.get("status", "approved"), codes=codes, **rest)


def _prior(prior: Toml) -> PriorServices:
    items = tuple(PriorService(i["code"], i["date"], tuple(i.get("modifiers", ()))) for i in prior.get("items", ()))
    return PriorServices(prior.get("complete_since"), items)


def _service(s: Toml, number: int) -> Service:
    """A line of an earlier claim; `known_on` is its own day where the case names none."""
    return Service(
        known_on=s.get("known_on", s.get("date", DAY)),
        service_date=s.get("date", DAY),
        code=s["code"],
        modifiers=tuple(s.get("modifiers", ())),
        units=Decimal(s.get("units", 1)),
        charge=Decimal(s.get("charge", 100)),
        payer_id=s.get("payer", "P1"),
        billing_npi=s.get("billing", BILLING),
        rendering_npi=s.get("rendering", RENDERING),
        place=s.get("place", "11"),
        diagnoses=tuple(s.get("diagnoses", ())),
        claim_id=s.get("claim", f"EARLIER-{number}"),
        frequency=s.get("frequency", "1"),
        line=1,
        submission=s.get("submission", f"submission-{number}"),
        content=f"content-{number}",
        batch="",
        decided_on=s.get("decided_on"),
        denied=s.get("denied"),
        reason=Reason(s["reason"]) if "reason" in s else None,
    )


def _tables(releases: Toml, held: Tables | None) -> Tables:
    """The tables a case brings, under the names `Tables` gives them; those it does not bring are those held."""
    strange = releases.keys() - _ROWS.keys()
    if strange:
        raise ValueError(f"no such table: {', '.join(sorted(strange))}")
    if held is not None and not releases:
        return held
    tables: dict[str, Any] = {
        name: getattr(held, name)
        if held is not None and name not in releases
        else _table(name, releases.get(name, {}), row)
        for name, row in _ROWS.items()
    }
    return Tables(**tables)


def _table(name: str, releases: Toml, row: Callable[[str, Any, date], Any]) -> Table[Any]:
    found = []
    for day, content in sorted(releases.items()):
        effective = date.fromisoformat(day)
        rows: dict[str, Any] = {}
        for key, value in content.items():
            if key in ("complete", "published", "verified_to"):
                continue
            if name == "ptp":
                column1, _, column2 = key.partition(" > ")
                rows.setdefault(column2, {})[column1] = row(key, value, effective)
            else:
                rows[key] = row(key, value, effective)
        published = content.get("published", effective)
        complete, verified_to = bool(content.get("complete", False)), content.get("verified_to")
        found.append(Release(day, effective, published, complete, rows, verified_to=verified_to))
    return Table(name, tuple(found))


def _code(key: str, v: Toml, _day: date) -> CodeRow:
    plain: dict[str, Any] = {"label": "", "family": "", "region": "na", "status": "A", "is_addon": False}
    plain |= {"bilateral": "0", "global_days": "XXX", "pctc": "0", "side_expected": "none", "valid_from": None}
    plain |= {"valid_to": None, "allowed_nonfacility": None, "allowed_facility": None, "verified": True}
    given = {**v, "included_guidance": frozenset(v.get("included_guidance", ()))}
    given |= {name: Decimal(str(v[name])) for name in ("allowed_nonfacility", "allowed_facility") if name in v}
    given["counterparts"] = tuple(v.get("counterparts", ()))
    return CodeRow(**{**plain, "code": key, **given})


def _diagnosis(key: str, v: Toml, _day: date) -> DiagnosisRow:
    plain: dict[str, Any] = {"billable": True, "valid_from": None, "valid_to": None, "side": "none"}
    plain |= {"unspecified": False, "seventh_character": False, "replacement": "", "verified": True}
    return DiagnosisRow(**{**plain, "code": key, **v})


def _modifier(key: str, v: Toml, _day: date) -> ModifierRow:
    plain: dict[str, Any] = {"label": "", "kind": "", "lifts_ptp": False, "position_rank": 2, "valid_from": None}
    given = {**v, **{name: frozenset(v.get(name, ())) for name in ("only_with", "never_with")}}
    return ModifierRow(**{**plain, "modifier": key, "valid_to": None, "verified": True, **given})


def _payer(key: str, v: Toml, _day: date) -> PayerRow:
    plain: dict[str, Any] = {"name": key, "type": "commercial", "timely_filing_days": None, "verified": True}
    given = {**v, "ids": tuple(v.get("ids", ())), "name_patterns": tuple(v.get("name_patterns", ()))}
    given |= {name: frozenset(v.get(name, ())) for name in ("wants", "filing_indicators")}
    return PayerRow(**{**plain, "key": key, **given})


def _coverage(_key: str, rows: Iterable[Toml], _day: date) -> tuple[CoverageRow, ...]:
    plain: dict[str, Any] = {"topic": "esi", "role": "supports", "valid_from": None, "valid_to": None, "verified": True}
    plain |= {"citation": "the contractor's article", "url": "https://payer.example/article"}
    return tuple(
        CoverageRow(
            **{**plain, **v, "diagnoses": tuple(v.get("diagnoses", ())), "states": frozenset(v.get("states", ()))}
        )
        for v in rows
    )


def _records(key: str, rows: Iterable[Toml], day: date) -> Mapping[str, tuple[RecordRow, ...]]:
    plain: dict[str, Any] = {"at_least": None, "at_most": None, "within_days": None, "when": "always", "valid_to": None}
    plain |= {"verified": True, "citation": "the contractor's policy", "url": "https://payer.example/policy"}
    found: dict[str, tuple[RecordRow, ...]] = {}
    for v in rows:
        numbers = {name: Decimal(str(v[name])) for name in ("at_least", "at_most") if name in v}
        sets = {name: frozenset(v.get(name, ())) for name in ("payer_types", "one_of")}
        row = RecordRow(**{**plain, "family": key, "valid_from": day, **v, **numbers, **sets})
        found[row.rule] = (*found.get(row.rule, ()), row)
    return found


def _place(key: str, v: Toml, _day: date) -> PlaceRow:
    return PlaceRow(
        key, v.get("label", ""), v.get("rate", "non_facility"), v.get("kind", "other"), v.get("verified", True)
    )


def _drug(key: str, v: Toml, _day: date) -> DrugRow:
    plain: dict[str, Any] = {"label": "", "measure": "mg", "container": "unknown", "kind": "steroid", "verified": True}
    per_unit = Decimal(str(v["per_unit"])) if "per_unit" in v else None
    return DrugRow(**{**plain, **v, "code": key, "per_unit": per_unit})


def _enrolments(key: str, rows: Iterable[Toml], _day: date) -> tuple[EnrolmentRow, ...]:
    plain: dict[str, Any] = {"payer": "medicare", "group_npi": "", "status": "enrolled", "network": "in"}
    plain |= {"valid_from": None, "valid_to": None, "taxonomy": "", "specialty": ""}
    return tuple(EnrolmentRow(**{**plain, "npi": key, **v}) for v in rows)


def _authorizations(key: str, rows: Iterable[Toml], day: date) -> tuple[AuthorizationRow, ...]:
    return tuple(
        AuthorizationRow(
            code=key,
            payer_type=v["payer_type"],
            valid_from=v.get("valid_from", day),
            valid_to=v.get("valid_to"),
            places=frozenset(v.get("places", ())),
            states=frozenset(v.get("states", ())),
            need=v.get("need", "required"),
            verified=v.get("verified", True),
            citation=v.get("citation", "the payer's list"),
            url=v.get("url", "https://payer.example/list"),
            program=v.get("program", ""),
        )
        for v in rows
    )


_ROWS: Mapping[str, Callable[[str, Any, date], Any]] = {
    "codes": _code,
    "ptp": lambda _key, v, day: PtpEdit(v["indicator"], v.get("effective", day), v.get("until")),
    "mue": lambda _key, v, _day: MueLimit(v["units"], v["mai"]),
    "addons": lambda _key, v, _day: AddonRow(
        frozenset(v["primaries"]), v.get("verified", True), v.get("contractor", False)
    ),
    "icd10": _diagnosis,
    "modifiers": _modifier,
    "payers": _payer,
    "authorizations": _authorizations,
    "coverage": _coverage,
    "excludes1": lambda _key, v, _day: tuple(v["excludes"]),
    "regions": lambda _key, v, _day: frozenset(v["regions"]),
    "records": _records,
    "places": _place,
    "drugs": _drug,
    "enrolments": _enrolments,
    "taxonomies": lambda key, v, _day: ListedCode(key, v.get("valid_from"), v.get("valid_to"), True),
}
