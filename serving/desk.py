"""The assessor in use: models once promoted, tables once imported, a store once there, own rules once changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from threading import Lock

from claims.errors import CleanclaimError
from models.errors import ModelUnusable
from models.folders import model_folder
from scrubber.profiles import FOLDER as PROFILES
from scrubber.tables import load_tables
from scrubber.tables.loading import STAMP
from serving.assess import Assessor
from serving.logs import log
from serving.practice_files import load_practice
from serving.practice_files import stamp as practice_stamp
from serving.settings import Settings
from serving.start import load_model, open_pasts, store_is_there, with_model, with_tables

WARM_SECONDS = 10.0
LOOK_SECONDS = 1.0  # how often the files of own rules and payer profiles are looked at
RETRY_SECONDS = 5.0  # a model or table that could not be read is not tried again at once

Stamp = tuple[str, int, int, int]
NEVER = "", 0, 0, 0  # the stamp of tables nothing was ever imported to


def local_today() -> date:
    """Today where the service runs: the one clock of an assessment."""
    return datetime.now().astimezone().date()


class Desk:
    """What every door answers with. `today` is handed in by tests; nothing below reads a clock."""

    def __init__(self, assessor: Assessor, settings: Settings, today: Callable[[], date] = local_today) -> None:
        self.settings, self.today = settings, today
        self.reload_failed = self.rules_failed = ""
        self._assessor = assessor
        self._stamp = self._stamp_now()
        self._changes = str(settings.home / "tables" / STAMP)
        self._tables_stamp = self._tables_stamp_now()
        self._not_before = 0.0
        self._practice_stamp = practice_stamp(settings.home)
        self._profiles_stamp = practice_stamp(settings.home, PROFILES)
        self._looked = time.monotonic()
        self._answered = float("-inf")
        self._lock = Lock()

    def assessor(self) -> Assessor:
        """The assessor, with the model that is promoted, the tables imported and the store that is there now.

        A bundle or table that cannot be read leaves those in use as they are: `reload_failed` says why, and it is tried
        again.
        """
        with self._lock:
            tables_stamp = self._tables_stamp_now()
            if tables_stamp != self._tables_stamp and time.monotonic() >= self._not_before:
                self._reload_tables(tables_stamp)
            stamp = self._stamp_now()
            if stamp is not None and stamp != self._stamp and time.monotonic() >= self._not_before:
                self._reload(stamp)
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                self._look_at_rules()
                self._look_at_profiles(tables_stamp)
            if not self._assessor.pasts.own and store_is_there(self.settings):  # the practice's first ingest
                pasts = open_pasts(self.settings, self._assessor.tables, self._assessor.model)
                self._assessor = replace(self._assessor, pasts=pasts)
            return self._assessor

    def answered(self) -> None:
        """Note that an answer was given just now."""
        self._answered = time.monotonic()

    @property
    def warm(self) -> bool:
        """True when the last answer is a moment old, so that little can have arrived in the store to catch up with."""
        return time.monotonic() - self._answered < WARM_SECONDS

    def _reload(self, stamp: Stamp) -> None:
        try:
            self._assessor = with_model(self._assessor, load_model(self.settings))
        except ModelUnusable as error:
            self.reload_failed = str(error)
            self._not_before = time.monotonic() + RETRY_SECONDS
            log.error("model not reloaded", fault=type(error).__name__)
            return
        self.reload_failed, self._stamp = "", stamp
        model = self._assessor.model
        log.info("model reloaded", model=model.name if model else None, model_version=model.version if model else None)

    def _look_at_rules(self) -> None:
        """Take up changed own rules and overrides; what cannot be read leaves those in use as they are."""
        self._looked, stamp = time.monotonic(), practice_stamp(self.settings.home)
        if stamp == self._practice_stamp:
            return
        self._practice_stamp = stamp
        try:
            practice = load_practice(self.settings.home, self._assessor.tables)
        except CleanclaimError as error:
            self.rules_failed = str(error)
            log.error("own rules not reloaded", fault=type(error).__name__)
            return
        self.rules_failed = ""
        self._assessor = replace(self._assessor, practice=practice)
        log.info("own rules reloaded", rules=len(practice.own.rules), faults=len(practice.own.faults))

    def _look_at_profiles(self, tables_stamp: Stamp) -> None:
        """Take up changed payer profiles: they are laid over the tables, so the tables are read anew."""
        stamp = practice_stamp(self.settings.home, PROFILES)
        if stamp != self._profiles_stamp:
            self._profiles_stamp = stamp
            self._reload_tables(tables_stamp)

    def _reload_tables(self, stamp: Stamp) -> None:
        try:
            tables = load_tables(self.settings.home)
        except CleanclaimError as error:
            self.reload_failed = str(error)
            self._not_before = time.monotonic() + RETRY_SECONDS
            log.error("tables not reloaded", fault=type(error).__name__)
            return
        self.reload_failed, self._tables_stamp = "", stamp
        before = self._assessor.tables.versions()
        changed = sorted(name for name, version in tables.versions().items() if before.get(name) != version)
        self._assessor = with_tables(self._assessor, tables, self.settings, codes="codes" in changed)
        log.info("tables reloaded", tables=" ".join(changed))

    def _tables_stamp_now(self) -> Stamp:
        """What changes when a table is imported or rolled back: one file, so that looking costs next to nothing."""
        try:
            found = os.stat(self._changes)
        except OSError:
            return NEVER
        return self._changes, found.st_mtime_ns, found.st_size, found.st_ino

    def _stamp_now(self) -> Stamp | None:
        """What changes when another bundle is to be served; None when there is none to be seen."""
        try:
            folder = self.settings.bundle or model_folder(self.settings.home)
            found = os.stat(folder / "manifest.json")
        except (OSError, CleanclaimError):
            return None
        return str(folder), found.st_mtime_ns, found.st_size, found.st_ino
