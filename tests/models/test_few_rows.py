"""LightGBM's path for single rows says what `Booster.predict` says, to the last bit."""

import gc
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from models import bundled_model_folder, few_rows
from models.denial import DenialModel
from models.few_rows import MANY, Asked, FewRows


@pytest.fixture(scope="module")
def shipped():
    return DenialModel.load(bundled_model_folder())


def matrices(model):
    """Rows of every kind: values in and out of what training met, and unknown ones."""
    rng = np.random.default_rng(5)
    columns = len(model.encoder.columns)
    for n in (1, 2, 3, 17, MANY - 1, MANY, 200):
        matrix = rng.normal(0, 3, (n, columns)).round(2)
        matrix[rng.random((n, columns)) < 0.3] = np.nan
        yield matrix


def says(booster, asked, matrix):
    how = {"raw_score": asked is Asked.LOG_ODDS, "pred_contrib": asked is Asked.CONTRIBUTIONS}
    return np.asarray(booster.predict(matrix, **how))


@pytest.mark.parametrize("asked", Asked)
def test_few_rows_get_the_very_numbers_of_predict(shipped, asked):
    ask = FewRows(shipped.booster, asked)
    assert ask._set_up is not None, "else this would compare predict with itself"
    for matrix in matrices(shipped):
        found = ask(asked, matrix)
        assert found.shape == says(shipped.booster, asked, matrix).shape
        assert (found == says(shipped.booster, asked, matrix)).all()
        assert (ask(asked, np.asfortranarray(matrix)) == found).all(), "however the matrix lies in memory"


def test_every_class_gets_the_very_number_of_predict(shipped):
    booster = shipped.causes.booster
    ask = FewRows(booster, Asked.PROBABILITY)
    for matrix in matrices(shipped):
        assert (ask(Asked.PROBABILITY, matrix) == says(booster, Asked.PROBABILITY, matrix)).all()


def test_a_booster_just_fitted_answers_as_one_read_from_a_file(learned):
    matrix, _ = learned.model.encoder.matrix(learned.rows[:40])
    ask = FewRows(learned.model.booster, Asked.CONTRIBUTIONS)
    assert (ask(Asked.CONTRIBUTIONS, matrix) == says(learned.model.booster, Asked.CONTRIBUTIONS, matrix)).all()


def test_without_the_library_predict_answers(shipped, monkeypatch):
    monkeypatch.setattr(few_rows, "_library", lambda: None)
    ask = FewRows(shipped.booster, Asked.CONTRIBUTIONS)
    assert ask._set_up is None
    for matrix in matrices(shipped):
        assert (ask(Asked.CONTRIBUTIONS, matrix) == says(shipped.booster, Asked.CONTRIBUTIONS, matrix)).all()


def test_a_row_of_the_wrong_width_is_refused_and_read_no_further(shipped):
    with pytest.raises(Exception, match="number of features"):
        FewRows(shipped.booster, Asked.LOG_ODDS)(Asked.LOG_ODDS, np.zeros((1, 5)))


def test_threads_get_their_own_answers(shipped):
    ask = partial(FewRows(shipped.booster, Asked.LOG_ODDS, Asked.CONTRIBUTIONS), Asked.CONTRIBUTIONS)
    asked = list(matrices(shipped))[:4] * 40
    alone = [ask(matrix) for matrix in asked]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(ask, asked))
    assert all((a == b).all() for a, b in zip(alone, together, strict=True))


def test_a_model_taken_out_of_use_lets_go_of_what_was_set_up(shipped, monkeypatch):
    freed = []
    monkeypatch.setattr(few_rows, "_let_go", lambda *handles: freed.append(handles))
    ask = FewRows(shipped.booster, Asked.LOG_ODDS)
    ask(Asked.LOG_ODDS, np.zeros((1, len(shipped.encoder.columns))))
    assert not freed
    del ask
    gc.collect()
    assert len(freed) == 1
