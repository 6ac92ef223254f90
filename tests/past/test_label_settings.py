"""A practice may say what denies, what cuts, why, and how long an answer may take; the defaults are tested too."""

from datetime import date, timedelta

import pytest

from claims.errors import UnreadableInput
from claims.reasons import Reason, is_denial, shipped_codes
from past.label_settings import DEFAULTS, parse_label_settings, read_label_settings
from past.labels import Flag, Outcome, Waiting, Words
from past.payer import Decision, PayerPast
from tests.past.builders import ANSWERED, SENT, a_claim, a_reversal, a_service, an_answer
from tests.past.test_labels import only


def one(settings, *adjustments, paid="0", **more):
    claim = a_claim()
    service = a_service(claim.lines[0], *adjustments, paid=paid, **more)
    return only(claim, an_answer(claim, service), words=Words.of(parse_label_settings(settings)))


def test_the_defaults_are_these():
    assert (DEFAULTS.lag_share, DEFAULTS.default_days, DEFAULTS.least_decisions) == (0.95, 90, 20)
    assert DEFAULTS.reversed_within_days == 30
    assert DEFAULTS.fingerprint == ""
    for row in shipped_codes().rows:
        if row.kind == "CARC":
            for group in row.groups or ("CO", "PR", "OA"):
                assert DEFAULTS.is_denial(group, row.code) == is_denial(group, row.code)
                assert DEFAULTS.is_cut(group, row.code) == (shipped_codes().standing(group, row.code) == "partial")
    cuts = {row.code for row in shipped_codes().rows if DEFAULTS.is_cut("CO", row.code)}
    assert {"59", "186", "B10", "B22"} <= cuts


def test_no_file_is_the_defaults_and_an_empty_one_too(tmp_path):
    assert read_label_settings(tmp_path) is DEFAULTS
    (tmp_path / "labels.toml").write_text("")
    assert read_label_settings(tmp_path) == DEFAULTS


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("", "denied"), ('"197" = "neither"', "excluded"), ('"CO-197" = "neither"', "excluded"),
     ('"PR-197" = "neither"', "denied"), ('"197" = "cut"', "denied")],
)  # fmt: skip
def test_what_denies_is_the_practices_word_before_the_tables(said, outcome):
    label = one(f"[adjustments]\n{said}", "CO-197 180.00", "CO-45 320.00")
    assert label.outcome == (outcome if outcome != "excluded" else "paid"), label.why


def test_a_contract_code_can_be_called_a_denial_and_a_denial_a_cut():
    assert one('[adjustments]\n"CO-45" = "denial"', "CO-45 500.00").denial_carcs == ("CO-45",)
    assert one("", "CO-45 500.00").outcome is Outcome.EXCLUDED
    reduced = one('[adjustments]\n"197" = "cut"', "CO-197 100.00", "CO-45 80.00", paid="320.00")
    assert (reduced.outcome, reduced.denial_carcs) == (Outcome.REDUCED, ("CO-197",))


def test_reasons_of_carcs_and_remarks_are_the_practices_word_first():
    assert one("", "CO-50 500.00").reason is Reason.MEDICAL_NECESSITY
    assert one('[reasons]\n"50" = "documentation"', "CO-50 500.00").reason is Reason.DOCUMENTATION
    by_remark = '[reasons]\nN706 = "authorization"'
    assert one(by_remark, "CO-16 500.00", remarks=("N706",)).reason is Reason.AUTHORIZATION
    assert one(by_remark, "CO-50 500.00", remarks=("N706",)).reason is Reason.MEDICAL_NECESSITY


def test_the_fingerprint_changes_with_what_changes_a_label_and_with_nothing_else():
    assert parse_label_settings("[ripeness]\ndefault_days = 60").fingerprint == ""
    some = ['[adjustments]\n"59" = "denial"', '[adjustments]\n"CO-59" = "denial"', '[reasons]\n"59" = "bundling"']
    assert len({parse_label_settings(text).fingerprint for text in some}) == 3
    two = '[adjustments]\n"59" = "denial"\n"45" = "cut"', '[adjustments]\n"45" = "cut"\n"59" = "denial"'
    assert parse_label_settings(two[0]).fingerprint == parse_label_settings(two[1]).fingerprint


