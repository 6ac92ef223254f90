"""A booster asked about the few rows of a claim, by LightGBM's own path for single rows.

`Booster.predict` reads its parameters and sets up a predictor at every call; a claim asks three times, and each time
that takes longer than the trees do. LightGBM's C interface has a path that sets up once. The numbers are the same to
the last bit (tests/models/test_few_rows.py). Where the library is not found, and for many rows, `predict` answers.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterable, Mapping
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
    """A booster set up once for its questions. Safe to share between threads: LightGBM takes them in turns."""

    def __init__(self, booster: lightgbm.Booster, *asked: Asked) -> None:
        self._booster, self._columns = booster, booster.num_feature()
        library = _library()
        self._set_up = None if library is None else _set_up(library, booster, asked)

    def __call__(self, asked: Asked, matrix: Matrix) -> NDArray[np.float64]:
        """The answers, one line a row; one number a row where there is one class."""
        if self._set_up is None or len(matrix) >= MANY or matrix.shape[1] != self._columns:
            return self._predict(asked, matrix)
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        classes = self._booster.num_model_per_iteration()
        width = classes * (self._columns + 1) if asked is Asked.CONTRIBUTIONS else classes
        answers = np.empty((len(rows), width), dtype=np.float64)
        self._set_up.ask(asked, rows, answers)
        return answers[:, 0] if width == 1 else answers

    def _predict(self, asked: Asked, matrix: Matrix) -> NDArray[np.float64]:
        """The same from the Python interface."""
        how = {"raw_score": asked is Asked.LOG_ODDS, "pred_contrib": asked is Asked.CONTRIBUTIONS}
        threads = {"num_threads": 1} if len(matrix) < MANY else {}
        return np.asarray(self._booster.predict(matrix, **how, **threads), dtype=np.float64)


class _SetUp:
    """LightGBM's own handles, freed with this object."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_void_p, configs: Mapping[Asked, ctypes.c_void_p]) -> None:
        self._configs = configs
        self._ask, self._failed = library.LGBM_BoosterPredictForMatSingleRowFast, library.LGBM_GetLastError
        weakref.finalize(self, _let_go, library, handle, configs)

    def ask(self, asked: Asked, rows: Matrix, answers: Matrix) -> None:
        """Write the answer of each row; both matrices lie row after row in memory."""
        config, length = self._configs[asked], ctypes.byref(ctypes.c_int64())
        row, answer = rows.ctypes.data, answers.ctypes.data
        for _ in range(len(rows)):
            if self._ask(config, row, length, answer):
                raise lightgbm.basic.LightGBMError(self._failed().decode())
            row, answer = row + rows.strides[0], answer + answers.strides[0]


def _set_up(library: ctypes.CDLL, booster: lightgbm.Booster, asked: Iterable[Asked]) -> _SetUp | None:
    """Over a booster of our own, read from the other's text; None where LightGBM will not."""
    handle, rounds = ctypes.c_void_p(), ctypes.c_int()
    text = booster.model_to_string().encode()
    if library.LGBM_BoosterLoadModelFromString(text, ctypes.byref(rounds), ctypes.byref(handle)):
        return None
    columns, every = booster.num_feature(), -1
    configs: dict[Asked, ctypes.c_void_p] = {}
    for question in asked:
        config = ctypes.c_void_p()
        if library.LGBM_BoosterPredictForMatSingleRowFastInit(
            handle, int(question), 0, every, _FLOAT64, columns, b"num_threads=1", ctypes.byref(config)
        ):
            _let_go(library, handle, configs)
            return None
        configs[question] = config
    return _SetUp(library, handle, configs)


def _let_go(library: ctypes.CDLL, handle: ctypes.c_void_p, configs: Mapping[Asked, ctypes.c_void_p]) -> None:
    for config in configs.values():
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
