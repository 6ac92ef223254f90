"""What trying a way of training again and again leaves: an evaluation of each origin, and one of all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.grading import Evaluation
from training.split import Window


@dataclass(frozen=True)
class Origin:
    """One fit and its test; `refused` says why there is none, where a window held too little."""

    windows: Mapping[str, Window]
    evaluation: Evaluation | None = None
    refused: str = ""

    def json(self) -> dict[str, object]:
        """The origin as plain JSON values."""
        days = {f"{name}_{end}": str(day) for name, w in self.windows.items() for end, day in w.ends()}
        return {**days, "metrics": self.evaluation.figures if self.evaluation else {}, "refused": self.refused}


@dataclass(frozen=True)
class Rolled:
    """Every origin, oldest first, and the figures of all their test lines together."""

    origins: tuple[Origin, ...]
    pooled: Evaluation
    embargo_days: int
