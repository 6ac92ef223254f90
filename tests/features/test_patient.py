"""What the patient's past says of a line: sessions, answers, claims of the same day, and what was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from past.patient import PatientPast, patient_past, services_of
from tests.features.builders import MONDAY, SERVICE, a_claim, a_line, a_look, patient_services, value


def earlier(days, code="64493", **changes):
    """An earlier claim, its service so many days before the line's."""
    return a_claim(a_line(code, day=SERVICE - timedelta(days)), **{"id": f"EARLIER-{days}-{code}", **changes})


def past_of(*claims, **changes):
    return PatientPast(
        tuple(replace(s, **changes) for s in patient_services(*claims)), known_since=SERVICE - timedelta(90)
    )


def of(name, *claims, line=None, claim=None, **changes):
    return value(name, a_look(claim or a_claim(line or a_line()), patient=past_of(*claims, **changes)))


def test_sessions_are_days_of_the_same_family_and_region_within_a_year() -> None:
    two_levels_a_day = (earlier(30), a_claim(a_line("64494", day=SERVICE - timedelta(30)), id="LEVEL-2"))
    elsewhere = earlier(20, "64490")
    another_family = earlier(10, "62323")
    assert of("family_sessions_365d", *two_levels_a_day, elsewhere, another_family) == 1
    assert of("family_sessions_365d", earlier(365), earlier(366)) == 1
    assert of("region_sessions_365d", *two_levels_a_day, elsewhere, another_family) == 2


def test_a_visit_has_no_region_to_count() -> None:
    assert of("region_sessions_365d", earlier(9), earlier(8, "99213"), line=a_line("99213")) == 0


def test_a_service_of_the_day_itself_or_later_is_no_earlier_session() -> None:
    assert of("family_sessions_365d", earlier(0), earlier(-1), earlier(9)) == 1


def test_days_since_are_of_the_last_service_however_long_ago() -> None:
    services = earlier(400), earlier(50, "64494"), earlier(500)
    assert of("days_since_family", *services) == 50
    assert of("days_since_code", *services) == 400
    assert of("days_known", *services) == 500
    assert of("days_since_code", earlier(9, "99213")) is None


@pytest.mark.parametrize(
    "name",
    ["family_sessions_365d", "days_known", "sent_before", "code_denials_of_patient", "payer_has_accepted_patient"],
)
def test_a_patient_never_seen_is_unknown_and_not_new(name) -> None:
    assert value(name, a_look(patient=PatientPast(known_since=SERVICE - timedelta(900)))) is None


# The payer's answers.


def test_denials_of_the_patient_are_this_payer_s_and_of_this_code() -> None:
    denied = {"decided_on": MONDAY - timedelta(1), "denied": True}
    assert of("code_denials_of_patient", earlier(9), earlier(20), earlier(30, "99213"), **denied) == 2
    assert of("code_denials_of_patient", earlier(9, payer="BETA"), **denied) == 0
    assert of("code_denials_of_patient", earlier(9)) == 0
    assert of("payer_has_accepted_patient", earlier(9), **denied) == 0
    assert of("payer_has_accepted_patient", earlier(9), decided_on=MONDAY - timedelta(1), denied=False) == 1


def test_the_share_denied_is_of_the_last_180_days_decisions() -> None:
    name = "payer_denials_of_patient_180d"
    assert of(name, earlier(9), decided_on=MONDAY - timedelta(180), denied=True) == 1
    assert of(name, earlier(9), decided_on=MONDAY - timedelta(181), denied=True) is None
    assert of(name, earlier(9)) is None, "no answer yet is no answer"


def test_an_answer_of_the_day_itself_is_not_known_yet() -> None:
    assert of("code_denials_of_patient", earlier(9), decided_on=MONDAY, denied=True) == 0


# Other claims of the same day.


def test_the_same_code_sent_before_for_the_same_day_is_seen() -> None:
    assert of("sent_before", earlier(0), earlier(0, "62323")) == 1
    assert of("other_claims_that_day", earlier(0), earlier(0, "62323")) == 1
    assert of("sent_before", earlier(1)) == 0
    assert of("sent_before", earlier(0, payer="BETA")) == 0, "another payer's turn is no duplicate"


