"""Why a model cannot be used.

* CleanclaimError
  - ModelUnusable: where, found, expected, advice
    - BundleBroken: a file of the bundle is missing, altered or cannot be read
    - FeaturesChanged: the model was fitted on other features than this code computes
"""

from __future__ import annotations

from claims.errors import CleanclaimError


class ModelUnusable(CleanclaimError):
    """A model bundle cannot be used: says where, what was found, what was expected, what to do."""

    def __init__(self, where: str, *, found: str, expected: str, advice: str) -> None:
        self.where, self.found, self.expected, self.advice = where, found, expected, advice
        super().__init__(f"{where}: found {found}, expected {expected}. {advice}")

    def fields(self) -> dict[str, str]:
        """The parts of the message, snake_case, ready for JSON."""
        return {"where": self.where, "found": self.found, "expected": self.expected, "advice": self.advice}


class BundleBroken(ModelUnusable):
    """A file of the bundle is missing, was altered after it was written, or cannot be read."""


class FeaturesChanged(ModelUnusable):
    """The model was fitted on other features than this code computes; answering would be guessing."""
