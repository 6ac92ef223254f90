"""The dry run of own rules: as of each claim's own day, beside what the payer then did."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from claims.reasons import Reason
from features.replay import Decided, Submitted
from past.payer import Decision
from scrubber.tables import shipped_tables
from serving.dry_run import dry_run, in_all
from tests.scrubber.own_rules import DAY, claim, line, rule

SENT = date(2026, 3, 12)


def sent(n, *lines, on=SENT, patient="p", payer="ZZ01", **fields):
    a_claim = claim(*lines, **fields)
    return Submitted(on, replace(a_claim, payer=replace(a_claim.payer, id=payer)), f"s{n}", f"c{n}", patient, f"b{n}")


def decided(n, number=1, *, denied=False, reason=None, on=SENT + timedelta(20), payer="ZZ01"):
    decision = Decision(on, payer, "64635", "facet_rfa", denied, reason, 20000, None if denied else 9000, 1.0, 20)
    return Decided(on, f"s{n}", number, "p", decision)


def tried(events, a_rule, **options):
    ordered = sorted(events, key=lambda event: event.known_on)
    return dry_run(ordered, shipped_tables(), [a_rule], **options)


ABLATION = '{ field = "line.code", is = "64635" }'


def test_what_was_flagged_is_set_beside_the_answers():
    events = [
        sent(1, line()), decided(1, denied=True, reason=Reason.DOCUMENTATION),
        sent(2, line()), decided(2, denied=True, reason=Reason.AUTHORIZATION),
        sent(3, line()), decided(3),
        sent(4, line()),
        sent(5, line(code="99213")), decided(5, denied=True, reason=Reason.DOCUMENTATION),
        sent(6, line(), payer="ZZ02"), decided(6, payer="ZZ02"),
        sent(7, line(), frequency="8"),
    ]  # fmt: skip
    found = tried(events, rule(ABLATION))
    assert found.submissions == 6
    one, other = found.trials
    assert (one.payer_id, one.flagged, one.denied, one.denied_as_said, one.paid, one.unanswered) == (
        "ZZ01",
        4,
        2,
        1,
        1,
        1,
    )
    assert (one.charge, one.denied_charge, one.refs) == (Decimal(800), Decimal(400), ["s1", "s2", "s3", "s4"])
    assert [round(bound, 3) for bound in one.denied_share] == [0.208, 0.939]
    assert (other.payer_id, other.flagged, other.denied, other.paid) == ("ZZ02", 1, 0, 1)
    total = in_all(found.trials, "OWN-001")
    assert (total.flagged, total.denied, total.paid, total.unanswered, total.charge) == (5, 2, 2, 1, Decimal(1000))


def test_a_claim_is_looked_at_as_of_its_own_day_with_its_own_past():
    second = '{ services = { codes = ["64635"], days = 90 }, at_least = 1 }'
    events = [
        sent(1, line(service_from=DAY - timedelta(30)), on=SENT - timedelta(30)),
        sent(2, line()),
        sent(3, line(), patient="someone else"),
    ]
    assert tried(events, rule(second)).trials[0].refs == ["s2"]
    soon = '{ field = "line.days_to_sending", at_most = 2 }'
    assert tried([*events, sent(4, line(), on=SENT + timedelta(1))], rule(soon)).trials[0].refs == ["s1", "s2", "s3"]


def test_since_leaves_the_earlier_ones_in_the_past_alone():
    second = '{ services = { codes = ["64635"], days = 90 }, at_least = 0 }'
    events = [sent(1, line(service_from=DAY - timedelta(30)), on=SENT - timedelta(30)), sent(2, line())]
    found = tried(events, rule(second), since=SENT)
    assert (found.submissions, found.trials[0].refs) == (1, ["s2"])


def test_a_rule_of_the_claim_counts_claims():
    events = [sent(1, line(), line(2)), decided(1, 1), decided(1, 2, denied=True, reason=Reason.DOCUMENTATION)]
    a_rule = rule('{ field = "claim.line_count", at_least = 2 }', more='of = "claim"')
    t = tried(events, a_rule).trials[0]
    assert (t.flagged, t.denied, t.denied_as_said, t.paid, t.charge, t.denied_charge) == (1, 1, 1, 0, 400, 200)


def test_what_could_not_be_looked_at_is_counted():
    t = tried([sent(1, line(), line(2))], rule('{ evidence = "pain_score", at_least = 4 }')).trials[0]
    assert (t.flagged, t.not_checked, t.denied_share) == (0, 2, None)


def test_an_empty_store_has_nothing_to_tell():
    assert tried([], rule(ABLATION)).trials == ()
