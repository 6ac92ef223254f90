"""A label's story: everything sent and answered, how it was linked, how it counted, and whether it trains."""

import json
from datetime import date

import pytest

from claims.errors import UnreadableInput
from past.labels import Words
from past.story import ripeness
from scrubber.tables import shipped_tables
from tests.past.builders import a_claim, a_service, an_answer
from tests.store.practice_year import END, FIRST_ANSWER, REPLACED, open_store, the_files
from training.run import read


@pytest.fixture
def store(tmp_path):
    the_files(tmp_path / "in")
    with open_store(tmp_path) as opened:
        opened.ingest([tmp_path / "in"])
        yield opened


def of(store, claim_id, as_of=END, **more):
    return store.stories(claim_id, as_of, **more)


def test_the_story_of_a_line_ends_in_the_label_of_the_ledger(store):
    ledger = {(r.ref, r.line): r for r in store.ledger(END)}
    told = [s for claim in ("ACC-A", "ACC-B", "ACC-C", "ACC-D") for s in of(store, claim)]
    assert {(s.label.ref, s.label.line): s.label for s in told} == ledger


def test_a_replaced_claim_tells_of_both_submissions_and_of_the_answer_to_each(store):
    first, _, second, _ = of(store, "ACC-A")
    assert [(s.number, s.frequency, s.this) for s in first.submissions] == [(1, "1", True), (2, "7", False)]
    assert first.submissions[0].replaced_on == REPLACED
    assert [s.this for s in second.submissions] == [False, True]
    (answer,) = first.answers
    assert answer.known_on == FIRST_ANSWER
    assert answer.line_linked_by == "line control number"
    assert {"claim number", "payee", "payer", "days of service", "total charge"} <= set(answer.linked_by)
    assert answer.part == "first"
    assert "denies" in {a.counts for a in answer.adjustments}
    assert second.label.outcome == "paid"


def test_an_overturned_line_tells_what_took_its_answer_away_and_what_took_its_place(store):
    (story,) = of(store, "ACC-B")
    assert story.answers[0].part == "first"
    assert "reversal" in {a.part for a in story.answers}
    later = [a for a in story.answers if a.part == "later"]
    assert story.label.overturned
    assert story.label.overturned_on == later[-1].known_on
    assert {story.answers[0].alone, later[-1].alone} == {"paid", "denied"}


def test_what_came_after_the_day_asked_about_is_not_told(store):
    day = FIRST_ANSWER
    (story,) = of(store, "ACC-B", as_of=day)
    assert all(a.known_on <= day for a in story.answers)
    assert not story.label.overturned
    first, _ = of(store, "ACC-A", as_of=day)
    assert len(first.submissions) == 1
    assert first.submissions[0].replaced_on is None


def test_every_way_an_adjustment_can_count_has_its_word(tmp_path):
    claim = a_claim()
    said = ["CO-45 100.00", "CO-197 100.00", "CO-59 60.00", "PR-1 40.00", "OA-23 50.00", "CO-253 5.00", "CO-94 -5.00"]
    answer = an_answer(claim, a_service(claim.lines[0], *said, paid="150.00"))
    with open_store(tmp_path) as store:
        store.record([claim], [answer])
        (story,) = store.stories("ACC-1", END)
    counted = {f"{a.group}-{a.carc}": a.counts for a in story.answers[0].adjustments}
    assert counted == {
        "CO-45": "contractual", "CO-197": "denies", "CO-59": "cuts", "PR-1": "patient", "OA-23": "other payer",
        "CO-253": "after allowed", "CO-94": "neither",
    }  # fmt: skip