WRONG = [
    ("[ripness]", "labels.toml: found 'ripness', expected one of ripeness, mistakes, adjustments, reasons"),
    ("[ripeness]\nlag = 1", "labels.toml, [ripeness]: found 'lag', expected one of lag_share"),
    ("[ripeness]\nlag_share = 95", "labels.toml, [ripeness], lag_share: found 95, expected a share from 0.5 to 1"),
    ("[ripeness]\ndefault_days = -1", "[ripeness], default_days: found -1, expected a whole number from 0"),
    ("[ripeness]\nleast_decisions = true", "[ripeness], least_decisions: found True"),
    ("[mistakes]\nreversed_within_days = 1.5", "[mistakes], reversed_within_days: found 1.5"),
    ('[adjustments]\n"CO45" = "cut"', "[adjustments], CO45: found 'CO45', expected a CARC such as 59"),
    ('[adjustments]\n"45" = "yes"', "[adjustments], 45: found 'yes', expected denial, cut or neither"),
    ('[reasons]\n"50" = "payer_habit"', "[reasons], 50: found 'payer_habit', expected one of authorization"),
    ('[reasons]\n"X9" = "coding"', "[reasons], X9: found 'X9', expected a CARC"),
    ("adjustments = 3", "labels.toml, [adjustments]: found 3, expected a section"),
    ("[adjustments", "labels.toml: found broken TOML"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_setting_that_is_wrong_is_refused_with_its_place(text, says):
    with pytest.raises(UnreadableInput) as caught:
        parse_label_settings(text)
    assert says in str(caught.value)


def decided(lags, payer="P1", day=date(2026, 1, 1)):
    past = PayerPast()
    for lag in lags:
        past.learn(Decision(day, payer, "64493", "facet", False, None, 100, 80, 1.0, lag))
    return past


def test_the_lag_is_known_from_so_many_decisions_on_and_counts_those_of_the_day_itself():
    day = date(2026, 1, 1)
    assert DEFAULTS.known_lag(decided([10] * 19), "P1", day) is None
    assert DEFAULTS.known_lag(decided([10] * 20), "P1", day) == 10
    assert DEFAULTS.known_lag(decided([10] * 20), "P1", day - timedelta(days=1)) is None
    assert DEFAULTS.known_lag(decided([10] * 19 + [70]), "P1", day) == 10, "19 of 20 are 95 of 100"
    assert DEFAULTS.known_lag(decided([10] * 18 + [70] * 2), "P1", day) == 70
    few = parse_label_settings("[ripeness]\nleast_decisions = 3\nlag_share = 0.5")
    assert few.known_lag(decided([5, 6, 70]), "P1", day) == 6
    assert DEFAULTS.waits(decided([10] * 20), day)("P2") == 90


def test_a_silent_line_is_pending_to_the_last_day_of_the_lag_and_unanswered_the_day_after():
    claim = a_claim()

    def on(days, lag=None, settings=DEFAULTS):
        return only(claim, waiting=Waiting(SENT + timedelta(days=days), lag, settings)).outcome

    assert [on(30, 30), on(31, 30)] == [Outcome.PENDING, Outcome.UNANSWERED]
    assert [on(90), on(91)] == [Outcome.PENDING, Outcome.UNANSWERED]
    short = parse_label_settings("[ripeness]\ndefault_days = 45\nlag_share = 0.9")
    assert [on(45, None, short), on(46, None, short)] == [Outcome.PENDING, Outcome.UNANSWERED]
    why = only(claim, waiting=Waiting(SENT + timedelta(days=40), 30, short)).why
    assert why.endswith("40 days after it was sent; 90 of 100 of this payer's answers come within 30 days.")


def denied_then_paid(after, *, replaced_on=None, carc="197", settings=DEFAULTS):
    claim = a_claim()
    line, day = claim.lines[0], ANSWERED + timedelta(days=after)
    first = an_answer(claim, a_service(line, f"CO-{carc} 500.00"))
    back = a_reversal(first, known=day)
    paid = an_answer(claim, a_service(line, "CO-45 180.00", paid="320.00"), known=day, n=10)
    return only(claim, first, back, paid, replaced_on=replaced_on, words=Words.of(settings))


def test_a_denial_the_payer_itself_takes_back_within_days_is_its_mistake_and_stays_the_label():
    label = denied_then_paid(30)
    assert (label.outcome, label.overturned, label.flags) == (Outcome.DENIED, True, (Flag.PAYER_MISTAKE,))
    assert label.overturned_on == ANSWERED + timedelta(days=30)
    assert denied_then_paid(31).flags == ()
    assert denied_then_paid(31).overturned
    longer = parse_label_settings("[mistakes]\nreversed_within_days = 31")
    assert denied_then_paid(31, settings=longer).flags == (Flag.PAYER_MISTAKE,)


def test_a_denial_undone_after_we_sent_the_claim_anew_is_not_the_payers_mistake():
    assert denied_then_paid(10, replaced_on=ANSWERED + timedelta(days=10)).flags == ()
    assert denied_then_paid(10, replaced_on=ANSWERED + timedelta(days=11)).flags == (Flag.PAYER_MISTAKE,)


def test_a_denial_as_duplicate_and_an_answer_that_does_not_add_up_are_flagged():
    assert one("", "CO-18 500.00").flags == (Flag.DUPLICATE,)
    assert one("", "OA-18 500.00").flags == (Flag.DUPLICATE,)
    assert one("", "CO-18 100.00", "CO-197 400.00").flags == (), "what denies most is another code"
    assert one("", "CO-45 180.00").flags == (Flag.UNBALANCED,)
    assert one("", "CO-45 180.00", paid="320.00").flags == ()
    assert denied_then_paid(5, carc="18").flags == (Flag.DUPLICATE, Flag.PAYER_MISTAKE)


def test_the_day_of_an_overturn_is_the_first_of_the_last_word():
    claim = a_claim()
    line = claim.lines[0]
    days = [ANSWERED + timedelta(days=n) for n in (0, 5, 50)]
    first = an_answer(claim, a_service(line, "CO-197 500.00"), known=days[0])
    paid = an_answer(claim, a_service(line, "CO-45 180.00", paid="320.00"), known=days[1], n=2)
    more = an_answer(claim, a_service(line, "CO-45 150.00", paid="350.00"), known=days[2], n=3)
    assert only(claim, first, paid, more).overturned_on == days[1]
    again = an_answer(claim, a_service(line, "CO-50 500.00"), known=days[2], n=3)
    assert only(claim, first, paid, again).overturned_on is None
