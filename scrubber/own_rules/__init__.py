"""Rules a practice writes itself, in TOML: read into rules as the catalogue has them, and run by the same engine.

They are never features and never an input of the model: `serving` runs them beside the catalogue.
"""

from scrubber.own_rules.faults import UnreadableRule
from scrubber.own_rules.reading import OwnRule, OwnRules, read_rules

__all__ = ["OwnRule", "OwnRules", "UnreadableRule", "read_rules"]
