"""Put a trained version in use, and go back: the alias in MLflow and the bundle on disk move together."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models.denial import DenialModel
from models.folders import POINTER
from models.past_lines import FOLDER as PAST_LINES
from training import track
from training.errors import NotPromoted

TOLERANCE = 0.01  # how much lower a challenger's PR-AUC may be than the champion's on the same test lines


def promote(version: str, *, home: Path, force: bool = False) -> Path:
    """Make `version` (its number, or `challenger`) the champion: export its bundle, point to it, move the alias.

    Raises NotPromoted when the version is unknown, or when it does worse than the champion did on the very same test
    lines, or the champion had learned from those (`force` waives both). The answer is the bundle's folder.
    """
    registered = track.registered(version, home)
    api = track.client(home)
    version = str(registered.version)
    if not force:
        _gate(version, api.get_run(registered.run_id).data.metrics)
    folder = _export(version, home)
    before = _pointer(home)
    previous = before.get("folder", "")
    if previous == folder.name:  # promoted again: what came before it stays what to go back to
        previous = before.get("previous", "")
    _point(home, {"folder": folder.name, "version": version, "previous": previous})
    api.set_registered_model_alias(track.MODEL_NAME, track.CHAMPION, version)
    return folder


def rollback(*, home: Path) -> Path:
    """Go back to the champion before this one; doing it twice comes back. Raises NotPromoted when there is none."""
    now = _pointer(home)
    folder = home / "models" / now.get("previous", "")
    if not now.get("previous"):
        raise NotPromoted(
            now.get("version", "none"),
            found="no champion before it",
            expected="an earlier promotion to go back to",
            advice="See `mlflow ui` for the versions there are, then `cleanclaim promote VERSION`.",
        )
    model = DenialModel.load(folder)
    _point(home, {"folder": folder.name, "version": model.version, "previous": now["folder"]})
    track.client(home).set_registered_model_alias(track.MODEL_NAME, track.CHAMPION, model.version)
    return folder


def _gate(version: str, metrics: Mapping[str, float]) -> None:
    champion, challenger = metrics.get("champion.pr_auc"), metrics.get("pr_auc")
    learned = metrics.get("champion.learned_from", 0.0)
    if learned > 0:  # `train --until` an earlier day: its figures there say nothing, better or worse
        raise NotPromoted(
            version,
            found=f"a champion that learned from {learned:.0%} of the lines this version was tested on",
            expected="test lines that neither of the two had seen",
            advice="Train without --until, or promote all the same with --force.",
        )
    if champion is not None and challenger is not None and challenger < champion - TOLERANCE:
        raise NotPromoted(
            version,
            found=f"PR-AUC {challenger:.3f} on its test window",
            expected=f"at least {champion - TOLERANCE:.3f}: the champion reached {champion:.3f} on the same lines",
            advice="Keep the champion, or promote all the same with --force.",
        )


def _export(version: str, home: Path) -> Path:
    """Write the bundle beside the others under a passing name, load it back, then give it its own."""
    registered = track.bundle_of(version, home)
    model = DenialModel.load(registered)
    target = home / "models" / f"{track.MODEL_NAME}-{version}"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".promoting-", dir=target.parent))
    try:
        replace(model, card=replace(model.card, version=version)).save(unfinished)
        if (registered / PAST_LINES).is_dir():  # a version trained before there were any has none
            shutil.copytree(registered / PAST_LINES, unfinished / PAST_LINES)
        DenialModel.load(unfinished).require_past_lines()
        if target.exists():
            return target if _same(target, unfinished) else _replaced(target, unfinished)
        unfinished.chmod(0o755)  # mkdtemp makes it private; the service may run as another user
        unfinished.rename(target)
        return target
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _same(one: Path, other: Path) -> bool:
    try:
        if (one / "manifest.json").read_bytes() != (other / "manifest.json").read_bytes():
            return False
        if (one / PAST_LINES).is_dir() != (other / PAST_LINES).is_dir():
            return False
        DenialModel.load(one).require_past_lines()
        return True
    except Exception:  # whatever is wrong with the old copy, the new one takes its place
        return False


def _replaced(target: Path, fresh: Path) -> Path:
    """Give a damaged export its good copy back."""
    shutil.rmtree(target)
    fresh.chmod(0o755)
    fresh.rename(target)
    return target


def _pointer(home: Path) -> dict[str, str]:
    try:
        found = json.loads((home / "models" / POINTER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _point(home: Path, to: dict[str, str]) -> None:
    """Replace the pointer in one step: a reader sees the old text or the new."""
    pointer = home / "models" / POINTER
    unfinished = pointer.with_name(f".{POINTER}.{os.getpid()}")
    unfinished.write_text(json.dumps(to, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(pointer)
