"""A line's risk is held back with the numbers that hold it back."""

import pytest

from models.abstaining import line_abstentions
from models.card import ModelCard

CARD = ModelCard("denial", "1", simulated=False, min_family_decisions=30)


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (0, "0 decisions from this payer on the family epidural; 30 are needed."),
        (1, "1 decision from this payer on the family epidural; 30 are needed."),
        (4, "4 decisions from this payer on the family epidural; 30 are needed."),
        (29, "29 decisions from this payer on the family epidural; 30 are needed."),
        (30, None),
        (None, None),
    ],
)
def test_too_few_decisions_are_counted_out(decided, said):
    why = line_abstentions(CARD, unseen={}, decided=decided, what="the family epidural")
    assert why == ((said,) if said else ())


def test_what_training_never_met_is_named():
    unseen = {"procedure_code": "64640", "payer_id": "ZZNEW", "place_of_service": "99"}
    code, payer = line_abstentions(CARD, unseen=unseen, decided=500, what="the family nerve")
    assert code.startswith("code 64640 was never seen in training, or on fewer than 20 lines")
    assert payer.startswith("payer ZZNEW was never seen in training")


def test_decisions_of_test_interchanges_are_told_apart():
    (why,) = line_abstentions(CARD, unseen={}, decided=2, what="code 64640", tests=70)
    assert why == "2 decisions from this payer on code 64640 (70 of test interchanges do not count); 30 are needed."


def test_a_card_from_before_the_count_was_on_it_is_read_with_it():
    old = {part: value for part, value in CARD.to_json().items() if part != "min_family_decisions"}
    assert ModelCard.from_json(old, "model.json") == CARD
