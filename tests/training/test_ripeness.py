"""What makes a line old enough to be learned from, and what of it counts as money lost: answers, not the calendar."""

from datetime import timedelta
from decimal import Decimal

import pytest

from features import Decided
from scrubber.tables import shipped_tables
from tests.training.test_dataset import START, story
from training.dataset import build

LAST_ANSWER = START + timedelta(days=60)


@pytest.fixture(scope="module")
def tables():
    return shipped_tables()


def remittances_end(events, labels):
    """The same practice, whose claims are read every day and whose remittances have not come since a day."""
    heard = [e for e in events if not isinstance(e, Decided) or e.known_on <= LAST_ANSWER]
    return heard, {
        key: label if label.known_on <= LAST_ANSWER else label._replace(outcome="unanswered", known_on=None)
        for key, label in labels.items()
    }


def test_claims_that_go_on_where_the_remittances_end_make_no_line_ripe(tables):
    events, labels = story(lags=(5, 5, 5, 30))
    heard, known = remittances_end(events, labels)
    dataset = build(heard, known, tables)
    assert dataset.as_of == START + timedelta(days=79), "claims are known of long after the last answer"
    youngest = dataset.lines["submitted"].max().date()
    answered = max(event.known_on for event in heard if isinstance(event, Decided))
    assert youngest == answered - timedelta(days=30)


def test_lines_answered_quickly_are_not_kept_beside_slower_ones_still_open(tables):
    events, labels = story(lags=(30, 5, 5, 5))  # every denial takes the longer way
    heard, known = remittances_end(events, labels)
    dataset = build(heard, known, tables)
    whole = build(events, labels, tables)
    same = whole.lines[whole.lines["submitted"] <= dataset.lines["submitted"].max()]
    assert dataset.lines["denied"].mean() == same["denied"].mean()


def test_a_line_that_was_only_cut_is_no_denied_dollar(tables):
    events, labels = story()
    key = "P1-0005", 1
    labels[key] = labels[key]._replace(outcome="reduced", denied_amount=Decimal(70))
    lines = build(events, labels, tables).lines
    assert lines.loc[lines["reduced"], "lost"].tolist() == [0.0]
    assert lines.loc[lines["denied"], "lost"].tolist() == [150.0] * 20


def test_lines_that_may_be_answered_yet_are_not_said_to_be_unanswered(tables):
    events, labels = story(lags=(5, 5, 5, 30))
    heard, known = remittances_end(events, labels)
    open_lines = [key for key, label in known.items() if label.outcome == "unanswered"]
    dataset = build(heard, known, tables)
    assert dataset.excluded["pending"] == len(open_lines) > 0
    assert not dataset.excluded["unanswered"]
    lost = {
        key: label._replace(outcome="unanswered", known_on=None) for key, label in known.items() if key[0] < "P1-0005"
    }
    dataset = build(heard, known | lost, tables)
    assert (dataset.excluded["pending"], dataset.excluded["unanswered"]) == (len(open_lines), 10)
