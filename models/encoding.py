"""From rows to the numbers a booster reads: one column a feature, categories through an explicit list of words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.registry import Row

Matrix = NDArray[np.float64]
LEAST_ROWS_OF_A_WORD = 20  # a category's word seen on fewer is not learned


@dataclass(frozen=True)
class Encoder:
    """The columns in order, and for each category the words seen in training; a word's place is its code."""

    columns: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    _codes: Mapping[str, Mapping[str, float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {c: {word: float(i) for i, word in enumerate(words)} for c, words in self.categories.items()}
        object.__setattr__(self, "_codes", codes)

    @classmethod
    def fit(
        cls, rows: Iterable[Row], columns: Sequence[str], categorical: Iterable[str], least: int = LEAST_ROWS_OF_A_WORD
    ) -> Encoder:
        """Learn each category's words; one seen on fewer than `least` rows is left out, so "unseen" is itself learned.

        The words are sorted, so that the order of the rows does not matter.
        """
        counts: dict[str, Counter[str]] = {c: Counter() for c in categorical}
        for row in rows:
            for column, counter in counts.items():
                counter[str(row[column])] += 1
        words = {c: tuple(sorted(w for w, n in counter.items() if w and n >= least)) for c, counter in counts.items()}
        return cls(tuple(columns), words)

    def matrix(self, rows: Sequence[Row]) -> tuple[Matrix, Counter[str]]:
        """One line a row, and for each category how many rows had a word that training had not.

        An unseen or empty word is NaN, as a missing number is: unknown is not zero.
        """
        unseen: Counter[str] = Counter()
        places = [(i, column, self._codes[column]) for i, column in enumerate(self.columns) if column in self._codes]
        out: list[list[float]] = []
        for row in rows:
            values: list[float] = [row[column] for column in self.columns]  # type: ignore[misc]  # words follow
            for i, column, codes in places:
                word = str(row[column])
                values[i] = codes.get(word, math.nan)
                if word and word not in codes:
                    unseen[column] += 1
            out.append(values)
        return np.array(out, dtype=np.float64).reshape(len(rows), len(self.columns)), unseen

    def unseen(self, row: Row) -> dict[str, str]:
        """The words of a row that training had not, by column."""
        found = {column: str(row[column]) for column in self.categories}
        return {column: word for column, word in found.items() if word and word not in self._codes[column]}

    @property
    def categorical_columns(self) -> list[int]:
        """The positions of the categories, for LightGBM."""
        return [i for i, column in enumerate(self.columns) if column in self.categories]
