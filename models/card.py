"""What a bundle says of its model: whence it comes, what it was measured to do, and when it should hold its tongue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from features.registry import FEATURES, fingerprint
from models.errors import BundleBroken, FeaturesChanged

FAMILY_DECISIONS = 30


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The facts about a model that its users must know; `model.json` holds it.

    `window` are ISO days: `train_from`, `train_to`, `calibration_from`, `calibration_to`, `test_from`, `test_to`.
    `recorded` are the versions of rules, parameters and tables the rows were computed with.
    """

    name: str
    version: str
    simulated: bool  # fitted on simulated claims
    features: tuple[str, ...] = field(default_factory=lambda: tuple(FEATURES))
    fingerprint: str = field(default_factory=fingerprint)
    recorded: Mapping[str, str] = field(default_factory=dict)
    window: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    min_decisions: int = 200  # own decisions before a model fitted on simulated claims speaks for a practice
    min_payer_decisions: int = 20  # decisions of one payer before the model speaks of that payer
    min_family_decisions: int = (
        FAMILY_DECISIONS  # of one payer on the family of a line's code before the model speaks of the line
    )

    def require_same_features(self, where: str) -> None:
        """Raise FeaturesChanged unless this code computes the features the model was fitted on."""
        if self.fingerprint == fingerprint():
            return
        lost, new = sorted(set(self.features) - set(FEATURES)), sorted(set(FEATURES) - set(self.features))
        found = f"features {self.fingerprint}"
        if lost or new:
            found += f" (fitted on {_few(lost)}; without {_few(new)})"
        raise FeaturesChanged(
            where,
            found=found,
            expected=f"features {fingerprint()}, which this code computes",
            advice="Run `cleanclaim train` and promote the new model, or go back to the release that made this one.",
        )

    def to_json(self) -> dict[str, object]:
        """The card as plain JSON values."""
        return {**asdict(self), "features": list(self.features)}

    @classmethod
    def from_json(cls, obj: Mapping[str, object], where: str) -> ModelCard:
        """Read a card back; raises BundleBroken when a part is missing or of another kind."""
        kinds: dict[str, type] = {
            "name": str, "version": str, "simulated": bool, "features": list, "fingerprint": str, "recorded": dict,
            "window": dict, "metrics": dict, "min_decisions": int, "min_payer_decisions": int,
            "min_family_decisions": int,
        }  # fmt: skip
        defaults = {"min_family_decisions": FAMILY_DECISIONS}  # cards written before there was one
        values: dict[str, object] = {}
        for part, kind in kinds.items():
            value = obj.get(part, defaults.get(part))
            if not isinstance(value, kind):
                raise BundleBroken(
                    f"{where} ({part})",
                    found=type(value).__name__,
                    expected=kind.__name__,
                    advice="Promote the model again, or go back with `cleanclaim rollback`.",
                )
            values[part] = tuple(value) if isinstance(value, list) else value
        return cls(**values)  # type: ignore[arg-type]  # each part was checked above


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:3]) or "none other"
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
