"""An assessor from the settings: tables, model and store as they lie in the home folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.errors import ModelUnusable
from scrubber.tables import load_tables
from serving.assess import Assessor
from serving.desk import load_model, with_model
from serving.pasts import Pasts, SnapshotPasts, StorePasts
from serving.settings import Settings
from store import Store


def build_assessor(settings: Settings) -> Assessor:
    """The assessor every door uses, the command line too.

    Without a usable model it answers by rules alone and says why; without a store, by the model's own snapshot.
    """
    pasts: Pasts = SnapshotPasts(None, settings.practice)
    if settings.store or default_store(settings.home).exists():
        url = settings.store or f"sqlite:///{default_store(settings.home)}"
        pasts = StorePasts(Store.open(url, settings.practice))
    rules_only = Assessor(load_tables(settings.home), None, pasts)
    try:
        return with_model(rules_only, load_model(settings))
    except ModelUnusable as error:
        return replace(rules_only, degraded=str(error))


def default_store(home: Path) -> Path:
    """Where `ingest` keeps the store unless told otherwise."""
    return home / "store.db"
