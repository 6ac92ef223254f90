"""The least a FastAPI scorer could do: ready rows in, predict + contrib out. Compared with, never shipped."""

from __future__ import annotations

import os

import lightgbm
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
booster = lightgbm.Booster(model_file=os.environ["BENCH_BOOSTER"])


class Rows(BaseModel):
    """Rows as the booster takes them; null is missing."""

    rows: list[list[float | None]]


@app.get("/")
def ready() -> str:
    """Say that the server is up."""
    return "ready"


@app.post("/")
def predict(body: Rows) -> dict[str, list[float] | list[list[float]]]:
    """Probability and contributions of each row."""
    matrix = np.array(body.rows, dtype=float)
    risk = booster.predict(matrix, num_threads=1)
    shares = booster.predict(matrix, pred_contrib=True, num_threads=1)
    return {"risk": np.asarray(risk).tolist(), "shares": np.asarray(shares).tolist()}
