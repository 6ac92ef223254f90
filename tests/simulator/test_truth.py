"""The truth is true: what the file says happened is what the remittances say, and its chances are honest."""

from collections import Counter, defaultdict

import pytest

from claims.reasons import is_denial, reason_of
from simulator.payers import load_payers
from simulator.reference import mechanisms, read_csv


def by_wire(claims):
    return {
        (c.origin.sender, c.origin.interchange, c.origin.group, c.origin.transaction, c.origin.ordinal): c
        for c in claims
    }


def wire(row):
    return tuple(row[k] for k in ("sender", "interchange", "group", "transaction", "ordinal"))


def first_answers(year):
    """(control number, frequency) -> the first answer that is not a reversal, of lines sent once under that number."""
    sent = Counter((x.control_number, c.frequency) for c in year.claims for x in c.lines)
    answers = {}
    for r in sorted(year.remittances, key=lambda r: r.known_on):
        for x in r.lines:
            if not r.is_reversal and x.control_number and sent[x.control_number, r.frequency] == 1:
                answers.setdefault((x.control_number, r.frequency), x)
    return answers


def denied_on_the_wire(adjudication):
    return adjudication.paid == 0 and any(is_denial(a.group, a.carc) for a in adjudication.adjustments)


def test_a_row_finds_its_line_in_the_files(year):
    claims = by_wire(year.claims)
    for row in year.rows:
        claim = claims[wire(row)]
        line = claim.lines[row["line"] - 1]
        assert (claim.id, claim.payer.id, claim.submitted_on, line.code) == (
            row["claim_id"], row["payer_id"], row["submitted_on"], row["procedure"],
        )  # fmt: skip


def test_denied_in_the_truth_is_denied_on_the_remittance(year):
    claims, answers = by_wire(year.claims), first_answers(year)
    compared = 0
    for row in year.rows:
        claim = claims[wire(row)]
        answer = answers.get((claim.lines[row["line"] - 1].control_number, claim.frequency))
        if answer is not None and row["answered"]:
            compared += 1
            assert denied_on_the_wire(answer) == row["denied"] == (row["outcome"] == "denied")
    assert compared > 0.85 * len(year.rows)


def test_what_the_truth_says_was_told_is_what_the_remittance_names(year):
    claims, answers = by_wire(year.claims), first_answers(year)
    for row in year.rows:
        claim = claims[wire(row)]
        answer = answers.get((claim.lines[row["line"] - 1].control_number, claim.frequency))
        if row["denied"] and row["answered"] and answer is not None:
            denial = next(a for a in answer.adjustments if is_denial(a.group, a.carc))
            assert reason_of(denial.group, denial.carc, answer.remarks) == row["told"]


def test_unanswered_claims_are_on_no_remittance(year):
    answered = {r.claim_id for r in year.remittances}
    ids = Counter(c.id for c in year.claims)
    silent = {r["claim_id"] for r in year.rows if not r["answered"] and ids[r["claim_id"]] == 1}
    assert len(silent) > 20
    assert not silent & answered


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def test_the_chances_are_those_the_lines_were_drawn_with(year):
    denied = mean(r["denied"] for r in year.rows)
    assert mean(r["p_denied"] for r in year.rows) == pytest.approx(denied, abs=0.012)
    assert mean(r["p_shown"] for r in year.rows) == pytest.approx(denied, abs=0.012)


@pytest.mark.parametrize("chance", ["p_denied", "p_shown"])
def test_of_lines_with_a_chance_that_share_is_denied(year, chance):
    bins = defaultdict(list)
    for row in year.rows:
        bins[min(int(row[chance] * 5), 4)].append(row)
    for rows in bins.values():
        spread = (0.25 / len(rows)) ** 0.5 * 4 * 1.5  # lines of a claim fall together
        assert mean(r["denied"] for r in rows) == pytest.approx(mean(r[chance] for r in rows), abs=spread + 0.005)


def average_precision(rows, chance):
    ranked = sorted(rows, key=lambda r: -r[chance])
    hits, total = 0, 0.0
    for n, row in enumerate(ranked, 1):
        if row["denied"]:
            hits += 1
            total += hits / n
    return total / hits


def test_there_is_something_to_learn_and_not_everything(year):
    assert 0.45 < average_precision(year.rows, "p_shown") < 0.70
    assert average_precision(year.rows, "p_denied") > average_precision(year.rows, "p_shown") + 0.05


