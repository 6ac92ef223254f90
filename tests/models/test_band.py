"""The band: what the calibration window would say were the line one of its own, denied or not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from models.band import Band, Stairs, in_whole_percent
from models.calibration import probability
from models.denial import DenialModel
from models.errors import BundleBroken
from training.calibrate import fit_band

ROUNDED = 1.001e-4  # outwards, to four digits


def window(rng, lines, digits=6):
    log_odds = np.round(rng.normal(-1, 1.5, lines), digits)
    return log_odds, (rng.random(lines) < probability(log_odds)).astype(float)


def drawn_anew(log_odds, denied, at, label):
    """The isotonic curve with one line more, from another hand."""
    curve = IsotonicRegression(y_min=0, y_max=1)
    return curve.fit(np.append(log_odds, at), np.append(denied, label)).predict([at])[0]


@pytest.mark.parametrize(("lines", "digits"), [(1, 6), (4, 6), (4, 0), (30, 1), (30, 6), (150, 1), (150, 6)])
def test_the_pair_is_the_isotonic_curve_drawn_with_the_line_paid_and_denied(lines, digits):
    rng = np.random.default_rng(lines + digits)
    for _ in range(5):
        log_odds, denied = window(rng, lines, digits)
        band = fit_band(log_odds, denied)
        for at in [*rng.choice(log_odds, 5), *rng.normal(-1, 2, 5), -50.0, 50.0]:
            low, high = band.pair(at)
            assert 0 <= drawn_anew(log_odds, denied, at, 0) - low <= ROUNDED
            assert 0 <= high - drawn_anew(log_odds, denied, at, 1) <= ROUNDED
            assert low < high


def test_one_of_the_two_is_a_calibrated_probability_however_wrong_the_scores():
    """The theorem: the one drawn with the line's true answer is calibrated; so the frequency lies between the two."""
    rng = np.random.default_rng(3)
    chosen, answers, lows, highs = [], [], [], []
    for _ in range(4000):  # one line a window: lines that share one err together
        true = rng.normal(-1, 1.5, 41)
        denied = (rng.random(41) < probability(true)).astype(float)
        shown = 3 * true + 4 + rng.normal(0, 1, 41)  # a score far off its probability
        low, high = fit_band(shown[1:], denied[1:]).pair(shown[0])
        chosen.append(high if denied[0] else low)
        answers.append(denied[0])
        lows.append(low)
        highs.append(high)
    chosen, answers = np.array(chosen), np.array(answers)
    assert np.mean(lows) < answers.mean() < np.mean(highs)
    for part in np.array_split(np.argsort(chosen, kind="stable"), 8):
        chance = 3 * np.sqrt(answers[part].var() / len(part))
        assert chosen[part].mean() == pytest.approx(answers[part].mean(), abs=chance)


def test_what_is_shown_holds_the_frequency_of_lines_of_its_like():
    """Per tenth of many test lines, with the smooth curve right: between the mean ends, but for chance."""
    rng = np.random.default_rng(4)
    band = fit_band(*window(rng, 20_000))
    log_odds, denied = window(rng, 20_000)
    risks = probability(log_odds)
    bands = np.array(band.around(risks.tolist(), log_odds.tolist()))
    assert ((bands[:, 0] <= risks) & (risks <= bands[:, 1])).all()
    for part in np.array_split(np.argsort(log_odds), 10):
        chance = 3 * np.sqrt(denied[part].var() / len(part))
        low, high = bands[part].mean(axis=0)
        assert low - chance <= denied[part].mean() <= high + chance


