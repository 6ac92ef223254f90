import math

import numpy as np

from models.encoding import Encoder

ROWS = [{"payer": "P2", "units": 1.0}] * 3 + [{"payer": "P1", "units": 2.0}] * 2 + [{"payer": "rare", "units": 3.0}]


def test_words_are_numbered_in_order_of_spelling_whatever_the_order_of_rows():
    for rows in (ROWS, ROWS[::-1]):
        encoder = Encoder.fit(rows, ["payer", "units"], ["payer"], least=2)
        assert encoder.categories == {"payer": ("P1", "P2")}
    assert encoder.categorical_columns == [0]


def test_a_rare_an_unseen_and_an_empty_word_are_unknown_and_unknown_is_not_zero():
    encoder = Encoder.fit(ROWS, ["payer", "units"], ["payer"], least=2)
    words = ["P1", "P2", "rare", "never", ""]
    matrix, unseen = encoder.matrix([{"payer": word, "units": math.nan} for word in words])
    np.testing.assert_array_equal(matrix[:, 0], [0.0, 1.0, math.nan, math.nan, math.nan])
    assert np.isnan(matrix[:, 1]).all()
    assert unseen == {"payer": 2}


def test_an_empty_word_is_never_learned():
    rows = [{"payer": "", "units": 1.0}] * 50
    assert Encoder.fit(rows, ["payer", "units"], ["payer"]).categories == {"payer": ()}


def test_columns_come_in_the_order_of_the_model_not_of_the_row():
    encoder = Encoder(("b", "a"), {})
    assert encoder.matrix([{"a": 1.0, "b": 2.0, "c": 3.0}])[0].tolist() == [[2.0, 1.0]]
    assert encoder.matrix([])[0].shape == (0, 2)
