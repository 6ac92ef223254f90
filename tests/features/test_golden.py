"""Changed arithmetic is seen, and asks for a new model."""

from __future__ import annotations

import json

import pytest

from tests.features.golden import GOLDEN, computed

RETRAIN = (
    "{what}. Models fitted before read other numbers: retrain, say so in CHANGELOG.md, "
    "and write the file anew with `python -m tests.features.golden`."
)


def test_the_features_compute_what_the_models_were_fitted_on() -> None:
    golden, today = json.loads(GOLDEN.read_text()), computed()
    assert today["fingerprint"] == golden["fingerprint"], RETRAIN.format(what="The declared features changed")
    assert today["rows"].keys() == golden["rows"].keys()
    for name, rows in today["rows"].items():
        assert len(rows) == len(golden["rows"][name])
        for line, (row, before) in enumerate(zip(rows, golden["rows"][name], strict=True), 1):
            for column, value in row.items():
                was = before[column]
                same = value == (was if was is None or isinstance(was, str) else pytest.approx(was, rel=1e-12))
                changed = f"{column} of {name!r}, line {line}, was {was}, is {value}"
                assert same, RETRAIN.format(what=changed)
