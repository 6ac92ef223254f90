"""Model inputs, each declared once; training and serving compute them through the same `rows`.

Importing the package loads every file of `features.definitions`, in the order of their names: columns keep their order.
"""

import pkgutil
from importlib import import_module

from features import definitions
from features.registry import FEATURES, Direction, Feature, Look, Row, feature, fingerprint, rows

for _module in sorted(module.name for module in pkgutil.iter_modules(definitions.__path__)):
    import_module(f"features.definitions.{_module}")

from features.replay import Decided, Event, Replayed, Submitted, replay  # noqa: E402  # after the features it replays

__all__ = [
    "FEATURES",
    "Decided",
    "Direction",
    "Event",
    "Feature",
    "Look",
    "Replayed",
    "Row",
    "Submitted",
    "feature",
    "fingerprint",
    "replay",
    "rows",
]