def test_claims_of_the_same_file_are_seen_even_of_a_new_patient() -> None:
    in_file = PatientPast(same_batch=patient_services(earlier(0)))
    assert value("sent_before", a_look(patient=in_file)) == 1
    assert value("family_sessions_365d", a_look(patient=in_file)) is None


def test_a_claim_known_before_and_in_the_file_counts_once() -> None:
    services = patient_services(earlier(0))
    assert value("sent_before", a_look(patient=PatientPast(services, same_batch=services))) == 1


def test_what_a_replacement_replaces_is_not_sent_before() -> None:
    original = a_claim()
    assert of("sent_before", original, claim=replace(a_claim(), frequency="7")) == 0
    assert of("sent_before", original, claim=a_claim()) == 1
    other_visit = a_claim(a_line(day=SERVICE - timedelta(40)))
    assert of("family_sessions_365d", original, other_visit, claim=replace(a_claim(), frequency="7")) == 1


# What was taken back is gone, and nothing else (CLM01 may be the patient's account number).


def known(*claims):
    """What the patient's past keeps of the claims, sent one a day."""
    services = []
    for n, claim in enumerate(claims):
        day = MONDAY - timedelta(len(claims) - n)
        services += services_of(claim, known_on=day, submission=f"s{n}", content=f"c{n}", batch=f"b{n}")
    kept = patient_past(services, as_of=MONDAY, submission="", content="", batch="", known_since=None)
    return [s.submission for s in kept.services]


def visit(days_ago, frequency="1", **changes):
    return a_claim(a_line(day=SERVICE - timedelta(days_ago)), id="ACCOUNT-9", frequency=frequency, **changes)


def test_a_replacement_stands_for_its_own_visit_and_leaves_the_account_s_others() -> None:
    assert known(visit(30), visit(20), visit(10), visit(20, "7")) == ["s0", "s2", "s3"]


def test_a_void_takes_back_its_own_visit_and_itself() -> None:
    assert known(visit(30), visit(20), visit(20, "8")) == ["s0"]


def test_a_replacement_with_another_day_stands_for_the_latest_of_its_number() -> None:
    assert known(visit(30), visit(20), visit(19, "7")) == ["s0", "s2"]
    assert known(visit(30), visit(20), visit(19, "7"), visit(19, "8")) == ["s0"]


def test_replacements_of_one_visit_leave_the_last() -> None:
    assert known(visit(20), visit(20, "7"), visit(20, "7")) == ["s2"]


def test_a_visit_sent_anew_after_its_void_stands() -> None:
    assert known(visit(20), visit(20, "8"), visit(20)) == ["s2"]


def test_a_replacement_to_one_payer_leaves_what_went_to_another() -> None:
    assert known(visit(20), visit(20, payer="BETA"), visit(20, "7")) == ["s1", "s2"]


def test_a_void_of_nothing_we_know_takes_nothing() -> None:
    assert known(visit(20), a_claim(a_line(), id="OTHER", frequency="8")) == ["s0"]


def test_the_claim_itself_is_not_its_own_past_under_whatever_name() -> None:
    services = services_of(visit(20), known_on=MONDAY - timedelta(9), submission="s", content="c", batch="b")
    for submission, content, kept in (("s", "x", ()), ("x", "c", ()), ("x", "x", services)):
        own = {"submission": submission, "content": content, "batch": "b"}
        assert patient_past(services, as_of=MONDAY, known_since=None, **own).services == kept


def test_the_same_file_s_claims_bear_no_later_decision_and_are_not_past_twice() -> None:
    services = services_of(visit(20), known_on=MONDAY, submission="s", content="c", batch="b")
    told = tuple(replace(s, decided_on=MONDAY + timedelta(20), denied=True) for s in services)
    keys = {"submission": "own", "content": "own", "batch": "b", "known_since": None}
    on_the_day = patient_past(told, as_of=MONDAY, **keys)
    assert on_the_day.same_batch == services
    assert on_the_day.services == ()
    later = patient_past(told, as_of=MONDAY + timedelta(5), **keys)
    assert later.services == services
    assert later.same_batch == ()
