"""Which rules, tables and features a row was computed with; the bundle records it and serving compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256

from features.registry import fingerprint
from scrubber.registry import RULES
from scrubber.tables import OF_REMITTANCES, Table, Tables

LABELS = "labels."  # how the labels were read: said of the model, and of no row


def recorded_versions(tables: Tables) -> dict[str, str]:
    """One short text a part: `features`, `rules`, and `table.<name>` with the name of its newest release.

    Tables that no row is computed from are left out: a new one says nothing about a model.
    """
    rules = sorted((r.id, r.version, int(r.severity)) for r in RULES.values())
    versions = {"features": fingerprint(), "rules": sha256(repr(rules).encode()).hexdigest()[:12]}
    for part in fields(tables):
        table = getattr(tables, part.name)
        if isinstance(table, Table) and table.name not in OF_REMITTANCES:
            versions[f"table.{table.name}"] = table.releases[-1].name if table.releases else "none"
    if tables.profiles.read:
        versions["payer_profiles"] = tables.profiles.version
    return versions


def differences(recorded: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """In words, what has changed since a model was fitted; empty when nothing has."""
    names = sorted(name for name in recorded.keys() | now.keys() if not name.startswith(LABELS))
    return tuple(
        f"{name}: the model was fitted with {recorded.get(name, 'none')}, this is {now.get(name, 'none')}"
        for name in names
        if recorded.get(name) != now.get(name)
    )
