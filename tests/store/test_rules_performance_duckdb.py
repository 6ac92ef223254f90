"""`rules performance` beside a second opinion: the same figures counted by SQL, over files, in DuckDB.

The findings come by the way of serving (a claim and its past asked of the store), not by the replay that the command
runs; the labels from `labels --json`; the denials a third time from the bytes of the 835, read here segment by segment.
"""

import json
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import pytest
from typer.testing import CliRunner

from claims.reasons import SHIPPED_CODES
from cli.app import app
from features import Submitted
from scrubber.engine import scrub
from scrubber.tables import shipped_tables
from simulator import simulate
from store import Store
from tests.past.acknowledgments import a_patient, wire_277ca

START, AS_OF = date(2025, 1, 6), date(2025, 5, 20)
LEAST = 20
BILLING_NPI = "1999900107"
DECIDED = "('paid', 'denied', 'reduced', 'patient_responsibility')"


def said(home, *words):
    done = CliRunner().invoke(app, ["--home", str(home), *words])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def written(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def segments(path):
    return [segment.split("*") for segment in path.read_text().replace("\n", "").split("~") if segment]


def told_by_835(folder):
    """Each adjustment of each service: claim, control number of the line, charge, paid, group, CARC, amount."""
    for path in sorted(folder.glob("*.835")):
        claim, service = "", {}
        for tag, *rest in segments(path):
            if tag == "CLP":
                claim, service = {"claim_id": rest[0], "status": rest[1]}, {}
            elif tag == "SVC":
                service = {**claim, "paid": float(rest[2] or 0), "charge": float(rest[1]), "cas": []}
            elif tag == "CAS" and service:
                for i in range(1, len(rest), 3):
                    service["cas"].append({"grp": rest[0], "carc": rest[i], "amount": float(rest[i + 1])})
            elif tag == "REF" and rest[0] == "6R" and service:
                yield {**service, "control": rest[1]}


def controls_of_837(folder):
    """The control number of each line."""
    for path in sorted(folder.glob("*.837")):
        claim, line = "", 0
        for tag, *rest in segments(path):
            if tag == "CLM":
                claim, line = rest[0], 0
            elif tag == "LX":
                line = int(rest[0])
            elif tag == "REF" and rest[0] == "6R" and line:
                yield {"claim_id": claim, "line": line, "control": rest[1]}


def findings_as_served(store, tables):
    """Findings, gaps and lines of each submission as `serving` would have had them on its day."""
    findings, gaps, lines = [], [], []
    for event in store.events():
        if not isinstance(event, Submitted) or event.known_on > AS_OF:
            continue
        claim, day = event.claim, event.known_on
        report = scrub(claim, tables, store.patient_past(claim, as_of=day), as_of=day)
        about = {"ref": event.submission, "payer_id": claim.payer.id, "payer_type": tables.payer_type(claim).value}
        lines += [{**about, "line": ln.number, "family": tables.family(ln.code)} for ln in claim.lines]
        findings += [
            {
                **about, "line": f.line, "rule_id": f.rule_id, "severity": int(f.severity), "reason": f.reason.value,
                "carcs": list(f.carcs),
            }
            for f in report.findings
        ]  # fmt: skip
        gaps += [{**about, "line": u.line, "rule_id": u.rule_id, "reason": u.reason.value} for u in report.unchecked]
    return findings, gaps, lines


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """Four months of a pretend practice, cut off while answers are out, with some claims rejected."""
    folder = tmp_path_factory.mktemp("practice")
    home, tables = folder / "home", shipped_tables()
    simulate(4, 220, 5, folder, start=START, answers_until=AS_OF)
    home.mkdir()
    with Store.open(home / "store.db", home=home, family_of=tables.family) as store:
        assert store.ingest([folder / "837", folder / "835"]).ok
        out = [row for row in store.ledger(AS_OF) if row.outcome.value == "pending" and row.submission == 1]
        claims = {e.submission: e.claim for e in store.events() if isinstance(e, Submitted)}
        asked = dict.fromkeys(row.ref for row in out if row.submitted_on < AS_OF - timedelta(days=2))
        reject = [r for r in asked if any(not ln.diagnosis_pointers for ln in claims[r].lines)] + list(asked)[:12]
        for n, ref in enumerate(dict.fromkeys(reject)):
            claim = claims[ref]
            amount = sum(line.charge for line in claim.lines)
            level = a_patient(claim.id, "A7:562", "U", f"{amount:f}", on=AS_OF)
            wire = wire_277ca(
                level, day=AS_OF, interchange=n + 1, payer=claim.payer.id, npi=BILLING_NPI,
                received=AS_OF - timedelta(days=1),
            )  # fmt: skip
            (folder / f"{n}.277").write_bytes(wire)
        store.ingest(sorted(folder.glob("*.277")))
        findings, gaps, lines = findings_as_served(store, tables)
    for name, records in (("findings", findings), ("gaps", gaps), ("lines", lines)):
        written(folder / f"{name}.ndjson", records)
    written(folder / "labels.ndjson", said(home, "labels", "--as-of", str(AS_OF), "--json"))
    written(folder / "services.ndjson", told_by_835(folder / "835"))
    written(folder / "controls.ndjson", controls_of_837(folder / "837"))
    ours = said(home, "rules", "performance", "--as-of", str(AS_OF), "--least", str(LEAST), "--json")
    base = duckdb.connect()
    for name in ("findings", "gaps", "lines", "labels", "services", "controls"):
        path = folder / f"{name}.ndjson"
        base.execute(f"create table {name} as select * from read_json('{path}', format='newline_delimited')")
    base.execute(COUNTED)
    return SimpleNamespace(folder=folder, home=home, ours=ours, base=base)


# Units: every line, and every claim with what became of it; then what each rule said of each, by the worst severity.
COUNTED = f"""
create table unit as
select 'line' as unit, ref, line, b.payer_id, b.payer_type, b.family, l.charge::decimal(12, 2) as charge,
  l.outcome in {DECIDED} as decided, l.outcome = 'denied' as denied, l.outcome = 'rejected' as rejected,
  l.outcome = 'pending' as pending,
  case when l.outcome = 'denied' then l.denied_amount::decimal(12, 2) else 0 end as lost,
  case when l.outcome = 'denied' then [l.reason] else [] end as reasons,
  case when l.outcome = 'denied' then [split_part(c, '-', 2) for c in l.denial_carcs] else [] end as carcs
from labels l join lines b using (ref, line);
insert into unit
select 'claim', ref, null, any_value(payer_id), any_value(payer_type), '', sum(charge),
  bool_or(decided) and not bool_or(pending), bool_or(denied) and not bool_or(pending),
  bool_or(rejected) and not bool_or(decided) and not bool_or(pending), bool_or(pending),
  case when bool_or(pending) then 0 else sum(lost) end, flatten(list(reasons)), flatten(list(carcs))
from unit group by ref;
create table scope as
select distinct 'all' as scope, '' as payer, payer_id, payer_type from unit
union select distinct 'payer', payer_id, payer_id, payer_type from unit
union select distinct 'payer_type', payer_type, payer_id, payer_type from unit;
create table said as
select rule_id, u.*, f.severity, f.severity = 4 and u.rejected as sent_back,
  u.denied and list_has_any(u.reasons, f.said_reasons) as by_reason,
  u.denied and list_has_any(u.carcs, f.said_carcs) as by_carc
from (
  select ref, line, rule_id, max(severity) as severity, list(reason) as said_reasons, flatten(list(carcs)) as said_carcs
  from findings group by all
) f join unit u on u.ref = f.ref and u.line is not distinct from f.line;
"""

FIGURES = """
  count(*) as fired, sum(decided::int) as decided, sum(denied::int) as denied, sum(by_reason::int) as for_reason,
  sum(by_carc::int) as with_carc, sum((by_reason or by_carc)::int) as as_said, sum(rejected::int) as rejected,
  sum(pending::int) as pending, sum((not (decided or rejected or pending))::int) as left_out,
  sum((decided or sent_back)::int) as judged, sum((denied or sent_back)::int) as hits,
  sum(charge)::varchar, sum(lost)::decimal(12, 2)::varchar,
  sum(case when pending then charge else 0 end)::decimal(12, 2)::varchar
"""
NAMES = (
    "fired", "decided", "denied", "denied_for_reason", "denied_with_carc", "denied_as_said", "rejected", "pending",
    "left_out", "judged", "right", "charge", "denied_amount", "pending_charge",
)  # fmt: skip


def rules_of(practice):
    return [r for r in practice.ours if r["record"] == "rule" and r["fired"]]


def test_what_is_compared_is_worth_comparing(practice):
    everyone = next(r for r in practice.ours if r["record"] == "summary" and r["scope"] == "all")
    lines = everyone["lines"]
    assert lines["decided"] > 800
    assert lines["denied"] > 100
    assert min(lines["pending"], lines["rejected"]) > 10
    of_all = [r for r in rules_of(practice) if r["scope"] == "all"]
    assert len(of_all) > 15
    assert {r["unit"] for r in of_all} == {"line", "claim"}
    assert {word for r in of_all for word in r["severities"]} == {"reject", "deny", "warn", "info"}


def test_every_count_of_every_rule_payer_and_unit_is_that_of_sql(practice):
    rows = practice.base.execute(
        f"select scope, payer, rule_id, unit, {FIGURES} from said join scope using (payer_id, payer_type) group by all"
    ).fetchall()
    counted = {row[:4]: row[4:] for row in rows}
    ours = {
        (r["scope"], r["payer"], r["rule_id"], r["unit"]): tuple(r[name] for name in NAMES) for r in rules_of(practice)
    }
    assert ours == counted


def test_every_count_of_every_severity_is_that_of_sql(practice):
    rows = practice.base.execute(
        f"select scope, payer, rule_id, unit, ['info', 'warn', 'deny', 'reject'][severity], {FIGURES}"
        " from said join scope using (payer_id, payer_type) group by all"
    ).fetchall()
    counted = {row[:5]: row[5:] for row in rows}
    ours = {
        (r["scope"], r["payer"], r["rule_id"], r["unit"], word): tuple(level[name] for name in NAMES)
        for r in rules_of(practice)
        for word, level in r["severities"].items()
    }
    assert ours == counted


def test_precision_its_bounds_and_both_lifts_are_those_of_sql(practice):
    rows = practice.base.execute(LIFTS).fetchall()
    counted = {row[:4]: row[4:] for row in rows}
    assert len(counted) == len(rules_of(practice))
    for r in rules_of(practice):
        share, low, high, base, lift, in_family = counted[r["scope"], r["payer"], r["rule_id"], r["unit"]]
        assert r["precision"] == pytest.approx(share, abs=1e-6), r
        assert r["precision_interval"] == (None if share is None else pytest.approx([low, high], abs=2e-6)), r
        assert r["base"] == pytest.approx(base, abs=1e-6), r
        assert r["lift"] == pytest.approx(lift, abs=1e-6), r
        assert r["lift_in_family"] == pytest.approx(in_family, abs=1e-6), r


# Base shares with and without rejections (the outcome of severity 4), of the scope, of a payer and of its families.
LIFTS = f"""
with
  u as (select *, decided::int as d, denied::int as n, rejected::int as r from unit),
  base as (
    select scope, payer, unit, sum(n) / nullif(sum(d), 0) as share, sum(n + r) / nullif(sum(d + r), 0) as share_4
    from u join scope using (payer_id, payer_type) group by all),
  of_payer as (
    select payer_id, payer_type, sum(n) / nullif(sum(d), 0) as share, sum(n + r) / nullif(sum(d + r), 0) as share_4
    from u where unit = 'line' group by all),
  of_family as (
    select payer_id, payer_type, family, sum(n) / nullif(sum(d), 0) as share,
      sum(n + r) / nullif(sum(d + r), 0) as share_4
    from u where unit = 'line' group by all having sum(d) >= {LEAST}),
  x as (
    select s.*, scope.scope, scope.payer, b.share as base, (decided or sent_back)::int as j,
      (denied or sent_back)::int as h,
      coalesce(case when severity = 4 then b.share_4 else b.share end, 0) as e,
      case when s.unit = 'claim' then 0 when f.family is not null and severity = 4 then f.share_4
        when f.family is not null then f.share when severity = 4 then p.share_4 else p.share end as ef
    from said s join scope using (payer_id, payer_type)
      join base b on b.scope = scope.scope and b.payer = scope.payer and b.unit = s.unit
      left join of_payer p on p.payer_id = s.payer_id and p.payer_type = s.payer_type
      left join of_family f on f.payer_id = s.payer_id and f.payer_type = s.payer_type and f.family = s.family),
  t as (
    select scope, payer, rule_id, unit, sum(h) as h, nullif(sum(j), 0)::double as n, any_value(base) as base,
      sum(h) / nullif(sum(j * e), 0) as lift, sum(h) / nullif(sum(j * coalesce(ef, 0)), 0) as in_family
    from x group by all)
select scope, payer, rule_id, unit, h / n,
  (h + 1.9207294 - 1.9599640 * sqrt(h * (n - h) / n + 0.9603647)) / (n + 3.8414588),
  (h + 1.9207294 + 1.9599640 * sqrt(h * (n - h) / n + 0.9603647)) / (n + 3.8414588), base, lift, in_family
from t
"""

SEEN = """
with seen as (
  select l.ref, l.line, l.procedure, l.denial_carcs[1] as carc, l.reason, b.payer_id, b.payer_type,
    l.denied_amount::decimal(12, 2) as lost,
    coalesce((select max(severity) from findings f where f.ref = l.ref and (f.line = l.line or f.line is null)), 0) as
      worst,
    exists (
      select 1 from findings f where f.ref = l.ref and (f.line = l.line or f.line is null) and severity >= 2
        and (f.reason = l.reason
          or list_has_any(f.carcs, [split_part(c, '-', 2) for c in l.denial_carcs]))) as foreseen,
    exists (select 1 from gaps g where g.ref = l.ref and (g.line = l.line or g.line is null) and g.reason = l.reason)
      as blind
  from labels l join lines b using (ref, line) where l.outcome = 'denied')
select scope, payer, carc, reason, count(*), sum(lost)::varchar, sum((worst >= 2)::int), sum(foreseen::int),
  sum((worst = 0)::int), sum(case when worst = 0 then lost else 0 end)::decimal(12, 2)::varchar,
  sum((worst = 0 and blind)::int), list(procedure) filter (worst = 0)
from seen join scope using (payer_id, payer_type) group by all
"""


def test_the_denials_no_rule_saw_are_those_of_sql(practice):
    counted = {}
    for *key, denied, lost, flagged, foreseen, unseen, unseen_lost, blind, codes in practice.base.execute(
        SEEN
    ).fetchall():
        most = sorted(Counter(codes or ()).items(), key=lambda item: (-item[1], item[0]))[:5]
        counted[tuple(key)] = (denied, lost, flagged, foreseen, unseen, unseen_lost, blind, dict(most))
    names = (
        "denied", "denied_amount", "flagged", "foreseen", "unseen", "unseen_amount", "unseen_unchecked", "unseen_codes",
    )  # fmt: skip
    ours = {
        (r["scope"], r["payer"], r["carc"], r["reason"]): tuple(r[name] for name in names)
        for r in practice.ours
        if r["record"] == "denials"
    }
    assert ours == counted
    assert sum(row[4] for row in counted.values()) > 20, "some denials are foreseen by no rule"


def test_how_often_a_rule_could_not_look_and_spoke_is_that_of_sql(practice):
    rows = practice.base.execute(
        """
        select rule_id, count(distinct (ref, line)) filter (line is not null), count(distinct ref) filter (line is null)
        from gaps group by all
        """
    ).fetchall()
    blind = {rule_id: (lines, claims) for rule_id, lines, claims in rows}
    fired = dict(practice.base.execute("select rule_id, count(distinct ref) from findings group by all").fetchall())
    of_all = [r for r in practice.ours if r["record"] == "rule" and r["scope"] == "all"]
    assert {r["rule_id"] for r in of_all} == blind.keys() | fired.keys()
    for r in of_all:
        assert (r["unchecked_lines"], r["unchecked_claims"]) == blind.get(r["rule_id"], (0, 0)), r["rule_id"]
        assert r["claims_fired"] == fired.get(r["rule_id"], 0), r["rule_id"]


def test_the_lines_called_denied_are_those_the_bytes_of_the_835_deny(practice):
    """For claims sent once and answered once: nothing paid, no patient's share, and a CAS that our table denies by."""
    practice.base.execute(f"create or replace table codes as from read_csv('{SHIPPED_CODES}', all_varchar=true)")
    told = practice.base.execute(
        """
        with
          once as (
            select claim_id from labels group by all having count(distinct ref) = 1
            intersect select claim_id from services group by all having count(*) = count(distinct control)),
          cas as (
            select claim_id, control, paid, unnest(cas, recursive := true) from services
            where paid = 0 and status not in ('22', '23', '25')),
          judged as (
            select c.claim_id, c.control, bool_or(k.is_denial = 'yes' and amount > 0) as denies,
              bool_or(c.grp = 'PR' and coalesce(k.is_denial, 'no') <> 'yes' and amount > 0) as shared
            from cas c left join codes k on k.kind = 'CARC' and k.code = c.carc
              and (coalesce(k.groups, '') = '' or list_contains(split(k.groups, ' '), c.grp))
            group by all)
        select claim_id, n.line, coalesce(denies and not shared, false) as by_bytes, l.outcome = 'denied' as by_label
        from once join services using (claim_id) join controls n using (claim_id, control)
          join labels l on l.claim_id = once.claim_id and l.line = n.line
          left join judged j on j.claim_id = once.claim_id and j.control = n.control
        """
    ).fetchall()
    assert len(told) > 700
    assert sum(by_label for *_, by_label in told) > 80
    assert [row for row in told if row[2] != row[3]] == []


def test_what_the_rules_marked_and_what_came_of_it_is_that_of_sql(practice):
    """Each line once, at its worst finding; the causes are those of the findings that bad."""
    rows = practice.base.execute(
        f"""
        with
          worst as (select ref, line, max(severity) as severity from findings where line is not null group by all),
          marked as (
            select u.*, w.severity, w.severity = 4 and u.rejected as sent_back,
              u.denied and list_has_any(u.reasons, w.said_reasons) as by_reason,
              u.denied and list_has_any(u.carcs, w.said_carcs) as by_carc
            from (
              select ref, line, severity, list(reason) as said_reasons, flatten(list(carcs)) as said_carcs
              from findings join worst using (ref, line, severity) group by all
            ) w join unit u on u.ref = w.ref and u.line = w.line)
        select scope, payer, ['info', 'warn', 'deny', 'reject'][severity], {FIGURES}
        from marked join scope using (payer_id, payer_type) group by all
        """
    ).fetchall()
    ours = {
        (r["scope"], r["payer"], word): tuple(level[name] for name in NAMES)
        for r in practice.ours
        if r["record"] == "summary"
        for word, level in r["levels"].items()
        if level["fired"]
    }
    assert ours == {row[:3]: row[3:] for row in rows}