def test_more_lines_make_it_narrower():
    rng = np.random.default_rng(5)
    at = np.linspace(-4, 2, 50).tolist()
    widths = []
    for lines in (50, 500, 5000):
        band = fit_band(*window(rng, lines))
        widths.append(np.mean([high - low for low, high in map(band.pair, at)]))
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_where_few_lines_lie_it_is_wide():
    rng = np.random.default_rng(6)
    log_odds = np.concatenate([rng.normal(-2, 0.5, 3000), rng.normal(4, 0.5, 6)])
    band = fit_band(log_odds, (rng.random(3006) < probability(log_odds)).astype(float))
    (low, high), (few_low, few_high) = band.pair(-2.0), band.pair(4.0)
    assert few_high - few_low > 10 * (high - low)


def test_a_score_that_says_nothing_leaves_one_pair_the_share_of_the_window():
    band = fit_band(np.zeros(9), np.array([1.0] * 3 + [0.0] * 6))
    assert band.pair(0.0) == (0.3, 0.4)
    assert band.lines == 9


def test_it_never_falls_as_the_risk_rises_and_the_risk_shown_is_in_it():
    rng = np.random.default_rng(7)
    band = fit_band(*window(rng, 400))
    log_odds = np.linspace(-6, 6, 500)
    pairs = np.array([band.pair(at) for at in log_odds])
    assert (np.diff(pairs, axis=0) >= 0).all()
    strange = band.around([0.999] * 500, log_odds.tolist())
    assert [low for low, _ in strange] == pairs[:, 0].tolist()
    assert [high for _, high in strange] == np.maximum(pairs[:, 1], 0.999).tolist()


def test_people_are_shown_it_rounded_outwards():
    assert in_whole_percent((0.1201, 0.1399)) == ("12%", "14%")
    assert in_whole_percent((0.0, 1.0)) == ("0%", "100%")


@pytest.mark.parametrize(
    ("edges", "heights"),
    [
        ((0.0,), (0.1,)),
        ((1.0, 0.0), (0.1, 0.2, 0.3)),
        ((0.0,), (0.2, 0.1)),
        ((0.0,), (-0.1, 0.1)),
        ((0.0,), (0.1, 1.1)),
    ],
)
def test_stairs_that_are_none_are_refused(edges, heights):
    good = Stairs((0.0,), (0.1, 0.2))
    with pytest.raises(ValueError, match=r"heights|order"):
        Band(Stairs(edges, heights), good, 1)
    with pytest.raises(ValueError, match=r"heights|order"):
        Band(good, Stairs(edges, heights), 1)


@pytest.fixture
def banded(learned):
    matrix, _ = learned.model.encoder.matrix(learned.rows)
    return replace(learned.model, band=fit_band(learned.model.line_log_odds(matrix), learned.denied))


def test_a_bundle_keeps_the_band(banded, learned, tmp_path):
    banded.save(tmp_path / "b")
    loaded = DenialModel.load(tmp_path / "b")
    assert loaded.band == banded.band
    prediction = loaded.predict(learned.rows[:40])
    assert prediction == banded.predict(learned.rows[:40])
    assert len(prediction.bands) == 40
    assert all(low <= risk <= high for (low, high), risk in zip(prediction.bands, prediction.risks, strict=True))
    alone = [banded.predict([row]).bands[0] for row in learned.rows[:40]]
    assert list(prediction.bands) == alone


def test_a_bundle_from_before_there_were_bands_loads_and_has_none(learned, tmp_path):
    learned.model.save(tmp_path / "b")
    assert "band" not in json.loads((tmp_path / "b" / "model.json").read_text())
    loaded = DenialModel.load(tmp_path / "b")
    assert loaded.band is None
    assert loaded.predict(learned.rows[:3]).bands == ()


@pytest.mark.parametrize("broken", [{}, [], {"lines": 1, "low": 1, "high": 2}, "stairs"])
def test_a_band_mended_by_hand_is_refused(banded, tmp_path, broken):
    from tests.models.test_bundle import rewrite

    banded.save(tmp_path / "b")
    rewrite(tmp_path / "b", "model.json", lambda text: json.dumps(json.loads(text) | {"band": broken}))
    with pytest.raises(BundleBroken, match=r"model\.json"):
        DenialModel.load(tmp_path / "b")