@pytest.mark.parametrize("days", [20, 40, 90])
def test_whether_it_trains_is_what_training_does(tmp_path, days):
    the_files(tmp_path / "in")
    (tmp_path / "labels.toml").write_text(f"[ripeness]\ndefault_days = {days}\n")
    with open_store(tmp_path) as store:
        store.ingest([tmp_path / "in"])
        lines = read(store, shipped_tables()).lines
        trained = sorted(zip(lines["claim_id"], lines["line"], lines["submitted"].dt.date, strict=True))
        told = [s for claim in ("ACC-A", "ACC-B", "ACC-C", "ACC-D") for s in of(store, claim, as_of=END)]
    enters = sorted((s.label.claim_id, s.label.line, s.label.submitted_on) for s in told if s.training.enters)
    assert enters == trained
    assert len(trained) == {20: 7, 40: 4, 90: 0}[days]
    (silent,) = (s for s in told if s.label.claim_id == "ACC-D")
    assert "is no target" in silent.training.why


def test_a_young_line_says_from_which_day_on_it_is_ripe(store):
    payers = store.payer_past()
    young = ripeness(payers, "MEDI1", date(2026, 2, 1), date(2026, 3, 1), Words())
    assert (young.lag_days, young.own, young.ripe, young.ripe_on) == (90, False, False, date(2026, 5, 2))
    assert "fewer than the 20 that tell its lag" in young.why
    assert ripeness(payers, "MEDI1", date(2026, 2, 1), date(2026, 5, 2), Words()).ripe
    assert not ripeness(payers, "MEDI1", date(2026, 2, 1), date(2026, 5, 1), Words()).ripe


def test_a_story_holds_no_patients_data(store):
    text = json.dumps([s.json() for claim in ("ACC-A", "ACC-B", "ACC-C") for s in of(store, claim)])
    for private in ("ZZA", "ZZB", "PATIENT", "1950", '"ZZ1"'):
        assert private not in text


def test_what_is_not_there_is_said(store):
    with pytest.raises(UnreadableInput, match="neither a ref nor a claim number"):
        of(store, "ACC-Z")
    with pytest.raises(UnreadableInput, match="--line: found 9"):
        of(store, "ACC-A", line=9)
    with pytest.raises(UnreadableInput):
        of(store, "acc-a")


def test_other_settings_relabel_the_store_and_tell_it_as_events(store, tmp_path):
    ledger = {(r.ref, r.line): r.outcome for r in store.ledger(END)}
    events = store.last_event()
    denied = {c for r in store.ledger(END) for c in r.denial_carcs if r.outcome == "denied"}
    (tmp_path / "labels.toml").write_text(
        "[adjustments]\n" + "".join(f'"{carc}" = "neither"\n' for carc in sorted(denied))
    )
    with open_store(tmp_path) as other:
        changed = other.bring_up()
        assert changed is not None
        assert changed.taken_back > 0
        assert other.last_event() == events + changed.taken_back + changed.told
        assert {(r.ref, r.line): r.outcome for r in other.ledger(END)} != ledger
        assert other.payer_past().decisions(before=date.max).denied == 0
        assert other.bring_up() is None, "once is enough"
    (tmp_path / "labels.toml").unlink()
    with open_store(tmp_path) as again:
        assert again.payer_past().decisions(before=date.max).denied == 0, "until it is labelled anew"
        assert again.ingest([tmp_path / "in"]).claims == 0
        assert again.bring_up() is not None
        assert {(r.ref, r.line): r.outcome for r in again.ledger(END)} == ledger
        assert again.payer_past().decisions(before=date.max).denied > 0


def test_an_open_store_follows_a_relabelling_by_another(store, tmp_path):
    before = store.payer_past().decisions(before=date.max)
    assert before.denied > 0
    denied = {c for r in store.ledger(END) for c in r.denial_carcs if r.outcome == "denied"}
    (tmp_path / "labels.toml").write_text("[adjustments]\n" + "".join(f'"{c}" = "neither"\n' for c in sorted(denied)))
    with open_store(tmp_path) as other:
        other.relabel()
    assert store.payer_past().decisions(before=date.max).denied == 0