def test_a_third_of_denials_come_from_what_nobody_published(year):
    denied = [r for r in year.rows if r["denied"]]
    assert mean(not r["published"] for r in denied) > 0.30
    assert mean(r["visible"] for r in denied) > 0.45


def test_denials_are_as_common_as_the_priors_say(year):
    assert 0.10 < year.counts["denial_rate"] < 0.17
    payers = {p.payer.id: p for p in load_payers()}
    rates = {key: mean(r["denied"] for r in year.rows if r["payer_id"] == key) for key in payers}
    assert len(payers) >= 6
    assert 0.05 < rates["ZZMED"] < 0.12
    others = [r["denied"] for r in year.rows if r["payer_id"] != "ZZMED"]
    assert rates["ZZMED"] < mean(others) - 0.04
    assert all(0.07 < rates[key] < 0.26 for key in payers if key != "ZZMED")


def test_families_differ_as_the_priors_say(year):
    groups = defaultdict(list)
    for row in year.rows:
        groups[row["family"]].append(row["denied"])
    rate = {family: mean(values) for family, values in groups.items()}
    assert 0.04 < rate["visit"] < 0.11
    assert 0.03 < rate["drug"] < 0.13
    assert all(rate["visit"] < rate[f] < 0.32 for f in ("epidural", "facet_block", "facet_ablation", "drug_test"))
    assert max(rate, key=rate.get) == "guidance"


def test_every_group_of_reasons_is_seen(year):
    share = Counter(r["cause"] for r in year.rows if r["denied"])
    total = sum(share.values())
    bands = {
        ("authorization",): (0.12, 0.28), ("eligibility",): (0.05, 0.16), ("medical_necessity",): (0.11, 0.26),
        ("documentation",): (0.05, 0.17), ("modifier", "bundling", "coding"): (0.12, 0.28),
        ("frequency",): (0.03, 0.14), ("timely_filing",): (0.01, 0.06), ("duplicate",): (0.02, 0.09),
        ("coordination",): (0.01, 0.07),
        ("enrolment",): (0.01, 0.09), ("patient_info", "submission_error"): (0.01, 0.09),
    }  # fmt: skip
    for reasons, (low, high) in bands.items():
        assert low < sum(share[r] for r in reasons) / total < high, reasons


def test_every_mechanism_happens_in_a_year_or_two(year):
    happened = {r["mechanism"] for r in year.rows} - {""}
    assert happened <= set(mechanisms())
    assert len(happened) >= len(mechanisms()) - 2


def test_every_answer_means_what_the_truth_says_it_means():
    for row in read_csv("answers.csv"):
        assert is_denial(row["group"], row["carc"]), row
        assert reason_of(row["group"], row["carc"], [row["rarc"]] if row["rarc"] else []) == row["reason"], row
    for quirk in (q for payer in load_payers() for q in payer.quirks):
        answer = quirk.answer
        assert is_denial(answer.group, answer.carc), quirk
        assert reason_of(answer.group, answer.carc, [answer.rarc] if answer.rarc else []) is answer.reason, quirk


def test_the_root_is_where_a_person_would_have_to_look(year):
    for row in year.rows:
        root = set(row["root"].split())
        if row["mechanism"] == "quirk":
            assert root == {"claim_content", "payer_habit", row["cause"]}
        elif row["mechanism"]:
            assert root == {reason.value for reason in mechanisms()[row["mechanism"]].root}
        else:
            assert not root


def test_what_shows_has_a_root_and_what_nobody_could_foresee_has_none():
    rootless = {name for name, mechanism in mechanisms().items() if not mechanism.root}
    assert rootless == {"noise", "payer_mistake", "misposted"}
    assert not any(mechanisms()[name].visible for name in rootless)


def test_the_counts_say_how_hard_it_is_to_foresee(year):
    denied = [r for r in year.rows if r["denied"]]
    assert year.counts["denials_unpublished"] == pytest.approx(mean(not r["published"] for r in denied), abs=1e-4)
    assert year.counts["denials_visible"] == pytest.approx(mean(r["visible"] for r in denied), abs=1e-4)
    assert year.counts["denials_unpublished"] >= 0.30
    assert 0.08 <= year.counts["denial_rate"] <= 0.18
