"""What payers did with the lines a rule spoke of, counted and weighed."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.claim import PayerType
from claims.reasons import Reason
from past.labels import Outcome
from scrubber.performance import AnsweredLine, Payer, Performance, Tally, Unit
from scrubber.precision import (
    Advice,
    Bars,
    Scope,
    Whose,
    advise,
    as_said,
    denials,
    measured,
    precision,
    scopes,
    summary,
)
from scrubber.registry import Citation, RemedyKind, Severity
from scrubber.report import Finding, Location, Report, Unchecked

ALPHA, BETA = Payer("ALPHA", PayerType.MEDICARE), Payer("BETA", PayerType.COMMERCIAL)
ALL = Whose(Scope.ALL)
DENY, WARN, REJECT = Severity.DENY, Severity.WARN, Severity.REJECT
AUTHORIZATION, CODING = Reason.AUTHORIZATION, Reason.CODING


def finding(rule="AUT-001", line=1, severity=DENY, reason=AUTHORIZATION, carcs=("197",)):
    return Finding(
        rule, "1", severity, reason, line, carcs, (), "message", "remedy", RemedyKind.OBTAIN, "", None,
        Location("2400", "SV1", "01", None), "24D", Citation("text", "https://example.org"), None,
    )  # fmt: skip


def line(outcome="paid", number=1, carcs=(), reason=None, code="64493", charge=100):
    denied = outcome == "denied"
    return AnsweredLine(
        number, code, "facet", Decimal(charge), Outcome(outcome), reason if denied else None, carcs if denied else (),
        Decimal(charge) if denied else Decimal(0),
    )  # fmt: skip


def denied(number=1, carc="CO-197", reason=AUTHORIZATION, **more):
    return line("denied", number, (carc,), reason, **more)


def observed(*submissions):
    performance = Performance()
    for payer, findings, lines in submissions:
        performance.observe(payer, Report(tuple(findings)), lines)
    return performance


def the_one(performance, rule="AUT-001", unit=Unit.LINE, whose=ALL, **more):
    return next(m for m in measured(performance, whose, **more) if (m.rule_id, m.unit) == (rule, unit))


def test_precision_is_of_what_was_decided_and_the_rest_is_counted():
    outcomes = [denied(), line("paid"), line("reduced"), line("pending"), line("unanswered"), line("rejected")]
    tally = the_one(observed(*((ALPHA, [finding()], [one]) for one in outcomes))).tally
    assert (tally.fired, tally.decided, tally.denied, tally.judged) == (6, 3, 1, 3)
    assert (tally.pending, tally.left_out, tally.rejected) == (1, 1, 1)
    assert precision(tally) == pytest.approx(1 / 3)
    assert (tally.charge, tally.denied_amount, tally.pending_charge) == (600, 100, 100)


def test_a_denial_for_another_cause_is_precision_and_not_as_said():
    other = denied(carc="CO-50", reason=Reason.MEDICAL_NECESSITY)
    by_carc = denied(carc="CO-197", reason=Reason.OTHER)
    by_reason = denied(carc="CO-198", reason=AUTHORIZATION)
    tally = the_one(observed(*((ALPHA, [finding()], [one]) for one in (other, by_carc, by_reason)))).tally
    assert (tally.denied, tally.for_reason, tally.with_carc, tally.as_said) == (3, 1, 1, 2)
    assert as_said(tally) == pytest.approx(2 / 3)


def test_a_line_a_rule_speaks_of_twice_counts_once_at_the_worse_severity():
    found = the_one(observed((ALPHA, [finding(severity=WARN), finding(severity=DENY)], [denied()])))
    assert [(level.severity, level.tally.fired) for level in found.levels] == [(DENY, 1)]
    assert found.spoke.claims == 1


def test_a_finding_of_the_whole_claim_is_right_when_any_line_is_denied_and_is_kept_apart():
    performance = observed((ALPHA, [finding(line=None), finding(line=1)], [line("paid"), denied(2)]))
    claim, own = the_one(performance, unit=Unit.CLAIM), the_one(performance)
    assert (claim.tally.fired, claim.tally.denied, claim.tally.as_said, claim.tally.charge) == (1, 1, 1, 200)
    assert (own.tally.fired, own.tally.denied) == (1, 0)


def test_a_claim_is_decided_only_when_none_of_its_lines_is_pending():
    performance = observed((ALPHA, [finding(line=None)], [denied(), line("pending", 2)]))
    tally = the_one(performance, unit=Unit.CLAIM).tally
    assert (tally.decided, tally.denied, tally.pending, tally.denied_amount) == (0, 0, 1, 0)


def test_a_front_ends_rejection_bears_out_a_reject_finding_and_no_other():
    sent_back = [line("rejected")]
    performance = observed(
        (ALPHA, [finding("STR-002", severity=REJECT)], sent_back), (ALPHA, [finding()], sent_back),
        (ALPHA, [], [line("paid")]),
    )  # fmt: skip
    reject, deny = the_one(performance, "STR-002"), the_one(performance)
    assert (precision(reject.tally), reject.tally.decided) == (1.0, 0)
    assert (precision(deny.tally), deny.tally.judged, deny.tally.rejected) == (None, 0, 1)
    assert reject.lift == pytest.approx(3 / 2), "two of three lines were denied or sent back"


def test_lift_is_over_all_lines_and_in_family_over_those_of_payer_and_family():
    flagged = [(ALPHA, [finding()], [denied()])] * 2 + [(ALPHA, [finding()], [line()])] * 2
    others = [(ALPHA, [], [line()])] * 4 + [(BETA, [], [line()])] * 8
    found = the_one(observed(*flagged, *others), bars=Bars(least=5))
    assert found.base == pytest.approx(2 / 16)
    assert (found.lift, found.lift_in_family) == pytest.approx(((2 / 4) / (2 / 16), 2 / (4 * 2 / 8)))


def test_a_denial_is_foreseen_only_by_a_finding_that_warns_of_its_cause():
    seen = [
        (ALPHA, [finding(severity=WARN)], [denied()]),
        (ALPHA, [finding(reason=CODING, carcs=("16",))], [denied()]),
        (ALPHA, [finding(severity=Severity.INFO)], [denied()]),
        (ALPHA, [finding(line=None)], [denied()]),
        (ALPHA, [finding(line=2)], [denied(code="62323"), line(number=2)]),
    ]
    of = denials(observed(*seen), ALL)["CO-197", AUTHORIZATION]
    assert (of.denied, of.flagged, of.foreseen, of.unseen, of.unseen_amount) == (5, 3, 2, 1, 100)
    assert of.codes == Counter({"62323": 1})


def test_an_unseen_denial_whose_rule_could_not_look_wants_data_not_a_rule():
    performance = Performance()
    gap = Unchecked("AUT-002", AUTHORIZATION, None, ("authorizations",), "no list")
    elsewhere = Unchecked("AUT-003", AUTHORIZATION, 2, ("authorizations",), "no list")
    performance.observe(ALPHA, Report((), (gap,)), [denied()])
    performance.observe(ALPHA, Report((), (elsewhere,)), [denied(), line(number=2)])
    of = denials(performance, ALL)["CO-197", AUTHORIZATION]
    assert (of.unseen, of.unchecked) == (2, 1)
    assert [(m.rule_id, m.tally.fired, m.spoke[1:]) for m in measured(performance, ALL)] == [
        ("AUT-002", 0, (0, 1)), ("AUT-003", 0, (1, 0)),
    ]  # fmt: skip


def test_the_summary_counts_each_line_once_whichever_rules_spoke():
    two = [finding("A-1"), finding("A-2", severity=WARN)]
    of = summary(observed((ALPHA, two, [denied()]), (ALPHA, [], [line()])), ALL)
    assert {severity: tally.fired for severity, tally in of.levels.items() if tally.fired} == {DENY: 1}
    assert (of.lines.fired, of.lines.denied, of.seen.foreseen) == (2, 1, 1)


def test_a_mark_is_as_said_by_any_finding_as_bad_as_the_worst_and_by_no_milder_one():
    worst = [finding("A-1", reason=CODING, carcs=("16",)), finding("A-2")]
    milder = [finding("A-1", reason=CODING, carcs=("16",)), finding("A-2", severity=WARN)]
    marked = [summary(observed((ALPHA, two, [denied()])), ALL).levels[DENY] for two in (worst, milder)]
    assert [(tally.denied, tally.as_said) for tally in marked] == [(1, 1), (1, 0)]


def test_a_rule_is_as_said_by_any_of_its_findings_of_the_line():
    two = [finding(carcs=("16",), reason=CODING), finding(severity=WARN)]
    assert the_one(observed((ALPHA, two, [denied()]))).tally.as_said == 1


def tally_of(hits, of, said=None):
    return Tally(fired=of, decided=of, denied=hits, judged=of, hits=hits, as_said=hits if said is None else said)


@pytest.mark.parametrize(
    ("severity", "tally", "advice"),
    [
        (DENY, tally_of(5, 100), Advice.WARN),
        (REJECT, tally_of(5, 100), Advice.WARN),
        (DENY, tally_of(5, 29), None),  # 17 %, and the upper bound says 35 %
        (DENY, tally_of(0, 29), None),  # too few, though surely low
        (DENY, tally_of(60, 100), None),
        (DENY, tally_of(60, 100, said=2), Advice.LOOK),
        (WARN, tally_of(59, 100), None),  # the lower bound says 49 %
        (WARN, tally_of(60, 100), Advice.RAISE),
        (WARN, tally_of(80, 100), Advice.RAISE),
        (WARN, tally_of(2, 100), Advice.INFO),
        (WARN, tally_of(12, 100), None),  # not below what any line bears
        (Severity.INFO, tally_of(80, 100), Advice.RAISE),
        (Severity.INFO, tally_of(0, 100), None),
    ],
)
def test_what_the_figures_suggest(severity, tally, advice):
    assert advise(severity, tally, 0.13, Bars()) is advice


def test_the_overrides_of_a_rule_are_asked_for_by_rule_and_payer():
    asked = []

    def overrides_of(rule_id, payer_id):
        asked.append((rule_id, payer_id))
        return ["off since 2026-01-01"] if payer_id == "ALPHA" else []

    performance = observed((ALPHA, [finding()], [denied()]))
    found = {w.scope: the_one(performance, whose=w, overrides_of=overrides_of).overrides for w in scopes(performance)}
    assert found == {Scope.ALL: (), Scope.PAYER_TYPE: (), Scope.PAYER: ("off since 2026-01-01",)}
    assert asked == [("AUT-001", ""), ("AUT-001", "ALPHA")]


OUTCOMES = st.sampled_from([*(o.value for o in Outcome if o is not Outcome.DENIED), "denied", "denied", "paid"])
LINES = st.lists(
    st.builds(
        lambda outcome, carc, reason, charge: line(outcome, 1, (carc,), reason, charge=charge),
        OUTCOMES, st.sampled_from(["CO-197", "CO-50"]), st.sampled_from([AUTHORIZATION, CODING]), st.integers(0, 900),
    ),
    min_size=1, max_size=3,
).map(lambda lines: [one._replace(number=n) for n, one in enumerate(lines, 1)])  # fmt: skip
FINDINGS = st.lists(
    st.builds(
        finding, st.sampled_from(["AUT-001", "NCC-002"]), st.sampled_from([None, 1, 2, 3]), st.sampled_from(Severity),
        st.sampled_from([AUTHORIZATION, CODING]), st.sampled_from([(), ("197",)]),
    ),
    max_size=4,
)  # fmt: skip
SUBMISSIONS = st.lists(st.tuples(st.sampled_from([ALPHA, BETA]), FINDINGS, LINES), max_size=8)


def figures(performance, whose):
    return (measured(performance, whose), summary(performance, whose), denials(performance, whose))


@given(SUBMISSIONS, st.data())
def test_the_order_of_submissions_does_not_matter(submissions, data):
    shuffled = data.draw(st.permutations(submissions))
    one, other = observed(*submissions), observed(*shuffled)
    assert (one.cells, one.base, one.spoke, one.denials) == (other.cells, other.base, other.spoke, other.denials)


@given(SUBMISSIONS)
def test_another_payers_claims_leave_a_payers_figures_as_they_were(submissions):
    alone = observed(*(s for s in submissions if s[0] == ALPHA))
    whose = Whose(Scope.PAYER, "ALPHA")
    assert figures(observed(*submissions), whose) == figures(alone, whose)


@given(SUBMISSIONS)
def test_every_line_is_one_thing_and_payers_add_up_to_all(submissions):
    performance = observed(*submissions)
    of = summary(performance, ALL).lines
    assert of.fired == of.decided + of.pending + of.rejected + of.left_out == sum(len(s[2]) for s in submissions)
    assert of.denied == sum(seen.denied for seen in denials(performance, ALL).values())
    payers = [w for w in scopes(performance) if w.scope is Scope.PAYER]
    for m in measured(performance, ALL):
        own = [o for w in payers for o in measured(performance, w) if (o.rule_id, o.unit) == (m.rule_id, m.unit)]
        assert sum(o.tally.fired for o in own) == m.tally.fired
        assert sum(o.tally.hits for o in own) == m.tally.hits
        assert m.tally.hits <= m.tally.judged <= m.tally.fired
        assert sum(level.tally.fired for level in m.levels) == m.tally.fired
