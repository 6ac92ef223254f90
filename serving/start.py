"""An assessor from the settings: tables, model and store as they lie in the home folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from models.denial import DenialModel
from models.errors import ModelUnusable
from models.folders import model_folder
from models.versions import differences, recorded_versions
from past.patient import PatientPast
from scrubber import prepare, scrub
from scrubber.tables import Tables, load_tables
from serving.assess import Assessor
from serving.logs import log
from serving.pasts import Pasts, SnapshotPasts, StorePasts
from serving.practice_files import load_practice
from serving.settings import Settings
from store import Store

STORE_FILE = "store.db"
MET_AT_START, SCRUBBED_AT_START = 2_000, 500  # claims; about a second


def build_assessor(settings: Settings) -> Assessor:
    """The assessor every door uses, the command line too.

    Without a usable model it answers by rules alone and says why; without a store, by the model's own snapshot. Raises
    UnusableStore, UnreadableTable and UnreadableOverrides.
    """
    tables = load_tables(settings.home)
    practice = load_practice(settings.home, tables)
    rules_only = Assessor(tables, None, open_pasts(settings, tables, None), practice=practice)
    try:
        return with_model(rules_only, load_model(settings))
    except ModelUnusable as error:
        return replace(rules_only, degraded=str(error))


def load_model(settings: Settings) -> DenialModel:
    """The model the settings ask for: the bundle named, else the promoted one, else the bundled one."""
    return DenialModel.load(settings.bundle or model_folder(settings.home))


def with_model(assessor: Assessor, model: DenialModel) -> Assessor:
    """The same assessor with another model; without a store its snapshot of the payers comes with it."""
    pasts = assessor.pasts
    if not pasts.own:
        pasts = SnapshotPasts(model.history, pasts.practice)
    changed = differences(model.recorded, recorded_versions(assessor.tables))
    fitted_with = model.recorded.get("labels.words", "shipped")
    if isinstance(pasts, StorePasts) and pasts.label_words != fitted_with:
        words = f"the model was fitted with {fitted_with}, labels.toml is {pasts.label_words}"
        changed = (*changed, f"labels.words: {words}")
    return replace(assessor, model=model, pasts=pasts, degraded="", differences=changed)


def with_tables(assessor: Assessor, tables: Tables, settings: Settings, *, codes: bool) -> Assessor:
    """The same assessor with other tables; `codes`: the families have changed, which the payer history is kept by."""
    model = assessor.model
    pasts = open_pasts(settings, tables, model) if codes and assessor.pasts.own else assessor.pasts
    changed = differences(model.recorded, recorded_versions(tables)) if model is not None else ()
    own = assessor.practice
    practice = None if own is None else replace(own, tables=tables)  # plans of rules are made for tables
    return replace(assessor, tables=tables, pasts=pasts, practice=practice, differences=changed)


def meet(assessor: Assessor, today: date) -> None:
    """Work out what rules ask about the lines of the claims that arrived last, at any payer, and scrub the newest.

    Nothing of their patients is kept. So the first answers of a service are as quick as the later ones.
    """
    try:
        latest = list(assessor.pasts.latest(MET_AT_START))
    except Exception as fault:  # a claim of the store that cannot be read: no reason not to answer about others
        log.error("not prepared", fault=type(fault).__name__)
        return
    prepare(latest, assessor.tables, as_of=today)
    for claim in latest[:SCRUBBED_AT_START]:
        scrub(claim, assessor.tables, PatientPast(), as_of=today)


def store_is_there(settings: Settings) -> bool:
    """True when something was ingested under this home, or the settings name a database."""
    return bool(settings.store) or (settings.home / STORE_FILE).exists()


def open_pasts(settings: Settings, tables: Tables, model: DenialModel | None) -> Pasts:
    """The practice's store when there is one, else what came with the model."""
    if not store_is_there(settings):
        return SnapshotPasts(model.history if model else None, settings.practice)
    where = settings.store or settings.home / STORE_FILE
    return StorePasts(Store.open(where, settings.practice, home=settings.home, family_of=tables.family))
