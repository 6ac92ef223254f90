"""An assessor from the settings: tables, model and store as they lie in the home folder."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelUnusable
from scrubber.tables.loader import load_tables
from serving.assess import Assessor
from serving.desk import load_model
from serving.pasts import Pasts, SnapshotPasts, StorePasts
from serving.settings import Settings
from store import Store


def open_assessor(settings: Settings) -> Assessor:
    """The assessor every door uses, the command line too.

    Without a usable model it answers by rules alone and says why; without a store, by the model's own snapshot.
    """
    tables = load_tables(settings.home)
    try:
        model, degraded = load_model(settings), ""
    except ModelUnusable as error:
        model, degraded = None, str(error)
    pasts: Pasts
    if settings.store or default_store(settings.home).exists():
        url = settings.store or f"sqlite:///{default_store(settings.home)}"
        pasts = StorePasts(Store.open(url, settings.practice))
    else:
        pasts = SnapshotPasts(model.history if model else None, settings.practice)
    return Assessor(tables, model, pasts, degraded)


def default_store(home: Path) -> Path:
    """Where `ingest` keeps the store unless told otherwise."""
    return home / "store.db"
