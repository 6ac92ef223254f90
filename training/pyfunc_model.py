"""The MLflow face of a bundle, logged as code: MLflow stores this file's text beside the bundle, and no pickle.

Serving never goes this way (it loads the bundle itself); this is for those who compare models inside MLflow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd

from models.calibration import probability
from models.denial import DenialModel
from training.dataset import row_dicts


class DenialPyfunc(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # MLflow ships no types
    """Feature rows in, risk and log-odds out, one row a service line."""

    def load_context(self, context: Any) -> None:
        """Read the bundle, verified."""
        self.model = DenialModel.load(Path(context.artifacts["bundle"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """The calibrated risk and its log-odds for each row."""
        del context, params
        matrix, _ = self.model.encoder.matrix(row_dicts(model_input))
        log_odds = self.model.line_log_odds(np.asarray(matrix))
        return pd.DataFrame({"risk": probability(log_odds), "log_odds": log_odds})


mlflow.models.set_model(DenialPyfunc())
