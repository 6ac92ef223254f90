"""Where models lie on disk: the one shipped with the product, and those a practice has promoted."""

from __future__ import annotations

import json
from pathlib import Path

from models.errors import BundleBroken

POINTER = "champion.json"


def bundled_model_folder() -> Path:
    """The small model that ships with the product, fitted on simulated claims."""
    return Path(__file__).parent / "bundled"


def champion_folder(home: Path) -> Path | None:
    """The bundle that `promote` put in use under this home; None when nothing was promoted yet.

    `home/models/champion.json` names it. The pointer is replaced in one step and a bundle's folder is never written to
    again, so a reader sees the old model or the new one, never half of each.
    """
    pointer = home / "models" / POINTER
    try:
        text = pointer.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        name = str(json.loads(text)["folder"])
        if not name or Path(name).name != name:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise BundleBroken(
            str(pointer),
            found="a text that names no folder beside it",
            expected='{"folder": "denial-1", ...}',
            advice="Run `cleanclaim promote VERSION`, which writes it.",
        ) from None
    return home / "models" / name


def model_folder(home: Path) -> Path:
    """The bundle to serve: the practice's own champion, else the bundled model."""
    return champion_folder(home) or bundled_model_folder()
