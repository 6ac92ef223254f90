"""Why a model cannot be trained or promoted.

* CleanclaimError
  - NotEnoughData: too few labelled lines, or too short a time, for an honest split
  - NotPromoted: the version does worse than the champion, or there is none to go back to
    - UnknownVersion: no such version is registered
"""

from __future__ import annotations

from claims.errors import CleanclaimError


class NotEnoughData(CleanclaimError):
    """Too little to train on, or to measure with: says what was found, what is needed and what to do."""

    def __init__(self, what: str, *, found: str, needed: str, advice: str) -> None:
        self.what, self.found, self.needed, self.advice = what, found, needed, advice
        super().__init__(f"{what}: found {found}, needed {needed}. {advice}")


class NotPromoted(CleanclaimError):
    """A version was not put in use: says which, what was found, what was expected, what to do."""

    def __init__(self, version: str, *, found: str, expected: str, advice: str) -> None:
        self.version, self.found, self.expected, self.advice = version, found, expected, advice
        super().__init__(f"model version {version}: found {found}, expected {expected}. {advice}")


class UnknownVersion(NotPromoted):
    """No such version is registered."""

    def __init__(self, version: str) -> None:
        super().__init__(
            version,
            found="no such version",
            expected="a version that `cleanclaim train` registered",
            advice="Run `cleanclaim train`; its answer names the version.",
        )
