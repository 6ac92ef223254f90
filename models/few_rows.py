"""A booster asked about the few rows of a claim, by LightGBM's own path for single rows.

`Booster.predict` reads its parameters and sets up a predictor at every call; a claim asks three times, and each time
that takes longer than the trees do. LightGBM's C interface has a path that sets up once. The numbers are the same to
the last bit (tests/models/test_few_rows.py). Where the library is not found, and for many rows, `predict` answers.
"""

from __future__ import annotations

import ctypes
import weakref
from enum import IntEnum
from functools import cache
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.encoding import Matrix

MANY = 64  # rows; from here on `predict` with several threads is quicker
_FLOAT64 = 1  # C_API_DTYPE_FLOAT64
_LIBRARIES = ("lib/lib_lightgbm.so", "lib/lib_lightgbm.dylib", "bin/lib_lightgbm.dll")


class Asked(IntEnum):
    """What of a prediction, by LightGBM's C_API_PREDICT_ numbers."""

    PROBABILITY = 0
    LOG_ODDS = 1
    CONTRIBUTIONS = 3


class FewRows:
    """One question to one booster, set up once. Safe to share between threads: LightGBM takes them in turns."""

    def __init__(self, booster: lightgbm.Booster, asked: Asked) -> None:
        self._booster, self._asked = booster, asked
        self._columns = booster.num_feature()
        classes = booster.num_model_per_iteration()
        self._width = classes * (self._columns + 1) if asked is Asked.CONTRIBUTIONS else classes
        library = _library()
        self._ask = None if library is None else _set_up(library, booster, asked)

    def __call__(self, matrix: Matrix) -> NDArray[np.float64]:
        """The answers, one line a row; one number a row where there is one class."""
        if self._ask is None or len(matrix) >= MANY or matrix.shape[1] != self._columns:
            return self._predict(matrix)
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        answers = np.empty((len(rows), self._width), dtype=np.float64)
        row, answer = rows.ctypes.data, answers.ctypes.data
        for _ in range(len(rows)):
            self._ask(row, answer)
            row += 8 * self._columns
            answer += 8 * self._width
        return answers[:, 0] if self._width == 1 else answers

    def _predict(self, matrix: Matrix) -> NDArray[np.float64]:
        """The same from the Python interface."""
        how = {"raw_score": self._asked is Asked.LOG_ODDS, "pred_contrib": self._asked is Asked.CONTRIBUTIONS}
        threads = {"num_threads": 1} if len(matrix) < MANY else {}
        return np.asarray(self._booster.predict(matrix, **how, **threads), dtype=np.float64)


class _Ask:
    """The call once set up: from the address of a row to the address its answer is written to."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_void_p, config: ctypes.c_void_p) -> None:
        self._call = library.LGBM_BoosterPredictForMatSingleRowFast
        self._failed, self._config = library.LGBM_GetLastError, config
        weakref.finalize(self, _let_go, library, handle, config)

    def __call__(self, row: int, answer: int) -> None:
        """Ask about one row."""
        length = ctypes.c_int64()
        if self._call(self._config, row, ctypes.byref(length), answer):
            raise lightgbm.basic.LightGBMError(self._failed().decode())


def _set_up(library: ctypes.CDLL, booster: lightgbm.Booster, asked: Asked) -> _Ask | None:
    """The call over a booster of our own, read from the other's text; None where LightGBM will not."""
    handle, config, rounds = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
    text = booster.model_to_string().encode()
    if library.LGBM_BoosterLoadModelFromString(text, ctypes.byref(rounds), ctypes.byref(handle)):
        return None
    columns, every = booster.num_feature(), -1
    if library.LGBM_BoosterPredictForMatSingleRowFastInit(
        handle, int(asked), 0, every, _FLOAT64, columns, b"num_threads=1", ctypes.byref(config)
    ):
        library.LGBM_BoosterFree(handle)
        return None
    return _Ask(library, handle, config)


def _let_go(library: ctypes.CDLL, handle: ctypes.c_void_p, config: ctypes.c_void_p) -> None:
    library.LGBM_FastConfigFree(config)
    library.LGBM_BoosterFree(handle)


@cache
def _library() -> ctypes.CDLL | None:
    """LightGBM's library, the one Python has loaded already; None where it lies elsewhere than we know."""
    folder = Path(lightgbm.__file__).parent
    for name in _LIBRARIES:
        if (folder / name).is_file():
            library = ctypes.CDLL(str(folder / name))
            pointer, number = ctypes.c_void_p, ctypes.c_int
            library.LGBM_GetLastError.restype = ctypes.c_char_p
            library.LGBM_BoosterFree.argtypes = library.LGBM_FastConfigFree.argtypes = [pointer]
            library.LGBM_BoosterLoadModelFromString.argtypes = [ctypes.c_char_p, pointer, pointer]
            library.LGBM_BoosterPredictForMatSingleRowFastInit.argtypes = [
                pointer, number, number, number, number, ctypes.c_int32, ctypes.c_char_p, pointer
            ]  # fmt: skip
            library.LGBM_BoosterPredictForMatSingleRowFast.argtypes = [pointer, pointer, pointer, pointer]
            return library
    return None
