"""MLflow, and only here: runs, versions and aliases in one SQLite file under the home folder.

A run holds settings, windows, counts and figures, and the model as text. No patient, no claim number and no provider is
in it: the input example is a made-up typical row, the median of every column, and the past lines beside the model are
named by the opaque refs of their submissions.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from features.registry import FEATURES
from models.denial import DenialModel
from training.errors import UnknownVersion

MODEL_NAME = "denial"
EVALUATIONS = "denial-evaluation"  # the experiment of runs that only measure
# What MLflow takes in no metric's name, and a payer's may hold. A slash it takes in some places: "A/B" and not "A/".
UNSAYABLE = re.compile(r"[^\w.: -]")
LONGEST_NAME = 250
CHAMPION, CHALLENGER = "champion", "challenger"


@dataclass(frozen=True)
class Run:
    """What one training run leaves behind in MLflow."""

    params: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    tables: Mapping[str, object]  # file name -> JSON
    typical: pd.DataFrame | None = None  # the input example of the model, where one is registered
    texts: Mapping[str, str] = field(default_factory=dict)  # file name -> text: plots and the report
    beside: Callable[[Path], None] | None = None  # writes what goes into the bundle's folder beside the model


def database(home: Path) -> Path:
    """The run store of this home folder."""
    return home / "mlflow.db"


def tracking_uri(home: Path) -> str:
    """The same, as MLflow wants to be told."""
    return f"sqlite:///{database(home).resolve()}"


def client(home: Path) -> Any:
    """An MLflow client on the home's store, telemetry off and pickles refused."""
    return _mlflow().MlflowClient(tracking_uri(home), registry_uri=tracking_uri(home))


def record(model: DenialModel, run: Run, home: Path) -> tuple[str, str]:
    """Write the run, register its model and call it the challenger; the answer is run id and version.

    The bundle inside is given the number the registry will give next; were two trainings to race, `promote` sets it
    right.
    """
    mlflow = _mlflow()
    _create_for_owner(home)
    mlflow.set_tracking_uri(tracking_uri(home))
    mlflow.set_registry_uri(tracking_uri(home))
    with mlflow.start_run(experiment_id=_experiment(client(home), home, MODEL_NAME)) as active:
        _log(mlflow, run)
        logged = _log_model(mlflow, replace(model, card=replace(model.card, version=_next(home))), run)
        version = _register(client(home), logged, active.info.run_id)
    client(home).set_registered_model_alias(MODEL_NAME, CHALLENGER, version)
    return str(active.info.run_id), str(version)


def record_evaluation(run: Run, home: Path) -> str:
    """Write a run that measured and registered nothing, in an experiment of its own; the answer is its id."""
    mlflow = _mlflow()
    _create_for_owner(home)
    mlflow.set_tracking_uri(tracking_uri(home))
    with mlflow.start_run(experiment_id=_experiment(client(home), home, EVALUATIONS)) as active:
        _log(mlflow, run)
    return str(active.info.run_id)


def _log(mlflow: Any, run: Run) -> None:
    mlflow.set_tags(dict(run.tags))
    mlflow.log_params(dict(run.params))
    mlflow.log_metrics({_sayable(name): value for name, value in run.metrics.items()})
    for name, table in run.tables.items():
        mlflow.log_text(json.dumps(table, indent=1, sort_keys=True, default=str), name)
    for name, text in run.texts.items():
        mlflow.log_text(text, name)


def _sayable(name: str) -> str:
    """A metric's name as MLflow takes it; of one that is too long both ends are kept, for `_low` stands at the end."""
    plain = UNSAYABLE.sub("_", name)
    half = LONGEST_NAME // 2 - 2
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:half]}...{plain[-half:]}"


def registered(version: str, home: Path) -> Any:
    """What the registry holds of a version, by its number or an alias (`challenger`); raises UnknownVersion.

    A home that is not there yet, or has no run store, holds no version; asking makes neither.
    """
    if not database(home).is_file():
        raise UnknownVersion(version)
    api = client(home)
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    try:
        if version in (CHAMPION, CHALLENGER):
            return api.get_model_version_by_alias(MODEL_NAME, version)
        return api.get_model_version(MODEL_NAME, version)
    except MlflowException:
        raise UnknownVersion(version) from None


def bundle_of(version: str, home: Path) -> Path:
    """The bundle folder of a registered version; raises UnknownVersion."""
    number = registered(version, home).version
    mlflow = _mlflow()
    mlflow.set_tracking_uri(tracking_uri(home))
    mlflow.set_registry_uri(tracking_uri(home))
    local = mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}/{number}")
    return Path(local) / "artifacts" / "bundle"


def typical_rows(features: pd.DataFrame) -> pd.DataFrame:
    """One row that no line had: each number's median (0 where unknown throughout), each word's most frequent."""
    row: dict[str, float | str] = {}
    for name, f in FEATURES.items():
        column = features[name]
        if f.categorical:
            row[name] = str(column.mode().iloc[0]) if len(column) else ""
        else:
            row[name] = float(column.median()) if column.notna().any() else 0.0
    return pd.DataFrame([row])


def _create_for_owner(home: Path) -> None:
    """The home and its run store, for their owner alone; what is there keeps the rights it has."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(database(home), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _register(api: Any, logged: Any, run_id: str) -> str:
    """By the client, because `mlflow.register_model` talks to the terminal."""
    if not api.search_registered_models(f"name = '{MODEL_NAME}'"):
        api.create_registered_model(MODEL_NAME)
    made = api.create_model_version(MODEL_NAME, source=logged.model_uri, run_id=run_id, model_id=logged.model_id)
    return str(made.version)


def _next(home: Path) -> str:
    versions = client(home).search_model_versions(f"name = '{MODEL_NAME}'")
    return str(max((int(v.version) for v in versions), default=0) + 1)


def _log_model(mlflow: Any, model: DenialModel, run: Run) -> Any:
    from importlib.metadata import version  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        model.save(bundle)
        if run.beside is not None:
            run.beside(bundle)
        return mlflow.pyfunc.log_model(
            name=MODEL_NAME,
            python_model=str(Path(__file__).with_name("pyfunc_model.py")),
            artifacts={"bundle": str(bundle)},
            signature=_signature(mlflow),
            input_example=run.typical,
            pip_requirements=[f"{package}=={version(package)}" for package in ("lightgbm", "numpy", "pandas")],
        )


def _signature(mlflow: Any) -> Any:
    types = mlflow.types
    inputs = [types.ColSpec("string" if f.categorical else "double", name) for name, f in FEATURES.items()]
    outputs = [types.ColSpec("double", name) for name in ("risk", "log_odds")]
    return mlflow.models.ModelSignature(types.Schema(inputs), types.Schema(outputs))


def _experiment(api: Any, home: Path, name: str) -> str:
    found = api.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(api.create_experiment(name, artifact_location=(home / "mlartifacts").resolve().as_uri()))


def _mlflow() -> Any:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    import mlflow  # noqa: PLC0415  # slow to import; the settings above must come first

    return mlflow
