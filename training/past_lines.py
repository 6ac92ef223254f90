"""The past lines of a store in leaf space, written beside a bundle for `models.past_lines` to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.bundle import booster_digest
from models.denial import DenialModel
from models.past_lines import FOLDER, WORDS, Leaves, write
from training.dataset import Dataset
from training.split import Positions

MOST_LINES = 200_000  # the latest; as many are searched in under 10 ms (python -m bench similar)
CHUNK = 20_000  # lines at a time through the booster


def write_past_lines(model: DenialModel, dataset: Dataset, bundle: Path, most: int = MOST_LINES) -> None:
    """Write the latest labelled lines into the bundle's folder, oldest known answer first."""
    known_on = dataset.lines["known_on"].to_numpy()
    positions = np.argsort(known_on, kind="stable")[-most:]
    lines, words = _lines(dataset.lines.iloc[positions])
    write(bundle / FOLDER, booster_digest(model), leaves_of(model, dataset, positions), lines, words)


def leaves_of(model: DenialModel, dataset: Dataset, positions: Positions) -> Leaves:
    """The leaf of every line in every tree, one row a tree."""
    trees = model.booster.num_trees()
    kind = np.uint8 if model.most_leaves <= np.iinfo(np.uint8).max + 1 else np.uint16
    out = np.empty((trees, len(positions)), dtype=kind)
    for start in range(0, len(positions), CHUNK):
        part = positions[start : start + CHUNK]
        out[:, start : start + len(part)] = model.leaves(dataset.matrix(model.encoder, part)).T
    return out


def _lines(frame: pd.DataFrame) -> tuple[NDArray[Any], dict[str, list[Any]]]:
    """What is told of each line, words by their place, and those words."""
    refs = frame["ref"].to_numpy(dtype=np.bytes_)
    columns: dict[str, NDArray[Any]] = {
        "known_on": _days(frame["known_on"]),
        "sent_on": _days(frame["submitted"]),
        "line": frame["line"].to_numpy(dtype=np.int32),
    }
    words: dict[str, list[Any]] = {}
    for name in WORDS:
        columns[name], words[name] = _by_place(frame[name])
    told = np.empty(len(frame), dtype=[("ref", refs.dtype), *((name, c.dtype) for name, c in columns.items())])
    told["ref"] = refs
    for name, column in columns.items():
        told[name] = column
    return told, words


def _by_place(values: Iterable[Any]) -> tuple[NDArray[np.uint32], list[Any]]:
    words: dict[Any, int] = {}
    places = [words.setdefault(value, len(words)) for value in values]
    return np.array(places, dtype=np.uint32), list(words)


def _days(column: pd.Series) -> NDArray[np.int32]:
    return np.array([day.toordinal() for day in column.dt.date], dtype=np.int32)
